"""Part 2: every outcome in one table, with and without the programme; what was asked and not measured is said."""

import math
from typing import Any

import pandas as pd

from impact.evaluation.parts import NotMeasured, OutcomeEffect
from impact.reporting.exhibits import Chapter, Exhibits, Table, Text
from impact.reporting.sections.answered_questions import answered_questions
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.rated import out_of_five, reasons_of
from impact.reporting.sections.telling_percent import telling_percent
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def summary_of_findings(voice: Voice, findings: Findings) -> Exhibits:
    """Show each outcome without, with, the difference, its interval and how certain it is."""
    t = voice.t
    text = t(
        "Each row compares what {treated} had with what the study estimates they would have had without {treatment}."
    )
    return Exhibits(
        (
            Chapter(2, t("Summary of findings"), "summary-of-findings"),
            Text(voice.about(text)),
            _table(voice, findings),
            *answered_questions(voice, findings),
        )
    )


def _table(voice: Voice, findings: Findings) -> Table:
    t = voice.t
    main = findings.impact.effects
    shown = {effect.outcome for effect in main}
    further = [one for one in findings.impact.secondary if one.outcome not in shown]
    rows = [
        *(_row(voice, findings, effect, primary=not at) for at, effect in enumerate(main)),
        *(
            _unmeasured(voice, one) if isinstance(one, NotMeasured) else _row(voice, findings, one)
            for one in further
        ),
    ]
    why = voice.f.listed(reasons_of(voice, findings.evidence.rating))
    sample = findings.quality.sample
    return Table(
        label="tab-findings",
        caption=voice.plainly(t("{Treated} with and without {treatment}")),
        frame=pd.DataFrame(rows),
        headings={
            "outcome": t("Outcome"),
            "without_shown": t("Without"),
            "with_shown": t("With"),
            "difference": t("Difference"),
            "percent": t("In percent"),
            "interval": t("Interval"),
            "certainty": t("Evidence"),
        },
        formats=dict.fromkeys(
            ("without_shown", "with_shown", "difference", "percent", "interval"), str
        ),
        footnotes=(t("What weakens it: {why}.", why=why) if why else t("No check speaks against it."),),
        notes=(
            t(
                "{treated}, {others}. Intervals at {level}. The evidence was rated for the first outcome only; of the others the "
                "interval alone was checked.",
                treated=voice.count_of_treated(sample.n_treated),
                others=voice.assigned(sample.n_never, of="n_never"),
                level=voice.confidence,
            ),
        ),
        brief=True,
    )  # fmt: skip


def _row(
    voice: Voice, findings: Findings, effect: OutcomeEffect, *, primary: bool = False
) -> dict[str, Any]:
    f, plain, verdict = voice.f, voice.plain(effect.outcome), effect.verdict
    observed = effect.percent.spec["observed_mean"][0] if effect.percent is not None else None
    actual = math.nan if observed is None else float(observed)
    without = actual - verdict.estimate
    percent = telling_percent(voice, effect)
    rating = findings.evidence.rating
    stars = out_of_five(voice, rating, voice.t("{n} of 5[^1]", n=f.number(rating.steps)))
    return {
        "outcome": voice.with_unit(effect.outcome),
        "actual": actual,
        "without": without,
        "estimate": verdict.estimate,
        "conf_low": verdict.conf_low,
        "conf_high": verdict.conf_high,
        "without_shown": plain(without),
        "with_shown": plain(actual),
        "difference": plain(verdict.estimate),
        "percent": f.percent(percent[0] if percent else None),
        "interval": f.interval(verdict.conf_low, verdict.conf_high, plain),
        "certainty": stars if primary else voice.t("not rated"),
    }


def _unmeasured(voice: Voice, one: NotMeasured) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("without_shown", "with_shown", "difference", "percent", "interval"), "\u2014"
    )
    numbers = dict.fromkeys(("actual", "without", "estimate", "conf_low", "conf_high"), math.nan)
    return {
        "outcome": one.label,
        **numbers,
        **blank,
        "certainty": said(voice.t, "unmeasured", one.why),
    }
