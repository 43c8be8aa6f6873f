"""From a plan's file to a study that has been checked, and the files that a run certifies."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError, SourceError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.study import Study


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        With the key and the rule, and the nearest known key for an unknown one.
    """
    try:
        return Plan.of(load_yaml(path))
    except PlanError as problem:
        words = str(problem)
        raise PlanError(words if words.startswith(path.name) else f"{path.name}: {words}") from None


def study_of(path: Path, parameters: Mapping[str, Any]) -> Study:
    """Return the study of a plan as notebook parameters change it.

    Raises
    ------
    PlanError
    """
    return Study(read_plan(path).told(parameters), path.resolve().parent)


def checked_study(path: Path, parameters: Mapping[str, Any]) -> Study:
    """Return the study of a plan after checking all that can be checked before a notebook starts.

    Raises
    ------
    ImpactError
        As `check_study`.
    """
    try:
        study = study_of(path, parameters)
        check_study(study)
    except OSError as problem:
        words = problem.strerror or type(problem).__name__
        raise SourceError(
            f"{path.name}: it or a file that it names cannot be read ({words}); check paths and permissions"
        ) from None
    inputs_of(study.plan, study.folder)
    return study


def inputs_of(plan: Plan, folder: Path) -> dict[str, Path]:
    """Return the files that a plan reads, itself not included, by the name under which a run certifies them."""
    data = None if plan.data.startswith("package:") else plan.data
    found: dict[str, Path] = {}
    named = [
        plan.data_schema,
        plan.programme,
        plan.indicators,
        plan.truth,
        plan.evidence,
        plan.economics,
        data,
    ]
    if data is not None and is_intake(data):
        parent = Path(data).parent
        named += [str(parent / name) for name in read_intake_plan(folder / data).files]
    for name in filter(None, named):
        if found.setdefault(published(name), folder / name) != folder / name:
            raise PlanError(f"{published(name)}: two files of one name; rename one")
    return found


def published(path: str) -> str:
    """Write a path of a plan as it may leave this machine: of an absolute one the last part."""
    return Path(path).name if Path(path).is_absolute() else path


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
