"""The process of some notebooks: it takes orders from the run, has papermill execute them, and says truthfully how each ended.

papermill's own marks cannot certify a run: a killed kernel can leave a notebook that looks complete. So the last act for each
is to send a status; no status means that the notebook did not finish.
"""

import json
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from impact import errors
from impact.pipeline.forked_kernel import fork_kernels, leave
from impact.pipeline.hang_up import ending_with
from impact.pipeline.parent_process import order_from
from impact.pipeline.timings import cpu_seconds

CELL_TIMEOUT_S = 1200


def execute(run: socket.socket, *, sockets: Path) -> None:
    """Execute notebooks in kernels forked from this process, before it has a thread or a socket of a library."""
    begun = order_from(run)
    with ending_with(run):
        read_for_all(Path(begun["folder"]), **begun["told"])
    fork_kernels(begun["notebooks"], run)
    with ending_with(run):
        execute_in_turn(begun["notebooks"], run, sockets=sockets)
    leave()


def read_for_all(
    folder: Path, *, plan: str | None = None, results: str | None = None, **choices: Any
) -> None:
    """Read what all notebooks of an order are told to open; where they are told of nothing, nothing is imported for it."""
    if plan is not None and results is not None:
        from impact.pipeline.read_ahead import read_ahead

        read_ahead(folder / plan, Path(results), choices)


def execute_in_turn(notebooks: int, run: socket.socket, *, sockets: Path) -> None:
    """Take so many orders from the run, and send the status of each once it is executed."""
    with run.makefile() as orders:
        for _ in range(notebooks):
            with answered(run) as status:
                status.update(run_order(json.loads(orders.readline()), sockets=sockets))


@contextmanager
def answered(run: socket.socket) -> Iterator[dict[str, Any]]:
    """Give a status to fill, and send it at the end, however that comes."""
    status: dict[str, Any] = {}
    before = cpu_seconds()
    try:
        yield status
    except BaseException as problem:
        status |= {"outcome": "crashed", "name": type(problem).__name__}
        raise
    finally:
        status["cpu_s"] = cpu_seconds() - before
        run.sendall(json.dumps(status).encode() + b"\n")


def run_order(order: Mapping[str, Any], *, sockets: Path) -> dict[str, Any]:
    """Execute in this process; return the status. Our own errors keep their words, other texts may hold data values."""
    try:
        os.chdir(order["folder"])
        # sockets as files in a folder of this kernel's own: no open port, no clash with a kernel beside it
        own = tempfile.mkdtemp(dir=sockets)
        # and settings too: the user's own would run in it, and it would write into their history
        os.environ["IPYTHONDIR"] = f"{own}/ipython"
        papermill.execute_notebook(
            _as_written(order["notebook"]),
            _as_written(order["output"]),
            parameters=order["parameters"],
            request_save_on_cell_execute=False,  # once, at the end: an unfinished notebook is no use to a run
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_TIMEOUT_S,
            extra_arguments=["--HistoryManager.enabled=False"],
            config=Config(
                {
                    "KernelManager": {
                        "transport": "ipc",
                        "ip": f"{own}/kernel",
                        "connection_file": f"{own}/kernel.json",
                    }
                }
            ),
        )
    except papermill.PapermillExecutionError as problem:
        words = problem.evalue if hasattr(errors, problem.ename) else ""
        return {
            "outcome": "failed",
            "cell": problem.cell_index,
            "name": problem.ename,
            "words": words,
        }
    except DeadKernelError:
        return {"outcome": "kernel_died"}
    except CellTimeoutError:
        return {"outcome": "failed", "cell": "?", "name": "CellTimeoutError", "words": ""}
    except OSError as problem:
        return {"outcome": "storage", "name": type(problem).__name__}
    except RuntimeError as problem:
        if "Kernel" in str(problem):
            return {"outcome": "kernel_died"}
        raise
    return {"outcome": "done"}


def _as_written(path: str) -> str:
    """Have papermill take a path as it is: it fills what stands in braces with parameters."""
    return path.replace("{", "{{").replace("}", "}}")
