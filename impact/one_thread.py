"""One thread of linear algebra at a time, whatever the environment says.

The products of this package are many and small: a pool of threads spends more on waiting for one another than it saves
(Callaway-Sant'Anna of 1,000 units: 38 ms of CPU with two threads, 6 with one).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

# numpy and scipy come with a pool each, which exists only once they are imported
WITH_A_POOL = ("numpy", "scipy.linalg", "scipy.special")


@dataclass
class _Held:
    """How many blocks and calls are inside `one_thread` now, and what restores the pools when the last one leaves.

    ``loaded`` says which pools there were when they were last held: one that is loaded inside is held by the next block.
    """

    depth: int = 0
    loaded: tuple[bool, ...] = ()
    limits: list[Any] = field(default_factory=list)


_held = _Held()
_found: dict[tuple[bool, ...], "ThreadpoolController"] = {}
_lock = Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold linear algebra to one thread in a ``with`` block, or in a function under ``@one_thread()``.

    Inside another such block it costs nothing. A pool is the process's: it gets its threads back when the last block ends,
    be it in this thread of Python or another.
    """
    with _lock:
        loaded = tuple(name in sys.modules for name in WITH_A_POOL)
        if _held.depth == 0 or loaded != _held.loaded:
            _held.limits.append(_pools(loaded).limit(limits=1, user_api="blas"))
            _held.loaded = loaded
        _held.depth += 1
    try:
        yield
    finally:
        with _lock:
            _held.depth -= 1
            if _held.depth == 0:
                while _held.limits:  # the first to be held are the last to be given back
                    _held.limits.pop().restore_original_limits()


def _pools(loaded: tuple[bool, ...]) -> "ThreadpoolController":
    """Find the pools of this process: the search takes half a millisecond and is made once for what is loaded."""
    if loaded not in _found:
        _found[loaded] = _search()
    return _found[loaded]


def _search() -> "ThreadpoolController":
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
