"""The plan: every choice of an evaluation, with its type, range, default and meaning, written before the answer is known."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from impact.data.broken_rules import Place, broken_rules
from impact.data.strict import Words
from impact.errors import PlanError
from impact.evaluation.arms import PlannedArms
from impact.evaluation.promised import Estimand, Exclusion, PlannedQuestion
from impact.evaluation.survey import Survey
from impact.evaluation.wording import DesignCosts, Lesson, Limits, Wording
from impact.moments.moments_file import is_moments
from impact.terms import (
    AssignedBy,
    Assignment,
    ControlGroup,
    Covariance,
    Language,
    PlannedWaves,
    nearest,
)

ShownEstimator = Literal[
    "callaway_santanna", "difference_in_differences", "two_way_fixed_effects", "event_study"
]


MissingCovariates = Literal["leave_out", "refuse"]


def _share_or_none(share: float) -> float:
    """Hold a cap to the upper half of the outcomes; 0 is none."""
    if share and not 0.5 < share < 1:
        raise ValueError("a share between 0.5 and 1, such as 0.99, or 0 for none")
    return share


def _possible_path(path: str) -> str:
    """Refuse what no system can open as a file, before one is asked to."""
    if not path.isprintable() or any(len(os.fsencode(part)) > 255 for part in path.split("/")):
        raise ValueError("a path without control characters, its names of 255 bytes at most")
    return path


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice; name each once")
    return names


Text = Annotated[str, Field(min_length=1, max_length=1000)]
FilePath = Annotated[Text, AfterValidator(_possible_path)]
Columns = Annotated[tuple[Text, ...], Field(strict=False), AfterValidator(_each_once)]
FamilyName = Annotated[str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]


CHANGEABLE = (
    "only",
    "cohort",
    "comparison_group",
    "anticipation",
    "alpha",
    "permutations",
    "seed",
    "language",
)
"""Choices that a notebook parameter may change; another headline is ``outcome``."""
NAMED = "name"
"""What a run may be told beside them: the name of its folder."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PanelModel(_Strict):
    """A fixed-effects model that the plan asks for beside the standard ones."""

    outcome: Text
    regressors: Annotated[Columns, Field(min_length=1)]
    time_effects: bool = True
    vcov: Covariance = "clustered"


