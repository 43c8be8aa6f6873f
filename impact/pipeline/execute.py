"""Have the notebooks of a run executed, each in processes of its own, and say truthfully how they ended."""

import builtins
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from impact import errors
from impact.errors import ImpactError, KernelDiedError, NotebookError, RunError, StorageError
from impact.pipeline.timings import cpu_seconds

NOTEBOOK_TIMEOUT_S = 3600
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


class WarmParent:
    """The process that a run's notebooks are forked from; leaving it, or dying, ends all of them.

    Attributes
    ----------
    cpu_s : float
        Processor seconds of this process and of all that it forked, known once it is left.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._executions: list[Execution] = []
        self.cpu_s = 0.0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._complaints = stack.enter_context(tempfile.TemporaryFile())
            self._sockets = Path(
                tempfile.mkdtemp(prefix="impact-")
            )  # Unix sockets want a short path
            stack.callback(shutil.rmtree, self._sockets, ignore_errors=True)
            self._connection, theirs = socket.socketpair()
            stack.enter_context(self._connection)
            with theirs:
                self._process = self._started(theirs)
            stack.callback(self._end)
            self._leave = stack.pop_all().close
        return self

    def _started(self, theirs: socket.socket) -> "subprocess.Popen[bytes]":
        number = theirs.fileno()
        return subprocess.Popen(  # noqa: S603 (our own module)
            # -P: a file of the project's folder must not stand in for a library
            [sys.executable, "-P", "-m", "impact.pipeline.warm_parent", str(number), self._sockets],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            pass_fds=[number],
            start_new_session=True,
            env={**os.environ, **NOTEBOOK_ENVIRONMENT},
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
        for execution in self._executions:
            execution.stop()
        before = cpu_seconds()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.cpu_s = cpu_seconds() - before

    def start(self, notebook: Path, output: Path, parameters: Mapping[str, Any]) -> "Execution":
        """Have a notebook executed."""
        ours, theirs = socket.socketpair()
        order = {"notebook": str(notebook), "output": str(output), "parameters": dict(parameters)}
        with theirs, suppress(OSError):  # a process that has ended is told of when it is waited for
            socket.send_fds(self._connection, [b"."], [theirs.fileno()])
            ours.sendall(json.dumps(order).encode() + b"\n")
        execution = Execution(notebook.stem, ours, self)
        self._executions.append(execution)
        return execution

    def last_words(self) -> str:
        """Return the name of the last error that a process complained of; texts may hold data values."""
        text = os.pread(self._complaints.fileno(), 1 << 20, 0).decode(errors="replace")
        lines = text.strip().splitlines()
        return lines[-1].split(":")[0] if lines else "no reason given"


class Execution:
    """A notebook being executed; `wait` returns or raises, `stop` ends it with its kernel."""

    def __init__(self, name: str, connection: socket.socket, parent: WarmParent) -> None:
        self._name, self._connection, self._parent = name, connection, parent

    def wait(self) -> float:
        """Wait for the end; return the processor seconds of papermill and the kernel.

        Raises
        ------
        NotebookError, KernelDiedError, RunError, StorageError
        """
        self._connection.settimeout(NOTEBOOK_TIMEOUT_S)
        try:
            told = self._connection.makefile().readline()
        except TimeoutError:
            raise RunError(
                f"{self._name}: not finished after {NOTEBOOK_TIMEOUT_S} s; it was stopped"
            ) from None
        except ConnectionError:
            told = ""
        finally:
            self.stop()
        status = json.loads(told or '{"outcome": "crashed"}')
        if status["outcome"] == "crashed":
            why = status.get("name") or self._parent.last_words()
            raise RunError(f"{self._name}: its process ended without a word ({why})")
        if status["outcome"] != "done":
            raise _error_of(self._name, status)
        return float(status["cpu_s"])

    def stop(self) -> None:
        """Hang up; the notebook's process and its kernel end at once, if they have not ended by themselves."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)  # wakes who waits, as closing would not
        self._connection.close()


def _error_of(stem: str, status: Mapping[str, Any]) -> ImpactError:
    if status["outcome"] == "kernel_died":
        return KernelDiedError(
            f"{stem}: the kernel died, most likely for want of memory; close other programs or use a smaller sample"
        )
    if status["outcome"] == "storage":
        return StorageError(
            f"{stem}: its output could not be written ({status['name']}); check space and permissions"
        )
    if issubclass(getattr(builtins, status["name"], type), OSError):
        return StorageError(
            f"{stem}: a file could not be written ({status['name']}); check space and permissions"
        )
    kind = getattr(errors, status["name"], None)
    if isinstance(kind, type) and issubclass(kind, ImpactError):
        return kind(f"{stem}, cell {status['cell']}: {status['words']}")
    return NotebookError(
        f"{stem}, cell {status['cell']}: {status['name']}; run the notebook in JupyterLab to see more"
    )
