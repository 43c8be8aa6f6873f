"""Part 6: why; first, whether levels and ratios agree, for a result on one scale only is itself the finding."""

from impact.diagnostics.scales import Scales
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Text
from impact.reporting.sections.certainty import family_table
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def why(voice: Voice, findings: Findings) -> Exhibits:
    """Show scales, markets or other families of outcomes, and dose."""
    t, part = voice.t, findings.certainty
    shown: list[Exhibit] = [
        Chapter(6, t("Why"), "why"),
        Text(on_scales(voice, part.scales), brief=True),
    ]
    if part.curve is not None:
        shown.append(figures.specification_curve(voice, part.curve))
    if part.families:
        shown.append(Text(f"### {t('Outcomes tested together')}"))
        shown += [family_table(voice, family) for family in part.families]
    shown.append(Text(f"### {t('Dose')}\n\n{_dose(voice)}"))
    return Exhibits(tuple(shown))


def on_scales(voice: Voice, scales: Scales | None) -> str:
    """Say whether the answer holds on every scale, with the share of specifications beyond chance on each."""
    t, f = voice.t, voice.f
    if scales is None or len(scales.shares) < 2:
        return t("Levels and ratios could not be compared here.")
    first = (
        t("Levels, logarithms and ranks give the same answer.")
        if scales.agree
        else t("The answer depends on the scale: this is a finding, not a detail.")
    )
    shares = [
        f"{said(t, 'choice', f'scale:{scale}')} {f.percent(100 * share, 0)}"
        for scale, share in zip(scales.shares["scale"], scales.shares["beyond_chance"], strict=True)
    ]
    second = t("Specifications beyond chance: {shares}.", shares=f.listed(shares))
    return f"{first} {second}"


def _dose(voice: Voice) -> str:
    dose = voice.study.plan.dose
    if dose is None:
        return voice.t("The plan names no measure of how much each firm received.")
    return voice.t(
        "The plan names a dose, {name}; effects by dose are not estimated yet.",
        name=voice.name(dose),
    )
