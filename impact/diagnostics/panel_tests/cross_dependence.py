"""Do errors of different units go together in the same period?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, status_of
from impact.data.panel import Panel
from impact.diagnostics.panel_tests.residuals import within
from impact.terms import one_of

Dependence = Literal["pesaran", "breusch_pagan", "scaled"]

MOST_UNITS = 5_000  # of N x N correlations: 200 MB each
LEAST_VARIANCE = (
    1e-12  # of the mean squared residual: a pair's common periods with less do not vary
)


def cross_dependence(
    panel: Panel,
    regressors: Sequence[str] = (),
    *,
    kind: Dependence = "pesaran",
) -> CheckResult:
    """Test that residuals of fixed effects are uncorrelated between units, by all pairs and their common periods.

    What all units have in common shows here, and is what period effects take out. There is no form with period effects: these
    make residuals of a period sum to zero, so that the mean of correlations says nothing (Juodis and Reese 2022), and where
    some units vary far more than others, the small ones then share what the large ones made of the effects.

    Parameters
    ----------
    panel : Panel
    regressors : sequence of str
        As in `FixedEffects`.
    kind : {"pesaran", "breusch_pagan", "scaled"}
        The mean of correlations (normal; for many units); of their squares (chi-square; for few units and many periods); the
        same less its expectation (normal).

    Raises
    ------
    UsageError
        With weights.

    References
    ----------
    Pesaran (2004), CESifo working paper 1229, eqs. 7 and 31; Breusch and Pagan (1980), Review of Economic Studies 47(1);
    Juodis and Reese (2022), Journal of Business & Economic Statistics 40(3), on period effects.

    Examples
    --------
    >>> import impact
    >>> from impact.diagnostics.panel_tests import cross_dependence
    >>> cross_dependence(impact.example_panel(), ["exposed", "workers"]).why
    'correlation_between_units'
    """
    from scipy.special import chdtrc, ndtr

    one_of(kind, Dependence, name="kind")
    fit = within(panel, regressors, time_effects=False)
    unit = np.unique(fit.rows.unit, return_inverse=True)[1]
    n_units, n_times = int(unit.max()) + 1, int(fit.rows.time.max()) + 1
    if n_units > MOST_UNITS:
        return not_applicable("no_cross_dependence", "too_many_units_for_pairs")
    wide = np.full((n_units, n_times), np.nan)
    wide[unit, fit.rows.time] = fit.residual
    rho, common, pairs = _correlations(wide)
    n_pairs = int(pairs.sum())
    if not n_pairs:
        return not_applicable("no_cross_dependence", "no_common_periods")
    rho, common = rho[pairs], common[pairs]
    if kind == "pesaran":
        statistic = float((np.sqrt(common) * rho).sum()) / n_pairs**0.5
        p = float(2 * ndtr(-abs(statistic)))
    elif kind == "breusch_pagan":
        statistic = float((common * rho**2).sum())
        p = float(chdtrc(n_pairs, statistic))
    else:
        statistic = float((common * rho**2 - 1).sum()) / (2 * n_pairs) ** 0.5
        p = float(2 * ndtr(-abs(statistic)))
    return CheckResult(
        "no_cross_dependence", status_of(p), "correlation_between_units", statistic, p
    )


def _correlations(wide: Floats) -> tuple[Floats, Floats, Mask]:
    """Correlations of rows (N, T) over common columns, (N, N), the number of these, and which pairs have any."""
    seen = (~np.isnan(wide)).astype(float)
    values = np.nan_to_num(wide)
    common = seen @ seen.T
    sums, squares = values @ seen.T, values**2 @ seen.T
    shared = np.maximum(common, 1.0)
    covariance = values @ values.T - sums * sums.T / shared
    variance = squares - sums**2 / shared
    least = LEAST_VARIANCE * float(values.ravel() @ values.ravel()) / max(seen.sum(), 1.0)
    varies = (variance > least) & (least < variance.T)
    pairs = np.tril(np.ones(common.shape, dtype=bool), -1) & (common > 1) & varies
    scale = np.sqrt(np.where(varies, variance * variance.T, 1.0))
    return covariance / scale, common, pairs
