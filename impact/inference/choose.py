"""The headline by every inference, which of them to believe, and the smallest effect the design could have detected."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimate import Estimate
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.inference.few_treated import Inference, Intervals, intervals_of
from impact.inference.json_values import Stored
from impact.inference.randomization import RandomizationInference, RandomizationResult
from impact.inference.strata import baseline_size
from impact.inference.treatment_groups import group_codes
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

SAFE_COHORT = 25  # treated units; clustered intervals covered .936 of a nominal .95 with 25, .908 with 10, .763 with 3
POWER = 0.8  # the share of studies that would detect the smallest detectable effect
COLUMNS = ["inference", "conf_low", "conf_high", "p_value"]


@dataclass(frozen=True)
class Verdict(Stored):
    """The headline's interval: by which inference, why, and what the design could detect.

    Attributes
    ----------
    believed : str
        A `few_treated.Inference`.
    why : str
        ``design_check:`` and `DesignCheck.why`, or ``smallest_cohort:n`` where the design could not be checked.
    smallest_detectable : float
        In the outcome's unit: the effect that the believed test finds in 80% of such studies.
    """

    infinite: ClassVar[dict[str, float]] = {**Stored.infinite, "smallest_detectable": np.inf}
    believed: Inference
    why: str
    estimate: float
    conf_low: float
    conf_high: float
    p_value: float
    smallest_detectable: float


def headline_intervals(
    panel: Panel,
    estimator: CallawaySantAnna | None = None,
    *,
    group: pd.Series | None = None,
    permutations: int = 1999,
    level: float = CONFIDENCE_LEVEL,
    seed: int = 2012,
) -> tuple[pd.DataFrame, RandomizationResult]:
    """Return the interval of the overall effect by every inference, and the permutation test in full.

    Parameters
    ----------
    panel : Panel
    estimator : CallawaySantAnna, optional
    group : Series, optional
        Group of each treated unit, indexed by its label; cohorts by default.

    Returns
    -------
    DataFrame
        ``inference, conf_low, conf_high, p_value``; unbounded where an inference has nothing to go by.

    Raises
    ------
    NotAvailableError
        As `Comparisons.of`.
    """
    estimator = estimator or CallawaySantAnna(level=level)
    design = Comparisons.of(panel, estimator)
    found = intervals_of(
        design,
        design.changes(panel.wide)[:, None, :],
        group=group_codes(panel, group),
        size=baseline_size(panel),
        level=level,
        generator=stream(seed, "stand_ins"),
    )
    random = RandomizationInference(draws=permutations, seed=seed, level=level).test(
        panel, estimator
    )
    ends = np.array([random.conf_low]), np.array([random.conf_high]), np.array([random.p_value])
    found["permutation"] = Intervals(*ends)
    rows = [
        (name, *(float(getattr(part, end)[0]) for end in ("low", "high", "p_value")))
        for name, part in found.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS), random


def believe(
    overall: Estimate,
    intervals: pd.DataFrame | None,
    *,
    recommended: tuple[Inference, str] | None,
    smallest_detectable: float | None = None,
    smallest_cohort: int,
) -> Verdict:
    """Take the interval that the design check recommends; without a check, go by the size of the smallest cohort.

    Parameters
    ----------
    intervals : DataFrame or None
        As `headline_intervals`; None where only the clustered interval is available.
    recommended : tuple of str or None
        Inference and reason, as `DesignCheck.recommended` and ``why``.
    smallest_detectable : float, optional
        Of the recommended inference; by the normal formula from its interval where none is given.

    References
    ----------
    MacKinnon and Webb (2018), Econometrics Journal 21(2), on few treated clusters.
    """
    row = overall.table.iloc[0]
    if intervals is None:
        name, why = "clustered", f"smallest_cohort:{smallest_cohort}"
        low, high, p = (float(row[column]) for column in COLUMNS[1:])
    else:
        few = smallest_cohort < SAFE_COHORT
        name = recommended[0] if recommended else "permutation" if few else "clustered"
        why = (
            f"design_check:{recommended[1]}"
            if recommended
            else f"smallest_cohort:{smallest_cohort}"
        )
        low, high, p = intervals.set_index("inference").loc[name, COLUMNS[1:]]
    if smallest_detectable is None or not np.isfinite(smallest_detectable):
        critical = quantile((1 + overall.spec["level"]) / 2, np.inf)
        spread = (high - low) / (2 * critical)
        smallest_detectable = (critical + quantile(POWER, np.inf)) * spread
    return Verdict(
        believed=name,  # type: ignore[arg-type]
        why=why,
        estimate=float(row["estimate"]),
        conf_low=float(low),
        conf_high=float(high),
        p_value=float(p),
        smallest_detectable=float(smallest_detectable),
    )


def headline_intervals_or_none(
    panel: Panel, estimator: CallawaySantAnna, **choices: Any
) -> tuple[pd.DataFrame | None, RandomizationResult | None]:
    """Return `headline_intervals`, or nothing where units cannot be exchanged."""
    try:
        return headline_intervals(panel, estimator, **choices)
    except ImpactError:
        return None, None
