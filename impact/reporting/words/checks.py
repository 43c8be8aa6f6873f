"""Checks: their names, what each of their reasons found, how they came out, and what they leave open."""

from impact.reporting.words.catalogue import t
from impact.reporting.words.found import Found
from impact.reporting.words.panel_tests import PANEL_CHECKS, PANEL_REASONS
from impact.reporting.words.survey import SURVEY_CHECKS, SURVEY_REASONS

CHECKS = {
    "coverage": t("Outcome known"),
    "zeros": t("Zeros"),
    "heavy_tail": t("Weight of the largest values"),
    "gaps": t("Firms with gaps"),
    "always_treated": t("Treated from the first period on"),
    **SURVEY_CHECKS,
    "balance": t("Balance, one by one"),
    "joint_balance": t("Balance, all together"),
    "attrition": t("Attrition"),
    "balance_of_arms": t("Balance, all arms together"),
    "attrition_of_arms": t("Attrition, all arms together"),
    "group_balance": t("Balance of groups made comparable"),
    "overlap": t("Controls like the treated"),
    "compliance": t("Participation as drawn"),
    "drawn_again": t("The lot drawn again"),
    "before_trends": t("Trends before treatment"),
    "placebo_date": t("Placebo date"),
    "recent_change": t("Dip or jump just before the start"),
    "hausman": t("Hausman test"),
    **PANEL_CHECKS,
    "design_check": t("An interval that holds on this design"),
    "single_unit_cohorts": t("Cohorts of one firm"),
    "effective_clusters": t("Effective number of firms or clusters"),
    "leave_one_out": t("Weight of a single firm"),
    "specification_curve": t("Other specifications"),
    "honest_relative_magnitudes": t("If trends part more after than before"),
    "honest_smoothness": t("If trends bend"),
    "honest_relative_smoothness": t("If trends bend more after than before"),
    "pretrend_power": t("Power of the test before treatment"),
    "equivalence": t("Trends before treatment shown alike"),
    "placebo_outcomes": t("Outcomes that could not have moved"),
    "negative_weights": t("Negative weights of two-way fixed effects"),
    "equal_cohorts": t("Equal effects in all cohorts"),
    "equal_in_subgroups": t("Equal effects in all levels of a subgroup"),
    "attrition_bounds": t("What silent firms could hide"),
    "scale_dependence": t("Effects in logarithms, by the outcome's unit"),
    "scales": t("The same answer on every scale"),
    "unobserved_selection": t("Something unobserved, by its strength"),
    "proportional_selection": t("Selection on the unobserved against the observed"),
    "weak_instruments": t("Strength of the invitation"),
    "wald": t("Joint test (Wald)"),
    "wald_htz": t("Joint test for few clusters (HTZ)"),
}

