"""Inferences and estimators in words."""

from impact.reporting.formats import Words


def inference_name(t: Words, name: str) -> str:
    """Return the words for an inference."""
    words = {
        "clustered": t("clustered standard errors, normal"),
        "clustered_t": t("clustered standard errors, t"),
        "crv2_satterthwaite": t("bias-corrected standard errors (CRV2), Satterthwaite"),
        "crv3_t": t("leave-one-out standard errors (CRV3), t"),
        "treated_t": t("bias-corrected standard errors, degrees of freedom of the treated"),
        "group_t": t("spread between events, t"),
        "permutation": t("randomization inference"),
        "conley_taber": t("Conley-Taber"),
        "ferman_pinto": t("Ferman-Pinto"),
    }
    return words[name]


def short_name(t: Words, name: str) -> str:
    """Return an inference in a word or two, for tables."""
    words = {
        "clustered": t("clustered, normal"),
        "clustered_t": t("clustered, t"),
        "crv2_satterthwaite": t("CRV2, Satterthwaite"),
        "crv3_t": t("CRV3, t"),
        "treated_t": t("CRV2, t of the treated"),
        "group_t": t("between events, t"),
        "permutation": t("randomization"),
        "conley_taber": "Conley-Taber",
        "ferman_pinto": "Ferman-Pinto",
    }
    return words[name]


def estimator_name(t: Words, name: str) -> str:
    """Return the words for an estimator."""
    words = {
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
        "poisson": t("Poisson with firm effects (trends parallel in ratios)"),
    }
    return words[name]
