"""Changes of the treated less those of their matches, with the variance that matching itself has.

A treated unit's change is its mean outcome from its start on less its mean before; its match's is over the same periods. With
a_i the share of treated unit i, s_ic the share of control c among its matches (zero for the others), D_c(g) a control's change
over the periods of cohort g, and d_i the difference of unit i,

    effect  = sum a_i d_i
    v_c(g)  = sum over treated i of g of a_i s_ic
    V       = sum a_i^2 (d_i - effect)^2 + sum over c of [ var(sum_g v_c(g) D_c(g)) - sum_i a_i^2 s_ic^2 var(D_c(g_i)) ],

variances of single controls from the J controls most like them: J/(J+1) times the squared distance from their mean. With one
cohort, no weights and M matches this is Abadie and Imbens (2006), Theorem 7: K(K-1)/M^2 times the variance of a control used K
times.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.linear import as_panel, set_aside_note
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.matching import NOBODY, Matches
from impact.estimators.selection.nearest_neighbours import NearestNeighbours
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

BiasAdjustment = Literal["none", "regression"]


@dataclass(frozen=True)
class MatchedDifference(CheckedChoices):
    """Mean change of the treated since their start less that of the controls nearest to them.

    Parameters
    ----------
    matching : NearestNeighbours
        Who is matched, with replacement.
    bias_adjustment : {"none", "regression"}
        Take out what the covariates of a unit and its match differ by, by least squares on the matched controls.
    similar : int
        J, the controls from which the spread of a control is told.
    level : float

    Assumes
    -------
    Parallel trends of units with the same baseline, and controls near every treated unit. Without ``bias_adjustment`` matches
    in several continuous covariates leave a bias that does not vanish as fast as the standard error.

    References
    ----------
    Abadie and Imbens (2006), Econometrica 74(1), Theorem 7; (2011), Journal of Business and Economic Statistics 29(1), on the
    adjustment. The bootstrap is wrong for matching with replacement: (2008), Econometrica 76(6).

    Examples
    --------
    >>> import impact
    >>> matched = impact.MatchedDifference(impact.NearestNeighbours(["workers"], lagged_outcomes=2))
    >>> matched.fit(impact.example_panel()).params.round(2).to_dict()
    {'matched_difference': 1.54}
    """

    matching: NearestNeighbours = field(default_factory=NearestNeighbours)
    bias_adjustment: BiasAdjustment = "none"
    similar: int = 1
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.matching.reuse != "with_replacement":
            raise UsageError(
                "matching: reuse='without_replacement' has no such variance; take reuse='with_replacement', or "
                "matching.weigh(panel) and another estimator"
            )
        if self.similar < 1:
            raise UsageError("similar: no whole number from one on")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row.

        Raises
        ------
        NotAvailableError
            From moments; with clusters above the unit, for which the variance is not known.
        NotIdentifiedError
            When nobody is seen before and after, or nobody is matched.
        """
        panel = as_panel(data, who="MatchedDifference", needs="each unit's path")
        if panel.sample.n_clusters != panel.n_units:
            raise NotAvailableError(
                f"{panel.names['cluster']}: the variance of matching is by unit; take matching.weigh(panel) and another "
                "estimator, whose standard errors are clustered"
            )
        known = _change_known(panel, _changes(panel))
        baseline = self.matching.baseline(
            panel.subset(known, reason="not_observed_before_and_after")
        )
        pairs = _Pairs.of(baseline, self.matching.matches(baseline), _changes(baseline.panel))
        if self.bias_adjustment == "regression":
            pairs = pairs.adjusted(baseline)
        alike = _alike(self.matching.positions(baseline)[0], baseline, pairs, self.similar)
        return self._estimate(baseline.panel, pairs, pairs.variance(alike))

    def _estimate(self, panel: Panel, pairs: "_Pairs", variance: float) -> Estimate:
        n_controls = int(np.count_nonzero(pairs.share.any(axis=0)))
        return Estimate(
            Rows(
                term=["matched_difference"],
                n_treated=[float(len(pairs.treated))],
                n_control=[float(n_controls)],
            ),
            np.array([pairs.effect]),
            np.array([[variance]]),
            estimand=f"Effect on {panel.outcome} of treatment on the treated that are matched, mean after less mean before",
            method=f"Matched difference; {self.matching.neighbours} nearest by {self.matching.distance}, with replacement; "
            f"bias adjustment {self.bias_adjustment}; matching variance (Abadie-Imbens), normal",
            sample=panel.sample,
            spec={
                "estimator": "MatchedDifference",
                "covariates": list(self.matching.covariates),
                "lagged_outcomes": self.matching.lagged_outcomes,
                "distance": self.matching.distance,
                "neighbours": self.matching.neighbours,
                "exact": list(self.matching.exact),
                "caliper": self.matching.caliper,
                "bias_adjustment": self.bias_adjustment,
                "similar": self.similar,
                "level": self.level,
                "df": None,
            },
            notes=set_aside_note(panel.sample),
            source="Abadie and Imbens (2006), Theorem 7",
        )


