"""Do a unit's errors go together over time?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, status_of
from impact.data.panel import Panel
from impact.diagnostics.panel_tests.residuals import (
    LeastSquares,
    lagged,
    rows_of,
    within,
)
from impact.estimators.panel.model_rows import TREND, ModelRows
from impact.terms import one_of

Uncorrelated = Literal["levels", "differences"]

LARGEST_RATIO = (
    12.0  # log of the largest variance of effects over errors that is tried, and less its smallest
)


def wooldridge_within(
    panel: Panel, regressors: Sequence[str] = (), *, time_effects: bool = True
) -> CheckResult:
    """Test that errors are uncorrelated over time by the residuals of fixed effects, whatever their variances; for few periods.

    Where errors are uncorrelated, a residual's slope on the one before is -1/(T-1), from taking means out; with gaps, what
    follows from each unit's own number of periods.

    Parameters
    ----------
    panel : Panel
    regressors : sequence of str
        As in `FixedEffects`.
    time_effects : bool
        Take period effects out first.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Wooldridge (2010), sec. 10.5.4.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import wooldridge_within
    >>> wooldridge_within(impact.example_panel(), ["exposed", "workers"]).why
    'slope_of_within_residuals'
    """
    fit = within(panel, regressors, time_effects=time_effects)
    statistic, p = slope_test(fit, _expected_slope(fit))
    if statistic is None:
        return not_applicable("no_serial_correlation", "too_few_periods_in_a_row")
    return CheckResult(
        "no_serial_correlation", status_of(p), "slope_of_within_residuals", statistic, p
    )


def wooldridge_differences(
    panel: Panel,
    regressors: Sequence[str] = (),
    *,
    uncorrelated: Uncorrelated = "levels",
    time_effects: bool = True,
) -> CheckResult:
    """Test that errors are uncorrelated over time by the residuals of first differences, whatever their variances.

    Parameters
    ----------
    panel, regressors, time_effects
        As in `wooldridge_within`; without period effects the changes have a constant.
    uncorrelated : {"levels", "differences"}
        What is: errors, so that the slope of a change on the one before is -1/2; or their changes, as of a random walk.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Wooldridge (2010), sec. 10.6.3; Drukker (2003), Stata Journal 3(2).

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import wooldridge_differences
    >>> wooldridge_differences(impact.example_panel(), ["exposed", "workers"]).why
    'slope_of_changes'
    """
    one_of(uncorrelated, Uncorrelated, name="uncorrelated")
    rows = rows_of(panel, regressors, time_effects=time_effects)
    if not time_effects:
        rows = rows.with_columns(rows.time[:, None].astype(float), [TREND], first=False)
    changes = rows.differences()
    if len(changes.y) <= changes.X.shape[1]:
        return not_applicable("no_serial_correlation", "too_few_periods_in_a_row")
    expected = -0.5 if uncorrelated == "levels" else 0.0
    statistic, p = slope_test(LeastSquares.of(changes, rows), expected)
    if statistic is None:
        return not_applicable("no_serial_correlation", "too_few_periods_in_a_row")
    return CheckResult("no_serial_correlation", status_of(p), "slope_of_changes", statistic, p)


def _expected_slope(fit: LeastSquares) -> float:
    """Slope of a residual on the one before where errors are uncorrelated and alike, from each unit's number of rows."""
    has, _ = lagged(fit.rows, fit.residual)
    seen = np.bincount(fit.rows.unit)[fit.rows.unit[has]]
    return -float((1 / seen).sum() / (1 - 1 / seen).sum()) if has.any() else np.nan


def slope_test(fit: LeastSquares, expected: float) -> tuple[float | None, float]:
    """F of the slope of residuals on those before, with a constant, clustered by unit, and its p-value; None without lags."""
    from scipy.special import fdtrc

    has, before = lagged(fit.rows, fit.residual)
    if has.sum() <= 2 or not np.ptp(before) > 0:
        return None, np.nan
    X = np.column_stack([np.ones(len(before)), before])
    bread = np.linalg.inv(X.T @ X)
    slope = bread @ X.T @ fit.residual[has]
    scores = X * (fit.residual[has] - X @ slope)[:, None] @ bread
    by_unit = np.bincount(fit.rows.unit[has], scores[:, 1])
    statistic = float((slope[1] - expected) ** 2 / (by_unit @ by_unit))
    return statistic, float(fdtrc(1, len(before) - 2, statistic))


