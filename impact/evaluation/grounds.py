"""What the rating of a study's headline rests on, read off the parts of its evaluation."""

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.scales import HOLDS, Scales
from impact.evaluation.adjusted import BEFORE, BOTH, COVARIATES
from impact.evaluation.certainty import Certainty
from impact.evaluation.exits import AS_ZERO
from impact.evaluation.parts import Impact, OutcomeEffect, SampleAndComparability
from impact.evaluation.plan import Plan
from impact.evaluation.reasons import Reason
from impact.evaluation.robustness import Robustness
from impact.evaluation.weighed import AfterAdjusting, Grounds, Without
from impact.evaluation.who_answered import share_lost

RELATIVE = "relative_magnitudes"


def grounds_of(
    plan: Plan,
    *,
    impact: Impact,
    sample: SampleAndComparability,
    certainty: Certainty,
    robustness: Robustness,
) -> Grounds:
    """Collect what speaks for and against the headline of an evaluation."""
    effect = impact.effects[0]
    verdict, others = effect.verdict, robustness.alternatives
    met = sample.contamination
    against = others["estimate"] * verdict.estimate < 0
    bounds = [one.breakdown for one in certainty.honest if one.restriction.kind == RELATIVE]
    return Grounds(
        estimate=verdict.estimate,
        conf_low=verdict.conf_low,
        conf_high=verdict.conf_high,
        checks=(
            *every_check(effect, impact, sample, certainty, robustness),
            *((drawn_again(effect),) if plan.assignment == "randomised" else ()),
        ),
        assignment=plan.assignment,
        limits=plan.limits,
        relevant=relevant_amount(plan.relevant_effect, effect, impact.counterfactual.without),
        detectable=verdict.smallest_detectable,
        lost=share_lost(sample.checks) if plan.waves == "endline_only" else _lost(sample),
        contamination=None if met is None else met.above_limit,
        contaminated_share=None if met is None else met.any_share,
        breakdown=bounds[0] if bounds else None,
        without=_without(certainty),
        beyond_moments=_beyond_moments(plan),
        including_zero=effect.holding_that_include_zero,
        opposite_estimators=tuple(others.loc[against, "name"]),
        opposite_scales=opposite_scales(certainty.scales, verdict.estimate),
        exits_missing=AS_ZERO in set(others["name"]),
        adjusted=after_adjusting(plan, sample.baseline, others),
    )


def every_check(
    effect: OutcomeEffect,
    impact: Impact,
    sample: SampleAndComparability,
    certainty: Certainty,
    robustness: Robustness,
) -> tuple[CheckResult, ...]:
    """Return every check that was asked about the headline."""
    return (
        *((effect.design.check(),) if effect.design else ()),
        *((impact.before_trends,) if impact.before_trends else ()),
        *sample.checks,
        *robustness.checks,
        *robustness.outcome_checks,
        *certainty.checks,
    )


def drawn_again(effect: OutcomeEffect) -> CheckResult:
    """Say whether the lot could be drawn again as it was, which is what its interval rests on."""
    found = effect.randomization
    if found is None:
        return not_applicable("drawn_again", "units_cannot_be_exchanged")
    return CheckResult("drawn_again", "pass", f"draws_of_the_lot:{found.permutations}")


def opposite_scales(scales: Scales | None, estimate: float) -> tuple[str, ...]:
    """Return the scales on which most specifications are beyond chance, on the other side of zero than the estimate."""
    if scales is None:
        return ()
    rows = scales.shares
    other = (rows["beyond_chance"] >= HOLDS) & (rows["median_statistic"] * estimate < 0)
    return tuple(rows.loc[other, "scale"])


def after_adjusting(
    plan: Plan, baseline: pd.DataFrame, others: pd.DataFrame
) -> AfterAdjusting | None:
    """Return the effect by the fullest adjustment of the plan that could be made, and what it leaves unlike."""
    outcome = plan.outcomes[0]
    made = {
        BOTH: {*plan.covariates, outcome},
        COVARIATES: {*plan.covariates},
        BEFORE: {outcome},
    }
    rows = others.set_index("name")
    for name, adjusted in made.items():
        if name not in rows.index or not np.isfinite(rows.loc[name, "estimate"]):
            continue
        gaps = baseline.loc[~baseline["characteristic"].isin(adjusted), "normalised_difference"]
        ends = rows.loc[name, ["estimate", "conf_low", "conf_high"]]
        return AfterAdjusting(float(gaps.abs().max()) if len(gaps) else 0.0, *map(float, ends))
    return None


def relevant_amount(percent: float | None, effect: OutcomeEffect, without: float) -> float | None:
    """Put the plan's relevant effect, in percent, in the outcome's unit.

    None where the plan names none, or the outcome is neither a level that stays above zero nor its logarithm.
    """
    if percent is None or effect.verdict_percent is None:
        return None
    if effect.percent is None:  # a logarithm
        return float(np.log1p(percent / 100))
    return percent / 100 * abs(without)


def _beyond_moments(plan: Plan) -> tuple[Reason, ...]:
    """Reasons that the plan names columns for, where moments stand in place of data."""
    named: dict[Reason, bool] = {
        "compliance": plan.assignment == "randomised" and plan.participation is not None,
        "contamination": bool(plan.exposure),
        "placebo_outcomes": bool(plan.placebo_outcomes),
    }
    return tuple(one for one, asked in named.items() if asked and plan.from_moments)


def _lost(sample: SampleAndComparability) -> float | None:
    """Share of the units in the analysis that no longer answer in the last period; None where nobody is followed."""
    by_stage = sample.flow.set_index("stage")["units"]
    if "seen_in_last_period" not in by_stage.index:
        return None
    return 1 - float(by_stage["seen_in_last_period"]) / float(by_stage["in_analysis"])


def _without(certainty: Certainty) -> Without | None:
    found = certainty.leave_one_out
    if found is None:
        return None
    moved = found.largest_share * abs(found.estimate)  # the range's ends are rounded too
    if not np.isfinite(moved):
        moved = max(found.unit_high - found.estimate, found.estimate - found.unit_low)
    return Without(moved=moved, turned=found.cohorts.turned + found.groups.turned)
