"""Who may be exchanged with whom: the units of assignment, their labels, and the strata that they stay in."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Integers
from impact.data.panel import Panel
from impact.estimators.many import clusters_are_units, label_of_clusters
from impact.inference.assignments import MOST_ASSIGNMENTS, Assignments, assignments
from impact.inference.strata import Within, permutation_strata


@dataclass(frozen=True)
class Exchange:
    """Labels of G units of assignment: single units, or clusters that were assigned as a whole.

    Attributes
    ----------
    labels : ndarray of int, (G,)
    strata : ndarray of int, (G,)
        Labels are exchanged within these.
    assigned_with : ndarray of int, (N,)
        The unit of assignment that each unit belongs to.
    """

    labels: Integers
    strata: Integers
    assigned_with: Integers

    @classmethod
    def of(cls, panel: Panel, labels: Integers, *, within: Within | None = None) -> "Exchange":
        """Take the units of assignment from a panel: its clusters.

        Parameters
        ----------
        panel : Panel
        labels : ndarray of int, (N,)
        within : {"strata", "none"}, optional
            As `permutation_strata`.

        Raises
        ------
        NotAvailableError
            When a cluster has units of several cohorts.
        """
        if clusters_are_units(panel):
            strata = permutation_strata(panel, within=within)
            return cls(labels, strata, np.arange(panel.n_units))
        of_cluster = label_of_clusters(panel, labels)
        strata = permutation_strata(clusters_as_units(panel), within=within)
        return cls(of_cluster, strata, panel.cluster)

    @property
    def of_unit(self) -> Integers:
        """Stratum of each unit, (N,)."""
        return self.strata[self.assigned_with]

    def drawn(
        self,
        permutations: int,
        generator: np.random.Generator,
        *,
        most: int = MOST_ASSIGNMENTS,
    ) -> Assignments:
        """Return other assignments as labels of the N units: all where there are at most ``most``, else random ones."""
        made = assignments(
            self.labels, self.strata, draws=permutations, generator=generator, most=most
        )
        return replace(made, labels=made.labels[:, self.assigned_with])


def clusters_as_units(panel: Panel) -> Panel:
    """Return the panel of clusters: mean outcomes by period; a stratum only where all of a cluster's units share it."""
    n_clusters = int(panel.cluster.max()) + 1
    seen = ~np.isnan(panel.wide)
    total, count = np.zeros((2, n_clusters, panel.n_periods))
    np.add.at(total, panel.cluster, np.where(seen, panel.wide, 0.0))
    np.add.at(count, panel.cluster, seen)
    unit, time = np.nonzero(count)
    first = np.unique(panel.cluster, return_index=True)[1]
    shared = (panel.stratum == panel.stratum[first][panel.cluster]).all()
    return replace(
        panel,
        units=np.arange(n_clusters).astype(object),
        unit_index=unit,
        time_index=time,
        y=total[unit, time] / count[unit, time],
        cohort=panel.cohort[first],
        cluster=np.arange(n_clusters),
        weight=np.ones(n_clusters),
        stratum=panel.stratum[first] if shared else np.zeros(n_clusters, dtype=np.int64),
        covariates=panel.covariates.iloc[:0],
        complete=None,
    )
