"""Columns of periods (``ca_2010``, ``ca_2011``, ...; ``re74``, ``re75``; ``2012 / T1``): one column and a period for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from impact.data.proposal.proposed import Label, ProposedColumn
from impact.terms import Frequency

FEWEST = 2
_SEPARATOR = r"[ _./\-]*"
_PERIODS: tuple[tuple[Frequency, str], ...] = (
    ("quarter", r"(?P<year>(?:19|20)[0-9]{2})" + _SEPARATOR + r"[qt](?P<part>[1-4])"),
    ("quarter", r"[qt](?P<part>[1-4])" + _SEPARATOR + r"(?P<year>(?:19|20)[0-9]{2})"),
    ("month", r"(?P<year>(?:19|20)[0-9]{2})" + _SEPARATOR + r"m(?P<part>0[1-9]|1[0-2])"),
    ("year", r"(?P<year>(?:19|20)[0-9]{2})"),
    (
        "integer",
        r"(?:^|(?<=[ _./\-]))(?:wave|vague|round|passage|tour|w|r|t|v|p)"
        + _SEPARATOR
        + r"(?P<wave>[0-9]{1,2})",
    ),
    ("year", r"(?P<short>[0-9]{2})"),
)
_STEM = r"(?P<stem>[^\W\d].*?)"


@dataclass(frozen=True)
class Wide:
    """What would become of wide columns.

    Attributes
    ----------
    frequency : {"integer", "year", "quarter", "month"}
    columns : mapping of str to mapping
        New columns, and for each period the column that holds it.
    guessed_century : bool
        Whether years stand in two digits.
    """

    frequency: Frequency
    columns: Mapping[str, Mapping[str, str]]
    guessed_century: bool = False

    @property
    def melted(self) -> set[str]:
        """The columns that go."""
        return {column for by in self.columns.values() for column in by.values()}

    @property
    def n_periods(self) -> int:
        """How many periods there are in all."""
        return len({period for by in self.columns.values() for period in by})


def wide_of(columns: Sequence[ProposedColumn]) -> Wide | None:
    """Find the columns of periods: the frequency with most of them, stems of one kind with two periods or more."""
    found = []
    for place, (frequency, pattern) in enumerate(_PERIODS):
        stems = _stems(columns, pattern)
        kept = {stem: by for stem, by in stems.items() if len(by) >= FEWEST and _of_one_kind(by)}
        if kept:
            named = {stem: {p: c.name for p, c in sorted(by.items())} for stem, by in kept.items()}
            found.append(
                (sum(map(len, kept.values())), -place, Wide(frequency, named, "short" in pattern))
            )
    found = [one for one in found if one[2].n_periods >= FEWEST]
    return max(found, key=lambda one: one[:2])[2] if found else None


def long_columns(
    columns: Sequence[ProposedColumn], wide: Wide, *, period: str
) -> tuple[ProposedColumn, ...]:
    """Return the columns that stand after wide ones became rows."""
    named = {column.name: column for column in columns}
    kept = [column for column in columns if column.name not in wide.melted]
    time = ProposedColumn(
        period, {"type": "period", "frequency": wide.frequency}, Label("Period", "Période")
    )
    made = []
    for stem, by in wide.columns.items():
        parts = [named[name] for name in by.values()]
        keys = {
            key: value for key, value in parts[0].keys.items() if key not in {"missing", "labelled"}
        }
        made.append(ProposedColumn(stem, keys, Label.same(stem.replace("_", " ").capitalize())))
    return (*kept, time, *made)


def agreed(columns: Sequence[ProposedColumn], wide: Wide) -> tuple[ProposedColumn, ...]:
    """Return columns so that those of one stem have one type: a wave of whole numbers is a number where others are."""
    types: dict[str, str] = {}
    for by in wide.columns.values():
        kinds = {column.type for column in columns if column.name in by.values()}
        wider = next((t for t in ("number", "integer", "boolean") if t in kinds), None)
        types |= {name: wider for name in by.values() if wider}
    return tuple(
        ProposedColumn(
            column.name,
            {**column.keys, "type": types.get(column.name, column.type)},
            column.label,
            column.category_labels,
            column.doubts,
        )
        for column in columns
    )


def _stems(columns: Sequence[ProposedColumn], pattern: str) -> dict[str, dict[str, ProposedColumn]]:
    """Group columns by what is left of their name without the period, which may stand before or behind."""
    last = re.compile(_STEM + _SEPARATOR + pattern, re.IGNORECASE)
    first = re.compile(pattern + r"[ _./\-]+" + _STEM, re.IGNORECASE)
    stems: dict[str, dict[str, ProposedColumn]] = {}
    for column in columns:
        found = last.fullmatch(column.name) or first.fullmatch(column.name)
        if found is not None:
            stem = found["stem"].strip(" _./-")
            stems.setdefault(stem, {})[_written(found)] = column
    return stems


def _written(found: re.Match[str]) -> str:
    parts = found.groupdict()
    if parts.get("wave"):
        return str(int(parts["wave"]))
    if short := parts.get("short"):
        return f"{'19' if int(short) > 40 else '20'}{short}"
    year, part = parts["year"], parts.get("part")
    if part is None:
        return str(year)
    return f"{year}Q{part}" if len(part) == 1 else f"{year}-{part}"


def _of_one_kind(by: Mapping[str, ProposedColumn]) -> bool:
    types = {column.type for column in by.values()}
    if types <= {"number", "integer", "boolean"}:
        labelled = {column.keys.get("labelled") for column in by.values()}
        return len(labelled) == 1
    if types == {"category"}:
        return len({tuple(column.keys["categories"]) for column in by.values()}) == 1
    return len(types) == 1
