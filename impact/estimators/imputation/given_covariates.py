"""The model of untreated outcomes with covariates, fitted unit by unit, and the scores of effects imputed from it.

With Z = [periods, X] and b fitted to untreated observations, a cell's effect is the mean residual r of its treated ones, and

    psi_ik = w_i [ d_k r_i - G_k A^-1 Z_i' r_i(untreated) ],    G_k = sum_i w_i d_k (Z_i - mean of Z_i when untreated),

where d_k picks the cell's observations over their weight and A is the normal matrix of untreated observations.
"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimators.comparisons.group_time import GroupTimeDetail, treated_cells
from impact.estimators.imputation.untreated import RANK_TOLERANCE
from impact.estimators.regressions.adjusted import ABSORBED, refuse_absorbed, squares_of
from impact.estimators.regressions.regressors import Regressors, TakesCovariates, as_wide, panel_of
from impact.estimators.regressions.within import inverse_or_refuse
from impact.moments import PathMoments, UnitScores
from impact.one_thread import one_thread


@dataclass(frozen=True)
class UntreatedGiven:
    """Unit and period effects and covariates' coefficients from untreated observations.

    Attributes
    ----------
    given : Regressors
        Of the units that have an untreated observation.
    before, seen : ndarray, (N, T)
        One where a unit is observed untreated, and where it is observed.
    centred : ndarray, (p, N, T)
        Covariates less the unit's mean over its untreated observations.
    known : ndarray of bool, (T,)
        Periods in which a unit is observed untreated that is so in another period as well.
    inverse : ndarray, (T + p, T + p)
        Generalised inverse of the normal matrix, periods before covariates.
    residual : ndarray, (N, T)
    """

    given: Regressors
    before: Floats
    seen: Floats
    centred: Floats
    known: Mask
    inverse: Floats
    residual: Floats

    @classmethod
    def of(cls, estimator: TakesCovariates, data: Panel | PathMoments) -> "UntreatedGiven":
        """Fit by weighted least squares; errors as `UntreatedFit.of`, and for covariates as `Regressors.of`."""
        whole = panel_of(estimator, data)
        has = np.zeros(whole.n_units, dtype=bool)
        has[whole.unit_index[whole.event_time < 0]] = True
        panel = whole.subset(has, reason="no_untreated_observation")
        given = Regressors.of(
            panel, covariates=estimator.covariates, by_period=estimator.by_period, whole=whole
        )
        seen = as_wide(panel, np.ones(len(panel.y)))
        before = as_wide(panel, (panel.event_time < 0).astype(float))
        return _fitted(given, before, seen)

    def by_cohort(self, values: Floats) -> Floats:
        """Sums of (N, ...) over each cohort's units, (C, ...)."""
        total = np.zeros((len(self.given.moments.every_cohort), *values.shape[1:]))
        np.add.at(total, self.given.place, values)
        return total

    def effects(self, *, leads: bool) -> tuple[GroupTimeDetail, Floats]:
        """Return the cells and their mean residuals, as `imputed_effects`."""
        moments = self.given.moments
        code, period = treated_cells(moments, leads=leads)
        known = self.known[period]
        code, period = code[known], period[known]
        if not (moments.times[period] >= moments.every_cohort[code]).any():
            raise NotIdentifiedError(
                f"{moments.outcome}: no treated observation in a period in which another unit is observed untreated"
            )
        detail = GroupTimeDetail.of(moments, code, period, shares="fixed")
        total = self.by_cohort(self.given.panel.weight[:, None] * self.residual)
        return detail, total[code, period] / detail.size

    @one_thread()
    def scores(self, detail: GroupTimeDetail, average: Floats, factor: Floats) -> UnitScores:
        """Scores whose direct part is ``factor`` (k,) times residuals less ``average`` (k,)."""
        panel, place = self.given.panel, self.given.place
        weight = panel.weight[:, None]
        untreated = self.residual * self.before
        products = np.hstack(
            [untreated, np.einsum("pnt,nt->np", self.centred, untreated, optimize=True)]
        )
        values = -(weight * products) @ (self._through(detail) @ self.inverse).T
        for row, (code, period) in enumerate(zip(detail.code, detail.period, strict=True)):
            mine = np.flatnonzero(place == code)
            left = (self.residual[mine, period] - average[row]) * self.seen[mine, period]
            values[mine, row] += factor[row] / detail.size[row] * panel.weight[mine] * left
        whole = self.given.whole
        return UnitScores.of(
            self.given.for_whole(values),
            whole,
            self.given.moments,
            kept=self.given.kept.astype(float),
        )

    def _through(self, detail: GroupTimeDetail) -> Floats:
        """How the effects fall as the coefficients rise, (k, T + p)."""
        weight = self.given.panel.weight
        share = self.before / self.before.sum(axis=1, keepdims=True)
        each = np.einsum("nt,ns->nts", self.seen * weight[:, None], share)
        on_periods = np.eye(len(self.known))[detail.period] - (
            self.by_cohort(each)[detail.code, detail.period] / detail.size[:, None]
        )
        of_X = np.array([self.by_cohort(weight[:, None] * column) for column in self.centred])
        on_X = of_X[:, detail.code, detail.period].T / detail.size[:, None]
        return np.hstack([on_periods, on_X])


