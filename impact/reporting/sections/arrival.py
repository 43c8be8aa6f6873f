"""Section on how the files became the panel: what each rule of the intake did, what met what, and why cells are missing."""

import pandas as pd

from impact.data.french import typeset
from impact.evaluation.sample_tables import MEETINGS
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.formats import DASH
from impact.reporting.voice import Voice
from impact.reporting.words.arrival import MISSING_REASONS
from impact.reporting.words.register import said, said_count

TOLD = frozenset({"read", "merge", "correct"})
"""Rules that a reader hears of even where the number of rows stays."""
ROWS = ["before", "touched", "after"]


def arrived(voice: Voice, arrival: pd.DataFrame) -> list[Exhibit]:
    """Show the rules that changed which rows there are, joined tables or corrected values; nothing where no intake was."""
    if arrival.empty:
        return []
    told = arrival["rule"].isin(TOLD) | (arrival["before"] != arrival["after"])
    note = voice.t(
        "All {n} rules stand in part 11.", n=voice.f.number(int(arrival["number"].max()))
    )
    if arrival[ROWS].isna().all(axis=None):
        return [Text(note)]
    caption = voice.t("From the files to the panel")
    return [_ledger(voice, arrival[told], label="tab-arrival", caption=caption, notes=(note,))]


def arrived_in_full(voice: Voice, arrival: pd.DataFrame, counted: pd.DataFrame) -> list[Exhibit]:
    """Show every rule with the sources of rates and prices, what rules counted, and of merges what met what."""
    if arrival.empty:
        return []
    caption = voice.t("From the files to the panel, every rule")
    notes = sources(voice, arrival)
    shown: list[Exhibit] = [
        _ledger(voice, arrival, label="tab-rules", caption=caption, notes=notes)
    ]
    if not counted.empty:
        shown.append(_counted(voice, counted))
    merges = arrival[arrival["rule"] == "merge"]
    if merges.empty or merges[list(MEETINGS)].isna().all(axis=None):
        return shown
    return [*shown, _meetings(voice, merges)]


def sources(voice: Voice, arrival: pd.DataFrame) -> tuple[str, ...]:
    """Say where rates and prices were read, each source once with the rules that brought it."""
    language = voice.study.plan.language
    column = f"source_{language}"
    set_in = typeset if language == "fr" else str
    cited = arrival[arrival[column] != ""]
    return tuple(
        voice.t("Source of rule {rules}: {source}", rules=numbers, source=set_in(source))
        if len(rows) == 1
        else voice.t("Source of rules {rules}: {source}", rules=numbers, source=set_in(source))
        for source, rows in cited.groupby(column, sort=False)
        for numbers in [", ".join(map(voice.f.number, rows["number"]))]
    )


def _counted(voice: Voice, counted: pd.DataFrame) -> Table:
    t, f = voice.t, voice.f
    what = [said_count(t, code) for code in counted["code"]]
    rules = [said(t, "intake_rule", rule) for rule in counted["rule"]]
    return Table(
        label="tab-counted",
        caption=t("What rules counted besides the rows that they touched"),
        frame=counted.assign(done=rules, what=what),
        headings={
            "number": t("Rule"),
            "table": t("Table"),
            "done": t("What was done"),
            "what": t("What was counted"),
            "rows": t("Number"),
        },
        formats={"number": f.number, "rows": f.number},
    )


def _ledger(
    voice: Voice, arrival: pd.DataFrame, *, label: str, caption: str, notes: tuple[str, ...] = ()
) -> Table:
    t, f = voice.t, voice.f
    withheld = arrival[ROWS].isna().all(axis=None)
    if withheld:
        notes = (
            *notes,
            t("Numbers of rows are withheld: ten rows may be ten periods of one firm."),
        )
    reasons = arrival[f"why_{voice.study.plan.language}"]
    counts = dict(zip(ROWS, (t("Rows before"), t("Rows touched"), t("Rows after")), strict=True))
    frame = arrival[["number", "rule", "table", *ROWS]].assign(
        step=[DASH if not number else f.number(number) for number in arrival["number"]],
        what=[
            t("{rule}: {why}", rule=said(t, "intake_rule", rule), why=why)
            if why
            else said(t, "intake_rule", rule)
            for rule, why in zip(arrival["rule"], reasons, strict=True)
        ],
    )
    return Table(
        label=label,
        caption=caption,
        frame=frame,
        headings={
            "step": t("Rule"),
            "table": t("Table"),
            "what": t("What was done"),
            **({} if withheld else counts),
        },
        formats=dict.fromkeys(ROWS, f.number),
        notes=notes,
    )


def _meetings(voice: Voice, merges: pd.DataFrame) -> Table:
    t, f = voice.t, voice.f
    counted = lambda count: "–" if pd.isna(count) else f.number(count)  # noqa: E731 (a format)
    where = [
        t("{table} (rule {n})", table=table, n=f.number(number))
        for table, number in zip(merges["table"], merges["number"], strict=True)
    ]
    return Table(
        label="tab-merges",
        caption=t("What met what: rows by how their key was found in the other table"),
        frame=merges[["number", "table", *MEETINGS]].assign(where=where),
        headings={
            "where": t("Table"),
            "exact": t("Equal"),
            "normalised": t("But for case or accents"),
            "confirmed": t("By a person"),
            "met_none": t("Met none"),
            "others_met_none": t("Other table's, met none"),
        },
        formats=dict.fromkeys(MEETINGS, counted),
    )


def absences(voice: Voice, frame: pd.DataFrame) -> list[Exhibit]:
    """Show why outcomes are missing, where the data say more than that a cell is blank."""
    t, f, study = voice.t, voice.f, voice.study
    if frame.empty or set(frame["reason"]) == {"blank"}:
        return []
    shown = frame.assign(
        what=[study.label(outcome) for outcome in frame["outcome"]],
        why=[
            said(t, "missing_reason", reason) if reason in MISSING_REASONS else reason
            for reason in frame["reason"]
        ],
    )
    return [
        Table(
            label="tab-absences",
            caption=t("Why outcomes are missing"),
            frame=shown,
            headings={
                "what": t("Outcome"),
                "why": t("Reason"),
                "rows": t("Rows"),
                "share": t("Share of all rows"),
            },
            formats={"rows": f.number, "share": lambda share: f.percent(100 * share)},
        )
    ]
