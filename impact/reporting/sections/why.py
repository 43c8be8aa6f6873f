"""Part 6: why; first, whether levels and ratios agree, for a result on one scale only is itself the finding."""

import math

import pandas as pd

from impact.diagnostics.scales import Scales
from impact.interval import Refused
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Table, Text
from impact.reporting.sections.certainty import family_table
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice
from impact.reporting.words.register import said, said_why_not


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
    shown += doses(voice, findings.impact.by_dose, findings.headline.verdict.believed)
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


def doses(voice: Voice, found: pd.DataFrame | Refused | None, inference: str) -> list[Exhibit]:
    """Show effects by how much each unit received, or say what the plan or the data lack; never as the effect of receiving more."""
    t, heading = voice.t, f"### {voice.t('Dose')}"
    if found is None:
        lacking = t(
            "Not examined: the plan names no column of how much each firm received. One that counts events or meetings would do."
        )
        return [Text(f"{heading}\n\n{lacking}")]
    name = voice.name(str(voice.study.plan.dose))
    if isinstance(found, Refused):
        lacking = t(
            "Effects by dose ({name}) are not estimated: {why}. Two levels with ten beneficiaries each are needed.",
            name=name,
            why=said_why_not(t, found.error),
        )
        return [Text(f"{heading}\n\n{lacking}")]
    return [
        Text(f"{heading}\n\n{by_level(voice, found)}"),
        _dose_table(voice, found, inference),
    ]


def by_level(voice: Voice, found: pd.DataFrame) -> str:
    """Say the effect at the lowest and the highest dose, and what their difference is not."""
    t, outcome = voice.t, voice.study.outcome
    first, last = found["estimate"].iloc[0], found["estimate"].iloc[-1]
    return t(
        "At the lowest dose the effect is {first}, at the highest {last}. This compares firms that differ in more than the dose: "
        "it is not the effect of receiving more (Callaway, Goodman-Bacon and Sant'Anna 2024).",
        first=voice.amount(outcome, first),
        last=voice.amount(outcome, last),
    )


def _dose_table(voice: Voice, found: pd.DataFrame, inference: str) -> Table:
    t, f, study = voice.t, voice.f, voice.study
    plain = voice.plain(study.outcome)
    name = study.label(str(study.plan.dose))
    frame = found.assign(
        level=[_level(voice, low, high) for low, high in zip(found["low"], found["high"], strict=True)],
        interval=[
            f.interval(low, high, plain)
            for low, high in zip(found["conf_low"], found["conf_high"], strict=True)
        ],
    )  # fmt: skip
    return Table(
        label="tab-dose",
        caption=t("Effect by dose ({unit})", unit=study.unit(study.outcome)),
        frame=frame,
        headings={
            "level": name,
            "n_treated": t("Beneficiaries"),
            "estimate": t("Effect"),
            "interval": t("Interval"),
        },
        formats={"level": str, "interval": str, "n_treated": f.number, "estimate": plain},
        notes=(
            t(
                "Each level against the same comparison group; intervals by {name}. Values were put together until each level had "
                "ten beneficiaries.",
                name=said(t, "inference", inference),
            ),
        ),
    )


def _level(voice: Voice, low: float, high: float) -> str:
    t, f = voice.t, voice.f

    def write(value: float) -> str:
        return f.number(value) if value.is_integer() else f.significant(value)

    if math.isnan(low):
        return write(high) if high == 0 else t("{n} or less", n=write(high))
    if math.isnan(high):
        return t("{n} or more", n=write(low))
    return write(low) if low == high else t("{low} to {high}", low=write(low), high=write(high))
