"""From a plan or a run to a folder of public use: data, codebook, schema and plan to read them by, choices, and the report."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

import impact
from impact.data.privacy.pseudonyms import pseudonyms_for
from impact.disclosure.log import Earlier
from impact.disclosure.public_use.as_a_study import (
    DATA,
    PLAN,
    SCHEMA,
    TRUTH,
    WITHHELD,
    AsAStudy,
    written,
)
from impact.disclosure.public_use.choices import PublicUseChoices, read_choices
from impact.disclosure.public_use.deidentified import Deidentified, deidentified
from impact.disclosure.public_use.proposal import proposed
from impact.disclosure.public_use.utility import Pair, restricted_against_public
from impact.errors import DisclosureError, ImpactError, StorageError
from impact.evaluation.store import decode
from impact.evaluation.study import Study
from impact.pipeline.as_run import study_as_run
from impact.pipeline.blinding import blind_facts, refuse_blind
from impact.pipeline.codebook import codebook_of
from impact.pipeline.earlier_releases import EarlierReleases
from impact.pipeline.numbers import RESULTS
from impact.pipeline.pages import stored_parts
from impact.pipeline.plan import sha256_of, study_of
from impact.pipeline.store import CERTIFICATE, building, certify, read_run
from impact.pipeline.timings import Step
from impact.reporting.codebook.write import write_codebook
from impact.reporting.public_use.choices_file import choices_text, choices_values, yaml_text
from impact.reporting.public_use.report import PublicUse
from impact.reporting.public_use.write import write_report
from impact.reporting.voice import Voice

CHOICES = "deidentify.yml"
CODEBOOK = "codebook"
STATA = "data.dta"
NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 (what a .dta says of when it was written: nothing)
LONGEST_IN_STATA = 32  # letters of a variable's name


@dataclass(frozen=True)
class Published:
    """A folder of public use, and what is known of it."""

    folder: Path
    made: Deidentified
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Source:
    """What is de-identified: a study, and the inference that its headline is believed by.

    Attributes
    ----------
    study : Study
    reports : Path
        Where its runs are, and the log of what was released of its data.
    believed : str
        Of a run as it found; of a plan the permutation test, which always may be asked.
    """

    study: Study
    reports: Path
    believed: str = "permutation"

    @classmethod
    def of_plan(cls, path: Path, *, reports: Path) -> "Source":
        """Take the data of a plan whose runs are kept in a folder."""
        study = study_of(path, {})
        refuse_blind(blind_facts(study), name=path.name)
        return cls(study, reports)

    @classmethod
    def of_run(cls, run: Path, *, plan_path: Path) -> "Source":
        """Take the data of a run, which must be as it read them.

        Raises
        ------
        StorageError
        """
        facts = read_run(run)
        study, _ = study_as_run(plan_path, facts, with_data=True)
        refuse_blind(facts.get("blind") or blind_facts(study), name=run.name)
        impact_part = decode(stored_parts(run / RESULTS)["impact"])
        return cls(study, run.parent, impact_part.effects[0].verdict.believed)


def write_public_use(
    source: Source,
    choices: PublicUseChoices,
    *,
    to: Path,
    beside: Sequence[str] = (),
    step: Step = lambda _: None,
) -> Published:
    """De-identify a study's data and write ``<name>-public-use`` into a folder, whole or not at all.

    It is its maker's alone, as a run is, until somebody who has read the report opens it.

    Parameters
    ----------
    source : Source
    choices : PublicUseChoices
    to : Path
    beside : sequence of str
        Runs of the same data, by id, of which figures were released and beside which somebody has the file made.
    step : callable
        Told the name of each step when it is done.

    Raises
    ------
    DisclosureError
        When figures of a run that is not among those ``beside`` were released.
    PrivacyError
        Without a key, which new ids are drawn under, outside both folders.
    ImpactError
        As `deidentified` and `restricted_against_public`.
    """
    study, name = source.study, f"{source.study.plan.name}-public-use"
    secret = pseudonyms_for(study.folder).key
    pseudonyms_for(to)
    with EarlierReleases.of(source.reports, study) as earlier:
        runs = earlier.refuse_releases(beside)
        made = deidentified(study, choices, secret=secret)
        step("de-identified")
        entry = earlier.asked(Earlier.of_public_use(name, run=study.plan.name))
        with entry.only_if_published(to / name), building(to, name) as folder:
            pairs = _write_folder(source, made, folder, beside=runs, step=step)
            entry.tell()
    step("report")
    return Published(to / name, made, pairs)


def _write_folder(
    source: Source, made: Deidentified, folder: Path, *, beside: tuple[str, ...], step: Step
) -> tuple[Pair, ...]:
    """Write all files of public use, and return original figures beside public ones."""
    study, described = source.study, AsAStudy.of(source.study, made)
    _write_data(made, described, folder)
    _write_yaml(choices_values(made.choices), folder / CHOICES)
    if study.plan.truth is not None:
        shutil.copyfile(study.folder / study.plan.truth, folder / TRUTH)
    public = _still_a_study(folder / PLAN)
    step("written")
    pairs: tuple[Pair, ...] = ()
    if not made.tells_by_comparison:
        pairs = restricted_against_public(study, public, believed=source.believed)
    step("compared")
    (folder / CODEBOOK).mkdir()
    write_codebook(codebook_of(public), Voice(public), folder / CODEBOOK)
    write_report(public, PublicUse(made, pairs, described.lost, beside), folder)
    certify(folder, {**_facts(public, folder), "not_proven_beside": list(beside)})
    return pairs


def _still_a_study(plan_path: Path) -> Study:
    """Read a file as anybody would.

    Raises
    ------
    DisclosureError
        When too little is left of it for its plan.
    """
    study = study_of(plan_path, {})
    try:
        study.panel()
    except ImpactError as problem:
        raise DisclosureError(
            f"the public file says too little: {problem}; or choose finer rounding, a higher cut or a smaller k"
        ) from None
    return study


def choices_beside(plan_path: Path) -> Path:
    """Return where a plan's file of choices stands unless somebody says so."""
    return plan_path.parent / CHOICES