REASONS = {
    # the data
    "share_of_unit_periods_observed": Found(
        t("The outcome is known in {figure} of firm-periods."), "share"
    ),
    "share_of_zero_outcomes": Found(t("{figure} of outcomes are zero."), "share"),
    "share_of_largest_hundredth": Found(
        t("The largest 1% of values carry {figure} of the total."), "share"
    ),
    "share_of_units_with_gaps": Found(
        t("{figure} of firms miss a period between their first and their last."), "share"
    ),
    "units_without_a_before": Found(
        t("Firms without a period before treatment, left out: {figure}."), "count"
    ),
    "the_outcome_takes_negative_values": Found(t("The outcome takes negative values.")),
    **SURVEY_REASONS,
    "not_available_from_moments": Found(
        t("Not available from moments: they hold sums, and this needs the firms one by one.")
    ),
    # who is compared
    "largest_normalised_difference": Found(
        t("The largest difference between the groups is {figure} standard deviations.")
    ),
    "joint_test": Found(t("Differences tested together: {n}; statistic {figure}.")),
    "difference_in_response_at_the_end": Found(
        t("Answers in the last period, beneficiaries less others: {figure}."), "points"
    ),
    "no_baseline_period_or_characteristic": Found(t("There is no period before to compare.")),
    "tested_without_determined": Found(
        t("Tested together without {n}, which the others determine; statistic {figure}."),
        n="columns",
    ),
    "too_few_units_for_characteristics": Found(
        t("There are too few firms for so many characteristics.")
    ),
    "characteristics_tell_groups_apart": Found(
        t("The characteristics tell beneficiaries from the others without error.")
    ),
    "weighted_comparison_counts_as": Found(
        t(
            "Weighted to be like the beneficiaries in all characteristics, the comparison group counts as {figure} firms."
        )
    ),
    "no_weights_make_groups_alike": Found(
        t("No weights of the comparison group's firms make it like the beneficiaries.")
    ),
    "no_cohort_with_controls": Found(
        t("No cohort has a period before treatment and firms to compare it with.")
    ),
    "cohorts_told_apart": Found(
        t(
            "Cohorts of which the characteristics foretell without error that some firms are treated: {n}. No firm of the "
            "comparison group is like these."
        )
    ),
    "few_controls_alike": Found(
        t(
            "Cohorts with few untreated firms like them: {n}. In the poorest one the comparison group counts as {figure} firms."
        )
    ),
    "fewest_effective_controls": Found(
        t(
            "Weighted to be like its beneficiaries, a cohort's comparison group counts as {figure} firms or more."
        )
    ),
    "participation_of_those_drawn": Found(
        t("Of those drawn {n} took part; the share of the others was {figure} lower."),
        "points",
        "share",
    ),
    "draws_of_the_lot": Found(t("Other draws of the same lot: {n}.")),
    "nobody_lost": Found(t("Nobody was lost: every firm answered in the last period.")),
    "no_effect_that_silence_could_hide": Found(
        t("What those who answered show includes zero: others could hide nothing of it.")
    ),
    "silence_could_hide": Found(
        t("Of the ways to allow for firms that went silent, those that let zero in: {figure}."),
        "count",
    ),
    "too_few_answers": Found(t("Too few firms answered at the end to bound anything.")),
    "no_zeros": Found(t("The outcome is never zero.")),
    "no_estimate_in_logarithms": Found(t("It has no estimate in logarithms.")),
    "changes_with_the_unit": Found(
        t(
            "Counted in other units, the effect on the logarithm of one plus the outcome, or its like, grows by up to {figure} "
            "times itself: no percentage."
        ),
        "decimal",
    ),
    "turns_with_the_unit": Found(
        t(
            "Counted in other units, the effect on the logarithm of one plus the outcome turns its sign."
        )
    ),
    "file_of_answers_alone": Found(
        t(
            "Everyone in the file answered: whoever was to be asked and did not is not in it, or there was nobody."
        )
    ),
    "asked_once": Found(t("Other firms are asked each time: nobody is followed.")),
    "nobody_never_treated": Found(t("Everyone starts at some time: no group never does.")),
    "one_unit_on_a_side": Found(t("There is only one firm on a side.")),
    "not_computed": Found(t("Not made: {n}."), n="why_not"),
    "nothing_to_test": Found(t("There is nothing to test.")),
    # trends
    "largest_of_leads": Found(t("Periods tested before the last one: {n}; largest t {figure}.")),
    "no_period_before_the_reference": Found(
        t("There is only one period before treatment: trends cannot be examined.")
    ),
    "too_few_periods_before_treatment": Found(
        t("There are too few periods before treatment to pretend an earlier start.")
    ),
    "no_variation_before_treatment": Found(
        t("Before treatment outcomes do not vary, or firms are too few: there is nothing to test.")
    ),
    "periods_earlier": Found(
        t("Periods by which the start was pretended earlier: {n}; effect {figure}."), "amount"
    ),
    "last_period_against_earlier": Found(
        t(
            "Last period before the start against up to four earlier ones, beneficiaries less others: {figure}; measured from "
            "the earlier periods the effect is {n}."
        ),
        "amount",
        "amount",
    ),
    "too_few_event_times": Found(t("There are too few periods around the start.")),
    "breakdown_relative_magnitudes": Found(
        t("Zero is excluded until trends part by {n} times their largest step before."), n="decimal"
    ),
    "breakdown_smoothness": Found(
        t("Zero is excluded until trends bend by {n} standard errors a period."), n="decimal"
    ),
    "breakdown_relative_smoothness": Found(
        t("Zero is excluded until trends bend by {n} times their largest bend before."), n="decimal"
    ),
    "trend_detected_half_the_time": Found(
        t(
            "A slope of {figure} a period passes half the time; it would explain {n}% of the effect."
        ),
        "amount",
    ),
    "leads_smaller_than_share_of_effect": Found(
        t("Only leads beyond {figure} can be excluded at 5%: {n}% of the effect."), "amount"
    ),
    # the interval, single firms, other choices, other outcomes
    "default_holds": Found(
        t("Without any effect the test by {n} finds one in up to {figure} of simulated panels."),
        "share",
        "inference",
    ),
    "holds_and_shortest": Found(
        t("Without any effect the test by {n} finds one in up to {figure} of simulated panels."),
        "share",
        "inference",
    ),
    "holds_within_error": Found(
        t(
            "Without any effect the test by {n} finds one in up to {figure} of simulated panels: right within the "
            "simulation's error."
        ),
        "share",
        "inference",
    ),
    "none_holds": Found(
        t(
            "No interval holds throughout; without any effect the test by {n} finds one in up to {figure} of panels."
        ),
        "share",
        "inference",
    ),
    "cohorts_of_one": Found(t("Cohorts whose spread one firm cannot show: {figure}."), "count"),
    "robustness_value": Found(
        t(
            "Something unobserved would have to explain {figure} of what is left of both treatment and change for the interval "
            "to reach zero."
        ),
        "share",
    ),
    "selection_ratio": Found(
        t(
            "For the effect to vanish, selection on what is unobserved would have to be {figure} times as strong as that "
            "on the covariates."
        )
    ),
    "no_effect_to_explain_away": Found(
        t("The change given covariates is not told apart from zero.")
    ),
    "no_covariate_to_measure_by": Found(
        t("No covariate is there to measure by what may be unobserved.")
    ),
    "effective_f": Found(
        t(
            "The invitation moves participation with an effective F of {figure}; above 23 for one invitation, the bias of the "
            "effect on participants is below a tenth of the worst case. The Anderson-Rubin set holds at any strength."
        )
    ),
    "effective_clusters": Found(
        t(
            "As much information as {figure} equally important firms, or clusters where these were assigned."
        )
    ),
    "largest_share": Found(
        t(
            "Leaving out one firm, or one cluster where these were assigned, changes the effect by at most {figure} of itself."
        ),
        "share",
    ),
    "sign_turns_without": Found(
        t(
            "Leaving out one firm changes the effect by at most {figure}; cohorts or events without which its sign turns: {n}."
        ),
        "share",
    ),
    "units_cannot_be_exchanged": Found(t("Firms cannot be exchanged one by one in this design.")),
    "same_sign": Found(
        t("{n} of specifications have the same sign; the median t is {figure}."), n="share"
    ),
    "placebo_outcomes": Found(
        t("Outcomes tested: {n}; the effect with the smallest p-value (Holm) is {figure}."),
        "number",
    ),
    "no_placebo_outcome_in_the_plan": Found(t("The plan names none.")),
    # for whom, and on which scale
    "one_cohort": Found(t("There is one cohort: nothing to compare.")),
    "differences_of_cohorts": Found(
        t("Differences between cohorts tested: {n}; statistic {figure}.")
    ),
    "one_level_with_enough_beneficiaries": Found(
        t("Fewer than two levels have ten beneficiaries: nothing to compare.")
    ),
    "levels_compared": Found(t("Levels compared: {n}; statistic {figure}."), n="columns"),
    "one_scale": Found(t("The outcome has one scale only: nothing to compare.")),
    "scales_that_show_an_effect": Found(
        t("Scales on which most specifications are beyond chance: {n} of {figure}."), "count"
    ),
    # models
    "needs_homoskedastic_covariances": Found(t("It needs covariances without clustering.")),
    "no_coefficient_in_common": Found(t("The two models share no coefficient.")),
    "difference_of_covariances_not_positive_definite": Found(
        t(
            "The classical form is not defined here: the difference of the covariances is not positive definite."
        )
    ),
    "coefficients_compared_by_regression": Found(
        t(
            "The classical form does not apply. By an auxiliary regression, coefficients compared: {n}; statistic {figure}."
        )
    ),
    "regressors_do_not_vary_between_units": Found(
        t("The regressors do not vary between firms beyond what they do over time.")
    ),
    "too_few_clusters_to_compare": Found(
        t("There are too few clusters to compare so many coefficients.")
    ),
    **PANEL_REASONS,
    "coefficients_compared": Found(t("Coefficients compared: {n}; statistic {figure}.")),
    "negative_cells": Found(
        t("Cohorts and periods with a negative weight: {n}; together {figure} of the weight."),
        "share",
    ),
    "one_treated_cohort_and_period": Found(
        t("There is one treated cohort and period: nothing to weigh.")
    ),
}

