"""Who works with an estimate, and what each must answer: the estimator, the parts it leaves inside, an inference.

They are written over any type of estimate, so that `Estimate` can name them and they need not name it.
"""

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pandas as pd

from impact.arrays import Floats, Integers
from impact.terms import Averaging, Grouping

if TYPE_CHECKING:
    from impact.data.panel import Panel

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)
E_contra = TypeVar("E_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class Estimator(Protocol[E_co]):
    """What fits data: a frozen dataclass of options."""

    def fit(self, data: Any) -> E_co:
        """Estimate from a `Panel`, or its `PathMoments`."""


class Inference(Protocol[E_contra, Answer_co]):
    """What answers for an estimate's number: an interval, or why there is none."""

    def on(self, estimate: E_contra) -> Answer_co:
        """Answer."""


class Parts(Protocol[E]):
    """What an estimator leaves inside its estimate so that more can be asked of it."""

    def aggregate(self, estimate: E, *, by: Grouping, average: Averaging, balance: int | None) -> E:
        """Average the parameters."""

    def influence(self, panel: "Panel") -> Floats:
        """Each unit's score on each parameter, (N, k)."""

    def percent(self, estimate: E) -> E:
        """The effects over their counterfactual means."""

    def weights(self, estimate: E) -> pd.DataFrame:
        """The weight of each cohort x period mean in each parameter."""

    def select(self, at: Integers) -> "Parts[E]":
        """What is left inside for some of the parameters, by place."""
