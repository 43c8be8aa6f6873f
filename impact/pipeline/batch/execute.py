"""Who executes the runs of a batch: processes of this machine, forked from one or started anew."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from impact.errors import RunError
from impact.pipeline.parent_process import ParentProcess, StartedAnew, hang_up

CUT_OFF = frozenset({"Lost", "TimeLimit"})
"""Errors of runs that could say and clear away nothing themselves."""
ENDED_SILENTLY = "its process ended without a word, most likely for want of memory; take fewer --jobs or a smaller sample"


class Runs(Protocol):
    """Whatever carries orders out, several at once."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """End, and with it all that is under way."""

    def carry_out(self, order: Mapping[str, Any], *, timeout_s: float | None) -> dict[str, Any]:
        """Carry one out, and return its status: ``status, exit_code, error, reason``."""


class WarmRuns(ParentProcess):
    """Runs forked from one process that has imported all that they need."""

    module = "impact.pipeline.host"

    def carry_out(self, order: Mapping[str, Any], *, timeout_s: float | None) -> dict[str, Any]:
        """Carry an order out in a process of its own."""
        return status_told(self.ask(order), timeout_s=timeout_s)


class FreshRuns(StartedAnew, WarmRuns):
    """Runs in new interpreters, whose notebooks have interpreters and kernels of their own."""

    module = "impact.pipeline.batch.fresh_run"


def runs_here(*, fresh: bool, folder: Path) -> Runs:
    """Return what executes runs on this machine: forked ones, unless new ones are asked for or nothing can be forked."""
    return FreshRuns(folder=folder) if fresh or not hasattr(os, "fork") else WarmRuns(folder=folder)


def status_told(asked: socket.socket, *, timeout_s: float | None) -> dict[str, Any]:
    """Wait for a run's status; a run that takes too long is stopped with all its processes."""
    asked.settimeout(timeout_s)
    try:
        told = asked.makefile().readline()
    except TimeoutError:
        return failed("TimeLimit", f"not finished after {timeout_s:g} s; it was stopped")
    except (ConnectionError, ValueError, OSError):
        told = ""
    finally:
        hang_up(asked)
    status: dict[str, Any] = json.loads(told) if told else failed("Lost", ENDED_SILENTLY)
    return status


def failed(error: str, reason: str) -> dict[str, Any]:
    """Return the status of a run that could say nothing itself."""
    return {"status": "failed", "exit_code": RunError.exit_code, "error": error, "reason": reason}
