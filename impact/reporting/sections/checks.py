"""Checks in words: one table for any list of results, each with what was found."""

from collections.abc import Sequence

import pandas as pd

from impact.check_result import CheckResult
from impact.reporting.exhibits import Table
from impact.reporting.voice import Voice
from impact.reporting.words.checks import REASONS
from impact.reporting.words.found import Written
from impact.reporting.words.register import said, said_why_not


def checks_table(voice: Voice, checks: Sequence[CheckResult], *, label: str, caption: str) -> Table:
    """Show checks with what was found, the p-value and how each came out."""
    t = voice.t
    frame = pd.DataFrame(
        {
            "check": [said(t, "check", check.name) for check in checks],
            "found": [found(voice, check) for check in checks],
            "statistic": [check.statistic for check in checks],
            "p_value": [check.p_value for check in checks],
            "outcome": [said(t, "outcome_of_check", check.status) for check in checks],
        }
    )
    return Table(
        label=label,
        caption=caption,
        frame=frame,
        headings={
            "check": t("Check"),
            "found": t("What was found"),
            "p_value": t("p‑value"),
            "outcome": t("Verdict"),
        },
        formats={"p_value": voice.f.p_value},
    )


def found(voice: Voice, check: CheckResult) -> str:
    """Say what a check found, from its reason's code, its statistic and the number after the code's colon."""
    code, _, n = check.why.partition(":")
    words = REASONS[code]
    values = {
        "figure": _written(voice, words.figure, check.statistic),
        "n": _written(voice, words.n, n),
    }
    return voice.t(words.sentence, **values)


def _written(voice: Voice, how: Written, value: float | str | None) -> str:
    if how == "inference":
        return said(voice.t, "short_inference", str(value))
    if how == "why_not":
        return said_why_not(voice.t, str(value))
    if how == "columns":
        return ", ".join(voice.study.label(column) for column in str(value).split(", "))
    return _figure(voice, how, value)


def _figure(voice: Voice, how: Written, value: float | str | None) -> str:
    number = None if value is None or value == "" else float(value)
    f = voice.f
    if how == "amount":
        return voice.amount(voice.study.outcome, number)
    if how == "points":
        return voice.t("{n} percentage points", n=f.number(_hundred(number), 1))
    if how == "share":
        return f.percent(_hundred(number))
    digits = {"count": 0, "decimal": 2}
    return f.number(number, digits[how]) if how in digits else f.significant(number)


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share
