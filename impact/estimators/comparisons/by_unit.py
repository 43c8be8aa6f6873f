"""The overall effect of Callaway and Sant'Anna for many assignments and many outcomes at once.

Permutation tests ask one outcome of thousands of assignments, simulations ask thousands of outcomes of one assignment, and
the size of a permutation test asks both. All three are matrix products over the same N x K changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.comparisons.compared_changes import ComparedChanges
from impact.estimators.comparisons.side_sums import Sides
from impact.estimators.comparisons.squared_scores import squares_by_unit, squares_from_sums
from impact.estimators.latest import Latest
from impact.estimators.many import Quadratic
from impact.one_thread import one_thread
from impact.terms import Averaging

Shares = Literal["estimated", "fixed"]
MOST = 20_000_000  # units x assignments summed at once


@dataclass(frozen=True)
class ByPeriod:
    """How a design's compared changes follow from outcomes, where every unit is observed in every period.

    Attributes
    ----------
    contrast : ndarray, (T, K)
        One in the later period of a comparison, minus one in its base.
    exposed : ndarray, (N, T)
        One where a unit is treated.
    """

    contrast: Floats
    exposed: Floats


@dataclass(frozen=True)
class Comparisons:
    """Which changes a design compares: K pairs of a cohort's base and post-treatment periods, over L labels.

    Attributes
    ----------
    labels : ndarray of int, (N,)
        Each unit's cohort as an index into ``cohorts`` (the last is never treated).
    cohorts : ndarray, (L,)
    base, period : ndarray of int, (K,)
        Indexes into the panel's periods.
    event : ndarray, (K,)
        Periods from the cohort's treatment to the later one.
    treats, controls : ndarray, (L, K)
        One where units with the label are on that side of the comparison.
    seen : ndarray, (N, K)
        The unit's weight where it is observed in both periods, else zero.
    exposure : ndarray, (N, K)
        Change of actual exposure.
    weight : ndarray, (N,)
    """

    labels: Integers
    cohorts: Floats
    base: Integers
    period: Integers
    event: Floats
    treats: Floats
    controls: Floats
    seen: Floats
    exposure: Floats
    weight: Floats
    counted: Latest = field(
        default_factory=lambda: Latest(held=2), init=False, repr=False, compare=False
    )  # the actual assignment and those it is held against

    @classmethod
    def of(
        cls,
        panel: Panel,
        estimator: CallawaySantAnna,
        *,
        lead: int | None = None,
        cohorts: Floats | None = None,
    ) -> "Comparisons":
        """List the comparisons of a panel after treatment, or those of one lead with the last period before treatment.

        Parameters
        ----------
        lead : int, optional
            Periods from treatment, negative: each cohort's change from its base to that period, which should be nil.
        cohorts : ndarray, optional
            Those that labels stand for, never treated left out; of a panel that is part of another, some may have no unit here.

        Raises
        ------
        NotAvailableError
            With adjustment for strata or covariates, or another rule for gaps than pairs.
        """
        if not estimator.compares_plain_pairs(panel):
            raise NotAvailableError(
                "comparisons of single units over pairs of periods are not available with adjustment for strata or covariates, "
                "or with another rule for gaps; use CallawaySantAnna(missing='pairs')"
            )
        cohorts = np.append(panel.cohorts if cohorts is None else cohorts, np.inf)
        pairs = np.array(list(_pairs(panel, estimator, cohorts, lead)), dtype=np.int64).reshape(
            -1, 3
        )
        code, base, period = pairs.T
        controls = np.isinf(cohorts)[:, None] | np.zeros(len(code), dtype=bool)
        if estimator.control_group == "not_yet_treated":
            controls |= (
                cohorts[:, None] > panel.times[np.maximum(base, period)] + estimator.anticipation
            )
        own = np.arange(len(cohorts))[:, None] == code
        controls &= ~own  # a cohort not yet treated at a lead is no control of its own
        change = panel.wide[:, period] - panel.wide[:, base]
        seen = ~np.isnan(change)
        exposed = panel.times >= panel.cohort[:, None]
        moved = exposed[:, period].astype(float) - exposed[:, base]
        return cls(
            labels=np.searchsorted(cohorts, panel.cohort).astype(np.int64),
            cohorts=cohorts,
            base=base,
            period=period,
            event=panel.times[period] - cohorts[code],
            treats=own.astype(float),
            controls=controls.astype(float),
            seen=np.ascontiguousarray(seen * panel.weight[:, None]),
            exposure=np.ascontiguousarray(np.where(seen, moved, 0.0)),
            weight=panel.weight,
        )

    @cached_property
    def plain(self) -> bool:
        """Whether every unit is seen in every comparison and all weigh one: then sums by label are all one needs."""
        return bool((self.seen == 1).all())

    def contrast(self, n_periods: int) -> Floats:
        """Return how compared changes follow from outcomes that are all observed, (T, K)."""
        contrast, pairs = np.zeros((n_periods, len(self.base))), np.arange(len(self.base))
        contrast[self.period, pairs], contrast[self.base, pairs] = 1.0, -1.0
        return contrast

    @property
    def compared(self) -> Mask:
        """Whether each comparison has a unit observed on both sides under the actual assignment, (K,)."""
        sides = (side[self.labels] * self.seen for side in (self.treats, self.controls))
        treated, control = ((side > 0).any(axis=0) for side in sides)
        return np.asarray(treated & control)

    def changes(self, wide: Floats) -> Floats:
        """Return the compared changes of outcomes (..., T), zero where a period is missing: (..., K)."""
        return np.nan_to_num(wide[..., self.period] - wide[..., self.base])

    @one_thread()
    def evaluate(
        self,
        labels: Integers,
        changes: Floats,
        *,
        leverage: float = 0.0,
        shares: Shares = "estimated",
        slopes: bool = False,
        by_period: ByPeriod | None = None,
    ) -> Quadratic:
        """Return effects and variances of every outcome under every assignment.

        Parameters
        ----------
        labels : ndarray of int, (P, N)
        changes : ndarray, (N, S, K)
            Compared changes; with ``by_period`` the outcomes (N, S, T) themselves.
        leverage : {0, 0.5, 1}
            Power of one minus one over the units of a side by which residuals are divided: 0 for the plain sum of squares,
            0.5 for the unbiased one (CRV2), 1 for leave-one-out deviations (CRV3).
        shares : {"estimated", "fixed"}
            Whether the variance counts cohorts' sizes as drawn with the sample, or as given.
        slopes : bool
            Also compute what taking a constant effect out does; else these are zero.
        by_period : ByPeriod, optional
            For a `plain` design: there are fewer periods than comparisons.

        References
        ----------
        Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), eqs. 3.4 and 4.1.
        """
        if slopes:
            moved = self.exposure if by_period is None else by_period.exposed
            changes = np.concatenate([changes, moved[:, None, :]], axis=1)
        contrast = None if by_period is None else by_period.contrast
        every = ComparedChanges(changes, contrast, slopes=slopes)
        return self.evaluate_every(labels, every, leverage=leverage, shares=shares)

    @one_thread()
    def evaluate_every(
        self,
        labels: Integers,
        every: ComparedChanges,
        *,
        leverage: float = 0.0,
        shares: Shares = "estimated",
    ) -> Quadratic:
        """Do the same from changes, and the exposure, that may be asked again."""
        width = max(1, MOST // len(self.labels))
        blocks = (
            [labels]
            if len(labels) <= width
            else [labels[i : i + width] for i in range(0, len(labels), width)]
        )
        parts = [self._sums(block, every, leverage, shares) for block in blocks]
        effect, variance, cross = (
            np.concatenate(part, axis=1) for part in zip(*parts, strict=True)
        )
        nothing = np.zeros(len(labels))
        slopes, n_outcomes = every.slopes, every.n_outcomes
        return Quadratic(
            effect=effect[:n_outcomes],
            variance=np.maximum(variance[:n_outcomes], 0.0),
            cross=cross[:n_outcomes],
            slope=effect[-1] if slopes else nothing,
            slope_variance=variance[-1] if slopes else nothing,
        )

    def _sums(
        self, labels: Integers, changes: ComparedChanges, leverage: float, shares: Shares
    ) -> tuple[Floats, Floats, Floats]:
        """Effects, variances and covariances with the last outcome, each (S, P)."""
        sides = self.sides(labels)
        both = changes.both_sides(sides)
        variance, cross = np.zeros((2, *both.overall.shape))
        from_sums = self.plain and sides.counts_alike
        for code in range(len(self.cohorts)):
            if not (self.treats[code] + self.controls[code]).any():
                continue  # neither treated nor a control in any comparison, such as a lead of another cohort
            loading = both.loading(code, leverage=leverage, estimated=shares == "estimated")
            added = (
                squares_from_sums(sides.members(code), changes.values, loading, changes.contrast)
                if from_sums
                else squares_by_unit(sides, code, changes, loading, leverage)
            )
            variance += added[0]
            cross += added[1]
        return both.overall, variance, cross

    def sides(self, labels: Integers) -> Sides:
        """Count both sides under assignments (P, N), once for all outcomes."""
        return self.counted.of(labels, "sides", lambda: Sides.of(self, labels))

    @cached_property
    def actual(self) -> Integers:
        """The actual assignment as one of many, (1, N)."""
        return self.labels[None]

    def own_weights(
        self, labels: Integers | None = None, *, average: Averaging = "cells"
    ) -> Floats:
        """Return the weight of each unit's own changes in the overall effect, (N, K); of each assignment (P, N, K)."""
        chosen = self.actual if labels is None else labels
        sides = self.sides(chosen)
        sides = replace(sides, share=self._averaged(sides.share, average))
        by_label = np.stack(
            [sides.own_weight(code, 0.0) for code in range(len(self.cohorts))], axis=1
        )
        n_assigned, n_labels, n_pairs = by_label.shape
        place = np.arange(n_assigned)[:, None] * n_labels + chosen
        own = np.take(by_label.reshape(n_assigned * n_labels, n_pairs), place, axis=0)
        own *= self.seen
        return np.asarray(own[0] if labels is None else own)

    def _averaged(self, share: Floats, average: Averaging) -> Floats:
        """Turn shares by cohort size (P, K) into those of another average: of cohorts' averages, or of event times' ones."""
        if average == "cells":
            return share
        if average == "cohort":
            group = np.argmax(self.treats, axis=0)
            size = share / np.maximum((share > 0).astype(float) @ (group[:, None] == group), 1)
        else:
            together = self.event[:, None] == self.event
            size = share / np.where(share > 0, share @ together, 1)
        return np.asarray(size / size.sum(axis=1, keepdims=True))


def _pairs(
    panel: Panel, estimator: CallawaySantAnna, cohorts: Floats, lead: int | None
) -> Iterator[tuple[int, int, int]]:
    """Yield (label, base period, later period) of each comparison that has a control in the actual assignment."""
    times = panel.times
    for code, cohort in enumerate(cohorts[:-1]):
        before = np.flatnonzero(times + estimator.anticipation < cohort)
        if not before.size:
            continue
        wanted = times >= cohort if lead is None else times == cohort + lead
        for period in np.flatnonzero(wanted & (np.arange(len(times)) != before[-1])):
            side = np.isinf(cohorts)
            if estimator.control_group == "not_yet_treated":
                until = times[max(before[-1], period)]
                side = side | (cohorts > until + estimator.anticipation)
            side[code] = False
            if np.isin(panel.cohort, cohorts[side]).any():
                yield code, int(before[-1]), int(period)
