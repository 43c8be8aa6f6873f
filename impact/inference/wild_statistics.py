"""The bootstrapped statistic of one number as a polynomial in the hypothesised coefficient: of a regression, or of weights.

A draw multiplies cluster g's residuals by v_g. Of a number that weighs outcomes, the outcomes without effect are
u = y - r D less unit and period effects, D the exposure; in a draw the number is sum_g v_g a_g with a_g the sum of w u over
the cluster, and cluster g's score is v_g a_g less its weights times the draw's means by label and period. Both are linear
in r, so the numerator is linear in r and the variance quadratic.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.small_sample import jackknife_factor
from impact.estimators.many import cluster_sums
from impact.estimators.regressions.unit_period_effects import UnitPeriodEffects
from impact.inference.situation import Situation
from impact.interval import TIE, inverted, may_lie_beyond

Variant = Literal["C", "V"]
Symmetry = Literal["symmetric", "equal_tail"]
FARTHEST = 1e3  # standard errors at which an interval is declared unbounded


@dataclass(frozen=True)
class WildStatistics:
    """Bootstrapped numerators and squared standard errors (B,) as polynomials in the imposed coefficient r.

    The numerator is ``top0 - r top1``, the variance ``low0 - 2 r cross + r^2 low1``.
    """

    estimate: float
    std_error: float
    top0: Floats
    top1: Floats
    low0: Floats
    cross: Floats
    low1: Floats
    impose_null: bool

    @classmethod
    def of_regression(
        cls, regression: ClusterRegression, v: Floats, *, variant: Variant, impose_null: bool
    ) -> "WildStatistics":
        """Draw the first coefficient of a regression with weights v (H, B) of its clusters or subclusters."""
        scores = _restricted_scores(
            regression, fine=len(v) != regression.n_clusters, impose_null=impose_null
        )
        jackknife = variant == "V"
        linear = _leave_out(regression) if jackknife else _sandwich(regression)
        n = regression.n_clusters
        factor = jackknife_factor(n) if jackknife else regression.crv1_factor
        coefficient = regression.bread[0]
        variance = factor * float((np.einsum("gk,gk->g", linear, regression.scores) ** 2).sum())
        through = np.einsum("gk,gkl->gl", linear, regression.XX) @ regression.bread
        coarse = len(v) == n
        tops, residuals = [], []
        for part in scores:
            weigh = linear if coarse else linear[regression.parent]
            own = np.einsum("hk,hk->h", weigh, part)[:, None] * v
            by_cluster = own if coarse else _sum_by(own, regression.parent, n)
            residuals.append(by_cluster - through @ (part.T @ v))
            tops.append((part @ coefficient) @ v)
        low = [
            factor * np.einsum("gb,gb->b", residuals[i], residuals[j])
            for i, j in ((0, 0), (0, 1), (1, 1))
        ]
        return cls(
            float(regression.coefficients[0]),
            float(np.sqrt(variance)),
            tops[0],
            tops[1],
            low[0],
            low[1],
            low[2],
            impose_null,
        )

    def p_value(self, r: float, symmetry: Symmetry) -> float:
        """P-value of the hypothesis that the coefficient is r, ties counted."""
        actual = (self.estimate - r) / self.std_error
        at = r if self.impose_null else 0.0
        variance = self.low0 - 2 * at * self.cross + at**2 * self.low1
        drawn = (self.top0 - at * self.top1) / np.sqrt(np.maximum(variance, 1e-300))
        n = len(drawn)
        if symmetry == "symmetric":
            return float((np.abs(drawn) >= abs(actual) * (1 - TIE)).sum() / n)
        tolerance = TIE * abs(actual)
        below = (drawn <= actual + tolerance).sum()
        above = (drawn >= actual - tolerance).sum()
        return float(min(1.0, 2 * min(below, above) / n))

    def critical_value(self, level: float) -> float:
        """Return the absolute t beyond which no effect is rejected, ties counted."""
        size = np.sort(np.abs(self.top0) / np.sqrt(np.maximum(self.low0, 1e-300)))
        return float(size[len(size) - 1 - may_lie_beyond(len(size), level)])

    def end(self, side: int, alpha: float, symmetry: Symmetry) -> float:
        """Return where the set of coefficients that are not rejected ends on one side of the estimate."""
        step = side * self.std_error
        return inverted(
            lambda r: self.p_value(r, symmetry), self.estimate, step, alpha=alpha, farthest=FARTHEST
        )


def _restricted_scores(
    regression: ClusterRegression, *, fine: bool, impose_null: bool
) -> tuple[Floats, Floats]:
    """Scores (H, k) of the model's residuals, and how they fall with the imposed coefficient."""
    XX, Xy = (regression.fine_XX, regression.fine_Xy) if fine else (regression.XX, regression.Xy)
    if not impose_null:
        scores = Xy - XX @ regression.coefficients
        return scores, np.zeros_like(scores)
    total_XX, total_Xy = regression.XX.sum(axis=0), regression.Xy.sum(axis=0)
    others = np.linalg.solve(total_XX[1:, 1:], np.column_stack([total_Xy[1:], total_XX[1:, 0]]))
    free = Xy - XX[:, :, 1:] @ others[:, 0]
    with_unit = XX[:, :, 0] - XX[:, :, 1:] @ others[:, 1]
    return free, with_unit


