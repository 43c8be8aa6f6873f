"""Columns made of codes: other codes or categories, and the period from which each arm is treated."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from impact.arrays import Mask
from impact.data.intake.conditions import Code
from impact.data.intake.rules.new_column import (
    ColumnRule,
    DeclaredColumn,
    NewColumn,
    cell_of,
    first_reasons,
    refuse_other_than,
)
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Kind, Table
from impact.data.sources.codes import comparable, whole_text
from impact.errors import MissingValueError, RangeError, SchemaError
from impact.terms import Frequency

NEVER = "never"
"""Reason of a start that is missing because its arm is never treated."""


class Recode(DeclaredColumn):
    """Make other codes, categories, numbers or periods of codes; of brackets of revenue their middle, with its currency."""

    rule: Literal["recode"] = Field(description="`recode`")
    column: Name = Field(description="the column of the codes")
    codes: Annotated[dict[Code, Code | None], Field(min_length=1)] = Field(
        description="`{1: wood, 2: leather, 9: null}`: what each code becomes, `null` for missing with the "
        "reason `recoded`; 1, `1` and 1.0 are one code"
    )
    others: Literal["refuse", "missing", "keep"] = Field(
        default="refuse",
        description=(
            "values that are none of the codes: `refuse` with their rows; `missing` with the reason `not_recoded`; `keep` as "
            "they are, numbers among numbers or texts among texts"
        ),
    )
    missing: Code | None = Field(
        default=None, description="what a missing cell becomes; it stays missing by default"
    )

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        refuse_one_code_twice(self.codes)
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Recode."""
        kind = self.kind
        places, values = pd.factorize(table[self.column], use_na_sentinel=True)
        found, known = self._looked_up(values, kind)
        other = np.append(~known, False)[places]
        self._refuse_others(table, other, kind)
        filled = None if self.missing is None else cell_of(self.missing, kind, key="missing")
        cells = np.append(found, np.array([filled], dtype=object))[places]
        reasons = first_reasons(table, [self.column])
        lost = (places >= 0) & pd.isna(cells)
        reasons[lost] = np.where(other[lost], "not_recoded", "recoded")
        code = "others_kept" if self.others == "keep" else "others_missing"
        counts = {code: int(other.sum())}
        touched = int((~other & (places >= 0)).sum())
        if filled is not None:
            touched += int((places < 0).sum())
        if kind.numeric:
            cells = cells.astype(float)
            refuse_other_than(kind, cells, table=table, name=self.column)
        return NewColumn(cells, kind, reasons, counts, touched)

    def _looked_up(self, values: Iterable[Any], kind: Kind) -> tuple[NDArray[Any], Mask]:
        """Return what each value of the column becomes, and whether it is one of the codes."""
        made = {
            comparable(code): None if to is None else cell_of(to, kind, key=f"codes.{code}")
            for code, to in self.codes.items()
        }
        keys = [comparable(value) for value in values]
        known = np.array([key in made for key in keys], dtype=bool)
        kept = self.others == "keep"
        found = np.empty(len(keys), dtype=object)
        for place, (key, value) in enumerate(zip(keys, values, strict=True)):
            found[place] = made.get(key, value if kept else None)
        return found, known

    def _refuse_others(self, table: Table, other: Mask, kind: Kind) -> None:
        if not other.any():
            return
        if self.others == "refuse":
            raise RangeError(
                f"{self.column}: none of the codes on {table.rows_named(other)}; add them to codes, or state what others become"
            )
        before = table.kinds[self.column]
        alike = before.numeric and kind.numeric
        texts = {"string", "category"}
        if self.others == "keep" and not (
            alike or before == kind or {before.type, kind.type} <= texts
        ):
            raise SchemaError(
                f"{self.column}: {before} is not kept in a column of {kind}; add the values to codes, or state others: missing"
            )


class Arms(ColumnRule):
    """Make the cohort of codes of arms: from which period each code is treated, and which codes never are."""

    rule: Literal["arms"] = Field(description="`arms`")
    column: Name = Field(
        description="the column of the arms; a missing cell is refused, for it is not known whether it is treated"
    )
    starts: Annotated[dict[Code, str | int], Field(min_length=1)] = Field(
        description="`{1: 2012Q1, 2: 2012Q3}`: the first treated period of each treated code"
    )
    never: list[Code] = Field(
        default_factory=list,
        description="codes that are never treated: missing in the new column, with the reason `never`",
    )
    frequency: Frequency = Field(description="of the periods")

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        refuse_one_code_twice([*self.starts, *self.never])
        return self

    def column_of(self, table: Table) -> NewColumn:
        """Look up the starts; touched are rows of treated arms."""
        kind = Kind("period", self.frequency)
        starts: Mapping[Any, Any] = {
            comparable(code): cell_of(start, kind, key=f"starts.{code}")
            for code, start in self.starts.items()
        }
        known = {**starts, **dict.fromkeys(map(comparable, self.never))}
        places, values = pd.factorize(table[self.column], use_na_sentinel=True)
        if (places < 0).any():
            raise MissingValueError(
                f"{self.column}: no arm on {table.rows_named(places < 0)}; a blank is not untreated: fill it in, drop the "
                "rows, or recode the blank"
            )
        keys = [comparable(value) for value in values]
        unknown = np.array([key not in known for key in keys], dtype=bool)[places]
        if unknown.any():
            raise RangeError(
                f"{self.column}: an arm of no stated start on {table.rows_named(unknown)}; add its code to starts or never"
            )
        cells = np.array([known[key] for key in keys], dtype=object)[places]
        never = np.array([start is None for start in cells], dtype=bool)
        reasons = np.full(len(table), None, dtype=object)
        reasons[never] = NEVER
        return NewColumn(cells, kind, reasons, {NEVER: int(never.sum())})


def refuse_one_code_twice(codes: Iterable[Code]) -> None:
    """Refuse codes that are compared as one.

    Raises
    ------
    ValueError
        A pydantic model reports it with its key.
    """
    written = [code if isinstance(code, str) else whole_text(code) for code in codes]
    if len({comparable(code) for code in written}) < len(written):
        raise ValueError("a code stands twice (1 and 1.0 are one); name each once")
