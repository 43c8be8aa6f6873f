"""How few units, or clusters, the smallest group that was treated has."""

import numpy as np

from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.many import clusters_are_units, label_of_clusters, labels_of


def smallest_cohort(panel: Panel) -> int:
    """Return the number of treated units in the smallest cohort."""
    return int(min((panel.cohort == cohort).sum() for cohort in panel.cohorts))


def smallest_assigned(panel: Panel) -> int:
    """Return the number of units of assignment in the smallest cohort: of clusters, where these lie above the unit."""
    if clusters_are_units(panel):
        return smallest_cohort(panel)
    try:
        of_cluster = label_of_clusters(panel, labels_of(panel)[0])
    except EstimationError:  # clusters of several cohorts: those that have treated units
        return len(np.unique(panel.cluster[np.isfinite(panel.cohort)]))
    return int(np.bincount(of_cluster)[: len(panel.cohorts)].min())
