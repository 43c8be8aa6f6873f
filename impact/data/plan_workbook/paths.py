"""Nested values as pairs of a path and a value, and back: ``words.unit.en[1]``."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from impact.errors import SchemaError

Path = tuple[Any, ...]
_PLAIN = re.compile(r"[^\W\d]\w*(?:-\w+)*")
_PART = re.compile(
    r'\[(?P<place>[0-9]+)\]|<(?P<other>[^<>]+)>|(?P<plain>[^\W\d]\w*(?:-\w+)*)|(?P<quoted>"(?:[^"\\]|\\.)*")'
)


def flattened(value: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Return each value that holds no others with its path: keys, and places in lists from 1; empty ones as they are."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from flattened(below, (*above, Key(key)))
    elif isinstance(value, list) and value:
        for place, below in enumerate(value, start=1):
            yield from flattened(below, (*above, place))
    else:
        yield above, value


class Key:
    """A key of a mapping, which a place in a list is not."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def nested(pairs: Iterable[tuple[Path, Any]]) -> Any:
    """Return what pairs of paths and values came from.

    Raises
    ------
    SchemaError
        A path that is written twice, leads through a value, or skips a place of a list.
    """
    top: Any = None
    for path, value in pairs:
        top = _put(top, path, value, path)
    return _lists(top)


def _put(holder: Any, path: Path, value: Any, whole: Path) -> Any:
    if not path:
        if holder is not None:
            raise SchemaError(f"{written(whole)}: stands twice, or beside keys below it; keep one")
        return _Leaf(value)
    if isinstance(holder, _Leaf):
        raise SchemaError(f"{written(whole)}: a key above it has a value of its own; keep one")
    part = path[0]
    holder = {} if holder is None else holder
    name = ("key", type(part.value), part.value) if isinstance(part, Key) else ("place", int, part)
    holder[name] = _put(holder.get(name), path[1:], value, whole)
    return holder


class _Leaf:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _lists(holder: Any) -> Any:
    if holder is None:
        return {}
    if isinstance(holder, _Leaf):
        return holder.value
    kinds = {kind for kind, _, _ in holder}
    if kinds == {"key"}:
        return {name: _lists(below) for (_, _, name), below in holder.items()}
    places = sorted(place for kind, _, place in holder if kind == "place")
    if kinds != {"place"} or places != list(range(1, len(places) + 1)):
        raise SchemaError(
            "a list whose items are not numbered [1], [2], ... without a gap; number them so"
        )
    return [_lists(holder["place", int, place]) for place in places]


def written(path: Path) -> str:
    """Write a path for a cell.

    Examples
    --------
    >>> from impact.data.plan_workbook.paths import flattened, written
    >>> [written(path) for path, _ in flattened({"a": [{"b c": 1}], "starts": {1: 2}})]
    ['a[1]."b c"', 'starts.<1>']
    """
    text = ""
    for part in path:
        if not isinstance(part, Key):
            text += f"[{part}]"
            continue
        name = _named(part.value)
        text += f".{name}" if text else name
    return text


def _named(key: Any) -> str:
    if not isinstance(key, str):
        return f"<{json.dumps(key)}>"
    return key if _PLAIN.fullmatch(key) else json.dumps(key)


def read_path(text: str) -> Path:
    """Read a path from a cell.

    Raises
    ------
    SchemaError
    """
    found: list[Any] = []
    at = 0
    while at < len(text):
        if found and text[at] == ".":
            at += 1
        part = _PART.match(text, at)
        if part is None:
            raise SchemaError("a key is written in no known way; write it like words.unit.en[1]")
        found.append(_part(part))
        at = part.end()
    return tuple(found)


def _part(found: re.Match[str]) -> Any:
    if found["place"]:
        return int(found["place"])
    if found["plain"]:
        return Key(found["plain"])
    try:
        return Key(json.loads(found["quoted"] or found["other"]))
    except ValueError:
        raise SchemaError(
            "a key is written in no known way; write it like words.unit.en[1]"
        ) from None
