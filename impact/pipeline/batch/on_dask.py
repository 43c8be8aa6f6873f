"""Runs of a batch on a running Dask cluster, whose workers see the same folders and have the same code.

A worker keeps a process of its own that runs are forked from. A run that is lost with its worker is given to another one by
the scheduler; it waits there until the lost one's processes are gone, so that two never write one report. Workers hold the
batch's lock against its death: a batch that was killed holds it no more, and its runs stop.
"""

import fcntl
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self

from impact.errors import RunError, UsageError
from impact.pipeline.batch.execute import WarmRuns, failed, status_told
from impact.pipeline.parent_process import hang_up
from impact.pipeline.run import code_hash

ANSWER_S = 10  # for a scheduler to answer
LOOK_AGAIN_S = 0.5  # whether the batch is still there


class DaskRuns:
    """A cluster that carries orders out, each on one of its workers."""

    def __init__(self, address: str, *, lock: Path) -> None:
        self._address, self._lock = address, lock

    def __enter__(self) -> Self:
        self._client = client_of(self._address)
        return self

    def __exit__(self, *problem: object) -> None:
        with suppress(Exception):  # a cluster that is gone needs no end
            self._client.run(end_hosts)
        self._client.close()

    def carry_out(self, order: Mapping[str, Any], *, timeout_s: float | None) -> dict[str, Any]:
        """Have a worker carry an order out; given to another one where a worker is lost."""
        from asyncio import CancelledError
        from concurrent.futures import CancelledError as Cancelled

        asked = self._client.submit(
            on_worker, dict(order), timeout_s, str(self._lock), pure=False, retries=0
        )
        try:
            status: dict[str, Any] = asked.result()
        except (_distributed().KilledWorker, CancelledError, Cancelled, OSError) as problem:
            return failed(
                "Lost", f"no worker of the cluster finished it ({type(problem).__name__})"
            )
        return status


def client_of(address: str) -> Any:
    """Return a client of a running scheduler.

    Raises
    ------
    UsageError
        Without the package.
    RunError
        When nobody answers.
    """
    try:
        return _distributed().Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError):
        raise RunError(
            f"--scheduler: nobody answers at that address within {ANSWER_S} s; start dask scheduler, or check tcp://host:port"
        ) from None


def _distributed() -> Any:
    """Import what only a cluster needs, and whose types are nobody's here."""
    try:
        return import_module("distributed")
    except ModuleNotFoundError:
        raise UsageError(
            "--scheduler: needs the package distributed, which is not installed; pip install distributed"
        ) from None


def threads_of(address: str) -> int:
    """Return how many runs a cluster carries out at once."""
    client = client_of(address)
    try:
        return max(1, sum(map(int, client.nthreads().values())))
    finally:
        client.close()


_hosts: list[WarmRuns] = []
_hosts_lock = Lock()


def on_worker(order: dict[str, Any], timeout_s: float | None, lock: str) -> dict[str, Any]:
    """Carry an order out in this worker, in a process of its own, as long as its batch is there."""
    if code_hash(Path(order["notebooks"])) != order["code"]:
        return failed(
            "OtherCode", "a worker has another version of impact or of the notebooks; update it"
        )
    with _hosts_lock:
        if not _hosts:
            host = WarmRuns(folder=Path(order["reports"]))
            host.__enter__()
            _hosts.append(host)
        asked = _hosts[0].ask(order)
    ended: list[bool] = []

    def end_with_batch() -> None:
        while not ended and _is_held(lock):
            time.sleep(LOOK_AGAIN_S)
        if not ended:
            hang_up(asked)

    Thread(target=end_with_batch, daemon=True).start()
    try:
        return status_told(asked, timeout_s=timeout_s)
    finally:
        ended.append(True)


def end_hosts() -> None:
    """End, in this worker, the process that runs are forked from, and all of them."""
    with _hosts_lock:
        while _hosts:
            _hosts.pop().__exit__(None, None, None)


def _is_held(lock: str) -> bool:
    """Whether somebody, who can only be the batch, holds a lock."""
    with suppress(OSError), Path(lock).open("r") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    return True
