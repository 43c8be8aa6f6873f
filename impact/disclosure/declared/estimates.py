"""Estimates declared as what they are: weights of units' outcomes, and the direction that their error is quadratic in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.disclosure.declared.arms import weights_of_arms
from impact.disclosure.declared.declaration import SAME, Declaration
from impact.disclosure.figure import TABLES, Merging, Place
from impact.estimate import Estimate
from impact.estimators.experiments.arm_estimate import ArmParts
from impact.estimators.linear import LinearParts


@dataclass(frozen=True, eq=False)
class OnSome:
    """On whom of the treated an effect is, where others of them are compared with, and how it may be merged.

    Attributes
    ----------
    units : ndarray of bool, (N,)
        Of the declaration's; they must be enough as well.
    merging : Merging
    """

    units: Mask = field(repr=False)
    merging: Merging


def declare_estimate(
    declaration: Declaration,
    estimate: Estimate,
    stored: Mapping[str, float],
    *,
    part: str,
    table: str,
    importance: int = TABLES,
    on_some: Sequence["OnSome | None"] = (),
) -> None:
    """Declare the parameters of an estimate under the names of their rows, where its equation gives what is stored.

    Parameters
    ----------
    stored : mapping of str to float
        Name of a row to the estimate that stands in it, in the order of the parameters.
    on_some : sequence of OnSome, optional
        Of each effect on some of the treated alone: on whom, and how it may be merged with the others.
    """
    panel, found = estimate.origin.data, Weights.of(estimate)
    if found is None:
        return
    every = zip(found.effects, stored.items(), on_some or [None] * len(stored), strict=True)
    for weights, (row, value), some in every:
        place = Place(part, table, row, "estimate")
        declare_weights(
            declaration, panel, weights, value, place=place, importance=importance, on_some=some
        )


def declare_weights(
    declaration: Declaration,
    panel: Panel,
    weights: Floats,
    value: float,
    *,
    place: Place,
    importance: int = TABLES,
    on_some: "OnSome | None" = None,
) -> bool:
    """Declare a number by its weights (n, t) on a panel, if they give its value, and an estimate's error with it.

    Returns
    -------
    bool
        Whether it was declared.
    """
    terms = weights * np.nan_to_num(panel.wide)
    measure = declaration.measure_of(panel, weights != 0)
    whole = declaration.lifted(panel, weights)
    gives_it = abs(terms.sum() - value) <= SAME * np.abs(terms).sum()
    if not gives_it or measure is None or whole is None:
        return False
    used = (whole != 0).any(axis=1)
    groups = tuple(side & used for side in declaration.everybody if (side & used).any())
    said: dict[str, Any] = {"groups": groups, "importance": importance}
    if on_some is not None:
        said |= {"groups": (*groups, on_some.units), "merging": on_some.merging}
    declaration.add(place, "linear", measure, whole, **said)
    if place.column == "estimate":
        error = replace(place, column="std_error")
        declaration.add(error, "std_error", measure, whole, beside=place, **said)
    return True


def declare_percent(
    declaration: Declaration, overall: Estimate, percent: Estimate, *, table: str, importance: int
) -> None:
    """Declare an effect over the counterfactual mean as a ratio of equations, its error by the delta method."""
    panel, found = overall.origin.data, Weights.of(overall)
    if found is None:
        return
    effect, observed = found.effects[0], found.observed
    outcome = np.nan_to_num(panel.wide)
    b, m = float((effect * outcome).sum()), float((observed * outcome).sum())
    value = float(percent.values[0])
    if not abs(100 * b / (m - b) - value) <= SAME * abs(value):
        return
    direction = 100 * (m * effect - b * observed) / (m - b) ** 2
    rows = [declaration.lifted(panel, one) for one in (effect, observed, direction)]
    measure = declaration.measure_of(panel, (effect != 0) | (observed != 0))
    if measure is None or rows[0] is None or rows[1] is None or rows[2] is None:
        return
    place = Place("impact", table, str(percent.rows.term[0]), "estimate")
    said = {"groups": declaration.everybody, "importance": importance}
    declaration.add(place, "ratio", measure, rows[0], rows[1], **said)
    error = replace(place, column="std_error")
    declaration.add(error, "std_error", measure, rows[2], beside=place, **said)


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the outcomes in an estimate that is a sum of them.

    Attributes
    ----------
    effects : ndarray, (k, N, T)
    observed : ndarray, (N, T)
        Of the observed mean that the first effect is an effect on, made when it is asked for.
    """

    effects: Floats = field(repr=False)
    _observed: Callable[[], Floats] = field(repr=False)

    @classmethod
    def of(cls, estimate: Estimate) -> "Weights | None":
        """Return the weights on the panel that was fitted; None of an estimate that is no sum of outcomes."""
        panel, parts = estimate.origin.data, estimate.parts
        if not isinstance(panel, Panel):
            return None
        if isinstance(parts, LinearParts) and parts.weighs_outcomes:
            return cls(parts.unit_weights(panel), partial(weights_of_observed, parts, panel))
        every = weights_of_arms(estimate)
        if every is None or not isinstance(parts, ArmParts):
            return None
        effects, compared_with = every[parts.at], every[parts.reference[0]]
        return cls(effects, lambda: np.asarray(effects[0] + compared_with))

    @cached_property
    def observed(self) -> Floats:
        """Weights of the observed mean."""
        return self._observed()


def weights_of_observed(parts: LinearParts, panel: Panel) -> Floats:
    """Return the weights (N, T) of the observed mean that an effect is an effect on."""
    seen, weights = ~np.isnan(panel.wide), np.zeros_like(panel.wide)
    exposed = parts.exposed_weights[0] / parts.exposed_weights[0].sum()
    for of_cohort, cohort in zip(exposed, parts.moments.every_cohort, strict=True):
        mine = seen & (panel.cohort == cohort)[:, None]
        weights += np.where(mine, of_cohort / np.maximum(mine.sum(axis=0), 1), 0.0)
    return weights
