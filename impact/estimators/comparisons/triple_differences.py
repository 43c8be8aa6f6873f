"""Triple differences: the effect among those it should reach, less the same comparison among those it should not."""

from dataclasses import dataclass, replace

import numpy as np

from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.comparisons.by_cell import Contrasted, Contrasts, comparable, contrast_means
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments
from impact.moments import PathMoments
from impact.moments.features import changes
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices


@dataclass(frozen=True)
class TripleDifferences(CheckedChoices):
    """Effect by cohort and period among the eligible, net of the same difference among the ineligible of the same cohorts.

    The third dimension is the panel's ``strata``, of exactly two values; a place or market has a cohort, and within it only
    the eligible can be affected. Controls are never-treated units alone: pooling not-yet-treated ones is biased when cohorts
    differ in their share of eligible units.

    Parameters
    ----------
    third_dimension : str
        Its name, for the report.
    eligible : int
        Which of the two strata, in sorted order, is the one affected (0 or 1).
    level : float

    Assumes
    -------
    Trends may differ between cohorts, and between eligible and ineligible units, but not in the combination; no anticipation.

    References
    ----------
    Ortiz-Villavicencio and Sant'Anna (2025), arXiv 2505.09942, eq. 4.3 without covariates; Olden and Moen (2022), Econometrics
    Journal 25(3), eq. 1.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.TripleDifferences("city", eligible=0).fit(panel)
    >>> effects.aggregate(by="overall").confint().round(2)  # both cities gain alike here
          term   low  high
    0  overall -0.96  0.38
    """

    third_dimension: str
    eligible: int = 1
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period), base the period before treatment.

        Raises
        ------
        NotAvailableError
            When the strata are not two.
        NotIdentifiedError
            When a side of the comparison is empty for every cohort.
        """
        moments = as_moments(data)
        strata = np.unique(moments.stratum)
        if len(strata) != 2:
            raise NotAvailableError(
                f"{self.third_dimension}: a third dimension has two values, these strata have {len(strata)}; "
                "make the panel with strata=(one two-valued column,)"
            )
        both_sides = (int(strata[self.eligible]), int(strata[1 - self.eligible]))
        pairs, contrasts = _compared(moments)
        usable = np.zeros(len(contrasts.code), dtype=bool)
        if pairs:
            features = changes(moments, pairs)
            masks = [comparable(moments, features, contrasts, stratum=code) for code in both_sides]
            usable = masks[0] & masks[1]
        if not usable.any():
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort has eligible and ineligible units before and after treatment, beside "
                "never-treated units of both kinds"
            )
        chosen = contrasts.of(usable)
        one, other = (
            contrast_means(moments, features, chosen, stratum=code) for code in both_sides
        )
        return self._estimate(moments, one, other)

    def _estimate(self, moments: PathMoments, one: Contrasted, other: Contrasted) -> Estimate:
        contrasts = one.contrasts
        values = one.values - other.values
        scores = replace(one.scores, loading=one.scores.loading - other.scores.loading)
        detail = GroupTimeDetail.of(moments, contrasts.code, contrasts.period, shares="estimated")
        rows = replace(detail.rows(moments), n_treated=one.n_treated, n_control=one.n_control)
        return group_time_estimate(
            moments,
            detail,
            values,
            scores,
            rows=rows,
            method=(
                f"Triple differences; third dimension {self.third_dimension}; control never treated; "
                "base the period before treatment; influence function, clustered, normal"
            ),
            spec={
                "estimator": "TripleDifferences",
                "third_dimension": self.third_dimension,
                "eligible": self.eligible,
                "level": self.level,
                "df": None,
            },
            notes=cohorts_left_out(moments, detail),
            source="Ortiz-Villavicencio and Sant'Anna (2025), eq. 4.3",
        )


def _compared(moments: PathMoments) -> tuple[list[tuple[int, int]], Contrasts]:
    """Pairs of period and base, and each treated cohort against never-treated units over them."""
    times, every = moments.times, moments.every_cohort
    pairs: dict[tuple[int, int], int] = {}
    rows = []
    for code in np.flatnonzero(np.isfinite(every)):
        before = np.flatnonzero(times < every[code])
        for period in range(len(times)) if before.size else ():
            if period != before[-1]:
                feature = pairs.setdefault((period, int(before[-1])), len(pairs))
                rows.append((int(code), period, feature, np.isinf(every)))
    return list(pairs), Contrasts.of_rows(rows, n_cohorts=len(every))
