"""Least squares with one coefficient for each treated cohort and period: what Sun-Abraham and extended TWFE share."""

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.times import step_advice
from impact.errors import NotIdentifiedError
from impact.estimators.comparisons.group_time import GroupTimeDetail, treated_cells
from impact.estimators.regressions.adjusted import regression
from impact.estimators.regressions.regressors import Regressors
from impact.estimators.regressions.within import WithinFit, cohort_effects_fit
from impact.moments import PathMoments
from impact.terms import ClusterCovariance, CohortOrUnit


def with_a_reference_cohort(moments: PathMoments) -> PathMoments:
    """Return the moments, or, where nobody is never treated, those before the last cohort's treatment: it is the reference."""
    if np.isinf(moments.every_cohort).any():
        return moments
    last = moments.every_cohort[-1]
    return moments.during(moments.times < last, reason="not_observed_before_the_last_cohort")


def saturated_cells(
    moments: PathMoments, *, leads: bool, reference: int = -1
) -> tuple[Integers, Integers]:
    """Return cohort code and period of each coefficient; with leads all but the reference, else after treatment."""
    code, period = treated_cells(moments, leads=leads)
    event = moments.times[period] - moments.every_cohort[code]
    later = moments.every_cohort[code] <= moments.times[-1]  # the reference cohort has none
    kept = later & ~np.isclose(event, reference)
    if leads:  # a cohort never seen at the reference has none to measure from
        at_reference = np.unique(code[np.isclose(event, reference)])
        kept &= np.isin(code, at_reference)
    if not (event[kept] >= 0).any():
        raise NotIdentifiedError(
            f"{moments.outcome}: no treated observation beside an untreated cohort; check the cohort column"
            + step_advice(moments.times)
        )
    return code[kept], period[kept]


def indicators(moments: PathMoments, detail: GroupTimeDetail) -> Floats:
    """One in the cell of each of k effects, (C, T, k)."""
    k = len(detail.code)
    design = np.zeros((*moments.weight_seen.shape, k))
    design[detail.code, detail.period, np.arange(k)] = 1.0
    return design


def saturated_fit(
    moments: PathMoments,
    detail: GroupTimeDetail,
    *,
    effects: CohortOrUnit = "unit",
    vcov: ClusterCovariance = "CRV1",
    given: Regressors | None = None,
) -> WithinFit:
    """Regress the outcome on an indicator for each row of the detail, and covariates; errors as `within_fit`."""
    design = indicators(moments, detail)
    names = list(detail.rows(moments).term)
    if effects == "cohort":
        return cohort_effects_fit(moments, design, names=names)
    return regression(moments, design, names=names, vcov=vcov, given=given)
