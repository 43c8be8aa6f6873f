"""Designs of so many cohorts and periods that estimating every effect takes minutes: what can be told of them at once."""

import numpy as np

from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.many_of import many
from impact.evaluation.study import Study

MANY_EFFECTS = 1_000  # cohorts times periods from which a fit of all takes more than a few seconds


def effects_by_cohort(panel: Panel) -> int:
    """Return how many effects by cohort and period a panel has at most."""
    return len(panel.cohorts) * panel.n_periods


def refuse_unestimable(study: Study, outcome: str) -> None:
    """Refuse an outcome of which the main estimator gives no overall effect.

    Parameters
    ----------
    study : Study
    outcome : str

    Raises
    ------
    EstimationError
        As the estimator's fit and average.
    """
    panel = study.panel(outcome)
    if effects_by_cohort(panel) >= MANY_EFFECTS:
        many(panel, study.estimator())  # its kernel finds the same comparisons, and no covariance
    else:
        study.estimator().fit(panel).aggregate(by="overall")


def cohorts_without_comparison(study: Study, panel: Panel) -> int:
    """Count treated cohorts that the main estimator can compare with nobody in any period after their start.

    None where the arms of a lot are compared as a whole: without another arm there is no panel of it.
    """
    if study.compares_arms:
        return 0
    main = study.cohort_estimator()
    if not main.compares_plain_pairs(panel):  # other units each time: its fit says who was compared
        rows = main.fit(panel).table
        answered = rows.loc[rows["event_time"] >= 0, "cohort"].nunique()
        return len(panel.cohorts) - int(answered)
    design = Comparisons.of(panel, main)
    compared = design.treats[:, design.compared].any(axis=1)
    return int((~compared & np.isfinite(design.cohorts)).sum())
