"""Would other defensible choices have told the same story?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.data.readers import panel_of
from impact.diagnostics.before_trends import placebo_date
from impact.diagnostics.outcomes.attrition import AttritionBounds
from impact.diagnostics.outcomes.margins import Margins
from impact.diagnostics.panel_tests import (
    cross_dependence,
    effects_test,
    wooldridge_differences,
    wooldridge_within,
)
from impact.diagnostics.recent_change import recent_change
from impact.errors import ImpactError
from impact.estimate import Estimate
from impact.estimators.comparisons.difference_in_differences import DifferenceInDifferences
from impact.estimators.panel import (
    BetweenEffects,
    FirstDifferences,
    FixedEffects,
    PooledOLS,
    RandomEffects,
    hausman,
)
from impact.estimators.panel.model_rows import EXPOSED
from impact.estimators.regressions.event_study import EventStudy
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.evaluation.adjusted import adjusted_rows
from impact.evaluation.drawn_arms import alternatives_of_arms
from impact.evaluation.exits import exits_the_other_way
from impact.evaluation.measures import measures_of
from impact.evaluation.outcomes import margins_of, quantiles_of, silence_of
from impact.evaluation.study import Study
from impact.inference.randomization import RandomizationInference, RandomizationResult
from impact.interval import Refused
from impact.moments import PathMoments


@dataclass(frozen=True)
class Robustness:
    """Estimators side by side, other choices, the permutation test, and checks of what was before the start."""

    name: ClassVar[str] = "robustness"
    alternatives: pd.DataFrame
    randomization: RandomizationResult | None
    checks: tuple[CheckResult, ...]
    margins: Margins | Refused
    silence: AttritionBounds | Refused
    measures: pd.DataFrame
    quantiles: pd.DataFrame | Refused

    @property
    def outcome_checks(self) -> tuple[CheckResult, ...]:
        """What zeros and silence do to the headline, as checks."""
        return (
            _checked(self.margins, "scale_dependence"),
            _checked(self.silence, "attrition_bounds"),
        )

    @classmethod
    def of(cls, study: Study) -> "Robustness":
        """Compute from a study."""
        panel = study.panel()
        inference = RandomizationInference(
            permutations=study.plan.permutations, seed=study.plan.seed, level=study.level
        )
        try:
            randomization = inference.test(panel, study.estimator())
        except ImpactError:
            randomization = None
        rows = [
            row_of(name, family, compute) for name, family, compute in alternatives(study, panel)
        ]
        return cls(
            alternatives=pd.DataFrame(rows),
            randomization=randomization,
            checks=() if study.by_lot else _before_the_start(study, panel),
            margins=margins_of(study, panel),
            silence=silence_of(study, panel),
            measures=measures_of(study),
            quantiles=quantiles_of(study, panel),
        )


def _checked(found: Margins | AttritionBounds | Refused, name: str) -> CheckResult:
    if isinstance(found, Refused):
        return not_applicable(name, f"not_computed:{found.error}")
    return found.check()


PanelTest = Literal["no_effects", "no_serial_correlation", "no_cross_dependence"]
PANEL_TESTS: tuple[tuple[PanelTest, Callable[[Panel], CheckResult]], ...] = (
    ("no_effects", partial(effects_test, time_effects=True)),
    ("no_serial_correlation", wooldridge_within),
    ("no_serial_correlation", wooldridge_differences),
    ("no_cross_dependence", cross_dependence),
)


@dataclass(frozen=True)
class PanelModels:
    """The textbook models side by side, their Hausman test and tests of their assumptions, and the plan's own model."""

    name: ClassVar[str] = "panel_models"
    models: tuple[Estimate, ...]
    hausman: CheckResult
    tests: tuple[CheckResult, ...]
    own_model: Estimate | None

    @classmethod
    def of(cls, study: Study) -> "PanelModels":
        """Compute from a study: being under treatment as the regressor, period effects in every model but between."""
        panel = study.panel()
        if study.plan.waves != "panel":  # nobody is compared with itself
            nothing = not_applicable("hausman", "no_coefficient_in_common")
            return cls(models=(), hausman=nothing, tests=(), own_model=own_model(study))
        kinds = (PooledOLS, BetweenEffects, RandomEffects, FirstDifferences, FixedEffects)
        return cls(
            models=tuple(kind(level=study.level).fit(panel) for kind in kinds),
            hausman=_hausman(panel),
            tests=tuple(_asked(panel, name, test) for name, test in PANEL_TESTS),
            own_model=own_model(study),
        )


