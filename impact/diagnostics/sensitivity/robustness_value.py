"""Omitted-variable bias in a regression in shares of variance: partial R2, robustness value, and bounds by named covariates.

With t the statistic of the treatment and m its residual degrees of freedom, both of a regression with errors alike,

    f = |t| / sqrt(m),   R2 = f^2 / (1 + f^2),   RV_q = (sqrt(F^4 + 4 F^2) - F^2) / 2,   F = q f - |t*| / sqrt(m - 1),

t* the critical value where the interval, not the estimate, must reach the null. Something unobserved that explains a share r of
what is left of the treatment and s of what is left of the outcome moves the estimate by se sqrt(m) sqrt(s r / (1 - r)).
"""

from dataclasses import dataclass

import numpy as np

from impact.covariance.small_sample import hc1_factor
from impact.critical_values import quantile
from impact.errors import UsageError


def partial_r2(t: float, df: float) -> float:
    """Return the share of what is left of the outcome that the treatment explains: t^2 / (t^2 + df)."""
    return t**2 / (t**2 + df)


def robustness_value(t: float, df: float, *, q: float = 1.0, level: float | None = None) -> float:
    """Return the share of what is left of both treatment and outcome that must be explained to bring the effect down by q.

    Parameters
    ----------
    t, df : float
        Of the treatment in a regression whose errors are alike.
    q : float
        Share of the effect that is to be explained: 1 for all of it.
    level : float, optional
        The interval at this level is to reach what is left; by default the estimate itself is.

    References
    ----------
    Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1), eqs. 12-14 and 18.

    Examples
    --------
    >>> from impact.diagnostics.sensitivity.robustness_value import robustness_value
    >>> round(robustness_value(4.18, 783), 3)  # direct harm in Darfur, sec. 5.2 of the paper: 13.9%
    0.139
    """
    if df <= 1:
        raise UsageError("df: more than one residual degree of freedom")
    f = q * abs(t) / np.sqrt(df)
    critical = 0.0
    if level is not None:
        critical = quantile((1 + level) / 2, df - 1) / np.sqrt(df - 1)
    beyond = f - critical
    if beyond <= 0:
        return 0.0
    if critical > 0 and f > 1 / critical:  # the outcome's share would pass one first
        return float((f**2 - critical**2) / (1 + f**2))
    return float((np.sqrt(beyond**4 + 4 * beyond**2) - beyond**2) / 2)


@dataclass(frozen=True)
class Confounder:
    """Something unobserved: the shares that it explains of what is left of the treatment, and of the outcome."""

    of_treatment: float
    of_outcome: float

    @classmethod
    def like(
        cls, of_treatment: float, of_outcome: float, *, times: float = 1.0
    ) -> "Confounder | None":
        """Return one that is so many times as strong as a covariate with these partial R2; None where none can be.

        Parameters
        ----------
        of_treatment : float
            Of the covariate with the treatment, given the other covariates.
        of_outcome : float
            Of the covariate with the outcome, given treatment and the other covariates.
        times : float

        References
        ----------
        Cinelli and Hazlett (2020), eqs. 22-24 and appendix B.3: the confounder is unrelated to the covariates.
        """
        treatment = times * of_treatment / (1 - of_treatment)
        if treatment >= 1 or times * of_treatment >= 1:
            return None
        shared = times * of_treatment**2 / ((1 - times * of_treatment) * (1 - of_treatment))
        if shared >= 1:
            return None
        strength = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)
        outcome = strength**2 * of_outcome / (1 - of_outcome)
        return cls(float(treatment), float(min(outcome, 1.0)))

    def adjusted(self, estimate: float, std_error: float, df: float) -> tuple[float, float]:
        """Return estimate and standard error had it been observed, where it works against the effect.

        References
        ----------
        Cinelli and Hazlett (2020), eqs. 8 and 9.
        """
        r, s = self.of_treatment, self.of_outcome
        bias = std_error * np.sqrt(df) * np.sqrt(s * r / (1 - r))
        moved = np.sign(estimate) * (abs(estimate) - bias)
        error = std_error * np.sqrt((1 - s) / (1 - r)) * np.sqrt(hc1_factor(df, n_counted=1))
        return float(moved), float(error)