@one_thread()
def _fitted(given: Regressors, before: Floats, seen: Floats) -> UntreatedGiven:
    panel, weight = given.panel, given.panel.weight[:, None]
    share = before / before.sum(axis=1, keepdims=True)
    counted = before * weight
    periods = np.diag(counted.sum(axis=0)) - counted.T @ share
    known = periods.diagonal() > RANK_TOLERANCE * counted.sum(axis=0)
    if known.sum() < 2:
        raise NotIdentifiedError(
            f"{panel.outcome}: fewer than two periods in which units are observed untreated; "
            "imputation needs at least two"
        )
    unknown = np.array(
        [column.any() and not column[:, known].any() for column in given.columns], dtype=bool
    )
    given = replace(  # a coefficient of a period's own goes with the period
        given,
        columns=given.columns[~unknown],
        names=tuple(np.array(given.names, dtype=object)[~unknown]),
    )
    level = np.einsum("pnt,nt->pn", given.columns, share)
    centred = (given.columns - level[:, :, None]) * seen
    outcome = as_wide(panel, panel.y - given.moments.origin[panel.time_index])
    outcome = (outcome - (outcome * share).sum(axis=1, keepdims=True)) * seen
    inverse = _inverse(given, centred, counted, periods, known)
    right = np.r_[
        (counted * outcome).sum(axis=0), np.einsum("pnt,nt->p", centred, counted * outcome)
    ]
    b = inverse @ right
    n_periods = len(known)
    of_periods = (b[:n_periods] - (share @ b[:n_periods])[:, None]) * seen
    residual = outcome - of_periods - np.tensordot(b[n_periods:], centred, axes=1)
    return UntreatedGiven(given, before, seen, centred, known, inverse, residual)


def _inverse(
    given: Regressors, centred: Floats, counted: Floats, periods: Floats, known: Mask
) -> Floats:
    """Invert the normal matrix of known periods, one of them normalised, and covariates scaled to the periods' size."""
    n_periods, p = len(known), len(centred)
    weighted = centred * counted
    across = weighted.sum(axis=1)
    own = np.einsum("pnt,qnt->pq", weighted, centred, optimize=True)
    scale = np.sqrt(np.maximum(np.diag(own), 0) / periods.diagonal().max())
    scale = np.where(scale > 0, scale, 1.0)
    unit = np.r_[np.ones(n_periods), 1 / scale]
    gram = np.block([[periods, across.T], [across, own]]) * np.outer(unit, unit)
    alone, beside_effects = ABSORBED["unit"]
    refuse_absorbed(
        gram,
        squares_of(given) / scale**2,
        names=given.names,
        reasons=(
            (f"among untreated observations: {alone}", np.zeros(0, dtype=np.int64)),
            (f"among untreated observations: {beside_effects}", np.flatnonzero(known)),
        ),
    )
    kept = np.r_[n_periods : n_periods + p, np.flatnonzero(known)[1:]]
    inverse = np.zeros_like(gram)
    inverse[np.ix_(kept, kept)] = inverse_or_refuse(
        gram[np.ix_(kept, kept)],
        names=[*given.names, *(f"period {code}" for code in kept[p:])],
    )
    return np.asarray(inverse * np.outer(unit, unit))
