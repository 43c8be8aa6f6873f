"""Poisson regression with effects and covariates, observation by observation.

With unit effects the fitted mean is mu_it = (sum of the unit's outcomes) exp(z_it'b) / (sum over its periods of the same),
which is where the likelihood over the unit's effect is largest; cohorts' effects are columns, and mu = exp(z'b). Newton's
method with

    score = sum w (y - mu) z,       A = sum w mu (z - its mu-weighted mean in the unit)(same)'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.covariance.small_sample import cluster_df, counted, crv1_factor, hc1_factor, residual_df
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimators.regressions.adjusted import ABSORBED, refuse_absorbed
from impact.estimators.regressions.poisson import CONVERGED, MOST_STEPS
from impact.estimators.regressions.regressors import Regressors
from impact.estimators.regressions.separation import separated
from impact.estimators.regressions.within import inverse_or_refuse, with_periods
from impact.one_thread import one_thread
from impact.terms import CohortOrUnit


@dataclass(frozen=True)
class PoissonRows:
    """A fitted Poisson regression on n observations.

    Attributes
    ----------
    place : ndarray of int, (n,)
        Of the panel's observations: all but those that say nothing.
    unit : ndarray of int, (n,)
        Among the panel's units.
    y, weight, mu : ndarray, (n,)
    Z, centred : ndarray, (n, m)
        Columns: design, periods, cohorts where units have no effects, covariates; and these less their unit's fitted mean.
    b : ndarray, (m,)
    inverse : ndarray, (m, m)
        Of the information.
    n_zero_units, n_separated : int
        Units that are always zero, and observations that are predicted perfectly; left out.
    """

    given: Regressors
    effects: CohortOrUnit
    place: Integers
    unit: Integers
    y: Floats
    weight: Floats
    mu: Floats
    Z: Floats
    centred: Floats
    b: Floats
    inverse: Floats
    n_zero_units: int
    n_separated: int

    @property
    def scores(self) -> Floats:
        """Each unit's score on each coefficient, (N, m)."""
        own = (self.weight * (self.y - self.mu))[:, None] * self.Z
        total = np.zeros((self.given.panel.n_units, self.Z.shape[1]))
        np.add.at(total, self.unit, own)
        return np.asarray(total @ self.inverse)

    def by_row(self) -> Floats:
        """Sum of score products over observations, (m, m)."""
        own = (self.weight * (self.y - self.mu))[:, None] * self.centred @ self.inverse
        return np.asarray(own.T @ own)

    @property
    def n_units(self) -> int:
        """Units that are left."""
        return len(np.unique(self.unit))

    @property
    def n_clusters(self) -> int:
        """Clusters that are left."""
        return len(np.unique(self.given.panel.cluster[self.unit]))

    def factor(self) -> tuple[float, float]:
        """The small-sample factor of clustered covariances, and degrees of freedom."""
        n_counted = counted(self._coefficients, levels=[self._periods, self._cohorts])
        factor = crv1_factor(self.n_clusters, n_obs=len(self.y), n_counted=n_counted)
        return factor, cluster_df(self.n_clusters)

    def factor_of_rows(self) -> tuple[float, float]:
        """The same for independent observations."""
        own = self._cohorts if self.effects == "cohort" else self.n_units
        n_counted = counted(self._coefficients, levels=[self._periods, own])
        factor = hc1_factor(len(self.y), n_counted=n_counted)
        return factor, residual_df(len(self.y), n_counted=n_counted)

    @property
    def _periods(self) -> int:
        return len(np.unique(self.given.panel.time_index[self.place]))

    @property
    def _cohorts(self) -> int:
        return len(self.given.moments.every_cohort) if self.effects == "cohort" else 1

    @property
    def _coefficients(self) -> int:
        """Columns that are neither periods nor cohorts."""
        every = self.given.panel.n_periods - 1
        return int(self.Z.shape[1]) - every - (self._cohorts if self.effects == "cohort" else 0)


