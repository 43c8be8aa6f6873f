"""Columns that rules need and the panel must not have: names by which registers are merged, known by what stands in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from impact.data.intake.plan import ArrivingFile
from impact.data.intake.table import Table
from impact.data.privacy.identifiers import Looked
from impact.errors import PrivacyError

HALF = 0.5  # of a column's distinct values, from which it holds another column's
FEW_TEXTS, FEW_NUMBERS = 3, 20  # distinct values below which two columns may agree by chance

LONG, TRIED = (
    6,
    100,
)  # letters from which a text within another is no chance; texts that are looked for


@dataclass(frozen=True, eq=False)
class Withheld:
    """A column for rules only, and its distinct values."""

    name: str
    values: "pd.Index[Any]" = field(repr=False)
    numeric: bool

    def stands_in(self, texts: "pd.Index[Any]") -> bool:
        """Whether most of its longer texts stand within others, as parts joined into one do; a sample of them is tried."""
        import pyarrow as pa
        import pyarrow.compute as pc

        longer = [value for value in self.values if len(value) >= LONG]
        tried = longer[:: max(1, len(longer) // TRIED)][:TRIED]
        within = pa.array(texts, type=pa.large_string())
        found = sum(pc.any(pc.match_substring(within, value)).as_py() or False for value in tried)
        return bool(found >= FEW_TEXTS and found > HALF * len(tried))


def for_rules_only(
    sources: Mapping[str, ArrivingFile], tables: Mapping[str, Table]
) -> tuple[Withheld, ...]:
    """Return the columns that sources declare to be for rules only, as they were read."""
    return tuple(
        Withheld(column, _distinct(tables[name], column), tables[name].kinds[column].numeric)
        for name, source in sources.items()
        for column, answer in source.identifiers.items()
        if answer.rules_only is not None and not source.columns[column].pseudonym
    )


def refuse_withheld(table: Table, withheld: Iterable[Withheld]) -> None:
    """Refuse a table that holds such a column, under its own name or another.

    Raises
    ------
    PrivacyError
    """
    for name, kind in table.kinds.items():
        values = _distinct(table, name)
        few = FEW_NUMBERS if kind.numeric else FEW_TEXTS
        for one in withheld:
            if one.numeric != kind.numeric:
                continue
            same = len(values) >= few and values.isin(one.values).mean() > HALF
            same |= name == one.name and bool(values.isin(one.values).any())
            if same or (not kind.numeric and one.stands_in(values)):
                raise PrivacyError(
                    f"{name}: the table holds what {one.name} holds, which is there for rules only; leave it out (rule "
                    "forget, or columns), or make pseudonyms of it (rule pseudonymise)"
                )


def looked_at(table: Table) -> list[Looked]:
    """Return a table's columns as the scan for identifiers looks at them."""
    return [
        Looked(name, (name,), kind.type, table.frame[name]) for name, kind in table.kinds.items()
    ]


def _distinct(table: Table, name: str) -> "pd.Index[Any]":
    return pd.Index(pd.unique(table.frame[name].dropna()))