OUTCOMES = {
    "pass": t("passed"),
    "warn": t("look closer"),
    "fail": t("failed"),
    "not_applicable": t("could not be made"),
}

FAILED = {
    "attrition": t("too many firms stopped answering, in all or in one group"),
    "imbalance": t("the groups differed before the start"),
    "compliance": t("participation did not follow the lot"),
    "detectable_effect": t("the study could miss an effect that would matter"),
    "trends": t("trends may have differed"),
    "contamination": t("much of the comparison group met the programme too"),
    "assignment_inference": t("other intervals that hold include zero"),
    "scale": t("the result does not hold on every scale"),
    "single_unit_or_event": t("one firm, cohort or event carries much of the result"),
    "interval": t("no interval holds the truth as often as it promises"),
    "other_estimators": t("estimated otherwise it has the other sign"),
    "placebo_outcomes": t("outcomes that it could not have moved seem to have moved"),
}

TAKEN = {
    "attrition:difference": t(
        "the share that still answers differs by {figure} between the groups; the limit is {limit}"
    ),
    "attrition:attrition_bounds": t(
        "ways to allow for firms that went silent that let zero in: {figure}"
    ),
    "attrition:exit_durations": t(
        "firms of both groups leave at different rates: {figure} a period"
    ),
    "attrition:lost": t("at the end {figure} of firms no longer answer; the limit is {limit}"),
    "imbalance:difference": t(
        "before the start the groups differed by {figure} standard deviations; the limit is {limit}"
    ),
    "compliance:participation": t(
        "participation differs by {figure} between those drawn and the others; the limit is {limit}"
    ),
    "detectable_effect:detectable": t(
        "the study may miss effects below {figure}, while {limit} would matter"
    ),
    "contamination:share": t(
        "{figure} of the comparison group met the programme too; the limit is {limit}"
    ),
    "trends:breakdown": t(
        "trends that part by {figure} times their largest step before let zero in; {limit} should not"
    ),
    "single_unit_or_event:share": t(
        "one firm moves the effect by {figure} of its size; the limit is {limit}"
    ),
    "single_unit_or_event:of_interval": t(
        "one firm moves the effect by {figure} of half its interval, which is more than its size; the limit is {limit}"
    ),
    "single_unit_or_event:turned": t("cohorts or events without which the sign turns: {figure}"),
}
"""What took a step, with its figure (``reason:figure``); a reason without an entry has its words in `FAILED`."""

NOT_MADE = {
    "contamination": t("who else met the programme is not known from moments"),
    "placebo_outcomes": t("outcomes that it could not have moved are not in the moments"),
    "compliance": t("who took part is not known from moments"),
    "attrition": t("attrition could not be examined"),
    "imbalance": t("the groups could not be compared before the start"),
    "trends": t("trends before the start could not be examined in full"),
    "scale": t("the result could not be seen on several scales"),
    "single_unit_or_event": t("the weight of single firms could not be examined"),
    "interval": t("the interval could not be checked on simulated panels"),
}
