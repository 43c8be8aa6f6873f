"""The parts of an evaluation and how each is computed from a study."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.diagnostics import balance, quality
from impact.diagnostics.before_trends import before_trend_test
from impact.diagnostics.design import DesignCheck, design_check
from impact.diagnostics.equal_effects import equal_cohorts
from impact.diagnostics.exaggeration import Exaggeration, exaggeration
from impact.diagnostics.weighted_balance import with_weighted_differences
from impact.errors import EstimationError, NotAvailableError
from impact.estimate import Estimate
from impact.estimators.imputation.imputation import Imputation
from impact.estimators.many import AnyEstimator, clusters_are_units
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.evaluation import sample_tables
from impact.evaluation.all_arms import of_all_arms
from impact.evaluation.contamination import Contamination, contamination
from impact.evaluation.counterfactual import Counterfactual, counterfactual
from impact.evaluation.design_store import DESIGNS, remembered
from impact.evaluation.doses import by_dose
from impact.evaluation.drawn_arms import counterfactual_of_arms
from impact.evaluation.exits import exits_alike
from impact.evaluation.participation import (
    EffectOnParticipants,
    effect_on_participants,
    obeyed,
)
from impact.evaluation.plan import Plan
from impact.evaluation.several_arms import arms_compared
from impact.evaluation.side_by_side import headline_weights, side_by_side
from impact.evaluation.smallest import smallest_assigned, smallest_cohort
from impact.evaluation.study import Study
from impact.evaluation.subgroups import interactions, subgroups
from impact.evaluation.survey_checks import survey_checks
from impact.evaluation.who_answered import attrition_of
from impact.inference.bands import PERMUTATIONS, PermutationBand
from impact.inference.choose import (
    Verdict,
    headline_intervals,
    headline_verdict,
    verdict_of_the_lot,
)
from impact.inference.named import InferenceName
from impact.inference.randomization import RandomizationResult
from impact.interval import Refused
from impact.parameters import percent_of_log
from impact.terms import ENOUGH_UNITS, POWER, SMALLEST_SHOWN

Result = TypeVar("Result")


@dataclass(frozen=True)
class DataQuality:
    """What the data are like."""

    name: ClassVar[str] = "data_quality"
    sample: Sample
    n_rows: int
    checks: tuple[CheckResult, ...]
    distribution: pd.DataFrame
    coverage: pd.DataFrame
    absences: pd.DataFrame

    @classmethod
    def of(cls, study: Study) -> "DataQuality":
        """Compute from a study, on raw values."""
        panel = study.panel(winsorise=0.0)
        return cls(
            sample=panel.sample,
            n_rows=len(study.data),
            checks=(*quality.quality_checks(panel), *survey_checks(study, panel)),
            distribution=quality.describe(panel),
            coverage=quality.coverage_by_period(panel),
            absences=sample_tables.absences(study),
        )


@dataclass(frozen=True)
class SampleAndComparability:
    """Who is compared with whom, and how alike they were before."""

    name: ClassVar[str] = "sample"
    flow: pd.DataFrame
    cohorts: pd.DataFrame
    baseline: pd.DataFrame
    checks: tuple[CheckResult, ...]
    paths: pd.DataFrame
    treated_clusters: int
    other_clusters: int
    arrival: pd.DataFrame
    counted: pd.DataFrame
    contamination: Contamination | None = None

    @classmethod
    def of(cls, study: Study) -> "SampleAndComparability":
        """Compute from a study."""
        panel = study.panel()
        baseline = balance.baseline_table(panel)
        checks = [
            balance.balance_check(baseline)
            if panel.sample.n_never
            else not_applicable("balance", "nobody_never_treated"),
            balance.joint_balance(panel),
            attrition_of(study, panel),
            *of_all_arms(study),
            *exits_alike(study),
            *obeyed(study, panel),
        ]
        if study.plan.assignment != "randomised" and len(baseline):
            baseline, alike = with_weighted_differences(panel, baseline)
            checks.append(alike)
        return cls(
            flow=sample_tables.flow(study, panel),
            cohorts=sample_tables.cohorts_by_start(study, panel),
            baseline=baseline,
            checks=tuple(checks),
            paths=sample_tables.mean_paths(panel),
            treated_clusters=len(np.unique(panel.cluster[np.isfinite(panel.cohort)])),
            other_clusters=len(np.unique(panel.cluster[~np.isfinite(panel.cohort)])),
            contamination=contamination(study, panel),
            arrival=sample_tables.arrival(study),
            counted=sample_tables.counted(study),
        )


@dataclass(frozen=True)
class OutcomeEffect:
    """The effect on one outcome: level, percent, every inference, what the design check says of them, and the verdict."""

    outcome: str
    overall: Estimate
    percent: Estimate | None
    intervals: pd.DataFrame | None
    randomization: RandomizationResult | None
    design: DesignCheck | None
    verdict: Verdict
    verdict_percent: tuple[float, float, float] | None
    holding_that_include_zero: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    exaggeration: Exaggeration | None = None


@dataclass(frozen=True)
class NotMeasured:
    """An outcome that the plan asks for and the data cannot show: they lack it, or it never changes in them."""

    outcome: str
    label: str
    why: Literal["not_in_the_data", "never_changes", "not_available_from_moments"]


@dataclass(frozen=True)
class Impact:
    """By how much did outcomes rise because of the programme."""

    name: ClassVar[str] = "impact"
    effects: tuple[OutcomeEffect, ...]
    event_study: Estimate | None
    by_cohort: Estimate | None
    subgroups: pd.DataFrame
    before_trends: CheckResult | None
    smallest_cohort: int | None
    estimators: pd.DataFrame
    weights: pd.DataFrame | None
    counterfactual: Counterfactual
    equal_cohorts: CheckResult
    interactions: tuple[CheckResult, ...] = ()
    secondary: tuple[OutcomeEffect | NotMeasured, ...] = ()
    by_dose: pd.DataFrame | Refused | None = None
    on_participants: EffectOnParticipants | Refused | None = None
    arms: pd.DataFrame | None = None

    @classmethod
    def of(cls, study: Study) -> "Impact":
        """Compute from a study."""
        panel = study.panel()
        smallest = smallest_cohort(panel)
        shown = smallest >= SMALLEST_SHOWN
        effects = tuple(_effect(study, outcome) for outcome in study.plan.outcomes)
        events, cohorts, found = _course(study, panel, effects[0], smallest=smallest)
        return cls(
            effects=effects,
            event_study=events,
            by_cohort=cohorts if shown else None,
            subgroups=subgroups(study, panel, inference=effects[0].verdict.believed),
            before_trends=None
            if study.by_lot
            else before_trend_test(panel, study.estimator(), seed=study.plan.seed),
            smallest_cohort=smallest,
            estimators=side_by_side(study, panel),
            weights=headline_weights(study, panel, shown=shown or len(panel.cohorts) == 1),
            counterfactual=found,
            equal_cohorts=not_applicable("equal_cohorts", "one_cohort")
            if study.compares_arms
            else equal_cohorts(panel, study.estimator(), seed=study.plan.seed),
            interactions=interactions(study, panel),
            secondary=tuple(_secondary(study, effects)),
            by_dose=by_dose(study, panel, inference=effects[0].verdict.believed),
            on_participants=effect_on_participants(study, panel),
            arms=arms_compared(study, effects[0].verdict),
        )


def _course(
    study: Study, panel: Panel, effect: "OutcomeEffect", *, smallest: int
) -> tuple[Estimate | None, Estimate | None, Counterfactual]:
    """Return effects by event time and by cohort, where cohorts are compared, and outcomes with and without the programme."""
    if study.compares_arms:
        return None, None, counterfactual_of_arms(panel, effect.overall)
    cells = study.estimator().fit(panel)
    universal = study.estimator(base_period="universal").fit(panel)
    found = counterfactual(universal, effect.overall)
    events = with_headline_inference(
        of_enough_units(universal.aggregate(by="event_time"), found),
        smallest_cohort=smallest,
        plan=study.plan,
        verdict=effect.verdict,
    )
    return events, cells.aggregate(by="cohort"), found


def _secondary(
    study: Study, effects: Sequence[OutcomeEffect]
) -> Iterator[OutcomeEffect | NotMeasured]:
    """Answer for each secondary outcome: as the main outcomes where it is one, without simulating its design otherwise."""
    known = {effect.outcome: effect for effect in effects}
    for name in study.plan.secondary:
        if name in known:
            yield known[name]
        elif name not in study.measured:
            yield NotMeasured(name, study.label(name), "not_in_the_data")
        else:
            try:
                yield _effect(study, name, simulated=False)
            except EstimationError:
                yield NotMeasured(name, study.label(name), "never_changes")


def of_enough_units(events: Estimate, found: Counterfactual) -> Estimate:
    """Keep the event times at which ten treated units are observed; all where the whole study has fewer."""
    kept = np.isin(np.asarray(events.rows.event_time, dtype=float), found.path["event_time"])
    return events.select(kept) if kept.any() and not kept.all() else events


def with_headline_inference(
    events: Estimate,
    *,
    smallest_cohort: int,
    plan: Plan,
    verdict: Verdict | None = None,
) -> Estimate:
    """Return an event study under the inference that is believed: by permutation unless that is the plain clustered one.

    Without a verdict, as `headline_verdict` goes without a design check: by the size of the smallest cohort. Where units
    cannot be exchanged it stays as it is.
    """
    few = smallest_cohort < ENOUGH_UNITS if verdict is None else verdict.believed != "clustered"
    try:
        permutations = min(PERMUTATIONS, plan.permutations)
        band = PermutationBand(permutations=permutations, seed=plan.seed)
        return events.under(band) if few else events
    except NotAvailableError:
        return events


def beside(
    panel: Panel, *, level: float
) -> dict[str, tuple[AnyEstimator, Sequence[InferenceName]]]:
    """Return the estimators that the design check shows beside the headline, where units are the clusters."""
    if not clusters_are_units(panel):
        return {}
    t_tests: tuple[InferenceName, ...] = ("clustered_t", "crv2_satterthwaite", "crv3_t")
    return {
        "two_way_fixed_effects": (TwoWayFixedEffects(level=level), t_tests),
        "imputation": (Imputation(level=level), ("clustered",)),
    }


def _effect(study: Study, outcome: str, *, simulated: bool = True) -> OutcomeEffect:
    panel, estimator = study.panel(outcome), study.estimator()
    overall = estimator.fit(panel).aggregate(by="overall")
    group = study.groups
    intervals = headline_intervals(
        panel,
        estimator,
        group=group,
        among=study.inferences,
        permutations=study.plan.permutations,
        level=study.level,
        seed=study.plan.seed,
    )
    refused = list(intervals.refused)
    design = None
    if simulated and not study.compares_arms:
        design = or_refused(lambda: _design(study, panel), "design_check", refused)
    verdict = (
        verdict_of_the_lot(overall, intervals, smallest=smallest_assigned(panel))
        if study.compares_arms
        else headline_verdict(
            overall,
            intervals.table,
            recommended=(design.recommended, design.why) if design else None,
            smallest_detectable=float(design.chosen["smallest_detectable"]) if design else None,
            smallest_cohort=smallest_assigned(panel),
        )
    )
    logged = study.column(outcome).scale == "log"
    plain = (panel.y >= 0).all() and not logged
    percent = or_refused(overall.percent, "effect_in_percent", refused) if plain else None
    return OutcomeEffect(
        outcome=outcome,
        overall=overall,
        percent=percent,
        intervals=intervals.table,
        randomization=intervals.randomization,
        design=design,
        verdict=verdict,
        verdict_percent=log_in_percent(verdict) if logged else in_percent(verdict, percent),
        holding_that_include_zero=tuple(
            name
            for name in intervals.including_zero(design.holding if design else ())
            if name != verdict.believed
        ),
        refused=tuple(refused),
        exaggeration=unlikely_signs(verdict, level=study.level),
    )


def _design(study: Study, panel: Panel) -> DesignCheck:
    options: dict[str, Any] = {
        "group": study.groups,
        "beside": beside(panel, level=study.level),
        "draws": study.plan.design_draws,
        "level": study.level,
        "seed": study.plan.seed,
    }
    return remembered(
        None if study.kept is None else study.kept / DESIGNS,
        (panel, study.estimator(), options),
        lambda: design_check(panel, study.estimator(), **options),
    )


def unlikely_signs(verdict: Verdict, *, level: float) -> Exaggeration | None:
    """How far off significant estimates of such a study would be, were the estimate the truth; None without an interval.

    The power is that of the simulated studies: from the effect they find as often as the smallest detectable one is found,
    and from the interval's width only where none were simulated.
    """
    critical = quantile((1 + level) / 2, np.inf)
    std_error = (verdict.conf_high - verdict.conf_low) / 2 / critical
    if np.isfinite(verdict.smallest_detectable):
        std_error = verdict.smallest_detectable / (critical + quantile(POWER, np.inf))
    try:
        return exaggeration(verdict.estimate, std_error, level=level)
    except EstimationError:
        return None


def log_in_percent(verdict: Verdict) -> tuple[float, float, float]:
    """Put the believed effect on a logarithm, and the ends of its interval, in percent of the level."""
    shown = np.array([verdict.estimate, verdict.conf_low, verdict.conf_high])
    estimate, low, high = map(float, percent_of_log(shown))
    return estimate, low, high


def in_percent(verdict: Verdict, percent: Estimate | None) -> tuple[float, float, float] | None:
    """Put the believed estimate and interval over the counterfactual mean that each of them implies."""
    if percent is None:
        return None
    observed = float(percent.spec["observed_mean"][0])

    def share(value: float) -> float:
        if value == -np.inf:
            return -100.0  # the limit: against a counterfactual without bound, nothing is left
        return 100 * value / (observed - value) if value < observed else np.inf

    return share(verdict.estimate), share(verdict.conf_low), share(verdict.conf_high)


def or_refused(compute: Callable[[], Result], asked: str, refused: list[Refused]) -> Result | None:
    """Return a result; where the data cannot give it, add why to ``refused``."""
    try:
        return compute()
    except EstimationError as problem:
        refused.append(Refused.of(asked, problem))
        return None
