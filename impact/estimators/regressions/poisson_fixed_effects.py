"""Poisson regression on being under treatment, with unit and period effects: one log ratio."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.estimate import Estimate
from impact.estimators.linear import LinearParts, exposed_means, few_treated_notes
from impact.estimators.regressions.poisson_rows import PoissonRows, poisson_rows
from impact.estimators.regressions.regressors import Regressors, given, panel_of, said
from impact.estimators.regressions.within import CONVENTIONS, Coefficient
from impact.moments import PathMoments, UnitScores
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

PoissonCovariance = Literal["CRV1", "robust"]


@dataclass(frozen=True)
class PoissonFixedEffects(CheckedChoices):
    """Regress the outcome on treatment by Poisson quasi-likelihood, with unit and period effects: the log of a ratio.

    Outcomes need not be counts, only not negative; zeros stay zeros. `Estimate.percent_of_log` gives the ratio in percent.
    Units that are always zero, and zeros that the regressors predict perfectly, say nothing of a ratio: they are left out and
    counted in ``sample``. As with two-way fixed effects, earlier cohorts serve as controls for later ones; with effects that
    differ take `ExtendedTWFE(family="poisson")`.

    Parameters
    ----------
    covariates : sequence of str
        Numbers among the panel's covariates that change within units, as regressors. What treatment itself moves is no
        covariate.
    by_period : sequence of str
        Numbers that never change within a unit (known before treatment), with a coefficient of each period's own.
    vcov : {"CRV1", "robust"}
        Clustered by unit (or the panel's cluster), or for independent observations.
    level : float

    Assumes
    -------
    Untreated outcomes whose ratios between periods are the same for all cohorts, given the covariates; the same ratio for
    every cohort and period under treatment.

    References
    ----------
    Hausman, Hall and Griliches (1984), Econometrica 52(4), eq. 2.4; Wooldridge (1999), Journal of Econometrics 90(1), eq. 3.10,
    for the robust covariance; Correia, Guimaraes and Zylkin (2019), arXiv 1903.01633, for what is predicted perfectly.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effect = impact.PoissonFixedEffects().fit(panel)
    >>> effect.percent_of_log().round(1).estimate.tolist()
    [18.9]
    """

    covariates: Sequence[str] = ()
    by_period: Sequence[str] = ()
    vcov: PoissonCovariance = "CRV1"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel.

        Raises
        ------
        NotAvailableError
            From moments, which hold no observations; when an outcome is negative.
        NotIdentifiedError
            When a covariate is absorbed or collinear, or all outcomes under treatment are zero.
        MissingValueError
            When a covariate is missing in an observation.
        """
        panel = panel_of(self, data).with_always_treated()
        regressors = Regressors.of(panel, covariates=self.covariates, by_period=self.by_period)
        moments = regressors.moments
        exposed = (moments.event_time >= 0).astype(float)
        fit = poisson_rows(regressors, exposed[:, :, None], names=["exposed"], effects="unit")
        factor, df = fit.factor() if self.vcov == "CRV1" else fit.factor_of_rows()
        own = np.r_[0, len(fit.b) - len(regressors.names) : len(fit.b)]
        scores = fit.scores[:, own]
        every = UnitScores.of(scores, panel, moments, kept=np.ones(panel.n_units))
        vcov = factor * (
            every.covariance() if self.vcov == "CRV1" else fit.by_row()[np.ix_(own, own)]
        )
        parts = LogRatio(
            moments=moments,
            values=fit.b[:1],
            scores=UnitScores.of(scores[:, :1], panel, moments, kept=np.ones(panel.n_units)),
            exposed_weights=exposed_means(moments)[None],
            factor=factor,
            robust=None if self.vcov == "CRV1" else vcov[:1, :1],
        )
        beside = {
            each.name: {"estimate": each.value, "std_error": each.std_error}
            for each in _coefficients(regressors, fit, np.sqrt(np.diag(vcov)), own)
        }
        return Estimate(
            Rows(
                term=["exposed"],
                n_treated=[int(np.isfinite(panel.cohort).sum())],
                n_control=[int(np.isinf(panel.cohort).sum())],
            ),
            fit.b[:1],
            parts.vcov(),
            estimand=f"Logarithm of what treatment multiplies {panel.outcome} by, assumed the same for all",
            method=f"Poisson{given(self)}; unit and period effects; {CONVENTIONS[self.vcov]}",
            sample=_sample(moments.sample, fit),
            spec={
                "estimator": "PoissonFixedEffects",
                "vcov": self.vcov,
                "level": self.level,
                "df": df,
                **said(self),
                **({"coefficients": beside} if beside else {}),
            },
            notes=few_treated_notes(moments),
            source="Hausman, Hall and Griliches (1984), eq. 2.4; Wooldridge (1999)",
            parts=parts,
        )


def _coefficients(
    given: Regressors, fit: PoissonRows, errors: Floats, own: Integers
) -> list[Coefficient]:
    values = fit.b[own]
    return [
        Coefficient(name, float(value), float(error))
        for name, value, error in zip(given.names, values[1:], errors[1:], strict=True)
    ]


def _sample(sample: Sample, fit: PoissonRows) -> Sample:
    """Count who says nothing of a ratio."""
    left = replace(sample, n_obs=len(fit.y), n_units=fit.n_units, n_clusters=fit.n_clusters)
    left = left.with_dropped("zero_in_all_periods", fit.n_zero_units)
    return left.with_dropped("zero_predicted_perfectly", fit.n_separated)


class LogRatio(LinearParts):
    """Parts of a logarithm: in percent it is another ratio than an effect's."""

    def percent(self, estimate: Estimate) -> Estimate:
        """Ratio less one in percent, by the delta method."""
        ratio = np.exp(self.values)
        return Estimate(
            estimate.rows,
            100 * (ratio - 1),
            1e4 * np.outer(ratio, ratio) * self.vcov(),
            estimand=f"{estimate.estimand}, as a ratio less one in percent",
            method=f"{estimate.method}; percent by the delta method",
            sample=estimate.sample,
            spec=estimate.spec,
            notes=estimate.notes,
            source=estimate.source,
        )
