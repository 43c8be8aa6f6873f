"""What changed between two runs: files, plan, code and every stored result, found value by value."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from impact.reporting.site.json_values import mapping, number
from impact.reporting.site.records import RunRecord

DifferenceKind = Literal["same", "changed", "only_first", "only_second"]
CODE = ("impact", "git", "seed", "versions")
"""What run.json says of how its numbers were computed."""


@dataclass(frozen=True)
class Side:
    """One of two runs: what the index tells of it, its run.json and its results.json."""

    record: RunRecord
    facts: Mapping[str, Any]
    results: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A place where two runs may differ, and what each has there."""

    place: str
    kind: DifferenceKind
    first: Any = None
    second: Any = None

    @property
    def relative(self) -> float | None:
        """By which share of the larger a number changed; None of what is no two numbers."""
        one, other = number(self.first), number(self.second)
        if one is None or other is None:
            return None
        if not (math.isfinite(one) and math.isfinite(other)):
            return math.inf
        return abs(other - one) / max(abs(one), abs(other)) if one != other else 0.0


@dataclass(frozen=True)
class Compared:
    """Two runs side by side."""

    first: Side
    second: Side

    @cached_property
    def files(self) -> tuple[Difference, ...]:
        """Every file that either read, by the hash of its bytes."""
        return self._of("inputs")

    @cached_property
    def plan(self) -> tuple[Difference, ...]:
        """Every key of the plans as they were run, parameters that changed them included."""
        return self._of("plan")

    @cached_property
    def code(self) -> tuple[Difference, ...]:
        """Versions, revision and seed."""
        return tuple(
            _differences(*({name: side.facts.get(name) for name in CODE} for side in self._sides))
        )

    @cached_property
    def results(self) -> dict[str, tuple[Difference, ...]]:
        """Every stored value of headline, rating and parts."""
        stored = [
            {
                "headline": side.results.get("headline"),
                "rating": side.results.get("rating"),
                **mapping(side.results.get("parts")),
            }
            for side in self._sides
        ]
        names = dict.fromkeys(name for one in stored for name in one)
        return {name: tuple(_differences(*(one.get(name) for one in stored))) for name in names}

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.first, self.second

    def _of(self, name: str) -> tuple[Difference, ...]:
        return tuple(_differences(*(mapping(side.facts.get(name)) for side in self._sides)))


def changed(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Return what is not the same, the largest change of a number first, what is no number before all."""
    found = [one for one in differences if one.kind != "same"]

    def size(one: Difference) -> float:
        return -math.inf if one.relative is None else -one.relative

    return tuple(sorted(found, key=size))


def _differences(first: Any, second: Any) -> Iterator[Difference]:
    """Yield every place of either, in the order of the first."""
    one, other = dict(_leaves(first)), dict(_leaves(second))
    for place in dict.fromkeys([*one, *other]):
        if place not in other:
            yield Difference(place, "only_first", first=one[place])
        elif place not in one:
            yield Difference(place, "only_second", second=other[place])
        else:
            values = one[place], other[place]
            same = type(values[0]) is type(values[1]) and values[0] == values[1]
            yield Difference(place, "same" if same else "changed", *values)


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (place, value) of all that is no list or mapping; of stored types what they hold, an infinite number as one."""
    infinite = number(value) if isinstance(value, dict) else None
    if infinite is not None:
        yield place, infinite
    elif isinstance(value, dict) and set(value) >= {"type", "values"}:
        yield from _leaves(value["values"], place)
    elif isinstance(value, dict):
        for name, content in value.items():
            yield from _leaves(content, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for at, content in enumerate(value):
            yield from _leaves(content, f"{place}[{at}]")
        if not value:
            yield place, "[]"
    else:
        yield place, value
