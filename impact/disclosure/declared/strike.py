"""Take out of a stored part what may not leave; what no rule speaks of is taken out too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from impact.disclosure.declared.rules import (
    COLUMNS,
    FIELDS,
    STAYS,
    TABLES_OF_CHECKS,
    Counted,
    Follows,
    Inside,
    OfAll,
    OfHeadline,
    Rule,
    Said,
    With,
)
from impact.disclosure.figure import Place
from impact.evaluation.store import type_named
from impact.terms import SMALLEST_SHOWN

CHOICES = frozenset({"level", "df", "anticipation", "n_obs"})
"""Numbers among an estimate's options that are choices, or counts of everybody's observations."""
MEANS = frozenset({"observed_mean", "counterfactual_mean"})
"""Options with a number for each parameter, which leave with the first one's estimate."""
Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Strike:
    """Takes figures out of one stored part.

    Attributes
    ----------
    part : str
    leaves : callable
        Whether the figure at a place may leave.
    fewest : int
        Below which counts of rows stay.
    struck : list of Place
        What was taken out so far.
    of_all : set of Place
        Figures of everybody that were asked for so far.
    """

    part: str
    leaves: Callable[[Place], bool]
    fewest: int = SMALLEST_SHOWN
    struck: list[Place] = field(default_factory=list)
    of_all: set[Place] = field(default_factory=set)

    def of_part(self, stored: Stored) -> dict[str, Any] | None:
        """Return what may leave of a part, stored as it was; None where what it cannot do without may not."""
        return self._object(stored["type"], stored["values"], "")

    def _object(self, kind: str, values: Stored, path: str) -> dict[str, Any] | None:
        """What lacks something that it must have is taken out whole."""
        if kind not in FIELDS:
            self.struck.append(Place(self.part, path))
            return None
        if kind == "Estimate":
            return self._estimate(values, path)
        kept = {name: self._field(kind, name, value, path) for name, value in values.items()}
        if kind == "CheckResult" and values["table"]:
            rules = TABLES_OF_CHECKS.get(values["name"], {})
            kept["table"] = self._records(values["table"], f"{path}.table", rules)
        lacking = [
            name for name, value in kept.items() if value is None and values[name] is not None
        ]
        if all(_may_be_missing(kind, name) for name in lacking):
            return {"type": kind, "values": kept}
        return None

    def _field(self, kind: str, name: str, value: Any, path: str) -> Any:
        if kind == "CheckResult" and name == "table":
            return None  # as its check says
        rule = FIELDS[kind].get(name, STAYS)
        inner = f"{path}.{name}" if path else name
        if value is None or not isinstance(rule, Inside):
            return self._cell(rule, value, Place(self.part, path, "", name))
        if isinstance(value, list):
            found = [
                self._object(one["type"], one["values"], f"{inner}[{at}]")
                for at, one in enumerate(value)
            ]
            return [one for one in found if one is not None]
        if value["type"] == "frame":
            return self._frame(value, inner, COLUMNS.get(f"{kind}.{name}", {}))
        return self._object(value["type"], value["values"], inner)

    def _frame(self, frame: Stored, path: str, rules: Mapping[str, Rule]) -> dict[str, Any]:
        values = {
            name: [
                self._cell(rules.get(name, STAYS), value, Place(self.part, path, str(row), name))
                for row, value in enumerate(column)
            ]
            for name, column in frame["values"].items()
        }
        _followed(frame["values"], values, rules)
        numbers = [
            name for name, rule in rules.items() if not isinstance(rule, Said) and name in values
        ]
        struck = [name for name in numbers if values[name] != frame["values"][name]]
        floats = sorted({*frame["floats"], *struck}, key=frame["columns"].index)
        return {
            **frame,
            "values": values,
            "floats": [one for one in floats if _numeric(values[one])],
        }

    def _records(
        self, records: Sequence[Stored], path: str, rules: Mapping[str, Rule], *, key: str = ""
    ) -> list[dict[str, Any]]:
        return [
            {
                name: self._cell(
                    rules.get(name, STAYS),
                    value,
                    Place(self.part, path, str(record[key] if key else row), name),
                )
                for name, value in record.items()
            }
            for row, record in enumerate(records)
        ]

    def _cell(self, rule: Rule, value: Any, place: Place) -> Any:
        """Return a value that may leave, or None."""
        if value is None or self._may_leave(rule, value, place):
            return value
        if isinstance(rule, Counted) and isinstance(value, dict):
            return {reason: n for reason, n in value.items() if self._enough(n)}
        self.struck.append(place)
        return None

    def _may_leave(self, rule: Rule, value: Any, place: Place) -> bool:
        match rule:
            case Said() | OfHeadline() | Follows():
                return True
            case OfAll():
                place = Place(place.part, place.table, "", place.column)
                self.of_all.add(place)
                return self.leaves(place)
            case With(columns):
                return all(
                    self.leaves(Place(place.part, place.table, place.row, name)) for name in columns
                )
            case Counted():
                counts = value.values() if isinstance(value, dict) else [value]
                return all(map(self._enough, counts))
        return False

    def _enough(self, count: float) -> bool:
        return count == 0 or count >= self.fewest

    def _estimate(self, values: Stored, path: str) -> dict[str, Any] | None:
        """Parameters whose figures stay are taken out, row by row; of the covariance the variances leave."""
        rules, every = COLUMNS["Estimate.table"], values["table"]
        table = self._records(every, path, rules, key="term")
        kept = [at for at, row in enumerate(table) if row["estimate"] is not None]
        if not kept:
            return None
        vcov, degrees = values["vcov"], values["row_df"]
        told = {
            name: self._field("Estimate", name, values[name], path)
            for name in ("notes", "critical_value")
        }
        said = {name: values[name] for name in ("estimand", "method", "source")}
        sample = self._object("Sample", values["sample"], f"{path}.sample")
        if sample is None or told["critical_value"] is None:
            return None
        of_one = Place(self.part, path, str(every[0]["term"]), "estimate")
        content = {
            **said,
            "notes": told["notes"] or [],
            "critical_value": told["critical_value"],
            "table": [table[at] for at in kept],
            "vcov": [[vcov[i][j] if i == j else None for j in kept] for i in kept],
            "row_df": None if degrees is None else [degrees[at] for at in kept],
            "sample": sample["values"],
            "spec": {
                name: value
                for name, value in values["spec"].items()
                if _is_choice(name, value) or (name in MEANS and self.leaves(of_one))
            },
        }
        return {"type": "Estimate", "values": content}


def _followed(before: Stored, left: dict[str, list[Any]], rules: Mapping[str, Rule]) -> None:
    """Have what is said of a number follow it: a share its count, and a number that stays says why, as others do."""
    for name, rule in rules.items():
        if isinstance(rule, Follows) and name in left:
            pairs = zip(before[name], left[rule.column], strict=True)
            left[name] = [None if leader is None else value for value, leader in pairs]
    if "why_not" in left:
        told = zip(before["why_not"], before["estimate"], left["estimate"], strict=True)
        left["why_not"] = [
            "DisclosureError" if number is not None and kept is None else why
            for why, number, kept in told
        ]


def _is_choice(name: str, value: Any) -> bool:
    words = value if isinstance(value, list) else [value]
    return name in CHOICES or all(isinstance(word, (str, bool, NoneType)) for word in words)


def _numeric(column: Sequence[Any]) -> bool:
    return all(value is None or isinstance(value, (int, float, dict)) for value in column)


@cache
def _may_be_missing(kind: str, name: str) -> bool:
    """Whether a field may be None, by the type that the class gives it."""
    hint = get_type_hints(type_named(kind)).get(name)
    return NoneType in get_args(hint)
