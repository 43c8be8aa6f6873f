"""Reading a plan, and the files that a run certifies."""

from hashlib import sha256
from pathlib import Path

from impact.data.yaml_file import load_yaml
from impact.errors import PlanError
from impact.evaluation.plan import Plan


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


def inputs_of(plan: Plan, folder: Path) -> list[Path]:
    """Return the files that a plan reads, itself not included."""
    data = None if plan.data.startswith("package:") else plan.data
    return [folder / name for name in (plan.data_schema, plan.programme, data) if name]


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
