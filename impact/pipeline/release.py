"""From a run, which stays inside, to a released folder, made again from what the gate lets out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from impact.disclosure import Gate
from impact.disclosure.declared.cohorts import with_small_cohorts
from impact.disclosure.declared.declare import declare
from impact.disclosure.declared.kept_back import KeptBack
from impact.disclosure.log import Earlier
from impact.errors import DisclosureError
from impact.pipeline.as_run import study_as_run
from impact.pipeline.blinding import refuse_blind
from impact.pipeline.earlier_releases import LOG, EarlierReleases
from impact.pipeline.numbers import RESULTS
from impact.pipeline.pages import Told, stored_parts
from impact.pipeline.released_folder import Letter, write_released
from impact.pipeline.store import read_run
from impact.pipeline.timings import Step, Timings
from impact.reporting.kit.write import declare_kit

OF_THE_RUN = (
    "run_id",
    "impact",
    "parameters",
    "plan",
    "seed",
    "lock",
    "blind",
    "inputs",
    "versions",
    "git",
)
"""What run.json of a release takes over from that of the run."""


@dataclass(frozen=True)
class Release:
    """A released folder: where it is, its files, and what stayed inside."""

    folder: Path
    outputs: tuple[str, ...]
    kept_back: KeptBack


def release(
    run: Path,
    *,
    plan_path: Path,
    to: Path,
    beside: Sequence[str] = (),
    step: Step = lambda _: None,
    gate: Gate | None = None,
) -> Release:
    """Pass all figures of a run through the gate, beside earlier releases of its data, and write what may leave.

    Parameters
    ----------
    run : Path
        A finished run's folder.
    plan_path : Path
        Its plan, with the data that it names as they were: the equations of figures are computed from them.
    to : Path
        Folder of releases; the run's name is its folder there.
    beside : sequence of str
        Public-use files of the same data, by name, beside which somebody has the figures leave without a proof.
    step : callable
        Told the name of each step when it is done.
    gate : Gate, optional
        With other rules than the default ones.

    Raises
    ------
    StorageError
        When the run is not whole, or a file that it read has changed.
    DisclosureError
        When the run is blind, the headline may not leave, the log of earlier releases is not whole, or a public-use file of
        the data that is not among those ``beside`` was made.
    """
    timings, gate = Timings(step), gate or Gate()
    run, plan_path, to = run.resolve(), plan_path.resolve(), to.resolve()
    facts = read_run(run)
    refuse_blind(facts.get("blind"), name=run.name)
    if facts.get("rehearsal"):
        raise DisclosureError(
            f"{run.name}: a rehearsal tells of no real firm, so nothing of it is released; release the run of the data"
        )
    study, _ = study_as_run(plan_path, facts, with_data=True)
    if study.from_moments:
        raise DisclosureError(
            f"{plan_path.name}: a run from moments, without units whose equations could be checked; release where the data are"
        )
    stored = with_small_cohorts(stored_parts(run / RESULTS), study)
    with EarlierReleases.of(run.parent, study) as earlier:
        earlier.hold_to(to)
        public_files = earlier.refuse_public_files(beside)
        kit = partial(declare_kit, study=study)
        figures, atoms = declare(study, stored, further=(kit,))
        timings.told("declared")
        released = gate.release(figures, atoms, earlier=earlier.entries)
        timings.told("gate")
        entry = earlier.asked(Earlier.of(released, atoms, run=facts["run_id"]))
        said = {**{name: facts.get(name) for name in OF_THE_RUN}, LOG: entry.facts}
        said["reasons"] = study.reasons.to_dict()
        told = Told.of(study, plan_path, said, status="released")
        letter = Letter(
            run=run,
            study=study,
            stored=stored,
            told=told,
            rules=gate.rules,
            entry=entry,
            public_files=public_files,
        )
        folder, outputs, kept_back = write_released(released, letter, to=to, timings=timings)
    return Release(folder, outputs, kept_back)