def _before_the_start(study: Study, panel: Panel) -> tuple[CheckResult, ...]:
    """Pretend earlier starts, and hold the last period before the start against earlier ones."""
    periods = study.plan.placebo_periods, max(1, study.plan.placebo_periods // 2)
    return (
        *(
            placebo_date(panel, study.estimator(), periods=earlier)
            for earlier in dict.fromkeys(periods)
        ),
        recent_change(panel, anticipation=study.plan.anticipation, seed=study.plan.seed),
    )


def _asked(panel: Panel, name: PanelTest, test: Callable[[Panel], CheckResult]) -> CheckResult:
    """Make one test of the model with period effects, or say why not."""
    if np.ptp(panel.weight) > 0:
        return not_applicable(name, "not_defined_with_weights")
    try:
        return test(panel)
    except ImpactError as problem:
        return not_applicable(name, f"not_computed:{type(problem).__name__}")


def _hausman(panel: Panel) -> CheckResult:
    """Hausman's test of the effect; by the auxiliary regression, with clustered errors, where the classical form is refused."""
    fixed, random = (
        kind(vcov="iid").fit(panel).select([EXPOSED]) for kind in (FixedEffects, RandomEffects)
    )
    classic = hausman(fixed, random)
    if classic.status != "not_applicable":
        return classic
    return hausman(fixed, RandomEffects().fit(panel).select([EXPOSED]), method="auxiliary")


def own_model(study: Study) -> Estimate | None:
    """Fit the fixed-effects model that the plan asks for; None without one."""
    model = study.plan.panel_model
    if model is None:
        return None
    panel = panel_of(
        study.frame, schema=study.schema, outcome=model.outcome, covariates=model.regressors
    )
    choices = model.model_dump(exclude={"outcome"})
    return FixedEffects(level=study.level, **choices).fit(panel)


def alternatives(study: Study, panel: Panel) -> Iterator[tuple[str, str, Callable[[], Estimate]]]:
    """Yield (name, family, how to compute) in the order shown."""
    if study.compares_arms:
        yield from alternatives_of_arms(study, panel)
        yield from _adjusted(study)
        return
    yield from linear_alternatives(study, panel)

    def headline_on(data: Panel) -> Callable[[], Estimate]:
        return lambda: study.estimator().fit(data).aggregate(by="overall")

    for share, name in ((0.0, "raw_values"), (0.99, "capped_at_99"), (0.95, "capped_at_95")):
        if share != study.plan.winsorise and (panel.y >= 0).all():
            yield name, "outliers", headline_on(study.panel(winsorise=share))
    yield from _adjusted(study)
    exits = exits_the_other_way(study)
    if exits is not None:
        yield exits[0], "outcome", headline_on(exits[1])
    if study.plan.planned_cohort is not None:
        planned = study.panel(cohort=study.plan.planned_cohort)
        yield "as_planned", "treatment", headline_on(planned)


def linear_alternatives(
    study: Study, data: Panel | PathMoments
) -> Iterator[tuple[str, str, Callable[[], Estimate]]]:
    """Yield what follows from the same moments as the headline: other estimators, averages and comparisons."""
    level, main = study.level, study.cohort_estimator()

    def averaged(**changes: Any) -> Callable[[], Estimate]:
        average = changes.pop("average", "cells")
        return lambda: study.estimator(**changes).fit(data).aggregate(by="overall", average=average)

    others: dict[str, Callable[[], Estimate]] = {
        "difference_in_differences": lambda: DifferenceInDifferences(level=level).fit(data),
        "two_way_fixed_effects": lambda: TwoWayFixedEffects(level=level).fit(data),
        "event_study": lambda: EventStudy(level=level).fit(data).aggregate(by="overall"),
    }
    yield "callaway_santanna", "estimator", averaged()
    for shown in study.plan.estimators:
        if shown in others:
            yield shown, "estimator", others[shown]
    yield "average_of_cohorts", "aggregation", averaged(average="cohort")
    yield "average_of_event_times", "aggregation", averaged(average="event_time")
    other = "never_treated" if main.control_group == "not_yet_treated" else "not_yet_treated"
    yield f"control_{other}", "comparison", averaged(control_group=other)
    yield "anticipation_one_more", "comparison", averaged(anticipation=main.anticipation + 1)
    yield "seen_in_all_periods", "sample", averaged(missing="balanced")


def _adjusted(study: Study) -> Iterator[tuple[str, str, Callable[[], Estimate]]]:
    for row in adjusted_rows(study):
        yield row.name, "adjustment", partial(row.fit, study)


def row_of(name: str, family: str, compute: Callable[[], Estimate]) -> dict[str, Any]:
    """Return an alternative's row of numbers, or the class of error that says why it has none."""
    row: dict[str, Any] = {"name": name, "family": family}
    try:
        estimate = compute()
    except ImpactError as problem:
        return {**row, "why_not": type(problem).__name__}
    found = estimate.table.iloc[0]
    numbers = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
    treated, others = float(found["n_treated"]), float(found["n_control"])
    told = np.isfinite(treated) and np.isfinite(others)  # of arms: those with an outcome
    return {
        **row,
        **{key: float(found[key]) for key in numbers},
        "n_units": int(treated + others) if told else estimate.sample.n_units,
        "n_treated": int(treated) if told else estimate.sample.n_treated,
        "method": estimate.method,
        "why_not": "",
    }
