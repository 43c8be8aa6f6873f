"""Effects of invitation and of participation, how strong the invitation is, and what holds if it is weak."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, Shown, amount, pass_or_warn
from impact.covariance.choice import Homoskedastic
from impact.covariance.rows import FittedRows, covariance
from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.experiments.confidence_set import ConfidenceSet, ReducedForms
from impact.estimators.experiments.two_stage_least_squares import Regressions, TwoStageLeastSquares

TOLERATED_BIAS = 0.1  # of the worst case; Montiel Olea and Pflueger (2013), sec. 4
TEST_SIZE = 0.05


@dataclass(frozen=True, repr=False)
class Participation(Shown):
    """Effects of invitation and participation.

    Attributes
    ----------
    invitation : Estimate
        Effect of each instrument on the outcome: what inviting did to those invited, whether they came or not.
    first_stage : Estimate
        Effect of each instrument on taking part, a share where both are zero or one.
    participation : Estimate
        Two-stage least squares.
    effective_f : float
        Montiel Olea and Pflueger's; with one instrument the first stage's F under the covariance that was chosen.
    critical_value : float
        Above it, two-stage least squares is off by more than a tenth of the worst case with a chance of 5% only.
    first_stage_f : float
        The plain F of the instruments, errors independent and alike.
    anderson_rubin : ConfidenceSet
        Effects of participation that hold however weak the instruments are.
    """

    invitation: Estimate
    first_stage: Estimate
    participation: Estimate
    effective_f: float
    critical_value: float
    first_stage_f: float
    anderson_rubin: ConfidenceSet

    @property
    def table(self) -> pd.DataFrame:
        """One row a number: ``effect`` (invitation, first_stage, participation) and the columns of an estimate's table."""
        named = {
            "invitation": self.invitation,
            "first_stage": self.first_stage,
            "participation": self.participation,
        }
        parts = [each.table.assign(effect=name) for name, each in named.items()]
        table = pd.concat(parts, ignore_index=True)
        return table[["effect", *(name for name in table.columns if name != "effect")]]

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the effects, the strength of the instruments and the Anderson-Rubin set."""
        columns = ["effect", "term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]
        strength = (
            f"effective F {amount(self.effective_f)} (strong above {amount(self.critical_value)})\n"
            f"Anderson-Rubin set: {self.anderson_rubin.summary()}"
        )
        return (self.participation.method, self.table[columns], strength)

    def check(self) -> CheckResult:
        """Warn where instruments are too weak for two-stage least squares; the set of Anderson and Rubin holds then too."""
        strong = self.effective_f > self.critical_value
        return CheckResult(
            "weak_instruments",
            pass_or_warn(strong),
            f"effective_f:{self.effective_f:.1f}",
            statistic=self.effective_f,
        )


def participation(panel: Panel, estimator: TwoStageLeastSquares) -> Participation:
    """Compare invitation with participation.

    Parameters
    ----------
    panel : Panel
    estimator : TwoStageLeastSquares

    Raises
    ------
    NotIdentifiedError
        When an instrument or participation does not vary.

    References
    ----------
    Montiel Olea and Pflueger (2013), Journal of Business & Economic Statistics 31(3), eq. 4 and theorem 1; Andrews, Stock and
    Sun (2019), Annual Review of Economics 11.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> found = impact.participation(panel, impact.TwoStageLeastSquares(["workers"]))
    >>> found.check().status, found.anderson_rubin.kind  # workers invite nobody
    ('warn', 'two_rays')
    """
    made = estimator.regressions(panel)
    names = [*estimator.instruments]
    of_outcome = made.shown(
        made.reduced_form,
        names,
        estimand=f"Effect on {panel.outcome} of {', '.join(names)}",
        label="Least squares on the invitation",
    )
    first = made.shown(
        made.first_stage,
        names,
        estimand=f"Effect on {estimator.participation} of {', '.join(names)}",
        label="First stage",
    )
    effective, critical = effective_f(made)
    return Participation(
        invitation=of_outcome,
        first_stage=first,
        participation=estimator.fit(panel),
        effective_f=effective,
        critical_value=critical,
        first_stage_f=plain_f(made),
        anderson_rubin=anderson_rubin(made),
    )


def effective_f(made: Regressions) -> tuple[float, float]:
    """Return the effective F p'Qp / tr(V Q), Q the instruments' cross-products, and its critical value.

    The critical value is for a bias of two-stage least squares of a tenth of the worst case, simplified (it holds for every
    covariance of the two stages), by Patnaik's approximation.

    References
    ----------
    Montiel Olea and Pflueger (2013), eqs. 4, 9 and 11, theorem 1.2.
    """
    from scipy.stats import ncx2

    fitted, k = made.first_stage, made.n_instruments
    p, V = fitted.coefficients[:k], made.covariance(fitted).vcov[:k, :k]
    Q = np.linalg.inv(fitted.bread[:k, :k])  # of instruments, given covariates and effects
    W = np.linalg.cholesky(Q).T @ V @ np.linalg.cholesky(Q)
    x = 1 / TOLERATED_BIAS
    largest = float(np.linalg.eigvalsh(W)[-1])
    trace = float(np.trace(W))
    df = trace**2 * (1 + 2 * x) / (float(np.trace(W @ W)) + 2 * x * trace * largest)
    critical = float(ncx2.ppf(1 - TEST_SIZE, df, x * df)) / df
    return float(p @ Q @ p) / trace, critical


def plain_f(made: Regressions) -> float:
    """Return the F of the instruments in the first stage, errors independent and alike."""
    fitted, k = made.first_stage, made.n_instruments
    p, V = fitted.coefficients[:k], covariance(fitted, Homoskedastic()).vcov[:k, :k]
    return float(p @ np.linalg.solve(V, p)) / k


def anderson_rubin(made: Regressions) -> ConfidenceSet:
    """Return the effects b at which the F of the instruments in y - b D does not reject, with the chosen degrees of freedom."""
    from scipy.special import chdtri, fdtri

    k, level = made.n_instruments, made.asked.level
    outcome, treatment = made.reduced_form, made.first_stage
    scale = float(np.linalg.norm(outcome.y) / np.linalg.norm(treatment.y))
    found = made.covariance(outcome)
    S0, up, down = found.vcov[:k, :k], *(_of(made, sign * scale) for sign in (1, -1))
    S1, S2 = (up - down) / (2 * scale), ((up + down) / 2 - S0) / scale**2
    df = float(found.df[:k].min())
    critical = chdtri(k, 1 - level) if np.isinf(df) else k * fdtri(k, df, level)
    forms = ReducedForms(outcome.coefficients[:k], treatment.coefficients[:k], (S0, S1, S2))
    return forms.not_rejected(float(critical), level=level)


def _of(made: Regressions, value: float) -> Floats:
    """Covariance (k, k) of the instruments' coefficients in y - b D."""
    fitted: FittedRows = made.on_instruments(made.rows.y - value * made.rows.X[:, 0])
    k = made.n_instruments
    return made.covariance(fitted).vcov[:k, :k]
