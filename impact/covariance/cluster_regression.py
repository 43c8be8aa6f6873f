"""A least-squares regression as its clusters see it: cross-products, from which every cluster-robust method follows."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.covariance.small_sample import crv1_factor
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError

RANK = 1e-9  # of the normal matrix scaled to unit diagonal
GONE = 1e-12  # singular values, relative to the largest, that are rounding errors of nothing


@dataclass(frozen=True)
class ClusterRegression:
    """Least squares of y on X with clusters; effects nested in clusters (of units) are taken out beforehand.

    Attributes
    ----------
    XX : ndarray, (G, k, k)
        Cross-products of the regressors by cluster.
    Xy : ndarray, (G, k)
    yy : float
        Sum of squares of y, effects taken out.
    n : int
        Observations.
    absorbed : int
        Effects taken out.
    names : tuple of str
    treated : ndarray of bool, (G,)
        Whether the first regressor varies or is on in the cluster.
    fine_XX, fine_Xy : ndarray, (H, k, k), (H, k)
        The same by subcluster; ``parent`` (H,) is the cluster of each.
    """

    XX: Floats
    Xy: Floats
    yy: float
    n: int
    absorbed: int
    names: tuple[str, ...]
    treated: Mask
    fine_XX: Floats  # noqa: N815 (matrices keep their capitals)
    fine_Xy: Floats  # noqa: N815
    parent: Integers

    @classmethod
    def of_arrays(
        cls,
        y: Floats,
        X: Floats,
        cluster: NDArray[np.generic],
        *,
        unit: NDArray[np.generic] | None = None,
        weight: Floats | None = None,
        subcluster: NDArray[np.generic] | None = None,
        names: tuple[str, ...] = (),
    ) -> "ClusterRegression":
        """Reduce arrays.

        Parameters
        ----------
        y : ndarray, (n,)
        X : ndarray, (n, k)
            The constant among them, unless unit effects are taken out.
        cluster : ndarray, (n,)
        unit : ndarray, (n,), optional
            Take out effects of these; each must lie in one cluster.
        weight : ndarray, (n,), optional
            Inverse variances.
        subcluster : ndarray, (n,), optional
            Within clusters, for the subcluster bootstrap.

        Raises
        ------
        NotIdentifiedError
            When regressors are collinear.
        """
        root = np.ones(len(y)) if weight is None else np.sqrt(weight)
        Xw, yw = X * root[:, None], y * root
        absorbed = 0
        if unit is not None:
            code = np.unique(unit, return_inverse=True)[1]
            absorbed = int(code.max()) + 1
            stacked = _within(np.column_stack([yw, Xw]), code, root)
            yw, Xw = stacked[:, 0], stacked[:, 1:]
        finest = cluster if subcluster is None else subcluster
        code = np.unique(finest, return_inverse=True)[1]
        order = np.argsort(code, kind="stable")
        start = np.flatnonzero(np.diff(code[order], prepend=-1))
        sorted_X, sorted_y = Xw[order], yw[order]
        groups = np.unique(cluster, return_inverse=True)[1]
        fine_XX = _by_group(sorted_X, sorted_X, start)
        fine_Xy = _by_group(sorted_X, sorted_y[:, None], start)[:, :, 0]
        parent = groups[order][start]
        n_clusters = int(groups.max()) + 1
        XX, Xy = np.zeros((n_clusters, *fine_XX.shape[1:])), np.zeros((n_clusters, X.shape[1]))
        np.add.at(XX, parent, fine_XX)
        np.add.at(Xy, parent, fine_Xy)
        on = np.zeros(n_clusters, dtype=bool)
        np.logical_or.at(on, groups, X[:, 0] != 0)
        made = cls(
            XX,
            Xy,
            float(yw @ yw),
            len(y),
            absorbed,
            names,
            on,
            fine_XX,
            fine_Xy,
            parent.astype(np.int64),
        )
        made._check_rank()
        return made

    @classmethod
    def of_panel(cls, panel: Panel) -> "ClusterRegression":
        """Two-way fixed effects of treatment: exposure first, then periods; unit effects taken out; the panel's clusters."""
        exposed = panel.exposed.astype(float)
        periods = (panel.time_index[:, None] == np.arange(1, panel.n_periods)).astype(float)
        weight = panel.weight[panel.unit_index]
        return cls.of_arrays(
            panel.y,
            np.column_stack([exposed, periods]),
            panel.cluster[panel.unit_index],
            unit=panel.unit_index,
            weight=None if np.ptp(panel.weight) == 0 else weight,
            subcluster=panel.unit_index,
            names=("exposed", *(f"period {t}" for t in panel.times[1:])),
        )

    @cached_property
    def _scale(self) -> Floats:
        """Products of the regressors' sizes, (k, k): what their cross-products are divided by before ranks are judged."""
        size = np.sqrt(np.maximum(self.XX.sum(axis=0).diagonal(), 1e-300))
        return np.outer(size, size)

    def _check_rank(self) -> None:
        values = np.linalg.eigvalsh(self.XX.sum(axis=0) / self._scale)
        if values[0] < RANK:
            raise NotIdentifiedError(
                "regressors are collinear, or do not vary within units; leave one of them out"
            )

    @property
    def n_clusters(self) -> int:
        """G."""
        return len(self.XX)

    @cached_property
    def bread(self) -> Floats:
        """Inverse of the cross-products, (k, k)."""
        return np.linalg.inv(self.XX.sum(axis=0))

    @cached_property
    def coefficients(self) -> Floats:
        """Least-squares coefficients, (k,)."""
        return np.asarray(self.bread @ self.Xy.sum(axis=0))

    @cached_property
    def scores(self) -> Floats:
        """Cross-products of regressors and residuals by cluster, (G, k)."""
        return np.asarray(self.Xy - self.XX @ self.coefficients)

    @property
    def crv1_factor(self) -> float:
        """G/(G-1) (n-1)/(n-k), effects nested in clusters not counted."""
        k = len(self.coefficients)
        k += 1 if self.absorbed else 0
        return crv1_factor(self.n_clusters, n_obs=self.n, n_counted=k)

    def vcov(self) -> Floats:
        """CRV1 covariance, (k, k)."""
        meat = self.scores.T @ self.scores
        return np.asarray(self.crv1_factor * self.bread @ meat @ self.bread)

    @cached_property
    def bread_without_each(self) -> Floats:
        """Inverses of the cross-products without each cluster, (G, k, k); generalised where a regressor is gone with it."""
        scale = self._scale
        left = (self.XX.sum(axis=0) - self.XX) / scale
        return np.asarray(np.linalg.pinv(left, rcond=GONE, hermitian=True) / scale)

    def without_each(self) -> Floats:
        """Coefficients without each cluster, (G, k): exact, from cross-products alone."""
        change = np.einsum("gkl,gl->gk", self.bread_without_each, self.scores)
        return np.asarray(self.coefficients - change)


def _within(values: Floats, code: Integers, root: Floats) -> Floats:
    """Take (weighted) means by code out of columns (n, c), already multiplied by the root of the weights."""
    total = np.bincount(code, weights=root**2)
    means = np.column_stack(
        [np.bincount(code, weights=column * root) / total for column in values.T]
    )
    return np.asarray(values - means[code] * root[:, None])


def _by_group(left: Floats, right: Floats, start: Integers) -> Floats:
    """Cross-products (G, k, l) of rows sorted by group, whose first rows are ``start``."""
    ends = np.append(start[1:], len(left))
    size = np.diff(np.append(start, len(left)))
    if np.ptp(size) == 0:
        shape = (len(start), size[0])
        return np.asarray(left.reshape(*shape, -1).transpose(0, 2, 1) @ right.reshape(*shape, -1))
    return np.array([left[a:b].T @ right[a:b] for a, b in zip(start, ends, strict=True)])
