"""One variable as a codebook tells it: declared words and limits, counts, and figures that rest on ten units or more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from impact.data.schema import Column, Schema
from impact.data.strict import Words
from impact.evaluation.study import Study
from impact.reporting.words.catalogue import Words as Sentences
from impact.terms import SMALLEST_SHOWN

Role = Literal["unit", "time", "cohort", "cluster", "weight"]
Security = Literal["direct_key", "group_key", "free_text", "indirect", "sensitive", "harmless"]
"""How near a variable comes to a unit: its key, its group's, a text, a trait, a figure of it, or none of these."""
NUMBERS = {"number", "integer"}


@dataclass(frozen=True)
class Category:
    """A value that a variable may take, its label, and its rows; None where fewer than ten units have it, or would be told."""

    code: str
    label: Words
    n: int | None


@dataclass(frozen=True)
class Variable:
    """A declared column.

    Attributes
    ----------
    name : str
    column : Column
        Its declaration: type, label, unit, limits, description.
    role : str or None
    security : str
    valid, missing : int or None
        Rows with and without a value; None where nothing is counted, and then in no category either.
    reasons : dict
        Rows without a value by reason; empty where the reasons are not known. None as in `Category`.
    categories : tuple of Category
    mean, sd : float or None
        Of numbers that are no key; None below ten units.
    """

    name: str
    column: Column
    role: Role | None
    security: Security
    valid: int | None
    missing: int | None
    reasons: Mapping[str, int | None]
    categories: tuple[Category, ...]
    mean: float | None
    sd: float | None


def variables_of(study: Study) -> tuple[Variable, ...]:
    """Describe every column that the schema declares, in its order."""
    roles = _roles(study.schema, study.plan.cohort)
    return tuple(_variable(study, name, roles.get(name)) for name in study.schema.columns)


def declared_variables(schema: Schema, cohort: str | None) -> tuple[Variable, ...]:
    """Describe every column as the schema declares it, without a count: that rests on no unit."""
    roles = _roles(schema, cohort)
    return tuple(
        Variable(
            name=name,
            column=column,
            role=roles.get(name),
            security=_security(column, roles.get(name)),
            valid=None,
            missing=None,
            reasons={},
            categories=tuple(
                Category(code, label, None) for code, label in _labels(column).items()
            ),
            mean=None,
            sd=None,
        )
        for name, column in schema.columns.items()
    )


def _roles(schema: Schema, cohort: str | None) -> dict[str, Role]:
    derived = None if schema.cohort is None else schema.cohort.column
    named: dict[str | None, Role] = {
        cohort or derived: "cohort",
        schema.weight: "weight",
        schema.cluster: "cluster",
        schema.time.column: "time",
        schema.unit: "unit",
    }
    return {name: role for name, role in named.items() if name is not None}


def _variable(study: Study, name: str, role: Role | None) -> Variable:
    column, frame = study.column(name), study.data
    units = frame[study.schema.unit]
    known = frame[name].notna()
    missing = int((~known).sum())
    mean = sd = None
    if column.type in NUMBERS and role in {None, "weight"}:
        values = frame[name][known].astype(float)
        if units[known].nunique() >= SMALLEST_SHOWN:
            mean, sd = float(values.mean()), float(values.std(ddof=1))
    return Variable(
        name=name,
        column=column,
        role=role,
        security=_security(column, role),
        valid=int(known.sum()),
        missing=missing,
        reasons=_reasons(frame.attrs.get("missing", {}).get(name, {}), missing),
        categories=_categories(column, frame[name][known], units[known]),
        mean=mean,
        sd=sd,
    )


def _security(column: Column, role: Role | None) -> Security:
    of_role: dict[Role | None, Security] = {
        "unit": "direct_key",
        "cluster": "group_key",
        "time": "harmless",
        "weight": "harmless",
    }
    if role in of_role:
        return of_role[role]
    if column.type == "string":
        return "free_text"
    return "sensitive" if column.type in NUMBERS else "indirect"


def _reasons(counts: Mapping[str, int], missing: int) -> dict[str, int | None]:
    """Count rows by reason where all are known; the reasons of dropped or joined rows may not add up."""
    if sum(counts.values()) != missing:
        return {}
    whole = pd.Series(counts, dtype=int)
    return shown_counts(whole, whole)


def _categories(column: Column, values: pd.Series, units: pd.Series) -> tuple[Category, ...]:
    labels = _labels(column)
    codes = values.map(_code) if len(values) else values
    rows = codes.value_counts().reindex(list(labels), fill_value=0)
    behind = units.groupby(codes).nunique().reindex(list(labels), fill_value=0)
    shown = shown_counts(rows, behind)
    return tuple(Category(code, label, shown[code]) for code, label in labels.items())


def _labels(column: Column) -> dict[str, Words]:
    """Return what a category or a 0/1 column may be, and how it is called."""
    if column.type == "boolean":
        en, fr = Sentences("en"), Sentences("fr")
        words = (Words(en=en(word), fr=fr(word)) for word in ("no", "yes"))
        return dict(zip(("0", "1"), words, strict=True))
    every = column.categories or []
    return {code: column.category_labels.get(code, Words(en=code, fr=code)) for code in every}


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def shown_counts(rows: pd.Series, units: pd.Series) -> dict[str, int | None]:
    """Return counts of rows, None where fewer than ten units are behind one, or where the total would tell such a one.

    Parameters
    ----------
    rows, units : Series
        By code: rows, and the units that they belong to. Nobody is shown as 0.
    """
    few = units.between(1, SMALLEST_SHOWN - 1)
    for code in units[~few & (units > 0)].sort_values(kind="stable").index:
        alone = few.sum() == 1 or 0 < units[few].sum() < SMALLEST_SHOWN
        if not alone:
            break
        few[code] = True
    return {str(code): None if few[code] else int(n) for code, n in rows.items()}
