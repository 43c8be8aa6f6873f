"""A column as its distinct texts and each cell's place among them: rules look at each text once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Mask
from impact.data.sources.codes import BLANK, Code, whole_text
from impact.data.sources.reasons import Reasons
from impact.data.sources.source import SourceColumn
from impact.errors import Fault, UnparsableValueError, rows_that


@dataclass(frozen=True, eq=False)
class Distinct:
    """k distinct texts and n cells.

    Attributes
    ----------
    texts : pyarrow array of text, (k,)
        Without spaces around them.
    codes : ndarray of int, (n,)
        Place of each cell's text; -1 for a cell without one, which is the last place of an array with one more entry.
    reasons : ndarray of object, (k,)
        Why a text stands for nothing; None for one that stands for something.
    """

    texts: Any = field(repr=False)
    codes: NDArray[np.signedinteger[Any]]
    reasons: NDArray[Any] = field(repr=False)

    @property
    def absent(self) -> Mask:
        """Texts that stand for nothing, (k,)."""
        return np.array([reason is not None for reason in self.reasons], dtype=bool)

    @classmethod
    def of(cls, cells: Any) -> Self:
        """Make it of a pyarrow array of text."""
        import pyarrow.compute as pc

        encoded = cells.dictionary_encode()
        texts = pc.utf8_trim_whitespace(encoded.dictionary)
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return cls(texts, codes, np.full(len(texts), None, dtype=object))

    def written(self, rewrite: Callable[[str], str]) -> Self:
        """Return it with each text written anew."""
        import pyarrow as pa

        texts = [rewrite(text) for text in self.texts.to_pylist()]
        return replace(self, texts=pa.array(texts, type=pa.large_string()))

    def masked(self, codes: Sequence[Code], *, as_numbers: bool = False) -> Self:
        """Return it with blanks and codes marked as standing for nothing, each with its reason.

        Parameters
        ----------
        codes : sequence of Code
        as_numbers : bool
            Texts that are numbers are compared with codes as numbers too: the column stores numbers.
        """
        words = {code.text: code.reason for code in codes}
        values = {code.number: code.reason for code in codes if code.number is not None}
        reasons = self.reasons.copy()
        for place, text in enumerate(self.texts.to_pylist()):
            reason = BLANK if text == "" else words.get(text)
            if reason is None and as_numbers and values:
                number = _number(text)
                reason = None if number is None else values.get(number)
            if reason is not None:
                reasons[place] = reason
        return replace(self, reasons=reasons)

    def tell(self, reasons: Reasons) -> None:
        """Give each cell the reason of its text, blank ones apart: they need none."""
        for place, reason in enumerate(self.reasons):
            if reason not in {None, BLANK}:
                reasons.mark(self.codes == place, reason)


def texts_of(column: SourceColumn, *, name: str) -> Distinct:
    """Return a column's cells as texts: whole numbers without a point, dates as 2013-04-01.

    Raises
    ------
    UnparsableValueError
        Numbers that are not whole, or too large to be kept whole.
    """
    import pyarrow as pa

    if column.kind == "text":
        distinct = Distinct.of(column.cells)
        return distinct if column.numbers is None else _with_whole_numbers(column, distinct, name)
    cells = column.cells
    if column.kind == "number":
        return _of_numbers(cells, column.whole_below, name)
    return Distinct.of(cells.cast(pa.large_string()))


def _of_numbers(cells: Any, whole_below: float, name: str) -> Distinct:
    import pyarrow as pa

    values = cells.fill_null(np.nan).to_numpy(zero_copy_only=False)
    _refuse_parts(values, whole_below, name)
    known, codes = np.unique(values, return_inverse=True)
    codes = np.where(np.isnan(values), -1, codes)
    known = known[~np.isnan(known)]
    texts = pa.array([whole_text(value) for value in known], type=pa.large_string())
    return Distinct(texts, codes, np.full(len(texts), None, dtype=object))


def _with_whole_numbers(column: SourceColumn, distinct: Distinct, name: str) -> Distinct:
    values = column.numbers.fill_null(np.nan).to_numpy(zero_copy_only=False)
    _refuse_parts(values, column.whole_below, name)
    return distinct


def _refuse_parts(values: Any, whole_below: float, name: str) -> None:
    whole = np.isnan(values) | ((values == np.floor(values)) & (np.abs(values) < whole_below))
    if not whole.all():
        rows = np.flatnonzero(~whole) + 1
        raise UnparsableValueError(
            f"{name}: {rows_that(rows, 'is no whole number')}, and so no id; correct the cells or leave them empty",
            fault=Fault.on("no_whole_number", rows),
        )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
