"""Everything that can be known to be wrong with a plan before a notebook starts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from impact.data.schema import ColumnType, Schema
from impact.errors import EstimationError, ImpactError, PlanError
from impact.evaluation.from_moments.checked import check_moments
from impact.evaluation.many_effects import refuse_unestimable
from impact.evaluation.plan import Plan, printed
from impact.evaluation.several_arms import refuse_unestimable_arms
from impact.evaluation.study import Study
from impact.evaluation.survey_checks import first_existed
from impact.terms import nearest

NUMBERS: frozenset[ColumnType] = frozenset({"number", "integer"})
FILES = {
    "programme": "programme",
    "indicators": "indicators",
    "truth": "truth",
    "evidence": "elsewhere",
    "economics": "economics",
}
"""Keys of the plan that name a file, and what a study reads from each."""
TEXTS: frozenset[ColumnType] = frozenset({"string", "category"})
CONDITIONS: frozenset[ColumnType] = NUMBERS | {"boolean"}
LABELS: frozenset[ColumnType] = TEXTS | {"boolean", "integer"}


@dataclass(frozen=True)
class _Named:
    """Columns that one key of a plan names, and what they must be."""

    key: str
    columns: tuple[str, ...]
    types: frozenset[ColumnType] | None = None
    rule: str = ""


def check_study(study: Study) -> None:
    """Refuse a plan that cannot be run: schema, columns, programme, data, then every panel and the headline itself.

    Raises
    ------
    PlanError
        For a column: the key that names it, the rule and the nearest declared column.
    ImpactError
        What reading the data, making a panel or estimating an outcome raises.
    """
    check_named(study)
    if study.from_moments:
        check_moments(study)
        return
    with _asked_by("arms"):
        _ = study.arms
    _check_waves(study)
    _ = study.groups
    outcomes = dict.fromkeys(
        (
            *study.plan.outcomes,
            *study.plan.placebo_outcomes,
            *study.plan.measures,
            *sum(study.plan.families.values(), ()),
        )
    )
    for outcome in outcomes:
        study.panel(outcome)
    for outcome in study.measured:
        with suppress(EstimationError):  # one that never changes is reported as not measured
            study.panel(outcome)
    if study.plan.planned_cohort is not None:
        study.panel(cohort=study.plan.planned_cohort)
    for outcome in study.plan.outcomes:
        refuse_unestimable(study, outcome)
    refuse_unestimable_arms(study)
    with _asked_by("survey.entered"):
        first_existed(study, study.panel())
    if study.plan.panel_model is not None:
        from impact.evaluation.robustness import own_model

        with _asked_by("panel_model"):
            own_model(study)


def check_named(study: Study) -> None:
    """Refuse a plan by what it names, before its data are read: columns that no schema has, files that cannot be read.

    Raises
    ------
    ImpactError
        As `check_study`.
    """
    with _asked_by("schema"):
        _ = study.schema
    check_columns(study.plan, study.schema)
    for key, file in FILES.items():
        with _asked_by(key):
            getattr(study, file)


def _check_waves(study: Study) -> None:
    """Hold the waves that the plan declares against the periods and the units of the data."""
    panel, waves = study.panel(winsorise=0.0), study.plan.waves
    before = bool((panel.times < panel.cohorts[0]).any())
    if waves == "panel" and before and len(panel.y) == panel.n_units:
        raise PlanError(
            "waves: every unit is seen in one period alone, so no change is known; declare waves: repeated_cross_sections if "
            "other units were asked each time, or check the column of units"
        )
    if waves == "endline_only" and before:
        raise PlanError(
            "waves: the data have periods before the start, so there is more than an endline; declare waves: panel"
        )
    if waves != "endline_only" and not before:
        raise PlanError(
            "waves: the data have no period before the start; "
            + (
                "declare waves: endline_only, or add the waves before"
                if study.by_lot
                else "add the waves before, as an end alone compares only what a lot made alike"
            )
        )


@contextmanager
def _asked_by(key: str) -> Iterator[None]:
    """Put the plan's key before a message that does not begin with it."""
    try:
        yield
    except ImpactError as problem:
        words = str(problem)
        raise type(problem)(words if words.startswith(key) else f"{key}: {words}") from None


