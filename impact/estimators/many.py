"""What an estimator answers for many assignments and many outcomes at once, so that every inference works with it.

`many_of` finds who answers: an estimator's own kernel where there is one (`comparisons/many_comparisons.py`,
`regressions/many_regressions.py`), weights read off its fits where it is linear in the outcomes (`weighted.py`), and a new
fit for every assignment and outcome otherwise (`refitted.py`). All agree with refitting; tests hold them to it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.origin import Origin
from impact.protocols import Estimator

AnyEstimator = Estimator[Estimate]
Number = Origin[Estimate]
"""What was fitted on what, and the verbs since, where these lead to one number."""

TINY = 1e-300
ScoreKind = Literal["CRV1", "CRV2", "CRV3"]
LEVERAGE: dict[ScoreKind, float] = {"CRV1": 0.0, "CRV2": 0.5, "CRV3": 1.0}
"""Power of one minus the leverage by which scores are divided."""


@dataclass(frozen=True)
class Quadratic:
    """Effects and variances of S outcomes under P assignments, as functions of a constant effect d taken out.

    The estimate is ``effect - d slope``, its variance ``variance - 2 d cross + d^2 slope_variance``.

    Attributes
    ----------
    effect, variance, cross : ndarray, (S, P)
    slope, slope_variance : ndarray, (P,)
    """

    effect: Floats
    variance: Floats
    cross: Floats
    slope: Floats
    slope_variance: Floats

    def t(self, effect: float = 0.0) -> Floats:
        """Return t statistics (S, P) with a constant effect of that size taken out."""
        if effect == 0:
            return np.asarray(self.effect / np.sqrt(np.maximum(self.variance, TINY)))
        variance = 2 * effect * self.cross
        np.subtract(self.variance, variance, out=variance)
        variance += effect**2 * self.slope_variance
        np.maximum(variance, TINY, out=variance)
        np.sqrt(variance, out=variance)
        return np.asarray((self.effect - effect * self.slope) / variance)

    @property
    def takes_effects_out(self) -> bool:
        """Whether constant effects can be taken out: not of an estimator that is no sum of weighted outcomes."""
        return bool(np.isfinite(self.slope).all())


@dataclass(frozen=True)
class Errors:
    """Estimates and standard errors of S outcomes under the actual assignment, each (S,), and degrees of freedom.

    Zero degrees of freedom say that there is nothing to take a spread from.
    """

    effect: Floats
    std_error: Floats
    df: float


@dataclass(frozen=True)
class UnitEffects:
    """What each treated unit contributes to the effect, and what untreated units would have in its place.

    Treated units without a part in it, as those of a cohort that cannot be compared, are not among the n1.

    Attributes
    ----------
    effect : ndarray, (n1, S)
        Each treated unit's own average difference from the controls.
    weight : ndarray, (n1,)
        Of the unit in the effect; sums to one.
    placebo : ndarray, (L-1, n0, S)
        The same difference of each never-treated unit over every cohort's periods; NaN where it is not observed in any,
        and for a cohort without a treated unit among the n1.
    treated, never : ndarray of int
        Which units these are.
    """

    effect: Floats
    weight: Floats
    placebo: Floats
    treated: Integers
    never: Integers

    @property
    def overall(self) -> Floats:
        """The estimate, (S,)."""
        return np.asarray(np.einsum("n,ns->s", self.weight, np.nan_to_num(self.effect)))


class Many(Protocol):
    """One number of one estimator on one panel's design, for any assignment of its labels and any outcome.

    Outcomes are (N, S, T), zero where a unit is not observed; labels (P, N) are places among ``cohorts`` (L,), the last of
    which is never treated.
    """

    @property
    def panel(self) -> Panel:
        """The panel, whose gaps, weights and clusters are part of the design."""

    @property
    def width(self) -> int:
        """Numbers that it holds for each unit and outcome."""

    @property
    def labels(self) -> Integers:
        """The actual assignment, (N,)."""

    @property
    def cohorts(self) -> Floats:
        """First treated periods that labels stand for, (L,)."""

    @property
    def refits(self) -> bool:
        """Whether each assignment costs a new fit: then as many are drawn as were asked for, however few there are in all."""

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """Return effects and the variances that studentise them, clusters added up, under assignments (P, N)."""

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """Return cluster-robust standard errors under the actual assignment."""

    def weights(self, labels: Integers) -> Floats:
        """Return the weights of the outcomes in the effect under assignments (P, N): (P, N, T)."""

    def without_each_cluster(self) -> Floats:
        """Return the effect on the panel's own outcome without each cluster (a unit where these are units), (G,)."""

    def unit_effects(self, outcomes: Floats) -> UnitEffects:
        """Split the effect into what treated units contribute."""


def labels_of(panel: Panel) -> tuple[Integers, Floats]:
    """Return each unit's cohort as a place (N,) among the panel's cohorts and never treated (L,).

    Raises
    ------
    NotAvailableError
        Without cohorts there is nothing that was assigned.
    """
    if not len(panel.cohorts):
        raise NotAvailableError(
            f"{panel.outcome}: the panel has no cohort, so nothing was assigned that could be exchanged; "
            "name the cohort column, or take Clustered()"
        )
    cohorts = np.append(panel.cohorts, np.inf)
    return np.searchsorted(cohorts, panel.cohort).astype(np.int64), cohorts


def compares_cohorts(estimator: AnyEstimator, *, who: str) -> None:
    """Refuse an estimator whose arms a column names: what exchanges a panel's cohorts would exchange something else.

    Raises
    ------
    NotAvailableError
    """
    arm = getattr(estimator, "arm", None)
    if arm is not None:
        raise NotAvailableError(
            f"{who}: goes by who is ever treated, not by the arms of {arm}; take two arms at a time, with a cohort column"
        )


def clusters_are_units(panel: Panel) -> bool:
    """Whether every cluster is one unit."""
    return panel.sample.n_clusters == panel.n_units


def label_of_clusters(panel: Panel, labels: Integers) -> Integers:
    """Return each cluster's label, (G,).

    Raises
    ------
    NotAvailableError
        When a cluster has units of several cohorts: then it is not the level of assignment.
    """
    first = np.full(int(panel.cluster.max()) + 1, -1, dtype=np.int64)
    first[panel.cluster] = labels
    if (first[panel.cluster] != labels).any():
        raise NotAvailableError(
            f"{panel.names['cluster']}: a cluster has units of several cohorts, so clusters are not what was assigned; "
            "name the clusters that were, or cluster by unit"
        )
    return first


def cluster_sums(panel: Panel, values: Floats, *, axis: int) -> Floats:
    """Add values of units (N along ``axis``) up over the panel's clusters; themselves where clusters are units."""
    if clusters_are_units(panel):
        return values
    order = np.argsort(panel.cluster, kind="stable")
    starts = np.flatnonzero(np.diff(panel.cluster[order], prepend=-1))
    return np.asarray(np.add.reduceat(np.take(values, order, axis=axis), starts, axis=axis))
