"""The data-generating process of the promotion programme: nobody real is in it."""

from impact.simulate.programme import Fair, Programme, ScenarioName, scenario
from impact.simulate.simulation import Simulation, simulate
from impact.simulate.truth import Effect, Truth

__all__ = [
    "Effect",
    "Fair",
    "Programme",
    "ScenarioName",
    "Simulation",
    "Truth",
    "scenario",
    "simulate",
]
