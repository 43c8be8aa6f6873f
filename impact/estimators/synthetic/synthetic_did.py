"""Synthetic differences-in-differences and synthetic control, one or several cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotAvailableError, UsageError
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import GroupTimeDetail
from impact.estimators.linear import as_panel, few_treated_notes
from impact.estimators.synthetic.blocks import Kind
from impact.estimators.synthetic.draws import Draws, bootstrap, placebos, without_each
from impact.estimators.synthetic.replicated import (
    jackknife_deviations,
    replicated_estimate,
    spread_deviations,
)
from impact.estimators.synthetic.sample import SyntheticSample
from impact.estimators.synthetic.synthetic_weights import SyntheticWeights
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

Variance = Literal["placebo", "jackknife", "bootstrap", "none"]
SAID = {
    "placebo": "placebo standard errors (as many controls in the place of the treated)",
    "jackknife": "jackknife standard errors, weights held",
    "bootstrap": "bootstrap standard errors",
    "none": "no standard errors (variance='none')",
}


@dataclass(frozen=True)
class Synthetic(CheckedChoices):
    """What synthetic differences and synthetic control share.

    Parameters
    ----------
    covariates : sequence of str
        Columns of ``panel.covariates`` whose linear contribution is taken out, its coefficients fitted with the weights.
    variance : {"placebo", "jackknife", "bootstrap", "none"}
    replications : int
        Placebos or bootstrap samples.
    steps : int
        The most that a search for weights takes.
    seed : int
    level : float
    """

    covariates: Sequence[str] = ()
    variance: Variance = "placebo"
    replications: int = 200
    steps: int = 10_000
    seed: int = 2012
    level: float = CONFIDENCE_LEVEL

    differences: ClassVar[bool]
    label: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.covariates, str):
            raise UsageError("covariates: give a list of names, such as ['size', 'age']")
        if self.replications < 2:
            raise UsageError("replications: at least two, as their spread is the standard error")
        if self.steps < 1:
            raise UsageError("steps: at least one")

    @property
    def kind(self) -> Kind:
        """How weights are fitted."""
        return Kind(differences=self.differences, steps=self.steps)

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row a (cohort, period) after treatment.

        Units that are not observed in all periods are left out and counted, and cohorts with a single period before
        treatment; never-treated units are the controls of every cohort.

        Raises
        ------
        NotIdentifiedError
            Without never-treated units, or without a cohort with two periods before treatment; when covariates are
            collinear or constant.
        NotAvailableError
            From moments; with weights of units; for a variance that the design does not have.
        """
        sample = self.sample(data)
        fits = sample.design.fit(Draws.of_labels(sample.labels[None], sample.n_cohorts))
        values = np.concatenate([each.effects[0] for each in fits])
        moments = PathMoments.from_panel(sample.panel)
        code = np.searchsorted(moments.every_cohort, sample.cohorts)
        at = [
            (c, t)
            for c, b in zip(code, sample.design.n_before, strict=True)
            for t in range(b, sample.panel.n_periods)
        ]
        detail = GroupTimeDetail.of(moments, *np.array(at).T, shares="fixed")
        n_control = np.full(len(values), float((sample.labels == sample.n_cohorts).sum()))
        return replicated_estimate(
            moments,
            detail,
            values,
            self._deviations(sample, fits),
            rows=detail.rows(moments, n_control=n_control),
            method=f"{self.label}; control never treated; {SAID[self.variance]}, normal",
            spec=self._spec(),
            notes=(*few_treated_notes(moments), *sample.notes),
            source=self.source,
        )

    def weights(self, panel: Panel) -> SyntheticWeights:
        """Return which control units, and which periods before treatment, make up the comparison of each cohort."""
        sample = self.sample(panel)
        fits = sample.design.fit(Draws.of_labels(sample.labels[None], sample.n_cohorts))
        return SyntheticWeights.of(sample, fits, self.covariates)

    def sample(self, data: Panel | PathMoments) -> SyntheticSample:
        """Return the units, periods and covariates that are fitted, refusing what cannot be."""
        panel = as_panel(data, who=type(self).__name__, needs="each unit's path")
        return SyntheticSample.of(panel, self.covariates, self.kind, who=type(self).__name__)

    def _spec(self) -> dict[str, Any]:
        return {
            "estimator": type(self).__name__,
            "covariates": list(self.covariates),
            "variance": self.variance,
            "replications": self.replications,
            "seed": self.seed,
            "steps": self.steps,
            "level": self.level,
            "df": None,
        }

    def _deviations(self, sample: SyntheticSample, fits: Sequence[Any]) -> Floats:
        """Rows whose cross-product is the covariance of the effects."""
        labels, n_cohorts, cluster = sample.labels, sample.n_cohorts, sample.panel.cluster
        if self.variance == "none":
            return np.zeros((0, sum(each.effects.shape[1] for each in fits)))
        asked: dict[str, Any] = {"replications": self.replications, "seed": self.seed}
        if self.variance == "jackknife":
            draws = without_each(labels, cluster, n_cohorts)
        elif self.variance == "bootstrap":
            draws = bootstrap(labels, cluster, n_cohorts, **asked)
        elif sample.panel.sample.n_clusters != sample.panel.n_units:
            raise NotAvailableError(
                f"{sample.panel.names['cluster']}: variance='placebo' exchanges single units, and clusters are larger; take "
                "variance='bootstrap' or 'jackknife', which draw and leave out whole clusters"
            )
        else:
            draws = placebos(labels, n_cohorts, **asked)
        found = sample.design.fit(draws, like=fits, held=self.variance == "jackknife")
        estimates = np.hstack([each.effects for each in found])
        if self.variance == "jackknife":
            return jackknife_deviations(estimates)
        return spread_deviations(estimates)


