"""What a study estimates, by which estimator, and why by that one."""

from impact.reporting.voice import Voice


def estimand(voice: Voice) -> str:
    """Say what is estimated, by which estimator, and of a lot why by that one."""
    return voice.t("Estimand and method: {method}.", method=_method(voice))


def _method(voice: Voice) -> str:
    t, study = voice.t, voice.study
    if study.compares_arms:
        return _method_of_the_lot(voice)
    control = (
        t("firms not yet treated")
        if study.plan.comparison_group == "not_yet_treated"
        else t("firms never treated")
    )
    text = t(
        "average effect on the treated over all periods after the start, weighted by cohort size; Callaway and Sant'Anna "
        "(2021), compared with {control}, base the last period before the start, firms seen in both periods, standard errors "
        "clustered by {cluster}",
        control=control,
        cluster=voice.name(str(study.cluster)) if voice.in_clusters else t("firm"),
    )
    if study.plan.anticipation:
        text += t(", {n} periods of anticipation", n=study.plan.anticipation)
    if study.plan.winsorise:
        text += t(
            ", outcome capped at its {q} percentile in each period",
            q=voice.f.ordinal(100 * study.plan.winsorise),
        )
    return text


def _method_of_the_lot(voice: Voice) -> str:
    """Say which estimator is the main one of a lot, and why."""
    t = voice.t
    text = (
        t(
            "average effect of having been drawn, over all rounds from the start on; means given each firm's own baseline "
            "(ANCOVA, McKenzie 2012), as there is one and what is known before need not be left to chance"
        )
        if voice.study.main == "ancova"
        else t(
            "average effect of having been drawn; difference in means, as no period lies before the start in which these firms "
            "were seen"
        )
    )
    if voice.study.plan.strata:
        text += t(", with an effect of each stratum of the lot")
    if voice.in_clusters:
        text += t(", whole clusters as the units of the lot")
    return text
