"""Two-way fixed effects and imputation as `Many`, without a fit for every assignment: weights for all assignments at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.estimators.latest import Latest
from impact.estimators.linear_scores import LinearScores, imputation, two_way
from impact.estimators.many import Errors, Number, ScoreKind, labels_of
from impact.estimators.regressions.unit_period_effects import (
    UnitPeriodEffects,
    imputation_weights,
    two_way_weights,
)
from impact.estimators.weighted import Weighted

Regression = Literal["two_way_fixed_effects", "imputation"]
REGRESSIONS: tuple[Regression, ...] = ("two_way_fixed_effects", "imputation")


@dataclass(frozen=True)
class RegressionWeights:
    """Weights of two-way fixed effects, or of imputation averaged over treated observations.

    Attributes
    ----------
    cohorts : ndarray, (L,)
        First treated period that each label stands for; the last is never treated.
    """

    panel: Panel
    cohorts: Floats
    name: Regression

    def __call__(self, labels: Integers) -> Floats:
        """Return the weights (P, N, T)."""
        seen = ~np.isnan(self.panel.wide)
        exposed = (self.panel.times >= self.cohorts[labels][:, :, None]) & seen
        if self.name == "two_way_fixed_effects":
            return two_way_weights(UnitPeriodEffects.of(seen), exposed.astype(float))
        before = UnitPeriodEffects.of(seen & ~exposed)
        exposed = exposed & before.seen.any(axis=-1, keepdims=True)
        exposed = exposed & before.seen.any(axis=-2, keepdims=True)
        direct = exposed / np.maximum(exposed.sum(axis=(-2, -1), keepdims=True), 1)
        return imputation_weights(before, direct)


@dataclass(frozen=True)
class ManyRegressions(Weighted):
    """`Weighted` with the regression's own standard errors where it has them.

    Attributes
    ----------
    own : Mapping
        Scores by kind of correction, with the same estimate and the same sums over everybody.
    """

    own: Mapping[ScoreKind, LinearScores]
    latest: Latest = field(default_factory=Latest, init=False, repr=False, compare=False)

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`."""
        if kind not in self.own:
            return super().errors(outcomes, kind)
        scores = self.own[kind]
        effect, sums = self.latest.of(outcomes, "shared", lambda: scores.shared(outcomes))
        return Errors(effect, scores.std_error(outcomes, sums), scores.df)


def many_regressions(origin: Number, name: Regression, *, leave_one_out: bool) -> ManyRegressions:
    """Prepare for a panel whose units are clusters of equal weight."""
    panel = origin.panel
    labels, cohorts = labels_of(panel)
    own: Mapping[ScoreKind, LinearScores]
    if name == "two_way_fixed_effects":
        own = dict(zip(("CRV1", "CRV2", "CRV3"), two_way(panel), strict=True))
    else:
        own = {"CRV1": imputation(panel, leave_one_out=leave_one_out)}
    weigh = RegressionWeights(panel, cohorts, name)
    return ManyRegressions(panel, labels, cohorts, weigh, origin, own)
