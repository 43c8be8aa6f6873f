"""What differs between two plans, schemas or lists of rules, key by key, whatever the order of their keys and their layout."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["changed", "added", "removed", "order"]


@dataclass(frozen=True)
class Change:
    """One key that differs.

    Attributes
    ----------
    path : tuple of str
        Where it stands; entries of lists are counted from 1.
    kind : {"changed", "added", "removed", "order"}
        ``order`` is the same entries in another order.
    before, after : Any
        Plain values; None where there is nothing.
    """

    path: tuple[str, ...]
    kind: Kind
    before: Any
    after: Any


def changes(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """Yield what differs between two plain values: of mappings and of lists of them part by part, of others as a whole.

    Parameters
    ----------
    before, after : Any
        As a typed model is dumped: with every default written out, so that writing one down is no change.
    path : tuple of str
        Where the two stand.
    """
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from changes(before.get(key), after.get(key), (*path, key))
    elif _records(before) and _records(after):
        yield from _in_records(before or (), after or (), path)
    else:
        yield Change(path, _kind(before, after), before, after)


def _records(value: Any) -> bool:
    """Whether a value is a list of mappings, or an empty one."""
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _kind(before: Any, after: Any) -> Kind:
    if before in (None, [], {}):
        return "added"
    if after in (None, [], {}):
        return "removed"
    if isinstance(before, list) and isinstance(after, list):
        if sorted(map(_text, before)) == sorted(map(_text, after)):
            return "order"
        if [one for one in after if one in before] == before:
            return "added"
        if [one for one in before if one in after] == after:
            return "removed"
    return "changed"


def _in_records(
    before: Sequence[Any], after: Sequence[Any], path: tuple[str, ...]
) -> Iterator[Change]:
    """Yield what differs between two lists of mappings: entries that came, went or changed, each by its place."""
    texts = list(map(_text, before)), list(map(_text, after))
    if sorted(texts[0]) == sorted(texts[1]):
        yield Change(path, "order", before, after)
        return
    for what, i, j, k, m in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        both = min(j - i, m - k)
        for at in range(both):
            yield from changes(before[i + at], after[k + at], (*path, str(i + at + 1)))
        for at in range(i + both, j):
            yield Change((*path, str(at + 1)), "removed", before[at], None)
        for at in range(k + both, m):
            yield Change((*path, str(at + 1)), "added", None, after[at])


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
