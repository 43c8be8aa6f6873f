"""Which parts of a report moments do not give, of those that a plan's data would."""

from typing import Literal

from impact.evaluation.study import Study

Missing = Literal[
    "single_answers",
    "characteristics",
    "other_inferences",
    "recent_change",
    "leave_one_out",
    "scales",
    "silence",
    "textbook_models",
    "other_outcomes",
    "subgroups",
    "covariates",
    "starts_as_planned",
    "other_columns",
]
"""In the order of the report."""


def missing_parts(study: Study) -> tuple[Missing, ...]:
    """Return what a study whose data are moments cannot show, of what its plan asks for."""
    plan = study.plan
    others = (
        *plan.outcomes[1:],
        *study.measured,
        *plan.placebo_outcomes,
        *plan.measures,
        *plan.families,
    )
    asked: dict[Missing, bool] = {
        "single_answers": True,
        "characteristics": True,
        "other_inferences": True,
        "recent_change": not study.by_lot,
        "leave_one_out": True,
        "scales": True,
        "silence": True,
        "textbook_models": True,
        "other_outcomes": bool(set(others) - {study.outcome}),
        "subgroups": bool(plan.subgroups),
        "covariates": bool(plan.covariates) or plan.outcome_before > 0,
        "starts_as_planned": plan.planned_cohort is not None,
        "other_columns": bool(plan.exposure) or any((plan.dose, plan.participation)),
    }
    return tuple(name for name, wanted in asked.items() if wanted)