def _sandwich(regression: ClusterRegression) -> Floats:
    """Weights (G, k) of a cluster's scores in the CRV1 meat."""
    return np.broadcast_to(regression.bread[0], regression.Xy.shape)


def _leave_out(regression: ClusterRegression) -> Floats:
    """Weights (G, k) of a cluster's scores in the change of the first coefficient when the cluster is left out."""
    return regression.bread_without_each[:, 0]


def _sum_by(values: Floats, parent: Integers, n: int) -> Floats:
    """Sum rows (H, B) by cluster, (G, B)."""
    order = np.argsort(parent, kind="stable")
    start = np.flatnonzero(np.diff(parent[order], prepend=-1))
    result = np.zeros((n, values.shape[1]))
    result[parent[order][start]] = np.add.reduceat(values[order], start, axis=0)
    return result


@dataclass(frozen=True)
class WeightedDraws:
    """Draws of a number that weighs outcomes: what all outcomes of a design have in common.

    Attributes
    ----------
    weights, exposed : ndarray, (N, T)
    v : ndarray, (G, B)
        Of the units of assignment.
    """

    situation: Situation
    effects: UnitPeriodEffects
    weights: Floats
    exposed: Floats
    v: Floats

    @classmethod
    def of(cls, situation: Situation, v: Floats) -> "WeightedDraws":
        """Prepare for draws of weights v (G, B)."""
        asked, panel = situation.many, situation.panel
        seen = ~np.isnan(panel.wide)
        exposed = (panel.times >= panel.cohort[:, None]) & seen
        weights = asked.weights(asked.labels[None])[0]
        return cls(situation, UnitPeriodEffects.of(seen), weights, exposed.astype(float), v)

    def statistics(self, outcomes: Floats) -> Iterator[WildStatistics]:
        """Yield those of each of S outcomes (N, S, T)."""
        asked = self.situation.many
        actual = asked.evaluate(asked.labels[None], outcomes)
        top1, residual1 = self._drawn(self.effects.residual(self.exposed))
        low1 = np.einsum("gb,gb->b", residual1, residual1)
        for place in range(outcomes.shape[1]):
            top0, residual0 = self._drawn(self.effects.residual(outcomes[:, place]))
            yield WildStatistics(
                float(actual.effect[place, 0]),
                float(np.sqrt(actual.variance[place, 0])),
                top0,
                top1,
                np.einsum("gb,gb->b", residual0, residual0),
                np.einsum("gb,gb->b", residual0, residual1),
                low1,
                impose_null=True,
            )

    def _drawn(self, residual: Floats) -> tuple[Floats, Floats]:
        """Numbers (B,) and cluster scores (G, B) of residuals (N, T) with changed signs."""
        panel, labels = self.situation.panel, self.situation.many.labels
        own = cluster_sums(panel, (self.weights * residual).sum(axis=1), axis=0)
        scores = own[:, None] * self.v
        weight = panel.weight[:, None]
        for code in np.unique(labels):
            inside = (labels == code)[:, None]
            count = np.maximum((inside * self.effects.seen * weight).sum(axis=0), TIE)
            by_cluster = cluster_sums(panel, inside * residual * weight / count, axis=0)
            mine = cluster_sums(panel, inside * self.weights, axis=0)
            scores -= mine @ (by_cluster.T @ self.v)
        return own @ self.v, scores