def check_columns(plan: Plan, schema: Schema) -> None:
    """Hold every column that a plan names against the schema.

    Raises
    ------
    PlanError
    """
    if plan.cohort is None and schema.cohort is None:
        raise PlanError(
            "cohort: name the column of first treated periods in the plan or the schema"
        )
    for named in _named(plan, schema):
        for column in named.columns:
            _check(column, named, schema)
    if plan.assigned_by == "cluster" and schema.cluster in {None, schema.unit}:
        raise PlanError(
            "assigned_by: the schema names no cluster above the unit; name it there as `cluster`, or take assigned_by: unit"
        )
    _check_covariates(plan)
    _check_questions(plan)
    _check_status(plan, schema)
    _check_only(plan, schema)
    _check_cohorts(plan, schema)
    _check_labels(plan, schema)


def _named(plan: Plan, schema: Schema) -> Iterator[_Named]:
    outcome = NUMBERS, "an outcome is a number"
    yield _Named("outcomes", plan.outcomes, *outcome)
    yield _Named("placebo_outcomes", plan.placebo_outcomes, *outcome)
    yield _Named("measures", plan.measures, *outcome)
    known = tuple(name for name in plan.secondary if name in schema.columns)
    yield _Named("secondary", known, *outcome)
    conditions = CONDITIONS, "what counts events is a number or true/false"
    yield _Named("exposure", plan.exposure, *conditions)
    for key in ("dose", "participation"):
        if (column := getattr(plan, key)) is not None:
            yield _Named(key, (column,), *conditions)
    for name, columns in plan.families.items():
        yield _Named(f"families.{name}", columns, *outcome)
    if plan.panel_model is not None:
        regressors = CONDITIONS, "a regressor is a number or true/false"
        yield _Named("panel_model.outcome", (plan.panel_model.outcome,), *outcome)
        yield _Named("panel_model.regressors", plan.panel_model.regressors, *regressors)
    yield from _of_the_survey(plan)
    yield from _of_exclusions(plan)
    for key in ("subgroups", "strata", "characteristics", "covariates"):
        yield _Named(key, getattr(plan, key))
    yield _Named("only", tuple(plan.only), LABELS, "firms are kept by labels")
    if plan.arms is not None:
        yield _Named("arms.column", (plan.arms.column,))
    if plan.treatment_group is not None:
        yield _Named("treatment_group", (plan.treatment_group,))


def _of_exclusions(plan: Plan) -> Iterator[_Named]:
    for number, rule in enumerate(plan.exclusions, start=1):
        of = NUMBERS, "below and above are of a number"
        yield _Named(f"exclusions.{number}", (rule.column,), *(() if rule.any_of else of))


def _check_questions(plan: Plan) -> None:
    """Refuse a question that nothing of the plan answers."""
    asked: dict[str, tuple[str, ...]] = {
        "effect": (*plan.outcomes, *plan.secondary),
        "subgroup": plan.subgroups,
        "family": tuple(plan.families),
    }
    needs = {"contamination": "exposure", "placebo": "placebo_outcomes", "worth": "economics"}
    for number, one in enumerate(plan.questions, start=1):
        known = asked.get(one.answered_by, ())
        if one.about is not None and one.about not in known:
            raise PlanError(
                f"questions.{number}.about: {printed(one.about)} is no {one.answered_by} of the plan; "
                f"{nearest(one.about, known)}known ones are {', '.join(known) or 'none'}; "
                "take it up there, or the question out"
            )
        key = needs.get(one.answered_by)
        if key is not None and not getattr(plan, key):
            raise PlanError(
                f"questions.{number}: {one.answered_by} is answered from `{key}`, which the plan does not have"
            )
        if one.expects == "nothing_relevant" and plan.relevant_effect is None:
            raise PlanError(
                f"questions.{number}.expects: nothing_relevant needs relevant_effect: the smallest effect that would matter"
            )


