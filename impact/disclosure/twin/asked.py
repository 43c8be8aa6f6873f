"""The numbers that a twin must give again, and what each needs of a unit's path."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import DisclosureError, ImpactError
from impact.estimate import Estimate
from impact.estimators.linear import LinearParts
from impact.moments import Scores
from impact.terms import Averaging

LINEAR = (
    1e-7  # of a standard error: weights times outcomes differ from the estimate by rounding alone
)


@dataclass(frozen=True)
class Asked:
    """One number of one estimator.

    Attributes
    ----------
    name : str
        Its word in the kit.
    estimator : object
    average : str, optional
        How its effects are averaged; none where it is one number.
    """

    name: str
    estimator: Any
    average: Averaging | None = None

    def fit(self, panel: Panel) -> Estimate:
        """Estimate; errors as the estimator's own."""
        estimate: Estimate = self.estimator.fit(panel)
        if self.average is None:
            return estimate
        return estimate.aggregate(by="overall", average=self.average)


@dataclass(frozen=True)
class Answered:
    """A number that was asked for, on the panel that it is of."""

    asked: Asked
    estimate: Estimate
    panel: Panel

    @property
    def value(self) -> float:
        """The estimate."""
        return float(self.estimate.values[0])

    @property
    def std_error(self) -> float:
        """Its standard error."""
        return float(self.estimate.std_errors.iloc[0])

    @property
    def parts(self) -> LinearParts | None:
        """Values and scores; None where the estimator is not one whose scores are functions of paths."""
        parts = self.estimate.parts
        if not isinstance(parts, LinearParts) or not isinstance(parts.scores, Scores):
            return None
        return parts

    def why_not(self) -> str | None:
        """Say by a code why a twin cannot give the number again; None where it can."""
        parts = self.parts
        if parts is None or len(self.estimate.values) != 1:
            return "not_linear"
        if parts.robust is not None:
            return "another_covariance"
        if not np.isfinite(self.std_error) or self.std_error <= 0:
            return "no_standard_error"
        return None if self._linear() else "not_linear"

    def _linear(self) -> bool:
        """Say whether the weights give the number of these outcomes and of others: those of a ratio change."""
        whole = self.panel.with_always_treated()
        moved = whole.y.std() * np.cos(np.arange(len(whole.y)) ** 2)
        others = whole.with_outcome(whole.y + moved, whole.outcome)._comparable()
        try:
            again = float(self.asked.fit(others).values[0])
        except ImpactError:
            return False
        given = [
            float((self.weights * np.nan_to_num(one.wide)).sum())
            for one in (whole, others.with_always_treated())
        ]
        missed = np.abs(np.array(given) - [self.value, again]).max()
        return bool(missed <= LINEAR * self.std_error)

    @cached_property
    def weights(self) -> Floats:
        """Weight of each outcome in the number, (N, T)."""
        assert self.parts is not None  # noqa: S101 (why_not asked)
        weights: Floats = self.parts.unit_weights(self.panel.with_always_treated())[0]
        return weights

    @cached_property
    def direction(self) -> Floats:
        """What a unit's score takes of its own path, (N, T): the same for all units of a cell."""
        assert self.parts is not None  # noqa: S101 (why_not asked)
        scores, moments = self.parts.scores, self.parts.moments
        found: Floats = scores.weights_of_units(self.panel.with_always_treated(), moments)[0]
        return found

    def scores(self) -> Floats:
        """Each unit's score, (N,), times the root of the small-sample factor."""
        assert self.parts is not None  # noqa: S101 (why_not asked)
        own = self.parts.scores.of_units(self.panel.with_always_treated(), self.parts.moments)
        return np.asarray(own[:, 0] * np.sqrt(self.parts.factor))


def answers(panel: Panel, asked: Sequence[Asked]) -> tuple[list[Answered], dict[str, str]]:
    """Fit what is asked; numbers that this panel does not have, or a twin could not give, are left out by reason."""
    answered: list[Answered] = []
    left_out: dict[str, str] = {}
    for one in asked:
        try:
            found = Answered(one, one.fit(panel), panel)
            why = found.why_not()
        except ImpactError as problem:
            why = f"not_computed:{type(problem).__name__}"
        if why is None:
            answered.append(found)
        else:
            left_out[one.name] = why
    if not answered:
        raise DisclosureError(
            "the referee's kit: none of the released numbers is linear in outcomes; release without a kit"
        )
    return answered, left_out
