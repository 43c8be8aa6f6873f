"""The evidence record of a finished run, internal or released, from its results and the documents of its plan."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from impact.errors import StorageError
from impact.evaluation.store import PARTS, decode
from impact.evaluation.study import Study
from impact.pipeline.as_run import refuse_rehearsal, study_as_run
from impact.pipeline.blinding import refuse_blind
from impact.pipeline.numbers import RESULTS
from impact.pipeline.store import read_run
from impact.reporting.evidence.rows import RecordedRun
from impact.reporting.evidence.write import evidence_files
from impact.reporting.render.pandoc import publish
from impact.reporting.sections.findings import Findings


def evidence_of(run: Path, *, plan_path: Path) -> dict[str, bytes]:
    """Return the record's files by name.

    Parameters
    ----------
    run : Path
        A finished run's folder; of a released one the record may leave as well.
    plan_path : Path
        Its plan, with the schema and the other documents that it names; data are not read.

    Raises
    ------
    StorageError
        When the run is not whole, or a document is not what the run read.
    DisclosureError
        When the run is blind.
    """
    facts = read_run(run)
    refuse_blind(facts.get("blind"), name=run.name)
    refuse_rehearsal(facts, name=run.name)
    study, _ = study_as_run(plan_path, facts, with_data=False)
    return evidence_files(recorded(run, study, facts))


def recorded(run: Path, study: Study, facts: Mapping[str, Any]) -> RecordedRun:
    """Return what a run found, for its record."""
    results = json.loads((run / RESULTS).read_text(encoding="utf-8"))
    try:
        parts = {name: decode(results["parts"][name]) for name in PARTS}
        findings = Findings(
            quality=parts.pop("data_quality"),
            **parts,
            plan=study.plan,
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise StorageError(
            f"{RESULTS}: damaged or written by another version; run the evaluation again"
        ) from problem
    return RecordedRun(study=study, findings=findings, rating=results["rating"], facts=facts)


def write_evidence(run: Path, *, plan_path: Path, to: Path) -> tuple[Path, ...]:
    """Write the record of a run into a folder, each file whole or not at all.

    Raises
    ------
    StorageError
        When something else stands there: a file of no record, or the record of another study or status. Figures that may
        leave and those that may not never take each other's place unseen.
    """
    files = evidence_of(run, plan_path=plan_path)
    for name, content in files.items():
        _refuse_another(to / name, _whose(name, content.decode()))
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        publish(content, to / name)
    return tuple(to / name for name in files)


def _refuse_another(path: Path, own: frozenset[tuple[str, str]]) -> None:
    if not path.exists():
        return
    try:
        there = _whose(path.name, path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        there = frozenset()
    if there == own:
        return
    told = " and ".join(f"the {status} record of {study}" for study, status in sorted(there))
    raise StorageError(
        f"{path.parent.name}/{path.name}: {told or 'another file'} stands there, and stays; name another folder with --to, "
        "or remove it"
    )


def _whose(name: str, text: str) -> frozenset[tuple[str, str]]:
    """Return the study and status of each effect of a record, which are the same for all of one run."""
    rows = json.loads(text)["effects"] if name.endswith(".json") else csv.DictReader(StringIO(text))
    return frozenset((row["study"], row["status"]) for row in rows)
