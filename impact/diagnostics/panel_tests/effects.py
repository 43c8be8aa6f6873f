"""Have units and periods effects of their own, and do slopes differ between units?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.check_result import CheckResult, not_applicable, status_of
from impact.covariance.absorbed import Absorbed
from impact.data.panel import Panel
from impact.diagnostics.panel_tests.residuals import pooled, within
from impact.terms import one_of

Effects = Literal["unit", "time", "both"]
Multiplier = Literal["breusch_pagan", "honda", "king_wu", "gourieroux_holly_monfort"]


def lagrange_multiplier(
    panel: Panel,
    regressors: Sequence[str] = (),
    *,
    effects: Effects = "unit",
    kind: Multiplier = "honda",
    time_effects: bool = False,
) -> CheckResult:
    """Test by residuals of pooled least squares that there are no effects; with gaps by the forms for unbalanced panels.

    Parameters
    ----------
    panel : Panel
    regressors : sequence of str
        As in `PooledOLS`.
    effects : {"unit", "time", "both"}
    kind : {"breusch_pagan", "honda", "king_wu", "gourieroux_holly_monfort"}
        Two-sided chi-square; one-sided normal, summed evenly or by weights (the same for one effect); mixed chi-square of both.
    time_effects : bool
        Add period dummies.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Breusch and Pagan (1980), Review of Economic Studies 47(1); Honda (1985), ibid. 52(4); King and Wu (1997), Journal of
    Econometrics 80(2); Gourieroux, Holly and Monfort (1982), Econometrica 50(1); Baltagi (2013), 5th ed., secs. 4.2 and 9.5.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import lagrange_multiplier
    >>> lagrange_multiplier(impact.example_panel(), ["exposed", "workers"]).status  # firms differ
    'warn'
    """
    one_of(effects, Effects, name="effects")
    one_of(kind, Multiplier, name="kind")
    fit = pooled(panel, regressors, time_effects=time_effects)
    unit, m_unit = _one_way(fit.residual, fit.rows.unit)
    time, m_time = _one_way(fit.residual, fit.rows.time)
    asked = {"unit": [(unit, m_unit)], "time": [(time, m_time)]}
    parts = asked.get(effects, [(unit, m_unit), (time, m_time)])
    normal = np.array([part[0] for part in parts])
    size = np.array([part[1] for part in parts])
    if not (size > 0).all():
        return not_applicable("no_effects", "one_observation_each")
    statistic, p = _multiplier(normal, size, kind)
    return CheckResult("no_effects", status_of(p), "by_lagrange_multiplier", statistic, p)


def _one_way(residual: Floats, code: Integers) -> tuple[float, float]:
    """The standardised score of one effect, and twice the pairs of rows in one group."""
    n = len(residual)
    pairs = float((np.bincount(code) ** 2).sum()) - n
    score = float((np.bincount(code, residual) ** 2).sum()) / float(residual @ residual) - 1
    return n * score / np.sqrt(2 * pairs) if pairs > 0 else np.nan, pairs


def _multiplier(normal: Floats, size: Floats, kind: Multiplier) -> tuple[float, float]:
    """Statistic and p-value of standardised scores of one or two effects."""
    from scipy.special import chdtrc, ndtr

    if kind == "breusch_pagan":
        statistic = float(normal @ normal)
        return statistic, float(chdtrc(len(normal), statistic))
    if kind == "gourieroux_holly_monfort":
        statistic = float((np.maximum(normal, 0.0) ** 2).sum())
        if statistic <= 0:
            return statistic, 1.0
        # a mixture of chi-squares of 0, 1, 2 (or 0, 1) degrees of freedom: each score is positive half of the time
        weights = [(1, 0.5), (2, 0.25)] if len(normal) == 2 else [(1, 0.5)]
        return statistic, float(sum(share * chdtrc(df, statistic) for df, share in weights))
    share = (
        np.sqrt(size / size.sum()) if kind == "king_wu" else np.full(len(size), len(size) ** -0.5)
    )
    statistic = float(share @ normal)
    return statistic, float(ndtr(-statistic))


def effects_test(
    panel: Panel,
    regressors: Sequence[str] = (),
    *,
    effects: Effects = "unit",
    time_effects: bool = False,
) -> CheckResult:
    """Test that fixed effects add nothing to pooled least squares: F, for homoskedastic errors.

    Parameters
    ----------
    panel, regressors, time_effects
        As in `lagrange_multiplier`.
    effects : {"unit", "time", "both"}

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Baltagi (2013), 5th ed., eqs. 2.12 and 3.12.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import effects_test
    >>> effects_test(impact.example_panel(), ["exposed", "workers"], effects="both").status
    'warn'
    """
    one_of(effects, Effects, name="effects")
    fit = pooled(panel, regressors, time_effects=time_effects)
    groups = {"unit": (fit.rows.unit,), "time": (fit.rows.time,)}.get(
        effects, (fit.rows.unit, fit.rows.time)
    )
    absorbed = Absorbed.of(groups, np.ones(len(fit.residual)))
    both = absorbed.residual(np.column_stack([fit.rows.y, fit.X]))
    size = np.linalg.norm(fit.X, axis=0)
    both[:, 1:][:, np.linalg.norm(both[:, 1:], axis=0) <= 1e-9 * size] = 0.0
    slope, _, rank, _ = np.linalg.lstsq(both[:, 1:] / size, both[:, 0], rcond=1e-9)
    left = float(((both[:, 0] - both[:, 1:] / size @ slope) ** 2).sum())
    levels = sum(int(code.max()) + 1 for code in absorbed.sets) - absorbed.without_rank()
    df = len(both) - levels - rank
    return _f_test("no_effects", "by_f_test", fit.squares, len(both) - fit.rank, left, df)


def poolability(panel: Panel, regressors: Sequence[str] = ()) -> CheckResult:
    """Test that slopes are the same for all units, each with its own constant: F, for homoskedastic errors.

    Parameters
    ----------
    panel, regressors
        As in `lagrange_multiplier`.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Baltagi (2013), 5th ed., sec. 4.1.3.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import poolability
    >>> poolability(impact.example_panel(), ["workers"]).status
    'pass'
    """
    fit = within(panel, regressors, time_effects=False)
    left, used = 0.0, 0
    for place in range(int(fit.rows.unit.max()) + 1):
        own = fit.rows.unit == place
        X, y = fit.X[own], fit.rows.y[own]
        if not own.any():
            continue
        slope, _, rank, _ = np.linalg.lstsq(X, y, rcond=None)
        left += float(((y - X @ slope) ** 2).sum())
        used += int(rank) + 1
    n, n_units = len(fit.residual), len(np.unique(fit.rows.unit))
    return _f_test("same_slopes", "by_f_test", fit.squares, n - n_units - fit.rank, left, n - used)


def unobserved_effects(
    panel: Panel, regressors: Sequence[str] = (), *, time_effects: bool = False
) -> CheckResult:
    """Test that pooled residuals of a unit are uncorrelated, whatever their variances: neither effects nor serial correlation.

    Parameters
    ----------
    panel, regressors, time_effects
        As in `lagrange_multiplier`.

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Wooldridge (2010), eq. 10.40.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import unobserved_effects
    >>> unobserved_effects(impact.example_panel(), ["exposed", "workers"]).status
    'warn'
    """
    from scipy.special import ndtr

    fit = pooled(panel, regressors, time_effects=time_effects)
    sums = np.bincount(fit.rows.unit, fit.residual)
    squares = np.bincount(fit.rows.unit, fit.residual**2)
    products = (sums**2 - squares) / 2
    spread = float(np.sqrt(products @ products))
    if not spread > 0:
        return not_applicable("no_effects", "one_observation_each")
    statistic = float(products.sum()) / spread
    p = float(2 * ndtr(-abs(statistic)))
    return CheckResult("no_effects", status_of(p), "by_wooldridges_products", statistic, p)


def _f_test(
    name: str, why: str, squares: float, df_restricted: int, left: float, df: int
) -> CheckResult:
    """F of what restrictions add to the squared residuals."""
    from scipy.special import fdtrc

    q = df_restricted - df
    if df <= 0 or q <= 0 or not left > 0:
        return not_applicable(name, "no_degrees_of_freedom")
    statistic = (squares - left) / q / (left / df)
    p = float(fdtrc(q, df, statistic))
    return CheckResult(name, status_of(p), why, statistic, p)
