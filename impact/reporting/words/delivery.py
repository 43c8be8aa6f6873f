"""What was planned and what was delivered: events, indicators, and what is not known of them."""

from impact.reporting.words.catalogue import t

EVENT_CELLS = {
    "event:planned": t("Planned"),
    "event:replanned": t("Planned anew"),
    "event:actual": t("Delivered"),
    "event:done_by": t("Delivered by"),
    "event:place_planned": t("Place planned"),
    "event:place_actual": t("Place held"),
    "event:places": t("Places offered"),
    "event:exhibitors": t("Took part"),
    "event:spending_planned": t("Spending planned"),
    "event:spending_actual": t("Spent"),
    "event:delivered": t("Whether delivered"),
}

DELIVERIES = {
    "yes": t("delivered"),
    "no": t("not done"),
    "not_known": t("not known"),
}

FIGURE_STATES = {
    "not_known": t("not known"),
    "not_done": t("not done"),
}

LEVELS = {
    "level:process": t("Process"),
    "level:output": t("Output"),
    "level:outcome": t("Outcome"),
    "level:goal": t("Goal"),
}

CLASSIFICATIONS = {
    "class:cumulative": t("Cumulative"),
    "class:level": t("Level"),
    "class:date": t("Date"),
}

BOUNDS = {
    "exact": t("{figure}"),
    "at_least": t("at least {figure}"),
    "more_than": t("more than {figure}"),
    "at_most": t("at most {figure}"),
    "less_than": t("less than {figure}"),
}

COMPLETIONS = {
    "done_by_date": t("done"),
    "not_done": t("not done"),
    "actual_not_known": t("actual not known"),
    "target_not_known": t("target not known"),
    "no_target": t("no target was set"),
    "baseline_not_known": t("baseline not known"),
    "no_baseline": t("no baseline was measured"),
    "target_zero": t("target is zero"),
    "target_at_baseline": t("target is the baseline"),
    "measured_by_study": t("measured by this study"),
}
"""What stands in the place of a percentage that there is not."""
