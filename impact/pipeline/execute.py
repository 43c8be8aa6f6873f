"""Have the notebooks of a run executed, each in a process of its own, and say truthfully how they ended."""

import builtins
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from impact import errors
from impact.errors import ImpactError, KernelDiedError, NotebookError, RunError, StorageError
from impact.pipeline.parent_process import ParentProcess, StartedAnew, hang_up

NOTEBOOK_TIMEOUT_S = 3600


class Complaining(Protocol):
    """Whoever knows the last error of processes that ended without a word."""

    def last_words(self) -> str:
        """Return its name."""


class WarmParent(ParentProcess):
    """The process that a run's notebooks are forked from; leaving it, or dying, ends all of them."""

    module = "impact.pipeline.warm_parent"

    def begin(self, notebooks: int, *, told: Mapping[str, Any] | None = None) -> "Lane":
        """Have a process begun that executes so many notebooks, one after the other.

        Parameters
        ----------
        notebooks : int
        told : Mapping, optional
            Parameters of all of them: the study that they tell of is read once.
        """
        order = {"notebooks": notebooks, "folder": str(self._folder), "told": dict(told or {})}
        return Lane(self.ask(order), folder=self._folder, parent=self)


class FreshNotebooks(StartedAnew, WarmParent):
    """Notebooks executed without a fork: a new interpreter for papermill, and an ordinary new kernel for each."""

    module = "impact.pipeline.fresh_notebook"


class Lane:
    """Notebooks that are executed in turn, each in a kernel of its own."""

    def __init__(self, connection: socket.socket, *, folder: Path, parent: Complaining) -> None:
        self._connection, self._folder, self._parent = connection, folder, parent
        self._told = connection.makefile()

    def execute(self, notebook: Path, output: Path, parameters: Mapping[str, Any]) -> float:
        """Have a notebook executed; return the processor seconds of papermill and the kernel.

        Raises
        ------
        NotebookError, KernelDiedError, RunError, StorageError
            Then the lane's process and all that it forked are ended, and no other notebook can follow.
        """
        order = {
            "notebook": str(notebook),
            "output": str(output),
            "parameters": dict(parameters),
            "folder": str(self._folder),
        }
        try:
            return self._ended(notebook.stem, self._answer(notebook.stem, order))
        except BaseException:
            self.stop()
            raise

    def _answer(self, name: str, order: Mapping[str, Any]) -> str:
        self._connection.settimeout(NOTEBOOK_TIMEOUT_S)
        with suppress(BrokenPipeError):  # whoever has ended is told of by its silence
            self._connection.sendall(json.dumps(order).encode() + b"\n")
        try:
            return self._told.readline()
        except TimeoutError:
            raise RunError(
                f"{name}: not finished after {NOTEBOOK_TIMEOUT_S} s; it was stopped"
            ) from None
        except ConnectionError:
            return ""

    def _ended(self, name: str, told: str) -> float:
        status = json.loads(told or '{"outcome": "crashed"}')
        if status["outcome"] == "crashed":
            why = status.get("name") or self._parent.last_words()
            raise RunError(f"{name}: its process ended without a word ({why})")
        if status["outcome"] != "done":
            raise _error_of(name, status)
        return float(status["cpu_s"])

    def stop(self) -> None:
        """Hang up; the lane's process and all of its notebooks end at once, if they have not ended by themselves."""
        self._told.close()
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
