"""One declaration for many columns: ``{y}`` and ``{q}`` in names stand for each of the values listed under ``each``."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, TypeGuard

Each = dict[str, list[str | int]]
DESCRIPTION = (
    "values that stand for `{name}` in texts of this entry, which is then read once for each combination: "
    "`{y: [2010, 2011], q: [1, 2]}`"
)


def combinations(each: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Return every combination of values, the last name changing fastest."""
    names = list(each)
    for values in product(*each.values()):
        yield dict(zip(names, map(str, values), strict=True))


def written(value: Any, named: Mapping[str, str]) -> Any:
    """Write values into the places of texts, in whatever holds them; other braces stay as they are."""
    if isinstance(value, str):
        for name, text in named.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, Mapping):
        return {written(key, named): written(item, named) for key, item in value.items()}
    if isinstance(value, list):
        return [written(item, named) for item in value]
    return value


def expanded(entries: Any) -> Any:
    """Return a mapping in which every entry that has ``each`` is one entry a combination.

    Raises
    ------
    ValueError
        Combinations that make one name twice, as they do where the name lacks a place.
    """
    if not isinstance(entries, Mapping):
        return entries
    made: dict[Any, Any] = {}
    for name, entry in entries.items():
        each = entry.get("each") if isinstance(entry, Mapping) else None
        if not _is_each(each):
            made[name] = entry
            continue
        rest = {key: value for key, value in entry.items() if key != "each"}
        for named in combinations(each):
            new = written(name, named)
            if new in made:
                raise ValueError("each makes one name twice; put every {name} of it into the name")
            made[new] = written(rest, named)
    return made


def _is_each(each: Any) -> TypeGuard[Mapping[str, Any]]:
    return (
        isinstance(each, Mapping)
        and bool(each)
        and all(isinstance(values, list) and values for values in each.values())
    )
