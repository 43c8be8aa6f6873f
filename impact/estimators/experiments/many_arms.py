"""Comparisons of arms for many assignments and outcomes at once: what randomization inference asks of a trial.

Rows, baselines and strata stay as they are; only who is in which arm changes. With C the columns whose slopes are common to the
arms (and nothing else), Q an orthonormal basis of them, and V = [D, D_a B] the columns that change with the assignment,

    V~ = V - QQ'V,   m = (V~'V~)^-1 V~'y~,   effect c'm,   score of a row  c'(V~'V~)^-1 v~_i e_i,

so that an assignment costs products with Q and one small system (Frisch, Waugh and Lovell). Scores are added up by cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.choice import Clustered
from impact.data.panel import Panel
from impact.errors import EstimationError, NotAvailableError
from impact.estimators.experiments.adjusted_means import Adjustment, centred, paired
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.arms import Arms
from impact.estimators.experiments.difference_in_means import (
    DifferenceInMeans,
    clusters_by_cell,
    in_pairs,
)
from impact.estimators.experiments.trial_rows import TrialRows, starts
from impact.estimators.many import Errors, Number, Quadratic, ScoreKind, UnitEffects, labels_of
from impact.origin import Step

CHUNK = 4_000_000  # numbers held at once
NO_DIRECTION = (
    1e-10  # singular values, relative to the largest, that are rounding errors of nothing
)


@dataclass(frozen=True)
class ManyArms:
    """`Many` of one comparison of arms.

    Attributes
    ----------
    panel : Panel
        Its cohorts say who is outside the control arm, so that strata and sizes before the start are known.
    labels : ndarray of int, (N,)
        Arms, the control last; or cohorts where these are the arms.
    cohorts : ndarray, (L,)
        As many as labels; infinity for the control.
    arm_of_label : ndarray of int, (L,)
        The arm's place, the control's being 0.
    arms : Arms
    rows : TrialRows
    pair : tuple of int
        The arms that are compared.
    origin : Number
    """

    panel: Panel
    labels: Integers
    cohorts: Floats
    arm_of_label: Integers
    arms: Arms
    rows: TrialRows
    pair: tuple[int, int]
    origin: Number

    @classmethod
    def of(cls, origin: Number) -> "ManyArms | None":
        """Prepare; None for a number that is not one comparison as it is, such as a percentage.

        Raises
        ------
        NotAvailableError
            When the number is not one comparison, and arms of a column would have to be exchanged by new fits.
        """
        estimator: Any = origin.estimator
        panel = origin.panel.with_always_treated() if _keeps_all(estimator) else origin.panel
        panel = replace(panel, complete=None)
        arms = Arms.of(panel, arm=estimator.arm, control=estimator.control)
        pair = compared_pair(arms, origin.steps)
        if pair is None and not arms.of_column:
            return None
        if pair is None:
            raise NotAvailableError(
                f"{estimator.arm}: other assignments answer for one comparison of two arms; select([...]) one, without "
                "percentages"
            )
        rows = estimator.rows(panel)
        if arms.of_column:
            n_arms = len(arms.labels)
            first = starts(panel, estimator.start)[0]
            panel = panel.with_cohort(np.where(arms.code == 0, np.inf, first))
            labels, cohorts = (
                (arms.code - 1) % n_arms,
                np.append(np.full(n_arms - 1, first), np.inf),
            )
            arm_of_label = np.append(np.arange(1, n_arms), 0)
        else:
            labels, cohorts = labels_of(panel)
            arm_of_label = np.append(np.ones(len(cohorts) - 1, dtype=np.int64), 0)
        return cls(
            panel, labels, cohorts, arm_of_label, arms, rows, pair, replace(origin, data=panel)
        )

    @property
    def width(self) -> int:
        """As `Many.width`."""
        return self.panel.n_periods

    @property
    def refits(self) -> bool:
        """As `Many.refits`."""
        return False

    @cached_property
    def cluster(self) -> Integers:
        """Cluster of each row, without holes, (n,)."""
        codes = np.unique(self.panel.cluster[self.rows.unit], return_inverse=True)[1]
        return codes.astype(np.int64)

    @cached_property
    def exposed(self) -> Floats:
        """One where a unit is actually in the first of the two arms after the start, (N, T)."""
        return np.asarray(
            ((self.arms.code == self.pair[0])[:, None] & self.rows.after).astype(float)
        )

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`; a baseline is the outcome's own and stays when a constant effect is taken out."""
        arm = self.arm_of_label[labels][:, self.rows.unit]
        parts = [self._one(arm, outcomes[:, s]) for s in range(outcomes.shape[1])]
        effect, variance, cross, slope, spread = np.array(parts).transpose(1, 0, 2)
        return Quadratic(effect, variance, cross, slope.mean(axis=0), spread.mean(axis=0))

    def _one(self, arm: Integers, wide: Floats) -> Floats:
        """Effect, variance and their parts by a constant effect, (5, P), of one outcome (N, T) under arms (P, n)."""
        rows = self.rows.with_outcome(wide)
        both = np.column_stack([rows.y, self.rows.with_outcome(self.exposed).y])
        if self._paired:
            effects, scores = self._of_pairs(arm, both)
        elif self._in_blocks:
            effects, scores = self._of_blocks(arm, both)
        else:
            effects, scores = self._of_regression(arm, both, rows)
        (effect, slope), (own, other) = effects.T, scores.transpose(2, 0, 1)
        return np.array(
            [
                effect,
                (own**2).sum(axis=1),
                (own * other).sum(axis=1),
                slope,
                (other**2).sum(axis=1),
            ]
        )

    @cached_property
    def _paired(self) -> bool:
        estimator: Any = self.origin.estimator
        if isinstance(estimator, Ancova) or estimator.strata != "blocks":
            return False
        of_arms = self.rows.for_arms(self.panel, self.arms)
        return in_pairs(
            clusters_by_cell(of_arms, estimator.block(self.panel, self.rows), self.arms)
        )

    @property
    def _in_blocks(self) -> bool:
        """Whether means are averaged over strata, or there is one: then sums by arm and stratum are all that is needed."""
        estimator: Any = self.origin.estimator
        return isinstance(estimator, DifferenceInMeans) and estimator.strata != "effects"

    def _of_blocks(self, arm: Integers, y: Floats) -> tuple[Floats, Floats]:
        """Effects (P, 2) and scores by cluster (P, G, 2) of two outcomes (n, 2); NaN where a stratum lacks one of the arms."""
        estimator: Any = self.origin.estimator
        block = estimator.block(self.panel, self.rows)
        inside = (block[:, None] == np.arange(block.max() + 1)) * self.rows.weight[
            :, None
        ]  # (n, B)
        share = inside.sum(axis=0) / self.rows.weight.sum()
        width = max(1, CHUNK // (2 * len(y)))
        parts = []
        for i in range(0, len(arm), width):
            effects = np.zeros((len(arm[i : i + width]), 2))
            scores = np.zeros((len(effects), len(y), 2))
            for code, sign in zip(self.pair, (1.0, -1.0), strict=True):
                own = (arm[i : i + width] == code).astype(float)
                with np.errstate(invalid="ignore", divide="ignore"):
                    size = own @ inside  # (p, B)
                    mean = np.stack([own @ (inside * y[:, [c]]) for c in (0, 1)], axis=2)
                    mean = mean / size[:, :, None]
                    part = own * self.rows.weight * (share / size)[:, block]
                effects += sign * np.einsum("b,pbc->pc", share, mean)
                scores += sign * part[:, :, None] * (y - mean[:, block])
            parts.append((effects, _sums(scores, self.cluster)))
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))  # type: ignore[return-value]

    def _of_pairs(self, arm: Integers, y: Floats) -> tuple[Floats, Floats]:
        """Effects (P, 2) and scores by pair (P, B, 2) of two outcomes (n, 2)."""
        estimator: Any = self.origin.estimator
        block = estimator.block(self.panel, self.rows)
        first = np.unique(block, return_index=True)[1]
        effects, scores = np.empty((len(arm), 2)), np.empty((len(arm), len(first), 2))
        of_arms = self.rows.for_arms(self.panel, self.arms)
        for place, code in enumerate(arm):
            for column in range(2):
                found = paired(replace(of_arms, y=y[:, column], arm=code), self.arms, block)
                effects[place, column] = found.estimates[-1]
                scores[place, :, column] = found.scores[first, -1]
        return effects, scores

    def _of_regression(self, arm: Integers, y: Floats, rows: TrialRows) -> tuple[Floats, Floats]:
        """Effects (P, 2) and scores by cluster (P, G, 2) of two outcomes (n, 2)."""
        estimator: Any = self.origin.estimator
        adjustment: Adjustment = estimator.adjustment(self.panel, rows)
        root = np.sqrt(rows.weight)[:, None]
        common, by_arm = (
            centred(columns, rows.weight) for columns in (adjustment.common, adjustment.by_arm)
        )
        basis = _basis(common * root)
        y = y * root
        y = y - basis @ (basis.T @ y)
        width = max(1, CHUNK // (len(y) * len(self.arms.labels) * (1 + by_arm.shape[1])))
        parts = [
            self._block_of(arm[i : i + width], y, by_arm, root, basis)
            for i in range(0, len(arm), width)
        ]
        effects, scores = zip(*parts, strict=True)
        return np.concatenate(effects), np.concatenate(scores)

    def _block_of(
        self, arm: Integers, y: Floats, by_arm: Floats, root: Floats, basis: Floats
    ) -> tuple[Floats, Floats]:
        n_arms = len(self.arms.labels)
        dummies = (arm[:, :, None] == np.arange(n_arms)) * root  # (p, n, A)
        slopes = [dummies[:, :, [a]] * by_arm for a in range(n_arms)]
        V = np.concatenate([dummies, *slopes], axis=2)
        V = V - basis @ (basis.T @ V)
        gram = V.transpose(0, 2, 1) @ V
        contrast = np.zeros((V.shape[2], 1))
        contrast[list(self.pair), 0] = 1.0, -1.0
        back = np.linalg.pinv(gram, rcond=NO_DIRECTION, hermitian=True)
        coefficients = back @ (V.transpose(0, 2, 1) @ y)
        functional = (V @ (back @ contrast))[:, :, 0]  # what each row's outcome weighs
        scores = functional[:, :, None] * (y - V @ coefficients)
        return functional @ y, _sums(scores, self.cluster)

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`: those of the regression, or of the pairs."""
        estimator: Any = self.origin.estimator
        at = self.arms.pairs.index(self.pair)
        found = []
        for s in range(outcomes.shape[1]):
            rows = self.rows.with_outcome(outcomes[:, s])
            made = estimator.compare(self.panel, rows, self.arms, Clustered(kind))
            place = len(self.arms.labels) + at
            found.append((made.estimates[place], np.sqrt(made.vcov[place, place]), made.df[at]))
        effect, error, df = np.array(found).T
        return Errors(effect, error, float(df.min()))

    def weights(self, labels: Integers) -> Floats:
        """Refuse: given a baseline the effect is no sum of weighted outcomes, before and after, that holds for others."""
        del labels
        raise NotAvailableError(
            f"{type(self.origin.estimator).__name__}: is no sum of weighted outcomes of cohorts; take Permutation(), or the "
            "estimate's own interval"
        )

    def without_each_cluster(self) -> Floats:
        """As `Many.without_each_cluster`, each a new fit; NaN where nothing is left to compare."""
        found = np.full(self.panel.sample.n_clusters, np.nan)
        at = self.arms.pairs.index(self.pair)
        for code in range(len(found)):
            left = self.panel.cluster != code
            if (self.arms.counts(left) > 0).all():
                try:
                    part = self.panel.subset(left, reason="left_out")
                    found[code] = self.origin.estimator.fit(part).params.iloc[at]
                except EstimationError:
                    continue
        return found

    def unit_effects(self, outcomes: Floats) -> UnitEffects:
        """Refuse: untreated units stand in for treated ones where few were chosen, not where lots were drawn."""
        del outcomes
        raise NotAvailableError(
            f"{type(self.origin.estimator).__name__}: does not split into what each treated unit contributes; take "
            "Permutation(), which exchanges what was drawn"
        )


def compared_pair(arms: Arms, steps: Sequence[Step]) -> tuple[int, int] | None:
    """Return the one comparison that steps lead to, as two arms; None where they lead to another number."""
    terms = arms.terms
    for step in steps:
        if step.verb == "select":
            terms = list(step.arguments["terms"])
        elif step.verb != "aggregate":
            return None
    if len(terms) != 1:
        return None
    return arms.pairs[arms.terms.index(terms[0])]


def _keeps_all(estimator: Any) -> bool:
    """Whether units treated from the first period on are compared."""
    return isinstance(estimator, DifferenceInMeans)


def _basis(columns: Floats) -> Floats:
    """An orthonormal basis (n, q) of columns (n, c)."""
    if not columns.shape[1]:
        return columns
    U, s, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(U[:, s > NO_DIRECTION * s.max(initial=0.0)])


def _sums(scores: Floats, cluster: Integers) -> Floats:
    """Scores (p, n, c) added up by cluster, (p, G, c)."""
    if int(cluster.max()) + 1 == len(cluster):
        return scores
    order = np.argsort(cluster, kind="stable")
    start = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return np.asarray(np.add.reduceat(scores[:, order], start, axis=1))
