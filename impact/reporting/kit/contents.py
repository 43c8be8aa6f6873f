"""Which of a study's released numbers a referee can compute again, and why not the others."""

from dataclasses import replace
from typing import Any

from impact.disclosure.twin.asked import Asked
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.imputation.imputation import Imputation
from impact.estimators.regressions.event_study import EventStudy
from impact.estimators.regressions.sun_abraham import SunAbraham
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.evaluation.study import Study
from impact.terms import ControlGroup

WITHOUT_A_CHECK = (
    "two_stage",
    "extended_twfe",
    "rolling",
    "intertemporal",
    "local_projections",
    "stacked",
    "poisson",
    "difference_in_differences",
)
"""Released beside the headline; linear or not, no script of the kit computes them."""


def asked_of(study: Study) -> list[Asked]:
    """Return the numbers of a study's headline outcome that the kit's scripts compute, the most important first.

    Where arms of a lot are compared as a whole, the main number comes first although it has no twin yet: it is then listed
    as left out.
    """
    main, level = study.cohort_estimator(), study.level
    arms = [Asked(study.main, study.estimator())] if study.compares_arms else []
    return [
        *arms,
        Asked("callaway_santanna", main, "cells"),
        Asked("two_way_fixed_effects", TwoWayFixedEffects(level=level)),
        Asked("event_study", EventStudy(level=level), "cells"),
        Asked("sun_abraham", SunAbraham(level=level), "cells"),
        Asked("imputation", Imputation(level=level), "cells"),
        Asked("average_of_cohorts", main, "cohort"),
        Asked("average_of_event_times", main, "event_time"),
        Asked("other_comparison", replace(main, control_group=other_group(main)), "cells"),
    ]


def other_group(main: CallawaySantAnna) -> ControlGroup:
    """Return the comparison group that the headline does not have."""
    return "never_treated" if main.control_group == "not_yet_treated" else "not_yet_treated"


def settings_of(study: Study) -> dict[str, Any]:
    """Return what the scripts must know of the study's choices."""
    main = study.cohort_estimator()
    return {
        "control_group": main.control_group,
        "other_control_group": other_group(main),
        "anticipation": main.anticipation,
    }
