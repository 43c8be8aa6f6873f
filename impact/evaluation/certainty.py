"""How sure can we be: what the design can tell, and whether the answer survives other trends, choices and firms."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import numpy as np

from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.honest import HonestBounds, HonestResult
from impact.diagnostics.leave_one_out import LeaveOneOut, WithoutEach, leave_one_out
from impact.diagnostics.placebo_outcomes import placebo_outcomes
from impact.diagnostics.pretrend_power import PretrendPower, equivalence, pretrend_power
from impact.diagnostics.scales import Scales
from impact.diagnostics.sensitivity.selection import SelectionSensitivity
from impact.diagnostics.specification_curve import SpecificationCurve, specification_curve
from impact.diagnostics.trial_curve import trial_curve
from impact.errors import ImpactError, NotAvailableError
from impact.estimate import Estimate
from impact.evaluation.drawn_arms import estimators_of_arms
from impact.evaluation.parts import with_headline_inference
from impact.evaluation.smallest import smallest_cohort
from impact.evaluation.study import Study
from impact.evaluation.unobserved import unobserved_of
from impact.inference.anderson_index import anderson_index
from impact.inference.families import FamilyResult, family_test
from impact.interval import Refused
from impact.moments import PathMoments
from impact.terms import SMALLEST_SHOWN

Result = TypeVar("Result")
BOUNDS = (
    HonestBounds(restriction="relative_magnitudes"),
    HonestBounds(restriction="smoothness"),
    HonestBounds(restriction="relative_magnitudes", target="first"),
    HonestBounds(restriction="smoothness", target="first"),
)
"""The overall number, the headline, first: its bounds are the ones checked."""
FEWEST_IN_A_RANGE = (
    3  # cohorts or events, where one is small: an end of a range over two is one of them
)


@dataclass(frozen=True)
class Certainty:
    """Everything that speaks for or against believing the headline."""

    name: ClassVar[str] = "certainty"
    honest: tuple[HonestResult, ...]
    pretrends: PretrendPower | None
    leave_one_out: LeaveOneOut | None
    curve: SpecificationCurve | None
    families: tuple[FamilyResult, ...]
    checks: tuple[CheckResult, ...]
    scales: Scales | None = None
    selection: SelectionSensitivity | None = None
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(cls, study: Study) -> "Certainty":
        """Compute from a study, for its headline outcome."""
        panel = study.panel()
        trends = (
            OtherTrends()
            if study.by_lot
            else OtherTrends.of(study, _event_study(study, panel), unobserved_of(study))
        )
        without = _or_why(
            "leave_one_out",
            "units_cannot_be_exchanged",
            lambda: _releasable(leave_one_out(panel, study.estimator(), group=study.groups)),
        )
        curve = _or_why(
            "specification_curve",
            "units_cannot_be_exchanged",
            lambda: _curve(study),
        )
        scales = curve if isinstance(curve, CheckResult) else Scales.of(curve)
        families, refused = _families(study)
        return cls(
            honest=trends.honest,
            pretrends=trends.pretrends,
            leave_one_out=_unless_refused(without),
            curve=_unless_refused(curve),
            families=tuple(families),
            scales=_unless_refused(scales),
            selection=trends.selection,
            refused=(*refused, *trends.refused),
            checks=(
                *trends.checks,
                *(one if isinstance(one, CheckResult) else one.check() for one in (without, curve)),
                *trends.equivalence,
                _placebos(study),
                replace(scales, name="scales")
                if isinstance(scales, CheckResult)
                else scales.check(),
            ),
        )


@dataclass(frozen=True)
class OtherTrends:
    """How far trends may have parted, by what came before or by something unobserved; nothing of a lot, which needs neither."""

    honest: tuple[HonestResult, ...] = ()
    pretrends: PretrendPower | None = None
    checks: tuple[CheckResult, ...] = ()
    equivalence: tuple[CheckResult, ...] = ()
    selection: SelectionSensitivity | None = None
    refused: tuple[Refused, ...] = ()

    @classmethod
    def of(
        cls, study: Study, events: Estimate, selection: SelectionSensitivity | Refused
    ) -> "OtherTrends":
        """Bound the headline by what trends did before treatment, and ask what the test of them could have seen."""
        bounds = [_bounds(replace(asked, level=study.level), events) for asked in BOUNDS]
        pretrends = _or_why(
            "pretrend_power",
            "too_few_event_times",
            lambda: pretrend_power(events, level=study.level, seed=study.plan.seed),
        )
        headline = [
            found for asked, found in zip(BOUNDS, bounds, strict=True) if asked.target == "overall"
        ]
        return cls(
            honest=tuple(one for one in bounds if not isinstance(one, CheckResult)),
            pretrends=_unless_refused(pretrends),
            checks=(
                *(
                    one if isinstance(one, CheckResult) else one.check()
                    for one in (*headline, pretrends)
                ),
                *(() if isinstance(selection, Refused) else selection.checks()),
            ),
            equivalence=(equivalence(events),),
            selection=None if isinstance(selection, Refused) else selection,
            refused=(selection,) if isinstance(selection, Refused) else (),
        )


def _curve(study: Study) -> SpecificationCurve:
    panel, seed = study.panel(winsorise=0.0), study.plan.seed
    if study.compares_arms:
        return trial_curve(panel, estimators_of_arms(study), seed=seed)
    return specification_curve(panel, seed=seed)


def events_of_every_cohort(study: Study, data: Panel | PathMoments) -> Estimate:
    """Effects by event time against the last period before treatment: all after it, before it those of every cohort."""
    cells = study.estimator(base_period="universal").fit(data)
    events: Estimate = cells.aggregate(by="event_time")
    at = np.asarray(events.rows.event_time, dtype=float)
    return events.select(at >= float(data.times[0] - data.cohorts[0]))


def _event_study(study: Study, panel: Panel) -> Estimate:
    events = events_of_every_cohort(study, panel)
    return with_headline_inference(events, smallest_cohort=smallest_cohort(panel), plan=study.plan)


def _bounds(asked: HonestBounds, events: Estimate) -> HonestResult | CheckResult:
    return _or_why(f"honest_{asked.restriction}", "too_few_event_times", lambda: asked.of(events))


def _families(study: Study) -> tuple[list[FamilyResult], list[Refused]]:
    """Test each family of the plan, its index beside its outcomes; and say which could not be tested, and why."""
    results: list[FamilyResult] = []
    refused: list[Refused] = []
    for name, outcomes in study.plan.families.items():
        panels = {outcome: study.panel(outcome) for outcome in outcomes}
        try:
            panels["index"] = anderson_index(panels)
        except ImpactError as problem:
            refused.append(Refused.of("index_of_outcomes", problem))
        try:
            results.append(
                family_test(
                    panels,
                    study.estimator(),
                    name=name,
                    permutations=study.plan.permutations,
                    seed=study.plan.seed,
                )
            )
        except ImpactError as problem:
            refused.append(Refused.of("family_of_outcomes", problem))
    return results, refused


def _placebos(study: Study) -> CheckResult:
    panels = {outcome: study.panel(outcome) for outcome in study.plan.placebo_outcomes}
    return placebo_outcomes(
        panels, study.estimator(), permutations=study.plan.permutations, seed=study.plan.seed
    )


def _releasable(without: LeaveOneOut) -> LeaveOneOut:
    """Keep single cohorts (or events) only where each leaves out ten treated units: beside the headline they show a mean.

    Where one is smaller, all of its kind go, as the range would tell which end is the missing one; the range over all stays
    if they are at least three.
    """
    kind = without.table["kind"]
    small = set(kind[without.table["n_treated"] < SMALLEST_SHOWN])

    def shown(name: str, each: WithoutEach) -> WithoutEach:
        if name in small and each.n < FEWEST_IN_A_RANGE:
            return replace(each, low=None, high=None)
        return each

    return replace(
        outward(without),
        cohorts=shown("cohort", without.cohorts),
        groups=shown("group", without.groups),
        table=without.table[~kind.isin(small)].reset_index(drop=True),
    )


def outward(without: LeaveOneOut) -> LeaveOneOut:
    """Round the range over single units outward, as its exact ends, beside the headline, are two firms' own changes.

    The largest share is rounded up to a percent, and no end lies further off than that share, so that both fit: the ends
    are made of what is shown already, and tell no more of a firm.
    """
    reach = max(abs(without.unit_low - without.estimate), abs(without.unit_high - without.estimate))
    if not reach or not np.isfinite(reach):
        return without
    step = 10.0 ** (np.floor(np.log10(reach)) - 1) * 5
    low, high = np.floor(without.unit_low / step) * step, np.ceil(without.unit_high / step) * step
    share = np.ceil(100 * without.largest_share) / 100
    if np.isfinite(share):
        most = share * abs(without.estimate)
        low, high = max(low, without.estimate - most), min(high, without.estimate + most)
    return replace(without, unit_low=float(low), unit_high=float(high), largest_share=float(share))


def _or_why(check: str, why: str, compute: Callable[[], Result]) -> Result | CheckResult:
    """Return a result, or its check as not made: for ``why`` where this design does not have it, else for the error's name."""
    try:
        return compute()
    except NotAvailableError:
        return not_applicable(check, why)
    except ImpactError as problem:
        return not_applicable(check, f"not_computed:{type(problem).__name__}")


def _unless_refused(found: Result | CheckResult) -> Result | None:
    return None if isinstance(found, CheckResult) else found
