"""Under what each field of a part may leave: an allow list. What is not in it does not leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Said:
    """A word or a choice: the plan, the method or a file of the plan says it, no unit does."""


@dataclass(frozen=True)
class OfAll:
    """A figure of everybody compared, from which no equation of outcomes follows; it stays if a group of them is too small."""


@dataclass(frozen=True)
class Inside:
    """A part of the part, whose own fields say under what they leave."""


@dataclass(frozen=True)
class With:
    """A figure that leaves if the figures of these columns in its row do: itself, its estimate, its error.

    Attributes
    ----------
    columns : tuple of str
        Of a field that stands alone, the fields beside it.
    """

    columns: tuple[str, ...]


@dataclass(frozen=True)
class OfHeadline:
    """A figure that follows from the headline and from what the plan says; a release without its headline is refused."""


@dataclass(frozen=True)
class Counted:
    """A count of rows that nobody asks an equation of: it leaves if it is zero or not smaller than the rule allows."""


@dataclass(frozen=True)
class Follows:
    """A figure that leaves where the one of this column in its row does, of which it tells no more: a share."""

    column: str


@dataclass(frozen=True)
class Withheld:
    """What stays where it is."""


Rule = Said | OfAll | Inside | With | OfHeadline | Counted | Follows | Withheld
Given = TypeVar("Given")
SAID, OF_ALL, INSIDE, COUNTED, STAYS = Said(), OfAll(), Inside(), Counted(), Withheld()
EFFECT = With(("estimate", "std_error"))
"""An effect and its error leave together, or neither."""
HEADLINE = OfHeadline()


def every(names: str, rule: Given) -> dict[str, Given]:
    """Give several names one rule, or one table's rules."""
    return dict.fromkeys(names.split(), rule)


def itself(names: str) -> dict[str, Rule]:
    """Give each field the rule that it leaves if its own figure does."""
    return {name: With((name,)) for name in names.split()}


