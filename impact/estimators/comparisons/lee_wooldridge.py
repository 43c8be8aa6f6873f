"""Rolling transformations: each unit's outcome less its own past, then a comparison of means in every period."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
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
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, ControlGroup, ControlsWithin


@dataclass(frozen=True)
class LeeWooldridge(CheckedChoices):
    """Effect of treatment from outcomes that were freed of each unit's own level, or line, before treatment.

    Parameters
    ----------
    transformation : {"demean", "detrend"}
        Take away the mean, or the fitted line, of the periods before the cohort's treatment, for its controls too.
    control_group : {"not_yet_treated", "never_treated"}
    controls : {"all", "strata"}
        Compare with all controls, or with those of the same stratum.
    level : float

    Assumes
    -------
    Parallel trends (demean), or parallel deviations from unit-specific lines (detrend), between each cohort and its controls in
    all periods; no anticipation. With gaps, units with at least one (two) observed earlier periods.

    References
    ----------
    Lee and Wooldridge (2023), SSRN 4516518, procedures 4.1 and 5.1.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.LeeWooldridge().fit(panel)
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.48}
    """

    transformation: Literal["demean", "detrend"] = "demean"
    control_group: ControlGroup = "not_yet_treated"
    controls: ControlsWithin = "all"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period) after treatment.

        Raises
        ------
        NotIdentifiedError
            When no cohort has enough earlier periods and a control.
        """
        moments = as_moments(data)
        wanted, contrasts = self._compared(moments)
        if not wanted:
            needed = "two periods" if self.transformation == "detrend" else "a period"
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort has a control and {needed} before treatment"
            )
        found = contrast_means(moments, spans(moments, wanted), contrasts, within=self.controls)
        if not len(found.values):
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort is observed before and after treatment beside an untreated unit; check the "
                "cohort column"
            )
        detail = GroupTimeDetail.of(
            moments, found.contrasts.code, found.contrasts.period, shares="estimated"
        )
        taken = {"demean": "mean", "detrend": "line"}[self.transformation]
        return group_time_estimate(
            moments,
            detail,
            found.values,
            found.scores,
            rows=replace(
                detail.rows(moments, n_control=found.n_control), n_treated=found.n_treated
            ),
            method=(
                f"Rolling transformation (less the {taken} before treatment); "
                f"control {self.control_group.replace('_', ' ')}; influence function, clustered, normal"
            ),
            spec={
                "estimator": "LeeWooldridge",
                "transformation": self.transformation,
                "control_group": self.control_group,
                "controls": self.controls,
                "level": self.level,
                "df": None,
            },
            notes=cohorts_left_out(moments, detail),
            source="Lee and Wooldridge (2023), procedures 4.1 and 5.1",
        )

    def _compared(self, moments: PathMoments) -> tuple[list[Span], Contrasts]:
        times, every = moments.times, moments.every_cohort
        trend = self.transformation == "detrend"
        wanted: list[Span] = []
        rows: list[tuple[int, int, int, Mask]] = []
        for code in np.flatnonzero(np.isfinite(every)):
            early = tuple(np.flatnonzero(times < every[code]).tolist())
            if len(early) < 1 + trend:
                continue
            for period in np.flatnonzero(times >= every[code]):
                never = np.isinf(every)
                control = never | (every > times[period])
                if self.control_group == "never_treated":
                    control = never
                if control.any():
                    rows.append((int(code), int(period), len(wanted), control))
                    wanted.append(Span((int(period),), early, early_may_miss=True, trend=trend))
        return wanted, Contrasts.of_rows(rows, n_cohorts=len(every))
