"""The process of some notebooks: it takes orders from the run, has papermill execute them, and says truthfully how each ended.

papermill's own marks cannot certify a run: a killed kernel can leave a notebook that looks complete. So the last act for each
is to send a status; no status means that the notebook did not finish.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from impact import errors
from impact.pipeline.timings import cpu_seconds

CELL_TIMEOUT_S = 1200
TOOK_TOO_LONG = {"outcome": "failed", "cell": "?", "name": CellTimeoutError.__name__, "words": ""}
KERNEL_DIED = {"outcome": "kernel_died"}


def execute_next(
    orders: TextIO, run: socket.socket, execute: Callable[[dict[str, Any]], Mapping[str, Any]]
) -> None:
    """Take an order from the run, and send its status once it is executed, however that ends."""
    status: dict[str, Any] = {}
    before = cpu_seconds()
    try:
        status |= execute(json.loads(orders.readline()))
    except BaseException as problem:
        status |= {"outcome": "crashed", "name": type(problem).__name__}
        raise
    finally:
        status["cpu_s"] = cpu_seconds() - before
        run.sendall(json.dumps(status).encode() + b"\n")


def run_order(order: Mapping[str, Any], **manner: Any) -> dict[str, Any]:
    """Have papermill execute a notebook; return the status. Our own errors keep their words, other texts may hold data values.

    Parameters
    ----------
    order : mapping
    **manner
        What papermill is told of engine and kernel.
    """
    try:
        os.chdir(order["folder"])
        executed = papermill.execute_notebook(
            _as_written(order["notebook"]),
            _as_written(order["output"]),
            parameters=order["parameters"],
            request_save_on_cell_execute=False,  # once, at the end: an unfinished notebook is no use to a run
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_TIMEOUT_S,
            record_timing=False,
            **manner,
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
        return KERNEL_DIED
    except CellTimeoutError:
        return TOOK_TOO_LONG
    except OSError as problem:
        return {"outcome": "storage", "name": type(problem).__name__}
    except RuntimeError as problem:
        if "Kernel" in str(problem):
            return KERNEL_DIED
        raise
    return _how_it_ended(executed)


def _how_it_ended(notebook: NotebookNode) -> dict[str, Any]:
    """Of a notebook that papermill lets pass: a cell that failed without showing an error stopped it all the same."""
    failed = (
        number for number, cell in enumerate(notebook.cells) if cell.metadata.papermill.exception
    )
    cell = next(failed, None)
    if cell is None:
        return {"outcome": "done"}
    return {"outcome": "failed", "cell": cell, "name": "CellExecutionError", "words": ""}


def _as_written(path: str) -> str:
    """Have papermill take a path as it is: it fills what stands in braces with parameters."""
    return path.replace("{", "{{").replace("}", "}}")
