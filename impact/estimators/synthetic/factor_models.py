"""Interactive fixed effects, generalised synthetic control and matrix completion: effects on the treated by imputation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotAvailableError, UsageError
from impact.estimate import Estimate
from impact.estimators.comparisons.group_time import GroupTimeDetail, treated_cells
from impact.estimators.linear import as_panel, few_treated_notes
from impact.estimators.synthetic.draws import Draws, bootstrap, without_each
from impact.estimators.synthetic.factor_sample import FactorSample
from impact.estimators.synthetic.low_rank import Fitted, LowRank
from impact.estimators.synthetic.replicated import (
    jackknife_deviations,
    replicated_estimate,
    spread_deviations,
)
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

Variance = Literal["bootstrap", "jackknife", "units", "none"]
SAID = {
    "bootstrap": "bootstrap standard errors",
    "jackknife": "jackknife standard errors",
    "units": "standard errors from the spread of treated units' effects, clustered, the model held",
    "none": "no standard errors (variance='none')",
}
MOST_RANKS = 4  # that cross-validation tries, beside none


@dataclass(frozen=True)
class FactorModel(CheckedChoices):
    """What the models of untreated outcomes share.

    Parameters
    ----------
    covariates : sequence of str
    variance : {"bootstrap", "jackknife", "units", "none"}
    replications : int
    seed : int
    level : float
    """

    covariates: Sequence[str] = ()
    variance: Variance = "bootstrap"
    replications: int = 200
    seed: int = 2012
    level: float = CONFIDENCE_LEVEL

    label: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.covariates, str):
            raise UsageError("covariates: give a list of names, such as ['size', 'age']")
        if self.replications < 2:
            raise UsageError("replications: at least two, as their spread is the standard error")

    @property
    def never_treated_alone(self) -> bool:
        """Whether factors come from never-treated units alone."""
        return False

    @property
    def fewest(self) -> int:
        """Untreated periods that every unit needs."""
        return 1

    def form(self, sample: FactorSample) -> LowRank:
        """Return the rank or penalty, chosen by cross-validation where none is given."""
        raise NotImplementedError

    def chosen(self, form: LowRank) -> "FactorModel":
        """Return the estimator with that rank or penalty."""
        raise NotImplementedError

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row a (cohort, period); before treatment a row is what the model leaves unexplained.

        Units with too few untreated periods are left out and counted.

        Raises
        ------
        NotIdentifiedError
            Without never-treated units, or when covariates are collinear or constant.
        NotAvailableError
            From moments; with weights of units; for a variance that the design does not have.
        """
        sample = self.sample(data)
        form = self.form(sample)
        fitted = sample.fit(form)
        moments = PathMoments.from_panel(sample.panel)
        code, period = treated_cells(moments, leads=True)
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        cells = _Cells(moments.every_cohort[code], period)
        return replicated_estimate(
            moments,
            detail,
            cells.means(sample, fitted),
            self._deviations(sample, form, fitted, cells),
            method=f"{self.label}; all untreated observations; {SAID[self.variance]}, normal",
            spec=self._spec(form),
            notes=few_treated_notes(moments),
            source=self.source,
        )

    def sample(self, data: Panel | PathMoments) -> FactorSample:
        """Return the units and covariates that are fitted, refusing what cannot be."""
        panel = as_panel(data, who=type(self).__name__, needs="each unit's path")
        return FactorSample.of(
            panel,
            self.covariates,
            fewest=self.fewest,
            never_treated_alone=self.never_treated_alone,
            who=type(self).__name__,
        )

    def _spec(self, form: LowRank) -> dict[str, Any]:
        return {
            "estimator": type(self).__name__,
            "covariates": list(self.covariates),
            "rank": form.rank,
            "penalty": None if form.rank is not None else form.penalty,
            "variance": self.variance,
            "replications": self.replications,
            "seed": self.seed,
            "level": self.level,
            "df": None,
        }

    def _deviations(
        self, sample: FactorSample, form: LowRank, fitted: Fitted, cells: "_Cells"
    ) -> Floats:
        """Rows whose cross-product is the covariance of the effects."""
        if self.variance == "none":
            return np.zeros((0, len(cells.period)))
        if self.variance == "units":
            return cells.unit_deviations(sample, fitted)
        labels, n_cohorts = sample.labels, len(sample.panel.cohorts)
        cluster = sample.panel.cluster
        draws = self._drawn(labels, n_cohorts, cluster)
        estimates = []
        for times in draws.controls + draws.treated.sum(axis=0):
            drawn = sample.drawn(np.repeat(np.arange(len(times)), times.astype(int)))
            estimates.append(cells.means(drawn, drawn.fit(form, start=fitted)))
        made = np.array(estimates)
        made = np.where(np.isnan(made), np.nanmean(made, axis=0), made)  # a cell nobody was seen in
        return (
            jackknife_deviations(made) if self.variance == "jackknife" else spread_deviations(made)
        )

    def _drawn(self, labels: Any, n_cohorts: int, cluster: Any) -> Draws:
        try:
            if self.variance == "jackknife":
                return without_each(labels, cluster, n_cohorts)
            return bootstrap(
                labels, cluster, n_cohorts, replications=self.replications, seed=self.seed
            )
        except NotAvailableError as problem:
            raise NotAvailableError(
                f"variance={self.variance!r}: a cohort, or the never-treated, are a single unit (cluster), which has no spread "
                "of its own; take variance='none' and Permutation()"
            ) from problem


