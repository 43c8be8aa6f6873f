"""The one schema of notebook parameters: names, types and defaults, checked before a kernel starts."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from impact.data.schema import broken_rules
from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.terms import ControlGroup, Language


class Parameters(BaseModel):
    """What a notebook may be told; an empty text or a negative number means "as in the plan".

    Attributes
    ----------
    plan : str
        Plan file, found from the working folder or one above it.
    outcome, cohort, comparison_group, language : str
    anticipation, permutations, seed : int
    alpha : float
    results : str
        Folder of results already computed; empty to compute them here.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    plan: Annotated[str, Field(min_length=1)] = "evaluation.yml"
    outcome: str = ""
    cohort: str = ""
    comparison_group: ControlGroup | Annotated[str, Field(pattern="^$")] = ""
    anticipation: Annotated[int, Field(ge=-1, le=40)] = -1
    alpha: Annotated[float, Field(gt=-2, lt=0.5)] = -1.0
    permutations: Annotated[int, Field(ge=-1, le=1_000_000)] = -1
    seed: Annotated[int, Field(ge=-1, lt=2**32)] = -1
    language: Language | Annotated[str, Field(pattern="^$")] = ""
    results: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Check values against the schema.

        Raises
        ------
        PlanError
            For an unknown name (with the nearest known one) or a wrong type.
        """
        known = list(cls.model_fields)
        for name in values:
            if name not in known:
                near = get_close_matches(str(name), known, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                shown = name if str(name).isidentifier() and len(str(name)) <= 40 else "a name"
                raise PlanError(
                    f"{shown}: unknown parameter; {hint}known ones are {', '.join(known)}"
                )
        try:
            return cls.model_validate(dict(values))
        except ValidationError as problem:
            raise PlanError(f"parameter {broken_rules(problem)}") from None

    def plan_with(self, plan: Plan) -> Plan:
        """Return the plan with what differs from it changed."""
        named = ("cohort", "comparison_group", "language")
        found: dict[str, Any] = {name: getattr(self, name) for name in named if getattr(self, name)}
        counted = ("anticipation", "alpha", "permutations", "seed")
        found |= {name: getattr(self, name) for name in counted if getattr(self, name) >= 0}
        if self.outcome:
            others = (name for name in plan.outcomes if name != self.outcome)
            found["outcomes"] = (self.outcome, *others)
        return plan.changed(**found)
