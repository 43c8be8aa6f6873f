"""Changes-in-changes and quantile difference-in-differences, two groups or staggered starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_df, nested
from impact.data.panel import Panel
from impact.errors import NoComparisonError, NotAvailableError, UsageError
from impact.estimate import Estimate
from impact.estimators.distribution.counterfactuals import Rule, cells_of, effects
from impact.estimators.linear import as_moments, as_panel, few_treated_notes
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL, Averaging, CheckedChoices, ControlGroup, Grouping

AVERAGE = "average"


@dataclass(frozen=True)
class DistributionParts:
    """What can be asked of effects on a distribution: the average among them."""

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Return the effect on the average; there is nothing else to combine."""
        if by != "overall" or average != "cells" or balance is not None:
            raise NotAvailableError(
                f"{estimate.method}: effects on one distribution of all cells; by='overall' gives the one on its average"
            )
        return estimate.select([AVERAGE])

    def select(self, at: Integers) -> "DistributionParts":
        """Some of the parameters."""
        del at
        return self

    def influence(self, panel: Panel) -> NoReturn:
        """Refuse: bootstrap samples are not scores of units."""
        del panel
        raise NotAvailableError(
            "effects on a distribution: the covariance comes from bootstrap samples, not scores"
        )

    def percent(self, estimate: Estimate) -> NoReturn:
        """Refuse: each quantile has its own counterfactual, in ``spec``."""
        raise NotAvailableError(
            f"{estimate.method}: no percent; spec['counterfactual'] has what each effect is measured from"
        )

    def weights(self, estimate: Estimate) -> NoReturn:
        """Refuse: quantiles are no weighted sums of outcomes."""
        raise NotAvailableError(f"{estimate.method}: is no sum of weighted outcomes")


