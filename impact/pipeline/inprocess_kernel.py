"""A notebook's cells executed by the process that papermill is in: to papermill one more engine.

The shell, and all that writes down what cells show, are those of an ordinary kernel; only what that one sends through sockets
is kept here. So an executed notebook is the same, without a second process, threads, and messages between them. What a program
writes past Python, to the process's own output, is not kept.
"""

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import numpy as np
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

NAME = "impact-inprocess"
NO_WORDS = {"ename": "", "evalue": "", "traceback": []}  # they stand in the cell's output


class Kept(Session):  # type: ignore[misc]  # its package says nothing of types, as those of the classes below
    """Keeps the messages of a cell, where a kernel's session sends them through a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []

    def send(self, socket: None, what: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Keep a message, or one of a type with a content."""
        del socket
        self.messages.append(what if isinstance(what, dict) else self.msg(what, content))


class Stream(io.StringIO):
    """What cells print, kept as a kernel sends it: before something is shown, and at the end of a cell."""

    def __init__(self, name: str, kept: Kept) -> None:
        super().__init__()
        self._kind, self._kept = name, kept

    def flush(self) -> None:
        """Keep what was written since the last time."""
        if text := self.getvalue():
            self.seek(0)
            self.truncate()
            self._kept.send(None, "stream", {"name": self._kind, "text": text})


class Shell(ZMQInteractiveShell):
    """A kernel's shell, without the windows that an ordinary kernel could open."""

    compiler_class = Type(XCachingCompiler)

    def enable_gui(self, gui: str | None = None) -> None:
        """Take note of what shows pictures."""
        self.active_eventloop = gui


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Executes the cells of a notebook in the shell of this process, which is the notebook's alone."""

    def execute(self, **_: Any) -> NotebookNode:
        """Execute all cells, up to the first that fails."""
        self.reset_execution_trackers()
        # else all notebooks that are forked from one process would draw the same
        np.random.seed()  # noqa: NPY002
        self._shell, self._kept = shell(), Kept()
        self._shell.displayhook.session = self._shell.display_pub.session = self._kept
        streams = [Stream(name, self._kept) for name in ("stdout", "stderr")]
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = IPythonKernel.language_info
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Execute a cell and keep what it shows.

        Raises
        ------
        CellExecutionError
        """
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        cell.outputs, self.clear_before_next_output = [], False
        cell.execution_count = self._shell.execution_count
        with ended_after(self._get_timeout(cell)):
            result = self._shell.run_cell(cell.source, store_history=True)
        sys.stdout.flush()
        sys.stderr.flush()
        for message in self._kept.messages:
            self.process_message(message, cell, cell_index)
        self._kept.messages.clear()
        failed = not result.success or any(one.output_type == "error" for one in cell.outputs)
        if failed and "raises-exception" not in cell.metadata.get("tags", []):
            raise CellExecutionError.from_cell_and_msg(cell, NO_WORDS)
        return cell


@contextmanager
def ended_after(seconds: float | None) -> Iterator[None]:
    """Have the alarm kill this process, whatever it computes, if it does not leave the block in time."""
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class InProcess(Engine):  # type: ignore[misc]
    """To papermill an engine that executes a notebook here."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, execution_timeout: int | None = None, **_: Any
    ) -> None:
        """Execute a notebook that papermill looks after."""
        Client(nb_man, kernel_name=kernel_name, timeout=execution_timeout).execute()


def shell() -> Any:
    """Return the shell of this process."""
    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))


def ready() -> None:
    """Make this process, and those forked from it, what a kernel's is before its first cell; papermill knows it by `NAME`."""
    papermill_engines.register(NAME, InProcess)
    sys.path.insert(0, "")
    shell()
