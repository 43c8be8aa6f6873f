"""Estimates that are linear in the outcomes, for thousands of outcomes on one design at once.

A linear estimator and its unit scores are functions of the design times the outcomes: a unit's score is its own path times
fixed weights plus fixed loadings on a few sums over everybody (period effects, cell means). Worked out once, they serve any
number of simulated outcomes as matrix products.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.covariance.small_sample import (
    cluster_df,
    counted,
    crv1_factor,
    jackknife_factor,
    stretch_without_own,
)
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimators.regressions.unit_period_effects import UnitPeriodEffects, imputation_weights

LEVERAGE_ONE = 1e-9  # a unit that the model fits this exactly has no residual to scale


@dataclass(frozen=True)
class LinearScores:
    """An estimate and its unit scores as functions of N x T outcomes (zero where not observed).

    Attributes
    ----------
    name : str
    weights : ndarray, (N, T)
        The estimate is their sum of products with the outcomes.
    own : ndarray, (N, T)
        Of a unit's own path in its score.
    common : ndarray, (q, N, T)
        Weights of q sums over everybody.
    loading : ndarray, (N, q)
        Of a unit's score on these sums.
    factor : float
        Small-sample factor of the variance.
    df : float
        Degrees of freedom of the t distribution.
    """

    name: str
    weights: Floats
    own: Floats
    common: Floats
    loading: Floats
    factor: float
    df: float

    def evaluate(self, outcomes: Floats) -> tuple[Floats, Floats]:
        """Return estimates and standard errors, each (S,), of outcomes (N, S, T)."""
        effect, sums = self.shared(outcomes)
        return effect, self.std_error(outcomes, sums)

    def shared(self, outcomes: Floats) -> tuple[Floats, Floats]:
        """Return estimates (S,) and sums over everybody (S, q): all corrections of one regression's scores have the same."""
        add_up, weights = self._of_groups
        n_units, n_outcomes, n_periods = outcomes.shape
        of_groups = (add_up @ outcomes.reshape(n_units, -1)).reshape(-1, n_outcomes, n_periods)
        sums = np.tensordot(of_groups, weights, axes=((0, 2), (1, 2)))
        return sums[:, -1], sums[:, :-1]

    @cached_property
    def _of_groups(self) -> tuple[Any, Floats]:
        """A matrix (g, N) that adds up units whose outcomes enter all sums alike, and the weights of these (q + 1, g, T).

        Units that were treated and observed in the same periods do: there are far fewer such groups than units.
        """
        from scipy.sparse import csr_array

        weights = np.concatenate([self.common, self.weights[None]])
        groups: dict[bytes, int] = {}
        group = [
            groups.setdefault(weights[:, i].tobytes(), len(groups)) for i in range(weights.shape[1])
        ]
        first = np.unique(group, return_index=True)[1]
        cells = np.ones(len(group)), (group, np.arange(len(group)))
        return csr_array(cells, shape=(len(first), len(group))), weights[:, first]

    def std_error(self, outcomes: Floats, sums: Floats) -> Floats:
        """Return standard errors (S,) of outcomes with these sums."""
        scores = np.einsum("nt,nst->ns", self.own, outcomes) + self.loading @ sums.T
        return np.asarray(np.sqrt(self.factor * (scores**2).sum(axis=0)))


def two_way(panel: Panel) -> tuple[LinearScores, LinearScores, LinearScores]:
    """Return two-way fixed effects of treatment with CRV1, CRV2 (Bell-McCaffrey) and CRV3 scores, clustered by unit.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28(2), eqs. 4-9; MacKinnon, Nielsen and Webb (2023), Journal of
    Econometrics 232(2), eqs. 11-14.
    """
    seen = ~np.isnan(panel.wide)
    effects = UnitPeriodEffects.of(seen)
    exposed = (panel.times >= panel.cohort[:, None]).astype(float)
    residual = effects.residual(exposed)
    size = float((residual**2).sum())
    if size <= 1e-10 * seen.sum():
        raise NotIdentifiedError(
            f"{panel.outcome}: treatment does not vary beyond unit and period effects"
        )
    weights = residual / size
    n_units, n_obs = seen.shape[0], int(seen.sum())
    n_counted = counted(1, levels=[effects.rank + 1])
    crv1 = crv1_factor(n_units, n_obs=n_obs, n_counted=n_counted)
    common = np.concatenate([effects.period_weights(), weights[None]])
    blocks = np.linalg.eigh(_hat(effects, residual, size))
    results = []
    for name, power, factor in (
        ("CRV1", 0.0, crv1),
        ("CRV2", -0.5, 1.0),
        ("CRV3", -1.0, jackknife_factor(n_units)),
    ):
        adjusted = _adjusted(effects, residual, blocks, power) / size
        df = (
            _satterthwaite(effects, adjusted, residual, size)
            if name == "CRV2"
            else cluster_df(n_units)
        )
        # The residual of unit i is y_i less its mean, period effects and treatment; what is weighted by rows that sum to
        # zero over the unit needs no mean. Period effects and the coefficient are the common sums.
        loading = np.column_stack([-adjusted, -(adjusted * residual).sum(axis=1)])
        results.append(
            LinearScores(f"two_way:{name}", weights, adjusted, common, loading, factor, float(df))
        )
    return results[0], results[1], results[2]


