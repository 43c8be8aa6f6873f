"""What is said of an appraisal: the answer by ``answer:verb``, why a figure does not exist, why there is no appraisal."""

from impact.reporting.words.catalogue import t

WORTH = {
    "above": t(
        "On these assumptions the programme returned {rate} a year, above the hurdle of {hurdle}."
    ),
    "above:no_return": t("On these assumptions the programme reached the hurdle of {hurdle}."),
    "below": t(
        "On these assumptions the programme returned {rate} a year, below the hurdle of {hurdle}."
    ),
    "below:no_return": t(
        "On these assumptions the programme did not reach the hurdle of {hurdle}."
    ),
    "below:did": t(
        "{Whose} {outcome} rose, yet on these assumptions the programme returned {rate} a year, below the hurdle of {hurdle}."
    ),
    "below:did:no_return": t(
        "{Whose} {outcome} rose, yet on these assumptions the programme did not reach the hurdle of {hurdle}."
    ),
    "below:probably": t(
        "{Whose} {outcome} probably rose, yet on these assumptions the programme returned {rate} a year, below the hurdle of "
        "{hurdle}."
    ),
    "below:probably:no_return": t(
        "{Whose} {outcome} probably rose, yet on these assumptions the programme did not reach the hurdle of {hurdle}."
    ),
    "below:may_have": t(
        "{Whose} {outcome} may have risen, yet on these assumptions the programme returned {rate} a year, below the hurdle of "
        "{hurdle}."
    ),
    "below:may_have:no_return": t(
        "{Whose} {outcome} may have risen, yet on these assumptions the programme did not reach the hurdle of {hurdle}."
    ),
    "cannot_tell:evidence": t("This cannot be told: the evidence for an effect is too weak."),
    "cannot_tell:no_interval": t("This cannot be told: the effect has no bounded interval."),
    "cannot_tell:chance": t("This cannot be told: effect and assumptions leave both answers open."),
}
"""By ``answer:doubt``, or ``answer:verb`` where the outcome rose all the same; ``no_return`` where no rate of return exists."""

WORTH_IN_SHORT = {
    "above": t("Yes, on these assumptions."),
    "below": t("No, on these assumptions."),
    "below:did": t("No, on these assumptions, although {outcome} rose."),
    "below:probably": t("No, on these assumptions, although {outcome} probably rose."),
    "below:may_have": t("No, on these assumptions, although {outcome} may have risen."),
    "cannot_tell:evidence": t("Cannot be told: the evidence is too weak."),
    "cannot_tell:no_interval": t("Cannot be told: the effect has no bounded interval."),
    "cannot_tell:chance": t("Cannot be told: both answers remain possible."),
}
"""The same for the first page."""

NO_FIGURE_IN_FULL = {
    "no_gain": t("No rate of return exists: in no year does the gain exceed the cost."),
    "no_cost": t("No rate of return exists: in no year does the cost exceed the gain."),
    "several_returns": t(
        "No single rate of return exists: at several rates gains and costs are equal."
    ),
    "no_return": t("No rate of return exists: at no rate are gains and costs equal."),
    "gain_before_cost": t(
        "No rate of return exists: the first years bring a net gain, later ones a net loss."
    ),
    "no_beneficiaries": t(
        "No effect would be large enough: on these assumptions nobody gains from it."
    ),
    "nothing_without": t("It has no percentage: without {treatment} there is next to nothing."),
    "not_even_if_lasting": t(
        "Even if the estimated effect lasted undiminished, the hurdle would not be reached."
    ),
    "even_if_gone": t(
        "The hurdle is reached even if the effect was gone after the years observed."
    ),
    "not_within_the_horizon": t(
        "Even in full through all the years counted, the estimated effect would not reach the hurdle."
    ),
    "even_in_the_first_year": t("The first year of the effect is enough to reach the hurdle."),
}
"""A sentence for each reason why a figure of the appraisal does not exist."""

UNAPPRAISED = {
    "no_economics_file": t(
        "The plan names no economics file, so this report gives no break-even and no rate of return."
    ),
    "not_in_money": t(
        "The outcome is not in money, so this report gives no break-even and no rate of return."
    ),
}
"""Why a study has no appraisal."""

NEEDED = {
    "above": t("That lies above the whole {level} interval of the estimate: {span}."),
    "inside": t("That lies inside the {level} interval of the estimate: {span}."),
    "below": t("The whole {level} interval of the estimate lies above that: {span}."),
}
"""Where the break-even effect lies to the believed interval."""

NO_FIGURE = {
    "no_gain": t("none: no year's gain exceeds its cost"),
    "no_cost": t("none: no year's cost exceeds its gain"),
    "several_returns": t("none: more than one rate fits"),
    "no_return": t("none: no rate fits"),
    "gain_before_cost": t("none: net gains come first, net losses after"),
    "no_beneficiaries": t("none: nobody gains, whatever the effect"),
    "nothing_without": t("none: no outcome without the programme to compare with"),
    "not_even_if_lasting": t("none: not even if all of the effect lasts"),
    "even_if_gone": t("none: reached even if the effect is gone after the years seen"),
    "not_within_the_horizon": t("none: not within the years counted"),
    "even_in_the_first_year": t("none: reached in the first year"),
}
"""What stands in place of a number that does not exist."""
