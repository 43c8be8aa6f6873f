"""What was last worked out from one array, so that several inferences that ask the same of it pay once."""

from collections.abc import Callable
from typing import Any, TypeVar

from impact.arrays import Floats

Found = TypeVar("Found")


class Latest:
    """Answers about one array, by name; another array drops them all, so that at most one array's are held.

    The array is known by identity: it must not be written to between questions.
    """

    def __init__(self) -> None:
        self._about: Floats | None = None
        self._found: dict[str, Any] = {}

    def of(self, about: Floats, name: str, compute: Callable[[], Found]) -> Found:
        """Return the answer of that name about an array, worked out the first time."""
        if self._about is not about:
            self._about, self._found = about, {}
        if name not in self._found:
            self._found[name] = compute()
        found: Found = self._found[name]
        return found
