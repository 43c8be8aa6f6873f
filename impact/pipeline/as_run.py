"""The study of a finished run, read again from its plan, and refused where a file is not what the run read."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.errors import DisclosureError, PlanError, StorageError
from impact.evaluation.study import Study
from impact.pipeline.plan import inputs_of, published, sha256_of, study_of


def plan_of_run(facts: Mapping[str, Any]) -> Path:
    """Return the plan of a finished run: its name here, in a folder above or in a folder here, with the bytes that were run.

    A plan of that name here or above that was changed since is returned where none has its bytes: `study_as_run` refuses it.

    Parameters
    ----------
    facts : mapping
        The run's certificate.

    Raises
    ------
    PlanError
        When there is none, or several folders here have it.
    """
    name, here = str(facts["parameters"]["plan"]), Path.cwd()
    above = _those_there(name, (here, *here.parents))
    below = _those_there(name, sorted(here.iterdir()))
    of_run = {path: sha256_of(path) == facts["inputs"].get(name) for path in (*above, *below)}
    found = [path for path in above if of_run[path]] or [path for path in below if of_run[path]]
    if len(found) > 1 and found[0] in below:
        places = ", ".join(str(path.relative_to(here)) for path in found)
        raise PlanError(
            f"{name}: the plan of this run stands in several folders ({places}); give one as --plan"
        )
    if not (found := found or above):
        raise PlanError(
            f"{name}: the plan of this run is not here, in a folder above or in a folder here; give its path as --plan"
        )
    return found[0].resolve()


def _those_there(name: str, folders: Iterable[Path]) -> list[Path]:
    return [folder / name for folder in folders if (folder / name).is_file()]


def study_as_run(
    plan_path: Path, facts: Mapping[str, Any], *, with_data: bool
) -> tuple[Study, dict[str, Path]]:
    """Return the study of a run, and the files that it read by the name under which they are certified.

    Parameters
    ----------
    plan_path : Path
    facts : mapping
        The run's certificate.
    with_data : bool
        Whether files with units are asked for too, and every file that the run certified; without them only those that say
        what was done must be there.

    Raises
    ------
    StorageError
        When a file is missing or not as the run read it.
    """
    told = {name: value for name, value in facts["parameters"].items() if name != "plan"}
    study = study_of(plan_path, told)
    read = {plan_path.name: plan_path, **inputs_of(study.plan, study.folder)}
    asked = read if with_data else documents_of(study, read)
    if with_data:
        _refuse_others(facts["inputs"].keys() - read.keys())
    _refuse_others(
        name
        for name, path in asked.items()
        if not path.is_file() or sha256_of(path) != facts["inputs"].get(name)
    )
    return study, asked


def _refuse_others(names: Iterable[str]) -> None:
    for name in sorted(names):
        raise StorageError(f"{name}: not as the run read it; bring it back as it was, or run again")


def refuse_rehearsal(facts: Mapping[str, Any], *, name: str) -> None:
    """Refuse to hand on a rehearsal, whose firms are invented.

    Raises
    ------
    DisclosureError
    """
    if facts.get("rehearsal"):
        raise DisclosureError(
            f"{name}: a rehearsal tells of no real firm, so nothing of it is handed on; name the run of the data"
        )


def content_as_certified(path: Path, name: str, digest: str | None) -> bytes:
    """Return a file's bytes, which are those that were certified: it may have changed since it was last looked at.

    Raises
    ------
    StorageError
    """
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise StorageError(f"{name}: changed while it was read; try again when nobody writes there")
    return content


def documents_of(study: Study, read: Mapping[str, Path]) -> dict[str, Path]:
    """Return the files of a run that say what was done: the plan and what it names, but those that units stand in."""
    plan = study.plan
    data = {published(plan.data)}
    if is_intake(plan.data):
        parent = Path(plan.data).parent
        files = read_intake_plan(study.folder / plan.data).files
        data = {published(str(parent / name)) for name in files}
    return {name: path for name, path in read.items() if name not in data}
