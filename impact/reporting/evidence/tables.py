"""Rows of the evidence record beside outcomes: arms, effects on participants, subgroups, other estimators."""

from collections.abc import Iterator
from typing import Any

from impact.evaluation.participation import EffectOnParticipants
from impact.interval import Refused
from impact.reporting.evidence.fields import (
    WHY,
    by_method,
    counted,
    known,
    of_table_row,
    reasons_not_given,
    text,
)
from impact.reporting.sections.findings import Findings

Row = dict[str, Any]


def rows_of_tables(findings: Findings) -> Iterator[Row]:
    """Return all of them for the headline outcome, in the order of the report."""
    yield from _arms(findings)
    yield from _on_participants(findings)
    yield from _subgroups(findings)
    yield from _others(findings)


def _as_headline(findings: Findings) -> dict[str, str]:
    overall = findings.headline.overall
    return by_method(overall.spec.get("estimator", ""), overall.method, overall.source)


def _arms(findings: Findings) -> Iterator[Row]:
    """Return comparisons of arms but the first, which is the headline."""
    arms = findings.impact.arms
    for row in [] if arms is None else arms.iloc[1:].to_dict("records"):
        shown = {
            **_as_headline(findings),
            **of_table_row(row, inference=str(row["believed"])),
            "smallest_detectable": known(row.get("smallest_detectable")),
            "n_comparison": counted(row.get("n_control")),
            "role": "arm",
            "arm": str(row["label"]),
            "compared_arm": str(row["other"]),
        }
        yield {**shown, "not_given": tuple(reasons_not_given(shown))}


def _on_participants(findings: Findings) -> Iterator[Row]:
    """Return the effect of taking part on those whom the lot moved, where the plan asks for it."""
    found = findings.impact.on_participants
    if found is None:
        return
    shown = {
        **by_method("TwoStageLeastSquares", "two-stage least squares, the lot as instrument", ""),
        **of_table_row({} if isinstance(found, Refused) else _interval(found), inference=None),
        "role": "on_participants",
        "estimand": "effect_of_taking_part",
    }
    refused = (f"effect:{WHY.get(found.error, found.error)}",) if isinstance(found, Refused) else ()
    yield {**shown, "not_given": refused or tuple(reasons_not_given(shown))}


def _interval(found: EffectOnParticipants) -> Row:
    return {
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }


def _subgroups(findings: Findings) -> Iterator[Row]:
    believed = findings.headline.verdict.believed
    for row in findings.impact.subgroups.to_dict("records"):
        shown = {
            **_as_headline(findings),
            **of_table_row(row, inference=believed),
            "role": "subgroup",
            "subgroup": row["subgroup"],
            "subgroup_level": str(row["level"]),
        }
        yield {**shown, "not_given": tuple(reasons_not_given(shown))}


def _others(findings: Findings) -> Iterator[Row]:
    """Return other estimators and choices for the headline; the first of the table is the headline itself."""
    for row in findings.robustness.alternatives.iloc[1:].to_dict("records"):
        shown = {
            **by_method(str(row["name"]), text(row["method"]), ""),
            **of_table_row(row, inference=None),
            "role": "other_estimator",
        }
        told = text(row["why_not"])
        why = WHY.get(told, told)
        yield {**shown, "not_given": (f"effect:{why}",) if why else tuple(reasons_not_given(shown))}
