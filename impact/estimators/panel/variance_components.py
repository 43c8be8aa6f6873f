"""How much of the error is the unit's, the period's, and neither's: the variances behind random effects.

With Q taking out the effects, P the groups' means, and residuals e of each method, expected quadratic forms are solved for the
variances (s2_e, s2_u)::

    Swamy-Arora       within e'Qe, e of the within regression;  between e'Pe, e of the regression of means
    Wallace-Hussain   both of pooled least squares
    Amemiya           both of y - X b_within, about its mean
    Nerlove           e'Qe / n of the within regression;  the spread of the estimated effects, N - 1

In balanced panels Swamy and Arora's are exact, Wallace and Hussain's and Amemiya's divide by N(T-1) and N as their papers do;
with gaps all three have exact expectations (Baltagi and Chang 1994), with B = X'PX, S = X'ZZ'X, G = (X'X)^-1, C = (X'QX)^-1::

                        E e'Qe:  s2_e             s2_u           E e'Pe:  s2_e            s2_u
    Swamy-Arora         n - N - rank(QX)          0              N - rank(PX)             n - tr(B^- S)
    Wallace-Hussain     n - N - tr(G X'QX)        tr(G X'QX G S) N - tr(G B)              n - 2 tr(G S) + tr(G B G S)
    Amemiya             n - N - rank(QX)          0              N - 1 + tr(C B about the mean)   n - sum of T_i^2 / n

With both effects the panel must be balanced; then each group's between form stands beside the two-way within form.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.absorbed import Absorbed
from impact.covariance.small_sample import cluster_factor, residual_df
from impact.errors import NotAvailableError, NotIdentifiedError

Components = Literal["swamy_arora", "wallace_hussain", "amemiya", "nerlove"]
RandomIn = Literal["unit", "time", "both"]

RANK = 1e-9  # of a column's size: what effects leave of it below this is a rounding error


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of the error and of the effects, and the share of means that quasi-differences take off.

    Attributes
    ----------
    error, unit, time : float
        Variances; zero where an effect is not in the model, or its estimate was negative.
    unit_share, time_share, both_share : ndarray, (n,)
        Of the unit's mean, the period's mean, and the mean of all (added back), at each row.
    """

    error: float
    unit: float
    time: float
    unit_share: Floats
    time_share: Floats
    both_share: Floats

    def as_spec(self) -> dict[str, Any]:
        """Return the variances and the distinct shares, for an estimate's spec."""
        shares = {
            "theta": self.unit_share if self.unit_share.any() else self.time_share,
            "theta_unit": self.unit_share,
            "theta_time": self.time_share,
            "theta_both": self.both_share,
        }
        kept = shares if self.both_share.any() else {"theta": shares["theta"]}
        return {
            "sigma2_error": self.error,
            "sigma2_unit": self.unit,
            "sigma2_time": self.time,
            **{name: np.unique(values).tolist() for name, values in kept.items()},
        }


@dataclass(frozen=True)
class _Regression:
    """Rows (n,) and columns (n, k) with a constant, times roots of weights, and the groups of the random effects."""

    y: Floats
    X: Floats
    groups: tuple[Integers, ...]

    def within(self) -> tuple[Floats, Floats]:
        """Return outcome and columns less all effects."""
        both = Absorbed.of(self.groups, np.ones(len(self.y))).residual(
            np.column_stack([self.y, self.X])
        )
        small = np.linalg.norm(both[:, 1:], axis=0) <= RANK * np.linalg.norm(self.X, axis=0)
        both[:, 1:][:, small] = 0.0
        return both[:, 0], both[:, 1:]

    @property
    def effects(self) -> int:
        """Levels of all groups that are free, the constant among them."""
        return sum(len(np.unique(code)) for code in self.groups) - (len(self.groups) - 1)


