"""A run as the command line asks for it, carried out: the plan's file, the run, the index, and what is said at the end."""

import json
import os
import signal
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from threading import Thread
from typing import Any

from impact.errors import ImpactError, StorageError
from impact.pipeline.ask import Asked, Told
from impact.pipeline.batch.one_run import ended_by
from impact.pipeline.blinding import begin_blind
from impact.pipeline.earlier_runs import warnings_of
from impact.pipeline.execute import WarmParent
from impact.pipeline.hang_up import ending_with
from impact.pipeline.plan_workbook import plan_file
from impact.pipeline.run import Manner, Run, notebooks_folder, run_as
from impact.pipeline.site import write_index
from impact.pipeline.timings import Timings
from impact.reporting.proposal.speech import Speech
from impact.reporting.words.register import said

SMALL = 100  # below it an effect is written with four digits


def answer(
    order: Mapping[str, Any], asked: socket.socket, *, executing: Callable[[Path], WarmParent]
) -> None:
    """Carry an order out and tell who asked of each step and of the end; end with who asked, or when told to stop."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before_s = order["front_cpu_s"] + order["host_cpu_s"]
    run = Asked(**{field.name: order[field.name] for field in fields(Asked)})

    def tell(**words: Any) -> None:
        asked.sendall(json.dumps(words).encode() + b"\n")

    with ending_with(asked):
        try:
            Thread(target=_stop_when_told, args=(asked,), daemon=True).start()
            lines = carried_out(
                run,
                Manner(executing),
                before_s=before_s,
                told=Told(lambda name: tell(step=name), lambda line: tell(warning=line)),
            )
            status: dict[str, Any] = {"status": "done", "said": lines}
        except BaseException as problem:  # noqa: BLE001 (told, and this process ends)
            status = ended_by(problem)
            if os.environ.get("IMPACT_DEBUG") and not isinstance(problem, ImpactError):
                tell(warning=traceback.format_exc())
        tell(**status)


def _stop_when_told(asked: socket.socket) -> None:
    if asked.recv(1):
        os.kill(os.getpid(), signal.SIGINT)


def carried_out(
    asked: Asked, manner: Manner, *, told: Told, before_s: float = 0.0
) -> tuple[str, ...]:
    """Carry a run out, and return what is to be said of it, by line.

    Parameters
    ----------
    asked : Asked
    manner : Manner
        How its notebooks are executed.
    told : Told
    before_s : float
        Processor seconds that other processes have spent on it.

    Raises
    ------
    ImpactError
        As `impact.pipeline.run.run`.
    """
    file, reports = plan_file(Path(asked.plan)), Path(asked.reports)
    if asked.blind:
        for line in warnings_of(begin_blind(file, reports=reports).earlier, of="blind cleaning"):
            told.warn(line)
    done = run_as(
        manner,
        file,
        reports=reports,
        notebooks=notebooks_folder() if asked.notebooks is None else Path(asked.notebooks),
        changes=asked.changes,
        timings=Timings(told.step, before_s),
    )
    try:
        write_index(reports)
    except StorageError as problem:
        told.warn(f"impact: {problem}; the run itself is finished")
    return _said(done)


def _said(done: Run) -> tuple[str, ...]:
    """Say what a finished run found and wrote, in the language of its plan."""
    speech = Speech.of(done.language)
    blind = speech.t("BLIND: treatment exchanged at random, no figure is a finding")
    return (
        *((blind,) if done.headline["blind"] else ()),
        headline(done.headline, speech),
        *(f"  {done.folder / name}" for name in done.outputs),
    )


def headline(values: Mapping[str, Any], speech: Speech) -> str:
    """Say the headline; four digits of a small number, whole ones of another."""
    t, f = speech.t, speech.f

    def number(value: float | None) -> str:
        if value is None:
            return t("unbounded")
        return f.significant(value, 4) if abs(value) < SMALL else f.number(value)

    return t(
        "{outcome} ({unit}): effect {estimate}, interval {low} to {high} ({believed}), smallest detectable {smallest}",
        outcome=values["outcome"],
        unit=values["unit"],
        estimate=number(values["estimate"]),
        low=number(values["conf_low"]),
        high=number(values["conf_high"]),
        believed=said(t, "short_inference", values["believed"]),
        smallest=number(values["smallest_detectable"]),
    )