def _of_the_survey(plan: Plan) -> Iterator[_Named]:
    told, number = plan.survey, (NUMBERS, "what is counted or measured is a number")
    for key in ("duration", "employment"):
        if (column := getattr(told, key)) is not None:
            yield _Named(f"survey.{key}", (column,), *number)
    for key in ("enumerator", "entered"):
        if (column := getattr(told, key)) is not None:
            yield _Named(f"survey.{key}", (column,))
    if told.status is not None:
        yield _Named(
            "survey.status.column", (told.status.column,), TEXTS, "a status is a text or a category"
        )
    yield _Named("survey.back_check", (*told.back_check, *told.back_check.values()), *number)


def _check_covariates(plan: Plan) -> None:
    """Refuse covariates that treatment itself moves."""
    moved = {
        "an outcome": (*plan.outcomes, *plan.secondary, *sum(plan.families.values(), ())),
        "part of treatment": (*plan.exposure, plan.dose, plan.participation, plan.treatment_group),
    }
    for what, columns in moved.items():
        for column in plan.covariates:
            if column in columns:
                raise PlanError(
                    f"covariates: {printed(column)} is {what}, so adjusting for it would take part of the effect away; "
                    "leave it out (outcome_before adjusts for the outcome before the start)"
                )


def _check_status(plan: Plan, schema: Schema) -> None:
    """Refuse a value of the status that its column cannot have."""
    told = plan.survey.status
    if told is None or schema.columns[told.column].categories is None:
        return
    known = schema.columns[told.column].categories or []
    for value in (*told.exit, *told.nonresponse):
        if value not in known:
            raise PlanError(
                f"survey.status: {printed(value)} is not a category of {printed(told.column)}; {nearest(value, known)}"
                f"its categories are {', '.join(known)}"
            )


def _check_only(plan: Plan, schema: Schema) -> None:
    """Refuse a label that a column by which firms are kept cannot have."""
    for column, labels in plan.only.items():
        of_column = schema.columns[column]
        known = ["true", "false"] if of_column.type == "boolean" else of_column.categories
        for label in labels:
            if known is not None and label not in known:
                raise PlanError(
                    f"only.{printed(column)}: {printed(label)} is none of its categories; {nearest(label, known)}they are "
                    f"{', '.join(known)}"
                )


def _check(column: str, named: _Named, schema: Schema) -> None:
    _declared(named.key, column, list(schema.columns))
    of_rows = named.key.startswith("exclusions.")  # a window is made of periods
    if column in {schema.unit, schema.time.column} and not of_rows:
        raise PlanError(
            f"{named.key}: {printed(column)} is the column of units or times; name another"
        )
    kind = schema.columns[column].type
    if named.types is not None and kind not in named.types:
        raise PlanError(f"{named.key}: {printed(column)} is declared as {kind}; {named.rule}")


def _check_cohorts(plan: Plan, schema: Schema) -> None:
    derived = [] if schema.cohort is None else [schema.cohort.column]
    for key, column in (("cohort", plan.cohort), ("planned_cohort", plan.planned_cohort)):
        if column is not None:
            _declared(key, column, list(dict.fromkeys((*schema.columns, *derived))))


def _check_labels(plan: Plan, schema: Schema) -> None:
    """Ask for a name of whatever the plan wants to know and the data do not have."""
    for column in plan.secondary:
        if column not in schema.columns and column not in plan.secondary_labels:
            raise PlanError(
                f"secondary: {printed(column)} is not declared in the schema; {nearest(column, schema.columns)}"
                "name it under secondary_labels, in both languages, to report it as not measured"
            )


def _declared(key: str, column: str, known: list[str]) -> None:
    if column not in known:
        raise PlanError(
            f"{key}: {printed(column)} is not declared in the schema; {nearest(column, known)}"
            f"declared columns are {', '.join(known)}"
        )
