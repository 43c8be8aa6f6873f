"""What a report shows of arms of a lot beside their effect, declared: outcomes with and without, and each pair of arms."""

from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.estimates import Weights, declare_weights
from impact.disclosure.figure import UNITS, Place
from impact.evaluation.counterfactual import Counterfactual

PATH = "counterfactual.path"


def declare_counterfactual_of_arms(
    declaration: Declaration, panel: Panel, headline: Weights, part: Counterfactual
) -> None:
    """Declare the means of those drawn and of the others, by period and from the start on.

    Parameters
    ----------
    declaration : Declaration
    panel : Panel
        Of the headline.
    headline : Weights
        Of its effect and of the mean that it is an effect on.
    part : Counterfactual
        As the run shows it; where one round is all there is after the start, its row is what the effect says of it.
    """
    seen, drawn = ~np.isnan(panel.wide), np.isfinite(panel.cohort)
    events = part.path["event_time"].to_numpy(float)
    one_round = (events >= 0).sum() == 1
    total, effect = headline.observed, headline.effects[0]
    for row, event in enumerate(events):
        at = np.flatnonzero(panel.times == panel.cohorts[0] + event)[0]
        actual, without = (_mean(panel, seen[:, at] & side, at) for side in (drawn, ~drawn))
        if event >= 0 and one_round:
            total, without = actual, actual - effect
        for column, weights in (("actual", actual), ("without", without)):
            place = Place("impact", PATH, str(row), column)
            _declare(declaration, panel, weights, float(part.path[column].iloc[row]), place)
        counted = declaration.lifted(panel, np.where(actual != 0, 1.0, 0.0))
        if counted is not None:
            declaration.add(Place("impact", PATH, str(row), "n_treated"), "count", UNITS, counted)
    _declare(
        declaration, panel, total, part.actual, Place("impact", "counterfactual", "", "actual")
    )


def declare_first_arms(
    declaration: Declaration, panel: Panel, headline: Weights, estimate: float
) -> None:
    """Declare the first row of the table of arms, which is the headline; units of other arms are not in its panel."""
    place = Place("impact", "arms", "0", "estimate")
    _declare(declaration, panel, headline.effects[0], estimate, place)
    declaration.count(Place("impact", "arms", "0", "n_treated"), declaration.treated)
    declaration.count(Place("impact", "arms", "0", "n_control"), ~declaration.treated)


def _mean(panel: Panel, units: Any, at: int) -> Floats:
    """Weights (N, T) of the mean of some units in a period."""
    weights = np.zeros(panel.wide.shape)
    weights[units, at] = panel.weight[units] / panel.weight[units].sum()
    return weights


def _declare(
    declaration: Declaration, panel: Panel, weights: Floats, value: float, place: Place
) -> None:
    declare_weights(declaration, panel, weights, value, place=place, importance=1)
