"""What a check found, as a sentence with places for its figures."""

from dataclasses import dataclass
from typing import Literal

Written = Literal[
    "number", "decimal", "count", "share", "points", "amount", "inference", "columns", "why_not"
]
"""How a figure is written; an amount is in the outcome's unit; columns by their labels; why not, from an error's name."""


@dataclass(frozen=True)
class Found:
    """What a check found: places for its ``figure`` (the statistic) and for ``n`` (what follows the colon of its code)."""

    sentence: str
    figure: Written = "number"
    n: Written = "count"
