"""Hausman's test: do fixed and random effects agree?"""

from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, status_of
from impact.covariance.choice import any_covariance_of
from impact.covariance.rows import FittedRows
from impact.errors import NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.panel.model_rows import ModelRows
from impact.estimators.panel.random_effects import CorrelatedRandomEffects, RandomEffects
from impact.estimators.panel.transformed import covariance_at
from impact.terms import one_of

HausmanMethod = Literal["classic", "auxiliary"]

NEGATIVE = (
    -1e-10
)  # relative to the largest eigenvalue; smaller than this the difference is not a covariance
NO_VARIATION = (
    1e-9  # of a regressor's size, left over by its unit's means: it does not vary over time
)


def hausman(fixed: Estimate, random: Estimate, *, method: HausmanMethod = "classic") -> CheckResult:
    """Compare the coefficients that fixed and random effects share.

    A small p-value speaks against the random-effects assumption.

    Parameters
    ----------
    fixed, random : Estimate
        Of `FixedEffects` and `RandomEffects` on the same data.
    method : {"classic", "auxiliary"}
        The classic form compares coefficients. It needs homoskedastic covariances (``vcov="iid"`` in both), whose difference
        must be positive definite; otherwise it is refused, not forced. The auxiliary form adds the regressors less their unit
        means to the random-effects regression and tests that they add nothing, by the covariance that ``random`` was fitted
        with, whichever it is.

    Raises
    ------
    UsageError
        When the auxiliary form is asked of another model than random effects.
    NotAvailableError
        When the auxiliary form is asked of an estimate that was read from a file.

    References
    ----------
    Hausman (1978), Econometrica 46(6), eq. 2.6 and, for the auxiliary regression, sec. 3; Wooldridge (2010), sec. 10.7.3.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> options = {"regressors": ["exposed", "workers"], "time_effects": False, "vcov": "iid"}
    >>> fixed = impact.FixedEffects(**options).fit(panel)
    >>> random = impact.RandomEffects(**options).fit(panel)
    >>> for method in ("classic", "auxiliary"):
    ...     check = impact.hausman(fixed, random, method=method)
    ...     print(check.status, round(check.p_value, 2))
    pass 0.25
    pass 0.27
    """
    one_of(method, HausmanMethod, name="method")
    shared = [term for term in fixed.rows.term if term in set(random.rows.term)]
    if method == "classic" and any(one.spec.get("vcov") != "iid" for one in (fixed, random)):
        return not_applicable("hausman", "needs_homoskedastic_covariances")
    if not shared:
        return not_applicable("hausman", "no_coefficient_in_common")
    if method == "auxiliary":
        return _auxiliary(random, shared)
    fixed, random = fixed.select(shared), random.select(shared)
    difference, vcov = fixed.values - random.values, fixed.vcov - random.vcov
    values = np.linalg.eigvalsh(vcov)
    if values.min() <= NEGATIVE * max(values.max(), 0) or values.max() <= 0:
        return not_applicable("hausman", "difference_of_covariances_not_positive_definite")
    statistic, p = _chi_square(difference, vcov)
    why = f"coefficients_compared:{len(shared)}"
    return CheckResult("hausman", status_of(p), why, statistic, p)


def mundlak_test(correlated: Estimate) -> CheckResult:
    """Test that what was added to correlated random effects adds nothing, by the covariance that the model was fitted with.

    A small p-value speaks against the random-effects assumption. With Mundlak's means it is the auxiliary form of `hausman`.

    Parameters
    ----------
    correlated : Estimate
        Of `CorrelatedRandomEffects`.

    Raises
    ------
    UsageError
        For another model's estimate.

    References
    ----------
    Mundlak (1978), Econometrica 46(1), sec. 3; Wooldridge (2010), eq. 10.86.

    Examples
    --------
    >>> import impact
    >>> model = impact.CorrelatedRandomEffects(["exposed", "workers"])
    >>> impact.mundlak_test(model.fit(impact.example_panel())).why
    'added_columns:2'
    """
    if correlated.spec.get("estimator") != CorrelatedRandomEffects.__name__:
        raise UsageError("mundlak_test: is of CorrelatedRandomEffects; fit that model for it")
    added = [
        place
        for place, term in enumerate(correlated.rows.term)
        if term in set(correlated.spec.get("added", ()))
    ]
    if not added:
        return not_applicable("hausman", "regressors_do_not_vary_between_units")
    vcov = correlated.vcov[np.ix_(added, added)]
    scale = np.sqrt(np.diag(vcov))
    if np.linalg.matrix_rank(vcov / np.outer(scale, scale), hermitian=True) < len(added):
        return not_applicable("hausman", "too_few_clusters_to_compare")
    statistic, p = _chi_square(correlated.values[added], vcov)
    return CheckResult("hausman", status_of(p), f"added_columns:{len(added)}", statistic, p)


def _auxiliary(random: Estimate, shared: list[str]) -> CheckResult:
    """Test that the within parts of regressors add nothing to the random-effects regression of a panel."""
    model = random.origin.estimator
    panel = random.origin.panel.with_always_treated()
    correlated = isinstance(model, CorrelatedRandomEffects)
    if not isinstance(model, RandomEffects) or correlated or model.random_in != "unit":
        raise UsageError(
            "random: the auxiliary form is of RandomEffects of units; fit that model for it"
        )
    rows = ModelRows.of(panel, model.regressors)
    quasi = model.transformed(panel, rows).rows
    within = rows.less_means(np.ones(len(rows.y))).X
    varies = np.linalg.norm(within, axis=0) > NO_VARIATION * np.linalg.norm(rows.X, axis=0)
    root = rows.root
    try:
        fitted = FittedRows.fit(
            quasi.y * root,
            np.column_stack([quasi.X, within[:, varies]]) * root[:, None],
            sets=(rows.time,) if model.time_effects else (),
            n_own=rows.n_own + int(varies.sum()),
            constant=True,
        )
    except NotIdentifiedError:
        return not_applicable("hausman", "regressors_do_not_vary_between_units")
    choice = any_covariance_of(model.vcov)
    added = [name for name, kept in zip(rows.names, varies, strict=True) if kept]
    at = [quasi.X.shape[1] + added.index(term) for term in shared if term in added]
    vcov = covariance_at(panel, fitted, choice, rows).vcov[np.ix_(at, at)]
    if np.linalg.matrix_rank(vcov, hermitian=True) < len(at):
        return not_applicable("hausman", "too_few_clusters_to_compare")
    statistic, p = _chi_square(fitted.coefficients[at], vcov)
    why = f"coefficients_compared_by_regression:{len(at)}"
    return CheckResult("hausman", status_of(p), why, statistic, p)


def _chi_square(values: Floats, vcov: Floats) -> tuple[float, float]:
    from scipy.special import chdtrc

    statistic = float(values @ np.linalg.solve(vcov, values))
    return statistic, float(chdtrc(len(values), statistic))