def breusch_godfrey(
    panel: Panel,
    regressors: Sequence[str] = (),
    *,
    order: int = 1,
    time_effects: bool = True,
) -> CheckResult:
    """Test that earlier residuals of the unit say nothing of a residual of fixed effects: chi-square; for many periods.

    A unit's first residuals have no earlier one; zero stands there (Godfrey). With few periods it rejects too often, as taking
    means out makes residuals depend on each other: then see `wooldridge_within`.

    Parameters
    ----------
    panel, regressors, time_effects
        As in `wooldridge_within`.
    order : int
        How many periods back.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Godfrey (1978), Econometrica 46(6); Wooldridge (2010), sec. 10.5.4.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import breusch_godfrey
    >>> breusch_godfrey(impact.example_panel(), ["exposed", "workers"]).why
    'earlier_residuals_of_the_unit'
    """
    from scipy.special import chdtrc

    fit = within(panel, regressors, time_effects=time_effects)
    earlier = np.zeros((len(fit.residual), order))
    for lag in range(1, order + 1):
        has, before = lagged(fit.rows, fit.residual, lag)
        earlier[has, lag - 1] = before
    if not earlier.any(axis=0).all():
        return not_applicable("no_serial_correlation", "too_few_periods_in_a_row")
    statistic = explained(fit, earlier)
    p = float(chdtrc(order, statistic))
    return CheckResult(
        "no_serial_correlation", status_of(p), "earlier_residuals_of_the_unit", statistic, p
    )


def explained(fit: LeastSquares, earlier: Floats) -> float:
    """Return n R2 of residuals on the regression's columns and earlier residuals (n, order)."""
    size = np.linalg.norm(fit.X, axis=0)
    X = np.column_stack([fit.X / np.where(size == 0, 1.0, size), earlier])
    left = fit.residual - X @ np.linalg.lstsq(X, fit.residual, rcond=None)[0]
    return len(left) * (1 - float(left @ left) / fit.squares)


def baltagi_li(
    panel: Panel, regressors: Sequence[str] = (), *, time_effects: bool = False
) -> CheckResult:
    """Test that errors are uncorrelated over time beside normal random effects, by their maximum likelihood: chi-square.

    Parameters
    ----------
    panel, regressors, time_effects
        As in `wooldridge_within`, period effects as dummies. Every unit must be seen in every period.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Baltagi and Li (1995), Journal of Econometrics 68(1), LM4.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import baltagi_li
    >>> baltagi_li(impact.example_panel(), ["exposed", "workers"]).why
    'score_beside_random_effects'
    """
    from scipy.special import chdtrc

    rows = within(panel, regressors, time_effects=time_effects).levels
    n, t = len(np.unique(rows.unit)), int(rows.time.max()) + 1
    if n * t != len(rows.y):
        return not_applicable("no_serial_correlation", "needs_every_unit_in_every_period")
    if t < 3:
        return not_applicable("no_serial_correlation", "too_few_periods_in_a_row")
    wide = np.zeros((n, t))
    wide[np.unique(rows.unit, return_inverse=True)[1], rows.time] = _likeliest_residual(rows, t)
    score, information = _baltagi_li(wide)
    statistic = float(score**2 * np.linalg.inv(information)[0, 0])
    p = float(chdtrc(1, statistic))
    return CheckResult(
        "no_serial_correlation", status_of(p), "score_beside_random_effects", statistic, p
    )


def _baltagi_li(wide: Floats) -> tuple[float, Floats]:
    """The score of rho at zero, and the information of (rho, variance of effects, of errors), from residuals (N, T)."""
    n, t = wide.shape
    mean = wide.mean(axis=1, keepdims=True)
    one = t * float((mean**2).sum()) / n  # T s2_u + s2_e
    error = float(((wide - mean) ** 2).sum()) / (n * (t - 1))
    weighed = mean / one + (wide - mean) / error
    neighbours = 2 * float((weighed[:, 1:] * weighed[:, :-1]).sum())
    changes = n * (1 - 1 / t)  # of N x T residuals, free of their units' means, a period's
    score = changes * (one - error) / one + error / 2 * neighbours
    a = (error - one) / (t * one)
    rho_rho = n * (2 * a**2 * (t - 1) ** 2 + 2 * a * (2 * t - 3) + t - 1)
    rho_unit = n * (t - 1) * error / one**2
    rho_error = changes * error * (1 / one**2 - 1 / error**2)
    unit_error = n * t / (2 * one**2)
    rows = [
        [rho_rho, rho_unit, rho_error],
        [rho_unit, n * t**2 / (2 * one**2), unit_error],
        [rho_error, unit_error, n / 2 * (1 / one**2 + (t - 1) / error**2)],
    ]
    return score, np.array(rows)


def _likeliest_residual(rows: ModelRows, t: int) -> Floats:
    """Composite residuals (n,) at the maximum likelihood of normal random effects of a balanced panel."""
    from scipy.optimize import minimize_scalar

    n = len(rows.y)

    def fitted(log_ratio: float) -> tuple[Floats, float]:
        share = 1 - (1 + t * np.exp(log_ratio)) ** -0.5
        apart = rows.less_means(np.full(n, share))
        slope = np.linalg.lstsq(apart.X, apart.y, rcond=None)[0]
        squares = float(((apart.y - apart.X @ slope) ** 2).sum())
        return np.asarray(slope), float(
            n * np.log(squares) + n / t * np.log1p(t * np.exp(log_ratio))
        )

    bounds = (-LARGEST_RATIO, LARGEST_RATIO)
    options = {"xatol": 1e-10}
    best = minimize_scalar(
        lambda at: fitted(at)[1], bounds=bounds, method="bounded", options=options
    )
    return np.asarray(rows.y - rows.X @ fitted(float(best.x))[0])
