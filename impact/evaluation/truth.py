"""What a simulated programme truly did: the figure beside which every estimate of it stands."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from impact.data.broken_rules import broken_rules
from impact.errors import PlanError


class Truth(BaseModel):
    """The true average effect on the headline outcome of simulated data.

    Attributes
    ----------
    effect, counterfactual : float
        In the outcome's unit, over the treated units' answered periods after the start.
    percent : float
        The effect over the counterfactual.
    scenario : str
        Of the simulation.
    by_event_time : dict
        Periods since the start, and the effect in each.
    """

    model_config = ConfigDict(frozen=True)

    effect: float
    percent: float
    counterfactual: float
    scenario: str
    by_event_time: dict[int, float] = {}


def read_truth(path: Path) -> Truth:
    """Read the truth file that `impact.simulate` writes beside its data.

    Raises
    ------
    PlanError
        Where it is none, or not there.
    """
    if not path.is_file():  # a device or a pipe might never end
        raise PlanError(f"truth: {path.name}: no such file; check the path")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        overall = content["overall"]
        return Truth.model_validate(
            {
                "effect": overall["effect_mad"],
                "percent": overall["percent"],
                "counterfactual": overall["counterfactual_mad"],
                "scenario": content["scenario"],
                "by_event_time": content.get("by_event_time", {}),
            }
        )
    except (ValueError, KeyError, TypeError) as problem:
        why = (
            broken_rules(problem) if isinstance(problem, ValidationError) else "not of a simulation"
        )
        raise PlanError(
            f"truth: {path.name}: {why}; make data writes one beside simulated data"
        ) from None
