"""The covariance of a least-squares regression held row by row, by any choice.

With X (n, k) and residuals e, both times roots of weights and with effects taken out, A = (X'X)^-1 and h the leverages::

    iid      s2 A
    HC0-HC3  f A (sum_i x_i x_i' e_i^2 / (1 - h_i)^p) A      p = 0, 0, 1, 2;  f the factor of HC1, else 1
    CRV0-1   f A (sum_g X_g'e_g e_g'X_g) A
    CRV2-3   from cross-products by cluster (`satterthwaite`), where effects not nested in clusters must be columns again
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.absorbed import Absorbed
from impact.covariance.choice import Clustered, Covariance, Homoskedastic
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.satterthwaite import (
    FIT_EXACTLY,
    contrast_df,
    crv1_df,
    crv2,
    crv2_of_contrasts,
    crv3,
)
from impact.covariance.small_sample import (
    cluster_df,
    counted,
    crv1_factor,
    hc1_factor,
    nested,
    residual_df,
    residual_variance,
)
from impact.covariance.survey_design import SurveyDesign, linearised
from impact.errors import NotAvailableError, NotIdentifiedError

NOTHING_LEFT = 1e-20  # of squared scores: sums by cluster this small are rounding errors

COLLINEAR = 1e-9  # what effects and other columns leave of a column, relative to its size
NO_DIRECTION = 1e-9  # eigenvalues of dummies' cross-products, relative to the largest, that are rounding errors of nothing
MOST_MEMORY = 1.5e9  # bytes of cross-products by cluster; beyond it CRV2 and CRV3 are refused


@dataclass(frozen=True)
class FittedRows:
    """A least-squares regression of n rows on k columns.

    Attributes
    ----------
    X : ndarray, (n, k)
        Times the roots of the weights, effects taken out.
    y : ndarray, (n,)
        The same of the outcome.
    bread : ndarray, (k, k)
    coefficients : ndarray, (k,)
    sets : tuple of ndarray of int, each (n,)
        Every set of effects in the model, taken out or among the columns.
    n_own : int
        Coefficients that are neither of such effects nor the constant.
    constant : bool
        Whether the model has one, in words or as the mean of its effects.
    absorbed : Absorbed, optional
        The effects that were taken out.
    """

    X: Floats
    y: Floats
    bread: Floats
    coefficients: Floats
    sets: tuple[Integers, ...]
    n_own: int
    constant: bool
    absorbed: Absorbed | None

    @classmethod
    def fit(
        cls,
        y: Floats,
        X: Floats,
        *,
        absorbed: Absorbed | None = None,
        sets: tuple[Integers, ...] = (),
        n_own: int,
        constant: bool,
    ) -> "FittedRows":
        """Regress y (n,) on X (n, k), both already times the roots of the weights.

        Raises
        ------
        NotIdentifiedError
            When a column is collinear with the others or the effects.
        """
        size = np.sqrt((X**2).sum(axis=0))
        if absorbed is not None:
            # a mean far from zero is no variation: columns are measured about theirs, so that years do not pass for regressors
            about = _about_the_mean(np.column_stack([y, X]), absorbed.root)
            size = np.maximum(np.sqrt((about[:, 1:] ** 2).sum(axis=0)), COLLINEAR * size)
            both = absorbed.residual(about)
            y, X = both[:, 0], both[:, 1:]
        Q, R = np.linalg.qr(X / np.where(size == 0, 1.0, size))
        if len(R) < R.shape[1] or np.abs(np.diag(R)).min(initial=np.inf) < COLLINEAR:
            raise NotIdentifiedError(
                "regressors are collinear with each other or with the effects, or do not vary; leave one out"
            )
        back = np.linalg.inv(R) / size[:, None]
        return cls(X, y, back @ back.T, back @ (Q.T @ y), sets, n_own, constant, absorbed)

    @property
    def residual(self) -> Floats:
        """Times the roots of the weights, (n,)."""
        return np.asarray(self.y - self.X @ self.coefficients)

    @property
    def scores(self) -> Floats:
        """Each row's contribution to each coefficient, (n, k); they sum to zero."""
        return np.asarray((self.X * self.residual[:, None]) @ self.bread)

    def leverage(self) -> Floats:
        """Diagonal of the projection on columns and effects, (n,)."""
        own = ((self.X @ self.bread) * self.X).sum(axis=1)
        return np.asarray(own if self.absorbed is None else own + self.absorbed.leverage())

    def n_counted(self, clusters: tuple[Integers, ...] = ()) -> int:
        """K: what `small_sample.counted` counts, given clusters (n,)."""
        levels = [
            len(np.unique(code))
            for code in self.sets
            if not any(nested(code, cluster) for cluster in clusters)
        ]
        return counted(self.n_own, levels=levels) - (not self.constant)


