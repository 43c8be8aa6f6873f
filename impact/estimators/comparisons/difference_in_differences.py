"""Difference-in-differences by four means: two groups, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.linear import as_panel, set_aside_note
from impact.estimators.regressions.least_squares import LeastSquares, least_squares
from impact.estimators.regressions.regressors import known
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, Averaging, CheckedChoices, Covariance, Grouping

TERM = "treated_after"


@dataclass(frozen=True)
class DifferenceInDifferences(CheckedChoices):
    """Change of the treated less change of the untreated, all periods before against all periods after.

    With one cohort and two periods these are the four means of the textbook. With several cohorts, the periods between the
    first and the last cohort's start are neither before nor after for everybody and are left out, with a note. Pooled: a
    unit seen only before or only after still counts, so repeated cross-sections (each row a unit) work too.

    Parameters
    ----------
    covariates : sequence of str
        Columns of ``panel.covariates`` added to the regression.
    vcov : {"clustered", "robust", "iid"}
        CRV1 with G/(G-1) x (n-1)/(n-k); HC1; or homoskedastic.
    level : float

    Assumes
    -------
    Parallel trends between the treated and the untreated; with gaps, that who is seen does not depend on the change.

    References
    ----------
    Card and Krueger (1994), American Economic Review 84(4), table 3; Wooldridge (2010), eq. 6.54.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effect = impact.DifferenceInDifferences().fit(panel)
    >>> effect.params.round(2).to_dict()
    {'treated_after': 1.57}
    >>> effect.notes  # 2003 and 2004 are after for some and before for others
    ('transition_observations_left_out:96',)
    """

    covariates: Sequence[str] = ()
    vcov: Covariance = "clustered"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel.

        Raises
        ------
        NotIdentifiedError
            When one of the four groups is empty.
        UnknownNameError, UsageError, InfiniteValueError, MissingValueError
            When a covariate is not the panel's, or not a finite number in every observation.
        NotAvailableError
            From moments: pooled means, covariates and errors that are not clustered need the observations.
        """
        panel = as_panel(data, who="DifferenceInDifferences", needs="the observations")
        panel = panel.subset(panel.cohort > panel.times[0], reason="always_treated")
        cohorts = panel.cohorts
        if not len(cohorts):
            raise NotIdentifiedError(f"{panel.outcome}: no treated unit; name the cohort column")
        time = panel.times[panel.time_index]
        before, after = time < cohorts[0], time >= cohorts[-1]
        used = before | after
        treated = np.isfinite(panel.cohort)[panel.unit_index]
        names, extra = self._columns(panel)
        design = np.column_stack([np.ones(len(time)), treated, after, treated & after, extra])[used]
        groups = [
            int((treated[used] == a).__and__(after[used] == b).sum())
            for a in (0, 1)
            for b in (0, 1)
        ]
        if min(groups) == 0:
            raise NotIdentifiedError(
                f"{panel.outcome}: one of the four groups (treated or not, before or after) has no observation; "
                f"periods before {panel.time_axis.label(cohorts[0])} and from {panel.time_axis.label(cohorts[-1])} "
                "on are compared"
            )
        fit = least_squares(
            panel.y[used],
            design,
            names=["constant", "treated", "after", TERM, *names],
            weight=panel.weight[panel.unit_index][used],
            cluster=panel.cluster[panel.unit_index][used],
            vcov=self.vcov,
        )
        return self._estimate(panel, fit, used=used, effect_on=(treated & after)[used])

    def _columns(self, panel: Panel) -> tuple[list[str], Floats]:
        names = list(self.covariates)
        none = np.empty((len(panel.y), 0))
        return names, np.column_stack([none, *(known(panel, name) for name in names)])

    def _estimate(
        self,
        panel: Panel,
        fit: LeastSquares,
        *,
        used: Mask,
        effect_on: Mask,
    ) -> Estimate:
        left_out = int((~used).sum())
        at = fit.names.index(TERM)
        treated = np.isfinite(panel.cohort)
        parts = FourMeans(
            fit=fit,
            observed=float(panel.y[used][effect_on].mean()),
            effect_on=effect_on,
            panel=panel,
        )
        return Estimate(
            Rows(term=[TERM], n_treated=[treated.sum()], n_control=[(~treated).sum()]),
            fit.coefficients[[at]],
            fit.vcov[np.ix_([at], [at])],
            estimand=f"Effect on {panel.outcome} after treatment, on the treated",
            method=f"Difference-in-differences; pooled before and after; {fit.convention}",
            sample=panel.sample,
            spec={
                "estimator": "DifferenceInDifferences",
                "level": self.level,
                "df": fit.df,
                "covariates": list(self.covariates),
                "vcov": self.vcov,
            },
            notes=(
                *((f"transition_observations_left_out:{left_out}",) if left_out else ()),
                *set_aside_note(panel.sample),
            ),
            source="Card and Krueger (1994), table 3",
            parts=parts,
        )


@dataclass(frozen=True)
class FourMeans:
    """What can be asked of the four means afterwards."""

    fit: LeastSquares
    observed: float
    effect_on: Mask
    panel: Panel

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Return the estimate: it is one number, already overall."""
        if by != "overall" or average != "cells" or balance is not None:
            raise NotAvailableError(f"{estimate.method}: one number, it has no parts by {by}")
        return estimate

    def select(self, at: Integers) -> "FourMeans":
        """Return itself: there is one parameter."""
        del at
        return self

    def influence(self, panel: Panel) -> Floats:
        """Each unit's score, (N, 1)."""
        del panel
        at = self.fit.names.index(TERM)
        score = np.zeros(self.panel.n_units)
        np.add.at(score, self.fit.unit_of_row(self.panel), self.fit.scores[:, at])
        return score[:, None]

    def weights(self, estimate: Estimate) -> pd.DataFrame:
        """Refuse: with covariates the four means are not all there is."""
        raise NotAvailableError(
            f"{estimate.method}: weights by cohort and period are those of TwoWayFixedEffects; fit that"
        )

    def percent(self, estimate: Estimate) -> Estimate:
        """The effect over the counterfactual mean, with the delta method."""
        at = self.fit.names.index(TERM)
        effect = float(self.fit.coefficients[at])
        counterfactual = self.observed - effect
        if counterfactual == 0:
            raise NotAvailableError(
                f"{self.panel.outcome}: the counterfactual mean is zero, and there is no percentage of it; report the effect"
            )
        share = self.effect_on / self.effect_on.sum()
        deviation = share * (self.fit.outcome - self.observed)
        row = (
            100 * (self.observed * self.fit.scores[:, at] - effect * deviation) / counterfactual**2
        )
        return Estimate(
            estimate.rows,
            np.array([100 * effect / counterfactual]),
            self.fit.covariance_of(row[:, None]),
            estimand=f"{estimate.estimand}, in percent of the counterfactual mean",
            method=f"{estimate.method}; percent by the delta method",
            sample=estimate.sample,
            spec={
                **estimate.spec,
                "counterfactual_mean": [counterfactual],
                "observed_mean": [self.observed],
            },
            notes=estimate.notes,
            source=estimate.source,
        )
