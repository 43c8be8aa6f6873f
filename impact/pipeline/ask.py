"""Ask for a run as the command line does: one process carries it out, and tells of each step and of the end.

Nothing heavy is imported here, so that a command costs one import of what a run needs: that of the process it asks.
"""

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from impact import errors
from impact.errors import ImpactError, RunError, StorageError
from impact.pipeline.parent_process import ParentProcess
from impact.pipeline.timings import Step, cpu_seconds

TIDY_S = 15.0  # for a run that is stopped to end its notebooks and to take its folder away
STOP = b"."  # said on the connection by who wants a run no longer
Ending = dict[str, Any]
"""``status``, of a run that is done ``said``, else ``error, exit_code, reason``."""


@dataclass(frozen=True)
class Asked:
    """A run as it is asked for.

    Attributes
    ----------
    plan : str
        The plan's file, or its workbook, from the working folder.
    reports : str
    notebooks : str, optional
        The project's, or those beside the package, unless given.
    changes : Mapping
        As of `impact.pipeline.run.run`.
    blind : bool
        Begin blind cleaning.
    """

    plan: str
    reports: str
    notebooks: str | None
    changes: Mapping[str, Any]
    blind: bool


@dataclass(frozen=True)
class Told:
    """Who is told of each step that is done, and of what is to be known besides."""

    step: Step
    warn: Callable[[str], None]


class Host(ParentProcess):
    """The process that a run is forked from; leaving it, or dying, ends the run."""

    module = "impact.pipeline.host"


def run_apart(asked: Asked, *, told: Told) -> tuple[str, ...]:
    """Have a run carried out by a process that imports once what it needs, and return what is to be said of it, by line.

    Parameters
    ----------
    asked : Asked
    told : Told

    Raises
    ------
    ImpactError
        That which ended the run, in its own words.
    KeyboardInterrupt
        After the run has ended and left nothing.
    """
    with Host(folder=Path.cwd()) as host:
        order = {**asdict(asked), "command": "run", "front_cpu_s": cpu_seconds()}
        connection = host.ask(order)
        hears = {"step": told.step, "warning": told.warn}
        with connection.makefile() as lines:
            try:
                ending = _ended(lines, hears)
            except KeyboardInterrupt:
                ending = _stopped(connection, lines, hears)
        if ending is None:
            raise RunError(
                f"the run's process ended without a word ({host.last_words()}), most likely for want of memory; close other "
                "programs or use a smaller sample"
            )
    if ending["status"] != "done":
        raise _error_of(ending)
    return tuple(ending["said"])


def _ended(lines: Iterable[str], hears: Mapping[str, Callable[[str], None]]) -> Ending | None:
    """Hear what a run tells, and return how it ended; none when it ended without a word."""
    for line in lines:
        told: Ending = json.loads(line)
        if "status" in told:
            return told
        for kind, words in told.items():
            hears[kind](words)
    return None


def _stopped(
    connection: socket.socket, lines: Iterable[str], hears: Mapping[str, Callable[[str], None]]
) -> Ending:
    """Have a run end by itself, and return how it did: it may have been done just then; else it was stopped, whatever broke."""
    told = None
    with suppress(OSError, ValueError):  # it is gone, or what it said last is torn
        connection.sendall(STOP)
        connection.settimeout(TIDY_S)
        told = _ended(lines, hears)
    if told is not None and told["status"] == "done":
        return told
    return {"status": "failed", "error": KeyboardInterrupt.__name__}


def _error_of(ending: Ending) -> BaseException:
    """Return the error that ended a run, of its class where it is one of ours."""
    if ending["error"] == KeyboardInterrupt.__name__:
        return KeyboardInterrupt()
    kind = getattr(errors, ending["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, ImpactError)):
        kind = StorageError if ending["exit_code"] == StorageError.exit_code else ImpactError
    return kind(ending["reason"])
