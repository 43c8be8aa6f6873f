"""A process that was forked, seen from the one that forked it, and how it takes its leave."""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

LOOK_AGAIN_S = 0.01  # for the end of a process that is waited for with patience
LOOK_FOR_ENDS_MS = 100  # of a process that is to tell something, and may have ended without it


class Forked:
    """A forked process, with the verbs of `subprocess.Popen` that others use of it.

    Attributes
    ----------
    pid : int
    connection : socket
        The end of it that is held here.
    returncode : int or None
        As `subprocess.Popen` tells it; none while the process was not waited for.
    """

    pid: int
    connection: socket.socket
    returncode: int | None

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid, self.connection, self.returncode = pid, connection, None

    def wait(self, timeout: float | None = None) -> int | None:
        """Return how the process ended, once it has; `subprocess.TimeoutExpired` after so many seconds."""
        if timeout is None:
            return self._poll(0)
        last = time.monotonic() + timeout
        while self._poll(os.WNOHANG) is None:
            if time.monotonic() > last:
                raise subprocess.TimeoutExpired("forked", timeout)
            time.sleep(LOOK_AGAIN_S)
        return self.returncode

    def _poll(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def told(self) -> bytes:
        """Return the line that it tells; none once it has ended without one, whoever else may hold its connection."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        while not poll.poll(LOOK_FOR_ENDS_MS) and self._poll(os.WNOHANG) is None:
            pass
        if not poll.poll(0):
            return b""
        with self.connection.makefile("rb") as lines:
            return lines.readline()

    def kill(self) -> None:
        """End the process at once."""
        if self._poll(os.WNOHANG) is None:
            os.kill(self.pid, signal.SIGKILL)


def fork(do: Callable[[socket.socket], object], *, held: list[socket.socket]) -> Forked:
    """Fork a process that does something with its end of a connection and takes its leave.

    Parameters
    ----------
    do : callable
        Of that end.
    held : list of socket
        What this process holds of others: held there too, it would hide its end from who is at the other.
    """
    here, there = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        for connection in (here, *held):
            connection.close()
        do(there)
        leave()
    there.close()
    return Forked(pid, here)


def leave() -> NoReturn:
    """End this forked process after its exit functions alone.

    An interpreter that ends takes leave of every object, and so copies every page that it shares with its parent.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)
