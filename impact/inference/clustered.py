"""Cluster-robust inference as an object: of every parameter of an estimate, or of one number."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.choice import Clustered as ClusteredCovariance
from impact.covariance.clusters import column_codes
from impact.covariance.small_sample import cluster_df, cluster_factor, jackknife_factor, nested
from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.errors import EstimationError, NotAvailableError
from impact.estimate import Estimate
from impact.estimators.comparisons.difference_in_differences import DifferenceInDifferences
from impact.estimators.linear import LinearParts
from impact.estimators.many import AnyEstimator
from impact.estimators.many_of import many_of, overall
from impact.estimators.panel.models import PanelModel
from impact.inference.score_t import ClusteredT, LeaveOneOutT, SatterthwaiteT, ScoreT
from impact.inference.situation import Intervals, Situation, needs
from impact.inference.unit_jackknife import unit_jackknife
from impact.interval import Interval, Refused
from impact.moments import PathMoments

AS_T: dict[str, ScoreT] = {
    "CRV0": ClusteredT(),
    "CRV1": ClusteredT(),
    "CRV2": SatterthwaiteT(),
    "CRV3": LeaveOneOutT(),
}


@dataclass(frozen=True)
class Clustered(ClusteredCovariance):
    """Errors may be correlated within clusters, not between them; as an estimator's ``vcov=`` and under a finished estimate.

    ``estimate.under(Clustered("CRV3", by="village"))`` is the estimate with that covariance: every parameter keeps its value.
    Panel models and regressions have their own; otherwise CRV0 and CRV1 add unit scores up by cluster, and CRV3 fits the
    estimator again without each cluster. CRV2 is there for one number that weighs outcomes.

    Parameters
    ----------
    kind : {"CRV0", "CRV1", "CRV2", "CRV3"}
        Without a small-sample factor; with G/(G-1) (n-1)/(n-K), or G/(G-1) for influence functions; bias-reduced (Bell and
        McCaffrey); leaving one cluster out.
    by : str or pair of str, optional
        A column of the panel, or two. The panel's clusters by default. Other than for the panel models, clusters are made of
        whole units.
    df : {"clusters", "satterthwaite"}, optional
        Degrees of freedom of the t distribution: G-1, or those that match the variance of each variance.

    References
    ----------
    Cameron and Miller (2015), Journal of Human Resources 50(2), secs. II and VI; Bell and McCaffrey (2002), Survey
    Methodology 28(2).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> overall.under(impact.Clustered("CRV3")).confint().round(2)
          term   low  high
    0  overall  1.25  1.97
    """

    @property
    def code(self) -> str:
        """Its word in tables and sentences."""
        return AS_T[self.kind].code

    def on(self, estimate: Estimate) -> Estimate | Refused:
        """Return the estimate with this covariance, or why there is none."""
        data = estimate.origin.data
        try:
            if isinstance(data, PathMoments):
                return self._on_moments(estimate, data)
            return self._on(estimate, estimate.origin.panel)
        except EstimationError as problem:
            return Refused.of(self.name, problem)

    def _on(self, estimate: Estimate, panel: Panel) -> Estimate:
        estimator: Any = estimate.origin.estimator
        if isinstance(estimator, PanelModel):
            return replace(estimate.origin, estimator=replace(estimator, vcov=self)).again(panel)
        clustered = panel if self.by is None else self._reclustered(panel)
        origin = replace(estimate.origin, data=clustered)
        if self.kind in _own_words(estimator):
            own = replace(estimator, vcov=_own_words(estimator)[self.kind])
            return replace(origin, estimator=own).again(clustered)
        if self.kind == "CRV2":
            return self._bias_reduced(estimate, clustered)
        if self.kind == "CRV3":
            return self._with(estimate, _jackknife(estimate, clustered), clustered.sample)
        scores = cluster_scores(estimate.influence(panel), clustered)
        with_factor = (
            estimate.rows.df is not None
        )  # such as one regression a horizon: in the scores already
        factor = cluster_factor(len(scores)) if self.kind == "CRV1" and not with_factor else 1.0
        return self._with(estimate, factor * scores.T @ scores, clustered.sample)

    def _on_moments(self, estimate: Estimate, moments: PathMoments) -> Estimate:
        """Leave each unit out of the moments' cells; moments have no column to cluster by and no unit's own leverage."""
        if self.by is not None or self.kind != "CRV3":
            estimate.origin.panel  # noqa: B018 (says that it needs the units)
        return self._with(estimate, unit_jackknife(estimate, moments), moments.sample)

    def _reclustered(self, panel: Panel) -> Panel:
        """Cluster a panel by a column whose clusters are whole units."""
        if self.two_way:
            raise NotAvailableError(
                f"by={self.by}: two sets of clusters are for the panel models, such as FixedEffects; name one column"
            )
        name = str(self.by)
        rows = np.arange(len(panel.y))
        codes = column_codes(panel, name, rows, what="by")
        if not nested(panel.unit_index, codes):
            raise NotAvailableError(
                f"{name}: clusters that split units are for the panel models, such as FixedEffects; name a column that is "
                "constant within units"
            )
        return panel.with_cluster(_of_units(panel, codes), name)

    def _bias_reduced(self, estimate: Estimate, panel: Panel) -> Estimate:
        """CRV2 of one number, from its own scores."""
        one = replace(estimate.origin, data=panel).again(panel)
        asked = many_of(one.origin)
        errors = asked.errors(np.nan_to_num(asked.panel.wide)[:, None, :], "CRV2")
        if errors.df <= 0:
            raise NotAvailableError(
                "CRV2: a cohort of one cluster says nothing of its own spread; take Permutation()"
            )
        return self._with(one, np.array([errors.std_error**2]), panel.sample, df=errors.df)

    def _with(
        self, estimate: Estimate, vcov: Floats, sample: Sample, *, df: float | None = None
    ) -> Estimate:
        parts = estimate.parts
        if isinstance(parts, LinearParts):
            parts = replace(parts, robust=vcov)
        degrees = cluster_df(sample.n_clusters) if df is None else df
        return replace(
            estimate,
            rows=replace(estimate.rows, df=None, n_clusters=None),
            vcov=vcov,
            parts=parts,
            spec={**estimate.spec, "vcov": self.name, "df": degrees},
            method=f"{estimate.method}; standard errors instead: {self.convention}",
        )

    def of(self, panel: Panel, estimator: AnyEstimator) -> Interval | Refused:
        """Answer for an estimator's overall number on a panel, or say why not."""
        try:
            found = self.on(overall(panel, estimator))
        except EstimationError as problem:
            return Refused.of(self.name, problem)
        if isinstance(found, Refused):
            return found
        ends = found.confint()
        return Interval(
            inference=self.code,
            estimate=float(found.values[0]),
            std_error=float(found.std_errors.iloc[0]),
            conf_low=float(ends["low"].iloc[0]),
            conf_high=float(ends["high"].iloc[0]),
            p_value=float(found.pvalues.iloc[0]),
            level=found.level,
        )

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`, from the scores that `Many` has of this kind."""
        return AS_T[self.kind].intervals(situation, outcomes, generator)


def _own_words(estimator: Any) -> dict[str, str]:
    """What an estimator's ``vcov`` calls the covariances that it makes itself."""
    if isinstance(estimator, DifferenceInDifferences):
        return {"CRV1": "clustered"}
    return {"CRV1": "CRV1", "CRV3": "CRV3"} if hasattr(estimator, "vcov") else {}


def cluster_scores(scores: Floats, panel: Panel) -> Floats:
    """Add unit scores (N, k) up by the panel's clusters, (G, k); units set aside are among the N where they were kept."""
    if len(scores) != panel.n_units:
        panel = panel.with_always_treated()
    total = np.zeros((int(panel.cluster.max()) + 1, scores.shape[1]))
    np.add.at(total, panel.cluster, scores)
    return total


def _of_units(panel: Panel, codes: Integers) -> Integers:
    """Cluster of each unit (N,) from those of observations (n,)."""
    found = np.empty(panel.n_units, dtype=np.int64)
    found[panel.unit_index] = codes
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _jackknife(estimate: Estimate, panel: Panel) -> Floats:
    """(G-1)/G times the cross-products of what leaving one cluster out changes, (k, k); NaN for parameters it removes.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), eq. 13, centred at the estimate.
    """
    terms = list(estimate.rows.term)
    n_clusters = panel.sample.n_clusters
    needs(
        n_clusters > 1,
        f"{panel.names['cluster']}: one cluster, so nothing is left without it; cluster by units, or name more clusters",
    )
    changes = np.full((n_clusters, len(terms)), np.nan)
    for code in range(n_clusters):
        try:
            part = estimate.origin.again(panel.subset(panel.cluster != code, reason="left_out"))
        except EstimationError:
            continue
        found = dict(zip(part.rows.term, part.values, strict=True))
        changes[code] = [found.get(term, np.nan) for term in terms] - estimate.values
    return np.asarray(jackknife_factor(n_clusters) * changes.T @ changes)
