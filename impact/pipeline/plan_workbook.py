"""A plan as a workbook and back: with its schema, and with its intake plan where it has one."""

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
from impact.errors import PlanError, StorageError
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
    parts = read_plan_workbook(workbook)
    if "plan" not in parts:
        raise PlanError(f"{workbook.name}: has no sheet of the plan itself")
    plan = Plan.of(parts["plan"])
    files = {folder / f"{workbook.stem}.yml": parts["plan"]}
    if "schema" in parts:
        schema_of(parts["schema"], name=workbook.name)
        files[_inside(folder, plan.data_schema)] = parts["schema"]
    if "intake" in parts:
        intake_plan(parts["intake"], name=workbook.name)
        files[_inside(folder, plan.data)] = parts["intake"]
    _refuse_there(list(files), overwrite=overwrite)
    for path, values in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_of(values), encoding="utf-8")
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
