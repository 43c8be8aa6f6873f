"""Choices proposed for a study: what its plan needs stays, what is known of firms counts as known, all else stays inside.

It is a proposal: what others know of a firm is no property of the data, and somebody who knows the place must say it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from impact.data.schema import Column
from impact.disclosure.public_use.choices import Limit, PublicUseChoices, Rounding
from impact.disclosure.public_use.columns import (
    NUMBERS,
    cohort_of,
    constant_within,
    starts_from,
)
from impact.evaluation.study import Study

TOP = 0.99  # as the usual cut of incomes in public-use files
FEW_VALUES = 10  # of a trait in numbers that needs no bands
A_LOG = Rounding(to=0.01)  # one percent
AN_AMOUNT = Rounding(digits=2)
K = 5


def proposed(study: Study) -> PublicUseChoices:
    """Propose choices for a study's data."""
    frame, schema = study.data, study.schema
    design = _design(study)
    numbers = [name for name in _outcomes(study) if schema.columns[name].type in NUMBERS]
    known, bands = [], {}
    for name in _traits(study):
        column = schema.columns[name]
        if name in {*design, *numbers} or column.type not in {*NUMBERS, "category", "boolean"}:
            continue
        if constant_within(frame, schema.unit, name):
            known.append(name)
            if column.type in NUMBERS and frame[name].nunique() > FEW_VALUES:
                bands[name] = _quartiles(frame[name])
        elif column.type in NUMBERS:
            numbers.append(name)
    sensitive = list(dict.fromkeys(numbers))
    start = cohort_of(study)
    told = {*design, *known, *sensitive}
    return PublicUseChoices(
        version=1,
        k=K,
        quasi_identifiers=known or [start or schema.time.column],
        sensitive=sensitive,
        drop=[name for name in schema.columns if name not in told],
        bands=bands,
        top={name: Limit(quantile=TOP) for name in sensitive if _is_amount(schema.columns[name])},
        round={
            name: A_LOG if schema.columns[name].scale == "log" else AN_AMOUNT
            for name in sensitive
            if schema.columns[name].type == "number"
        },
    )


def _is_amount(column: Column) -> bool:
    return column.type == "number" and column.scale == "level"


def _design(study: Study) -> set[str]:
    """Return columns whose part follows from schema and plan."""
    schema, arms = study.schema, study.plan.arms
    named = (
        schema.unit,
        schema.time.column,
        cohort_of(study),
        schema.cluster,
        schema.weight,
        None if arms is None else arms.column,
    )
    return {name for name in named if name is not None}


def _outcomes(study: Study) -> Iterator[str]:
    plan = study.plan
    families = sum(plan.families.values(), ())
    model = plan.panel_model
    modelled = () if model is None else (model.outcome, *model.regressors)
    several = (plan.outcomes, plan.measures, plan.secondary, families, plan.placebo_outcomes)
    left_out = starts_from(study.schema)
    for name in dict.fromkeys((*sum(several, ()), *modelled)):
        if name in study.schema.columns and name != left_out:
            yield name


def _traits(study: Study) -> Iterator[str]:
    """Yield what the plan compares and splits by, the most needed first."""
    plan = study.plan
    named = (*plan.strata, *plan.subgroups, *plan.characteristics, *plan.covariates)
    left_out = starts_from(study.schema)
    for name in dict.fromkeys(named):
        if name in study.schema.columns and name != left_out:
            yield name


def _quartiles(cells: pd.Series) -> list[float]:
    cuts = np.quantile(cells.dropna().to_numpy(dtype=float), [0.25, 0.5, 0.75])
    return sorted({float(f"{cut:.1e}") for cut in cuts})
