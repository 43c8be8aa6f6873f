"""Estimates: estimators and what they average, other choices, remarks, and who was left out."""

from impact.reporting.words.catalogue import t

ESTIMATORS = {
    "callaway_santanna": t("Callaway-Sant'Anna (main)"),
    "imputation": t("Imputation (Borusyak, Jaravel, Spiess)"),
    "two_stage": t("Two-stage (Gardner)"),
    "extended_twfe": t("Extended two-way fixed effects (Wooldridge)"),
    "sun_abraham": t("Sun-Abraham"),
    "rolling": t("Rolling means (Lee, Wooldridge)"),
    "intertemporal": t("de Chaisemartin-D'Haultfoeuille"),
    "local_projections": t("Local projections"),
    "stacked": t("Stacked, corrective weights"),
    "event_study": t("Event study by least squares"),
    "two_way_fixed_effects": t("Two-way fixed effects"),
    "difference_in_differences": t("Difference-in-differences, before and after pooled"),
    "ancova": t("Means given the baseline (ANCOVA)"),
    "ancova_by_arm": t("Given the baseline, a slope in each arm (Lin)"),
    "difference_in_means": t("Difference in means"),
    "difference_in_means_plain": t("Difference in means, strata ignored"),
    "changes_compared": t("Difference-in-differences"),
    "poisson": t("Poisson with firm effects (trends parallel in ratios)"),
}

ESTIMANDS = {
    "cohort_size": t("cohorts and periods, by cohort size"),
    "treated_observations": t("treated observations"),
    "event_times": t("periods since the start, equally"),
    "window": t("periods since the start within a window, equally"),
    "same_for_all": t("one effect, assumed the same for all"),
    "everyone_drawn": t("everyone drawn, whether they took part or not"),
    "ratios": t("treated observations; effect in ratios, shown in levels"),
}

TARGETS = {
    "overall": t("All periods after the start"),
    "average": t("Periods after the start, equally"),
    "first": t("First period after the start"),
}

ALTERNATIVES = {
    "callaway_santanna": t("Main: Callaway-Sant'Anna, by cohort size"),
    "difference_in_differences": t("Difference-in-differences, before and after pooled"),
    "two_way_fixed_effects": t("Two-way fixed effects"),
    "event_study": t("Event study by least squares, averaged"),
    "ancova": t("Means given the baseline (ANCOVA)"),
    "ancova_by_arm": t("Given the baseline, a slope in each arm (Lin)"),
    "difference_in_means": t("Difference in means"),
    "difference_in_means_plain": t("Difference in means, strata ignored"),
    "changes_compared": t("Difference-in-differences"),
    "last_round": t("The last round alone"),
    "average_of_cohorts": t("Average of cohort effects"),
    "average_of_event_times": t("Average of event-time effects"),
    "control_never_treated": t("Compared with firms never treated"),
    "control_not_yet_treated": t("Compared with firms not yet treated"),
    "anticipation_one_more": t("One more period of anticipation"),
    "seen_in_all_periods": t("Only firms seen in all periods"),
    "adjusted_for_covariates": t("Adjusted for the plan's covariates"),
    "adjusted_for_outcome_before": t("Adjusted for the outcome before"),
    "adjusted_for_both": t("Adjusted for covariates and the outcome before"),
    "given_covariates": t("Given the plan's covariates, by regression"),
    "raw_values": t("Raw values, not capped"),
    "capped_at_99": t("Capped at the 99th percentile"),
    "capped_at_95": t("Capped at the 95th percentile"),
    "exits_as_zero": t("Firms that closed count as zero, not as missing"),
    "exits_left_out": t("Firms that closed count as missing, not as zero"),
    "as_planned": t("As planned: invited firms, planned start"),
}

PANEL_MODELS = {
    "PooledOLS": t("Pooled least squares"),
    "BetweenEffects": t("Between effects"),
    "RandomEffects": t("Random effects"),
    "FirstDifferences": t("First differences"),
    "FixedEffects": t("Fixed effects"),
}

CHOICES = {
    "estimator:callaway_santanna_cells": t("Callaway-Sant'Anna, by cohort size"),
    "estimator:callaway_santanna_cohort": t("Callaway-Sant'Anna, average of cohorts"),
    "estimator:callaway_santanna_event_time": t("Callaway-Sant'Anna, average of event times"),
    "estimator:callaway_santanna_time": t("Callaway-Sant'Anna, average of periods"),
    "estimator:two_way_fixed_effects": t("Two-way fixed effects"),
    "estimator:imputation": t("Imputation"),
    "estimator:ancova": t("Means given the baseline (ANCOVA)"),
    "estimator:ancova_by_arm": t("Given the baseline, a slope in each arm (Lin)"),
    "estimator:difference_in_means": t("Difference in means"),
    "estimator:difference_in_means_plain": t("Difference in means, strata ignored"),
    "estimator:changes_compared": t("Difference-in-differences"),
    "controls:not_yet_treated": t("compared with firms not yet treated"),
    "controls:never_treated": t("compared with firms never treated"),
    "controls:all": t("compared with all others (regression)"),
    "sample:all": t("all firms"),
    "sample:complete": t("firms seen in all periods"),
    "adjustment:none": t("no adjustment"),
    "adjustment:strata": t("less the stratum's mean in the period"),
    "scale:level": t("levels"),
    "scale:log1p": t("log(1 + level)"),
    "scale:rank": t("rank in the period"),
}
"""``dimension:value`` of a specification; windows and caps are numbers and have `NUMBERED`."""

