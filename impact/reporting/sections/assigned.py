"""How beneficiaries came to take part, and of a lot what was drawn, within what, and who is compared with whom."""

from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def how_assigned(voice: Voice) -> str:
    """Say how beneficiaries came to take part; of a lot, also whether whole clusters were drawn, and within which strata."""
    t, plan = voice.t, voice.study.plan
    sentences = [said(t, "selection", plan.assignment)]
    if voice.study.by_lot and voice.in_clusters:
        what = voice.name(str(voice.study.cluster))
        sentences.append(t("Whole clusters of firms ({what}) were drawn.", what=what))
    if voice.study.by_lot and plan.strata:
        listed = voice.f.listed([voice.name(column) for column in plan.strata])
        sentences.append(t("The lot was drawn within strata ({strata}).", strata=listed))
    return " ".join(sentences)


def compared_with(voice: Voice) -> str:
    """Say who beneficiaries are compared with."""
    t, study = voice.t, voice.study
    if study.by_lot and not study.compares_arms:
        return t(
            "The lot said when each starts: they are compared with firms that had not started yet."
        )
    if study.by_lot and study.plan.participation is not None:
        return t(
            "All who were drawn are compared with all who were not, whether they took part or not."
        )
    if study.by_lot:
        return t("They are compared with the firms that were not drawn.")
    if study.plan.comparison_group == "not_yet_treated":
        return t("They are compared with firms that had not started yet, or never did.")
    return t("They are compared with firms that never started.")


def control_group(voice: Voice) -> str:
    """Name the comparison group as the list of the plan's choices does."""
    t, study = voice.t, voice.study
    if study.by_lot and study.compares_arms:
        return t("firms that were not drawn")
    if study.plan.comparison_group == "not_yet_treated":
        return t("firms not yet treated")
    return t("firms never treated")
