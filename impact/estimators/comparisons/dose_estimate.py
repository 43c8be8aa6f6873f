"""The estimate that effects of leaving a first dose make, and their average per unit of dose."""

from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.comparisons.dose_paths import SwitcherEffects
from impact.estimators.linear import Average, LinearParts
from impact.moments import PathMoments, UnitScores
from impact.parameters import Rows
from impact.terms import ENOUGH_UNITS, Averaging, Grouping


def dose_estimate(
    panel: Panel,
    found: SwitcherEffects,
    *,
    dose: str,
    per_dose: bool,
    n_switchers: int,
    spec: dict[str, Any],
) -> Estimate:
    """Return one row an effect or placebo.

    Raises
    ------
    NotIdentifiedError
        When switchers have on average no dose beyond their first one, so that nothing is per unit of it.
    """
    if per_dose and not (found.cumulative_dose > 0).all():
        raise NotIdentifiedError(
            f"{dose}: switchers return to their first dose and beyond it, so an effect per unit of dose has no meaning at some "
            "lengths; take scale='level', or fewer effects"
        )
    scale = found.cumulative_dose if per_dose else np.ones(len(found.values))
    moments = PathMoments.from_panel(panel)
    scores = UnitScores.of(found.scores / scale, panel, moments, kept=np.ones(panel.n_units))
    parts = LinearParts(
        moments=moments,
        values=found.values / scale,
        scores=scores,
        exposed_weights=np.zeros((len(scale), *moments.weight_seen.shape)),
        averager=_per_unit_of_dose,
        detail=(found, scale),
    )
    few = n_switchers < ENOUGH_UNITS
    said = "per unit of dose so far" if per_dose else "in the outcome's unit"
    return Estimate(
        Rows(
            term=[f"{'effect' if n > 0 else 'placebo'}_{abs(n)}" for n in found.length],
            event_time=np.asarray(found.length - 1, dtype=float),
            n_treated=found.n_treated,
            n_control=found.n_control,
        ),
        parts.values,
        parts.vcov(),
        estimand=f"Effect on {panel.outcome} of having left the first {dose} for l periods, {said}; placebos before",
        method=(
            f"de Chaisemartin-D'Haultfoeuille; dose {dose}; base the period before the first change; control same first dose, "
            "not yet changed; clustered, cohort-centred, normal"
        ),
        sample=panel.sample,
        spec=spec,
        notes=(f"few_treated_units:{n_switchers}",) if few else (),
        source="de Chaisemartin and D'Haultfoeuille (2024), eqs. 4-6",
        parts=parts,
    )


def _per_unit_of_dose(
    parts: LinearParts, *, by: Grouping, average: Averaging, balance: int | None
) -> Average:
    """The sum of all effects over the sum of all doses beyond the first ones, switchers counted by their weight."""
    if by != "overall" or average != "cells" or balance is not None:
        raise NotAvailableError(
            "effects by length of treatment average overall only, per unit of dose"
        )
    found, scale = parts.detail
    size: Floats = np.where(found.length > 0, found.size, 0.0)
    total = float(size @ found.dose)
    if not total > 0:
        raise NotIdentifiedError(
            f"{parts.moments.outcome}: switchers have on average no dose beyond their first one, so no effect per unit of it"
        )
    return Average(
        weights=(size * scale / total)[None],
        constant=np.zeros((len(parts.moments.every_cohort), 1)),
        rows=Rows(term=["overall"]),
        label="average total effect per unit of dose",
    )
