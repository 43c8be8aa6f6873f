"""The mean of each arm, adjusted by least squares for what was known before, and comparisons of these means.

With D (n, A) the arms' dummies and Z (n, q) columns centred at their means, the regression without a constant

    y = D m + Z c          (slopes common to the arms)
    y = D m + [D_a Z]_a c  (slopes by arm)

has the adjusted means m of the arms, at the mean of Z, as its first A coefficients. With the dummies of blocks as Z and slopes
by arm these are the means in each block, averaged by the blocks' weights; with common slopes, means given block effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.choice import Clustered, Covariance, Robust, covariance_of
from impact.covariance.rows import FittedRows, covariance_of_contrasts
from impact.covariance.small_sample import cluster_df, cluster_factor
from impact.errors import NotIdentifiedError
from impact.estimators.experiments.arms import Arms
from impact.terms import CovarianceName

Slopes = Literal["common", "by_arm"]


@dataclass(frozen=True)
class ArmRows:
    """What is compared, one entry a row: outcome, place of its arm, weight, cluster; each (n,)."""

    y: Floats
    arm: Integers
    weight: Floats
    cluster: Integers

    @property
    def each_its_cluster(self) -> bool:
        """Whether every row is a cluster of its own."""
        return len(np.unique(self.cluster)) == len(self.y)


@dataclass(frozen=True)
class Adjustment:
    """Columns that means are adjusted for: (n, q) with a slope common to the arms, (n, r) with one in each arm."""

    common: Floats
    by_arm: Floats
    names: tuple[str, ...] = ()

    @classmethod
    def none(cls, n: int) -> "Adjustment":
        """Return no columns for n rows."""
        return cls(np.zeros((n, 0)), np.zeros((n, 0)))

    def beside(self, columns: Floats, names: Sequence[str], *, slopes: Slopes) -> "Adjustment":
        """Return it with columns (n, c) more."""
        named = (*self.names, *names)
        if slopes == "common":
            return Adjustment(np.column_stack([self.common, columns]), self.by_arm, named)
        return Adjustment(self.common, np.column_stack([self.by_arm, columns]), named)

    def design(self, rows: ArmRows, n_arms: int) -> Floats:
        """Return D and Z, (n, A + q + r A)."""
        dummies = (rows.arm[:, None] == np.arange(n_arms)).astype(float)
        common, by_arm = (centred(columns, rows.weight) for columns in (self.common, self.by_arm))
        each = [dummies[:, [arm]] * by_arm for arm in range(n_arms)]
        return np.column_stack([dummies, common, *each])


@dataclass(frozen=True)
class Compared:
    """Adjusted means of A arms and m comparisons of them.

    Attributes
    ----------
    estimates : ndarray, (A + m,)
        The means, then the comparisons.
    vcov : ndarray, (A + m, A + m)
    df : ndarray, (m,)
        Degrees of freedom of each comparison.
    scores : ndarray, (n, A + m)
        Each row's contribution.
    n_clusters : int
    covariance : str
        The convention of standard errors, in words.
    """

    estimates: Floats
    vcov: Floats
    df: Floats
    scores: Floats
    n_clusters: int
    covariance: str


def chosen(rows: ArmRows, vcov: Covariance | CovarianceName | None) -> Covariance:
    """Return the covariance asked for; HC2 where every row is a cluster of its own, else CRV2 with Satterthwaite's df."""
    if vcov is not None:
        return covariance_of(vcov)
    return Robust("HC2") if rows.each_its_cluster else Clustered("CRV2")


def compared(
    rows: ArmRows,
    arms: Arms,
    adjustment: Adjustment,
    *,
    choice: Covariance,
    groups: tuple[Integers, ...],
) -> Compared:
    """Compare adjusted means of arms.

    Parameters
    ----------
    groups : tuple of ndarray of int, each (n,)
        What the covariance groups rows by.

    Raises
    ------
    NotIdentifiedError
        When a column of the adjustment is constant or follows from the others.

    References
    ----------
    Lin (2013), Annals of Applied Statistics 7(1), sec. 4; Neyman's variance is HC2 without adjustment, Samii and Aronow (2012),
    Statistics and Probability Letters 82(2).
    """
    n_arms = len(arms.labels)
    X = adjustment.design(rows, n_arms)
    root = np.sqrt(rows.weight)
    try:
        fitted = FittedRows.fit(
            rows.y * root, X * root[:, None], n_own=X.shape[1] - 1, constant=True
        )
    except NotIdentifiedError:
        raise NotIdentifiedError(
            f"{', '.join(adjustment.names)}: constant, or one follows from the others within an arm; leave one out, or merge "
            "strata"
        ) from None
    wanted = np.zeros((n_arms + len(arms.pairs), X.shape[1]))
    wanted[:n_arms, :n_arms] = np.eye(n_arms)
    wanted[n_arms:, :n_arms] = arms.contrasts
    found = covariance_of_contrasts(fitted, choice, groups, wanted)
    neyman = choice == Robust("HC2") and X.shape[1] == n_arms and bool((rows.weight == 1).all())
    return Compared(
        wanted @ fitted.coefficients,
        found.vcov,
        _welch(found.vcov, rows.arm, arms) if neyman else found.df[n_arms:],
        fitted.scores @ wanted.T,
        len(np.unique(rows.cluster)),
        "Neyman's variance clustered by unit, t(Welch)" if neyman else choice.convention,
    )


def _welch(vcov: Floats, arm: Integers, arms: Arms) -> Floats:
    """Degrees of freedom of differences of means whose arms have variances of their own, (m,)."""
    variance = np.diag(vcov)[: len(arms.labels)]
    each = variance**2 / (np.bincount(arm) - 1)
    pairs = np.array(arms.pairs)
    total = each[pairs].sum(axis=1)
    # arms without any spread have no variance to tell degrees of freedom from: those of their units
    plain = np.bincount(arm)[pairs].sum(axis=1) - 2.0
    squares = variance[pairs].sum(axis=1) ** 2
    return np.asarray(np.where(total > 0, squares / np.where(total > 0, total, 1.0), plain))


def paired(rows: ArmRows, arms: Arms, block: Integers) -> Compared:
    """Compare arms in pairs: each block (n,) holds one cluster of each of two arms.

    The effect averages the blocks' differences by their weight W_b of all W; with B blocks its variance is
    B/(B-1) sum_b (W_b d_b / W - d / B)^2.

    References
    ----------
    Imai, King and Nall (2009), Statistical Science 24(1), eq. 6.
    """
    n_blocks = int(block.max()) + 1
    cell = block * 2 + rows.arm
    total = np.bincount(cell, weights=rows.weight, minlength=2 * n_blocks)
    sums = np.bincount(cell, weights=rows.weight * rows.y, minlength=2 * n_blocks)
    share = np.bincount(block, weights=rows.weight) / rows.weight.sum()
    means = (sums / total).reshape(n_blocks, 2) * share[:, None]
    every = np.column_stack([means, means @ arms.contrasts.T])
    values = every.sum(axis=0)
    apart = every - values / n_blocks
    own = every.shape[1]
    scores = np.zeros((len(rows.y), own))
    first = np.unique(block, return_index=True)[1]
    scores[first] = apart
    return Compared(
        values,
        cluster_factor(n_blocks) * apart.T @ apart,
        np.array([cluster_df(n_blocks)]),
        scores,
        len(np.unique(rows.cluster)),
        "variance of pairs' differences, clustered by pair, t(pairs - 1)",
    )


def centred(columns: Floats, weight: Floats) -> Floats:
    """Return columns (n, c) less their weighted means."""
    return np.asarray(columns - weight @ columns / weight.sum())
