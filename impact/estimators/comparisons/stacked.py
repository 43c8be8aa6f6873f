"""Stacked difference-in-differences: a sub-experiment for each cohort, its controls weighted to follow the treated."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.covariance.small_sample import cluster_df, counted, crv1_factor
from impact.data.panel import Panel
from impact.data.times import step_advice
from impact.errors import NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.linear import (
    LinearParts,
    as_moments,
    average_event_times,
    few_treated_notes,
)
from impact.moments import PathMoments, Scores
from impact.moments.features import levels
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices


@dataclass(frozen=True)
class StackedDiD(CheckedChoices):
    """Effect by event time over cohorts that all have the whole window, each against controls untreated throughout it.

    Every cohort's controls are weighted so that cohorts have the same shares on both sides at every event time; without these
    corrective weights the average is of trends with other weights than the treated have.

    Parameters
    ----------
    before, after : int
        Periods of the window before treatment, and after its first period.
    level : float

    Assumes
    -------
    Parallel trends between each cohort and units not treated within its window; no anticipation.

    References
    ----------
    Wing, Freedman and Hollingsworth (2024), NBER working paper 32054, eqs. 6-9.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.StackedDiD(before=2, after=1).fit(panel)
    >>> effects.params.round(2).to_dict()
    {'event_time=-2': 0.07, 'event_time=0': 1.14, 'event_time=1': 1.72}
    """

    before: int = 3
    after: int = 2
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.before < 1:
            raise UsageError("before: at least one period, the base of the comparison")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row an event time but the last before treatment.

        Raises
        ------
        NotIdentifiedError
            When no cohort has its whole window in the data and controls in it.
        """
        moments = as_moments(data)
        stacks = self._stacks(moments)
        events = np.arange(-self.before, self.after + 1)
        if not stacks:
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort has {self.before} periods before and {self.after} after its first treated one "
                "in the data, and controls untreated until then; choose a shorter window"
                + step_advice(moments.times)
            )
        treated, control, n_rows = self._weights(moments, stacks, events)
        loading, values = _means(moments, treated, control)
        reference = int(np.argmax(events == -1))
        kept = np.flatnonzero(events != -1)
        contrast = np.zeros((len(kept), len(events)))
        contrast[np.arange(len(kept)), kept] = 1.0
        contrast[:, reference] = -1.0
        scores = Scores.of(moments, levels(moments), loading).mix(contrast)
        # fixest's count: the coefficients, two groups and the event times
        n_counted = counted(len(kept), levels=[2, len(events)])
        n_clusters = self._clusters(moments, stacks)
        return self._estimate(
            moments,
            events[kept],
            contrast @ values,
            scores,
            exposed=treated[kept] * (events[kept] >= 0)[:, None, None],
            factor=crv1_factor(n_clusters, n_obs=n_rows, n_counted=n_counted),
            n_clusters=n_clusters,
            cohorts=[moments.time_axis.label(moments.every_cohort[code]) for code, _ in stacks],
        )

    def _stacks(self, moments: PathMoments) -> list[tuple[int, Mask]]:
        """Each cohort with its whole window in the data, and its clean controls (C,)."""
        times, every = set(moments.times.tolist()), moments.every_cohort
        found = []
        for code in np.flatnonzero(np.isfinite(every)):
            window = np.arange(every[code] - self.before, every[code] + self.after + 1)
            clean = every > every[code] + self.after
            if set(window.tolist()) <= times and clean.any():
                found.append((int(code), clean))
        return found

    def _weights(
        self,
        moments: PathMoments,
        stacks: list[tuple[int, Mask]],
        events: Integers,
    ) -> tuple[Floats, Floats, float]:
        """Weight of each cohort mean in the treated and the control mean of each event time, (E, C, T), and rows stacked."""
        seen = moments.weight_seen
        treated = np.zeros((len(events), *seen.shape))
        control = np.zeros_like(treated)
        n_rows = 0.0
        for number, event in enumerate(events):
            for code, clean in stacks:
                at = int(np.searchsorted(moments.times, moments.every_cohort[code] + event))
                treated[number, code, at] = seen[code, at]
                available = (seen[:, at] * clean).sum()
                if available > 0:  # controls get the weight of the treated they stand beside
                    control[number, clean, at] += seen[clean, at] * seen[code, at] / available
                n_rows += moments.units_seen[code, at] + moments.units_seen[clean, at].sum()
        return treated, control, n_rows

    def _clusters(self, moments: PathMoments, stacks: list[tuple[int, Mask]]) -> float:
        used = np.zeros((len(moments.every_cohort), len(moments.times)), dtype=bool)
        for code, clean in stacks:
            start = int(np.searchsorted(moments.times, moments.every_cohort[code] - self.before))
            window = slice(start, start + self.before + self.after + 1)
            used[code, window] = True
            used[clean, window] = True
        inside = np.asarray((moments.observed & used[moments.cohort_index]).any(axis=1))
        if moments.clusters is None:
            return float(moments.n[inside].sum())
        return float(len(np.unique(moments.clusters.cluster[inside[moments.clusters.cell]])))

    def _estimate(
        self,
        moments: PathMoments,
        events: Integers,
        values: Floats,
        scores: Scores,
        *,
        exposed: Floats,
        factor: float,
        n_clusters: float,
        cohorts: list[Any],
    ) -> Estimate:
        parts = LinearParts(
            moments=moments,
            values=values,
            scores=scores,
            exposed_weights=exposed,
            averager=average_event_times,
            detail=events.astype(float),
            factor=factor,
        )
        left_out = np.setdiff1d(
            [moments.time_axis.label(g) for g in moments.cohorts], np.array(cohorts)
        )
        return Estimate(
            Rows(
                term=[f"event_time={value}" for value in events],
                event_time=events.astype(float),
                n_clusters=[n_clusters] * len(events),
            ),
            values,
            parts.vcov(),
            estimand=f"Effect on {moments.outcome} by periods since treatment, cohorts with the whole window",
            method=(
                f"Stacked difference-in-differences; window -{self.before} to {self.after}; corrective weights; "
                "base the period before treatment; controls untreated in the window; CRV1 clustered, t(G-1)"
            ),
            sample=moments.sample,
            spec={
                "estimator": "StackedDiD",
                "before": self.before,
                "after": self.after,
                "cohorts": cohorts,
                "level": self.level,
                "df": cluster_df(n_clusters),
            },
            notes=(
                *few_treated_notes(moments),
                *(f"cohort_without_whole_window:{label}" for label in left_out),
            ),
            source="Wing, Freedman and Hollingsworth (2024), eqs. 6-9",
            parts=parts,
        )


def _means(moments: PathMoments, treated: Floats, control: Floats) -> tuple[Floats, Floats]:
    """Scores' coefficients (C, E, 2T) and values (E,) of treated less control means at each event time."""
    mean = np.nan_to_num(moments.cohort_mean - moments.origin)
    seen = np.maximum(moments.weight_seen, np.finfo(float).tiny)
    values, slope, constant = 0.0, 0.0, 0.0
    for sign, weight in ((1.0, treated), (-1.0, control)):
        total = weight.sum(axis=(1, 2))
        if (total == 0).any():
            raise NotIdentifiedError(
                f"{moments.outcome}: an event time of the window has no observation on one side; choose a shorter window"
            )
        share = weight / total[:, None, None]
        level = np.einsum("ect,ct->e", share, mean)
        own = np.einsum("ect,t->e", share, moments.origin)
        per_unit = np.swapaxes(share / seen, 0, 1)
        slope = slope + sign * per_unit
        # a unit's deviation is from its own side's mean outcome, origin included
        centre = (level + own)[None, :, None] - moments.origin[None, None, :]
        constant = constant - sign * per_unit * centre
        values = values + sign * (level + own)
    return np.concatenate([slope, constant], axis=2), np.asarray(values)
