"""The codebook of a plan's data, alone: the command beside a run, which writes the same files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impact.evaluation.study import Study
from impact.pipeline.plan import published, study_of
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.write import write_codebook
from impact.reporting.voice import Voice


def codebook_of(study: Study) -> Codebook:
    """Describe a study's data by the name under which a run certifies them."""
    return Codebook.of(study, file_name=published(study.plan.data))


def write_codebook_of(
    plan_path: Path, *, folder: Path, parameters: Mapping[str, Any] | None = None
) -> tuple[Path, ...]:
    """Write the codebook of a plan's data into a folder, which is made if it is not there.

    Raises
    ------
    ImpactError
        As reading the plan, the schema and the data does.
    """
    study = study_of(plan_path, parameters or {})
    told = codebook_of(study)
    folder.mkdir(parents=True, exist_ok=True)
    return write_codebook(told, Voice(study), folder)
