"""What offices agree on before any of them adds up its firms: the cells, the unit of account and who takes part.

The file holds words and periods only, never a figure of anybody's data, so that it may be sent in the open.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from impact.arrays import Floats, Integers, Mask
from impact.data.broken_rules import broken_rules
from impact.data.strict import Strict
from impact.data.times import TimeAxis
from impact.data.yaml_file import load_yaml
from impact.errors import ImpactError, MomentsError
from impact.terms import Frequency

NEVER = "never"
BITS = 128  # of a number in a masked file; sums stay below half of it
Site = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=40)]
Label = str | int
Pattern = Annotated[str, BeforeValidator(lambda one: str(one) if isinstance(one, int) else one)]
"""YAML takes 1111 for a number."""


@dataclass(frozen=True, eq=False)
class GridCells:
    """P cells of a grid.

    Attributes
    ----------
    cohort : ndarray, (P,)
    stratum : ndarray of int, (P,)
    observed : ndarray of bool, (P, T)
    """

    cohort: Floats
    stratum: Integers
    observed: Mask

    def __len__(self) -> int:
        """P."""
        return len(self.cohort)


class SumGrid(Strict):
    """The cells that every office adds up, in one order.

    Attributes
    ----------
    study, round : str
        What is evaluated, and which sum of it this is: a corrected file is a new round of all offices.
    sites : list of str
        Offices that take part, 2 to 20.
    outcome : str
        The outcome's column, of the same name in every office's schema.
    parts : int
        Whole parts of one of the outcome's unit: 100 where amounts have centimes.
    largest : float
        No outcome is larger in size, in the outcome's unit: so many digits do the sums need.
    frequency, step
        As in the schema.
    periods : list
        Every period of any office.
    cohorts : list
        Every first treated period of any office, and ``never``.
    patterns : list of str
        Observed periods of a firm, one character a period: ``1`` observed, ``0`` not.
    other_patterns : {"refuse", "leave_out"}
        What becomes of firms observed otherwise; those left out are counted in the total.
    stratum : list of str
        Columns of strata, and ``strata`` their labels.
    """

    study: Annotated[str, Field(min_length=1)]
    round: Annotated[str, Field(min_length=1)]
    sites: Annotated[list[Site], Field(min_length=2, max_length=20)]
    outcome: Annotated[str, Field(min_length=1)]
    parts: Annotated[int, Field(ge=1, le=1_000_000)]
    largest: Annotated[float, Field(gt=0, strict=False)]
    frequency: Frequency
    step: Annotated[int, Field(ge=1)] = 1
    periods: Annotated[list[Label], Field(min_length=1)]
    cohorts: Annotated[list[Label], Field(min_length=2)]
    patterns: Annotated[list[Pattern], Field(min_length=1)]
    other_patterns: Literal["refuse", "leave_out"] = "refuse"
    stratum: Annotated[tuple[str, ...], Field(strict=False)] = ()
    strata: Annotated[tuple[str, ...], Field(strict=False)] = ()
    version: Literal[1] = 1

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for key in ("sites", "periods", "cohorts", "patterns", "strata"):
            named = getattr(self, key)
            if len(set(map(str, named))) < len(named):
                raise ValueError(f"{key}: one stands there twice")
        for pattern in self.patterns:
            if len(pattern) != len(self.periods) or set(pattern) - set("01") or "1" not in pattern:
                raise ValueError("patterns: write one 1 or 0 for each period, and at least one 1")
        if bool(self.stratum) != bool(self.strata):
            raise ValueError("strata: name the columns under stratum and all labels under strata")
        if self.largest * self.parts >= 2**53:
            raise ValueError("largest: in parts of the unit it has more digits than numbers hold")
        late = self.cohort_numbers > self.times[-1]
        if (late & np.isfinite(self.cohort_numbers)).any():
            raise ValueError(
                "cohorts: who starts after the last period is never treated in these data"
            )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the agreement: offices with the same one have agreed on the same."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return sha256(text.encode()).hexdigest()

    @property
    def axis(self) -> TimeAxis:
        """How the periods are counted."""
        plain = TimeAxis(self.frequency, self.step)
        return plain.anchored(pd.Series(self.periods, name="periods"), rows=_rows(self.periods))

    @property
    def times(self) -> Floats:
        """Calendar numbers of the periods, (T,)."""
        times = self.axis.parse(pd.Series(self.periods, name="periods"), rows=_rows(self.periods))
        if (np.diff(times) <= 0).any():
            raise MomentsError("periods: write them in their order, the earliest first")
        return times

    @property
    def cohort_numbers(self) -> Floats:
        """Calendar numbers of the cohorts; infinity for never treated."""
        starts = pd.Series([one if one != NEVER else None for one in self.cohorts], name="cohorts")
        numbers = self.axis.parse(starts, rows=_rows(self.cohorts), missing_allowed=True)
        return np.where(np.isnan(numbers), np.inf, numbers)

    @property
    def cells(self) -> GridCells:
        """The P cells, in the order in which moments have theirs."""
        patterns = sorted(self.patterns)
        seen = np.array([[digit == "1" for digit in pattern] for pattern in patterns])
        codes, starts = range(max(len(self.strata), 1)), np.sort(self.cohort_numbers)
        every = product(starts, codes, range(len(seen)))
        cohort, stratum, pattern = map(np.array, zip(*every, strict=True))
        return GridCells(cohort, stratum.astype(np.int64), seen[pattern])

    def places(self, numbers: Floats, axis: TimeAxis) -> Integers:
        """Return the place of an office's own periods among the grid's, -1 for those that it does not have."""
        known = {str(self.axis.label(at)): place for place, at in enumerate(self.times)}
        return np.array([known.get(str(axis.label(at)), -1) for at in numbers], dtype=np.int64)


def read_grid(path: Path) -> SumGrid:
    """Read the file on which offices agree.

    Raises
    ------
    MomentsError
        With the key and the rule.
    """
    values: Any = load_yaml(path, error=MomentsError)
    return grid_of(values, name=path.name)


def grid_of(values: Any, *, name: str) -> SumGrid:
    """Make a grid of plain values; errors as `read_grid`."""
    try:
        return SumGrid.model_validate(values)
    except ValidationError as problem:
        raise MomentsError(f"{name}: {broken_rules(problem)}") from None
    except ImpactError as problem:
        raise MomentsError(f"{name}: {problem}") from None


def _rows(labels: list[Any]) -> Integers:
    return np.arange(1, len(labels) + 1)
