"""Hausman's test: do fixed and random effects agree?"""

import numpy as np

from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.estimate import Estimate

SMALL_P = 0.05
NEGATIVE = (
    -1e-10
)  # relative to the largest eigenvalue; smaller than this the difference is not a covariance


def hausman(fixed: Estimate, random: Estimate) -> CheckResult:
    """Compare the coefficients that fixed and random effects share.

    A small p-value speaks against the random-effects assumption. The classical form needs homoskedastic covariances
    (``vcov="iid"`` in both), whose difference must be positive definite; otherwise it is refused, not forced.

    References
    ----------
    Hausman (1978), Econometrica 46(6), eq. 2.6.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> options = {"regressors": ["exposed", "workers"], "time_effects": False, "vcov": "iid"}
    >>> fixed = impact.FixedEffects(**options).fit(panel)
    >>> random = impact.RandomEffects(**options).fit(panel)
    >>> check = impact.hausman(fixed, random)
    >>> check.status, round(check.p_value, 2)
    ('pass', 0.25)
    """
    from scipy.special import chdtrc

    if fixed.spec.get("vcov") != "iid" or random.spec.get("vcov") != "iid":
        return not_applicable("hausman", "needs_homoskedastic_covariances")
    shared = [term for term in fixed.rows.term if term in set(random.rows.term)]
    if not shared:
        return not_applicable("hausman", "no_coefficient_in_common")
    fixed, random = fixed.select(shared), random.select(shared)
    difference, vcov = fixed.values - random.values, fixed.vcov - random.vcov
    values = np.linalg.eigvalsh(vcov)
    if values.min() <= NEGATIVE * max(values.max(), 0) or values.max() <= 0:
        return not_applicable("hausman", "difference_of_covariances_not_positive_definite")
    statistic = float(difference @ np.linalg.solve(vcov, difference))
    p = float(chdtrc(len(shared), statistic))
    return CheckResult(
        "hausman",
        pass_or_warn(p >= SMALL_P),
        f"coefficients_compared:{len(shared)}",
        statistic,
        p,
    )
