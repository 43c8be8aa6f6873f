"""Why a figure did not leave, in a word for a table and in a sentence for the disclosure log."""

from impact.reporting.words.catalogue import t

WITHHELD = {
    "few_units": t("too few firms"),
    "dominated": t("one or two firms dominate"),
    "all_zero": t("tells every firm's value"),
    "few_beyond": t("too few firms beyond it"),
    "solved": t("other figures would give a few firms away"),
    "solved_with_earlier": t("an earlier release would give a few firms away"),
    "nearly_solved": t("other figures bound a few firms closely"),
    "directions": t("too much of the spread of a few firms"),
    "beside_withheld": t("its estimate is withheld"),
    "undeclared": t("not declared to the gate"),
}

WITHHELD_IN_FULL = {
    "few_units": t("It rests on fewer than {n} firms, or compares a group of fewer with others."),
    "dominated": t(
        "The two largest firms make up at least {n} of it, or the second largest could tell the largest to within a tenth."
    ),
    "all_zero": t("A total of zero says that every firm in it had nothing."),
    "few_beyond": t("Fewer than {n} firms lie beyond this quantile."),
    "solved": t("Together with figures that are shown it solves for fewer than {n} firms."),
    "solved_with_earlier": t(
        "Together with figures of an earlier release it solves for fewer than {n} firms."
    ),
    "nearly_solved": t(
        "Together with figures that are shown it bounds a hidden total to within {n} of its value, as revenue is never "
        "negative."
    ),
    "directions": t(
        "With it, more than {n} directions of some firms' paths would be known: who knows part of a firm's path could learn "
        "the rest."
    ),
    "beside_withheld": t("It is the error of an estimate that is withheld or was merged."),
    "undeclared": t("Nobody declared what it is made of, so it stays inside."),
}

MERGED = {
    "cohort": t(
        "Neighbouring cohorts were taken together, from the first on, until each group had {n} firms; what was left over "
        "joined the last. The effect is the average by the weights that the main effect gives them, the error that of this "
        "average."
    ),
    "event_time": t(
        "Neighbouring periods were taken together, from the first on, until each group had {n} firms; what was left over "
        "joined the last. The effect is the average by the firms observed, the error that of this average."
    ),
}
