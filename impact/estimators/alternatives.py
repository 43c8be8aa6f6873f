"""The estimators among which a specification curve chooses, as weights of outcomes."""

from collections.abc import Iterator, Sequence

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.comparisons.many_comparisons import ComparisonWeights
from impact.estimators.regressions.many_regressions import (
    REGRESSIONS,
    Regression,
    RegressionWeights,
)
from impact.estimators.weighted import Weigh
from impact.terms import Averaging, ControlGroup

__all__ = ["REGRESSIONS", "Regression", "weighed"]


def weighed(
    panel: Panel,
    *,
    cohorts: Floats,
    averages: Sequence[Averaging],
    controls: Sequence[ControlGroup],
    regressions: Sequence[Regression],
) -> Iterator[tuple[str, str, Weigh]]:
    """Yield each estimator's word, its comparison group, and its weights under assignments.

    Parameters
    ----------
    cohorts : ndarray, (L-1,)
        First treated periods that labels stand for; never treated is the last label.
    """
    for group in controls:
        design = Comparisons.of(panel, CallawaySantAnna(control_group=group), cohorts=cohorts)
        for average in averages:
            yield (
                f"callaway_santanna_{average}",
                group,
                ComparisonWeights(design, average, panel.n_periods),
            )
    for name in regressions:
        yield name, "all", RegressionWeights(panel, np.append(cohorts, np.inf), name)
