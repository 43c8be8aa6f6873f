"""A small panel that needs no file, for examples and first steps."""

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.simulate.revenue import CITIES

FIRST_YEAR, N_YEARS = 2001, 6
COHORTS = (2003, 2005)  # beside a third of the firms that never exhibit
FIRST_EFFECT, GROWTH_OF_EFFECT = 1.0, 0.5  # in the unit of revenue; a year


def example_panel(*, n_units: int = 48, seed: int = 2012) -> Panel:
    """Return a small simulated panel: firms seen in 2001 to 2006, a third treated from 2003 on, a third from 2005 on.

    Nobody real is in it. Untreated revenue is a level of the firm, growth common to all, a term in its workers and noise;
    treatment adds 1 in its first year and half a unit more in each year after, so that the mean effect on the treated is 1.58.

    Parameters
    ----------
    n_units : int
        Firms; in equal shares treated early, late and never.
    seed : int

    Returns
    -------
    Panel
        Balanced, with outcome ``revenue``, covariate ``workers`` and strata ``city``.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> panel.n_units, panel.n_periods, panel.balanced
    (48, 6, True)
    """
    generator = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_units), N_YEARS)
    year = np.tile(np.arange(FIRST_YEAR, FIRST_YEAR + N_YEARS), n_units)
    cohort = np.array([*COHORTS, np.nan])[np.arange(n_units) % 3]
    level = generator.normal(5.0, 1.0, n_units)
    workers = 1 + generator.poisson(2.0, len(unit))
    since = year - cohort[unit]
    effect = np.where(since >= 0, FIRST_EFFECT + GROWTH_OF_EFFECT * since, 0.0)
    noise = generator.normal(0.0, 0.5, len(unit))
    frame = pd.DataFrame(
        {
            "firm": [f"F{number:03d}" for number in unit],
            "year": year,
            "revenue": level[unit] + 0.2 * (year - FIRST_YEAR) + 0.3 * workers + effect + noise,
            "first_fair": cohort[unit],
            "workers": workers,
            "city": np.array(CITIES)[unit // 3 % 2],
        }
    )
    return Panel.from_frame(
        frame,
        unit="firm",
        time="year",
        outcome="revenue",
        cohort="first_fair",
        covariates=["workers"],
        strata=["city"],
        frequency="year",
    )
