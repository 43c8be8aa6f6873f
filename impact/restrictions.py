"""Linear restrictions on the parameters of an estimate, R b = q, however they are written, as rows of R."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, wald
from impact.errors import NotIdentifiedError, UnknownNameError, UsageError
from impact.terms import nearest

Asked = (
    Sequence[str]
    | Mapping[str, float]
    | Sequence[tuple[str, str]]
    | Sequence[Mapping[str, float]]
    | Floats
)
RANK_TOLERANCE = 1e-9  # of the largest singular value; rows and variances are scaled to one before


@dataclass(frozen=True)
class Restrictions:
    """R b = q.

    Attributes
    ----------
    terms : sequence of str
        Names of the k parameters b.
    rows : ndarray, (m, k)
        R.
    q : ndarray, (m,)
    """

    terms: Sequence[str]
    rows: Floats
    q: Floats

    @classmethod
    def of(cls, terms: Sequence[str], asked: Asked, q: float | Floats) -> "Restrictions":
        """Read them however they are written; errors as `restriction_rows`."""
        rows = restriction_rows(terms, asked)
        if np.ndim(q) and np.shape(q) != (len(rows),):
            raise UsageError(
                f"q: {np.size(q)} values for {len(rows)} restrictions; give one each, or one for all"
            )
        return cls(terms=terms, rows=rows, q=np.broadcast_to(np.asarray(q, dtype=float), len(rows)))

    def test(self, values: Floats, vcov: Floats, *, df: Floats, name: str) -> CheckResult:
        """Test them on estimates (k,), their covariance (k, k) and degrees of freedom (k,): the fewest of those tested count.

        The result's table has each restriction's estimate and standard error.

        Raises
        ------
        NotIdentifiedError
            When the covariance does not determine all of them.
        """
        R = self.rows
        if not len(R):
            return not_applicable(name, "nothing_to_test")
        vcov = R @ vcov @ R.T
        _refuse_undetermined(vcov)
        table = pd.DataFrame(
            {
                "restriction": [_written(row, self.terms) for row in R],
                "estimate": R @ values,
                "value": self.q,
                "std_error": np.sqrt(np.diag(vcov)),
            }
        )
        fewest = float(df[(R != 0).any(axis=0)].min())
        return replace(wald(name, R @ values - self.q, vcov, df=fewest), table=table)


def restriction_rows(terms: Sequence[str], asked: Asked) -> Floats:
    """Return R, (m, k).

    Parameters
    ----------
    terms : sequence of str, length k
    asked : names, mapping, pairs, mappings or ndarray
        Names that are zero; one mapping of names to weights, or several; pairs of names that are equal; or R itself,
        (m, k) or (k,).

    Raises
    ------
    UnknownNameError
        When a name is none of the terms.
    UsageError
        When R has another number of columns, or a restriction says nothing or follows from the others.
    """
    if isinstance(asked, np.ndarray):
        rows = np.atleast_2d(np.asarray(asked, dtype=float))
        if rows.ndim != 2 or rows.shape[1] != len(terms):
            raise UsageError(
                f"restrictions: the matrix has {rows.shape[-1]} columns for {len(terms)} parameters; give one each"
            )
    else:
        each = [asked] if isinstance(asked, (str, Mapping)) else list(asked)
        rows = np.array([_row(terms, one) for one in each]).reshape(len(each), len(terms))
    _refuse_dependent(rows)
    return rows


def _row(terms: Sequence[str], one: Any) -> Floats:
    """One restriction, (k,)."""
    if isinstance(one, str):
        weights: dict[str, float] = {one: 1.0}
    elif isinstance(one, Mapping):
        weights = {str(name): float(weight) for name, weight in one.items()}
    elif len(one) == 2 and one[0] != one[1]:
        weights = {one[0]: 1.0, one[1]: -1.0}
    else:
        raise UsageError(
            "restrictions: an equality is a pair of two different names, such as ('a', 'b')"
        )
    row = np.zeros(len(terms))
    known = list(terms)
    for name, weight in weights.items():
        if name not in known:
            raise UnknownNameError(
                f"{name!r}: no such parameter; {nearest(name, known)}see `params`"
            )
        row[known.index(name)] += weight
    return row


def _refuse_dependent(rows: Floats) -> None:
    """Refuse a row of zeros, and one that follows from those before it."""
    for number in range(len(rows)):
        size = np.linalg.norm(rows[: number + 1], axis=1, keepdims=True)
        if not np.isfinite(size[-1]) or size[-1] == 0:
            raise UsageError(
                f"restrictions: number {number + 1} has no weight on any parameter; leave it out"
            )
        if np.linalg.matrix_rank(rows[: number + 1] / size, tol=RANK_TOLERANCE) <= number:
            raise UsageError(
                f"restrictions: number {number + 1} follows from those before it; leave it out"
            )


def _refuse_undetermined(vcov: Floats) -> None:
    """Refuse a covariance (m, m) that does not tell the restrictions apart, as with fewer clusters than these."""
    variance = np.diag(vcov)
    if np.all(variance > 0):
        scale = np.sqrt(variance)
        correlation = vcov / np.outer(scale, scale)
        if np.linalg.matrix_rank(correlation, tol=RANK_TOLERANCE, hermitian=True) == len(vcov):
            return
    raise NotIdentifiedError(
        f"restrictions: the covariance does not determine {len(vcov)} of them jointly; test fewer (fewer than the clusters), "
        "and only parameters that have a standard error"
    )


def _written(row: Floats, terms: Sequence[str]) -> str:
    """Write a restriction's left side, such as ``a - b`` or ``-2 a + b``."""
    text = ""
    for place in map(int, np.flatnonzero(row)):
        sign = "-" if row[place] < 0 else "+"
        weight = "" if abs(row[place]) == 1 else f"{abs(row[place]):g} "
        text += (
            f" {sign} {weight}{terms[place]}"
            if text
            else f"{sign.strip('+')}{weight}{terms[place]}"
        )
    return text
