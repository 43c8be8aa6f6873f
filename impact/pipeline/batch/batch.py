"""A batch: its data are read once, its runs executed side by side, what is done already is left, and one file tells all."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from impact.data.kept import keep_frame
from impact.data.schema import read_schema
from impact.errors import ImpactError, Interrupted, StorageError
from impact.evaluation.plan import Plan
from impact.pipeline.batch.execute import CUT_OFF, Runs, runs_here
from impact.pipeline.batch.held_to_data import hold_to_data, whole_of
from impact.pipeline.batch.orders import Order, orders_of_grid, orders_of_table
from impact.pipeline.batch.record import BATCH, Batch, Headline, RunRecord, together
from impact.pipeline.beside_plan import facts_beside
from impact.pipeline.numbers import RESULTS
from impact.pipeline.parent_process import GRACE_S
from impact.pipeline.plan import read_plan
from impact.pipeline.run import code_hash
from impact.pipeline.snapshot import Snapshot
from impact.pipeline.store import CERTIFICATE, INSIDE, lock_of, locked, read_run, sweep

LOGS = "logs"
SHORT_WAIT_S = 0.2  # so that Ctrl-C is heard

Told = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How a batch is executed.

    Attributes
    ----------
    jobs : int
        Runs side by side.
    timeout_s : float, optional
        For each run.
    keep_going : bool
        Start further runs after one that failed.
    force : bool
        Make again what is done.
    fresh : bool
        New interpreters and ordinary kernels in place of forks.
    scheduler : str, optional
        Address of a Dask cluster that executes them.
    """

    jobs: int = 1
    timeout_s: float | None = None
    keep_going: bool = False
    force: bool = False
    fresh: bool = False
    scheduler: str | None = None

    @property
    def executed_by(self) -> str:
        """Say who executes, as batch.json does."""
        return self.scheduler or ("fresh" if self.fresh else "warm")


@dataclass
class _UnderWay:
    """What is known of a batch so far; written after each run."""

    folder: Path
    asked: Plan
    known: dict[str, Any]
    runs: dict[str, RunRecord]

    def write(self, **more: Any) -> Batch:
        runs, family = together(list(self.runs.values()), self.asked)
        batch = Batch(**{**self.known, **more}, runs=runs, family=family)
        batch.write(self.folder)
        return batch


def run_batch(
    plan_path: Path,
    orders: Sequence[Order],
    *,
    name: str | None = None,
    reports: Path,
    notebooks: Path,
    options: Options,
    tell: Told = lambda _: None,
) -> Batch:
    """Execute the runs of a batch that are not done yet.

    Parameters
    ----------
    plan_path : Path
    orders : sequence of Order
    name : str, optional
        Of the batch's folder under ``reports``, beside those of its runs: the plan's with ``-batch`` unless given.
    reports, notebooks : Path
    options : Options
    tell : callable
        Told of each run that ends, with the time that is left.

    Raises
    ------
    ImpactError
        What keeps all runs from starting; a run that fails is in the batch that is returned.
    """
    plan_path, reports, notebooks = plan_path.resolve(), reports.resolve(), notebooks.resolve()
    plan = read_plan(plan_path)
    name = plan.changed(name=name or f"{plan.name}-batch").name  # held to the rule of names
    folder = _folder(reports, name)
    code = code_hash(notebooks)
    with locked(reports, name), _work(reports, name) as work:
        snapshot = _read_once(plan_path, work, orders)
        _make(folder)
        batch = _UnderWay(
            folder,
            plan,
            {
                "name": name,
                "plan": plan_path.name,
                "inputs": dict(snapshot.hashes),
                "code": code,
                "started": _now(),
                "jobs": options.jobs,
                "executed_by": options.executed_by,
            },
            {one.name: _known(reports, one, snapshot, code, options=options) for one in orders},
        )
        batch.write()
        if kept := sum(run.resumed for run in batch.runs.values()):
            tell(
                f"kept {kept} of {len(orders)}: made before of the same data, plan, parameters and code"
            )
        common = {
            "command": "batch",
            "snapshot": snapshot.to_told(),
            "reports": str(reports),
            "notebooks": str(notebooks),
            "code": code,
            "side_by_side": options.jobs == 1,
        }
        open_orders = {
            one.name: {**common, "told": dict(one.told), "log": str(_log(folder, one.name))}
            for one in orders
            if batch.runs[one.name].status != "done"
        }
        stopped = _execute(batch, open_orders, work, options, tell)
        done = sum(run.status == "done" for run in batch.runs.values())
        if done < len(orders):
            tell(f"{done} of {len(orders)} are done; the same command goes on with the others")
        return batch.write(
            finished=_now(), exit_code=_exit_code(batch.runs.values(), stopped=stopped)
        )


