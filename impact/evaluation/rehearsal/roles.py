"""What a plan uses the columns of its schema for, as a planned panel needs to know."""

from impact.data.schema import Schema
from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.simulate.planned.outcomes import Scale
from impact.simulate.planned.roles import Roles


def roles_of(plan: Plan, schema: Schema) -> Roles:
    """Read the roles off a plan and its schema.

    Raises
    ------
    PlanError
        For what cannot be simulated yet, naming the key.
    """
    if plan.from_moments:
        raise PlanError(
            "data: moments hold no firm, so there are no files to rehearse; name the data that they are made of"
        )
    if plan.waves == "repeated_cross_sections":
        raise PlanError(
            "waves: repeated_cross_sections cannot be rehearsed yet; rehearse the same plan with waves: panel"
        )
    cohort = plan.cohort or (schema.cohort.column if schema.cohort else None)
    marks = None if schema.cohort is None else schema.cohort.first_period_of
    return Roles(
        outcome=plan.outcomes[0],
        scale=scale_of(plan, schema),
        cohort=cohort if cohort in schema.columns else None,
        marks=marks,
        marks_start=schema.cohort is not None and schema.cohort.marks == "start",
        planned_cohort=plan.planned_cohort,
        participation=plan.participation,
        group=plan.treatment_group,
        dose=plan.dose,
        arm=None if plan.arms is None else plan.arms.column,
        control=None if plan.arms is None else plan.arms.control,
        arms=_arms(plan, schema),
        measured=_measured(plan, schema),
        unmoved=plan.placebo_outcomes,
        varying=() if plan.panel_model is None else plan.panel_model.regressors,
        exposure=plan.exposure,
        status=None if plan.survey.status is None else plan.survey.status.column,
        exit=() if plan.survey.status is None else plan.survey.status.exit,
        nonresponse=() if plan.survey.status is None else plan.survey.status.nonresponse,
        enumerator=plan.survey.enumerator,
        duration=plan.survey.duration,
        entered=plan.survey.entered,
        back_check=plan.survey.back_check,
    )


def scale_of(plan: Plan, schema: Schema) -> Scale:
    """Say whether the headline is an amount, a logarithm, or may be any number."""
    column = schema.columns[plan.outcomes[0]]
    if column.scale == "log":
        return "log"
    return "amount" if column.minimum is not None and column.minimum >= 0 else "number"


def _arms(plan: Plan, schema: Schema) -> tuple[str, ...]:
    """Treated arms in the plan's order, then those of the schema's categories."""
    if plan.arms is None:
        return ()
    known = schema.columns[plan.arms.column].categories or []
    names = dict.fromkeys((*plan.arms.labels, *known))
    return tuple(name for name in names if name != plan.arms.control) or ("treated",)


def _measured(plan: Plan, schema: Schema) -> tuple[str, ...]:
    model = plan.panel_model
    named = (
        *plan.outcomes[1:],
        *plan.secondary,
        *plan.measures,
        *sum(plan.families.values(), ()),
        *((plan.survey.employment,) if plan.survey.employment else ()),
        *((model.outcome,) if model else ()),
    )
    return tuple(name for name in dict.fromkeys(named) if name in schema.columns)