def variance_components(
    y: Floats, X: Floats, unit: Integers, time: Integers, *, kind: Components, random_in: RandomIn
) -> VarianceComponents:
    """Estimate variances and shares from outcome (n,) and columns (n, k), the constant among them, times roots of weights.

    Raises
    ------
    NotIdentifiedError
        When a regression leaves no degrees of freedom, or no variance of the error.
    NotAvailableError
        With both effects in a panel with gaps.

    References
    ----------
    Swamy and Arora (1972), Econometrica 40(2); Wallace and Hussain (1969), Econometrica 37(1); Amemiya (1971), International
    Economic Review 12(1); Nerlove (1971), Econometrica 39(2); Baltagi and Chang (1994), Journal of Econometrics 62(2), sec. 2.
    """
    groups = {"unit": (unit,), "time": (time,), "both": (unit, time)}[random_in]
    groups = tuple(np.unique(code, return_inverse=True)[1].astype(np.int64) for code in groups)
    balanced = len(np.unique(unit)) * len(np.unique(time)) == len(y)
    if random_in == "both" and not balanced:
        raise NotAvailableError(
            "random effects of units and periods: defined for panels without gaps; use one of them, or period dummies"
        )
    regression = _Regression(y, X, groups)
    if kind == "nerlove":
        error, effects = _nerlove(regression)
    else:
        error, effects = _quadratic_forms(regression, kind, exact=not balanced)
    if not error > 0:
        raise NotIdentifiedError("random effects: the regressors leave no error; leave one out")
    sizes = [np.bincount(code)[code] for code in groups]
    ratio = [np.maximum(one, 0.0) * size / error for one, size in zip(effects, sizes, strict=True)]
    return _shares(error, effects, ratio, random_in)


def _shares(
    error: float, effects: list[float], ratio: list[Floats], random_in: RandomIn
) -> VarianceComponents:
    share = [1 - (1 + one) ** -0.5 for one in ratio]
    none = np.zeros(len(share[0]))
    variance = [max(one, 0.0) for one in effects]
    if random_in == "both":
        both = share[0] + share[1] - 1 + (1 + ratio[0] + ratio[1]) ** -0.5
        return VarianceComponents(error, variance[0], variance[1], share[0], share[1], both)
    if random_in == "unit":
        return VarianceComponents(error, variance[0], 0.0, share[0], none, none)
    return VarianceComponents(error, 0.0, variance[0], none, share[0], none)


def _quadratic_forms(
    regression: _Regression, kind: Components, *, exact: bool
) -> tuple[float, list[float]]:
    """Return the variance of the error and of each group's effect."""
    y, X = regression.y, regression.X
    y_within, X_within = regression.within()
    n, k_within = len(y), int(np.linalg.matrix_rank(_scaled(X_within)))
    free = n - regression.effects
    if kind == "wallace_hussain":
        residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
        within = float(
            (Absorbed.of(regression.groups, np.ones(n)).residual(residual[:, None]) ** 2).sum()
        )
    else:
        slope = _least_squares(X_within, y_within)
        within = float(((y_within - X_within @ slope) ** 2).sum())
        residual = y - X @ slope
        residual = _about(residual[:, None], X[:, 0])[:, 0]
    if exact and kind == "wallace_hussain":
        return _unbiased_wallace_hussain(regression, residual, within, X_within)
    n_counted = regression.effects + (k_within if exact or kind == "swamy_arora" else 0)
    error = within / residual_df(n, n_counted=n_counted) if free else 0.0
    effects = []
    for code in regression.groups:
        between, of_error, of_effect = _between_form(
            regression, code, kind, residual, X_within if exact else None
        )
        effects.append((between - of_error * error) / of_effect)
    return error, effects


