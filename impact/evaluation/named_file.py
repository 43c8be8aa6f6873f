"""A file that a plan names: keys and values of a declared form, or an error that says which key and which rule."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from impact.data.schema import broken_rules
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError

Form = TypeVar("Form", bound=BaseModel)


def read_named_file(path: Path, form: type[Form], *, key: str) -> Form:
    """Read a file as the form that the plan's ``key`` asks for.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    content = load_yaml(path)
    if not isinstance(content, dict):
        raise PlanError(f"{key}: {path.name} is a list of keys and values; see data/{key}.yml")
    try:
        return form.model_validate(content)
    except ValidationError as problem:
        raise PlanError(f"{key}: {path.name}: {broken_rules(problem)}") from None
