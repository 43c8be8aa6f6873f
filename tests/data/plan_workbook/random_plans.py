"""Random plans, schemas and intake plans, made from the models' own types: every key, whatever it may hold."""

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from impact.data.intake.plan import ArrivingColumn, ArrivingFile, IntakePlan
from impact.data.schema import Column, Schema
from impact.evaluation.plan import Plan

TEXTS = st.one_of(
    st.sampled_from(
        ["revenue", "Chiffre d'affaires", "=1+1", "+x", "-y", "@z", "#1", '"q"', "2012", "1e5", "true", "null", " x ", "été",
         "_x0041_", "a\nb", "'t", "[a]", "{b}", "a: b # c", "0", "007", "1.0", "Q42010"]
    ),
    st.text(min_size=1, max_size=12),
)  # fmt: skip
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@cache
def values_of(kind, metadata=()):
    """Values as a YAML file would hold them, each valid for a type by itself."""
    made = _any(kind, metadata)
    adapter = TypeAdapter(Annotated[kind, *metadata] if metadata else kind)
    return made.filter(lambda value: _valid(adapter.validate_python, value))


def _valid(validate, value):
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def _any(kind, metadata):
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *more = get_args(kind)
        for one in more:
            metadata = (*metadata, *(one.metadata if isinstance(one, FieldInfo) else [one]))
        return _any(inner, metadata)
    if origin in {Union, UnionType}:
        return st.one_of([_any(part, metadata) for part in get_args(kind) if part is not NoneType])
    if origin in {list, tuple, dict}:
        return _many(origin, get_args(kind), metadata)
    if origin is Literal:
        return st.sampled_from(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return model_values(kind)
    return _scalar(kind, metadata)


def _many(origin, kinds, metadata):
    within = [values_of(each) for each in kinds if each is not ...]
    if origin is tuple and ... not in kinds:
        return st.tuples(*within).map(list)
    least = next((one.min_length for one in metadata if hasattr(one, "min_length")), 0)
    make = st.dictionaries if origin is dict else st.lists
    return make(*within, min_size=least, max_size=least + 2)


def _scalar(kind, metadata):
    bounds = {
        name: getattr(one, name)
        for one in metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(one, name)
    }
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    pattern = next((one.pattern for one in metadata if getattr(one, "pattern", None)), None)
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(
            low if low is not None else -(2**60), high if high is not None else 2**60
        )
    if kind is float:
        return NUMBERS if low is None and high is None else st.floats(low, high)
    return TEXTS if pattern is None else st.from_regex(pattern, fullmatch=True)


@st.composite
def model_values(draw, model: type[BaseModel]) -> dict[str, Any]:
    """Values of a model: what it needs, some of the rest, set right where its keys depend on one another."""
    values = {}
    for name, field in model.model_fields.items():
        if field.is_required() or draw(st.integers(0, 3)) == 0:
            values[field.alias or name] = draw(values_of(field.annotation, tuple(field.metadata)))
    for kind, repair in REPAIRS.items():
        if issubclass(model, kind):
            repair(draw, values)
    return values


def _column(draw, values):
    if values["type"] == "category":
        values["categories"] = draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
    else:
        values.pop("categories", None)
    values.pop("category_labels", None)
    if values["type"] != "string":
        values.pop("pseudonym", None)
    if values["type"] != "number":
        values.pop("scale", None)
    if values["type"] == "period":
        values["frequency"] = draw(st.sampled_from(["integer", "year", "quarter", "month"]))
    else:
        values.pop("frequency", None)


def _schema_column(draw, values):
    _column(draw, values)
    values.pop("frequency", None)


def _schema(draw, values):
    names = list(values["columns"]) or ["x"]
    values["columns"] = values["columns"] or {
        "x": {"type": "number", "label": {"en": "x", "fr": "x"}}
    }
    values["unit"] = draw(st.sampled_from(names))
    values["time"] = {**values["time"], "column": draw(st.sampled_from(names))}
    for key in ("cluster", "weight"):
        if key in values:
            values[key] = draw(st.sampled_from(names))
    values.pop("identifiers", None)
    if "cohort" in values:
        values["cohort"].pop("first_period_of", None)
        values["cohort"]["column"] = draw(st.sampled_from(names))


def _file(draw, values):
    del draw
    values.pop("identifiers", None)
    values.pop("each", None)


def _intake(draw, values):
    names = list(values["sources"])
    for rule in values.get("rules", []):
        for key in ("table", "with"):
            if key in rule:
                rule[key] = draw(st.sampled_from(names))
        if "tables" in rule:
            rule["tables"] = [names[0], names[-1]]
    values.pop("result", None)
    if len(names) > 1 and not values.get("rules"):
        values["result"] = names[0]


REPAIRS: dict[type[BaseModel], Any] = {
    ArrivingColumn: _column,
    Column: _schema_column,
    Schema: _schema,
    ArrivingFile: _file,
    IntakePlan: _intake,
}

PLANS = model_values(Plan).filter(lambda values: _valid(Plan.model_validate, values))
SCHEMAS = model_values(Schema).filter(lambda values: _valid(Schema.model_validate, values))
INTAKES = model_values(IntakePlan).filter(lambda values: _valid(IntakePlan.model_validate, values))
