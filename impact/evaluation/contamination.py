"""Who else met the programme: the share of the comparison group that did, and the effect against those who did not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.errors import ImpactError, NoComparisonError
from impact.evaluation.believed import believed_interval
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN


@dataclass(frozen=True)
class UnexposedEffect:
    """The effect when beneficiaries are compared only with units that met no activity."""

    inference: str
    estimate: float
    conf_low: float
    conf_high: float
    p_value: float
    n_treated: int
    n_control: int


@dataclass(frozen=True)
class Contamination:
    """How far the comparison group is untouched.

    Attributes
    ----------
    activities : DataFrame
        ``activity`` (a column), ``n_met`` and ``share`` of the comparison group that met it at least once; blank where fewer
        than ten did, or fewer than ten did not.
    n_comparison : int
        Units never treated.
    any_share : float or None
        Share that met any of them; None where it would tell of fewer than ten units.
    above_limit : bool
        Whether that share is above the plan's.
    unexposed : UnexposedEffect or Refused
    """

    activities: pd.DataFrame
    n_comparison: int
    any_share: float | None
    above_limit: bool
    unexposed: UnexposedEffect | Refused


def contamination(study: Study, panel: Panel) -> Contamination | None:
    """Count who of the comparison group met an activity; None where the plan names no activity."""
    if not study.plan.exposure:
        return None
    met = exposures(study, panel)
    compared = ~np.isfinite(panel.cohort)
    n = int(compared.sum())
    rows: list[dict[str, Any]] = []
    for activity in met.columns:
        n_met = int(met.loc[compared, activity].sum())
        shown = tells_of_no_few(n_met, n)
        share = n_met / n if shown and n else np.nan
        rows.append({"activity": activity, "n_met": n_met if shown else np.nan, "share": share})
    any_met = met.any(axis=1).to_numpy()
    n_any = int((compared & any_met).sum())
    share = n_any / n if n else 0.0
    return Contamination(
        activities=pd.DataFrame(rows).astype({"n_met": float, "share": float}),
        n_comparison=n,
        any_share=share if tells_of_no_few(n_any, n) else None,
        above_limit=share > study.plan.limits.contamination,
        unexposed=_against_unexposed(study, panel, compared & ~any_met),
    )


def exposures(study: Study, panel: Panel) -> pd.DataFrame:
    """Return whether each unit (rows in the panel's order) ever met each activity (columns of the plan's exposure)."""
    columns = list(study.plan.exposure)
    values = study.frame[columns].astype(float) > 0
    return values.groupby(study.frame[study.schema.unit]).any().reindex(panel.units)


def tells_of_no_few(part: int, whole: int) -> bool:
    """Whether a count may be shown beside its whole: both sides are empty or have ten units."""
    return all(n == 0 or n >= SMALLEST_SHOWN for n in (part, whole - part))


def _against_unexposed(study: Study, panel: Panel, untouched: Mask) -> UnexposedEffect | Refused:
    """Estimate the headline again with the comparison group cut to the units that met nothing."""
    treated = np.isfinite(panel.cohort)
    try:
        if untouched.sum() < SMALLEST_SHOWN:
            raise NoComparisonError(
                f"{panel.outcome}: fewer than {SMALLEST_SHOWN} units of the comparison group met no activity; "
                "nothing untouched is left to compare with"
            )
        part = panel.subset(treated | untouched, reason="met_an_activity")
        found = believed_interval(study, part, "permutation")
    except ImpactError as problem:
        return Refused.of("effect_against_the_unexposed", problem)
    if isinstance(found, Refused):
        return Refused("effect_against_the_unexposed", found.why, found.error)
    return UnexposedEffect(
        inference=found.inference,
        estimate=found.estimate,
        conf_low=found.conf_low,
        conf_high=found.conf_high,
        p_value=found.p_value,
        n_treated=int(treated.sum()),
        n_control=int(untouched.sum()),
    )
