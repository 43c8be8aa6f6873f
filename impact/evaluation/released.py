"""What of a part may leave: figures of fewer than ten units are taken out where results are handed on; no file has them.

Every part goes through `released` before a page shows it or a file holds it: results, tables' CSV and figures are made from
what comes out. It withholds cells; that no set of released figures solves for one unit is for a gate on all of them together.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Mask
from impact.estimate import Estimate
from impact.terms import SMALLEST_SHOWN

SPLITS = frozenset({"level", "label", "cohort", "event_time"})
"""Columns that say of which part of the sample a row is."""

HEADCOUNTS = (frozenset({"planned", "actual"}), frozenset({"units", "treated", "comparison"}))
"""Columns that count units, of tables by period or stage."""

TAILS = {"p90": 0.1, "p99": 0.01}
"""Quantiles, and the share of observations beyond them."""


def released(value: Any) -> Any:
    """Return a part, or anything in it, without what rests on fewer than ten units; what may leave stays as it is."""
    if isinstance(value, pd.DataFrame):
        return _frame(value)
    if isinstance(value, Estimate):
        return _estimate(value)
    if isinstance(value, tuple):
        made = tuple(released(item) for item in value)
        return value if all(a is b for a, b in zip(made, value, strict=True)) else made
    if is_dataclass(value) and not isinstance(value, type):
        changed = dict(_changed(value))
        return replace(value, **changed) if changed else value
    return value


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        if field.init:
            held = getattr(value, field.name)
            made = released(held)
            if field.name == "smallest_cohort" and held is not None and held < SMALLEST_SHOWN:
                made = None
            if made is not held:
                yield field.name, made


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank what a table says of too few units."""
    cells = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    if SPLITS & set(frame.columns) and "n_treated" in frame:
        numbers = [name for name in frame if frame[name].dtype.kind in "if" and name not in SPLITS]
        cells.loc[_few(frame["n_treated"]), numbers] = True
    for name in frame.columns:
        of = str(name).removesuffix("_n")
        if of != name and of in frame:  # means by group and period, beside their counts
            own = [one for one in (name, of, f"{of}_std_error") if one in frame]
            cells.loc[_few(frame[name]), own] = True
    for columns in HEADCOUNTS:
        if columns <= set(frame.columns):
            for name in columns:
                cells[name] = _with_another(frame[name])
    if "n_obs" in frame:
        for name in TAILS.keys() & set(frame.columns):
            cells[name] = frame["n_obs"] * TAILS[str(name)] < SMALLEST_SHOWN
    return frame.mask(cells) if cells.to_numpy().any() else frame


def _few(counts: "pd.Series[Any]") -> Mask:
    numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype=float)
    return np.asarray((numbers > 0) & (numbers < SMALLEST_SHOWN))


def _with_another(counts: "pd.Series[Any]") -> Mask:
    """Mark small counts; a single one together with the next smallest, as the total gives it away."""
    hidden = _few(counts)
    if hidden.sum() == 1:
        numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype=float)
        rest = np.where(hidden | ~(numbers > 0), np.inf, numbers)
        if np.isfinite(rest).any():
            hidden[int(rest.argmin())] = True
    return hidden


def _estimate(estimate: Estimate) -> Estimate:
    """Keep the parameters of at least ten treated units, unless the whole study has fewer."""
    if estimate.rows.n_treated is None or len(estimate.values) == 1:
        return estimate
    kept = ~_few(pd.Series(list(estimate.rows.n_treated)))
    return estimate.select(kept) if kept.any() and not kept.all() else estimate
