"""Write what `impact init` proposes: schema, plan and, where it takes one, intake plan, beside each other in one folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from impact.data.proposal.proposed import Label, Proposal
from impact.data.proposal.written import comment, heading, intake_text, scalar, schema_text
from impact.errors import ImpactError, StorageError
from impact.evaluation.plan_check import check_columns
from impact.pipeline.plan import checked_study, study_of
from impact.terms import Language

SCHEMA, INTAKE, PLAN = "schema.yml", "intake.yml", "evaluation.yml"
ESTIMATED = 20 << 20  # bytes of data above which an effect takes minutes: only reading is tried
PLACEBO_PERIODS = 4  # as a plan's default, where the panel has as many before the start


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
        Of the report.
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
    texts = {SCHEMA: schema_text(proposal, title=title, source=names)}
    if proposal.needs_intake:
        texts = {INTAKE: intake_text(proposal, paths=paths), **texts}
    data = INTAKE if proposal.needs_intake else paths[first.table]
    plan = _plan_text(proposal, data=data, name=_run_name(first.table), language=language)
    return {**texts, PLAN: plan}


def _from(folder: Path, path: Path) -> str:
    """Write a file's path as it is from a folder; on another drive as it is."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return str(path.resolve())


def _run_name(table: str) -> str:
    return table.replace("_", "-")[:60].strip("-")


def _plan_text(proposal: Proposal, *, data: str, name: str, language: Language) -> str:
    roles = proposal.roles
    of = {column.name: column.label for column in proposal.columns}
    label = of.get(roles.outcomes[0], Label.same(roles.outcomes[0]))
    title = Label(f"Effect on {label.en.lower()}", f"Effet : {label.fr.lower()}")
    before = max(1, min(PLACEBO_PERIODS, roles.periods_before - 1))
    lines = [
        *heading(
            "The evaluation plan; every key is explained in docs/plan.md.", proposal.decisions
        ),
        f"name: {scalar(name)}",
        f"title: {scalar(title)}",
        f"data: {scalar(data)}",
        f"schema: {SCHEMA}",
        comment("? the first is the headline"),
        f"outcomes: {scalar(list(roles.outcomes))}",
        comment("? how beneficiaries came to take part: randomised, chosen or by_rule"),
        "assignment: chosen",
        "comparison_group: not_yet_treated",
        comment("periods before the start in which outcomes may already respond"),
        "anticipation: 0",
        f"placebo_periods: {before}",
        *_characteristics(proposal),
        *_currency(proposal),
        "alpha: 0.05",
        "seed: 2012",
        f"language: {language}",
    ]
    return "\n".join(lines) + "\n"


def _currency(proposal: Proposal) -> list[str]:
    """Name the money of the outcomes where their words do; where they name none or several, leave it to a person."""
    units = [
        c.keys["unit"]
        for c in proposal.columns
        if c.name in proposal.roles.outcomes and "unit" in c.keys
    ]
    if len(set(units)) == 1:
        return [comment("? by the names and labels of the outcomes"), f"currency: {units[0]}"]
    return [
        comment(
            "? of amounts: the three letters of their money, and `unit:` of the outcome in the schema"
        ),
        comment("currency: MAD"),
    ]


def _characteristics(proposal: Proposal) -> list[str]:
    """Name columns that could be compared before treatment, for a person to choose from."""
    used = {proposal.roles.unit, proposal.roles.time, *proposal.roles.outcomes}
    if proposal.roles.treatment is not None:
        used.add(proposal.roles.treatment.source)
    could = [
        c.name for c in proposal.columns if c.type in {"category", "boolean"} and c.name not in used
    ]
    if not could:
        return []
    return [
        comment(f"characteristics: {scalar(could[:6])}"),
        comment("subgroups: the same or others of them"),
    ]