@dataclass(frozen=True)
class DistributionalEffects(CheckedChoices):
    """What changes-in-changes and quantile difference-in-differences share.

    Parameters
    ----------
    quantiles : sequence of float
        Between 0 and 1.
    control_group : {"not_yet_treated", "never_treated"}
    anticipation : int
        Periods before the start in which behaviour may change already; the base is the last one before these.
    draws : int
        Bootstrap samples of clusters, treated and never treated apart; standard errors are missing with fewer than two.
    seed : int
    level : float
    """

    quantiles: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9)
    control_group: ControlGroup = "not_yet_treated"
    anticipation: int = 0
    draws: int = 200
    seed: int = 2012
    level: float = CONFIDENCE_LEVEL

    rule: ClassVar[Rule]
    label: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(0 < share < 1 for share in self.quantiles):
            raise UsageError("quantiles: not between 0 and 1; write 0.5 for the median")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: the effect on the treated's average, then on their quantiles.

        Raises
        ------
        NoComparisonError
            When no cohort is seen before and after its start beside a control.
        NotAvailableError
            From moments, and for repeated cross-sections.
        """
        panel = as_panel(data, who=type(self).__name__, needs="each outcome")
        moments = as_moments(panel)
        cells = cells_of(panel, control_group=self.control_group, anticipation=self.anticipation)
        if not cells:
            raise NoComparisonError(
                f"{panel.outcome}: no cohort is seen before and after its start beside a control; check the cohort column, or "
                "use control_group='not_yet_treated'"
            )
        quantiles = np.array(self.quantiles, dtype=float)
        found, without = effects(cells, panel.weight[None], self.rule, quantiles)
        n_treated = len(np.unique(np.concatenate([cell.treated for cell in cells])))
        n_clusters = len(np.unique(panel.cluster))
        terms = [AVERAGE, *(f"quantile={share:g}" for share in self.quantiles)]
        return Estimate(
            Rows(term=terms, n_treated=[n_treated] * len(terms)),
            found[0],
            self._vcov(panel, cells, quantiles),
            estimand=f"Effect on the distribution of {panel.outcome} among the treated, after their start",
            method=f"{self.label}; control {self.control_group.replace('_', ' ')}; {self.draws} bootstrap samples, t(G-1)",
            sample=panel.sample,
            spec={
                "estimator": type(self).__name__,
                "quantiles": list(self.quantiles),
                "control_group": self.control_group,
                "anticipation": self.anticipation,
                "draws": self.draws,
                "seed": self.seed,
                "level": self.level,
                "df": cluster_df(n_clusters),
                "counterfactual": without[0].tolist(),
            },
            notes=few_treated_notes(moments),
            source=self.source,
            parts=DistributionParts(),
        )

    def _vcov(self, panel: Panel, cells: list[Any], quantiles: Floats) -> Floats:
        """Covariance of the effects over bootstrap samples, (k, k); samples without any cell are left out."""
        k = 1 + len(quantiles)
        if self.draws < 2:
            return np.full((k, k), np.nan)
        weights = resampled(panel, draws=self.draws, seed=self.seed)
        drawn, _ = effects(cells, weights, self.rule, quantiles)
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        if len(drawn) < 2:
            return np.full((k, k), np.nan)
        return np.atleast_2d(np.cov(drawn, rowvar=False))


def resampled(panel: Panel, *, draws: int, seed: int) -> Floats:
    """Return weights (draws, N) of bootstrap samples of clusters, treated and never treated apart where no cluster has both."""
    generator = stream(seed, "resampled_units")
    cluster = np.unique(panel.cluster, return_inverse=True)[1]
    n_clusters = int(cluster.max()) + 1
    treated = np.isfinite(panel.cohort).astype(np.int64)
    side = np.zeros(n_clusters, dtype=np.int64)
    if nested(cluster, treated):
        side[cluster] = treated
    count = np.zeros((draws, n_clusters))
    for own in np.unique(side):
        at = np.flatnonzero(side == own)
        count[:, at] = generator.multinomial(len(at), np.full(len(at), 1 / len(at)), size=draws)
    return np.asarray(count[:, cluster] * panel.weight)


@dataclass(frozen=True)
class ChangesInChanges(DistributionalEffects):
    """Changes-in-changes: a treated unit would have moved as the controls at its level of the outcome did.

    Assumes that the outcome without the programme is the same increasing function of something unobserved in both groups, whose
    distribution in each group does not change; the answer does not depend on the outcome's scale. With masses of equal
    outcomes, such as zeros, units in one mass are given its highest rank, and the effect is one end of what could be.

    Parameters
    ----------
    quantiles, control_group, anticipation, draws, seed, level
        See `DistributionalEffects`.

    References
    ----------
    Athey and Imbens (2006), Econometrica 74(2), eq. 9 and sec. 5; Melly and Santangelo (2015), for staggered starts.

    Examples
    --------
    >>> import impact
    >>> estimate = impact.ChangesInChanges(quantiles=[0.5]).fit(impact.example_panel())
    >>> estimate.params.round(2).to_dict()
    {'average': 1.82, 'quantile=0.5': 2.2}
    """

    rule: ClassVar[Rule] = "changes_in_changes"
    label: ClassVar[str] = "Changes-in-changes (Athey-Imbens)"
    source: ClassVar[str] = "Athey and Imbens (2006), eq. 9"


@dataclass(frozen=True)
class QuantileDiD(DistributionalEffects):
    """Quantile difference-in-differences: a treated unit would have moved as the controls at its rank among its own group did.

    Assumes that each quantile would have changed by as much in both groups: parallel trends at every quantile, on the
    outcome's scale.

    Parameters
    ----------
    quantiles, control_group, anticipation, draws, seed, level
        See `DistributionalEffects`.

    References
    ----------
    Athey and Imbens (2006), Econometrica 74(2), eq. 22; Meyer, Viscusi and Durbin (1995), American Economic Review 85(3).

    Examples
    --------
    >>> import impact
    >>> estimate = impact.QuantileDiD(quantiles=[0.5]).fit(impact.example_panel())
    >>> estimate.params.round(2).to_dict()
    {'average': 1.62, 'quantile=0.5': 1.85}
    """

    rule: ClassVar[Rule] = "quantile_differences"
    label: ClassVar[str] = "Quantile difference-in-differences"
    source: ClassVar[str] = "Athey and Imbens (2006), eq. 22"
