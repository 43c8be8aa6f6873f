"""A file that a plan names: keys and values of a declared form, or an error that says which key and which rule."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from impact.data.strict import Words
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError
from impact.evaluation.plan import printed
from impact.evaluation.refusals import refusals
from impact.terms import Language, nearest

Form = TypeVar("Form", bound=BaseModel)


class StrictForm(BaseModel):
    """A part of such a file: an unknown key is refused with the nearest known one."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _keys_are_known(cls, values: Any) -> Any:
        known = list(cls.model_fields)
        for name in values if isinstance(values, Mapping) else ():
            if name not in known:
                raise ValueError(
                    f"{printed(name)}: unknown key; {nearest(name, known)}known ones are {', '.join(known)}"
                )
        return values


def source_in(source: str | Words, language: Language) -> str:
    """Return a source in one language; empty where none was found."""
    return source if isinstance(source, str) else source.in_language(language)


def read_named_file(path: Path, form: type[Form], *, key: str) -> Form:
    """Read a file as the form that the plan's ``key`` asks for.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    content = load_yaml(path)
    if not isinstance(content, dict):
        raise PlanError(
            f"{key}: {path.name} holds no keys with values; write it as data/{key}.yml is"
        )
    try:
        return form.model_validate(content)
    except ValidationError as problem:
        raise PlanError(f"{key}: {path.name}: {refusals(problem)}") from None