FIELDS: Mapping[str, Mapping[str, Rule]] = {
    "DataQuality": {
        "n_rows": OF_ALL,
        **every("sample checks distribution coverage absences", INSIDE),
    },
    "SampleAndComparability": {
        **every("flow cohorts baseline checks paths arrival counted contamination", INSIDE),
        **every("treated_clusters other_clusters", OF_ALL),
    },
    "Impact": {
        **every(
            "effects event_study by_cohort subgroups before_trends estimators weights counterfactual",
            INSIDE,
        ),
        **every("equal_cohorts interactions secondary by_dose on_participants arms", INSIDE),
        "smallest_cohort": STAYS,
    },
    "Certainty": {
        **every("honest pretrends leave_one_out families checks scales selection refused", INSIDE),
        "curve": STAYS,  # drawn, it is its single specifications, which nobody declares yet
    },
    "PanelModels": every("models hausman tests own_model", INSIDE),
    "Robustness": every(
        "alternatives randomization checks margins silence measures quantiles", INSIDE
    ),
    "Economics": {"worth": INSIDE, "why": SAID},
    "OutcomeEffect": {
        "outcome": SAID,
        **every(
            "overall percent intervals randomization design verdict refused exaggeration", INSIDE
        ),
        **every("verdict_percent holding_that_include_zero", OF_ALL),
    },
    "NotMeasured": every("outcome label why", SAID),
    "Refused": every("inference why error", SAID),
    "Verdict": {
        **every("believed why", SAID),
        **every("estimate conf_low conf_high p_value smallest_detectable", OF_ALL),
    },
    "RandomizationResult": {
        **every("inference level permutations enumerated why", SAID),
        **every(
            "estimate std_error conf_low conf_high p_value critical_value n_assigned n_strata",
            OF_ALL,
        ),
    },
    "DesignCheck": {
        **every("table power", INSIDE),
        **every("estimator counted recommended why holding draws level", SAID),
        **every("n_treated n_units effective_clusters", OF_ALL),
        "single_unit_cohorts": COUNTED,
    },
    "Exaggeration": every("effect std_error power wrong_sign exaggeration_ratio", OF_ALL),
    "Contamination": {
        **every("activities unexposed", INSIDE),
        **every("n_comparison above_limit", OF_ALL),
        "any_share": With(("any_share",)),
    },
    "UnexposedEffect": {
        "inference": SAID,
        **every("estimate conf_low conf_high p_value n_treated n_control", With(("estimate",))),
    },
    "EffectOnParticipants": {
        **every("estimate conf_low conf_high kind pieces", OF_ALL),
        "strength": INSIDE,
    },
    "Counterfactual": {
        "path": INSIDE,
        **every("actual without", With(("actual",))),
        "gain": HEADLINE,
    },
    "HonestResult": {
        **every("restriction table", INSIDE),
        **every("target level n_before n_after", SAID),
        **every("original breakdown unit", OF_ALL),
    },
    "TrendRestriction": every("kind sign direction", SAID),
    "PretrendPower": {
        **every("n_leads level tested", SAID),
        "table": INSIDE,
        **every("slope_half slope_80 pooled_half pooled_80 joint_power bayes_factor", OF_ALL),
        **every("likelihood_ratio bias bias_after_passing effect", OF_ALL),
    },
    "LeaveOneOut": {
        **every("estimate unit_low unit_high largest_share of_clusters", OF_ALL),
        **every("cohorts groups table", INSIDE),
    },
    "WithoutEach": {"n": SAID, **every("low high", With(("range",))), "turned": OF_ALL},
    "SpecificationCurve": {
        "table": INSIDE,
        "permutations": SAID,
        **every("share_same_sign share_significant joint_p_median joint_p_significant", OF_ALL),
    },
    "FamilyResult": {"name": SAID, "table": INSIDE, "permutations": SAID},
    "Scales": {"shares": INSIDE, "agree": OF_ALL},
    "SelectionSensitivity": {
        **every("table proportional", INSIDE),
        **every("r2_max level effect", SAID),
        **every("estimate conf_low conf_high partial_r2 robustness_value", OF_ALL),
        **every("robustness_value_of_interval delta", OF_ALL),
    },
    "ProportionalSelection": every(
        "alone given r2_alone r2_given variance_outcome variance_treatment variance_left", OF_ALL
    ),
    "AttritionBounds": {
        "table": INSIDE,
        "level": SAID,
        **every("answered_treated answered_comparison", OF_ALL),
        "n_lost": COUNTED,
    },
    "Margins": {**every("table by_unit", INSIDE), "share_zero": OF_ALL},
    "CheckResult": {
        **every("name status", SAID),
        **every("why statistic p_value text", OF_ALL),
        "table": INSIDE,
    },
    "Sample": {
        **every("n_obs n_units n_treated n_never n_clusters", OF_ALL),
        "dropped": COUNTED,
    },
    "Estimate": {
        **every("estimand method source", SAID),
        **every("notes critical_value row_df", OF_ALL),
        **every("table vcov sample spec", INSIDE),
    },
    "Worth": {
        **every("appraisal rate_of_return benefit_cost_ratio needed needed_percent", INSIDE),
        **every("needed_persistence needed_years stream horizons moved lasting classes", INSIDE),
        **every("simulated more_data", INSIDE),
        **every("conf_low conf_high value", HEADLINE),
    },
    "Appraisal": {
        **every("effect assumptions costs", INSIDE),
        "without": HEADLINE,
        **every("first_benefits horizon hurdle gain_grows", SAID),
    },
    "YearlyEffect": every("by_year covariance", HEADLINE),
    "Assumptions": every(
        "classes value_added_ratio displacement persistence stops_after growth household_size overrun "
        "shadow_cost shadow_benefit excess_burden",
        INSIDE,
    ),
    "Assumption": every("value low high", SAID),
    "Beneficiaries": {"code": SAID, **every("number take_up share", INSIDE)},
    "CostStream": {"first_year": SAID, "by_payer": INSIDE},
    "Figure": {"why": SAID, **every("value all_values", HEADLINE)},
    "MoreData": every("goes_ahead changes worth", HEADLINE),
    "Simulated": {
        "draws": SAID,
        **every("above_hurdle mean_value benefit_per_effect cost", HEADLINE),
        **every("quantiles histogram without_return", INSIDE),
    },
}
"""Type of a part, or of what is in one, to its fields."""

