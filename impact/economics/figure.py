"""A number that may not exist: then the reason why stands in its place, never a zero."""

from dataclasses import dataclass
from typing import Literal

Why = Literal[
    "no_gain",
    "no_cost",
    "several_returns",
    "no_return",
    "gain_before_cost",
    "no_beneficiaries",
    "nothing_without",
    "not_even_if_lasting",
    "even_if_gone",
    "not_within_the_horizon",
    "even_in_the_first_year",
]


@dataclass(frozen=True, repr=False)
class Figure:
    """A number, or why there is none.

    Attributes
    ----------
    value : float or None
    why : str or None
        ``no_gain``: no year's gain exceeds its cost; ``no_cost``: no year's cost exceeds its gain; ``several_returns``:
        more than one rate makes the net present value zero; ``no_return``: none does; ``gain_before_cost``: the gains
        come first, so that a higher rate is worse; ``no_beneficiaries``: nobody gains, whatever the effect;
        ``nothing_without``: the outcome without the programme is not above zero;
        ``not_even_if_lasting``, ``even_if_gone``: no share kept from year to year reaches the hurdle, or every one does;
        ``not_within_the_horizon``, ``even_in_the_first_year``: the same of the years that the effect lasts.
    all_values : tuple of float
        The rates, where there are several.

    Examples
    --------
    >>> from impact.economics.figure import Figure
    >>> Figure(0.12), Figure(why="no_gain")
    (0.12, no number: no_gain)
    """

    value: float | None = None
    why: Why | None = None
    all_values: tuple[float, ...] = ()

    def __repr__(self) -> str:
        """Write the number as a person reads it, or why there is none."""
        return f"no number: {self.why}" if self.value is None else f"{self.value:.4g}"

    def __post_init__(self) -> None:
        """Hold it to one of the two."""
        assert (self.value is None) != (self.why is None), "a value or a reason"  # noqa: S101

    def exceeds(self, other: float) -> bool:
        """Return whether there is a number, and it is larger."""
        return self.value is not None and self.value > other
