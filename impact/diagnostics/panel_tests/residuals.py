"""The rows that tests of panel models share, and residuals of the models: pooled, within, of differences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimators.panel.model_rows import ModelRows

COLLINEAR = 1e-9  # of a column's size, left by the others
NOTHING_LEFT = 1e-24  # of squared outcomes: squared residuals this small are rounding errors


@dataclass(frozen=True)
class LeastSquares:
    """Residuals (n,) of a regression, its columns (n, k), and their rank; rows as transformed, and as they were."""

    rows: ModelRows
    levels: ModelRows
    residual: Floats
    X: Floats
    rank: int

    @property
    def squares(self) -> float:
        """Sum of squared residuals."""
        return float(self.residual @ self.residual)

    @classmethod
    def of(cls, rows: ModelRows, levels: ModelRows) -> "LeastSquares":
        """Regress transformed rows; columns that do not vary here count for nothing.

        Raises
        ------
        NotIdentifiedError
            When no degrees of freedom are left, or no residual beyond rounding errors of the levels.
        """
        size = np.linalg.norm(rows.X, axis=0)
        X = rows.X / np.where(size == 0, 1.0, size)
        slope, _, rank, _ = np.linalg.lstsq(X, rows.y, rcond=COLLINEAR)
        if len(rows.y) <= rank:
            raise NotIdentifiedError(
                f"{len(rows.y)} observations leave nothing beside {rank} regressors; use more periods, or fewer regressors"
            )
        residual = np.asarray(rows.y - X @ slope)
        if not residual @ residual > NOTHING_LEFT * (levels.y @ levels.y):
            raise NotIdentifiedError(
                "the outcome is explained without a residual: there are no errors to test; leave a regressor out"
            )
        return cls(rows, levels, residual, rows.X, int(rank))


def rows_of(panel: Panel, regressors: Sequence[str], *, time_effects: bool) -> ModelRows:
    """Return a panel's rows with a constant, and dummies of periods where asked.

    Raises
    ------
    UsageError
        When units weigh differently: these tests are not defined for weights.
    """
    panel = panel.with_always_treated()
    rows = ModelRows.of(panel, regressors)
    if (rows.weight != 1).any():
        raise UsageError(
            "tests of panel models are not defined for weights; make the panel without weight="
        )
    rows = rows.with_constant()
    return rows.with_periods(panel) if time_effects else rows


def pooled(panel: Panel, regressors: Sequence[str], *, time_effects: bool) -> LeastSquares:
    """Return pooled least squares."""
    rows = rows_of(panel, regressors, time_effects=time_effects)
    return LeastSquares.of(rows, rows)


def within(panel: Panel, regressors: Sequence[str], *, time_effects: bool) -> LeastSquares:
    """Return least squares on deviations from units' means."""
    rows = rows_of(panel, regressors, time_effects=time_effects)
    means = rows.unit_means_at_rows()
    apart = rows.less_means(np.ones(len(rows.y)))
    # what is left of a column that does not vary within units is a rounding error
    still = np.linalg.norm(apart.X, axis=0) <= COLLINEAR * np.linalg.norm(means, axis=0)
    apart.X[:, still] = 0.0
    return LeastSquares.of(apart, rows)


def lagged(rows: ModelRows, residual: Floats, lag: int = 1) -> tuple[Mask, Floats]:
    """Return which rows have the unit's row some periods before them, and its residual at these."""
    place = _place(rows.unit, rows.time)
    order = np.argsort(place)
    sought = place - lag
    at = np.minimum(np.searchsorted(place[order], sought), len(place) - 1)
    found = place[order][at] == sought
    return found, residual[order][at[found]]


def _place(unit: Integers, time: Integers) -> Integers:
    """Number rows so that one unit's last period and the next one's first are further apart than any lag."""
    return np.asarray(unit * np.int64(2 * (int(time.max()) + 1)) + time)