@dataclass(frozen=True)
class RowCovariance:
    """Covariance of k coefficients, (k, k), and degrees of freedom of each, (k,); clusters where there are any."""

    vcov: Floats
    df: Floats
    n_clusters: int | None = None


def covariance(
    fitted: FittedRows, choice: Covariance, clusters: tuple[Integers, ...] = ()
) -> RowCovariance:
    """Return the covariance by a choice.

    Parameters
    ----------
    clusters : tuple of ndarray of int, each (n,)
        One set, or two, where the choice is `Clustered`; of a `SurveyDesign` what `linearised` needs.

    Raises
    ------
    NotIdentifiedError
        When no degrees of freedom are left.
    NotAvailableError
        When CRV2 or CRV3 need too many columns.
    """
    if isinstance(choice, Clustered):
        return (
            _two_way(fitted, choice, clusters)
            if choice.two_way
            else _clustered(fitted, choice, clusters[0])
        )
    if isinstance(choice, SurveyDesign):
        return _survey(fitted, choice, clusters)
    n, k = fitted.X.shape
    n_counted = fitted.n_counted()
    df = np.full(k, float(residual_df(n, n_counted=n_counted)))
    if isinstance(choice, Homoskedastic):
        squares = float(fitted.residual @ fitted.residual)
        return RowCovariance(
            residual_variance(squares, n_obs=n, n_counted=n_counted) * fitted.bread, df
        )
    scores = fitted.scores
    if choice.kind in {"HC2", "HC3"}:
        left = 1 - fitted.leverage()
        power = -0.5 if choice.kind == "HC2" else -1.0
        # a row that the model fits exactly has no residual to stretch
        stretch = np.where(left > FIT_EXACTLY, np.maximum(left, FIT_EXACTLY) ** power, 0.0)
        scores = scores * stretch[:, None]
    factor = hc1_factor(n, n_counted=n_counted) if choice.kind == "HC1" else 1.0
    return RowCovariance(factor * scores.T @ scores, df)


def covariance_of_contrasts(
    fitted: FittedRows,
    choice: Covariance,
    clusters: tuple[Integers, ...],
    contrasts: Floats,
) -> RowCovariance:
    """Return the covariance (m, m) of combinations (m, k) of the coefficients, with degrees of freedom of their own, (m,).

    Raises
    ------
    NotIdentifiedError, NotAvailableError
        As `covariance`.
    """
    if not (isinstance(choice, Clustered) and choice.satterthwaite):
        found = covariance(fitted, choice, clusters)
        df = np.full(len(contrasts), float(found.df.min()))
        return RowCovariance(contrasts @ found.vcov @ contrasts.T, df, found.n_clusters)
    regression = cluster_regression(fitted, clusters[0])
    wide = np.pad(contrasts, ((0, 0), (0, regression.XX.shape[1] - contrasts.shape[1])))
    if choice.kind == "CRV2":
        adjusted = crv2_of_contrasts(regression, wide)
        return RowCovariance(adjusted.vcov, adjusted.df, regression.n_clusters)
    found = covariance(fitted, choice, clusters)
    df = contrast_df(regression, choice.kind, wide)
    return RowCovariance(contrasts @ found.vcov @ contrasts.T, df, found.n_clusters)


