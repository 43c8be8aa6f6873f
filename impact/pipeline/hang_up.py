"""A process that ends with whoever holds the other end of its connection, however that one ended.

The system closes the connections of a killed process as it does those of one that ended well, so a hang-up needs nobody's
last act; and it is noticed at once, by a process that imports or computes as by one that waits.
"""

import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread


@contextmanager
def ending_with(
    other: socket.socket, *, and_end: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Kill this process's group as soon as the other end is closed; no thread stays behind once the block is left.

    Parameters
    ----------
    other : socket
    and_end : callable
        Ends before it what this process began outside its group.
    """
    left, leaving = socket.socketpair()
    watch = Thread(target=_end_with, args=(other, left, and_end), daemon=True)
    watch.start()
    try:
        yield
    finally:
        leaving.close()
        watch.join()
        left.close()


def _end_with(other: socket.socket, left: socket.socket, and_end: Callable[[], None]) -> None:
    poll = select.poll()
    for connection in (other, left):
        poll.register(connection, 0)  # no event asked for: hang-ups alone are told, data is not
    if other.fileno() in (descriptor for descriptor, _ in poll.poll()):
        try:
            and_end()
        finally:
            os.killpg(0, signal.SIGKILL)
