"""Several files: waves of one survey go below one another, registers beside it by a key that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from impact.data.intake.table import Table
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.look import Looked
from impact.data.proposal.names import TIME, UNIT, named
from impact.data.proposal.proposed import Label, ProposedColumn, ProposedFile, ProposedRule
from impact.data.proposal.wide import wide_of

MET = 0.5  # of the units of the smaller of two waves stand in the other
ALIKE = 0.6  # of all their columns stand in both: two waves
_WIDER = ("string", "number", "integer", "boolean")
_NUMBERS = frozenset({"number", "integer", "boolean"})


def waves_of(looked: Sequence[Looked]) -> tuple[ProposedFile, ...]:
    """Return the files that are waves of one survey: with nearly the same columns, or the same units at another time.

    Where no two are, the first file alone.
    """
    groups = [[other for other in looked if _together(one, other)] for one in looked]
    return tuple(one.file for one in max(groups, key=len))


def _together(one: Looked, other: Looked) -> bool:
    first, second = set(one.file.named()), set(other.file.named())
    alike = len(first & second) >= ALIKE * len(first | second)
    return one is other or alike or _another_time(one, other, sorted(first & second))


def _another_time(one: Looked, other: Looked, shared: Sequence[str]) -> bool:
    """Whether unlike columns are of the same units at another time: by the names of the files, or a column of times."""
    same_units = any(named(name, UNIT) and _same_units(one, other, name) for name in shared)
    if not same_units:
        return False
    files = [
        ProposedColumn(each.file.path.stem, {"type": "number"}, Label.same(""))
        for each in (one, other)
    ]
    wide = wide_of(files)
    by_name = wide is not None and len(wide.columns) == 1 and len(wide.melted) == len(files)
    return by_name or any(named(name, TIME) and _apart(one, other, name) for name in shared)


def _same_units(one: Looked, other: Looked, name: str) -> bool:
    """Whether a column tells rows apart in two files, and most of its cells in the smaller one stand in the other."""
    first, second = (_cells(each, name) for each in (one, other))
    if len(set(first)) < len(first) or len(set(second)) < len(second):
        return False
    return len(set(first) & set(second)) >= MET * min(len(first), len(second))


def _apart(one: Looked, other: Looked, name: str) -> bool:
    """Whether a column holds one value in each of two files, and another in the other."""
    values = [set(_cells(each, name)) for each in (one, other)]
    return len(values[0]) == len(values[1]) == 1 and values[0] != values[1]


def _cells(looked: Looked, name: str) -> list[str]:
    import pyarrow as pa

    cells = looked.source.named()[name].cells.drop_null()
    return [text.strip() for text in cells.cast(pa.large_string()).to_pylist()]


def agreed_types(waves: Sequence[ProposedFile]) -> tuple[ProposedFile, ...]:
    """Return the files so that a column has one type in all of them."""
    together: dict[str, list[ProposedColumn]] = {}
    for file in waves:
        for column in file.columns:
            together.setdefault(column.name, []).append(column)
    keys = {name: _agreed(columns) for name, columns in together.items()}
    return tuple(
        replace(
            file,
            columns=tuple(
                replace(column, keys={**_own(column, keys[column.name]), **keys[column.name]})
                for column in file.columns
            ),
        )
        for file in waves
    )


def wave_rules(waves: Sequence[ProposedFile]) -> tuple[ProposedRule, ...]:
    """Return rules that write into each wave which one it is, where the files' names tell; else none."""
    named = [ProposedColumn(file.path.stem, {"type": "number"}, Label.same("")) for file in waves]
    wide = wide_of(named)
    if wide is None or len(wide.columns) != 1 or len(wide.melted) != len(waves):
        return ()
    period_of = {name: period for by in wide.columns.values() for period, name in by.items()}
    new = "wave" if all("wave" not in file.named() for file in waves) else "wave_of_file"
    doubt = Doubt.of("wave_by_name")
    return tuple(
        ProposedRule(
            {
                "rule": "constant", "table": file.table, "new": new, "value": period_of[file.path.stem],
                "type": "period", "frequency": wide.frequency,
            },
            (doubt,),
        )
        for file in waves
    )  # fmt: skip


def append_rule(waves: Sequence[ProposedFile]) -> ProposedRule:
    """Return the rule that puts waves below one another."""
    names = [set(file.named()) for file in waves]
    lacking = len(names[0].union(*names) - names[0].intersection(*names))
    doubts = (Doubt.of("not_in_every_file", n=lacking),) if lacking else ()
    keys = {"rule": "append", "tables": [file.table for file in waves], "into": "panel"}
    return ProposedRule(keys, doubts)


def merge_rule(left: Table, right: Table, *, table: str, other: str) -> tuple[ProposedRule, Doubt]:
    """Return a rule for a person to look at, and what it rests on: the key that most rows of both have in common."""
    met = {name: _met(left, right, name) for name in right.kinds if name in left.kinds}
    key = max(met, key=lambda name: (met[name], named(name, UNIT)), default=None)
    if key is None or met[key] == 0:
        unknown = Doubt.of("no_shared_key", other=other, table=table)
        nothing = {"rule": "merge", "table": table, "with": other, "on": ["?"], "take": ["?"]}
        return ProposedRule(nothing, commented=True), unknown
    take = [name for name in right.kinds if name not in left.kinds]
    once = not right[key].dropna().duplicated().any()
    keys = {
        "rule": "merge", "table": table, "with": other, "on": [key], "take": take,
        "expect": "many_to_one" if left[key].dropna().duplicated().any() else "one_to_one",
    }  # fmt: skip
    repeats = "" if once else Doubt.of("key_repeats")
    found = Doubt.of(
        "belongs_by", other=other, table=table, key=key, share=met[key], repeats=repeats
    )
    return ProposedRule(keys, (found,), commented=True), found


def _met(left: Table, right: Table, name: str) -> float:
    """Share of the left rows whose cell stands in the right table; of a column that tells rows apart there."""
    if left.kinds[name] != right.kinds[name] or right[name].nunique() * 2 < len(right):
        return 0.0
    known = pd.Index(right[name].dropna().unique())
    return float(left[name].isin(known).mean())


def _agreed(columns: Sequence[ProposedColumn]) -> Mapping[str, object]:
    types = {column.type for column in columns}
    if types == {"category"}:
        listed = sorted({each for column in columns for each in column.keys["categories"]})
        return {"type": "category", "categories": listed}
    if len(types) == 1:
        return {}
    if types <= _NUMBERS:
        return {"type": next(kind for kind in _WIDER if kind in types)}
    return {"type": "string"}


def _own(column: ProposedColumn, agreed: Mapping[str, object]) -> Mapping[str, object]:
    """Return a column's keys without those that another type does not have."""
    if "type" not in agreed or agreed["type"] == "category":
        return column.keys
    return {key: value for key, value in column.keys.items() if key != "categories"}
