"""Inferences: in full, in a word or two, and why one is believed."""

from impact.reporting.words.catalogue import t

INFERENCES = {
    "clustered": t("clustered standard errors, normal"),
    "clustered_t": t("clustered standard errors, t"),
    "crv2_satterthwaite": t("bias-corrected standard errors (CRV2), Satterthwaite"),
    "crv3_t": t("leave-one-out standard errors (CRV3), t"),
    "treated_t": t("bias-corrected standard errors, degrees of freedom of the treated"),
    "group_t": t("spread between events, t"),
    "permutation": t("randomization inference"),
    "conley_taber": t("Conley-Taber"),
    "ferman_pinto": t("Ferman-Pinto"),
    "wild_bootstrap": t("wild cluster bootstrap"),
}

SHORT_INFERENCES = {
    "clustered": t("clustered, normal"),
    "clustered_t": t("clustered, t"),
    "crv2_satterthwaite": t("CRV2, Satterthwaite"),
    "crv3_t": t("CRV3, t"),
    "treated_t": t("CRV2, t of the treated"),
    "group_t": t("between events, t"),
    "permutation": t("randomization"),
    "conley_taber": t("Conley-Taber"),
    "ferman_pinto": t("Ferman-Pinto"),
    "wild_bootstrap": t("wild bootstrap"),
}

REFUSED = {
    "attrition_bounds": t("what silent firms could hide"),
    "design_check": t("the simulated design"),
    "effect_against_the_unexposed": t("the effect against firms that met no activity"),
    "effect_on_participants": t("the effect on those who took part"),
    "effect_in_percent": t("the effect in percent"),
    "effects_by_dose": t("effects by dose"),
    "index_of_outcomes": t("the index of a family's outcomes"),
    "family_of_outcomes": t("a family of outcomes"),
    "margins": t("the margins of an outcome with zeros"),
    "quantiles": t("effects at quantiles of the outcome"),
    "unobserved_selection": t("what something unobserved would have to explain"),
}
"""What an evaluation asks beside inferences and may not get."""

VERDICTS = {
    "default_holds": t(
        "The interval is by {name}. On {n} panels simulated without any effect, none of them used for the choice, it held the "
        "truth in {coverage}. No other interval that holds is shorter by a tenth; the usual clustered one held it in {usual}."
    ),
    "holds_and_shortest": t(
        "The interval is by {name}. On {n} panels simulated without any effect, none of them used for the choice, it held the "
        "truth in {coverage}. It is shorter than randomization inference by a tenth or more; the usual clustered one held it "
        "in {usual}."
    ),
    "holds_within_error": t(
        "The interval is by {name}. On {n} panels simulated without any effect, none of them used for the choice, it held the "
        "truth in {coverage}. No interval was clearly better; the usual clustered one held it in {usual}."
    ),
    "none_holds": t(
        "On panels simulated without any effect no interval held the truth as often as it promises. The one shown is by "
        "{name}, the default; at worst it held it in {coverage}."
    ),
    "as_drawn": t(
        "The interval is by {name}: the lot was drawn again as it had been, {n} times, to see how far apart chance alone puts "
        "the groups. It holds because there was a lot, whatever the outcomes are like."
    ),
    "smallest_cohort": t(
        "The design could not be simulated; the interval is by {name}, with {n} beneficiaries in the smallest cohort."
    ),
}

PROCESSES = {
    "resampled": t("Resampled"),
    "gaussian": t("Normal"),
    "shared_shock": t("Shared shocks"),
}
