"""Have the notebooks of a run executed, each in processes of its own, and say truthfully how they ended."""

import builtins
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from impact import errors
from impact.errors import ImpactError, KernelDiedError, NotebookError, RunError, StorageError
from impact.pipeline.parent_process import ParentProcess, Process, hang_up, started_for

NOTEBOOK_TIMEOUT_S = 3600


class Complaining(Protocol):
    """Whoever knows the last error of processes that ended without a word."""

    def last_words(self) -> str:
        """Return its name."""


class WarmParent(ParentProcess):
    """The process that a run's notebooks are forked from; leaving it, or dying, ends all of them."""

    def __init__(self, *, folder: Path) -> None:
        super().__init__("impact.pipeline.warm_parent", folder=folder)

    def start(self, notebook: Path, output: Path, parameters: Mapping[str, Any]) -> "Execution":
        """Have a notebook executed."""
        return Execution(notebook.stem, self.ask(_order(notebook, output, parameters)), self)


class FreshNotebooks(WarmParent):
    """Notebooks executed without a fork: a new interpreter for papermill and an ordinary new kernel for each."""

    def __enter__(self) -> Self:
        self._started: list[Process] = []
        return super().__enter__()

    def _begun(self, theirs: socket.socket) -> Process:
        del theirs  # nobody is asked to fork
        return SeveralProcesses(self._started)

    def ask(self, order: Mapping[str, Any]) -> socket.socket:
        """Start a process for an order."""
        process, ours = started_for(
            order, "impact.pipeline.fresh_notebook", self._sockets,
            folder=self._folder, complaints=self._complaints,
        )  # fmt: skip
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


def _order(notebook: Path, output: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"notebook": str(notebook), "output": str(output), "parameters": dict(parameters)}


class Execution:
    """A notebook being executed; `wait` returns or raises, `stop` ends it with its kernel."""

    def __init__(self, name: str, connection: socket.socket, parent: Complaining) -> None:
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
        hang_up(self._connection)


def _error_of(stem: str, status: Mapping[str, Any]) -> ImpactError:
    if status["outcome"] == "kernel_died":
        return KernelDiedError(
            f"{stem}: the kernel died, most likely for want of memory; close other programs or use a smaller sample"
        )
    if status["outcome"] == "storage":
        return StorageError(
            f"{stem}: its output could not be written ({status['name']}); check space and permissions"
        )
    if status["name"] == "MemoryError":
        return KernelDiedError(
            f"{stem}, cell {status['cell']}: not enough memory; close other programs or use a smaller sample"
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
