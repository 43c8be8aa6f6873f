"""The wild cluster bootstrap of one coefficient, from G-vectors alone: tests and intervals by inversion."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.small_sample import jackknife_factor
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.inference.json_values import Stored
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

Weights = Literal["rademacher", "webb"]
Variant = Literal["C", "V"]
Symmetry = Literal["symmetric", "equal_tail"]

TIE = 1e-9  # relative; statistics this close count as equal
FEW_CLUSTERS = (
    12  # below it Rademacher weights give too few different draws, unless all of them are taken
)
WEBB = np.sqrt([1.5, 1.0, 0.5])
FARTHEST = 1e3  # standard errors at which an interval is declared unbounded
BISECTIONS = 50


@dataclass(frozen=True)
class WildResult(Stored):
    """Test of no effect and interval by the wild cluster bootstrap; an infinite end means nothing that far is rejected.

    Attributes
    ----------
    statistic : float
        t with the variant's standard error.
    draws : int
    enumerated : bool
        Whether these are all Rademacher draws there are.
    """

    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    draws: int
    enumerated: bool
    n_clusters: int
    n_treated_clusters: int
    level: float
    why: str


@dataclass(frozen=True)
class WildClusterBootstrap:
    """Wild cluster bootstrap of the first coefficient.

    Parameters
    ----------
    draws : int
        All 2^G Rademacher draws are taken instead when there are no more than this.
    weights : {"rademacher", "webb"}, optional
        By default Rademacher, and Webb's six points below 12 clusters when not enumerated.
    impose_null : bool
        Draw from the restricted model (WCR), or the unrestricted one (WCU).
    variant : {"C", "V"}
        ``C``: CRV1 standard errors; ``V``: jackknife (CRV3) ones, in the statistic and in every draw.
    level : {"cluster", "subcluster"}
        Draw one weight a cluster, or one a unit within clusters: with few treated clusters the former hardly varies.
    symmetry : {"symmetric", "equal_tail"}
    confidence : float
    seed : int

    Assumes
    -------
    Clusters are independent, and there are enough of them on both sides: with few treated clusters the restricted
    bootstrap rejects too seldom and its interval may have no end, the unrestricted one rejects too often.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3); MacKinnon, Nielsen and Webb (2023), Journal
    of Applied Econometrics 38(5), secs. 3-4; MacKinnon and Webb (2018), Econometrics Journal 21(2), on subclusters.
    """

    draws: int = 9999
    weights: Weights | None = None
    impose_null: bool = True
    variant: Variant = "C"
    unit_of_draws: Literal["cluster", "subcluster"] = "cluster"
    symmetry: Symmetry = "symmetric"
    level: float = CONFIDENCE_LEVEL
    seed: int = 2012

    def test(self, data: Panel | ClusterRegression) -> WildResult:
        """Test that the first coefficient is zero: for a panel, two-way fixed effects of treatment.

        Raises
        ------
        NotAvailableError
            For subclusters where each cluster is one unit.
        """
        regression = ClusterRegression.of_panel(data) if isinstance(data, Panel) else data
        if self.unit_of_draws == "subcluster" and len(regression.fine_XX) == regression.n_clusters:
            raise NotAvailableError(
                "the subcluster bootstrap needs several units a cluster; with units as clusters use unit_of_draws='cluster'"
            )
        v, enumerated = self._weights(regression)
        boot = _Statistics.of(regression, v, self)
        p = boot.p_value(0.0, self.symmetry)
        low, high = (boot.end(side, 1 - self.level, self.symmetry) for side in (-1, 1))
        return WildResult(
            estimate=boot.estimate,
            std_error=boot.std_error,
            statistic=boot.estimate / boot.std_error,
            p_value=p,
            conf_low=low,
            conf_high=high,
            draws=v.shape[1],
            enumerated=enumerated,
            n_clusters=regression.n_clusters,
            n_treated_clusters=int(regression.treated.sum()),
            level=self.level,
            why=f"WC{'R' if self.impose_null else 'U'}-{self.variant}, {self.unit_of_draws}",
        )

    def _weights(self, regression: ClusterRegression) -> tuple[Floats, bool]:
        """Weights (H, B) of clusters or subclusters, and whether they are all there are."""
        n = regression.n_clusters if self.unit_of_draws == "cluster" else len(regression.fine_XX)
        if self.weights != "webb" and n < 63 and 2**n <= self.draws:
            bits = (np.arange(2**n)[None] >> np.arange(n)[:, None]) & 1
            return np.asarray(1.0 - 2.0 * bits), True
        generator = stream(self.seed, "wild_weights")
        kind = self.weights or ("webb" if n < FEW_CLUSTERS else "rademacher")
        if kind == "rademacher":
            signs = np.unpackbits(
                generator.integers(0, 256, size=-(-n * self.draws // 8), dtype=np.uint8)
            )
            return np.asarray(1.0 - 2.0 * signs[: n * self.draws].reshape(n, self.draws)), False
        points = np.concatenate([-WEBB, WEBB])
        return np.asarray(points[generator.integers(0, 6, size=(n, self.draws))]), False


@dataclass(frozen=True)
class _Statistics:
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
    def of(
        cls, regression: ClusterRegression, v: Floats, asked: WildClusterBootstrap
    ) -> "_Statistics":
        scores = _restricted_scores(regression, asked)
        linear = _leave_out(regression) if asked.variant == "V" else _sandwich(regression)
        n = regression.n_clusters
        factor = jackknife_factor(n) if asked.variant == "V" else regression.crv1_factor
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
            asked.impose_null,
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

    def end(self, side: int, alpha: float, symmetry: Symmetry) -> float:
        """Return where the set of coefficients that are not rejected ends on one side of the estimate."""
        inside, step = 0.0, 1.0
        while self.p_value(self.estimate + side * step * self.std_error, symmetry) > alpha:
            inside, step = step, 1.6 * step
            if step > FARTHEST:
                return float(side * np.inf)
        outside = step
        for _ in range(BISECTIONS):
            middle = (inside + outside) / 2
            accepted = (
                self.p_value(self.estimate + side * middle * self.std_error, symmetry) > alpha
            )
            inside, outside = (middle, outside) if accepted else (inside, middle)
        return self.estimate + side * (inside + outside) / 2 * self.std_error


def _restricted_scores(
    regression: ClusterRegression, asked: WildClusterBootstrap
) -> tuple[Floats, Floats]:
    """Scores (H, k) of the model's residuals, and how they fall with the imposed coefficient."""
    fine = asked.unit_of_draws == "subcluster"
    XX, Xy = (regression.fine_XX, regression.fine_Xy) if fine else (regression.XX, regression.Xy)
    if not asked.impose_null:
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
