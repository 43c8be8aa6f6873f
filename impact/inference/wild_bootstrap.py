"""The wild cluster bootstrap of one coefficient, from G-vectors alone: tests and intervals by inversion."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from impact.arrays import Floats
from impact.covariance.cluster_regression import ClusterRegression
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.many import Many
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.estimators.weighted import Weighted
from impact.inference.situation import Intervals, OneNumber, Situation, needs
from impact.inference.wild_statistics import Symmetry, Variant, WeightedDraws, WildStatistics
from impact.interval import Interval
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

Weights = Literal["rademacher", "webb"]

FEW_CLUSTERS = (
    12  # below it Rademacher weights give too few different draws, unless all of them are taken
)
WEBB = np.sqrt([1.5, 1.0, 0.5])


@dataclass(frozen=True, repr=False, kw_only=True)
class WildResult(Interval):
    """Test of no effect and interval by the wild cluster bootstrap; an infinite end means nothing that far is rejected.

    Attributes
    ----------
    statistic : float
        t with the variant's standard error.
    draws : int
    enumerated : bool
        Whether these are all Rademacher draws there are.
    """

    inference: str = "wild_bootstrap"
    statistic: float
    draws: int
    enumerated: bool
    n_clusters: int
    n_treated_clusters: int
    why: str


@dataclass(frozen=True)
class WildClusterBootstrap(CheckedChoices, OneNumber):
    """Wild cluster bootstrap of the first coefficient of a regression, or of any estimate that weighs outcomes.

    Two-way fixed effects and regressions of one's own are bootstrapped with their own standard errors. Any other number is
    bootstrapped through its weights: outcomes of the model without effect (unit and period effects taken out) change sign by
    cluster, and are studentised by scores that take each label's mean by period out.

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
    unit_of_draws : {"cluster", "subcluster"}
        Draw one weight a cluster, or one a unit within clusters: with few treated clusters the former hardly varies.
    symmetry : {"symmetric", "equal_tail"}
    level : float, optional
        The estimate's own by default.
    seed : int

    Assumes
    -------
    Clusters are independent, and there are enough of them on both sides: with few treated clusters the restricted
    bootstrap rejects too seldom and its interval may have no end, the unrestricted one rejects too often.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3); MacKinnon, Nielsen and Webb (2023), Journal
    of Applied Econometrics 38(5), secs. 3-4; MacKinnon and Webb (2018), Econometrics Journal 21(2), on subclusters.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> two_way = impact.TwoWayFixedEffects().fit(panel)
    >>> found = two_way.under(impact.WildBootstrap(draws=999))
    >>> round(found.conf_low, 2), round(found.conf_high, 2), found.why
    (1.0, 1.58, 'WCR-C, cluster')
    """

    code: ClassVar[str] = "wild_bootstrap"
    draws: int = 9999
    weights: Weights | None = None
    impose_null: bool = True
    variant: Variant = "C"
    unit_of_draws: Literal["cluster", "subcluster"] = "cluster"
    symmetry: Symmetry = "symmetric"
    level: float | None = None
    seed: int = 2012

    @one_thread()
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
        return self._of_regression(regression, level=self.level or CONFIDENCE_LEVEL)

    def _of_regression(self, regression: ClusterRegression, *, level: float) -> WildResult:
        by_cluster = self.unit_of_draws == "cluster"
        n = regression.n_clusters if by_cluster else len(regression.fine_XX)
        v, enumerated = self._weights(n, stream(self.seed, "wild_weights"))
        return self._result(
            WildStatistics.of_regression(
                regression, v, variant=self.variant, impose_null=self.impose_null
            ),
            level=level,
            draws=v.shape[1],
            enumerated=enumerated,
            n_clusters=regression.n_clusters,
            n_treated_clusters=int(regression.treated.sum()),
            why=f"WC{'R' if self.impose_null else 'U'}-{self.variant}, {self.unit_of_draws}",
        )

    def _result(self, boot: WildStatistics, *, level: float, **described: Any) -> WildResult:
        needs(
            boot.std_error > 0,
            "the wild bootstrap needs scores that vary between clusters, and every cluster's is zero; take Permutation()",
        )
        low, high = (boot.end(side, 1 - level, self.symmetry) for side in (-1, 1))
        return WildResult(
            estimate=boot.estimate,
            std_error=boot.std_error,
            statistic=boot.estimate / boot.std_error,
            p_value=boot.p_value(0.0, self.symmetry),
            conf_low=low,
            conf_high=high,
            level=level,
            **described,
        )

    @one_thread()
    def answer(self, asked: Many, *, level: float) -> WildResult:
        """As `OneNumber.answer`: with the regression's own standard errors where the number is two-way fixed effects."""
        if isinstance(asked, Weighted) and isinstance(asked.origin.estimator, TwoWayFixedEffects):
            return self._of_regression(ClusterRegression.of_panel(asked.panel), level=level)
        situation = Situation.of(asked, level=level)
        n = len(situation.exchange.labels)
        v, enumerated = self._weights(n, stream(self.seed, "wild_weights"))
        return self._result(
            next(WeightedDraws.of(situation, v).statistics(situation.outcomes)),
            level=level,
            draws=v.shape[1],
            enumerated=enumerated,
            n_clusters=n,
            n_treated_clusters=situation.n_treated,
            why="WCR of weighted outcomes, cluster",
        )

    @one_thread()
    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`: the critical value drawn at no effect times the standard error, not an inversion."""
        v, _ = self._weights(len(situation.exchange.labels), generator)
        boots = WeightedDraws.of(situation, v).statistics(outcomes)
        rows = [
            (
                boot.estimate,
                boot.std_error,
                boot.critical_value(situation.level) * boot.std_error,
                boot.p_value(0.0, "symmetric"),
            )
            for boot in boots
        ]
        estimate, error, reach, p = np.array(rows).T
        return Intervals(estimate, error, estimate - reach, estimate + reach, p)

    def _weights(self, n: int, generator: np.random.Generator) -> tuple[Floats, bool]:
        """Weights (H, B) of n clusters or subclusters, and whether they are all there are."""
        if self.weights != "webb" and n < 63 and 2**n <= self.draws:
            bits = (np.arange(2**n)[None] >> np.arange(n)[:, None]) & 1
            return np.asarray(1.0 - 2.0 * bits), True
        kind = self.weights or ("webb" if n < FEW_CLUSTERS else "rademacher")
        if kind == "rademacher":
            signs = np.unpackbits(
                generator.integers(0, 256, size=-(-n * self.draws // 8), dtype=np.uint8)
            )
            return np.asarray(1.0 - 2.0 * signs[: n * self.draws].reshape(n, self.draws)), False
        points = np.concatenate([-WEBB, WEBB])
        return np.asarray(points[generator.integers(0, 6, size=(n, self.draws))]), False


WildBootstrap = WildClusterBootstrap
"""The short name, as in ``estimate.under(WildBootstrap())``."""
