"""The keys of a model in their order, with what may stand in each and what it means, read from its own annotations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Model = type[BaseModel]
DEEPEST = 3  # keys within keys that stand in a row of their own


@dataclass(frozen=True)
class Key:
    """One key: its path below the part, the words that may stand there, what it means, and whether it takes rows of its own.

    Attributes
    ----------
    path : tuple of str
    choices : tuple of str
        Empty where anything of the type may stand.
    meaning : str
    many : bool
        Whether it is a list or a mapping.
    is_list : bool
        Whether it is a list.
    """

    path: tuple[str, ...]
    choices: tuple[str, ...] = ()
    meaning: str = ""
    many: bool = False
    is_list: bool = False


def keys_of(model: Model, *, above: tuple[str, ...] = ()) -> Iterator[Key]:
    """Return the keys of a model, those of models within it below them."""
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        within = model_in(field.annotation)
        many = is_many(field.annotation)
        if within is not None and not many and len(path) < DEEPEST:
            yield from keys_of(within, above=path)
        else:
            yield Key(
                path,
                choices_of(field.annotation),
                meaning_of(field),
                many,
                _is_list(field.annotation),
            )


def meaning_of(field: FieldInfo) -> str:
    """Return what a key means, without marks of Markdown."""
    return (field.description or "").replace("`", "").replace("\n", " ")


def parts(kind: Any) -> tuple[Any, ...]:
    """Return the types that an annotation allows, without None."""
    origin = get_origin(kind)
    if origin is Annotated:
        return parts(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return tuple(
            part for each in get_args(kind) for part in parts(each) if part is not NoneType
        )
    return (kind,)


def choices_of(kind: Any) -> tuple[str, ...]:
    """Return the words of a Literal, TRUE and FALSE of a boolean; nothing where anything else may stand."""
    found: list[str] = []
    for part in parts(kind):
        if get_origin(part) is Literal:
            found += [word for word in get_args(part) if isinstance(word, str)]
        elif part is bool:
            found += ["TRUE", "FALSE"]
        else:
            return ()
    return tuple(found)


def model_in(kind: Any) -> Model | None:
    """Return the one model that an annotation allows; None where it allows none, several, or something else too."""
    allowed = parts(kind)
    if len(allowed) == 1 and isinstance(allowed[0], type) and issubclass(allowed[0], BaseModel):
        return allowed[0]
    return None


def is_many(kind: Any) -> bool:
    """Whether an annotation is of a list, a tuple or a mapping."""
    return any(get_origin(part) in {list, tuple, dict} for part in parts(kind))


def _is_list(kind: Any) -> bool:
    return any(get_origin(part) in {list, tuple} for part in parts(kind))


def rows_model(kind: Any) -> Model | None:
    """Return the model of the values of a mapping, as of a schema's columns; None where it is no such mapping."""
    for part in parts(kind):
        if get_origin(part) is dict:
            return model_in(get_args(part)[1])
    return None


def field_kinds(model: Model) -> Mapping[str, Any]:
    """Return the annotation of each key."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def choices_at(kind: Any, path: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the words that may stand at a path below an annotation; of rules, those of every rule that has the key.

    Parameters
    ----------
    kind : type or annotation
    path : tuple
        Names of keys, and places in lists.
    """
    found: dict[str, None] = {}
    for part in parts(kind):
        if not path:
            found |= dict.fromkeys(choices_of(part))
        elif isinstance(part, type) and issubclass(part, BaseModel):
            kinds = field_kinds(part)
            if path[0] in kinds:
                found |= dict.fromkeys(choices_at(kinds[path[0]], path[1:]))
        elif get_origin(part) in {list, tuple}:
            found |= dict.fromkeys(choices_at(get_args(part)[0], path[1:]))
        elif get_origin(part) is dict:
            found |= dict.fromkeys(choices_at(get_args(part)[1], path[1:]))
    return tuple(found)
