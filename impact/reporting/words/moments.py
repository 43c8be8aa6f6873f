"""What moments do not tell, and what it would take."""

from impact.reporting.words.catalogue import t

NOT_IN_MOMENTS = {
    "single_answers": t(
        "Medians, tails, zeros of single periods and checks of answers: they are about single answers, and sums have none."
    ),
    "characteristics": t(
        "Other characteristics of the firms before the start: the sums are of the outcome, so the groups are compared in it "
        "alone."
    ),
    "other_inferences": t(
        "Intervals by exchanging, drawing or weighing single firms, and the simulation that says which interval holds: there "
        "is no firm to exchange. Clustered intervals and those that leave one firm out follow from the sums."
    ),
    "recent_change": t(
        "A dip or a jump just before the start: its test exchanges firms. Trends before the start are tested by an F statistic."
    ),
    "leave_one_out": t(
        "The range of the effect without each firm: it would show a single firm's change."
    ),
    "scales": t(
        "Logarithms, capped outcomes and effects at quantiles: sums of amounts are not sums of their logarithms."
    ),
    "silence": t(
        "What firms that went silent could hide: bounds need the distribution of those who answered."
    ),
    "textbook_models": t("The textbook panel models with their tests, which need rows."),
    "other_outcomes": t("Other outcomes, each of which needs a moments file of its own."),
    "subgroups": t("Effects by subgroup, for which the offices would add up each subgroup apart."),
    "covariates": t(
        "The rows adjusted for covariates or for the outcome before the start: how these go with the outcome is in no sum."
    ),
    "starts_as_planned": t("The effect by the starts as planned: cohorts are those that were."),
    "other_columns": t(
        "Who else met the programme, how much of it, and who took part: these are other columns of the data."
    ),
}