@dataclass(frozen=True)
class _Cells:
    """The k (cohort, period) cells whose means are effects, each (k,)."""

    cohort: Floats
    period: Any

    def means(self, sample: FactorSample, fitted: Fitted) -> Floats:
        """Mean of observed less fitted outcomes in each cell, (k,); NaN where nobody is seen."""
        member = (sample.panel.cohort[sample.unit] == self.cohort[:, None]).astype(float)
        left = (sample.Y - fitted.outcome).T[self.period]
        known = ~np.isnan(left)
        with np.errstate(invalid="ignore"):
            total = (member * np.where(known, left, 0.0)).sum(axis=1)
            return np.asarray(total / (member * known).sum(axis=1))

    def unit_deviations(self, sample: FactorSample, fitted: Fitted) -> Floats:
        """Each cluster's deviation from the cells' means, over their number of units, (G, k)."""
        member = sample.panel.cohort == self.cohort[:, None]
        left = (sample.Y - fitted.outcome).T[self.period]
        mine = member & ~np.isnan(left)
        n = mine.sum(axis=1, keepdims=True)
        centred = np.where(mine, left - self.means(sample, fitted)[:, None], 0.0)
        total = np.zeros((int(sample.panel.cluster.max()) + 1, len(self.period)))
        np.add.at(total, sample.panel.cluster, (centred / np.sqrt(n * np.maximum(n - 1, 1))).T)
        return total


@dataclass(frozen=True)
class InteractiveFixedEffects(FactorModel):
    """Effects against what units, periods and a few factors with loadings of each unit's own say of untreated outcomes.

    Parameters
    ----------
    rank : int, optional
        Number of factors; by cross-validation among 0 to 4 otherwise. With none this is imputation by two-way effects.
    factors_from : {"untreated", "never_treated"}
        Fit factors to all untreated observations, or to never-treated units alone, with the treated's loadings from their own
        past (generalised synthetic control).
    covariates : sequence of str
        Columns of ``panel.covariates``, linear.
    variance : {"bootstrap", "jackknife", "units", "none"}
        Draw or leave out units (clusters) with a new fit each time, the rank held; or the spread of treated units' effects
        alone, which leaves out that the model is estimated.
    replications : int
        Bootstrap samples.
    seed : int
    level : float

    Assumes
    -------
    Outcomes without treatment are unit and period effects, covariates and ``rank`` factors, with errors that neither treatment
    nor loadings predict. No anticipation, no effect on others.

    References
    ----------
    Bai (2009), Econometrica 77(4), eq. 5; Gobillon and Magnac (2016), Review of Economics and Statistics 98(3); Xu (2017),
    Political Analysis 25(1), sec. 3.1. As ``ife`` and ``gsynth`` of fect 2.4.5.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.InteractiveFixedEffects(rank=1, variance="units").fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.56}
    """

    rank: int | None = None
    factors_from: Literal["untreated", "never_treated"] = "untreated"

    label: ClassVar[str] = "Interactive fixed effects, imputed"
    source: ClassVar[str] = "Bai (2009), eq. 5; Xu (2017), sec. 3.1"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rank is not None and self.rank < 0:
            raise UsageError("rank: no whole number from zero on")

    @property
    def never_treated_alone(self) -> bool:
        """Whether factors come from never-treated units alone."""
        return self.factors_from == "never_treated"

    @property
    def fewest(self) -> int:
        """Untreated periods that every unit needs: one more than loadings."""
        return (self.rank or 0) + 1

    def form(self, sample: FactorSample) -> LowRank:
        """Return the rank, by cross-validation where none is given."""
        if self.rank is not None:
            return LowRank(rank=self.rank)
        most = min(MOST_RANKS, sample.fewest_untreated - 2, min(sample.Y.shape) - 2)
        forms = [LowRank(rank=rank) for rank in range(max(most, 0) + 1)]
        return sample.best(forms, fewest=max(most, 0) + 1, seed=self.seed)

    def chosen(self, form: LowRank) -> "FactorModel":
        """Return the estimator with that rank."""
        return replace(self, rank=form.rank)

    def _spec(self, form: LowRank) -> dict[str, Any]:
        return {**super()._spec(form), "factors_from": self.factors_from}


@dataclass(frozen=True)
class MatrixCompletion(FactorModel):
    """Effects against untreated outcomes completed by unit and period effects and a matrix with a small nuclear norm.

    Parameters
    ----------
    penalty : float, optional
        What singular values are lowered by, over the number of cells, in the outcome's unit; by cross-validation otherwise.
        Unit and period effects are not penalised.
    covariates : sequence of str
        Columns of ``panel.covariates``, linear.
    variance : {"bootstrap", "jackknife", "units", "none"}
        As in `InteractiveFixedEffects`.
    replications : int
        Bootstrap samples.
    seed : int
    level : float

    Assumes
    -------
    Outcomes without treatment are effects of units and periods and a matrix that few singular values make up; which cells are
    treated does not depend on the errors. No anticipation, no effect on others.

    References
    ----------
    Athey, Bayati, Doudchenko, Imbens and Khosravi (2021), Journal of the American Statistical Association 116(536), eq. 4.3; as
    ``mc`` of fect 2.4.5.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.MatrixCompletion(penalty=0.01, variance="units").fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.52}
    """

    penalty: float | None = None

    label: ClassVar[str] = "Matrix completion"
    source: ClassVar[str] = "Athey et al. (2021), eq. 4.3"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.penalty is not None and not self.penalty >= 0:
            raise UsageError("penalty: below zero; zero or more, in the outcome's unit")

    def form(self, sample: FactorSample) -> LowRank:
        """Return the penalty, by cross-validation where none is given."""
        if self.penalty is not None:
            return LowRank(penalty=self.penalty)
        return sample.best(sample.penalties(), fewest=1, seed=self.seed)

    def chosen(self, form: LowRank) -> "FactorModel":
        """Return the estimator with that penalty."""
        return replace(self, penalty=form.penalty)
