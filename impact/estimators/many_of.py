"""Who answers for an estimate under many assignments and outcomes: its own kernel, its weights, or new fits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.comparisons.de_chaisemartin_dhaultfoeuille import (
    DeChaisemartinDHaultfoeuille,
)
from impact.estimators.comparisons.many_comparisons import ComparisonWeights, ManyComparisons
from impact.estimators.dose.continuous_dose import ContinuousDose
from impact.estimators.dose.exposure_levels import ExposureLevels
from impact.estimators.dose.spillovers import Spillovers
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.estimators.experiments.many_arms import ManyArms
from impact.estimators.experiments.two_stage_least_squares import TwoStageLeastSquares
from impact.estimators.imputation.imputation import Imputation
from impact.estimators.linear import LinearParts
from impact.estimators.many import AnyEstimator, Many, Number, clusters_are_units, labels_of
from impact.estimators.panel.model_rows import EXPOSED
from impact.estimators.refitted import Refitted
from impact.estimators.regressions.many_regressions import many_regressions
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.estimators.synthetic.factor_models import InteractiveFixedEffects, MatrixCompletion
from impact.estimators.synthetic.many_factors import ManyFactors
from impact.estimators.synthetic.many_synthetic import ManySynthetic
from impact.estimators.synthetic.synthetic_did import SyntheticControl, SyntheticDiD
from impact.estimators.weighted import FittedWeights, Weighted, exchangeable_as_units
from impact.origin import Origin, Step
from impact.streams import stream
from impact.terms import ENOUGH_UNITS

SAME = (
    1e-8  # relative; weights that differ by more between two outcomes are not the outcomes' weights
)
SEED = 2012
OVERALL = Step("aggregate", {"by": "overall", "average": "cells", "balance": None})
BY_EVENT_TIME = Step("aggregate", {"by": "event_time", "average": "cells", "balance": None})
EVENT_TIME = "event_time="  # how terms by event time begin


def overall(panel: Panel, estimator: AnyEstimator) -> Estimate:
    """Return an estimator's one number: its only parameter, that of being under treatment, or the average of its effects.

    Raises
    ------
    NotAvailableError
        When it has several parameters that do not average, such as a model with several regressors.
    """
    found = estimator.fit(panel)
    if len(found.values) == 1:
        return found
    if EXPOSED in found.rows.term:
        return found.select([EXPOSED])
    try:
        return found.aggregate(by="overall")
    except NotAvailableError:
        return found.aggregate(by="overall", average="event_time")


def many_of(origin: Number) -> Many:
    """Return what answers for the one number of an origin.

    Raises
    ------
    NotAvailableError
        When the origin has no panel, or several numbers.
    """
    kernel = KERNELS.get(type(origin.estimator))
    found = None if kernel is None else kernel(origin)
    return found or _fitted(origin)


def event_study(panel: Panel, estimator: AnyEstimator) -> Estimate:
    """Return an estimator's effects by event time against one reference, those before treatment among them if it has any.

    Raises
    ------
    NotAvailableError
        When its effects cannot be told apart by event time.
    """
    asked: Any = estimator
    if hasattr(asked, "base_period"):
        asked = replace(asked, base_period="universal")
    found: Estimate = asked.fit(panel)
    by_event_time = found.rows.event_time is not None and found.rows.cohort is None
    return found if by_event_time else found.aggregate(by="event_time")


def at_event_time(study: Estimate, event: float) -> Many:
    """Return what answers for one event time of an `event_study`.

    Raises
    ------
    NotAvailableError
        When the study has no such event time.
    """
    known = np.asarray(study.rows.event_time, dtype=float)
    at = np.flatnonzero(known == event)
    if not at.size:
        raise NotAvailableError(f"event_time={event:g}: not among those estimated")
    return many_of(study.origin.then("select", terms=[study.rows.term[at[0]]]))


def many(panel: Panel, estimator: AnyEstimator) -> Many:
    """Return what answers for an estimator's `overall` number on a panel."""
    if type(estimator) is CallawaySantAnna:  # its kernel needs no fit
        return many_of(Origin(estimator, panel, (OVERALL,)))
    return many_of(overall(panel, estimator).origin)


def _comparisons(origin: Number) -> Many | None:
    """Callaway and Sant'Anna's overall effect, and single event times: the kernel, or its weights where clusters lie above."""
    estimator: Any = origin.estimator
    panel = replace(origin.panel, complete=None)
    if not estimator.compares_plain_pairs(panel):
        return None
    event = _event_time(origin.steps) if estimator.base_period == "universal" else None
    if origin.steps == (OVERALL,):
        design = Comparisons.of(panel, estimator)
        if not design.compared.any():
            raise NotIdentifiedError(
                f"{panel.outcome}: no cohort is observed before and after treatment beside an untreated unit; check the "
                "cohort column, or use control_group='not_yet_treated'"
            )
    elif event is not None:
        design = Comparisons.of(panel, estimator, lead=event)
    else:
        return None
    if clusters_are_units(panel):
        return ManyComparisons(panel, design)
    weigh = ComparisonWeights(design, "cells", panel.n_periods)
    return Weighted(panel, design.labels, design.cohorts, weigh, replace(origin, data=panel))


