"""If trends had parted: how far they may before the answer is lost, and what the periods before could have shown."""

import math
from collections.abc import Sequence

import pandas as pd

from impact.check_result import CheckResult
from impact.diagnostics.honest import HonestResult
from impact.diagnostics.pretrend_power import PretrendPower
from impact.diagnostics.sensitivity.selection import SelectionSensitivity
from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import OutcomeEffect
from impact.reporting import figures
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def other_trends(voice: Voice, part: Certainty) -> list[Exhibit]:
    """Show the bounds of the headline, those of the first period beside them, and the test before treatment."""
    shown: list[Exhibit] = []
    if part.honest:
        headline = [one for one in part.honest if one.target == "overall"]
        shown += [
            Text(f"### {voice.t('If trends had parted')}\n\n{what_bounds_say(voice, part)}"),
            *([figures.honest_bounds(voice, headline)] if headline else []),
            _bounds_table(voice, part.honest),
        ]
    if part.selection is not None:
        heading = voice.t("If something unobserved decided who took part")
        shown.append(Text(f"### {heading}\n\n{what_is_unobserved(voice, part.selection)}"))
    if part.pretrends is not None:
        shown.append(_before_table(voice, part.pretrends, part.checks))
    return shown


def if_trends_had_parted(voice: Voice, part: Certainty, effect: OutcomeEffect) -> str:
    """Say how much of a difference in trends would let zero in, and whether it is in without one."""
    t, found = voice.t, _relative(part)
    inside = effect.verdict.conf_low <= 0 <= effect.verdict.conf_high
    if found is None or found.original[0] <= 0 <= found.original[1]:
        return t("Even without another trend zero cannot be excluded.")
    sentences = [t("Even without another trend the main interval holds zero.")] if inside else []
    if not math.isfinite(found.breakdown):
        sentences.append(
            t("However far trends had parted, the bounds drawn here would exclude zero.")
        )
    else:
        sentences.append(
            t(
                "By the bounds drawn here, trends that part by {amount} a period after the start let zero in.",
                amount=voice.amount(voice.study.outcome, found.breakdown_in_unit),
            )
        )
    return " ".join(sentences)


def what_bounds_say(voice: Voice, part: Certainty) -> str:
    """Say how far trends may part before zero is possible, and what the test before treatment would miss."""
    t, outcome = voice.t, voice.study.outcome
    sentences = [_bounded(voice, found)] if (found := _relative(part)) is not None else []
    if part.pretrends is not None:
        sentences.append(
            t(
                "The test before treatment would miss a difference in trends of {slope} a period half the time. Such a "
                "difference, unnoticed, would shift the average effect by {bias}.",
                slope=voice.amount(outcome, part.pretrends.slope_half),
                bias=voice.amount(outcome, part.pretrends.bias_after_passing),
            )
        )
    return " ".join(sentences)


def what_is_unobserved(voice: Voice, found: SelectionSensitivity) -> str:
    """Say how strong something unobserved would have to be, and how strong the strongest covariate is."""
    t, f = voice.t, voice.f
    if found.conf_low <= 0 <= found.conf_high:
        return t(
            "The change from before the first start to after the last cannot be told from zero, so nothing unobserved is needed "
            "to explain it away."
        )
    needed = f.percent(100 * found.robustness_value_of_interval)
    once = found.table[(found.table["times"] == 1) & found.table["estimate"].notna()]
    if once.empty:
        return t(
            "Something unobserved would have to explain {needed} of what is left of both treatment and change for the interval "
            "of the change to reach zero.",
            needed=needed,
        )
    strongest = once.loc[(once["estimate"] * math.copysign(1, found.estimate)).idxmin()]
    return t(
        "Something unobserved would have to explain {needed} of what the covariates leave of both treatment and change for the "
        "interval of the change to reach zero; the strongest covariate ({name}) explains {of_treatment} and {of_outcome}.",
        needed=needed,
        name=voice.study.label(str(strongest["covariate"]).partition(": ")[0]),
        of_treatment=f.percent(100 * strongest["of_treatment"]),
        of_outcome=f.percent(100 * strongest["of_outcome"]),
    )


def _relative(part: Certainty) -> HonestResult | None:
    return next(
        (
            one
            for one in part.honest
            if one.restriction.kind == "relative_magnitudes" and one.target == "overall"
        ),
        None,
    )


def _bounded(voice: Voice, found: HonestResult) -> str:
    t, (low, high) = voice.t, found.original
    if low <= 0 <= high:
        return t(
            "Even if trends were parallel, the average effect over all periods after the start cannot be told from zero ({span}).",
            span=voice.span(voice.study.outcome, low, high),
        )
    return t(
        "Zero is excluded as long as trends part, from one period to the next after the start, by no more than {breakdown} "
        "times the most they did before.",
        breakdown=voice.f.number(found.breakdown, 2),
    )


def _bounds_table(voice: Voice, honest: tuple[HonestResult, ...]) -> Table:
    """How far trends may part before zero is inside, the headline first, in relative terms and in the outcome's unit."""
    t, plain = voice.t, voice.plain(voice.study.outcome)
    rows = [
        {
            "target": said(t, "target", one.target),
            "if": said(t, "check", f"honest_{one.restriction.kind}"),
            "conf_low": one.original[0],
            "conf_high": one.original[1],
            "breakdown": one.breakdown,
            "in_unit": one.breakdown_in_unit,
            "parallel": voice.f.interval(*one.original, plain),
        }
        for one in honest
    ]
    return Table(
        label="tab-honest",
        caption=t("How far trends may part before zero can no longer be excluded"),
        frame=pd.DataFrame(rows),
        headings={
            "target": t("Effect"),
            "parallel": t("Interval if trends are parallel"),
            "if": t("Trends"),
            "breakdown": t("Up to"),
            "in_unit": t("That is, a period"),
        },
        formats={
            "parallel": str,
            "breakdown": lambda value: voice.f.number(value, 2),
            "in_unit": plain,
        },
        notes=(
            t(
                "Up to: times the largest step between periods before the start, as estimated; for trends that bend, standard "
                "errors of the effect. That is: the same in {unit}. These intervals rest on clustered standard errors.",
                unit=voice.unit(voice.study.outcome),
            ),
        ),
    )


def _before_table(voice: Voice, power: PretrendPower, checks: Sequence[CheckResult]) -> Table:
    """What the periods before the start could have shown: one by one, and their average."""
    t, plain = voice.t, voice.plain(voice.study.outcome)
    rows = [
        {"of": "largest", "half": power.slope_half, "most": power.slope_80},
        {"of": "mean", "half": power.pooled_half, "most": power.pooled_80},
    ]
    frame = pd.DataFrame(rows).assign(words=[t("The largest of them"), t("Their average")])
    excluded = next(
        (c.table for c in checks if c.name == "equivalence" and c.table is not None), None
    )
    shown = {} if excluded is None else {"bound": t("Differences that can be excluded")}
    if excluded is not None:
        frame = frame.merge(excluded, on="of")
    return Table(
        label="tab-before-power",
        caption=t(
            "What the periods before the start could have shown ({n} tested)",
            n=voice.f.number(power.n_leads),
        ),
        frame=frame,
        headings={
            "words": t("Test of"),
            "half": t("Slope found half the time"),
            "most": t("Four times in five"),
            **shown,
        },
        formats=dict.fromkeys(("half", "most", *shown), plain),
        notes=(
            t(
                "In {unit} a period; differences beyond the last column, in {unit}, are excluded at 5%.",
                unit=voice.unit(voice.study.outcome),
            ),
        ),
    )
