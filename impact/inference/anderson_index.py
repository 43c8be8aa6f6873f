"""One index of several outcomes, weighted so that outcomes which tell the same story count once."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.errors import NotAvailableError

FEWEST = 2  # observations that have a standard deviation


def anderson_index(panels: Mapping[str, Panel], *, name: str = "index") -> Panel:
    """Combine outcomes of the same firms into one, in standard deviations of the comparison group before treatment.

    Each outcome is standardised by never-treated units' observations before the first cohort's treatment, and weighted by
    the row sums of the inverse covariance of the standardised outcomes. Where an outcome is missing the others' weights
    are scaled up.

    Parameters
    ----------
    panels : Mapping
        Name of each outcome to its panel, higher values always being better.
    name : str
        Of the new outcome.

    Returns
    -------
    Panel
        The first panel's observations that have at least one outcome, with the index as outcome.

    Raises
    ------
    NotAvailableError
        When an outcome does not vary among the comparison group before treatment, is hardly seen there, or is never seen
        beside another.

    References
    ----------
    Anderson (2008), Journal of the American Statistical Association 103(484), sec. 3.2.
    """
    first = next(iter(panels.values()))
    long = pd.concat(
        {
            outcome: pd.Series(
                p.y, index=pd.MultiIndex.from_arrays([p.units[p.unit_index], p.times[p.time_index]])
            )
            for outcome, p in panels.items()
        },
        axis=1,
    )
    rows = long.reindex(
        pd.MultiIndex.from_arrays([first.units[first.unit_index], first.times[first.time_index]])
    ).to_numpy()
    before = np.isinf(first.cohort)[first.unit_index]
    before &= first.times[first.time_index] < first.cohorts[0]
    if ((~np.isnan(rows[before])).sum(axis=0) < FEWEST).any():
        raise NotAvailableError(
            f"{name}: an outcome is hardly seen among the comparison group before treatment; leave it out"
        )
    mean, sd = np.nanmean(rows[before], axis=0), np.nanstd(rows[before], axis=0, ddof=1)
    if not (sd > 0).all():
        raise NotAvailableError(
            f"{name}: an outcome does not vary among the comparison group before treatment; leave it out"
        )
    standard = (rows - mean) / sd
    covariance = pd.DataFrame(standard).cov().to_numpy()
    if np.isnan(covariance).any():
        raise NotAvailableError(
            f"{name}: two outcomes are never seen together, so they have no weights; leave one out"
        )
    weight = np.linalg.pinv(covariance, hermitian=True).sum(axis=1)
    seen = ~np.isnan(standard)
    total = np.where(seen, weight, 0).sum(axis=1)
    index = np.where(seen, standard * weight, 0).sum(axis=1) / np.where(total == 0, np.nan, total)
    return first.with_outcome(index, name)