def _event_time(steps: Sequence[Step]) -> int | None:
    """The one event time that steps lead to, from an average by event time through selections; None if they do not."""
    if steps[:1] != (BY_EVENT_TIME,) or any(step.verb != "select" for step in steps[1:]):
        return None
    terms = steps[-1].arguments.get("terms", ())
    if len(terms) != 1 or not str(terms[0]).startswith(EVENT_TIME):
        return None
    return int(float(str(terms[0]).removeprefix(EVENT_TIME)))


def _two_way(origin: Number) -> Many | None:
    """The kernel of two-way fixed effects, where no unit was treated from the first period on."""
    panel, estimator = origin.panel, _given_nothing(origin)
    if (
        estimator is None
        or origin.steps
        or panel.complete is not None
        or not exchangeable_as_units(panel)
    ):
        return None
    return many_regressions(origin, "two_way_fixed_effects", leave_one_out=False)


def _imputation(origin: Number) -> Many | None:
    estimator = _given_nothing(origin)
    panel = replace(origin.panel, complete=None)
    if estimator is None or origin.steps != (OVERALL,) or not exchangeable_as_units(panel):
        return None
    few = panel.sample.n_treated < ENOUGH_UNITS
    leave_one_out = few if estimator.averages is None else estimator.averages == "leave_one_out"
    return many_regressions(replace(origin, data=panel), "imputation", leave_one_out=leave_one_out)


def _given_nothing(origin: Number) -> Any:
    """Return the estimator where it takes no covariates, which its kernel does not know."""
    estimator: Any = origin.estimator
    return None if estimator.covariates or estimator.by_period else estimator


def _dose_path(origin: Number) -> Many | None:
    """Paths of doses are not what cohorts assign."""
    estimator: Any = origin.estimator
    if estimator.dose is None:
        return None
    raise NotAvailableError(
        f"{estimator.dose}: a path of doses is not a cohort, so exchanging cohorts says nothing of it; take the estimate's own "
        "interval"
    )


def _exposure(origin: Number) -> Many | None:
    """What units were exposed to, and where they are, is not what cohorts assign."""
    raise NotAvailableError(
        f"{type(origin.estimator).__name__}: compares by exposure or place, which exchanging cohorts would tear from the units "
        "that had them; take the estimate's own interval"
    )


def _synthetic(origin: Number) -> Many | None:
    """The batch of fits behind the overall effect."""
    return ManySynthetic.of_number(origin) if origin.steps == (OVERALL,) else None


def _participation(origin: Number) -> Many | None:
    """Refuse: who took part was chosen by those invited, so exchanging participants would test another question."""
    estimator: Any = origin.estimator
    raise NotAvailableError(
        f"{estimator.participation}: participation was not drawn, the invitation was; exchange the arms of "
        f"{', '.join(estimator.instruments)} with DifferenceInMeans or Ancova, whose test is that of no effect of participation"
    )


KERNELS: Mapping[type, Callable[[Number], Many | None]] = {
    CallawaySantAnna: _comparisons,
    TwoWayFixedEffects: _two_way,
    Imputation: _imputation,
    DifferenceInMeans: ManyArms.of,
    Ancova: ManyArms.of,
    DeChaisemartinDHaultfoeuille: _dose_path,
    ContinuousDose: _exposure,
    ExposureLevels: _exposure,
    Spillovers: _exposure,
    SyntheticControl: _synthetic,
    SyntheticDiD: _synthetic,
    TwoStageLeastSquares: _participation,
    InteractiveFixedEffects: ManyFactors.of_number,
    MatrixCompletion: ManyFactors.of_number,
}
"""Estimators with a kernel of their own; it may decline a number that it does not know."""


def _fitted(origin: Number) -> Many:
    """Weights where the estimator is linear in the outcomes, else a new fit each time."""
    panel = replace(origin.panel, complete=None)
    actual = origin.again(origin.panel)
    if len(actual.values) != 1:
        raise NotAvailableError(
            f"{type(origin.estimator).__name__}: {len(actual.values)} parameters; choose one with "
            "aggregate(by='overall') or select([...])"
        )
    if actual.sample.n_units != panel.n_units:
        panel = origin.panel.with_always_treated()
    labels, cohorts = labels_of(panel)
    origin = replace(origin, data=panel)
    if _is_linear(origin, panel):
        weigh = FittedWeights(origin, panel, cohorts)
        return Weighted(panel, labels, cohorts, weigh, origin)
    return Refitted.of(panel, labels, cohorts, origin)


def _is_linear(origin: Number, panel: Panel) -> bool:
    """Whether the weights are the same for another outcome, and their sum of products the estimate."""
    first = origin.again(panel)
    if not isinstance(first.parts, LinearParts) or not first.parts.weighs_outcomes:
        return False
    noise = stream(SEED, "linearity").standard_normal(len(panel.y))
    other_outcome = np.abs(panel.y + np.std(panel.y) * noise)
    second = origin.again(panel.with_outcome(other_outcome, panel.outcome))
    own, other = (each.parts.unit_weights(panel)[0] for each in (first, second))  # type: ignore[union-attr]
    total = float((own * np.nan_to_num(panel.wide)).sum())
    scale = float(np.abs(own * np.nan_to_num(panel.wide)).sum())
    same = np.abs(own - other).max() <= SAME * np.abs(own).max()
    return bool(same and abs(total - first.values[0]) <= SAME * scale)
