"""Callaway and Sant'Anna: one effect for each cohort and period, then averages of them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate, Rows
from impact.estimators.group_time import average_cells
from impact.estimators.linear import LinearParts, as_moments, few_treated_notes
from impact.moments import PathMoments, Scores
from impact.terms import CONFIDENCE_LEVEL, BasePeriod, ControlGroup, MissingPairs

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """One (cohort, period) cell of the answer: who is compared, between which periods (indices into times)."""

    cohort: float
    period: int
    base: int
    treated: Mask
    control: Mask


@dataclass(frozen=True)
class CallawaySantAnna:
    """Effect of treatment for each cohort and period: mean change of the treated less mean change of the untreated.

    Parameters
    ----------
    control_group : {"not_yet_treated", "never_treated"}
    anticipation : int
        Periods before treatment in which outcomes may already respond.
    base_period : {"varying", "universal"}
        Before treatment, changes from the period before (varying) or from the last period before treatment (universal).
        Event-study figures and pre-trend sensitivity use the universal base.
    missing : {"pairs", "balanced", "cross_sections"}
        With gaps: units observed in both periods of a comparison, units observed in all, or each period's own mean.
    level : float

    Assumes
    -------
    Parallel trends between each cohort and its controls from the base period on; no anticipation beyond ``anticipation``.

    References
    ----------
    Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), eqs. 2.8-2.9 without covariates.
    """

    control_group: ControlGroup = "not_yet_treated"
    anticipation: int = 0
    base_period: BasePeriod = "varying"
    missing: MissingPairs = "pairs"
    level: float = CONFIDENCE_LEVEL

    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a (cohort, period).

        Raises
        ------
        NotIdentifiedError
            When no cohort has both a base period and a control.
        """
        moments = as_moments(data)
        if self.missing == "balanced":
            moments = moments.where(
                lambda every: np.asarray(every.observed.all(axis=1)),
                reason="not_observed_in_all_periods",
            )
        found = [
            pair for pair in self._comparisons(moments) if pair.treated.any() and pair.control.any()
        ]
        if not found:
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort is observed before and after treatment beside an untreated unit; "
                "check the cohort column, or use control_group='not_yet_treated'"
            )
        values, scores = _effects(moments, found, pairs=self.missing != "cross_sections")
        return self._estimate(moments, found, values, scores)

    def _comparisons(self, moments: PathMoments) -> list[Comparison]:
        times, observed = moments.times, moments.observed
        found = []
        cohorts = moments.cohorts
        if np.isfinite(moments.cohort).all():
            cohorts = cohorts[:-1]  # the last cohort is everybody's control and has none itself
        for cohort in cohorts:
            before = np.flatnonzero(times + self.anticipation < cohort)
            if not before.size:
                continue
            last = int(before[-1])
            for period in range(len(times)):
                base = self._base(times, cohort=cohort, period=period, last=last)
                if base is None:
                    continue
                both = observed[:, period] & observed[:, base]
                seen = (
                    observed[:, period] | observed[:, base]
                    if self.missing == "cross_sections"
                    else both
                )
                control = self._controls(moments, cohort=cohort, until=times[max(period, base)])
                found.append(
                    Comparison(
                        cohort,
                        period,
                        base,
                        treated=seen & (moments.cohort == cohort),
                        control=seen & control,
                    )
                )
        return found

    def _base(self, times: Floats, *, cohort: float, period: int, last: int) -> int | None:
        """Index of the base period, or None where a varying base does not exist."""
        if self.base_period == "universal" or times[period] + self.anticipation >= cohort:
            return last
        return period - 1 if period > 0 else None

    def _controls(self, moments: PathMoments, *, cohort: float, until: float) -> Mask:
        never = np.isinf(moments.cohort)
        if self.control_group == "never_treated":
            return never
        later = (moments.cohort > until + self.anticipation) & (moments.cohort != cohort)
        return np.asarray(never | later)

    def _estimate(
        self, moments: PathMoments, found: list[Comparison], values: Floats, scores: Scores
    ) -> Estimate:
        event_time = np.array([moments.times[pair.period] - pair.cohort for pair in found])
        detail = GroupTimeDetail.of(moments, found, event_time)
        parts = LinearParts(
            moments=moments,
            values=values,
            scores=scores,
            exposed_weights=_exposed(moments, found, event_time),
            averager=average_cells,
            detail=detail,
        )
        label = moments.time_axis.label
        cohort = [label(pair.cohort) for pair in found]
        time = [label(moments.times[pair.period]) for pair in found]
        return Estimate.build(
            Rows(
                term=[f"att({g},{t})" for g, t in zip(cohort, time, strict=True)],
                cohort=cohort,
                time=time,
                event_time=event_time,
                n_treated=[moments.n[pair.treated].sum() for pair in found],
                n_control=[moments.n[pair.control].sum() for pair in found],
            ),
            values,
            parts.vcov(),
            estimand=f"Effect on {moments.outcome} of treatment on the treated, by cohort and period",
            method=self._label(),
            sample=moments.sample,
            spec={
                "estimator": "CallawaySantAnna",
                "control_group": self.control_group,
                "anticipation": self.anticipation,
                "base_period": self.base_period,
                "missing": self.missing,
                "level": self.level,
                "df": None,
            },
            notes=(*few_treated_notes(moments), *self._left_out(moments, found)),
            source="Callaway and Sant'Anna (2021), eqs. 2.8-2.9",
            parts=parts,
        )

    def _label(self) -> str:
        control = self.control_group.replace("_", " ")
        gaps = {"pairs": "units seen in both periods", "balanced": "units seen in all periods"}
        window = f"; anticipation {self.anticipation}" if self.anticipation else ""
        return (
            f"Callaway-Sant'Anna; control {control}; base {self.base_period}{window}; "
            f"{gaps.get(self.missing, 'periods as cross-sections')}; influence function, clustered, normal"
        )

    def _left_out(self, moments: PathMoments, found: list[Comparison]) -> tuple[str, ...]:
        used = {pair.cohort for pair in found}
        gone = [cohort for cohort in moments.cohorts if cohort not in used]
        return tuple(
            f"cohort_without_comparison:{moments.time_axis.label(cohort)}" for cohort in gone
        )