class Plan(_Strict):
    """The choices of one evaluation. Nothing is read here: paths stay as written, relative to the plan's own folder.

    What each key means stands beside it, and in docs/plan.md, which a test holds to it.
    """

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    """folder of the run under `reports/`: lower-case letters, digits, hyphens"""
    title: Words
    """`{en: ..., fr: ...}`"""
    data: FilePath
    """file of one of the kinds under The schema, a moments file (`.moments`), or `package:linearmodels.jobtraining`"""
    data_schema: Annotated[FilePath, Field(alias="schema")]
    """what the columns are"""
    questions: Annotated[tuple[PlannedQuestion, ...], Field(strict=False)] = ()
    """what the report answers, in this order: `[{question, answered_by, about, expects}]`, the question in `{en, fr}`"""
    estimand: Estimand | None = None
    """of the headline: `effect_on_beneficiaries`, or of a lot `effect_of_being_drawn`; refused where the design has another"""
    outcomes: Annotated[Columns, Field(min_length=1)]
    """columns; the first is the headline"""
    cohort: Text | None = None
    """column of first treated periods (empty: never treated), if not the schema's"""
    planned_cohort: Text | None = None
    """the same as planned, for the effect of being invited"""
    only: dict[Text, Annotated[Columns, Field(min_length=1)]] = Field(default_factory=dict)
    """`{column: [labels]}`: firms that have one of the labels, in each column; every page says so"""
    assignment: Assignment = "chosen"
    """how beneficiaries came to take part: `randomised`, `chosen` or `by_rule`; estimator, checks and sentences follow"""
    assigned_by: AssignedBy | None = None
    """what was drawn, of a `randomised` assignment: `unit` or `cluster`; the schema's cluster where it has one, if not said"""
    arms: PlannedArms | None = None
    """several arms of a lot: `{column, control, labels}`; page one has the first of them against the control"""
    waves: PlannedWaves = "panel"
    """`panel`, `repeated_cross_sections` (other units each time), or `endline_only` (one period, nothing before)"""
    participation: Text | None = None
    """column above zero (or true) where a unit took part; the `cohort` is then who was drawn, whether they came or not"""
    comparison_group: ControlGroup = "not_yet_treated"
    """`not_yet_treated` or `never_treated`"""
    anticipation: Annotated[int, Field(ge=0, le=40)] = 0
    """periods before the start in which outcomes may already respond"""
    placebo_periods: Annotated[int, Field(ge=1, le=40)] = 4
    """how much earlier the placebo start is"""
    estimators: Annotated[
        tuple[ShownEstimator, ...], Field(strict=False), AfterValidator(_each_once)
    ] = get_args(ShownEstimator)
    """which to show beside the main one"""
    subgroups: Columns = ()
    """columns; levels with fewer than ten beneficiaries are not shown"""
    strata: Columns = ()
    """columns within which the lot was drawn; without one, the permutation test exchanges firms in them by baseline tercile"""
    characteristics: Columns = ()
    """columns compared before treatment"""
    covariates: Columns = ()
    """columns known before treatment that a row adjusts for: doubly robust, arms by regression; categories become indicators"""
    missing_covariates: MissingCovariates = "leave_out"
    """observations without one of them: `leave_out` of that row, and counted, or `refuse`"""
    outcome_before: Annotated[int, Field(ge=0, le=40)] = 4
    """earlier periods whose mean outcome a row adjusts for, and the last outcome; after a dip it is read as well; 0: no row"""
    winsorise: Annotated[float, Field(ge=0, lt=1), AfterValidator(_share_or_none)] = 0.0
    """cap outcomes at this quantile (above 0.5) within each period; raw values are always shown beside; 0: no cap"""
    panel_model: PanelModel | None = None
    """a further fixed-effects model: `{outcome, regressors, time_effects, vcov}`"""
    exclusions: Annotated[tuple[Exclusion, ...], Field(strict=False)] = ()
    """observations left out: `[{column, any_of, because}]`, or of numbers `below` and `above`; counted, blanks stay"""
    treatment_group: Text | None = None
    """column of the event (fair) through which a firm was treated, instead of its cohort; firms of one may share shocks"""
    families: dict[FamilyName, Annotated[Columns, Field(min_length=2)]] = Field(
        default_factory=dict
    )
    """`{name: [outcomes]}`: outcomes tested together, p-values adjusted for being several"""
    placebo_outcomes: Columns = ()
    """outcomes that the programme could not have moved"""
    design_draws: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """simulated panels a process of the design check"""
    programme: FilePath | None = None
    """file on the programme: cost, aim, theory of change, events planned and delivered"""
    indicators: FilePath | None = None
    """file of the monitoring plan's indicators: baselines, targets and what was reached, each with its source"""
    words: Wording = Wording()
    """what the report calls things; every key optional"""
    survey: Survey = Survey()
    """columns about the interviews, for the checks of the data; every key optional"""
    measures: Columns = ()
    """other columns that measure the headline in its unit: of a usual week, a best estimate; their effects stand beside it"""
    secondary: Columns = ()
    """further outcomes for the summary of findings; one that the schema lacks is reported as not measured"""
    secondary_labels: dict[Text, Words] = Field(default_factory=dict)
    """`{column: {en: ..., fr: ...}}`: names of those that were not measured"""
    exposure: Columns = ()
    """columns above zero (or true) where a firm met an activity of the programme, for contamination of the comparison group"""
    dose: Text | None = None
    """column of how much of the programme a firm received, such as the number of fairs"""
    relevant_effect: Annotated[float, Field(gt=0, le=1000)] | None = None
    """smallest effect that would matter, in percent of the outcome without the programme"""
    relevant_effect_reason: Words | None = None
    """why that one: its source, or that it is an assumption"""
    design_costs: DesignCosts = DesignCosts()
    """what the study itself costs, in `currency`: `impact rehearse` compares designs by it; without any, by interviews"""
    limits: Limits = Limits()
    """figures beyond which the rating of the evidence loses a step"""
    truth: FilePath | None = None
    """of simulated data: file with the true effect; every page then says that the data are simulated"""
    evidence: FilePath | None = None
    """file of published effects, each with its source"""
    economics: FilePath | None = None
    """file of costs, beneficiaries and assumptions, for the rate of return"""
    lessons: Annotated[tuple[Lesson, ...], Field(strict=False)] = ()
    """the evaluator's, in place of drafts by rule: `[{finding, condition, action}]`, each `{en, fr}`"""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "MAD"
    """of the outcomes whose unit begins with it"""
    permutations: Annotated[int, Field(ge=99, le=1_000_000)] = 1999
    """random assignments of the permutation test; all are taken where there are at most 20,000"""
    alpha: Annotated[float, Field(ge=0.001, lt=0.5)] = 0.05
    """size of tests: one minus the confidence level"""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 2012
    """of the random numbers"""
    language: Language = "en"
    """of the report: `en` or `fr`"""

    @property
    def from_moments(self) -> bool:
        """Whether the plan names a moments file in place of data."""
        return is_moments(self.data)

    @classmethod
    def of(cls, values: Any, *, place: Place | None = None) -> Self:
        """Check a plan's keys and values; ``place`` says where a key stands, if not by its path.

        Raises
        ------
        PlanError
            With the key and the rule, and the nearest known key for an unknown one.
        """
        if not isinstance(values, Mapping):
            raise PlanError("a plan is a list of keys and values; see evaluation.yml")
        _refuse_unknown(values, cls.keys(), kind="key")
        try:
            return cls.model_validate(dict(values))
        except ValidationError as problem:
            raise PlanError(broken_rules(problem, place)) from None

    @model_validator(mode="after")
    def _the_design_holds_together(self) -> Self:
        drawn = self.assignment == "randomised"
        for key in ("assigned_by", "arms", "participation"):
            if getattr(self, key) is not None and not drawn:
                raise ValueError(
                    f"{key}: only of a lot; leave it out, or declare assignment: randomised"
                )
        if drawn and self.planned_cohort is not None:
            raise ValueError(
                "planned_cohort: of a lot, cohort is who was drawn; name who came under participation"
            )
        if self.estimand is not None and (self.estimand == "effect_of_being_drawn") != drawn:
            raise ValueError(
                "estimand: of a lot the headline is the effect_of_being_drawn, else the effect_on_beneficiaries"
            )
        if self.waves == "endline_only" and not drawn:
            raise ValueError(
                "waves: with an endline alone only a lot can be evaluated, as nothing shows what the others were like "
                "before; take the waves before, or declare assignment: randomised"
            )
        return self

    @classmethod
    def keys(cls) -> list[str]:
        """Return the names of the choices, as a plan's file writes them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def refuse_choice(cls, name: object) -> None:
        """Refuse as a parameter what only the plan's file may say.

        Raises
        ------
        PlanError
        """
        may_be_told = ("outcome", *CHANGEABLE, NAMED)
        if name not in may_be_told and name in list(cls.keys()):
            raise PlanError(
                f"{name}: a choice of the plan, which no run is told; change it in the plan's file. A run may be told "
                f"{', '.join(may_be_told)}"
            )

    def changed(self, **choices: Any) -> Self:
        """Return the plan with some choices changed, held to the same rules."""
        return self.of({**self.model_dump(by_alias=True), **choices})

    def told(self, parameters: Mapping[str, Any]) -> Self:
        """Return the plan as notebook parameters change it.

        Parameters
        ----------
        parameters : mapping
            Of `CHANGEABLE`, ``outcome``: the headline, and ``name``. None leaves a choice as the plan has it.

        Raises
        ------
        PlanError
            For an unknown name, with the nearest known one, or a value that the plan's own rules refuse.
        """
        known = ["outcome", *CHANGEABLE, NAMED]
        for name in parameters:
            self.refuse_choice(name)
        _refuse_unknown(parameters, known, kind="parameter")
        choices = {name: value for name, value in parameters.items() if value is not None}
        if "outcome" in choices:
            first = choices.pop("outcome")
            choices["outcomes"] = (first, *(name for name in self.outcomes if name != first))
        return self.changed(**choices)


def _refuse_unknown(names: Iterable[object], known: Sequence[str], *, kind: str) -> None:
    for name in names:
        if name not in known:
            raise PlanError(
                f"{printed(name)}: unknown {kind}; {nearest(name, known)}known ones are {', '.join(known)}"
            )


def printed(name: object) -> str:
    """Write a name that somebody gave into a message, unless it could not be one."""
    text = str(name)
    return text if text.isprintable() and 0 < len(text) <= 60 else "a name"
