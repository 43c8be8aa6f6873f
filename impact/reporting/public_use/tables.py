"""The tables of a public-use report: as readers see them, and as their CSV files have them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from impact.disclosure.public_use.deidentified import UNSEEN, Changed, Deidentified
from impact.disclosure.public_use.linkage import Linked
from impact.disclosure.public_use.utility import Figure, Pair
from impact.reporting.exhibits import Table
from impact.reporting.formats import DASH
from impact.reporting.public_use.words import CHANGES, SUMMARIES, VERDICTS
from impact.reporting.voice import Voice
from impact.reporting.words.register import said, said_why_not
from impact.terms import SMALLEST_SHOWN

Writer = Callable[[float | None], str]
DIGITS = 3  # of a restricted figure: beside the public file, more would add an equation about the values that were changed
COUNTS = frozenset({"units", "observations", "treated"})


@dataclass(frozen=True)
class Sheet:
    """A table for readers, and its raw figures for a CSV file."""

    table: Table
    raw: pd.DataFrame


def _sheet(
    label: str,
    caption: str,
    raw: pd.DataFrame,
    shown: pd.DataFrame,
    headings: Mapping[str, str],
    *,
    texts: Sequence[str],
    **more: Any,
) -> Sheet:
    """Set a table of texts; those columns that are no ``texts`` are set as numbers."""
    numbers = {name: str for name in headings if name not in texts}
    table = Table(
        label=label, caption=caption, frame=shown, headings=headings, formats=numbers, **more
    )
    return Sheet(table, raw)


def rounded(figure: Figure) -> Figure:
    """Return a restricted figure as it may stand beside the public file."""
    return Figure(
        value=_digits(figure.value),
        std_error=_digits(figure.std_error),
        conf_low=_digits(figure.conf_low),
        conf_high=_digits(figure.conf_high),
        why_not=figure.why_not,
    )


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}") if math.isfinite(value) else value


def risk(voice: Voice, made: Deidentified) -> Sheet:
    """Tabulate the risk before and after."""
    t, f = voice.t, voice.f
    rows = [
        (t("Firms"), "units", f.number),
        (t("Combinations"), "combinations", f.number),
        (t("Firms of the smallest combination (k)"), "smallest", f.number),
        (t("Firms alone in their combination"), "uniques", f.number),
        (t("Firms in combinations of fewer than k"), "below", f.number),
        (t("Highest chance to find a firm known to be there"), "prosecutor", _percent(voice)),
        (t("Share of firms found by trying all"), "marketer", _percent(voice)),
        (t("Tenths of the sensitive column in a combination, at least (l)"), "least_diverse", f.number),
        (t("Distance of a combination from all, at most (t)"), "closeness", _two_digits(voice)),
        (t("Firms alone, where the periods they answered in are known"), "uniques_by_rows", f.number),
    ]  # fmt: skip
    frame = pd.DataFrame(
        {
            "measure": [words for words, _, _ in rows],
            "code": [name for _, name, _ in rows],
            "before": [getattr(made.before, name) for _, name, _ in rows],
            "after": [getattr(made.after, name) for _, name, _ in rows],
        },
        dtype=object,
    )
    shown = frame.assign(
        before=[write(getattr(made.before, name)) for _, name, write in rows],
        after=[write(getattr(made.after, name)) for _, name, write in rows],
    )
    return _sheet(
        "tab-risk",
        t("Risk that a firm is found, before and after"),
        frame,
        shown,
        {"measure": t("Measure"), "before": t("Original"), "after": t("Public")},
        texts=["measure"],
    )


def changes(voice: Voice, made: Deidentified) -> Sheet:
    """Tabulate what was done to which column."""
    t, f = voice.t, voice.f

    def units(one: Changed) -> str:
        return t("too few to show") if _few(one) else f.number(one.units)

    frame = pd.DataFrame(
        [
            {
                "column": one.column,
                "change": one.change,
                "cells": one.cells,
                "units": None if _few(one) else one.units,
            }
            for one in made.changes
        ],
        columns=["column", "change", "cells", "units"],
        dtype=object,
    )
    shown = frame.assign(
        column=[_label(voice, made, one.column) for one in made.changes],
        change=[t(CHANGES[one.change]) for one in made.changes],
        cells=[f.number(one.cells) for one in made.changes],
        units=[units(one) for one in made.changes],
    )
    return _sheet(
        "tab-changes",
        t("What was changed, by column"),
        frame,
        shown,
        {"column": t("Column"), "change": t("Change"), "cells": t("Cells"), "units": t("Firms")},
        texts=["column", "change"],
    )


def _few(one: Changed) -> bool:
    return one.change in UNSEEN and (one.units or 0) < SMALLEST_SHOWN


def _label(voice: Voice, made: Deidentified, column: str) -> str:
    told = made.declared.get(column)
    return column if told is None else told.label.in_language(voice.study.plan.language)


def figures(voice: Voice, pairs: Sequence[Pair]) -> Sheet:
    """Tabulate each figure, restricted beside public."""
    t = voice.t
    frame = pd.DataFrame([_raw_row(pair) for pair in pairs])
    shown = pd.DataFrame([_shown_row(voice, pair) for pair in pairs])
    return _sheet(
        "tab-exhibits",
        t("Figures of the original data beside those of the public file"),
        frame,
        shown,
        {
            "name": t("Figure"),
            "restricted": t("Original"),
            "public": t("Public"),
            "in_errors": t("Difference, in standard errors"),
            "overlap": t("Overlap of intervals"),
            "verdict": t("Conclusion"),
        },
        texts=["name", "verdict"],
        group="group",
        notes=(
            t(
                "The same: zero lies in both intervals, or in neither and the sign is one, and the intervals overlap by half. "
                "Lost: the intervals do not meet, or lie on two sides of zero. Less clear: anything between."
            ),
        ),
    )


def _raw_row(pair: Pair) -> dict[str, object]:
    one, other = _may_stand(pair), pair.public
    row: dict[str, object] = {"exhibit": pair.exhibit, "name": pair.name, "outcome": pair.outcome}
    for which, figure in (("restricted", one), ("public", other)):
        row[which] = figure.value
        if pair.exhibit != "summary":
            row |= {
                f"{which}_std_error": figure.std_error,
                f"{which}_conf_low": figure.conf_low,
                f"{which}_conf_high": figure.conf_high,
            }
    if pair.exhibit != "summary" and not (pair.restricted.why_not or pair.public.why_not):
        row |= {
            "same_sign": pair.same_sign,
            "overlap": _digits(pair.overlap),
            "verdict": pair.verdict,
        }
    return row


def _shown_row(voice: Voice, pair: Pair) -> dict[str, str]:
    t, f = voice.t, voice.f
    if pair.exhibit == "summary":
        return _shown_summary(voice, pair)
    cells = {
        "group": voice.study.label(pair.outcome),
        "name": said(t, "estimator", pair.name)
        if pair.exhibit == "estimator"
        else t("Headline, {inference}", inference=said(t, "short_inference", pair.name)),
        "restricted": _cell(voice, pair, rounded(pair.restricted)),
        "public": _cell(voice, pair, pair.public),
    }
    if pair.restricted.why_not or pair.public.why_not:
        return {**cells, "in_errors": DASH, "overlap": DASH, "verdict": DASH}
    return {
        **cells,
        "in_errors": f.number(pair.in_errors, 2),
        "overlap": f.percent(100 * pair.overlap, 0),
        "verdict": t(VERDICTS[pair.verdict]),
    }


def _shown_summary(voice: Voice, pair: Pair) -> dict[str, str]:
    shares: dict[str, Writer] = {
        "mean": voice.plain(pair.outcome),
        "sd": voice.plain(pair.outcome),
        "zeros": _percent(voice),
    }
    write = shares.get(pair.name, voice.f.number)
    what = next(words for name, words in SUMMARIES.items() if name == pair.name)
    return {
        "group": voice.study.label(pair.outcome),
        "name": voice.t(what),
        "restricted": _alone(voice, _may_stand(pair), write),
        "public": _alone(voice, pair.public, write),
        **dict.fromkeys(("in_errors", "overlap", "verdict"), ""),
    }


def _alone(voice: Voice, figure: Figure, write: Writer) -> str:
    return said_why_not(voice.t, figure.why_not) if figure.why_not else write(figure.value)


def _may_stand(pair: Pair) -> Figure:
    """Return the restricted figure as it may stand there: counts in full, as the file has them too."""
    return pair.restricted if pair.name in COUNTS else rounded(pair.restricted)


def _cell(voice: Voice, pair: Pair, figure: Figure) -> str:
    if figure.why_not:
        return said_why_not(voice.t, figure.why_not)
    write = voice.plain(pair.outcome)
    span = voice.f.interval(figure.conf_low, figure.conf_high, write)
    return f"{write(figure.value)} ({span})"


def linked(voice: Voice, made: Deidentified) -> Sheet:
    """Tabulate the attacks by exact amounts."""
    t, f = voice.t, voice.f

    def known(one: Linked) -> str:
        if one.known is None:
            return t("all")
        return f.number(one.known)

    frame = pd.DataFrame(
        [{**vars(one), "known": one.known or "all"} for one in made.linked], dtype=object
    )
    shown = frame.assign(
        known=[known(one) for one in made.linked],
        also_quasi=[t("yes") if one.also_quasi else t("no") for one in made.linked],
        targets=[f.number(one.targets) for one in made.linked],
        found=[share_of(voice, one.found) if one.targets else DASH for one in made.linked],
        by_chance=[share_of(voice, one.by_chance) for one in made.linked],
    )
    return _sheet(
        "tab-attacks",
        t("Firms found by whoever knows exact amounts of them"),
        frame,
        shown,
        {
            "known": t("Amounts known"),
            "also_quasi": t("Traits known too"),
            "targets": t("Firms tried"),
            "found": t("Found"),
            "by_chance": t("By guessing"),
        },
        texts=[],
    )


def share_of(voice: Voice, share: float) -> str:
    """Write a share in percent."""
    return voice.f.percent(100 * share)


def _percent(voice: Voice) -> Writer:
    return lambda value: voice.f.percent(None if value is None else 100 * value)


def _two_digits(voice: Voice) -> Writer:
    return lambda value: voice.f.number(value, 2)
