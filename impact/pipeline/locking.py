"""Lock a plan: write once, beside it, what it says and what is known on that day; and what a run tells of it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import impact
from impact.errors import LockError, PlanError
from impact.evaluation.departures import departures_of_plan, departures_of_rules
from impact.evaluation.plan_check import check_columns
from impact.evaluation.plan_lock import PlanLock, lock_of, sealed
from impact.evaluation.study import Study
from impact.pipeline.earlier_runs import earlier_runs, together
from impact.pipeline.plan import blinding_beside, known_of, lock_file, read_plan


def moment() -> str:
    """Return this moment, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def lock_plan(
    path: Path, *, by: str, reports: Path, clock: Callable[[], str] = moment
) -> tuple[Path, PlanLock]:
    """Lock a plan, whose columns must be declared; data need not exist.

    Parameters
    ----------
    path : Path
    by : str
        Who locks it.
    reports : Path
        Folder of runs: those that showed results already are written into the lock.
    clock : callable
        Says what time it is, as `moment` does.

    Returns
    -------
    tuple of (Path, PlanLock)
        The file of the lock, and what stands in it.

    Raises
    ------
    LockError
        When it is locked already: a plan is locked once.
    PlanError, SchemaError
        When plan or schema break a rule.
    """
    if not by.strip():
        raise PlanError("--by: say who locks the plan")
    plan, target = read_plan(path), lock_file(path)
    if target.exists():
        held = lock_of(target.read_text(encoding="utf-8"), name=target.name)
        raise LockError(
            f"{target.name}: locked on {held.day} already; a plan is locked once, and a run says what departs from it since"
        )
    check_columns(plan, Study(plan, path.resolve().parent).schema)
    known, blinding = known_of(path, plan), blinding_beside(path, plan)
    seen = () if blinding is None else blinding.log.earlier or ()  # of which some were replaced
    lock = PlanLock(
        locked_at=clock(),
        by=by.strip(),
        impact=impact.__version__,
        known=known,
        earlier=together(seen, earlier_runs(reports, known)),
    )
    target.write_text(sealed(lock), encoding="utf-8", newline="\n")
    return target, lock


def lock_facts(study: Study) -> dict[str, Any] | None:
    """Return what a run tells of its plan's lock: who, when, the hash, the files of that day, what departs; else None."""
    if study.locked is None:
        return None
    lock = study.locked.lock
    found = (
        *departures_of_plan(lock.known.written, study.plan),
        *departures_of_rules(lock.known, study.locked.now),
    )
    return {
        "by": lock.by,
        "locked_at": lock.locked_at,
        "day": lock.day,
        "impact": lock.impact,
        "plan_sha256": lock.known.plan_sha256,
        "same_bytes": study.locked.same_bytes,
        "files": len(lock.known.files),
        "there": len(study.locked.there),
        "earlier_runs": None if lock.earlier is None else len(lock.earlier),
        "changed": len(study.locked.changed),
        "departures": [asdict(one) for one in found],
    }
