"""Published effects of like programmes, each with its source, to set beside the study's own."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from impact.data.strict import Words
from impact.evaluation.named_file import read_named_file


class PublishedEffect(BaseModel):
    """One published effect, in percent of what it would have been without the programme.

    Attributes
    ----------
    name, outcome, design : Words
        Programme and country; what was measured; how.
    low, estimate, high : float or None
        As published: a range has no estimate, an estimate without an interval no ends.
    finding : Words or None
        What was found where no figure was published, such as that an effect had gone after three years.
    reference, source : str
        Authors, year and journal; and where the figure was read.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Words
    outcome: Words
    design: Words
    low: float | None = None
    estimate: float | None = None
    high: float | None = None
    finding: Words | None = None
    reference: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high stand together, or neither does")
        ends = [end for end in (self.low, self.estimate, self.high) if end is not None]
        if ends != sorted(ends):
            raise ValueError("low, estimate and high are in this order")
        if not ends and self.finding is None:
            raise ValueError("neither a figure nor a finding")
        return self


class _Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    effects: Annotated[tuple[PublishedEffect, ...], Field(strict=False, min_length=1)]


def read_evidence(path: Path) -> list[PublishedEffect]:
    """Read a file of published effects.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    return list(read_named_file(path, _Evidence, key="evidence").effects)
