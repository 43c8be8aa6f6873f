"""Checks of how the survey was answered: how they were made, those that call for a closer look, those that could not be made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from impact.check_result import SMALL_P, CheckResult
from impact.reporting.exhibits import Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.checks import checks_table, found
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

ABOUT: Mapping[str, tuple[str, ...]] = {
    "who_answered": (
        "never_answered",
        "coverage",
        "gaps",
        "response",
        "dropout",
        "exits",
        "unexplained_blanks",
        "always_treated",
        "planned_starts",
    ),
    "how_written": (
        "zeros",
        "zeros_change",
        "heaping",
        "heaping_change",
        "last_digits",
        "first_digits",
    ),
    "far_amounts": ("heavy_tail", "outliers", "jumps", "largest_unit"),
    "cannot_be": (
        "answers_after_exit",
        "revenue_without_staff",
        "answers_before_entry",
        "copied_forward",
        "parts_of_a_sum",
        "repeated_codes",
    ),
    "interviews": (
        "enumerators",
        "one_arm_enumerators",
        "short_interviews",
        "duration_by_arm",
        "back_check",
    ),
}
"""Checks by what they ask about, in the order of the page."""


def grouped(voice: Voice, checks: Sequence[CheckResult]) -> Table:
    """Show checks of the data under what they ask about."""
    order = {name: about for about, names in ABOUT.items() for name in names}
    place = list(order)
    checks = sorted(checks, key=lambda check: place.index(check.name))
    table = checks_table(voice, checks, label="tab-quality", caption=voice.t("Checks of the data"))
    about = [said(voice.t, "survey_asked", order[check.name]) for check in checks]
    return replace(table, frame=table.frame.assign(about=about), group="about")


def how_checked(voice: Voice, checks: Sequence[CheckResult]) -> str:
    """Say how the checks were made, and how many may warn by chance."""
    t, f = voice.t, voice.f
    tests = [(check.status, check.p_value) for check in checks if check.p_value is not None]
    warned = sum(status != "pass" and p <= SMALL_P for status, p in tests)
    if not tests:
        return t("None of these checks is a test: each holds a figure against a limit.")
    return t(
        "A check with a p-value is a test; groups are compared by exchanging firms, or clusters where these were assigned. "
        "Tests made: {tests}; that would call for a closer look by chance alone: {expected} on average; that do: {warned}. The "
        "others hold a figure against a limit.",
        tests=f.number(len(tests)),
        expected=f.number(SMALL_P * len(tests), 1),
        warned=f.number(warned),
    )


def details(voice: Voice, checks: Sequence[CheckResult]) -> Iterator[Table]:
    """Show the figures behind each check that calls for a closer look; without those that rest on too few."""
    for place, check in enumerate(checks):
        if check.status in {"warn", "fail"} and check.table is not None:
            yield _table(voice, check, check.table, place)


def _table(voice: Voice, check: CheckResult, table: pd.DataFrame, place: int) -> Table:
    name = said(voice.t, "check", check.name)
    label = f"tab-quality-{check.name.replace('_', '-')}"
    label = f"{label}-{place}" if check.name == "back_check" else label  # one for each outcome
    if "kind" in table:
        return _counts(voice, table, label=label, caption=name)
    if "part" in table:
        return _shares(voice, table, label=label, caption=name)
    return _second_visits(voice, table, label=label, caption=name)


def _counts(voice: Voice, table: pd.DataFrame, *, label: str, caption: str) -> Table:
    t = voice.t
    names = {
        "units": t("Firms"),
        "treated": t("Beneficiaries"),
        "comparison": t("Comparison group"),
    }
    headings = {name: words for name, words in names.items() if name in table}
    return Table(
        label=label,
        caption=caption,
        frame=table.assign(what=[said(t, "survey_count", kind) for kind in table["kind"]]),
        headings={"what": t("What was found"), **headings},
        formats=dict.fromkeys(headings, voice.f.number),
        notes=_withheld(voice, table[list(headings)]),
    )


def _shares(voice: Voice, table: pd.DataFrame, *, label: str, caption: str) -> Table:
    t = voice.t
    share: Callable[[float], str] = lambda value: voice.f.percent(100 * value)  # noqa: E731 (a format, not a function)
    return Table(
        label=label,
        caption=caption,
        # a share that was withheld comes back from a stored part as None
        frame=table.astype({"treated": float, "comparison": float}).assign(
            what=[said(t, "survey_share", part) for part in table["part"]]
        ),
        headings={
            "what": t("Share"),
            "treated": t("Beneficiaries"),
            "comparison": t("Comparison group"),
        },
        formats={"treated": share, "comparison": share},
        notes=_withheld(voice, table[["treated", "comparison"]]),
    )


def _second_visits(voice: Voice, table: pd.DataFrame, *, label: str, caption: str) -> Table:
    t, f = voice.t, voice.f
    outcome = str(table["outcome"].iloc[0])
    numbers = ["n_units", "differing", "mean_difference", "reliability"]
    return Table(
        label=label,
        caption=f"{caption}{voice.colon} {voice.study.label(outcome)}",
        # a number that was withheld comes back from a stored part as None
        frame=table.astype(dict.fromkeys(numbers, float)),
        headings={
            "n_units": t("Firms"),
            "differing": t("Answers that differ"),
            "mean_difference": t("Second less first, on average"),
            "reliability": t("Reliability"),
        },
        formats={
            "n_units": f.number,
            "differing": lambda value: f.percent(100 * value),
            "mean_difference": voice.plain(outcome),
            "reliability": lambda value: f.number(value, 2),
        },
        notes=_withheld(voice, table[numbers]),
    )


def _withheld(voice: Voice, shown: pd.DataFrame) -> list[str]:
    return (
        [voice.t("Not shown: fewer than ten firms, or a number that would tell of them.")]
        if shown.isna().to_numpy().any()
        else []
    )


def not_made(voice: Voice, checks: Sequence[CheckResult]) -> Iterator[Text]:
    """List checks that could not be made under their reason: one that was not made has not been passed."""
    t = voice.t
    by_reason: dict[str, list[str]] = {}
    for check in checks:
        if check.status == "not_applicable":
            name = escape(said(t, "check", check.name))
            by_reason.setdefault(escape(found(voice, check)), []).append(name)
    if by_reason:
        lines = [f"- {', '.join(names)}{voice.colon} {why}" for why, names in by_reason.items()]
        yield Text(
            t("Checks that could not be made, and so have not been passed:")
            + "\n\n"
            + "\n".join(lines)
        )