def _changes(panel: Panel) -> Floats:
    """Mean outcome from each cohort's start on less mean before, of every unit, (N, G); the outcome itself in one period."""
    wide = panel.wide
    if panel.n_periods == 1:
        return np.repeat(wide, len(panel.cohorts), axis=1)
    found = np.full((panel.n_units, len(panel.cohorts)), np.nan)
    for place, cohort in enumerate(panel.cohorts):
        means = []
        for window in (panel.times >= cohort, panel.times < cohort):
            seen = ~np.isnan(wide[:, window])
            count = seen.sum(axis=1)
            total = np.where(seen, wide[:, window], 0.0).sum(axis=1)
            means.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
        found[:, place] = means[0] - means[1]
    return found


def _change_known(panel: Panel, changes: Floats) -> Mask:
    """Whether a treated unit's own change is known, and all changes (N, G) of one that is never treated, (N,)."""
    place = np.searchsorted(panel.cohorts, panel.cohort)
    own = changes[np.arange(panel.n_units), np.minimum(place, len(panel.cohorts) - 1)]
    return np.where(np.isinf(panel.cohort), ~np.isnan(changes).any(axis=1), ~np.isnan(own))


@dataclass(frozen=True)
class _Pairs:
    """The m matched units and the C controls.

    ``own`` (m,) and ``change`` (C, G) are changes, ``cohort`` (m,) the place of each unit's cohort, ``weight`` (m,) shares
    that sum to one, ``share`` (m, C) the controls' shares in each unit's match; ``treated`` (m,) and ``control`` (C,) places.
    """

    treated: Integers
    control: Integers
    cohort: Integers
    own: Floats
    change: Floats
    weight: Floats
    share: Floats

    @classmethod
    def of(cls, baseline: Baseline, matches: Matches, changes: Floats) -> "_Pairs":
        some = matches.n_controls > 0
        treated, chosen = matches.treated[some], matches.control[some]
        if not len(treated):
            raise NotIdentifiedError(
                f"{baseline.panel.outcome}: no treated unit is matched; take fewer covariates or a wider caliper"
            )
        control = np.flatnonzero(~baseline.treated)
        share = np.zeros((len(treated), len(control)))
        row, rank = np.nonzero(chosen != NOBODY)
        column = np.searchsorted(control, chosen[row, rank])
        share[row, column] = baseline.weight[control[column]]
        share /= share.sum(axis=1, keepdims=True)
        cohort = np.searchsorted(baseline.panel.cohorts, baseline.panel.cohort[treated])
        weight = baseline.weight[treated]
        return cls(
            treated,
            control,
            cohort.astype(np.int64),
            changes[treated, cohort],
            changes[control],
            weight / weight.sum(),
            share,
        )

    @property
    def difference(self) -> Floats:
        """Each matched unit's change less that of its controls, (m,)."""
        return np.asarray(
            self.own - (self.share @ self.change)[np.arange(len(self.own)), self.cohort]
        )

    @property
    def effect(self) -> float:
        """The weighted mean of the differences."""
        return float(self.weight @ self.difference)

    @property
    def used(self) -> Floats:
        """How much of the effect each control's change over each cohort's periods carries, (C, G)."""
        member = (self.cohort[:, None] == np.arange(self.change.shape[1])).astype(float)
        return np.asarray((self.share * self.weight[:, None]).T @ member)

    def variance(self, alike: Floats) -> float:
        """Return the variance, given each control's changes less those of the controls like it, scaled, (C, G)."""
        between = (self.weight**2) @ (self.difference - self.effect) ** 2
        whole = (self.used * alike).sum(axis=1) ** 2
        member = (self.cohort[:, None] == np.arange(self.change.shape[1])).astype(float)
        single = ((self.share * self.weight[:, None]) ** 2).T @ member
        return float(between + max((whole - (single * alike**2).sum(axis=1)).sum(), 0.0))

    def adjusted(self, baseline: Baseline) -> "_Pairs":
        """Take out of all changes what matched controls' covariates say of theirs (Abadie and Imbens 2011)."""
        X = baseline.compared().X
        own, change = self.own.copy(), self.change.copy()
        for place, weight in enumerate(self.used.T):
            root = np.sqrt(weight)[:, None]
            fit = np.linalg.lstsq(
                X[self.control] * root, self.change[:, place] * root[:, 0], rcond=None
            )[0]
            mine = self.cohort == place
            own[mine] -= X[self.treated[mine]] @ fit
            change[:, place] -= X[self.control] @ fit
        return _Pairs(self.treated, self.control, self.cohort, own, change, self.weight, self.share)


def _alike(position: Floats, baseline: Baseline, pairs: _Pairs, similar: int) -> Floats:
    """Each used control's changes less the mean of the ``similar`` controls nearest to it, over the root of 1 + 1/J, (C, G)."""
    found = np.zeros_like(pairs.change)
    where, exact = position[pairs.control], baseline.exact[pairs.control]
    for place in np.flatnonzero(pairs.share.any(axis=0)):
        others = np.flatnonzero(exact == exact[place])
        others = others[others != place]
        if not others.size:
            others = np.delete(np.arange(len(where)), place)
        away = ((where[others] - where[place]) ** 2).sum(axis=1)
        near = others[np.argsort(away, kind="stable")[:similar]]
        if near.size:
            gap = pairs.change[place] - pairs.change[near].mean(axis=0)
            found[place] = gap * np.sqrt(len(near) / (len(near) + 1))
    return found
