"""Every estimator that the moments allow, on the same sample, with what each one estimates."""

from typing import Any

import pandas as pd

from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimate import Estimate
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.comparisons.de_chaisemartin_dhaultfoeuille import (
    DeChaisemartinDHaultfoeuille,
)
from impact.estimators.comparisons.difference_in_differences import DifferenceInDifferences
from impact.estimators.comparisons.lee_wooldridge import LeeWooldridge
from impact.estimators.comparisons.local_projections import LocalProjectionsDiD
from impact.estimators.comparisons.stacked import StackedDiD
from impact.estimators.imputation.imputation import Imputation
from impact.estimators.imputation.two_stage import TwoStage
from impact.estimators.regressions.event_study import EventStudy
from impact.estimators.regressions.extended_twfe import ExtendedTWFE
from impact.estimators.regressions.sun_abraham import SunAbraham
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.evaluation.drawn_arms import OF_ARMS, estimators_of_arms
from impact.evaluation.study import Study
from impact.moments import PathMoments
from impact.terms import Averaging

OF_OTHER_PEOPLE = "difference_in_differences"
"""Shown beside the main one only where nobody is asked twice."""

# name, what it averages over, the average asked for (None: it is one number)
ESTIMANDS: dict[str, tuple[str, Averaging | None]] = {
    "callaway_santanna": ("cohort_size", "cells"),
    "imputation": ("treated_observations", "cells"),
    "two_stage": ("treated_observations", "cells"),
    "extended_twfe": ("treated_observations", "cells"),
    "sun_abraham": ("treated_observations", "cells"),
    "rolling": ("cohort_size", "cells"),
    "intertemporal": ("treated_observations", "cells"),
    "local_projections": ("event_times", "event_time"),
    "stacked": ("window", "event_time"),
    "event_study": ("treated_observations", "cells"),
    "two_way_fixed_effects": ("same_for_all", None),
    OF_OTHER_PEOPLE: ("same_for_all", None),
    "poisson": ("ratios", "cells"),
    **dict.fromkeys(OF_ARMS, ("everyone_drawn", "cells")),
}


def estimators_beside(study: Study) -> dict[str, Any]:
    """Return every estimator that the moments allow, with the study's choices, by its word.

    Where other people are asked each time, those that follow nobody.
    """
    if study.compares_arms:
        return estimators_of_arms(study)
    main = study.cohort_estimator()
    if study.plan.waves == "repeated_cross_sections":
        pooled = DifferenceInDifferences(level=main.level)
        return {"callaway_santanna": main, OF_OTHER_PEOPLE: pooled}
    return estimators_with(main)


def estimators_with(main: CallawaySantAnna) -> dict[str, Any]:
    """Return a main estimator and those that stand beside it at its level, by their words."""
    level = main.level
    return {
        "callaway_santanna": main,
        "imputation": Imputation(level=level),
        "two_stage": TwoStage(level=level),
        "extended_twfe": ExtendedTWFE(level=level),
        "sun_abraham": SunAbraham(level=level),
        "rolling": LeeWooldridge(level=level),
        "intertemporal": DeChaisemartinDHaultfoeuille(level=level),
        "local_projections": LocalProjectionsDiD(weighting="equal", level=level),
        "stacked": StackedDiD(level=level),
        "event_study": EventStudy(level=level),
        "two_way_fixed_effects": TwoWayFixedEffects(level=level),
        "poisson": ExtendedTWFE(family="poisson", level=level),
    }


def average_of(name: str, estimator: Any, data: Panel | PathMoments) -> Estimate:
    """Return the one number of an estimator that stands beside the headline.

    Raises
    ------
    ImpactError
        Where these moments do not give it.
    """
    estimate: Estimate = estimator.fit(data)
    _, average = ESTIMANDS[name]
    return estimate if average is None else estimate.aggregate(by="overall", average=average)


def reduced(study: Study, panel: Panel | PathMoments) -> Panel | PathMoments:
    """Return what estimators side by side are computed from: moments, or the panel of arms or of other people each time."""
    reducible = study.follows_units and not study.compares_arms
    if isinstance(panel, PathMoments) or not reducible:
        return panel
    return PathMoments.from_panel(panel)


def side_by_side(study: Study, panel: Panel | PathMoments) -> pd.DataFrame:
    """Reduce the panel once and ask every estimator: ``name, estimand, estimate, std_error, conf_low, conf_high, why_not``."""
    data = reduced(study, panel)
    return pd.DataFrame(
        [_row(name, estimator, data) for name, estimator in estimators_beside(study).items()]
    )


def headline_weights(
    study: Study, panel: Panel | PathMoments, *, shown: bool = True
) -> pd.DataFrame | None:
    """Return the weight of each cohort's mean in each period in the main estimate; no row where they may not be shown.

    None where arms are compared as a whole.

    Weights of cohorts are their shares of the treated: with one cohort of few units they tell how many.
    """
    if study.compares_arms:
        return None
    weights = study.estimator().fit(panel).aggregate(by="overall").weights()
    return weights if shown else weights.iloc[:0]


def _row(name: str, estimator: Any, data: Panel | PathMoments) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "estimand": ESTIMANDS[name][0], "why_not": ""}
    try:
        estimate = average_of(name, estimator, data)
    except ImpactError as problem:
        return {**row, "why_not": type(problem).__name__}
    found = estimate.table.iloc[0]
    numbers = ("estimate", "std_error", "conf_low", "conf_high")
    return {**row, **{key: float(found[key]) for key in numbers}, "method": estimate.method}
