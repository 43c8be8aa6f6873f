"""Blind runs of a plan: the log beside it, begun by the first of them and ended once, by a name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import impact
from impact.errors import DisclosureError, LockError, PlanError
from impact.evaluation.blind import BlindLog, Unblinding
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Known, sealed
from impact.evaluation.study import Study
from impact.pipeline.earlier_runs import earlier_runs
from impact.pipeline.locking import moment
from impact.pipeline.plan import blind_log_file, blinding_beside, known_of, read_plan


def begin_blind(path: Path, *, reports: Path, clock: Callable[[], str] = moment) -> BlindLog:
    """Begin blind cleaning of a plan's data, unless it has begun.

    Parameters
    ----------
    path : Path
    reports : Path
        Folder of runs: those that showed results already are written into the log.
    clock : callable
        Says what time it is, as `moment` does.

    Raises
    ------
    LockError
        When the plan was unblinded: a blind run after it would claim more than it keeps.
    PlanError
        When the plan names moments, which hold no unit whose treatment could be exchanged.
    """
    plan = read_plan(path)
    log, now = _log_and_known(path, plan)
    if plan.from_moments:
        raise PlanError(
            "--blind: moments hold no unit whose treatment could be exchanged; run where the data are"
        )
    if log is not None and log.unblinded is not None:
        raise LockError(
            f"{blind_log_file(path).name}: unblinded on {log.unblinded.day} by {log.unblinded.by}; run without --blind"
        )
    if log is None:
        log = BlindLog(
            began_at=clock(),
            impact=impact.__version__,
            seed=plan.seed,
            known=now,
            earlier=earlier_runs(reports, now),
        )
        _write(path, log)
    return log


def unblind(path: Path, *, by: str, clock: Callable[[], str] = moment) -> BlindLog:
    """Sign off the cleaning of a plan's data: from now on runs see who was treated. Once.

    Parameters
    ----------
    path : Path
    by : str
        Who signs.
    clock : callable
        Says what time it is, as `moment` does.

    Raises
    ------
    LockError
        When nothing is blind: no run was, or it was unblinded already.
    """
    if not by.strip():
        raise PlanError("--by: say who signs cleaning off")
    name = blind_log_file(path).name
    log, now = _log_and_known(path, read_plan(path))
    if log is None:
        raise LockError(f"{name}: no such log: no run of this plan was blind (impact run --blind)")
    if log.unblinded is not None:
        raise LockError(
            f"{name}: unblinded on {log.unblinded.day} by {log.unblinded.by} already; this is done once"
        )
    signed = Unblinding(at=clock(), by=by.strip(), impact=impact.__version__, known=now)
    log = log.model_copy(update={"unblinded": signed})
    _write(path, log)
    return log


def _log_and_known(path: Path, plan: Plan) -> tuple[BlindLog | None, Known]:
    found = blinding_beside(path, plan)
    return (None, known_of(path, plan)) if found is None else (found.log, found.now)


def _write(path: Path, log: BlindLog) -> None:
    target = blind_log_file(path)
    aside = target.with_name(f".{target.name}.partial")
    aside.write_text(sealed(log), encoding="utf-8", newline="\n")
    aside.replace(target)


def blind_facts(study: Study) -> dict[str, Any] | None:
    """Return what a run tells of blind cleaning: whether it was blind, since when, and who ended it; None without a log."""
    if study.blinding is None:
        return None
    log = study.blinding.log
    signed = log.unblinded
    return {
        "blind": study.blind,
        "earlier_runs": None if log.earlier is None else len(log.earlier),
        "began_at": log.began_at,
        "began": log.day,
        "seed": log.seed,
        "unblinded_at": None if signed is None else signed.at,
        "unblinded": None if signed is None else signed.day,
        "by": None if signed is None else signed.by,
    }


def refuse_blind(facts: Mapping[str, Any] | None, *, name: str) -> None:
    """Refuse to hand on what a blind run found: its figures are of nobody.

    Parameters
    ----------
    facts : Mapping or None
        As `blind_facts`.
    name : str
        Of the run or the plan.

    Raises
    ------
    DisclosureError
    """
    if facts is not None and facts["blind"]:
        raise DisclosureError(
            f"{name}: blind, its cohorts exchanged at random; sign cleaning off (impact unblind) and run again"
        )
