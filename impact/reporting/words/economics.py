"""Words of the appraisal: why a figure is none."""

from impact.reporting.words.catalogue import t

NO_FIGURE = {
    "no_gain": t("none: no year's gain exceeds its cost"),
    "no_cost": t("none: no year's cost exceeds its gain"),
    "several_returns": t("none: more than one rate fits"),
    "no_return": t("none: no rate fits"),
    "gain_before_cost": t("none: the gains come before the costs"),
    "no_beneficiaries": t("none: nobody gains, whatever the effect"),
    "nothing_without": t("none: no outcome without the programme to compare with"),
    "not_even_if_lasting": t("none: not even if all of the effect lasts"),
    "even_if_gone": t("none: reached even if the effect is gone after the years seen"),
    "not_within_the_horizon": t("none: not within the years counted"),
    "even_in_the_first_year": t("none: reached in the first year"),
}
"""What stands in place of a number that does not exist."""
