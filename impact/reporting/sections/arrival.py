"""Section on how the files became the panel: what each rule of the intake did, what met what, and why cells are missing."""

import pandas as pd

from impact.evaluation.sample_tables import MEETINGS
from impact.reporting.exhibits import Exhibit, Table
from impact.reporting.voice import Voice
from impact.reporting.words.arrival import MISSING_REASONS
from impact.reporting.words.register import said

TOLD = frozenset({"read", "merge", "correct"})
"""Rules that a reader hears of even where the number of rows stays."""


def arrived(voice: Voice, arrival: pd.DataFrame) -> list[Exhibit]:
    """Show the rules that changed which rows there are, joined tables or corrected values; nothing where no intake was."""
    if arrival.empty:
        return []
    told = arrival["rule"].isin(TOLD) | (arrival["before"] != arrival["after"])
    note = voice.t(
        "All {n} rules stand in part 11.", n=voice.f.number(int(arrival["number"].max()))
    )
    caption = voice.t("From the files to the panel")
    return [_ledger(voice, arrival[told], label="tab-arrival", caption=caption, notes=(note,))]


def arrived_in_full(voice: Voice, arrival: pd.DataFrame) -> list[Exhibit]:
    """Show every rule, and of merges what met what."""
    if arrival.empty:
        return []
    caption = voice.t("From the files to the panel, every rule")
    shown: list[Exhibit] = [_ledger(voice, arrival, label="tab-rules", caption=caption)]
    merges = arrival[arrival["rule"] == "merge"]
    return shown if merges.empty else [*shown, _meetings(voice, merges)]


def _ledger(
    voice: Voice, arrival: pd.DataFrame, *, label: str, caption: str, notes: tuple[str, ...] = ()
) -> Table:
    t, f = voice.t, voice.f
    reasons = arrival[f"why_{voice.study.plan.language}"]
    frame = arrival[["number", "rule", "table", "before", "touched", "after"]].assign(
        step=["" if not number else f.number(number) for number in arrival["number"]],
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
            "before": t("Rows before"),
            "touched": t("Rows touched"),
            "after": t("Rows after"),
        },
        formats=dict.fromkeys(("before", "touched", "after"), f.number),
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