def _adjusted(
    effects: UnitPeriodEffects, residual: Floats, blocks: tuple[Floats, Floats], power: float
) -> Floats:
    """Return (I - H_i)^power times each unit's regressor (N, T), H_i its block of the projection as values and vectors."""
    if power == 0:
        return residual
    values, vectors = blocks
    left = 1 - values
    scale = np.where(left > LEVERAGE_ONE, np.maximum(left, LEVERAGE_ONE) ** power, 0.0)
    turned = np.einsum("ntk,nt->nk", vectors, residual) * scale
    return effects.demeaned(np.einsum("ntk,nk->nt", vectors, turned))


def _hat(effects: UnitPeriodEffects, residual: Floats, size: float) -> Floats:
    """Each unit's block (N, T, T) of the projection on period effects and treatment, unit effects absorbed."""
    centred = np.eye(len(effects.inverse)) - effects.share[:, :, None]
    rows = centred * effects.seen[:, :, None] * effects.seen[:, None, :]
    rows = rows.transpose(0, 2, 1) * effects.seen[:, :, None]
    return np.asarray(
        np.einsum("nts,su,nvu->ntv", rows, effects.inverse, rows, optimize=True)
        + residual[:, :, None] * residual[:, None, :] / size
    )


def _satterthwaite(
    effects: UnitPeriodEffects, adjusted: Floats, residual: Floats, size: float
) -> float:
    """Degrees of freedom of the CRV2 variance when errors are independent and alike (Bell and McCaffrey, eq. 9).

    Rows of ``adjusted`` sum to zero over a unit, so their products with period indicators are the rows themselves.
    """
    along = (adjusted * residual).sum(axis=1) / np.sqrt(size)
    values, vectors = np.linalg.eigh(effects.inverse)
    root = vectors * np.sqrt(np.maximum(values, 0))
    projected = np.column_stack([adjusted @ root, along])
    own = (adjusted**2).sum(axis=1)
    trace = own.sum() - (projected**2).sum()
    product = projected.T @ projected
    squares = (own**2).sum() - 2 * (own * (projected**2).sum(axis=1)).sum()
    return float(trace**2 / (squares + (product**2).sum()))


def imputation(panel: Panel, *, leave_one_out: bool) -> LinearScores:
    """Return imputation with its conservative scores, averaged over treated observations.

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), eqs. 6-8.
    """
    seen = ~np.isnan(panel.wide)
    exposed = (panel.times >= panel.cohort[:, None]) & seen
    usable = (seen & ~exposed).any(axis=1, keepdims=True)
    exposed, untreated = exposed & usable, UnitPeriodEffects.of(seen & ~exposed)
    known = untreated.seen.any(axis=0)
    exposed &= known
    if not exposed.any() or not usable.all():
        raise NotIdentifiedError(
            f"{panel.outcome}: a unit has no untreated observation, or no period with treated units has an untreated one"
        )
    direct = exposed / exposed.sum()
    weights = imputation_weights(untreated, direct)
    cells, count = _treated_cells(panel, exposed)
    stretch = stretch_without_own(count) if leave_one_out else np.ones(len(count))
    inflate = np.where(cells >= 0, np.nan_to_num(stretch)[cells], 0.0 if leave_one_out else 1.0)
    periods = untreated.period_weights()
    of_treated = direct * inflate
    weighed = weights - direct + of_treated
    own = weighed - weighed.sum(axis=1, keepdims=True) * untreated.share
    averages = _cell_average_weights(cells, count, untreated, periods)
    on_cell = np.zeros((len(seen), len(count)))
    unit, period = np.nonzero(cells >= 0)
    on_cell[unit, cells[unit, period]] = -of_treated[unit, period]
    return LinearScores(
        "imputation:clustered",
        weights=weights,
        own=own,
        common=np.concatenate([periods, averages]),
        loading=np.concatenate([-own, on_cell], axis=1),
        factor=1.0,
        df=np.inf,
    )


def _treated_cells(panel: Panel, exposed: Mask) -> tuple[Integers, Floats]:
    """Cell of each treated observation, its cohort in its period, (N, T), -1 for none; observations of each cell (c,)."""
    cells = np.full(exposed.shape, -1)
    n_cells = 0
    for cohort in panel.cohorts:
        treated = (panel.cohort == cohort)[:, None] & exposed
        for period in np.flatnonzero(treated.any(axis=0)):
            cells[treated[:, period], period] = n_cells
            n_cells += 1
    return cells, np.bincount(cells[cells >= 0]).astype(float)


def _cell_average_weights(
    cells: Integers, count: Floats, untreated: UnitPeriodEffects, periods: Floats
) -> Floats:
    """Weights (c, N, T) of the outcomes in each cell's average imputed effect, one cell after the other to save memory."""
    averages = np.empty((len(count), *cells.shape))
    for cell, n_cell in enumerate(count):
        direct = (cells == cell) / n_cell
        by_unit = direct.sum(axis=1)
        on_periods = direct.sum(axis=0) - by_unit @ untreated.share
        own = direct - by_unit[:, None] * untreated.share
        averages[cell] = own - np.tensordot(on_periods, periods, axes=1)
    return averages
