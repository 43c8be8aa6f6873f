"""The mark of a rehearsal: a file beside the plan from which every page knows that no figure is of a real firm."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from impact.data.intake.arrive import is_intake
from impact.errors import PlanError
from impact.evaluation.plan import Plan
from impact.evaluation.truth import Truth

MARK = "REHEARSAL.json"
"""Stands beside the copy of the plan; a folder that has it is a rehearsal, whoever runs it."""


@dataclass(frozen=True)
class Rehearsed:
    """What the folder of a rehearsal says of itself.

    Attributes
    ----------
    truth : Truth
        The effect that was put into its data.
    data : str or None
        File that stands in for a packaged data set.
    seed : int
    from_baseline : bool
        Whether real data told what to simulate.
    """

    truth: Truth
    data: str | None
    seed: int
    from_baseline: bool

    def write(self, folder: Path) -> Path:
        """Write the mark into a folder."""
        path = folder / MARK
        facts = {
            "rehearsal": 1,
            "data": self.data,
            "seed": self.seed,
            "from_baseline": self.from_baseline,
            "truth": self.truth.model_dump(mode="json"),
        }
        path.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return path

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """Read the mark of a folder; None where it is no rehearsal.

        Raises
        ------
        PlanError
            A mark that was damaged: what stands beside it may be simulated.
        """
        path = folder / MARK
        if not path.is_file():
            return None
        try:
            facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                truth=Truth.model_validate(facts["truth"]),
                data=facts["data"],
                seed=int(facts["seed"]),
                from_baseline=bool(facts["from_baseline"]),
            )
        except (ValueError, KeyError, TypeError):
            raise PlanError(
                f"{MARK}: the mark of a rehearsal is damaged, so nobody knows which data are simulated; rehearse again"
            ) from None


def copied_names(plan: Plan) -> list[str]:
    """Return the files of a plan that its rehearsal has as they are; data and the true effect are of its own."""
    named = [plan.data_schema, plan.programme, plan.indicators, plan.evidence, plan.economics]
    if is_intake(plan.data):
        named.append(plan.data)
    return list(filter(None, named))