def poisson_rows(
    given: Regressors, design: Floats, *, names: Sequence[str], effects: CohortOrUnit
) -> PoissonRows:
    """Fit log ratios on ``design`` (C, T, k), periods and covariates.

    Raises
    ------
    NotAvailableError
        When an outcome is negative.
    NotIdentifiedError
        When a regressor is absorbed, collinear, or nothing is left of it without observations predicted perfectly.

    References
    ----------
    Hausman, Hall and Griliches (1984), Econometrica 52(4), eq. 2.4; Correia, Guimaraes and Zylkin (2020), Stata Journal 20(1).
    """
    panel = given.panel
    if (panel.y < 0).any():
        raise NotAvailableError(
            f"{panel.outcome}: negative outcomes have no ratio; use a linear estimator"
        )
    columns = _columns(given, design, effects)
    some = np.bincount(panel.unit_index, panel.y, panel.n_units) > 0
    kept = some[panel.unit_index] if effects == "unit" else np.ones(len(panel.y), dtype=bool)
    away = separated(
        columns[kept], panel.y[kept], panel.unit_index[kept] if effects == "unit" else None
    )
    place = np.flatnonzero(kept)[~away]
    _refuse_gone(columns, place, names, given.names)
    return _newton(
        given,
        columns,
        place,
        names=names,
        effects=effects,
        lost=(int((~some).sum()) if effects == "unit" else 0, int(away.sum())),
    )


def _columns(given: Regressors, design: Floats, effects: CohortOrUnit) -> Floats:
    """Every column of every observation, (n, m)."""
    panel = given.panel
    at = given.place[panel.unit_index], panel.time_index
    parts = [with_periods(design)[at]]
    if effects == "cohort":
        parts.append(np.eye(len(given.moments.every_cohort))[at[0]])
    parts.append(given.columns[:, panel.unit_index, panel.time_index].T)
    return np.hstack(parts)


def _refuse_gone(
    columns: Floats, place: Integers, names: Sequence[str], covariates: Sequence[str]
) -> None:
    """Name what is the same in all observations that are not predicted perfectly."""
    for name, column in zip(names, columns.T, strict=False):
        if not len(place) or (column.any() and not column[place].any()):
            raise NotIdentifiedError(
                f"{name}: all outcomes are zero there (or predicted perfectly), so the ratio is zero and its logarithm does "
                "not exist; pool cohorts or periods, or use a linear estimator"
            )
    for name, column in zip(
        covariates, columns.T[columns.shape[1] - len(covariates) :], strict=True
    ):
        if np.ptp(column) > 0 and np.ptp(column[place]) == 0:
            raise NotIdentifiedError(
                f"{name}: predicts perfectly that some outcomes are zero, and is the same for all others; leave it out"
            )


@dataclass(frozen=True)
class _At:
    """The fit at some coefficients: fitted means (n,), columns less what effects explain (n, m), score and information."""

    mu: Floats
    centred: Floats
    score: Floats
    information: Floats


@dataclass(frozen=True)
class _Likelihood:
    """Poisson's likelihood on rows in the order of their units: columns (n, m) of one size, outcomes, units, weights."""

    Z: Floats
    y: Floats
    unit: Integers
    weight: Floats
    effects: CohortOrUnit

    def at(self, b: Floats) -> _At:
        index = self.Z @ b
        if self.effects == "unit":
            mu = self._shared_out(index)
            share = mu / self._sums(mu)
            centred = self.Z - self._sums(self.Z * share[:, None])
        else:
            mu, centred = np.exp(index), self.Z
        score = self.Z.T @ (self.weight * (self.y - mu))
        return _At(mu, centred, score, centred.T @ (centred * (self.weight * mu)[:, None]))

    def _shared_out(self, index: Floats) -> Floats:
        """Fitted means that add up to each unit's outcomes, as effects of units make them, (n,)."""
        largest = np.repeat(np.maximum.reduceat(index, self._first), self._length)
        raised = np.exp(index - largest)  # never overflows
        return np.asarray(self._sums(self.y) * raised / self._sums(raised))

    def _sums(self, values: Floats) -> Floats:
        """Each row's sum over the rows of its unit, (n,) or (n, m)."""
        sums = np.add.reduceat(values, self._first, axis=0)
        return np.asarray(np.repeat(sums, self._length, axis=0))

    @cached_property
    def _first(self) -> Integers:
        return np.flatnonzero(np.diff(self.unit, prepend=-1))

    @cached_property
    def _length(self) -> Integers:
        return np.diff(np.append(self._first, len(self.unit)))


