"""What every page says first where no real firm is in the data: a demonstration, or a rehearsal of the plan."""

from impact.evaluation.truth import Truth
from impact.reporting.exhibits import Banner, Exhibit
from impact.reporting.formats import escape
from impact.reporting.voice import Voice


def banner(voice: Voice) -> list[Exhibit]:
    """Say first that a run is blind, or that data are simulated, and that firms are a part of all; nothing where none is so."""
    banners = [*_invented(voice), *_in_part(voice)]
    if not banners:
        return []
    text = " ".join(one.text for one in banners)
    return [Banner(text, short=" · ".join(one.short for one in banners))]


def _invented(voice: Voice) -> list[Banner]:
    t, truth = voice.t, voice.study.truth
    if voice.study.blind:
        return [blind_banner(voice)]
    if truth is None:
        return []
    if voice.study.rehearsal is not None:
        return [rehearsal_banner(voice, truth)]
    if voice.study.plan.only:  # the truth is that of all firms
        text = t("**Demonstration on invented firms.** No figure describes a real firm.")
        return [Banner(text, short=t("Invented data"))]
    text = t(
        "**Demonstration on invented firms.** As they are simulated, the true effect is known: {effect} {each} ({percent}). No "
        "figure describes a real firm.",
        effect=_signed(voice, truth.effect),
        each=voice.a_period,
        percent=f"{'+' if truth.percent > 0 else ''}{voice.f.percent(truth.percent)}",
    )
    short = t(
        "Invented data; true effect {effect} {each}",
        effect=_signed(voice, truth.effect),
        each=voice.a_period,
    )
    return [Banner(text, short=short)]


def _in_part(voice: Voice) -> list[Banner]:
    t, part = voice.t, voice.part_of_firms
    if not part:
        return []
    text = t(
        "**A part of the firms.** All figures are of these firms alone: {part}.", part=escape(part)
    )
    return [Banner(text, short=t("A part of the firms: {part}", part=part))]


def blind_banner(voice: Voice) -> Banner:
    """Say that nobody's treatment is their own, so that nothing on the page is a finding."""
    t = voice.t
    text = t(
        "**BLIND.** Who took part was exchanged at random within strata until the cleaning of the data is signed off. No figure "
        "here is a finding."
    )
    return Banner(text, short=t("BLIND · treatment exchanged at random, no finding"))


def rehearsal_banner(voice: Voice, truth: Truth) -> Banner:
    """Say that the plan was rehearsed on simulated files, and which effect was put into them."""
    t, told = voice.t, voice.study.rehearsal
    effect, each = _signed(voice, truth.effect), voice.a_period
    text = (
        t(
            "**REHEARSAL.** The plan was run on files simulated like earlier data, with a known effect: {effect} {each}. No figure "
            "describes a real firm, and none is a finding.",
            effect=effect,
            each=each,
        )
        if told is not None and told.from_baseline
        else t(
            "**REHEARSAL.** The plan was run before there are data, on files simulated with a known effect: {effect} {each}. No "
            "figure describes a real firm, and none is a finding.",
            effect=effect,
            each=each,
        )
    )
    return Banner(text, short=t("REHEARSAL · simulated data, no finding"))


def _signed(voice: Voice, value: float) -> str:
    return f"{'+' if value > 0 else ''}{voice.amount(voice.study.outcome, value)}"
