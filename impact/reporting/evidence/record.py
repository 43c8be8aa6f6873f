"""One row of the evidence record: an effect with its study, design, sample and rating. docs/evidence.md is made of it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from impact.terms import Assignment, ControlGroup

VERSION = 1
"""Of the record's fields; a change of one is another number."""
Role = Literal[
    "headline",
    "primary",
    "secondary",
    "arm",
    "on_participants",
    "subgroup",
    "other_estimator",
    "not_measured",
]
EstimandKind = Literal["effect_of_taking_part", "effect_of_being_assigned"]


class EffectRecord(BaseModel):
    """An effect. What is not known, or may not leave, is empty; `not_given` says why."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

    record_version: Literal[1] = 1
    """version of these fields"""
    study: str
    """the plan's name"""
    title_en: str
    """of the study"""
    title_fr: str
    """the same in French"""
    run: str
    """identifier of the run: a digest of its inputs, parameters and code version"""
    status: Literal["internal", "released"]
    """`released`: every figure passed the disclosure gate; `internal`: none may leave"""
    software: str
    """package and version that computed the effect"""
    simulated: bool
    """true where the data are simulated"""
    data_source_en: str
    """where the data come from, as the schema says"""
    data_source_fr: str
    """the same in French"""
    first_period: str | None
    """first period observed"""
    last_period: str | None
    """last period observed"""
    frequency: str
    """of periods: `integer`, `year`, `quarter`, `month`"""
    programme_aim_en: str | None
    """of the programme, as its file says"""
    programme_aim_fr: str | None
    """the same in French"""
    funder_en: str | None
    """who funded the programme"""
    funder_fr: str | None
    """the same in French"""
    implementer_en: str | None
    """who ran the programme"""
    implementer_fr: str | None
    """the same in French"""
    places_en: str | None
    """where it took place"""
    places_fr: str | None
    """the same in French"""
    programme_began: str | None
    """month"""
    programme_ended: str | None
    """month"""
    assignment: Assignment
    """how beneficiaries came to take part: `randomised`, `chosen`, `by_rule`"""
    waves: str
    """`panel`, `repeated_cross_sections`, `endline_only`"""
    comparison_group: ControlGroup | None
    """who is compared with; none where arms of a lot are compared as a whole"""
    anticipation: int
    """periods before the start in which outcomes may already respond"""
    covariates: tuple[str, ...]
    """columns that rows beside the headline adjust for"""
    estimator: str
    """class of the estimator, or the name of another one beside the headline"""
    method: str
    """estimator with all its choices, in words"""
    method_source: str
    """paper and equations that the estimator follows"""
    estimand: EstimandKind
    """of what: `effect_of_taking_part` (treatment on the treated), `effect_of_being_assigned` (intention to treat)"""
    unit_of_observation_en: str
    """who is observed"""
    unit_of_observation_fr: str
    """the same in French"""
    n_units: int | None
    """units in the analysis"""
    n_treated: int | None
    """of them, ever treated"""
    n_comparison: int | None
    """of them, never treated"""
    n_observations: int | None
    """units times periods observed"""
    n_clusters: int | None
    """clusters of the standard error"""
    role: Role
    """an outcome: `headline`, `primary`, `secondary`, `not_measured`; more on the headline: `arm`, `on_participants`, ..."""
    outcome: str
    """column"""
    outcome_label_en: str
    """its label"""
    outcome_label_fr: str
    """the same in French"""
    unit_en: str
    """of the outcome and of `effect`, as the schema says"""
    unit_fr: str
    """the same in French"""
    currency: str | None
    """of the unit, where it is money"""
    prices: int | None
    """year whose prices the unit names; none where it names none"""
    scale: Literal["level", "log"] | None
    """of the outcome"""
    arm: str | None
    """of a lot with several arms: the arm that is compared"""
    compared_arm: str | None
    """with which other arm, or the control"""
    subgroup: str | None
    """column of a subgroup"""
    subgroup_level: str | None
    """its level"""
    effect: float | None
    """in the outcome's unit: mean difference net of what would have been without the programme"""
    std_error: float | None
    """of the effect, by the method"""
    conf_low: float | None
    """lower end of the interval that the report believes"""
    conf_high: float | None
    """upper end"""
    p_value: float | None
    """of no effect, two-sided, by the same inference"""
    inference: str | None
    """where interval and p-value come from"""
    level: float
    """of the interval"""
    smallest_detectable: float | None
    """effect that the design finds in 80 of 100 such studies, in the outcome's unit"""
    percent: float | None
    """the effect in percent of the outcome without the programme"""
    percent_conf_low: float | None
    """of the believed interval, in percent"""
    percent_conf_high: float | None
    """upper end"""
    percent_std_error: float | None
    """of the percentage, by the delta method"""
    mean_without: float | None
    """mean outcome of those treated without the programme, from which the percentage is taken"""
    hedges_g: float | None
    """the effect in standard deviations: J × effect / s"""
    hedges_g_std_error: float | None
    """J × √((std_error / s)² + (effect / s)² / (2 df))"""
    hedges_g_sd: float | None
    """s: standard deviation of the outcome before the start, pooled over both groups"""
    hedges_g_df: int | None
    """df = n_treated + n_comparison − 2, and J = 1 − 3 / (4 df − 1)"""
    rating: int | None
    """steps of evidence, 0 to 5; of the headline alone"""
    rating_start: int | None
    """where the rating began, by the assignment"""
    rating_verb: str | None
    """strongest word that the evidence allows"""
    rating_direction: str | None
    """`higher`, `lower`, `not_noticeably`; none where the direction is open"""
    rating_reasons: tuple[str, ...]
    """what took a step, each `reason:state`"""
    rating_not_asked: tuple[str, ...]
    """reasons that the plan gives nothing to judge by"""
    deviations_en: tuple[str, ...]
    """departures from the plan, key by key and in its results: planned; done; reason"""
    deviations_fr: tuple[str, ...]
    """the same in French"""
    plan_sha256: str
    """digest of the plan that was run"""
    plan_locked_on: str | None
    """day on which the plan was locked; none where it never was, so that nothing shows that it came before the results"""
    seed: int
    """of random numbers"""
    not_given: tuple[str, ...] = ()
    """fields that are empty although the effect is there, each `field:reason`"""
