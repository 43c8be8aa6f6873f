"""The process of the notebooks of a lane: it reads their study once, forks a process for each, and tells how each ended.

Those are forked before there is a thread here, and wait. In turn each is told its notebook, which it executes whole, papermill
and cells, and ends; whatever kills it, this process lives to tell.
"""

import json
import os
import signal
import socket
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from impact.pipeline import inprocess_kernel
from impact.pipeline.forked import Forked, fork, leave
from impact.pipeline.hang_up import ending_with
from impact.pipeline.notebook_process import (
    KERNEL_DIED,
    TOOK_TOO_LONG,
    execute_next,
    run_order,
)
from impact.pipeline.parent_process import order_from


def execute(run: socket.socket, *, sockets: Path) -> None:
    """Execute the notebooks of a lane in turn; return never."""
    begun = order_from(run)
    with ending_with(run):
        read_for_all(Path(begun["folder"]), **begun["told"])
        # of their own: the user's settings would run in them, and they would write into the user's history
        os.environ["IPYTHONDIR"] = tempfile.mkdtemp(dir=sockets)
        inprocess_kernel.ready()
    waiting: list[Forked] = []
    for _ in range(begun["notebooks"]):
        waiting.append(fork(one_notebook, held=[run, *(other.connection for other in waiting)]))
    with ending_with(run), run.makefile() as orders:
        for notebook in waiting:
            execute_next(orders, run, partial(executed_by, notebook))
    leave()


def read_for_all(
    folder: Path, *, plan: str | None = None, results: str | None = None, **choices: Any
) -> None:
    """Read what all notebooks of an order are told to open; where they are told of nothing, nothing is imported for it."""
    if plan is not None and results is not None:
        from impact.pipeline.read_ahead import read_ahead

        read_ahead(folder / plan, Path(results), choices)


def one_notebook(lane: socket.socket) -> None:
    """Wait for a notebook, execute it, and tell how that ended."""
    with ending_with(lane), lane.makefile() as orders:
        execute_next(orders, lane, partial(run_order, engine_name=inprocess_kernel.NAME))


def executed_by(notebook: Forked, order: dict[str, Any]) -> dict[str, Any]:
    """Have a waiting process execute its notebook, and return the status once it is gone."""
    told = b""
    with (
        notebook.connection as connection
    ):  # closed once that is gone, which hanging up would end, and all with it
        with suppress(ConnectionError):
            connection.sendall(json.dumps(order).encode() + b"\n")
            told = notebook.told()
        ended = notebook.wait()
    if told:
        status: dict[str, Any] = json.loads(told)
        return status
    return TOOK_TOO_LONG if ended == -signal.SIGALRM else KERNEL_DIED