@one_thread()
def _newton(
    given: Regressors,
    columns: Floats,
    place: Integers,
    *,
    names: Sequence[str],
    effects: CohortOrUnit,
    lost: tuple[int, int],
) -> PoissonRows:
    """Fit the rows that are left, their columns brought to one size."""
    panel = given.panel
    Z = columns[place]
    gone = np.asarray(~Z.any(axis=0))  # periods that nobody is left in
    scale = np.sqrt((Z**2).mean(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    unit = panel.unit_index[place]
    fit = _Likelihood(Z / scale, panel.y[place], unit, panel.weight[unit], effects)
    b = np.zeros(Z.shape[1])
    if effects == "cohort":
        end = columns.shape[1] - len(given.names)
        b = _start(fit.Z, fit.y, end, len(given.moments.every_cohort), scale)
    _refuse(fit.at(b), fit.Z, given, fit.weight, effects=effects, n_design=len(names))
    b, now = _climbed(fit, b, gone, names, given)
    inverse = _inverse(now.information, gone, [*names], given)
    return PoissonRows(
        given,
        effects,
        place,
        unit,
        fit.y,
        fit.weight,
        now.mu,
        Z,
        now.centred * scale,
        b / scale,
        inverse / np.outer(scale, scale),
        *lost,
    )


def _climbed(
    fit: _Likelihood, b: Floats, gone: Mask, names: Sequence[str], given: Regressors
) -> tuple[Floats, _At]:
    """Climb by Newton steps, none longer than five, and return where they end."""
    now = fit.at(b)
    for _ in range(MOST_STEPS):
        step = _inverse(now.information, gone, [*names], given) @ now.score
        b = b + step * min(1.0, 5.0 / max(np.abs(step).max(), 1e-300))
        now = fit.at(b)
        if np.abs(step).max() < CONVERGED * (1 + np.abs(b).max()):
            return b, now
    raise NotIdentifiedError(
        f"{given.panel.outcome}: the Poisson fit does not converge; take fewer covariates, or pool cohorts or periods"
    )


def _start(Z: Floats, y: Floats, end: int, n_cohorts: int, scale: Floats) -> Floats:
    """Cohorts' mean outcomes."""
    b = np.zeros(Z.shape[1])
    own = Z[:, end - n_cohorts : end] > 0
    mean = (own * y[:, None]).sum(axis=0) / np.maximum(own.sum(axis=0), 1)
    b[end - n_cohorts : end] = np.log(np.maximum(mean, 1e-12)) * scale[end - n_cohorts : end]
    return b


def _refuse(
    now: _At, Z: Floats, given: Regressors, weight: Floats, *, effects: CohortOrUnit, n_design: int
) -> None:
    n_columns = Z.shape[1] - len(given.names)
    squares = (Z**2 * (weight * now.mu)[:, None]).sum(axis=0)[n_columns:]
    alone, beside_effects = ABSORBED[effects]
    refuse_absorbed(
        now.information,
        squares,
        names=given.names,
        reasons=(
            (alone, np.zeros(0, dtype=np.int64)),
            (beside_effects, np.arange(n_design, n_columns)),
            ("follows from who is treated when; leave it out", np.arange(n_columns)),
        ),
    )


def _inverse(information: Floats, gone: Mask, names: list[str], given: Regressors) -> Floats:
    """Invert, named columns first, periods that nobody is left in out of it."""
    m, p, k = len(gone), len(given.names), len(names)
    order = np.r_[:k, m - p : m, k : m - p]
    order = order[~gone[order]]
    named = [
        name
        for name, lost in zip([*names, *given.names], gone[np.r_[:k, m - p : m]], strict=True)
        if not lost
    ]
    inverse = np.zeros_like(information)
    inverse[np.ix_(order, order)] = inverse_or_refuse(
        information[np.ix_(order, order)], names=named
    )
    return inverse
