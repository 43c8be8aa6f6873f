"""Whether it was worth the money, by rule: the return against the hurdle, unless chance or the evidence leaves it open."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from impact.evaluation.appraised import Worth
from impact.evaluation.rating import Rating, Verb

Answer = Literal["above", "below", "cannot_tell"]
Doubt = Literal["evidence", "no_interval", "chance"]

LIKELY = 0.9  # of the simulated cases on one side of the hurdle, from which that side may be said
WEAK = 1  # steps of the evidence's rating up to which no return made of the estimate is an answer


@dataclass(frozen=True)
class Justified:
    """An answer to whether the results justify the resources.

    Attributes
    ----------
    answer : {"above", "below", "cannot_tell"}
        Where the return lies to the hurdle.
    doubt : str or None
        What leaves it open: the ``evidence`` for the effect, ``no_interval`` of the effect, ``chance``.
    rose : str or None
        Verb of an outcome that rose while the return is below the hurdle: both are to be said.
    """

    answer: Answer
    doubt: Doubt | None = None
    rose: Verb | None = None


def justified(worth: Worth, rating: Rating) -> Justified:
    """Hold the net present value at the hurdle, its simulation and the rating of the evidence against each other.

    Notes
    -----
    The net present value exists where a rate of return does not; with costs first and gains after it is above zero exactly
    where the rate exceeds the hurdle.
    """
    if rating.steps <= WEAK:
        return Justified("cannot_tell", "evidence")
    if worth.simulated is None:
        return Justified("cannot_tell", "no_interval")
    above = worth.simulated.above_hurdle
    if worth.value > 0 and above >= LIKELY:
        return Justified("above")
    if worth.value <= 0 and above <= 1 - LIKELY:
        rose = rating.verb if rating.direction == "higher" else None
        return Justified("below", rose=rose)
    return Justified("cannot_tell", "chance")


def turning(worth: Worth) -> pd.DataFrame:
    """Return the rows of the tornado with an end on the other side of the hurdle."""
    ends = worth.moved[["value_low", "value_high"]] > 0
    return worth.moved[(ends != (worth.value > 0)).any(axis=1)]
