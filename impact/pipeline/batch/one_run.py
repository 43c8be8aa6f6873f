"""One run of a batch, in a process of its own: its log, its report, and a true word on how it ended."""

import json
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from impact.errors import ImpactError, StorageError
from impact.pipeline.execute import WarmParent
from impact.pipeline.hang_up import ending_with
from impact.pipeline.run import Manner, write_run
from impact.pipeline.snapshot import Snapshot
from impact.pipeline.store import building
from impact.pipeline.timings import Timings

PATIENCE_S = (
    15.0  # for the process of a run that was lost with its worker to be gone, and its lock with it
)


def answer(
    order: Mapping[str, Any], asked: socket.socket, *, executing: Callable[[Path], WarmParent]
) -> None:
    """Carry an order out and tell who asked how it ended; end with who asked."""
    with ending_with(asked), logged(Path(order["log"])) as log:
        try:
            _carried_out(order, executing, log)
            status: dict[str, Any] = {"status": "done", "exit_code": 0}
        except BaseException as problem:  # noqa: BLE001 (told, and this process ends)
            status = ended_by(problem)
            log(f"{status['error']}: {status['reason']}")
        asked.sendall(json.dumps(status).encode() + b"\n")


def _carried_out(
    order: Mapping[str, Any], executing: Callable[[Path], WarmParent], log: Callable[[str], None]
) -> None:
    snapshot = Snapshot.from_told(order["snapshot"])
    manner = Manner(
        executing,
        side_by_side=order["side_by_side"],
        code=order["code"],
    )
    timings = Timings(lambda name: log(f"done: {name}"))
    with building(Path(order["reports"]), order["told"]["name"], patience_s=PATIENCE_S) as folder:
        write_run(folder, snapshot, order["told"], Path(order["notebooks"]), timings, manner)


@contextmanager
def logged(path: Path) -> Iterator[Callable[[str], None]]:
    """Have this process, and what libraries print, write into a log; give what adds a line with its time."""
    began = time.monotonic()
    file = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    if not os.environ.get("IMPACT_DEBUG"):  # what libraries print may hold data values
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, sys.stdout.fileno())
        os.dup2(quiet, sys.stderr.fileno())

    def add(line: str) -> None:
        os.write(file, f"{time.monotonic() - began:8.2f} s  {line}\n".encode())

    try:
        yield add
    finally:
        os.close(file)


def ended_by(problem: BaseException) -> dict[str, Any]:
    """Say what ended a run: our own errors in their words, of others only the kind, as their texts may hold data values."""
    if os.environ.get("IMPACT_DEBUG"):
        traceback.print_exception(problem)
    kind = type(problem).__name__
    if isinstance(problem, ImpactError):
        code, reason = problem.exit_code, str(problem)
    elif isinstance(problem, OSError):
        code, reason = (
            StorageError.exit_code,
            f"{problem.strerror or kind}; check space and permissions",
        )
    else:
        code, reason = ImpactError.exit_code, f"unexpected {kind}; set IMPACT_DEBUG=1 to see where"
    return {"status": "failed", "exit_code": code, "error": kind, "reason": reason}
