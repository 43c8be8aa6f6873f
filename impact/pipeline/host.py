"""The process that runs are forked from, with all that they need imported once.

A command imports next to nothing; what it asks for is done here. Each run is a process of its own, and has a process of its own
that its notebooks are forked from; nothing passes between runs::

    impact run   -- host --- run -- notebooks' parent -+- lane -- notebooks
                                                       +- lane -- notebooks
    impact batch -- host -+- run -- notebooks' parent -+- ...
                          +- run -- ...

The notebooks' parent is forked before the run has done anything, so that it has neither threads nor sockets of libraries.
Every process ends with the one that asked for it, as `hang_up` says.
"""

import os
import shutil
import socket
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NoReturn, Self

from impact.pipeline.execute import WarmParent
from impact.pipeline.forked import fork, leave
from impact.pipeline.hang_up import ending_with
from impact.pipeline.parent_process import Process, order_from
from impact.pipeline.timings import cpu_seconds
from impact.pipeline.warm_parent import (
    IMPORTED_ONCE,
    execute_notebooks,
    import_once,
    next_child,
)

ANSWERS = {"batch": "impact.pipeline.batch.one_run", "run": "impact.pipeline.asked_run"}
"""Who carries an order out, by the command that gives it."""
OF_RUNS = (
    *ANSWERS.values(),
    "babel.messages.pofile",
    "fontTools.subset",
    "pypandoc",
    "pypdfium2",
    "typst",
    "xlsxwriter",
)


def main() -> None:
    """Entry of the process: the number of the connection to the command, and a folder for what kernels need."""
    command, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(command):
        import_once((*IMPORTED_ONCE, *OF_RUNS), hash_code)
    spent = cpu_seconds()
    asked = next_child(command)
    if asked is None:
        shutil.rmtree(sockets, ignore_errors=True)
        leave()
    with tempfile.TemporaryFile() as complaints:
        parent = ForkedParent.fork(asked, sockets, complaints)
        order = order_from(asked) | {"host_cpu_s": spent}
        answer = import_module(ANSWERS[order["command"]]).answer
        answer(order, asked, executing=parent.within)
    leave()


def hash_code() -> None:
    """Have the code hashed by which runs find what others have made."""
    from impact.pipeline.made_before import computed_by

    computed_by()


class ForkedParent(WarmParent):
    """The parent of a run's notebooks, forked from the run's process instead of started."""

    def __init__(
        self, *, process: Process, connection: socket.socket, sockets: Path, complaints: BinaryIO
    ) -> None:
        self._process, self._connection = process, connection
        self._sockets, self._complaints = sockets, complaints
        self._asked: list[socket.socket] = []
        self.cpu_s = 0.0
        self._leave = self._end_all

    def within(self, folder: Path) -> Self:
        """Have notebooks executed in a folder."""
        self._folder = folder
        return self

    def __enter__(self) -> Self:
        return self

    def _end_all(self) -> None:
        self._end()
        shutil.rmtree(self._sockets, ignore_errors=True)

    @classmethod
    def fork(cls, asked: socket.socket, sockets: Path, complaints: BinaryIO) -> "ForkedParent":
        """Fork it while this process has one thread; there, serve the run and leave never."""
        own = Path(tempfile.mkdtemp(dir=sockets))

        def serve(run: socket.socket) -> NoReturn:
            os.setsid()
            os.dup2(complaints.fileno(), sys.stderr.fileno())
            execute_notebooks(run, own)
            os._exit(0)

        process = fork(serve, held=[asked])
        return cls(
            process=process, connection=process.connection, sockets=own, complaints=complaints
        )


if __name__ == "__main__":
    main()
