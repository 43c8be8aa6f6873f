"""What a run read, as a package has it: documents as they were, data only inside, an intake plan without values of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import yaml

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError, StorageError
from impact.evaluation.plan_lock import lock_of
from impact.evaluation.study import Study
from impact.pipeline.as_run import content_as_certified, documents_of
from impact.pipeline.plan import beside, inputs_of, lock_file, published, reasons_file
from impact.pipeline.snapshot import LOG_OF_DATABASE
from impact.reporting.package.intake_without_values import without_values
from impact.reporting.package.known import Dataset, Inside

PLAN_FOLDER = "plan"
"""Stands for each folder above the plan's own that its paths climb to, whose name is nobody's business."""


@dataclass(frozen=True)
class PackagedInputs:
    """Files that a run read.

    Attributes
    ----------
    datasets : tuple of Dataset
        All of them.
    contents : mapping
        Those in the package, by name.
    withheld : int
        Values taken out of the intake plan.
    """

    datasets: tuple[Dataset, ...]
    contents: Mapping[str, bytes]
    withheld: int


def packaged_inputs(
    study: Study, facts: Mapping[str, Any], inputs: Mapping[str, Path], *, with_data: bool
) -> PackagedInputs:
    """Return what a run read.

    Parameters
    ----------
    study : Study
    facts : mapping
        The run's certificate.
    inputs : mapping
        Files that may be packaged, by the name under which they are certified.
    with_data : bool

    Raises
    ------
    PlanError
        When a path of the plan is absolute: nobody else has it.
    """
    _refuse_absolute(study)
    plan_name = facts["parameters"]["plan"]
    every = {plan_name: study.folder / plan_name, **inputs_of(study.plan, study.folder)}
    documents, places = documents_of(study, every), _places(every)
    data = published(study.plan.data)
    datasets: list[Dataset] = []
    written: dict[str, bytes] = {}
    withheld = 0
    for name in sorted(every):
        role = "plan" if name == plan_name else _role(study, name, document=name in documents)
        place, inside = places[name], _inside(name, data, inputs, with_data=with_data)
        if inside == "partly":
            rules, withheld = without_values(load_yaml(inputs[name]))
            text = yaml.safe_dump(rules, allow_unicode=True, sort_keys=False, width=120)
            at = PurePosixPath(place)
            written[str(at.with_name(f"{at.stem}-without-values{at.suffix}"))] = text.encode()
        elif inside == "yes":
            written[place] = content_as_certified(inputs[name], name, facts["inputs"][name])
        datasets.append(Dataset(name, place, role, facts["inputs"][name], inside))
    if with_data:
        logs = {name: path.with_name(path.name + LOG_OF_DATABASE) for name, path in inputs.items()}
        there = {name: path for name, path in logs.items() if path.is_file()}
        written |= {
            f"{places[name]}{LOG_OF_DATABASE}": one.read_bytes() for name, one in there.items()
        }
    if facts.get("lock") is not None:
        told = _lock(study.folder / plan_name, places[plan_name], written, with_data=with_data)
        datasets.append(told)
    for file in beside(study.folder / plan_name):
        # of others than reasons the rules' values stay with the data
        if with_data or file == reasons_file(study.folder / plan_name):
            written[str(PurePosixPath(places[plan_name]).with_name(file.name))] = file.read_bytes()
    return PackagedInputs(tuple(datasets), written, withheld)


def _lock(plan: Path, place: str, written: dict[str, bytes], *, with_data: bool) -> Dataset:
    """Package a plan's lock; one that holds the rules of an intake plan has their values, and stays inside."""
    path = lock_file(plan)
    at = str(PurePosixPath(place).with_name(path.name))
    if not path.is_file():
        raise StorageError(f"{path.name}: the run had it; bring it back, or run again")
    content = path.read_bytes()
    held = lock_of(content.decode(), name=path.name).known.rules
    leaves = with_data or "intake" not in held
    if leaves:
        written[at] = content
    digest = sha256(content).hexdigest()
    return Dataset(path.name, at, "lock", digest, "yes" if leaves else "no")


def _inside(name: str, data: str, inputs: Mapping[str, Path], *, with_data: bool) -> Inside:
    if name == data and is_intake(data) and not with_data:
        return "partly"
    return "yes" if name in inputs else "no"


def _role(study: Study, name: str, *, document: bool) -> str:
    plan = study.plan
    if name == published(plan.data) and is_intake(plan.data):
        return "intake"
    if name == published(plan.data) and plan.from_moments:
        return "moments"
    named = {
        plan.data_schema: "schema",
        plan.programme: "programme",
        plan.indicators: "indicators",
        plan.truth: "truth",
        plan.evidence: "evidence",
        plan.economics: "economics",
    }
    roles = {published(path): role for path, role in named.items() if path}
    return roles.get(name, "data") if document else "data"


def _refuse_absolute(study: Study) -> None:
    """Refuse paths that are this machine's: nobody else has them, and the plan would tell of it."""
    plan = study.plan
    named = [plan.data, plan.data_schema, plan.programme, plan.indicators, plan.truth]
    named += [plan.evidence, plan.economics]
    if is_intake(plan.data):
        named += read_intake_plan(study.folder / plan.data).files
    for name in filter(None, named):
        if PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute():
            raise PlanError(
                f"{published(name)}: its path is absolute, and nobody else has it; write it relative to the plan, and run again"
            )


def _places(names: Iterable[str]) -> dict[str, str]:
    """Return where each file stands in the package, as the plan's own relative paths find it."""
    up = max(_climbs(PurePosixPath(name)) for name in names)
    return {name: "/".join(("study", *_walked(PurePosixPath(name), up))) for name in names}


def _climbs(path: PurePosixPath) -> int:
    depth = lowest = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        lowest = min(lowest, depth)
    return -lowest


def _walked(path: PurePosixPath, up: int) -> list[str]:
    at = [PLAN_FOLDER] * up
    for part in path.parts:
        if part == "..":
            at.pop()
        else:
            at.append(part)
    return at
