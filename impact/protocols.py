"""Who works with an estimate, and what each must answer: the estimator, the parts it leaves inside, an inference."""

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pandas as pd

from impact.arrays import Floats, Integers
from impact.terms import Averaging, Grouping

if TYPE_CHECKING:
    from impact.data.panel import Panel
    from impact.estimate import Estimate

Answer_co = TypeVar("Answer_co", covariant=True)


class Estimator(Protocol):
    """What fits data: a frozen dataclass of options."""

    def fit(self, data: Any) -> "Estimate":
        """Estimate from a `Panel`, or its `PathMoments`."""


class Inference(Protocol[Answer_co]):
    """What answers for an estimate's number: an interval, or why there is none."""

    def on(self, estimate: "Estimate") -> Answer_co:
        """Answer."""


class Parts(Protocol):
    """What an estimator leaves inside its estimate so that more can be asked of it."""

    def aggregate(
        self, estimate: "Estimate", *, by: Grouping, average: Averaging, balance: int | None
    ) -> "Estimate":
        """Average the parameters."""

    def influence(self, panel: "Panel") -> Floats:
        """Each unit's score on each parameter, (N, k)."""

    def percent(self, estimate: "Estimate") -> "Estimate":
        """The effects over their counterfactual means."""

    def weights(self, estimate: "Estimate") -> pd.DataFrame:
        """The weight of each cohort x period mean in each parameter."""

    def select(self, at: Integers) -> "Parts":
        """What is left inside for some of the parameters, by place."""
