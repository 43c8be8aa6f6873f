"""Finished runs that show results of a plan, or of its data: what was known before a plan was locked, or cleaned blind."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from pydantic import ValidationError

from impact.evaluation.plan_lock import EarlierRun, Known
from impact.pipeline.numbers import RESULTS
from impact.pipeline.plan import sha256_of
from impact.pipeline.store import CERTIFICATE
from impact.reporting.site.json_values import mapping, text

_RULES = frozenset({".yml", ".yaml", ".json"})
"""Endings of files in which no unit stands."""


def earlier_runs(reports: Path, known: Known) -> tuple[EarlierRun, ...]:
    """Return the finished runs in a reports folder that tell of a plan or of its data, the first of them first.

    Runs of a rehearsal, and blind ones, tell nothing of the answer. Nor is there anything to read of runs that were removed,
    replaced or kept elsewhere.

    Parameters
    ----------
    reports : Path
        Need not exist.
    known : Known
        The plan and the files there are.
    """
    found = (_told(path, known) for path in sorted(reports.glob(f"*/{CERTIFICATE}")))
    return together(tuple(filter(None, found)))


def warnings_of(earlier: Sequence[EarlierRun] | None, *, of: str) -> tuple[str, ...]:
    """Say which results were there before a lock or a log of blind runs was made, a line each; nothing where none was."""
    if not earlier:
        return ()
    found = (f"warning: results were there before {of}: {shown(one)}" for one in earlier)
    return (*found, f"warning: {of} and the report say so")


def shown(run: EarlierRun) -> str:
    """Name a run: its folder, when it ended, its certificate, and what it shares with the plan."""
    shares = "of this plan" if run.same_plan else "of data that this plan reads"
    return (
        f"{run.name}, a run {shares}, finished {run.finished}, certificate {run.certificate[:16]}"
    )


def together(*found: tuple[EarlierRun, ...]) -> tuple[EarlierRun, ...]:
    """Return runs found at several times, each once, the first of them first."""
    by_certificate = {one.certificate: one for runs in found for one in runs}
    return tuple(sorted(by_certificate.values(), key=lambda one: (one.finished, one.name)))


def _told(certificate: Path, known: Known) -> EarlierRun | None:
    try:
        facts = mapping(json.loads(certificate.read_text(encoding="utf-8")))
        digest = sha256_of(certificate)
    except (OSError, ValueError):  # of somebody else, or damaged: no certified result
        return None
    plan = mapping(facts.get("plan"))
    if RESULTS not in mapping(facts.get("outputs")) or _of_nobody(facts):
        return None
    same_plan = _same_plan(facts, plan, known)
    if not same_plan and not _same_data(facts, plan, known):
        return None
    try:
        return EarlierRun(
            name=text(plan.get("name")),
            run_id=text(facts.get("run_id")),
            finished=text(facts.get("finished")),
            certificate=digest,
            same_plan=same_plan,
        )
    except ValidationError:  # no certificate of ours
        return None


def _of_nobody(facts: Mapping[str, Any]) -> bool:
    return bool(facts.get("rehearsal")) or bool(mapping(facts.get("blind")).get("blind"))


def _same_plan(facts: Mapping[str, Any], plan: Mapping[str, Any], known: Known) -> bool:
    """Whether a run is of the plan: of the same bytes, or of an earlier state of the file of this name."""
    return known.plan_sha256 in mapping(facts.get("inputs")).values() or (
        plan.get("name") == known.plan.get("name")
    )


def _same_data(facts: Mapping[str, Any], plan: Mapping[str, Any], known: Known) -> bool:
    """Whether a run read a file of units that the plan reads, whatever it is called there."""
    data = known.plan.get("data", "")
    if data.startswith("package:"):
        return bool(plan.get("data") == data)
    return not set(_units(known.files)).isdisjoint(_units(mapping(facts.get("inputs"))))


def _units(files: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the digests of files in which units may stand."""
    for name, digest in files.items():
        if digest and PurePath(name).suffix not in _RULES:
            yield digest
