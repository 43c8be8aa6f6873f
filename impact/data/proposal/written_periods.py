"""Texts that write periods as people do (Q42010, T4 2010, déc. 2010): a rule of the intake plan reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impact.data.intake.rules.periods import ReadPeriod
from impact.data.intake.table import Table
from impact.data.intake.written_periods import FREQUENCIES, Reading, Written
from impact.data.proposal.proposed import ProposedColumn

NATIVE: frozenset[Written] = frozenset({"2010", "2010-12", "2010/11"})
"""Ways that are read as they are, or whose year a person must name."""

MOST = 400  # different texts


@dataclass(frozen=True, eq=False)
class Read:
    """A table with a column more, what that column is, and the rule that made it."""

    table: Table
    column: ProposedColumn
    keys: dict[str, Any]


def read_periods(
    table: Table, columns: Sequence[ProposedColumn], *, of: str, among: Sequence[str]
) -> tuple[Read, ...]:
    """Read every column whose texts are all periods of one frequency.

    Parameters
    ----------
    table : Table
    columns : sequence of ProposedColumn
    of : str
        Name of the table in the plan.
    among : sequence of str
        Columns that are looked at.
    """
    found: list[Read] = []
    for column in columns:
        if column.name not in among or column.type not in {"string", "category"}:
            continue
        ways = _ways(table, column.name)
        new = f"{column.name}_period"
        if not ways or new in table.kinds:
            continue
        frequency = FREQUENCIES[ways[0]]
        keys = {
            "rule": "read_period", "table": of, "new": new, "column": column.name,
            "frequency": frequency, "written": list(ways),
        }  # fmt: skip
        table = ReadPeriod.model_validate(keys).of(table).table
        made = ProposedColumn(new, {"type": "period", "frequency": frequency}, column.label)
        found.append(Read(table, made, keys))
    return tuple(found)


def _ways(table: Table, name: str) -> tuple[Written, ...]:
    """Return the ways that read all texts of a column, one frequency and one month for each text; the fewest, or none."""
    texts = [str(text) for text in table[name].dropna().unique()]
    if len(texts) < 2 or len(texts) > MOST:
        return ()
    for frequency in ("quarter", "month"):
        ways = [way for way, one in FREQUENCIES.items() if one == frequency and way not in NATIVE]
        used = tuple(way for way in ways if any(Reading([way]).months(text) for text in texts))
        if used and all(len(Reading(used).months(text)) == 1 for text in texts):
            return used
    return ()
