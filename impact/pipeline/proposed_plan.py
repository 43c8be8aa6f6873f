"""Write what `impact init` proposes: schema, plan and, where it takes one, intake plan, beside each other in one folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from impact.data.proposal.proposed import Label, Proposal
from impact.errors import ImpactError, StorageError
from impact.evaluation.plan_check import check_columns
from impact.pipeline.plan import checked_study, study_of
from impact.reporting.proposal.evaluation_plan import plan_text
from impact.reporting.proposal.schema_and_intake import intake_text, schema_text
from impact.reporting.proposal.speech import Speech
from impact.terms import Language

SCHEMA, INTAKE, PLAN = "schema.yml", "intake.yml", "evaluation.yml"
ESTIMATED = 20 << 20  # bytes of data above which an effect takes minutes: only reading is tried


@dataclass(frozen=True)
class Written:
    """What was written, and what `impact plan` says of it: nothing where it accepts it.

    Attributes
    ----------
    files : tuple of Path
    refusal : str
    whole : bool
        Whether all was asked that a plan is asked; of large data only that they are read.
    """

    files: tuple[Path, ...]
    refusal: str = ""
    whole: bool = True


def write_proposal(
    proposal: Proposal, *, folder: Path, language: Language, overwrite: bool
) -> Written:
    """Write the files of a proposal and check the plan.

    Parameters
    ----------
    proposal : Proposal
    folder : Path
        Made where it is not there.
    language : {"en", "fr"}
        Of the comments and of the report.
    overwrite : bool
        Whether files of these names may be replaced.

    Raises
    ------
    StorageError
        A file is there already.
    """
    texts = _texts(proposal, folder=folder, language=language)
    there = [name for name in texts if (folder / name).exists()]
    if there and not overwrite:
        raise StorageError(
            f"{', '.join(there)}: already in {folder.name}; choose another --folder, or --force to replace them"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    size = sum(file.path.stat().st_size for file in proposal.files)
    whole = size <= ESTIMATED
    refusal = _refusal(folder / PLAN, estimated=whole)
    return Written(tuple(folder / name for name in texts), refusal, whole)


def _refusal(plan: Path, *, estimated: bool) -> str:
    """Return why the plan cannot be run; nothing where it can, or where no more was asked than that its data are read."""
    try:
        if estimated:
            checked_study(plan, {})
        else:
            study = study_of(plan, {})
            check_columns(study.plan, study.schema)
            study.panel()
    except ImpactError as problem:
        return str(problem)
    return ""


def _texts(proposal: Proposal, *, folder: Path, language: Language) -> dict[str, str]:
    first = proposal.files[0]
    paths = {file.table: _from(folder, file.path) for file in proposal.files}
    title = Label.same(first.path.stem.replace("_", " ").capitalize())
    names = ", ".join(file.path.name for file in proposal.files)
    speech = Speech.of(language)
    texts = {SCHEMA: schema_text(proposal, title=title, source=names, speech=speech)}
    if proposal.needs_intake:
        texts = {INTAKE: intake_text(proposal, paths=paths, speech=speech), **texts}
    data = INTAKE if proposal.needs_intake else paths[first.table]
    return {**texts, PLAN: plan_text(proposal, data=data, schema=SCHEMA, speech=speech)}


def _from(folder: Path, path: Path) -> str:
    """Write a file's path as it is from a folder; on another drive as it is."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return str(path.resolve())
