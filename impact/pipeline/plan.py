"""From a plan's file and its lock to a study that has been checked, and the files that a run certifies."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.data.schema import read_schema
from impact.data.sources.door import READERS, TYPED_BY_HAND
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError, SourceError
from impact.evaluation.blind import Blinding, blind_log_of
from impact.evaluation.departure_reasons import Reasons
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.plan_lock import Known, Locked, RulesFile, canonical, lock_of
from impact.evaluation.rehearsal.mark import MARK, Rehearsed
from impact.evaluation.study import Study
from impact.pipeline.absent_plan import refuse_absent

Record = TypeVar("Record")
OF_REPORTS = frozenset({".html", ".pdf", ".docx", ".ipynb"})


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        With the key and the rule, and the nearest known key for an unknown one; what is no plan by its kind is said to be
        a folder, data or a page.
    """
    _refuse_another_kind(path)
    try:
        return Plan.of(load_yaml(path))
    except PlanError as problem:
        words = str(problem)
        raise PlanError(words if words.startswith(path.name) else f"{path.name}: {words}") from None


def _refuse_another_kind(path: Path) -> None:
    """Refuse what is given in place of a plan, with the command that was meant."""
    ending = path.suffix.lower()
    if path.is_dir():
        raise PlanError(
            f"{path.name}: a folder, not a plan; give a plan's .yml or workbook (`impact check` reads the folder of a run)"
        )
    if ending in {".yml", ".yaml"}:
        refuse_absent(path)
    if ending in {*READERS, *TYPED_BY_HAND} and path.is_file():
        raise PlanError(
            f"{path.name}: data, not a plan; `impact init {path.name}` proposes a plan for them"
        )
    if ending in OF_REPORTS and path.is_file():
        raise PlanError(
            f"{path.name}: a page or notebook, not a plan; give the plan's .yml or workbook"
        )


def study_of(path: Path, parameters: Mapping[str, Any], *, kept: Path | None = None) -> Study:
    """Return the study of a plan as parameters change it; ``kept`` is a folder with its data as they were read.

    Raises
    ------
    PlanError
        Of the lock beside it a `LockError`.
    """
    written = read_plan(path)
    locked = locked_beside(path, written)
    return Study(
        written.told(parameters),
        path.resolve().parent,
        kept,
        written=written,
        locked=locked,
        blinding=blinding_beside(path, written),
        reasons=reasons_beside(path),
    )


def checked_study(path: Path, parameters: Mapping[str, Any], *, kept: Path | None = None) -> Study:
    """Return the study of a plan after checking all that can be checked before a notebook starts.

    Raises
    ------
    ImpactError
        As `check_study`.
    """
    try:
        study = study_of(path, parameters, kept=kept)
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
    rehearsed = Rehearsed.of(folder)
    named = [
        None if rehearsed is None else MARK,
        None if rehearsed is None else rehearsed.data,
        plan.data_schema,
        plan.programme,
        plan.indicators,
        plan.truth,
        plan.evidence,
        plan.economics,
        data,
    ]
    if data is not None and is_intake(data) and (folder / data).is_file():
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


def lock_file(path: Path) -> Path:
    """Return the path of a plan's lock: ``evaluation.lock.json`` beside ``evaluation.yml``."""
    return path.with_name(f"{path.stem}.lock.json")


def locked_beside(path: Path, plan: Plan) -> Locked | None:
    """Return the lock of a plan with what is known today; None where it was never locked.

    Raises
    ------
    LockError
        When the lock is damaged.
    """
    lock = _record(lock_file(path), lock_of)
    return None if lock is None else Locked(lock, known_of(path, plan))


def blind_log_file(path: Path) -> Path:
    """Return the path of the log of a plan's blind runs: ``evaluation.blind.json`` beside ``evaluation.yml``."""
    return path.with_name(f"{path.stem}.blind.json")


def blinding_beside(path: Path, plan: Plan) -> Blinding | None:
    """Return the log of a plan's blind runs with what is known today; None where none was.

    Raises
    ------
    LockError
        When the log is damaged.
    """
    log = _record(blind_log_file(path), blind_log_of)
    return None if log is None else Blinding(log, known_of(path, plan))


def reasons_file(path: Path) -> Path:
    """Return the path of the reasons of departures from a plan: ``evaluation.departures.yml`` beside ``evaluation.yml``."""
    return path.with_name(f"{path.stem}.departures.yml")


def reasons_beside(path: Path) -> Reasons:
    """Return what the evaluator writes of departures from a plan; nothing where there is no such file.

    Raises
    ------
    PlanError
        With the key that no plan has, or whose reason is no text.
    """
    file = reasons_file(path)
    return Reasons.of(load_yaml(file), name=file.name) if file.is_file() else Reasons()


def _record(file: Path, read: Callable[..., Record]) -> Record | None:
    """Read a sealed record where there is one."""
    return read(file.read_text(encoding="utf-8"), name=file.name) if file.is_file() else None


def beside(path: Path) -> tuple[Path, ...]:
    """Return what stands beside a plan and is read with it: its lock, the log of its blind runs, reasons of departures."""
    return tuple(of(path) for of in BESIDE if of(path).is_file())


BESIDE = (lock_file, blind_log_file, reasons_file)


def known_of(path: Path, plan: Plan) -> Known:
    """Return what a plan says and what there is beside it, at this moment."""
    folder = path.resolve().parent
    files = inputs_of(plan, folder)
    rules: dict[RulesFile, dict[str, Any]] = {}
    if (folder / plan.data_schema).is_file():
        schema = read_schema(folder / plan.data_schema)
        rules["schema"] = schema.model_dump(mode="json", by_alias=True)
    if is_intake(plan.data) and (folder / plan.data).is_file():
        intake = read_intake_plan(folder / plan.data)
        rules["intake"] = intake.model_dump(mode="json", by_alias=True)
    return Known(
        plan_sha256=sha256_of(path),
        plan=canonical(plan),
        rules=rules,
        files={name: sha256_of(file) if file.is_file() else None for name, file in files.items()},
    )
