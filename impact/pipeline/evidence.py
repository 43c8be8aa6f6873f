"""The evidence record of a finished run, internal or released, from its results and the documents of its plan."""

import json
from collections.abc import Mapping
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
    """Write the record of a run into a folder, each file whole or not at all."""
    files = evidence_of(run, plan_path=plan_path)
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        publish(content, to / name)
    return tuple(to / name for name in files)