def _clustered(fitted: FittedRows, choice: Clustered, cluster: Integers) -> RowCovariance:
    n, k = fitted.X.shape
    n_clusters = len(np.unique(cluster))
    factor = crv1_factor(n_clusters, n_obs=n, n_counted=fitted.n_counted((cluster,)))
    df = np.full(k, cluster_df(n_clusters))
    if choice.kind in {"CRV0", "CRV1"}:
        meat = _meat(fitted.scores, cluster)
        own = (fitted.scores**2).sum(axis=0)
        if ((np.diag(meat) <= NOTHING_LEFT * own) & (own > 0)).all():
            raise NotIdentifiedError(
                f"{n_clusters} clusters leave no residual beside {k} coefficients; cluster by a finer column, or by unit"
            )
        if choice.satterthwaite:
            df = crv1_df(cluster_regression(fitted, cluster))[:k]
        return RowCovariance(factor * meat if choice.kind == "CRV1" else meat, df, n_clusters)
    regression = cluster_regression(fitted, cluster)
    adjusted = (
        crv2(regression)
        if choice.kind == "CRV2"
        else crv3(regression, df="satterthwaite" if choice.satterthwaite else "clusters")
    )
    if choice.satterthwaite:
        df = adjusted.df[:k]
    return RowCovariance(adjusted.vcov[:k, :k], df, n_clusters)


def _survey(
    fitted: FittedRows, choice: SurveyDesign, groups: tuple[Integers, ...]
) -> RowCovariance:
    found = linearised(fitted.scores, groups, lonely=choice.lonely)
    free = found.n_units - found.n_strata + 1
    df = residual_df(free, n_counted=fitted.n_counted((groups[0],)))
    return RowCovariance(found.vcov, np.full(fitted.X.shape[1], float(df)), found.n_units)


def _two_way(
    fitted: FittedRows, choice: Clustered, clusters: tuple[Integers, ...]
) -> RowCovariance:
    """One set plus the other less their intersection, each with the factor of the smaller G."""
    n, k = fitted.X.shape
    first, second = clusters
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].ravel()
    smaller = min(len(np.unique(first)), len(np.unique(second)))
    scores = fitted.scores
    meat = _meat(scores, first) + _meat(scores, second) - _meat(scores, both)
    factor = crv1_factor(smaller, n_obs=n, n_counted=fitted.n_counted(clusters))
    df = np.full(k, cluster_df(smaller))
    return RowCovariance(factor * meat if choice.kind == "CRV1" else meat, df, smaller)


def _meat(scores: Floats, cluster: Integers) -> Floats:
    """Sum over clusters of the outer products of their scores' sums, (k, k)."""
    place = np.unique(cluster, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(place, weights=column) for column in scores.T])
    return np.asarray(sums.T @ sums)


def cluster_regression(fitted: FittedRows, cluster: Integers) -> ClusterRegression:
    """Reduce rows to clusters' cross-products; effects not nested in the clusters come back as columns, after the k.

    Effects nested in clusters stay taken out: leaving a cluster out does not touch the others'. The others are shared, so they
    come back as an orthogonal basis of their dummies, less what is nested. The coefficients of the k do not change.

    Raises
    ------
    NotAvailableError
        When these are too many columns for the memory.
    """
    X = fitted.X
    if fitted.absorbed is not None:
        shared = [code for code in fitted.absorbed.sets if not nested(code, cluster)]
        if shared:
            X = np.column_stack([X, _dummies(fitted.absorbed, shared, cluster)])
    return ClusterRegression.of_arrays(fitted.y, X, cluster)


def _dummies(absorbed: Absorbed, shared: list[Integers], cluster: Integers) -> Floats:
    """An orthogonal basis (n, q) of the dummies of shared effects, times the roots of the weights, less nested effects."""
    n, n_levels = len(cluster), sum(int(code.max()) + 1 for code in shared)
    needed = 8 * n_levels * max(n, len(np.unique(cluster)) * n_levels)
    if needed > MOST_MEMORY:
        raise NotAvailableError(
            f"CRV2 and CRV3: {n_levels} effects are not nested in the clusters and would need {needed / 1e9:.0f} GB; "
            "use CRV1, or clusters that contain them"
        )
    columns = np.column_stack(
        [(code[:, None] == np.arange(code.max() + 1)) * absorbed.root[:, None] for code in shared]
    )
    inside = tuple(code for code in absorbed.sets if not any(code is other for other in shared))
    if inside:
        columns = Absorbed.of(inside, absorbed.root).residual(columns)
    values, vectors = np.linalg.eigh(columns.T @ columns)
    kept = values > NO_DIRECTION * values[-1]
    return np.asarray(columns @ (vectors[:, kept] / np.sqrt(values[kept])))


def _about_the_mean(values: Floats, root: Floats) -> Floats:
    """Take the weighted mean out of columns (n, c) that are times the roots of the weights."""
    mean = (root @ values) / (root @ root)
    return np.asarray(values - root[:, None] * mean)
