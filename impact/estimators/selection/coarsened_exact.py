"""Controls that fall into the same cells of coarsened covariates as treated units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import UsageError
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.comparable_groups import ComparableGroups


@dataclass(frozen=True)
class CoarsenedExact(ComparableGroups):
    """Match in cells of covariates cut into steps: who has nobody of the other group in its cell is left out.

    Parameters
    ----------
    covariates, lagged_outcomes, missing
        As in every way to make groups comparable: numbers before the first cohort's treatment.
    bins : int, optional
        Steps of equal width of each covariate; by default Sturges' number, log2 of the units rounded up and one.
    exact : sequence of str
        Columns that are not cut, such as city and sector; texts too.

    Assumes
    -------
    Whoever is in the same cell would have changed alike. The effect is on treated units that are not left out.

    References
    ----------
    Iacus, King and Porro (2012), Political Analysis 20(1); MatchIt's ``method = "cem"`` gives the same weights.

    Examples
    --------
    >>> import impact
    >>> weighed = impact.CoarsenedExact(["workers"], bins=3).weigh(impact.example_panel())
    >>> weighed.sample.dropped
    {'treated_without_anyone_alike': 2}
    """

    bins: int | None = None
    exact: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.exact, str):
            raise UsageError("exact: one text; write a list of names")
        if self.bins is not None and self.bins < 1:
            raise UsageError("bins: no whole number from one on")

    def baseline(self, panel: Panel) -> Baseline:
        """As `ComparableGroups.baseline`, with the columns that are not cut."""
        return self.baseline_of(panel, exact=self.exact)

    def weights(self, baseline: Baseline) -> Floats:
        """As `ComparableGroups.weights`; in each cell those of the comparison group add up to those of the treated."""
        cell = self._cells(baseline)
        treated, weight = baseline.treated, baseline.weight
        n_cells = int(cell.max()) + 1
        mine = np.bincount(cell, weights=np.where(treated, weight, 0.0), minlength=n_cells)
        theirs = np.bincount(cell, weights=np.where(treated, 0.0, weight), minlength=n_cells)
        both = (mine > 0) & (theirs > 0)
        ratio = np.divide(mine, theirs, out=np.zeros(n_cells), where=both)
        return np.where(treated, weight * both[cell], weight * ratio[cell])

    def _cells(self, baseline: Baseline) -> Integers:
        steps = self.bins or int(np.ceil(np.log2(len(baseline.values)) + 1))
        cut = [baseline.exact]
        for column in baseline.values.T:
            inner = np.linspace(column.min(), column.max(), steps + 1)[1:-1]
            cut.append(np.searchsorted(inner, column, side="right"))
        found = np.unique(np.array(cut), axis=1, return_inverse=True)[1]
        return np.asarray(found.reshape(-1), dtype=np.int64)
