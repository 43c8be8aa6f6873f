"""Endline less baseline: how much more did each cohort change than the never treated, from before its start to the end?"""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.comparisons.by_cell import Contrasts, contrast_means
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments
from impact.moments import PathMoments
from impact.moments.features import Span, spans
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices


@dataclass(frozen=True)
class LongDifference(CheckedChoices):
    """Mean change from the periods before a cohort's start to the last periods, less that of the never treated.

    What a study of a baseline and an endline reports; with more periods, one number a cohort that serial correlation between
    them does not flatter.

    Parameters
    ----------
    before, after : int, optional
        How many periods nearest to the start, and how many last ones, are averaged; all before (0) and one at the end by
        default.
    level : float

    Assumes
    -------
    Parallel trends between each cohort and the never treated from before its start to the end; no anticipation. A unit counts
    if it is observed in all of the last periods and in one before.

    References
    ----------
    Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of Economics 119(1), sec. IV.C.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.LongDifference().fit(panel).aggregate(by="overall").params.round(1).to_dict()
    {'overall': 1.9}
    """

    before: int = 0
    after: int = 1
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.after < 1:
            raise UsageError("after: at least one period at the end")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a cohort, at the last period.

        Raises
        ------
        NotIdentifiedError
            Without never-treated units, or a cohort that is seen before its start and in the last periods.
        """
        moments = as_moments(data)
        wanted, contrasts = self._compared(moments)
        if not wanted:
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort started before the last periods, beside never-treated units; average fewer "
                "last periods (after=)"
            )
        found = contrast_means(moments, spans(moments, wanted), contrasts)
        detail = GroupTimeDetail.of(
            moments, found.contrasts.code, found.contrasts.period, shares="estimated"
        )
        named = detail.rows(moments, n_control=found.n_control)
        return group_time_estimate(
            moments,
            detail,
            found.values,
            found.scores,
            rows=replace(named, n_treated=found.n_treated),
            method=(
                f"Long difference ({self.after} last less {self.before or 'all'} before); control never treated; "
                "influence function, clustered, normal"
            ),
            spec={
                "estimator": "LongDifference",
                "before": self.before,
                "after": self.after,
                "level": self.level,
                "df": None,
            },
            notes=cohorts_left_out(moments, detail),
            source="Bertrand, Duflo and Mullainathan (2004), sec. IV.C",
        )

    def _compared(self, moments: PathMoments) -> tuple[list[Span], Contrasts]:
        """List each cohort's change to the end, and that it is compared with the never treated's."""
        times, every = moments.times, moments.every_cohort
        never = np.isinf(every)
        late = tuple(range(max(len(times) - self.after, 0), len(times)))
        wanted: list[Span] = []
        rows: list[tuple[int, int, int, Mask]] = []
        for code in np.flatnonzero(~never & (every <= times[late[0]])):
            early = np.flatnonzero(times < every[code])[-self.before :]  # all of them with 0
            if early.size and never.any():
                rows.append((int(code), late[-1], len(wanted), never))
                wanted.append(Span(late, tuple(early.tolist()), early_may_miss=True))
        return wanted, Contrasts.of_rows(rows, n_cohorts=len(every))
