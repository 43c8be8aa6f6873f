"""What the parameters of an estimate are, and the columns of its table: from values and covariance, and from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.critical_values import quantiles, two_sided_p_value
from impact.errors import UnknownNameError
from impact.terms import ESTIMATE_COLUMNS, nearest

LABELS = ("term", "cohort", "time")


@dataclass(frozen=True)
class Rows:
    """What identifies the k parameters of an estimate, one entry a parameter.

    ``n_clusters`` and ``df`` only where each parameter has its own, such as one regression a horizon.
    """

    term: Sequence[str]
    cohort: Sequence[Any] | None = None
    time: Sequence[Any] | None = None
    event_time: Sequence[float] | Floats | None = None
    n_treated: Sequence[float] | Floats | None = None
    n_control: Sequence[float] | Floats | None = None
    n_clusters: Sequence[float] | Floats | None = None
    df: Sequence[float] | Floats | None = None

    def take(self, at: Integers) -> "Rows":
        """Return some of them, by place."""
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        some: dict[str, Any] = {
            name: None if every is None else [every[place] for place in at]
            for name, every in held.items()
        }
        return Rows(**some)

    def places(self, terms: Sequence[str] | Mask) -> Integers:
        """Return the places of parameters, by name or by which.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        k = len(self.term)
        if isinstance(terms, np.ndarray) and terms.dtype == bool and terms.shape == (k,):
            return np.flatnonzero(terms).astype(np.int64)
        known = {str(term): place for place, term in enumerate(self.term)}
        names = [terms] if isinstance(terms, str) else [str(term) for term in terms]
        for term in names:
            if term not in known:
                raise UnknownNameError(
                    f"{term!r}: no such parameter; {nearest(term, known)}see its `params`"
                )
        return np.array([known[term] for term in names], dtype=np.int64)


def pointwise(
    rows: Rows, values: Floats, vcov: Floats, *, level: float, df: Floats, n_clusters: int
) -> dict[str, Any]:
    """Return the columns of the table, (k,) each, but those of the simultaneous band; ``df`` (k,) are each parameter's."""
    missing = np.full(len(values), np.nan)

    def numbers(given: Sequence[float] | Floats | None) -> Floats:
        return missing if given is None else np.asarray(given, dtype=float)

    variance = np.diag(vcov)
    std_error = np.sqrt(np.where(variance > 0, variance, np.nan))
    half = quantiles((1 + level) / 2, df) * std_error
    clusters = np.full(len(values), float(n_clusters))
    return {
        "term": list(rows.term),
        "cohort": missing if rows.cohort is None else list(rows.cohort),
        "time": missing if rows.time is None else list(rows.time),
        "event_time": numbers(rows.event_time),
        "estimate": values,
        "std_error": std_error,
        "statistic": values / std_error,
        "p_value": two_sided_p_value(values / std_error, df),
        "conf_low": values - half,
        "conf_high": values + half,
        "n_treated": numbers(rows.n_treated),
        "n_control": numbers(rows.n_control),
        "n_clusters": clusters if rows.n_clusters is None else numbers(rows.n_clusters),
    }


def percent_of_log(change: Floats) -> Floats:
    """Return what changes of a logarithm are in percent of the level, 100 (exp(b) - 1)."""
    with np.errstate(over="ignore"):  # an unbounded end stays one
        return np.asarray(100 * np.expm1(change))


def table_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Read the rows of a table from plain values."""
    # column by column: pandas takes many times as long for a list of rows
    columns: dict[str, Any] = {}
    for name in ESTIMATE_COLUMNS:
        cells = [record.get(name) for record in records]
        labels = name in LABELS and not all(map(pd.isna, cells))
        columns[name] = cells if labels else np.array(cells, dtype=float)
    return pd.DataFrame(columns)
