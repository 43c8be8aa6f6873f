"""The one writer of released folders: it takes what only the gate can make, and makes every file again from that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from impact.disclosure import Released, Rules, sealed
from impact.disclosure.declared.declare import may_leave
from impact.disclosure.declared.kept_back import KeptBack
from impact.errors import DisclosureError, EstimationError, VerificationError
from impact.evaluation.sealed_study import SealedStudy
from impact.evaluation.study import Study
from impact.pipeline.disclosure_log import DISCLOSURE, write_disclosure
from impact.pipeline.earlier_releases import AskedEntry
from impact.pipeline.notebook import NotebookStudy
from impact.pipeline.pages import LEFT, Told, write_pages
from impact.pipeline.run import STAGES, names_of
from impact.pipeline.shown_again import show_again
from impact.pipeline.store import RELEASED, building, certify
from impact.pipeline.timings import Timings
from impact.reporting.kit.write import write_kit

KIT = "kit"


@dataclass(frozen=True)
class Letter:
    """What is asked to leave with the gate's answer.

    Attributes
    ----------
    run : Path
        The internal folder, for the text and code of its notebooks.
    study : Study
        With its data, for the referee's kit, which is drawn around what the gate let out.
    stored : mapping
        The run's parts; what leaves of them the gate says.
    told : Told
    rules : Rules
        Of the gate.
    entry : AskedEntry
        What the log of releases keeps of it, once it is published.
    public_files : tuple of str
        Beside which the figures leave without a proof.
    """

    run: Path
    study: Study
    stored: Mapping[str, Mapping[str, Any]]
    told: Told
    rules: Rules
    entry: AskedEntry
    public_files: tuple[str, ...] = ()


def write_released(
    released: Released, letter: Letter, *, to: Path, timings: Timings
) -> tuple[Path, tuple[str, ...], KeptBack]:
    """Write a released folder, whole or not at all, and return it, its files, and what stayed inside.

    Raises
    ------
    DisclosureError
        When ``released`` was not made by the gate.
    """
    if not sealed(released):
        raise DisclosureError(
            "a released folder: only what the gate made is written there; pass the figures through it"
        )
    parts, struck = may_leave(letter.stored, released)
    kept_back = KeptBack.of(released, struck, public_files=letter.public_files)
    told, name = letter.told, letter.told.plan.name
    with (
        letter.entry.only_if_published(to / name),
        building(to, name, mode=RELEASED) as folder,
    ):
        _notebooks(folder, letter, parts, kept_back, timings)
        _, outputs = write_pages(folder, told, timings)
        no_kit = _kit(folder, letter, released)
        write_disclosure(released, kept_back, letter.rules, folder, no_kit=no_kit)
        facts = {**told.facts, "released": datetime.now(UTC).isoformat(timespec="seconds")}
        certify(folder, facts)
        letter.entry.tell()
    return to / name, (*outputs, DISCLOSURE), kept_back


def _kit(folder: Path, letter: Letter, released: Released) -> str:
    """Write the referee's kit, and return nothing; or, where what may leave does not make one, the error's name."""
    try:
        write_kit(letter.study, folder / KIT, fewest=letter.rules.fewest, released=released)
    except (DisclosureError, EstimationError, VerificationError) as problem:
        return type(problem).__name__
    return ""


def _notebooks(
    folder: Path, letter: Letter, parts: dict[str, Any], kept_back: KeptBack, timings: Timings
) -> None:
    """Show the run's notebooks again, in its order, from the parts that may leave and a study without data."""
    (folder / LEFT).mkdir()
    (folder / "notebooks").mkdir()
    study = NotebookStudy(
        study=SealedStudy.of(letter.told.study),
        results=folder / LEFT,
        parts=parts,
        kept_back=kept_back,
    )
    for name in names_of(STAGES):
        file = f"{name}.ipynb"
        show_again(letter.run / "notebooks" / file, folder / "notebooks" / file, study)
        timings.told(name)