NUMBERED = {
    "window:all": t("all periods before"),
    "window": t("{n} periods before"),
    "winsorise:none": t("raw values"),
    "winsorise": t("capped at the {n} percentile"),
}

NOTES = {
    "always_treated_set_aside": t("Set aside, treated from the first period on: {n}."),
    "no_degrees_of_freedom_at": t(
        "Too few clusters for an interval at {n} periods after the start."
    ),
    "column_of_the_data": t(
        "{n} is the data's own column of that name, not being under treatment."
    ),
    "few_treated_units": t("Few treated firms: {n}."),
    "by_permutation": t(
        "Intervals and band are by permutation ({n} other assignments of the same starts to firms): they hold with few "
        "beneficiaries, where clustered ones may be too narrow."
    ),
    "single_unit_cohort": t("One firm alone makes a cohort ({n}): its spread cannot be seen."),
    "group_without_comparison": t("Left out, nobody to compare with: group {n}."),
    "cohort_without_comparison": t("Left out, nobody to compare with: cohort {n}."),
    "cohort_without_whole_window": t("Left out, not seen in the whole window: cohort {n}."),
    "cohorts_too_small_to_weigh": t("Cohorts are too small to weigh their comparisons."),
    "poor_overlap": t(
        "Comparisons in which few untreated firms resemble the treated in the covariates, or some resemble only these and are "
        "left out: {n}."
    ),
    "transition_observations_left_out": t("Observations between before and after, left out: {n}."),
}

DROPPED = {
    "missing_outcome": t("Rows without an outcome (non-response)"),
    "missing_regressor": t("Rows without a regressor"),
    "zero_in_all_periods": t(
        "Firms whose outcome is zero in every period, which say nothing of a ratio"
    ),
    "zero_predicted_perfectly": t(
        "Zeros that the regression predicts perfectly, which say nothing of a ratio"
    ),
    "always_treated": t("Firms treated from the first period on"),
    "treated_after_last_period_counted_as_untreated": t(
        "Firms treated after the last period, kept as untreated"
    ),
    "not_observed_in_all_periods": t("Firms not observed in all periods"),
    "not_observed_before_treatment": t("Firms not observed before treatment"),
    "not_observed_before_the_last_cohort": t("Firms not observed before the last cohort"),
    "too_few_untreated_periods": t("Firms with too few untreated periods for the model"),
    "no_earlier_outcome": t("Firms of which no earlier outcome is known"),
    "no_untreated_observation": t("Firms without an untreated period"),
    "alone_in_its_cohort": t("Firms alone in their cohort"),
    "pattern_not_agreed": t("Firms observed in other periods than the offices agreed to add up"),
    "never_observed": t("Firms never observed with this outcome"),
    "outside_the_window_or_incomplete": t("Firms outside the window or not seen in all of it"),
    "met_an_activity": t("Firms that met an activity of the programme"),
    "outside_the_subgroup": t("Firms outside the subgroup"),
    "not_compared_after_the_start": t("Firms without an outcome after the start (or before it)"),
    "not_observed_before_and_after": t("Firms not observed both before and after the start"),
    "characteristics_unknown": t("Firms whose characteristics before treatment are not known"),
    "treated_without_anyone_alike": t("Treated firms that no firm of the comparison group is like"),
    "like_no_treated_unit": t("Firms of the comparison group that are like no treated firm"),
    "in_another_arm": t("Firms drawn to another arm, compared in the table of arms"),
    "left_out": t("Firms left out to see what they carry"),
}

STAGES = {
    "in_file": t("In the data file"),
    "in_analysis": t("With an outcome"),
    "seen_before": t("Seen before treatment"),
    "seen_before_and_after": t("Seen before and after"),
    "seen_in_last_period": t("Seen in the last period"),
}

WHY_NOT = {
    "DataError": t("the data do not hold what it needs"),
    "DisclosureError": t(
        "withheld: it would tell of too few firms, or nobody declared what it is made of"
    ),
    "NoComparisonError": t("nobody is left to compare with"),
    "EstimationError": t("it cannot be computed from these data"),
    "NotIdentifiedError": t("the data do not determine it"),
    "NotAvailableError": t("it is not defined for this design"),
    "NotInMomentsError": t("not available from moments, which hold sums and no firm"),
    "UsageError": t("it does not go with the plan's choices"),
    "ImpactError": t("it could not be computed"),
}
"""Why a number is missing, by class of error; a class without its own words has those of the nearest class above it."""