def _folder(reports: Path, name: str) -> Path:
    """Return a batch's folder, which a batch may have made before; what is none stays."""
    reports.mkdir(parents=True, exist_ok=True)
    folder = reports / name
    if os.path.lexists(folder) and (folder.is_symlink() or not (folder / BATCH).is_file()):
        raise StorageError(
            f"{name}: something else of this name is in the reports folder, and stays; take --name"
        )
    return folder


def _make(folder: Path) -> None:
    (folder / LOGS).mkdir(mode=INSIDE, parents=True, exist_ok=True)
    folder.chmod(INSIDE)


def _log(folder: Path, name: str) -> Path:
    return folder / LOGS / f"{name}.log"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _work(reports: Path, name: str) -> Iterator[Path]:
    """Give a folder for copies and data, which is gone at the end; what a killed batch left goes first."""
    for stale in reports.glob(f".{name}.????????.work"):
        if not stale.is_symlink():
            shutil.rmtree(stale, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".work", dir=reports))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read_once(plan_path: Path, work: Path, orders: Sequence[Order]) -> Snapshot:
    """Copy plan and data, and read the data, once for all runs, which are held to them before any starts."""
    snapshot = Snapshot.of(plan_path, work / "inputs")
    whole = whole_of(snapshot.study({}))
    hold_to_data(whole, orders)
    if whole.from_moments:
        return snapshot
    kept = work / "kept"
    kept.mkdir()
    keep_frame(whole.data, kept)
    return replace(snapshot, kept=kept)


def _known(
    reports: Path, order: Order, snapshot: Snapshot, code: str, *, options: Options
) -> RunRecord:
    """Return a run's record: done, where the same data, plan, parameters and code gave a whole report before."""
    record = RunRecord(name=order.name, parameters=dict(order.told), status="not_started")
    if options.force or not (reports / order.name / CERTIFICATE).is_file():
        return record
    try:
        facts = read_run(reports / order.name)
    except ImpactError:
        return record
    study = snapshot.study(order.told)
    known_now = json.loads(json.dumps(facts_beside(study)))
    same = (
        facts.get("inputs") == dict(snapshot.hashes)
        and facts.get("parameters") == {"plan": snapshot.plan.name, **order.told}
        and facts.get("code") == code
        and known_now == {name: facts.get(name) for name in known_now}
    )
    return finished(record, reports, resumed=True) if same else record