@dataclass(frozen=True)
class SyntheticDiD(Synthetic):
    """Effects against a comparison group that is weighted to move as the treated did, from weighted periods before.

    Unit weights make the controls' path before treatment parallel to that of the treated, period weights make the controls'
    past like their time after treatment; both are fitted, then differences are taken. Each cohort has weights of its own, with
    never-treated units as controls; averages over cohorts are by treated observations.

    Parameters
    ----------
    covariates : sequence of str
        Columns of ``panel.covariates`` whose linear contribution is taken out, its coefficients fitted with the weights.
    variance : {"placebo", "jackknife", "bootstrap", "none"}
        ``placebo`` puts controls in the place of the treated (needs more controls than treated units, and effects and noise
        alike in both groups); ``jackknife`` leaves out each unit, weights held (two treated units a cohort and more);
        ``bootstrap`` draws units anew (many treated units). The last two follow the panel's clusters.
    replications : int
        Placebos or bootstrap samples.
    steps : int
        The most that a search for weights takes.
    seed : int
    level : float

    Assumes
    -------
    Outcomes without treatment follow units, periods and a few common factors; the weighted controls have the factors that the
    treated have. No anticipation, no effect on controls.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12), algorithms 1-4; several cohorts
    as in its online appendix and Clarke, Pailanir, Athey and Imbens (2024), Stata Journal 24(4).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.SyntheticDiD(variance="jackknife").fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.37}
    """

    differences: ClassVar[bool] = True
    label: ClassVar[str] = "Synthetic difference-in-differences"
    source: ClassVar[str] = "Arkhangelsky et al. (2021), algorithm 1"


@dataclass(frozen=True)
class SyntheticControl(Synthetic):
    """Effects against a mixture of controls with the treated's own level and path before treatment.

    Parameters
    ----------
    covariates : sequence of str
        Columns of ``panel.covariates`` whose linear contribution is taken out, its coefficients fitted with the weights.
    variance : {"placebo", "bootstrap", "none"}
        As in `SyntheticDiD`; a jackknife that holds the weights is refused, as nothing makes up for the level of a control
        that is left out, and what it gives is no standard error.
    replications : int
        Placebos or bootstrap samples.
    steps : int
        The most that a search for weights takes.
    seed : int
    level : float

    Assumes
    -------
    A mixture of never-treated units has the treated's level and path without treatment; with a close fit over a long time
    before. No anticipation, no effect on controls.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105(490), sec. 2.3, outcomes before
    treatment as predictors; as ``sc_estimate`` of synthdid 0.0.9.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.SyntheticControl(variance="bootstrap", replications=50).fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.28}
    """

    variance: Literal["placebo", "bootstrap", "none"] = "placebo"

    differences: ClassVar[bool] = False
    label: ClassVar[str] = "Synthetic control"
    source: ClassVar[str] = "Abadie, Diamond and Hainmueller (2010), sec. 2.3"

    def __post_init__(self) -> None:
        if str(self.variance) == "jackknife":
            raise UsageError(
                "variance='jackknife': meaningless for synthetic control, whose held weights no longer give the treated's "
                "level without one of the controls; take 'placebo' or 'bootstrap'"
            )
        super().__post_init__()
