"""What should be known of a study before it is run."""

from impact.reporting.words.catalogue import t

PREFLIGHT = {
    "from_moments": t(
        "The plan names moments in place of data. Parts that the report will not have, listed below: {n}."
    ),
    "few_in_moments": t(
        "The smallest cohort is of {n}: the interval leaves one at a time out, as moments have nobody to exchange."
    ),
    "few_treated": t(
        "Beneficiaries are few ({n}): the usual clustered interval may be too narrow; the design check of the run finds one "
        "that holds."
    ),
    "few_treated_clusters": t(
        "Clusters of beneficiaries are few ({n}): the interval comes from tests of whole clusters, and may be wide."
    ),
    "few_to_compare": t(
        "Few are there to compare with ({n}): how far apart they are is known only roughly."
    ),
    "nobody_never_treated": t(
        "Every firm starts at some time: early starters are compared with later ones, and nobody is left beside the last."
    ),
    "no_trend_before": t(
        "Beneficiaries with fewer than two periods before their start: {n}. Whether they moved as the others did cannot be "
        "seen."
    ),
    "treated_unseen_before": t(
        "Beneficiaries never seen before their start: {n}. There is nothing to compare their later figures with."
    ),
    "always_treated": t(
        "Firms treated from the first period on: {n}. The main estimate sets them aside."
    ),
    "strata_without_comparison": t(
        "Strata in which all were drawn, or nobody: {n}. They say nothing of the effect."
    ),
    "participation_unknown": t(
        "The plan names no column of who took part: what is told is the effect of having been drawn."
    ),
    "cohort_without_comparison": t("Cohorts left out, as nobody can be compared with them: {n}."),
    "never_answered": t(
        "Firms in the data that never gave the main outcome: {n}. No figure is about them."
    ),
    "blank_starts": t(
        "Rows whose start is blank although their firm stands in the register that starts are taken from: {n}. They count as "
        "never treated."
    ),
    "like_a_code": t(
        "{outcome}: {n} cells look like a code for no answer, such as -99, and count as amounts; declare it as missing, or a "
        "minimum."
    ),
    "repeated_code": t(
        "{outcome}: {n} cells hold a number such as 9999, again and again and far from all others, as codes for no answer are, "
        "and count as amounts; declare it as missing, or a minimum or maximum."
    ),
    "cohorts_of_one": t("Cohorts of a single firm: {n}. Their own effects are not shown."),
    "small_cohorts": t("Cohorts of two to nine firms: {n}. Effects by cohort are not shown."),
    "treatment_switches_off": t(
        "Firms whose treatment column goes back to 0: {n}. Effects are those of having started, for all periods after."
    ),
    "treated_after_last_period": t(
        "Starts after the last period: {n}. These firms count as not treated."
    ),
    "other_start_than_planned": t(
        "Firms that started at another time than planned, not at all, or unplanned: {n}."
    ),
    "placebo_reaches_too_far": t(
        "A placebo start as early as the plan asks (placebo_periods: {n}) lies before the data: that check cannot be made."
    ),
    "seen_once": t("Firms seen in one period only: {n}. They tell of no change."),
    "periods_without_data": t("Periods between the first and the last without any answer: {n}."),
    "mostly_zero": t("{outcome}: {share} of the observations are zero."),
    "not_in_the_data": t("{outcome}: not in the data; the report says that it was not measured."),
    "never_changes": t("{outcome}: never changes, or for all alike; there is no effect to find."),
    "many_effects": t(
        "Cohorts times periods: {n}. Estimators beside the main one are tried in the run itself, which takes its time."
    ),
}
"""By remark, as `evaluation.remarks` orders them."""