def propose(study: Study, path: Path) -> None:
    """Write choices that are proposed for a study, each key with what it means in the plan's language.

    Raises
    ------
    StorageError
        A file is there already.
    """
    if path.exists():
        raise StorageError(f"{path.name}: already there; read it, or name another --choices")
    path.write_text(choices_text(proposed(study), study.plan.language), encoding="utf-8")


def _write_yaml(values: Mapping[str, Any], path: Path) -> None:
    path.write_text(yaml_text(values), encoding="utf-8")


def _write_data(made: Deidentified, described: AsAStudy, folder: Path) -> None:
    """Write the data as CSV and for Stata, and what they are read by."""
    texts = pd.DataFrame(
        {
            name: [None if pd.isna(cell) else written(cell) for cell in made.frame[name]]
            for name in made.frame
        }
    )
    for name, rows in made.withheld.items():
        texts.loc[rows, name] = WITHHELD
    texts.to_csv(folder / DATA, index=False, lineterminator="\n", encoding="utf-8")
    _write_yaml(described.schema, folder / SCHEMA)
    _write_yaml(described.plan, folder / PLAN)
    _write_stata(made, folder / STATA)


def _write_stata(made: Deidentified, path: Path) -> None:
    """Write the data for Stata: texts as texts, "withheld" among them, numbers as numbers, missing where withheld."""
    named = {name: _name_in_stata(name, at) for at, name in enumerate(made.frame, 1)}
    labels = {
        named[name]: made.declared[name].label.en[:80] for name in made.frame
    }  # as many letters as a label has
    cells = {}
    for name in made.frame:
        column = made.frame[name]
        if pd.api.types.is_numeric_dtype(column):
            cells[named[name]] = column.astype(float)
        else:
            text = column.astype(object).where(column.notna(), "")
            if name in made.withheld:
                text[made.withheld[name]] = WITHHELD
            cells[named[name]] = text.astype(str)
    pd.DataFrame(cells).to_stata(
        path, write_index=False, time_stamp=NO_TIME, version=118, variable_labels=labels
    )


def _name_in_stata(name: str, at: int) -> str:
    fits = name.isascii() and name.isidentifier() and len(name) <= LONGEST_IN_STATA
    return name if fits else f"v{at}"


def _facts(public: Study, folder: Path) -> dict[str, Any]:
    digests = {path.name: sha256_of(path) for path in (folder / DATA, folder / CHOICES)}
    return {
        "run_id": sha256("".join(digests.values()).encode()).hexdigest()[:12],
        "impact": impact.__version__,
        "plan": public.plan.name,
        "seed": public.plan.seed,
    }


__all__ = [
    "CERTIFICATE",
    "CHOICES",
    "Published",
    "Source",
    "choices_beside",
    "propose",
    "read_choices",
    "write_public_use",
]
