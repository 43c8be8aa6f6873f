"""What is told beside a frame, in a form that costs nothing to carry: pandas copies ``attrs`` in depth with every operation."""

from collections.abc import Mapping
from typing import Any, Self


class _Shared:
    """What nobody changes once it is told, so that a copy in depth may be the thing itself."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself."""
        del memo
        return self


class _Table(_Shared, dict[str, Any]):
    """A table by name."""


class _Lines(_Shared, list[Any]):
    """Lines in order."""


def shared(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``attrs`` of a frame, its tables and lists shared by all frames made from it."""
    return {name: _shared(value) for name, value in told.items()}


def _shared(value: Any) -> Any:
    if type(value) is dict:
        return _Table(value)
    return _Lines(value) if type(value) is list else value
