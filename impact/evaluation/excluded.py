"""Observations that the plan leaves out, before anything is estimated: each rule counted, as a rule of an intake is."""

import pandas as pd

from impact.data.attrs import shared
from impact.data.intake.applied import Applied
from impact.evaluation.plan import Plan
from impact.evaluation.promised import Exclusion

RULE = "exclude"
"""Kind of the line in the ledger."""


def without_excluded(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return data without what a plan leaves out, its ledger longer by a line a rule.

    Parameters
    ----------
    frame : DataFrame
        Of `read_frame`.
    plan : Plan
    """
    if not plan.exclusions:
        return frame
    ledger = list(frame.attrs.get("intake", []))
    number = max((line["number"] for line in ledger), default=0)
    kept = frame
    for at, rule in enumerate(plan.exclusions, start=1):
        out = left_out(kept, rule)
        left = kept[~out]
        line = Applied(
            number + at,
            RULE,
            "panel",
            len(kept),
            len(left),
            int(out.sum()),
            rule.because.model_dump(),
        )
        ledger.append(line.to_dict())
        kept = left
    kept = kept.reset_index(drop=True)
    kept.attrs = shared({**frame.attrs, "intake": ledger})
    return kept


def left_out(frame: pd.DataFrame, rule: Exclusion) -> "pd.Series[bool]":
    """Return which rows a rule leaves out; a blank is never one of them."""
    cells = frame[rule.column]
    if rule.any_of:
        named = {str(value) for value in rule.any_of}
        return cells.notna() & cells.map(_written).isin(named)
    numbers = pd.to_numeric(cells)
    out = pd.Series(False, index=frame.index)
    if rule.below is not None:
        out |= (numbers < rule.below).fillna(False).astype(bool)
    if rule.above is not None:
        out |= (numbers > rule.above).fillna(False).astype(bool)
    return out


def _written(cell: object) -> str:
    """Write a cell as a plan would: whole numbers without a point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
