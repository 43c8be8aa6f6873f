"""Have the notebooks of a run executed, each in processes of its own, and say truthfully how they ended."""

import builtins
import json
import socket
from collections.abc import Mapping
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

    def start(self, notebook: Path, output: Path, parameters: Mapping[str, Any]) -> "Execution":
        """Have a notebook executed."""
        order = {
            "notebook": str(notebook),
            "output": str(output),
            "parameters": dict(parameters),
            "folder": str(self._folder),
        }
        return Execution(notebook.stem, self.ask(order), self)


class FreshNotebooks(StartedAnew, WarmParent):
    """Notebooks executed without a fork: a new interpreter for papermill and an ordinary new kernel for each."""

    module = "impact.pipeline.fresh_notebook"


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