EFFECTS = every(
    "estimate std_error statistic p_value conf_low conf_high band_low band_high", EFFECT
)
COLUMNS: Mapping[str, Mapping[str, Rule]] = {
    "DataQuality.distribution": {
        "group": SAID,
        **itself("n_units mean p50 p90 p99"),
        **every("n_obs sd zeros observed", With(("n_units",))),
    },
    "DataQuality.coverage": {
        "time": SAID,
        **every("treated treated_n", With(("treated_n",))),
        **every("comparison comparison_n", With(("comparison_n",))),
    },
    "DataQuality.absences": {
        **every("outcome reason", SAID),
        "rows": COUNTED,
        "share": Follows("rows"),
    },
    "SampleAndComparability.flow": {"stage": SAID, **itself("units treated comparison")},
    "SampleAndComparability.cohorts": {"period": SAID, **itself("planned actual")},
    "SampleAndComparability.baseline": {
        **every("characteristic level", SAID),
        **every("treated comparison sd_treated sd_comparison", With(("treated", "comparison"))),
        **every(
            "normalised_difference p_value weighted_difference", With(("treated", "comparison"))
        ),
    },
    "SampleAndComparability.paths": {
        "time": SAID,
        **itself("treated comparison treated_n comparison_n"),
        "treated_std_error": With(("treated", "treated_std_error")),
        "comparison_std_error": With(("comparison", "comparison_std_error")),
    },
    "SampleAndComparability.arrival": {
        **every("number rule table why_en why_fr source_en source_fr", SAID),
        **every(
            "before touched after exact normalised confirmed met_none others_met_none proposals",
            STAYS,
        ),
    },
    "SampleAndComparability.counted": {**every("number rule table code", SAID), "rows": COUNTED},
    "Contamination.activities": {"activity": SAID, **every("n_met share", With(("n_met",)))},
    "Impact.subgroups": {
        **every("subgroup level", SAID),
        **itself("n_units n_treated"),
        **EFFECTS,
    },
    "Impact.by_dose": {
        **every("low high", SAID),
        **itself("n_treated"),
        **EFFECTS,
    },
    "Impact.estimators": {
        **every("name estimand why_not method", SAID),
        **EFFECTS,
    },
    "Impact.weights": {**every("term cohort time event_time", SAID), "weight": OF_ALL},
    "Impact.arms": {
        **every("label other believed", SAID),
        **itself("n_treated n_control"),
        **every("estimate conf_low conf_high p_value p_holm", EFFECT),
        "p_westfall_young": STAYS,  # of the units of every arm, of which some may be few
    },
    "OutcomeEffect.intervals": {"inference": SAID, **every("conf_low conf_high p_value", OF_ALL)},
    "DesignCheck.table": {
        **every("process estimator inference", SAID),
        **every("size size_low size_high coverage median_length smallest_detectable", OF_ALL),
        **every("smallest_detectable_percent size_choosing holds holds_within_error", OF_ALL),
    },
    "DesignCheck.power": {
        **every("estimator inference", SAID),
        **every("effect percent power", OF_ALL),
    },
    "Counterfactual.path": {
        "event_time": SAID,
        **itself("n_treated"),
        **every("actual without", With(("actual", "without"))),
    },
    "SpecificationCurve.table": {
        **every("estimator controls window sample adjustment winsorise scale", SAID),
        **every("estimate statistic p_value", STAYS),
    },
    "FamilyResult.table": {
        "outcome": SAID,
        **every("estimate std_error p_value p_holm p_romano_wolf p_westfall_young", EFFECT),
        **every("q_benjamini_hochberg q_sharpened", EFFECT),
    },
    "HonestResult.table": {"value": SAID, **every("in_unit conf_low conf_high", OF_ALL)},
    "PretrendPower.table": {"event_time": SAID, **every("trend after_passing", OF_ALL)},
    "LeaveOneOut.table": {
        **every("kind label", SAID),
        **itself("n_treated"),
        **EFFECTS,
    },
    "Scales.shares": {"scale": SAID, "n": SAID, **every("beyond_chance median_statistic", OF_ALL)},
    "SelectionSensitivity.table": {
        **every("covariate times", SAID),
        **every("of_treatment of_outcome estimate conf_low conf_high", OF_ALL),
    },
    "Robustness.alternatives": {
        **every("name family method why_not", SAID),
        **every("estimate n_units n_treated", EFFECT),
        **EFFECTS,
    },
    "Robustness.measures": {
        "measure": SAID,
        **every("n_obs median_ratio rank_correlation percent percent_low percent_high", OF_ALL),
    },
    "Robustness.quantiles": {
        "quantile": SAID,
        **every("estimate conf_low conf_high", With(("estimate",))),
    },
    "AttritionBounds.table": {"assumption": SAID, **every("low high conf_low conf_high", OF_ALL)},
    "Margins.table": {
        **every("margin measure", SAID),
        **every("estimate std_error conf_low conf_high p_value", OF_ALL),
    },
    "Margins.by_unit": {**every("function unit", SAID), **every("estimate std_error", OF_ALL)},
    "Estimate.table": {
        **every("term cohort time event_time", SAID),
        **every("estimate n_clusters", EFFECT),
        **EFFECTS,
        **itself("n_treated n_control"),
    },
    "CostStream.by_payer": every("year payer nominal currency constant taxpayers", SAID),
    "Worth.stream": {
        **every("year cost", SAID),
        **every("benefit net discounted without with_programme", HEADLINE),
    },
    "Worth.horizons": {"horizon": SAID, **every("value return ratio", HEADLINE)},
    "Worth.moved": {
        **every("name low high", SAID),
        **every("value_low value_high return_low return_high", HEADLINE),
    },
    "Worth.lasting": {"persistence": SAID, **every("return return_low return_high", HEADLINE)},
    "Worth.classes": {"code": SAID, **every("participants persons present share each", HEADLINE)},
    "Simulated.quantiles": {"quantile": SAID, **every("value return", HEADLINE)},
    "Simulated.histogram": every("left right count", HEADLINE),
    "Simulated.without_return": every("why count", HEADLINE),
}
"""Tables by the field that holds them, to their columns; records of an estimate and of a check are tables too."""

