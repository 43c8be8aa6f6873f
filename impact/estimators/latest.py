"""What was worked out from an array, so that several inferences that ask the same of it pay once."""

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from impact.arrays import Floats, Integers

Found = TypeVar("Found")


class Latest:
    """Answers about arrays, by name; another array drops those of the oldest, so that at most ``held`` arrays' are kept.

    An array is known by identity: it must not be written to between questions.
    """

    def __init__(self, held: int = 1) -> None:
        self._held = held
        self._found: list[tuple[Floats | Integers, dict[str, Any]]] = []

    def of(self, about: Floats | Integers, name: str, compute: Callable[[], Found]) -> Found:
        """Return the answer of that name about an array, worked out the first time."""
        known = next((answers for array, answers in self._found if array is about), None)
        if known is None:
            known = {}
            self._found = [*self._found, (about, known)][-self._held :]
        if name not in known:
            known[name] = compute()
        found: Found = known[name]
        return found


class WhileItLives:
    """Answers about an array for whoever holds it, such as several designs under one set of assignments; gone when it is.

    An array is known by identity: it must not be written to, and no answer may hold it.
    """

    def __init__(self) -> None:
        self._found: dict[int, tuple[object, dict[Hashable, Any]]] = {}

    def of(self, about: Integers, name: Hashable, compute: Callable[[], Found]) -> Found:
        """Return the answer of that name about an array, worked out the first time."""
        key = id(about)
        if key not in self._found:
            lives = weakref.ref(about, lambda _: self._found.pop(key, None))
            self._found[key] = lives, {}
        answers = self._found[key][1]
        if name not in answers:
            answers[name] = compute()
        found: Found = answers[name]
        return found
