"""A part of the firms, by what is known of them and does not change: the plan's `only`."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.data.attrs import shared
from impact.errors import PlanError
from impact.evaluation.plan import printed

SEVERAL = "one_of_several"
"""Reason of missing cells in a part, where the whole has several and no cell says its own."""


def part_of(frame: pd.DataFrame, only: Mapping[str, tuple[str, ...]], *, unit: str) -> pd.DataFrame:
    """Return the rows of firms that have one of the labels in each column; all of them where nothing is asked.

    Parameters
    ----------
    frame : DataFrame
        As `read_frame` gives it.
    only : Mapping
        Column to labels, as text.
    unit : str
        Column of firms.

    Raises
    ------
    PlanError
        A label that no row has, a column that changes within a firm, or no firm with all that is asked.
    """
    kept = np.ones(len(frame), dtype=bool)
    for column, written in refuse_labels(frame, only, unit=unit).items():
        kept &= np.isin(written, only[column])
    if kept.all():
        return frame
    if not kept.any():
        raise PlanError("only: no firm has all that is asked; ask for less")
    part = frame[kept].reset_index(drop=True)
    missing = _missing(part, frame.attrs.get("missing", {}))
    part.attrs = shared({**frame.attrs, "missing": missing})
    return part


def refuse_labels(
    frame: pd.DataFrame, only: Mapping[str, tuple[str, ...]], *, unit: str
) -> dict[str, NDArray[np.str_]]:
    """Return each column by which firms are kept as a plan writes its cells, (N_obs,) each.

    Raises
    ------
    PlanError
        A label that no row has, or a column that changes within a firm.
    """
    found = {}
    for column, labels in only.items():
        found[column] = written = _written(frame[column])
        if absent := sorted(set(labels) - set(written)):
            raise PlanError(
                f"only.{column}: no row has {printed(absent[0])}; take labels that the data have"
            )
        known = frame[[unit, column]].dropna().drop_duplicates()
        if known[unit].duplicated().any():
            raise PlanError(
                f"only.{column}: changes within a firm, so that firms would be kept by what may have come of the programme; "
                "name a column that is known before and stays"
            )
    return found


def _written(cells: pd.Series) -> NDArray[np.str_]:
    """Write labels as a plan does: numbers without a fraction, true and false in small letters."""
    return np.array(["" if pd.isna(cell) else written_label(cell) for cell in cells], dtype=str)


def written_label(cell: object) -> str:
    """Write one label as a plan does."""
    if isinstance(cell, (bool, np.bool_)):
        return str(bool(cell)).lower()
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def _missing(
    part: pd.DataFrame, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, Counter[str]]:
    """Count the missing cells of a part by reason, where the whole has one reason alone."""
    made: dict[str, Counter[str]] = {}
    for name, by_reason in counts.items():
        missing = int(part[name].isna().sum())
        reason = next(iter(by_reason)) if len(by_reason) == 1 else SEVERAL
        if missing == sum(by_reason.values()):
            made[name] = Counter(by_reason)
        elif missing:
            made[name] = Counter({reason: missing})
    return made