_BOUNDS: Mapping[str, Rule] = {"value": SAID, **every("in_unit conf_low conf_high", OF_ALL)}
_SHARES: Mapping[str, Rule] = {
    "part": SAID,
    **every("treated comparison", OF_ALL),
    **every("treated_n comparison_n", COUNTED),
}
_FOUND: Mapping[str, Rule] = {"kind": SAID, **every("units treated comparison", COUNTED)}
TABLES_OF_CHECKS: Mapping[str, Mapping[str, Rule]] = {
    "honest_relative_magnitudes": _BOUNDS,
    "honest_smoothness": _BOUNDS,
    "honest_relative_smoothness": _BOUNDS,
    "pretrend_power": COLUMNS["PretrendPower.table"],
    "unobserved_selection": COLUMNS["SelectionSensitivity.table"],
    "equivalence": {"of": SAID, "bound": OF_ALL},
    "placebo_outcomes": COLUMNS["FamilyResult.table"],
    "placebo_date": every("estimate std_error conf_low conf_high", OF_ALL),
    "recent_change": every("base estimate", OF_ALL),
    "attrition": {"group": SAID, "seen_at_end": OF_ALL},
    "compliance": every("took_part", OF_ALL),
    "back_check": {"outcome": SAID, "n_units": COUNTED},
    "planned_starts": {"kind": SAID, "units": COUNTED},
    **every("never_answered repeated_codes jumps copied_forward answers_after_exit", _FOUND),
    **every("answers_before_entry revenue_without_staff parts_of_a_sum outliers", _FOUND),
    **every("response dropout exits zeros_change heaping heaping_change", _SHARES),
}
"""Checks whose tables leave, to their columns; what single cohorts or units are left out of stays with `LeaveOneOut`."""