def _between_form(
    regression: _Regression,
    code: Integers,
    kind: Components,
    residual: Floats,
    X_within: Floats | None,
) -> tuple[float, float, float]:
    """A group's e'Pe, and its expectation's parts in the error's and the effect's variance; exact given X_within (n, k)."""
    n, n_groups = len(residual), int(code.max()) + 1
    if kind == "swamy_arora":
        y_mean, X_mean = _means(regression.y[:, None], code)[:, 0], _means(regression.X, code)
        slope = _least_squares(X_mean, y_mean)
        rank = int(np.linalg.matrix_rank(_scaled(X_mean)))
        of_error = residual_df(n_groups, n_counted=rank)
        sums = X_mean * np.bincount(code)[code][:, None]
        traced = np.trace(np.linalg.pinv(X_mean.T @ X_mean, hermitian=True) @ (X_mean.T @ sums))
        return float(((y_mean - X_mean @ slope) ** 2).sum()), of_error, n - float(traced)
    between = float((_means(residual[:, None], code) ** 2).sum())
    if X_within is None:
        return between, float(n_groups), float(n)
    constant = regression.X[:, 0]
    about = _about(_means(regression.X, code), constant)
    inverse = np.linalg.pinv(X_within.T @ X_within, hermitian=True)
    of_error = n_groups - 1 + float(np.trace(inverse @ (about.T @ about)))
    per_group = float((np.bincount(code, constant) ** 2).sum() / (constant @ constant))
    return between, of_error, n - per_group


def _unbiased_wallace_hussain(
    regression: _Regression, residual: Floats, within: float, X_within: Floats
) -> tuple[float, list[float]]:
    """Solve both forms of pooled residuals with exact expectations, for one group."""
    (code,), X = regression.groups, regression.X
    n, n_groups = len(X), int(code.max()) + 1
    means = _means(X, code)
    G = np.linalg.pinv(X.T @ X, hermitian=True)
    W, B, S = (
        X_within.T @ X_within,
        means.T @ means,
        means.T @ (means * np.bincount(code)[code][:, None]),
    )
    expected = np.array(
        [
            [n - n_groups - np.trace(G @ W), np.trace(G @ W @ G @ S)],
            [
                n_groups - np.trace(G @ B),
                n - 2 * np.trace(G @ S) + np.trace(G @ B @ G @ S),
            ],
        ]
    )
    between = float((_means(residual[:, None], code) ** 2).sum())
    error, effect = np.linalg.solve(expected, [within, between])
    return float(error), [float(effect)]


def _nerlove(regression: _Regression) -> tuple[float, list[float]]:
    """Within residuals over n, and the spread of the estimated effects."""
    y_within, X_within = regression.within()
    slope = _least_squares(X_within, y_within)
    error = float(((y_within - X_within @ slope) ** 2).sum()) / len(y_within)
    left = regression.y - regression.X @ slope
    effects = []
    for code in regression.groups:
        # with gaps a unit counts by its periods, and N/(N-1) is the one correction
        about = _about(_means(left[:, None], code), regression.X[:, 0])
        n_groups = int(code.max()) + 1
        effects.append(float((about**2).mean()) * cluster_factor(n_groups))
    return error, effects


def _least_squares(X: Floats, y: Floats) -> Floats:
    """Coefficients (k,) of least norm: columns that do not vary here have none."""
    scaled = _scaled(X)
    size = np.linalg.norm(X, axis=0)
    found = np.linalg.lstsq(scaled, y, rcond=RANK)[0]
    return np.asarray(found / np.where(size == 0, 1.0, size))


def _scaled(X: Floats) -> Floats:
    size = np.linalg.norm(X, axis=0)
    return np.asarray(X / np.where(size == 0, 1.0, size))


def _means(values: Floats, code: Integers) -> Floats:
    """Group means of columns (n, c) at each row."""
    count = np.bincount(code)
    sums = np.column_stack([np.bincount(code, weights=column) for column in values.T])
    return np.asarray((sums / count[:, None])[code])


def _about(values: Floats, constant: Floats) -> Floats:
    """Columns (n, c) less what the constant (n,), the roots of weights, explains."""
    return np.asarray(values - np.outer(constant, constant @ values) / (constant @ constant))
