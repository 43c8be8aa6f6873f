"""A process that others are forked from, seen from the one that asks for them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Protocol, Self

from impact.pipeline.timings import cpu_seconds

GRACE_S = 5.0  # for the processes of a run to be gone after the hang-up that ends them at once
MEBIBYTE = 1 << 20
NOTEBOOK_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JE_ARROW_MALLOC_CONF": "background_thread:false", "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    "MALLOC_MMAP_THRESHOLD_": str(32 * MEBIBYTE), "MALLOC_TRIM_THRESHOLD_": str(256 * MEBIBYTE),
}  # fmt: skip
"""One BLAS thread a kernel: two notebooks run side by side, and sums must not depend on the machine.

The backend is what a kernel would choose if it imported matplotlib itself. The two after it keep the process that forks free
of pyarrow's thread, and let it fork on macOS, where it has used nothing of the system's frameworks. The last two have glibc
keep the memory of arrays for the next ones: handed back and asked for anew, page by page, it costs a sixth of a design check.
"""


class Process(Protocol):
    """A process that was started, or forked."""

    pid: int

    def wait(self, timeout: float | None = None) -> int | None:
        """Return how it ended, once it has; `subprocess.TimeoutExpired` after so many seconds."""

    def kill(self) -> None:
        """End it at once."""


class ParentProcess:
    """A process of a module of ours that forks once for each order; leaving it, or dying, ends it and all of them.

    Attributes
    ----------
    module : str
        The module, as each kind of process names its own.
    cpu_s : float
        Processor seconds of this process and of all that it forked, known once it is left.
    """

    module: ClassVar[str]

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._asked: list[socket.socket] = []
        self._leave: Callable[[], None]
        self.cpu_s = 0.0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._complaints: BinaryIO = stack.enter_context(tempfile.TemporaryFile())
            self._sockets = Path(
                tempfile.mkdtemp(prefix="impact-")
            )  # Unix sockets want a short path
            stack.callback(shutil.rmtree, self._sockets, ignore_errors=True)
            self._connection, theirs = socket.socketpair()
            stack.enter_context(self._connection)
            with theirs:
                self._process = self._begun(theirs)
            stack.callback(self._end)
            self._leave = stack.pop_all().close
        return self

    def _begun(self, theirs: socket.socket) -> Process:
        """Begin the process that holds the other end of the connection."""
        return started(
            self.module, theirs, self._sockets, folder=self._folder, complaints=self._complaints
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _end(self) -> None:
        """Hang up, wait until the process has ended its children and itself, and count what all of them used."""
        self._connection.close()
        for connection in self._asked:
            hang_up(connection)
        before = cpu_seconds()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.cpu_s = cpu_seconds() - before

    def ask(self, order: Mapping[str, Any]) -> socket.socket:
        """Have a process forked for an order, and return the connection on which it tells how it ended."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):  # a process that has ended is told of when it is waited for
            socket.send_fds(self._connection, [b"."], [theirs.fileno()])
            ours.sendall(json.dumps(order).encode() + b"\n")
        self._asked.append(ours)
        return ours

    def last_words(self) -> str:
        """Return the name of the last error that a process complained of; texts may hold data values."""
        text = os.pread(self._complaints.fileno(), 1 << 20, 0).decode(errors="replace")
        lines = text.strip().splitlines()
        return lines[-1].split(":")[0] if lines else "no reason given"


class StartedAnew(ParentProcess):
    """Processes of the module started one for each order, in place of forks of one."""

    def __enter__(self) -> Self:
        self._started: list[Process] = []
        return super().__enter__()

    def _begun(self, theirs: socket.socket) -> Process:
        del theirs  # nobody is asked to fork
        return SeveralProcesses(self._started)

    def ask(self, order: Mapping[str, Any]) -> socket.socket:
        """Start a process for an order, and return the connection on which it tells how it ended."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = started(
                self.module, theirs, self._sockets,
                folder=self._folder, complaints=self._complaints,
            )  # fmt: skip
        with suppress(OSError):  # as of a forked one
            ours.sendall(json.dumps(order).encode() + b"\n")
        self._asked.append(ours)
        self._started.append(process)
        return ours


class SeveralProcesses:
    """Processes that are waited for and ended together."""

    pid = 0

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for all."""
        for process in self._processes:
            process.wait(timeout)
        return 0

    def kill(self) -> None:
        """End all at once."""
        for process in self._processes:
            process.kill()


def started(
    module: str, connection: socket.socket, sockets: Path, *, folder: Path, complaints: BinaryIO
) -> "subprocess.Popen[bytes]":
    """Start a module of ours as a process of its own session, which is told its connection and a folder for sockets."""
    number = connection.fileno()
    return subprocess.Popen(  # noqa: S603 (our own module)
        # -P: a file of the project's folder must not stand in for a library
        [sys.executable, "-P", "-m", module, str(number), sockets],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        pass_fds=[number],
        start_new_session=True,
        env={**os.environ, **NOTEBOOK_ENVIRONMENT},
    )


def order_from(asked: socket.socket) -> dict[str, Any]:
    """Read an order that was asked for, and no byte more: what is said after it is for others."""
    with asked.makefile("rb", buffering=0) as told:
        order: dict[str, Any] = json.loads(told.readline())
    return order


def hang_up(connection: socket.socket) -> None:
    """Close a connection; whoever ends with it does so at once."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)  # wakes who waits, as closing would not
    connection.close()
