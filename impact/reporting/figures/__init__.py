"""The figures of a report: pure functions from results to an exhibit, drawn for the page and for a phone."""

from impact.reporting.figures.canvas import drawn
from impact.reporting.figures.certainty import (
    honest_bounds,
    power_curve,
    specification_curve,
    without_one,
)
from impact.reporting.figures.economics import (
    return_over_persistence,
    simulated_returns,
    tornado,
)
from impact.reporting.figures.effects import (
    actual_against_counterfactual,
    dots_in_words,
    not_drawn_in_words,
    raw_paths,
)
from impact.reporting.figures.event_times import EffectAxis, event_study
from impact.reporting.figures.forests import (
    effects_elsewhere,
    estimators,
    forest_of_subgroups,
    inferences,
)
from impact.reporting.figures.heatmap import weights
from impact.reporting.figures.response import response
from impact.reporting.figures.sample import attrition, exposure, flow, love_plot
from impact.reporting.figures.theory import theory_of_change
from impact.reporting.figures.timeline import timeline

__all__ = [
    "EffectAxis",
    "actual_against_counterfactual",
    "attrition",
    "dots_in_words",
    "drawn",
    "effects_elsewhere",
    "estimators",
    "event_study",
    "exposure",
    "flow",
    "forest_of_subgroups",
    "honest_bounds",
    "inferences",
    "love_plot",
    "not_drawn_in_words",
    "power_curve",
    "raw_paths",
    "response",
    "return_over_persistence",
    "simulated_returns",
    "specification_curve",
    "theory_of_change",
    "timeline",
    "tornado",
    "weights",
    "without_one",
]