def finished(record: RunRecord, reports: Path, *, resumed: bool = False) -> RunRecord:
    """Return the record of a run that is done, with what its folder says."""
    folder = reports / record.name
    facts = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
    results = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    told = results["headline"]
    headline = Headline(
        **{name: told[name] for name in ("outcome", "unit", "believed")},
        **{name: _finite(told[name]) for name in ("estimate", "conf_low", "conf_high", "p_value")},
        alpha=facts["plan"]["alpha"],
    )
    return record.model_copy(
        update={
            "status": "done",
            "exit_code": 0,
            "resumed": resumed,
            "seconds": facts["durations_s"]["total"],
            "cpu_seconds": facts["cpu_s"]["total"],
            "language": facts["plan"]["language"],
            "headline": headline,
            "rating": results["rating"]["values"]["steps"],
        }
    )


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _execute(
    batch: _UnderWay,
    orders: Mapping[str, dict[str, Any]],
    work: Path,
    options: Options,
    tell: Told,
) -> bool:
    """Execute orders, and write down each as it ends; return whether the user stopped them."""
    if not orders:
        return False
    waiting = iter(orders)
    under_way: dict[Future[dict[str, Any]], str] = {}
    pool = ThreadPoolExecutor(options.jobs)
    goes_on = True
    try:
        with _executing(options, work, lock_of(batch.folder)) as runs:
            while True:
                while goes_on and len(under_way) < options.jobs and (name := next(waiting, None)):
                    order = orders[name]
                    under_way[pool.submit(runs.carry_out, order, timeout_s=options.timeout_s)] = (
                        name
                    )
                if not under_way:
                    return False
                for future in wait(
                    under_way, timeout=SHORT_WAIT_S, return_when=FIRST_COMPLETED
                ).done:
                    name = under_way[future]
                    _note(batch, name, future.result(), orders[name])
                    del under_way[future]
                    goes_on = goes_on and (batch.runs[name].status == "done" or options.keep_going)
                    tell(
                        _progress(
                            batch, name, len(orders), options.jobs, len(under_way), goes_on=goes_on
                        )
                    )
    except KeyboardInterrupt:
        for name in under_way.values():
            batch.runs[name] = batch.runs[name].model_copy(update={"status": "stopped"})
        return True
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for name in under_way.values():  # their processes were ended with `runs`
            sweep(batch.folder.parent, name, patience_s=GRACE_S)


def _executing(options: Options, work: Path, lock: Path) -> Runs:
    if options.scheduler is None:
        return runs_here(fresh=options.fresh, folder=work)
    from impact.pipeline.batch.on_dask import DaskRuns

    return DaskRuns(options.scheduler, lock=lock)


def _note(batch: _UnderWay, name: str, status: Mapping[str, Any], order: Mapping[str, Any]) -> None:
    if status.get("error") in CUT_OFF:
        sweep(batch.folder.parent, name, patience_s=GRACE_S)
    log = {"log": str(Path(order["log"]).relative_to(batch.folder))}
    record = batch.runs[name].model_copy(update={**status, **log})
    batch.runs[name] = (
        finished(record, Path(order["reports"])) if status["status"] == "done" else record
    )
    batch.write()


def _progress(
    batch: _UnderWay, name: str, asked: int, jobs: int, under_way: int, *, goes_on: bool
) -> str:
    """Say which run ended, how, and how long those to come will take.

    They are taken to last as long as those done, side by side; a run that failed says nothing of that, as it may have
    failed at once.
    """
    run = batch.runs[name]
    ended = [one for one in batch.runs.values() if one.log is not None]
    to_come = asked - len(ended) if goes_on else under_way
    took = [one.seconds for one in ended if one.seconds is not None]
    how = "done" if run.status == "done" else f"failed, {run.reason}"
    rest = ""
    if to_come and took:
        rest = f"; about {_minutes(fmean(took) * to_come / min(jobs, to_come))} left"
    return f"{len(ended)} of {asked}: {name}: {how}{rest}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _exit_code(runs: Iterable[RunRecord], *, stopped: bool) -> int:
    if stopped:
        return Interrupted.exit_code
    codes = {run.exit_code or 1 for run in runs if run.status == "failed"}
    if not codes:
        return 0
    return codes.pop() if len(codes) == 1 else ImpactError.exit_code


def orders_of(plan_path: Path, *, grid: Sequence[str], table: Path | None) -> tuple[Order, ...]:
    """Return the runs that a grid or a table asks of a plan.

    Raises
    ------
    PlanError, SchemaError
    """
    plan = read_plan(plan_path)
    schema = read_schema(plan_path.resolve().parent / plan.data_schema)
    if table is not None:
        return orders_of_table(plan, schema, table)
    return orders_of_grid(plan, schema, grid)


def listed(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Return the runs of a batch as plain values."""
    return [{"name": one.name, "parameters": dict(one.told)} for one in orders]
