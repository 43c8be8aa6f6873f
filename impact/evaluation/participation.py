"""Who of those that a lot drew took part, who of the others did, and what taking part did."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Mask
from impact.check_result import CheckResult
from impact.data.panel import Panel
from impact.diagnostics.compliance import compliance
from impact.errors import EstimationError
from impact.estimators.experiments.confidence_set import Kind
from impact.estimators.experiments.participation import participation
from impact.estimators.experiments.two_stage_least_squares import TwoStageLeastSquares
from impact.evaluation.study import Study
from impact.inference.strata import baseline_mean
from impact.interval import Refused


@dataclass(frozen=True)
class EffectOnParticipants:
    """What taking part did to those who did because they were drawn.

    Attributes
    ----------
    estimate, conf_low, conf_high : float
        By two-stage least squares, with the lot as the instrument.
    strength : CheckResult
        Whether the lot moves participation enough for that.
    kind : {"interval", "two_rays", "everything", "empty", "several"}
        Of the set of Anderson and Rubin, which holds however little it does.
    pieces : tuple of (low, high)
        That set.
    """

    estimate: float
    conf_low: float
    conf_high: float
    strength: CheckResult
    kind: Kind
    pieces: tuple[tuple[float, float], ...]


def effect_on_participants(study: Study, panel: Panel) -> EffectOnParticipants | Refused | None:
    """Estimate it from the rounds after the start, given strata and, where there is one, the baseline; None if not asked.

    Assumes
    -------
    Being drawn moves the outcome through taking part alone, and keeps nobody from it.
    """
    came = took_part(study, panel)
    if came is None or not study.compares_arms:
        return None
    baseline = baseline_mean(panel, before=float(panel.cohorts[0]))
    known = ~np.isnan(baseline)
    given = ["baseline"] if known.any() else []
    columns = {"drawn": np.isfinite(panel.cohort), "came": came, "baseline": np.nan_to_num(baseline)}  # fmt: skip
    own = panel.covariates.assign(
        **{name: values[panel.unit_index].astype(float) for name, values in columns.items()}
    )
    rows = panel.times[panel.time_index] >= panel.cohorts[0]
    rows &= (known | ~known.any())[panel.unit_index]
    after = replace(panel, covariates=own).where(rows, reason="not_compared_after_the_start")
    estimator = TwoStageLeastSquares(
        ["drawn"],
        participation="came",
        covariates=given,
        effects_of=("strata",) if len(np.unique(panel.stratum)) > 1 else (),
        level=study.level,
    )
    try:
        found = participation(after, estimator)
    except EstimationError as problem:
        return Refused.of("effect_on_participants", problem)
    row = found.participation.select(["came"]).table.iloc[0]
    return EffectOnParticipants(
        estimate=float(row["estimate"]),
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        strength=found.check(),
        kind=found.anderson_rubin.kind,
        pieces=found.anderson_rubin.pieces,
    )


def took_part(study: Study, panel: Panel) -> Mask | None:
    """Return whether each unit ever took part (N,); None where the plan names no column of it."""
    if study.plan.participation is None:
        return None
    ever = (study.frame[study.plan.participation].astype(float) > 0).groupby(
        study.frame[study.schema.unit]
    )
    return np.asarray(ever.any().reindex(panel.units), dtype=bool)


def obeyed(study: Study, panel: Panel) -> tuple[CheckResult, ...]:
    """Hold participation against the lot; nothing without a lot, or where the plan names no column of participation."""
    came = took_part(study, panel)
    if came is None:
        return ()
    drawn = np.isfinite(panel.cohort)
    return (compliance(drawn, came, enough=study.plan.limits.compliance),)
