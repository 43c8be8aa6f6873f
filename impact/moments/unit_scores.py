"""Scores kept unit by unit, of estimators whose scores are no function of paths alone, as those that adjust for covariates.

They answer what `Scores` answer but for weights of outcomes.
"""

from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.moments.cells import CellMoments
from impact.moments.scores import Scores
from impact.one_thread import one_thread


@dataclass(frozen=True)
class UnitScores:
    """Scores of k parameters.

    Attributes
    ----------
    values : ndarray, (N, k)
        Of every unit of the panel, zero for those left out.
    panel : Panel
    cohort : ndarray of int, (N,)
        Each unit's place among `CellMoments.every_cohort`.
    weight : ndarray, (N,)
        Zero for units left out.
    """

    values: Floats
    panel: Panel
    cohort: Integers
    weight: Floats

    @classmethod
    def of(
        cls, values: Floats, panel: Panel, moments: CellMoments, *, kept: Floats
    ) -> "UnitScores":
        """Keep the scores (N, k) of a panel whose moments are of the units that ``kept`` (N,) counts, one or zero."""
        every = moments.every_cohort
        place = np.minimum(np.searchsorted(every, panel.cohort), len(every) - 1)
        return cls(values, panel, place.astype(np.int64), panel.weight * kept)

    @one_thread()
    def mix(self, weights: Floats) -> "UnitScores":
        """As `Scores.mix`."""
        return replace(self, values=self.values @ weights.T)

    @one_thread()
    def covariance(self) -> Floats:
        """As `Scores.covariance`."""
        cluster = self.panel.cluster
        total = self.values
        if self.panel.sample.n_clusters != self.panel.n_units:
            total = np.zeros((int(cluster.max()) + 1, self.values.shape[1]))
            np.add.at(total, cluster, self.values)
        return np.asarray(total.T @ total)

    def plus_constant(self, constant: Floats) -> "UnitScores":
        """As `Scores.plus_constant`."""
        if not constant.any():
            return self
        return replace(self, values=self.values + self.weight[:, None] * constant[self.cohort])

    def plus_indicators(self, centring: Floats) -> "UnitScores":
        """As `Scores.plus_indicators`."""
        seen = (~np.isnan(self.panel.wide)).astype(float) * self.weight[:, None]
        added = np.einsum("nkt,nt->nk", centring[self.cohort], seen)
        return replace(self, values=self.values + added)

    def beside(self, moments: CellMoments, other: Scores) -> "UnitScores":
        """As `Scores.beside`."""
        return replace(self, values=np.hstack([self.values, other.of_units(self.panel, moments)]))

    def of_units(self, panel: Panel, moments: CellMoments) -> Floats:
        """Return each unit's own score, (N, k)."""
        del panel, moments
        return self.values

    def impulses(self, moments: CellMoments) -> NoReturn:
        """Refuse: there are none by cohort and period."""
        del moments
        _refuse()

    def weights_of_units(self, panel: Panel, moments: CellMoments) -> NoReturn:
        """Refuse: they are not worked out."""
        del panel, moments
        _refuse()


def _refuse() -> NoReturn:
    raise NotAvailableError(
        "weights of outcomes: not worked out for estimates that adjust for covariates; fit without covariates for them"
    )