@dataclass(frozen=True)
class GroupTimeDetail:
    """What averaging needs to know of each (cohort, period) row.

    Attributes
    ----------
    cohort, time, event_time : ndarray, (k,)
        Calendar numbers, and their difference.
    size : ndarray, (k,)
        Weight of the row's cohort among all units.
    member : ndarray, (P, k)
        1 where a cell belongs to the row's cohort.
    """

    cohort: Floats
    time: Floats
    event_time: Floats
    size: Floats
    member: Floats = field(repr=False)

    @classmethod
    def of(
        cls, moments: PathMoments, found: list[Comparison], event_time: Floats
    ) -> "GroupTimeDetail":
        """Collect from the comparisons."""
        cohort = np.array([pair.cohort for pair in found])
        member = (moments.cohort[:, None] == cohort).astype(float)
        return cls(
            cohort=cohort,
            time=np.array([moments.times[pair.period] for pair in found]),
            event_time=event_time,
            size=moments.weight @ member,
            member=member,
        )


def _effects(
    moments: PathMoments, found: list[Comparison], *, pairs: bool
) -> tuple[Floats, Scores]:
    """Differences of mean changes and their scores, one a comparison.

    A side's mean change is linear in its cells' means; its score is the unit's own change less that mean, over the
    side's weight.
    """
    n_cells, n_periods = moments.observed.shape
    k = len(found)
    values = np.zeros(k)
    slope = np.zeros((n_cells, k, n_periods))
    constant = np.zeros((n_cells, k))
    for j, pair in enumerate(found):
        if pair.period == pair.base:
            continue
        for side, sign in ((pair.treated, 1.0), (pair.control, -1.0)):
            for index, end in ((pair.period, 1.0), (pair.base, -1.0)):
                cells = side if pairs else side & moments.observed[:, index]
                total = moments.weight[cells].sum()
                mean = moments.weight[cells] @ moments.mean[cells, index] / total
                values[j] += sign * end * (mean + moments.origin[index])
                slope[cells, j, index] += sign * end / total
                constant[cells, j] -= sign * end * mean / total
    return values, Scores(slope=slope, constant=constant)


def _exposed(moments: PathMoments, found: list[Comparison], event_time: Floats) -> Floats:
    weights = np.zeros((len(found), *moments.observed.shape))
    for j, pair in enumerate(found):
        if event_time[j] >= 0:
            cells = pair.treated & moments.observed[:, pair.period]
            weights[j, cells, pair.period] = moments.weight[cells] / moments.weight[cells].sum()
    return weights
