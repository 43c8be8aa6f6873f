"""Covariances of a transformed regression by who is related to whom: within units, within periods, over lags.

With k columns X, residuals e scaled as asked, A = (X'X)^-1 and h_it = x_it e_it::

    unit, time    A (sum_g H_g H_g') A                  H_g = sum of h_it over the group
    nothing       A (sum_it h_it h_it') A
    unit_alike    A (sum_i s2_i X_i'X_i) A              s2_i = mean of the unit's e^2
    over lags     A (S_0 + sum_l w_l (S_l + S_l')) A    w_l = 1 - l / (L + 1)
                  Driscoll-Kraay  S_l = sum_t H_t H_{t-l}'        Newey-West  S_l = sum_it h_it h_{i,t-l}'
    Beck-Katz     A (sum_t X_t' Omega X_t) A            Omega_ij = mean of e_it e_jt over their common periods
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.panel_choice import (
    BeckKatz,
    DriscollKraay,
    NeweyWest,
    PanelCovariance,
    PanelRobust,
    Residuals,
)
from impact.covariance.rows import FittedRows, RowCovariance
from impact.covariance.small_sample import cluster_df, cluster_factor, residual_df
from impact.errors import NotAvailableError

MOST_UNITS = 5_000  # of Beck and Katz's N x N covariance: 200 MB


@dataclass(frozen=True)
class PanelRows:
    """Unit and period of each row of a regression, (n,): codes, those of periods without holes."""

    unit: Integers
    time: Integers


def panel_covariance(fitted: FittedRows, choice: PanelCovariance, at: PanelRows) -> RowCovariance:
    """Return the covariance of k coefficients by a panel's choice.

    Raises
    ------
    NotIdentifiedError
        With one cluster, or without degrees of freedom.
    NotAvailableError
        When Beck and Katz's covariance of all pairs of units would not fit.
    """
    n, k = fitted.X.shape
    n_times = len(np.unique(at.time))
    df = residual_df(n, n_counted=fitted.n_counted())
    n_clusters = None
    match choice:
        case DriscollKraay():
            n_clusters, df = n_times, cluster_df(n_times)
            h = fitted.X * scaled(fitted, choice.residuals, n_clusters=n_times)[:, None]
            meat = _over_lags(_sums(h, at.time), choice.lags, n_times)
        case NeweyWest():
            h = fitted.X * scaled(fitted, choice.residuals, n_clusters=n)[:, None]
            meat = _within_units(h, at, choice.lags, n_times)
        case BeckKatz():
            meat = _panel_corrected(fitted, at)
        case PanelRobust(within="unit" | "time" as within):
            cluster = at.unit if within == "unit" else at.time
            n_clusters = len(np.unique(cluster))
            df = cluster_df(n_clusters)
            h = fitted.X * scaled(fitted, choice.residuals, n_clusters=n_clusters)[:, None]
            sums = _sums(h, cluster)
            meat = sums.T @ sums
        case PanelRobust():
            residual = scaled(fitted, choice.residuals, n_clusters=n)
            squares = residual**2
            if choice.within == "unit_alike":
                squares = (np.bincount(at.unit, squares) / np.maximum(np.bincount(at.unit), 1))[
                    at.unit
                ]
            meat = (fitted.X * squares[:, None]).T @ fitted.X
    vcov = fitted.bread @ meat @ fitted.bread
    return RowCovariance(np.asarray(vcov), np.full(k, float(df)), n_clusters)


def scaled(fitted: FittedRows, residuals: Residuals, *, n_clusters: int) -> Floats:
    """Return residuals (n,) as a small-sample form asks, by the regression's own columns: its n rows, k columns, leverages."""
    n, k = fitted.X.shape
    residual = fitted.residual
    if residuals in {"HC2", "HC3"}:
        left = 1 - ((fitted.X @ fitted.bread) * fitted.X).sum(axis=1)
        return np.asarray(residual * left ** (-0.5 if residuals == "HC2" else -1.0))
    if residuals == "HC1":
        return np.asarray(residual * np.sqrt(n / residual_df(n, n_counted=k)))
    if residuals == "sss":
        factor = cluster_factor(n_clusters) * (n - 1) / residual_df(n, n_counted=k)
        return np.asarray(residual * np.sqrt(factor))
    return residual


def default_lags(n_times: int) -> int:
    """Return 4 (T/100)^(2/9), rounded down (Newey and West 1994)."""
    return min(int(4 * (n_times / 100) ** (2 / 9)), n_times - 1)


def _over_lags(by_time: Floats, lags: int | None, n_times: int) -> Floats:
    """Bartlett-weighted sum of the products of the periods' sums (T, k)."""
    lags = default_lags(n_times) if lags is None else lags
    meat = by_time.T @ by_time
    for lag in range(1, min(lags, n_times - 1) + 1):
        product = by_time[lag:].T @ by_time[:-lag]
        meat = meat + (1 - lag / (lags + 1)) * (product + product.T)
    return np.asarray(meat)


def _within_units(h: Floats, at: PanelRows, lags: int | None, n_times: int) -> Floats:
    """The same of each unit's own rows h (n, k), matched by calendar distance: a gap is a gap."""
    lags = default_lags(n_times) if lags is None else lags
    order = np.lexsort((at.time, at.unit))
    h, place = h[order], (at.unit[order] * np.int64(2 * n_times) + at.time[order])
    meat = h.T @ h
    for lag in range(1, min(lags, n_times - 1) + 1):
        earlier = np.searchsorted(place, place - lag)
        found = place[np.minimum(earlier, len(place) - 1)] == place - lag
        product = h[found].T @ h[earlier[found]]
        meat = meat + (1 - lag / (lags + 1)) * (product + product.T)
    return np.asarray(meat)


def _panel_corrected(fitted: FittedRows, at: PanelRows) -> Floats:
    """Sum over periods of X_t' Omega X_t, (k, k)."""
    unit = np.unique(at.unit, return_inverse=True)[1]
    n_units, n_times = int(unit.max()) + 1, int(at.time.max()) + 1
    if n_units > MOST_UNITS:
        raise NotAvailableError(
            f"BeckKatz: {n_units} units make {n_units**2} pairs; it is for few units, cluster by period instead"
        )
    residual, seen = np.zeros((2, n_units, n_times))
    residual[unit, at.time], seen[unit, at.time] = fitted.residual, 1.0
    omega = (residual @ residual.T) / np.maximum(seen @ seen.T, 1.0)
    k = fitted.X.shape[1]
    wide = np.zeros((n_times, n_units, k))
    wide[at.time, unit] = fitted.X
    return np.asarray(sum(columns.T @ omega @ columns for columns in wide))


def _sums(values: Floats, code: Integers) -> Floats:
    """Sums (groups, k) of rows (n, k), groups in the order of their codes."""
    place = np.unique(code, return_inverse=True)[1]
    return np.column_stack([np.bincount(place, weights=column) for column in values.T])
