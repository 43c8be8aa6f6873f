"""An estimator's effects by cohort under many assignments: its own kernel where it has one, else a new fit for each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimators.comparisons.by_cohort import by_cohort
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.many import AnyEstimator, clusters_are_units, labels_of


@dataclass(frozen=True)
class CohortEffects:
    """Effects of the G cohorts that can be compared, (G,), and their covariance, (G, G)."""

    values: Floats
    vcov: Floats


Under = Callable[[Integers], Iterator[CohortEffects | None]]
"""Cohorts' effects under assignments (P, N), in order; none of one that gives no effect."""


def cohort_effects(panel: Panel, estimator: AnyEstimator) -> CohortEffects:
    """Return an estimator's effects by cohort on a panel.

    Raises
    ------
    ImpactError
        Whatever the estimator refuses.
    """
    found = estimator.fit(panel).aggregate(by="cohort")
    return CohortEffects(found.values, found.vcov)


def cohort_effects_under(panel: Panel, estimator: AnyEstimator) -> Under:
    """Return what answers for other assignments of the panel's cohorts."""
    kernel = KERNELS.get(type(estimator))
    found = None if kernel is None else kernel(panel, estimator)
    return found or refitted(panel, estimator)


def refitted(panel: Panel, estimator: AnyEstimator) -> Under:
    """Return the slow answer, which serves every estimator: a new fit for every assignment."""
    cohorts = labels_of(panel)[1]

    def under(labels: Integers) -> Iterator[CohortEffects | None]:
        for assigned in labels:
            try:
                yield cohort_effects(panel.with_cohort(cohorts[assigned]), estimator)
            except ImpactError:
                yield None

    return under


def _comparisons(panel: Panel, estimator: Any) -> Under | None:
    if not estimator.compares_plain_pairs(panel) or not clusters_are_units(panel):
        return None
    design = Comparisons.of(panel, estimator)

    def under(labels: Integers) -> Iterator[CohortEffects | None]:
        for block in by_cohort(design, labels, panel.wide):
            for values, vcov in zip(block.values, block.vcov, strict=True):
                known = ~np.isnan(values)
                kept = CohortEffects(values[known], vcov[np.ix_(known, known)])
                yield kept if known.any() else None

    return under


KERNELS: Mapping[type, Callable[[Panel, Any], Under | None]] = {CallawaySantAnna: _comparisons}
"""Estimators with a kernel of their own; it may decline a panel that it does not serve."""
