"""A plan as a workbook and back: with its schema, and with its intake plan where it has one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import IntakePlan, intake_plan, read_intake_plan
from impact.data.plan_workbook.read import read_plan_workbook
from impact.data.plan_workbook.sheets import Part
from impact.data.plan_workbook.write import Filed, write_plan_workbook
from impact.data.schema import Schema, read_schema, schema_of
from impact.data.yaml_file import load_yaml
from impact.errors import ImpactError, PlanError, StorageError
from impact.evaluation.plan import Plan
from impact.pipeline.plan import read_plan
from impact.terms import Language


class _Whole(yaml.SafeDumper):
    """Writes what stands twice twice, for the files that are read have no anchors; what is not printed stands escaped."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write no anchor for anything."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Whole.add_representer(str, _text)


def workbook_of(plan: Path, target: Path, *, language: Language, overwrite: bool) -> None:
    """Write a plan, its schema and its intake plan as one workbook.

    Parameters
    ----------
    plan, target : Path
    language : {"en", "fr"}
        Of sheets and headings.
    overwrite : bool

    Raises
    ------
    PlanError, SchemaError
        A file that is not valid.
    StorageError
        The workbook is there already.
    """
    read = read_plan(plan)
    folder = plan.resolve().parent
    read_schema(folder / read.data_schema)
    parts: dict[Part, Filed] = {
        "plan": Filed(Plan, load_yaml(plan)),
        "schema": Filed(Schema, load_yaml(folder / read.data_schema)),
    }
    if is_intake(read.data):
        read_intake_plan(folder / read.data)
        parts["intake"] = Filed(IntakePlan, load_yaml(folder / read.data))
    _refuse_there([target], overwrite=overwrite)
    write_plan_workbook(target, parts, language=language)


def files_of(workbook: Path, *, folder: Path, overwrite: bool) -> tuple[Path, ...]:
    """Write the files of a workbook into a folder, under the names that its plan gives them.

    Parameters
    ----------
    workbook, folder : Path
    overwrite : bool

    Raises
    ------
    SourceError, SchemaError, PlanError
        What is wrong with the workbook or with the plan that stands in it; nothing is written then.
    StorageError
        A file is there already.
    """
    files = _files(workbook, folder)
    _refuse_there(list(files), overwrite=overwrite)
    return _written(files)


def plan_file(path: Path) -> Path:
    """Return a plan's file: itself, or of a workbook the plan in it, written beside it with the files that it names.

    Files that are there already and say the same stay as they are.

    Raises
    ------
    SourceError, SchemaError, PlanError
        As `files_of`.
    StorageError
        A file is there already and says otherwise than the workbook.
    """
    if path.suffix.lower() != ".xlsx":
        return path
    files = _files(path, path.parent)
    other = [
        file.name for file, held in files.items() if file.exists() and not held.stands_in(file)
    ]
    if other:
        raise StorageError(
            f"{', '.join(other)}: there already, and other than in {path.name}; `impact workbook {path.name} --force` replaces "
            "what is there, or name the .yml"
        )
    _written({file: held for file, held in files.items() if not file.exists()})
    return next(iter(files))


@dataclass(frozen=True)
class _Held:
    """Values of one file as a workbook holds them, and what checks them."""

    values: Any
    checked: Callable[[Any], Any]

    def stands_in(self, file: Path) -> bool:
        """Whether a file says the same."""
        try:
            return bool(self.checked(load_yaml(file)) == self.checked(self.values))
        except ImpactError:
            return False


def _files(workbook: Path, folder: Path) -> dict[Path, _Held]:
    """Return the files that a workbook holds, the plan first, each checked; errors name the cell."""
    parts = read_plan_workbook(workbook)
    if "plan" not in parts:
        raise PlanError(f"{workbook.name}: has no sheet of the plan itself")
    name = workbook.name
    try:
        plan = Plan.of(parts["plan"].values, place=parts["plan"].place)
    except PlanError as problem:
        raise PlanError(f"{name}: {problem}") from None
    files = {folder / f"{workbook.stem}.yml": _Held(parts["plan"].values, Plan.of)}
    if "schema" in parts:
        schema_of(parts["schema"].values, name=name, place=parts["schema"].place)
        held = _Held(parts["schema"].values, partial(schema_of, name=name))
        files[_inside(folder, plan.data_schema)] = held
    if "intake" in parts:
        intake_plan(parts["intake"].values, name=name, place=parts["intake"].place)
        held = _Held(parts["intake"].values, partial(intake_plan, name=name))
        files[_inside(folder, plan.data)] = held
    return files


def _written(files: Mapping[Path, _Held]) -> tuple[Path, ...]:
    for path, held in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_of(held.values), encoding="utf-8")
    return tuple(files)


def yaml_of(values: Any) -> str:
    """Write plain values as YAML in their order."""
    return str(yaml.dump(values, Dumper=_Whole, allow_unicode=True, sort_keys=False, width=10_000))


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a file that the plan names, which lies in its folder or below it."""
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise PlanError(
            f"{name}: lies outside {folder.name}; name a file in the folder of the plan"
        )
    return path


def _refuse_there(paths: list[Path], *, overwrite: bool) -> None:
    there = [path.name for path in paths if path.exists()]
    if there and not overwrite:
        raise StorageError(
            f"{', '.join(there)}: already there; --force replaces it, --folder writes elsewhere"
        )
