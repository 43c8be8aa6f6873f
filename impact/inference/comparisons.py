"""The overall effect of Callaway and Sant'Anna for many assignments and many outcomes at once.

Permutation tests ask one outcome of thousands of assignments, simulations ask thousands of outcomes of one assignment, and
the size of a permutation test asks both. All three are matrix products over the same N x K changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.callaway_santanna import CallawaySantAnna
from impact.inference.members import Members, dense_members, members
from impact.terms import Averaging

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shares = Literal["estimated", "fixed"]
CHUNK = 2_000_000  # units x outcomes x assignments held at once
TINY = 1e-300
ALONE = 1e-12  # share of a residual left to a unit that is a side of its own: nothing to correct


@dataclass(frozen=True)
class Quadratic:
    """Overall effects and variances of S outcomes under P assignments, as functions of a constant effect d taken out.

    The estimate is ``effect - d slope``, its variance ``variance - 2 d cross + d^2 slope_variance``.

    Attributes
    ----------
    effect, variance, cross : ndarray, (S, P)
    slope, slope_variance : ndarray, (P,)
    """

    effect: Floats
    variance: Floats
    cross: Floats
    slope: Floats
    slope_variance: Floats

    def t(self, effect: float = 0.0) -> Floats:
        """Return t statistics (S, P) with a constant effect of that size taken out."""
        variance = self.variance - 2 * effect * self.cross + effect**2 * self.slope_variance
        return np.asarray((self.effect - effect * self.slope) / np.sqrt(np.maximum(variance, TINY)))


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

    @classmethod
    def of(
        cls, panel: Panel, estimator: CallawaySantAnna, *, lead: int | None = None
    ) -> "Comparisons":
        """List the comparisons of a panel after treatment, or those of one lead with the last period before treatment.

        Parameters
        ----------
        lead : int, optional
            Periods from treatment, negative: each cohort's change from its base to that period, which should be nil.

        Raises
        ------
        NotAvailableError
            With clusters above the unit, covariates, or another rule for gaps than pairs.
        """
        if (
            panel.sample.n_clusters != panel.n_units
            or estimator.missing != "pairs"
            or estimator.controls != "all"
        ):
            raise NotAvailableError(
                "exchanging single units over pairs of periods is not available with clusters above the unit, with "
                "adjustment for strata or with another rule for gaps; use CallawaySantAnna(missing='pairs')"
            )
        cohorts = np.append(panel.cohorts, np.inf)
        pairs = np.array(list(_pairs(panel, estimator, cohorts, lead)), dtype=np.int64).reshape(
            -1, 3
        )
        code, base, period = pairs.T
        controls = np.isinf(cohorts)[:, None] | np.zeros(len(code), dtype=bool)
        if estimator.control_group == "not_yet_treated":
            controls |= (
                cohorts[:, None] > panel.times[np.maximum(base, period)] + estimator.anticipation
            )
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
            treats=(np.arange(len(cohorts))[:, None] == code).astype(float),
            controls=controls.astype(float),
            seen=seen * panel.weight[:, None],
            exposure=np.where(seen, moved, 0.0),
            weight=panel.weight,
        )

    @property
    def plain(self) -> bool:
        """Whether every unit is seen in every comparison and all weigh one: then sums by label are all one needs."""
        return bool((self.seen == 1).all())

    def changes(self, wide: Floats) -> Floats:
        """Return the compared changes of outcomes (..., T), zero where a period is missing: (..., K)."""
        return np.nan_to_num(wide[..., self.period] - wide[..., self.base])

    def evaluate(
        self,
        labels: Integers,
        changes: Floats,
        *,
        leverage: float = 0.0,
        shares: Shares = "estimated",
        slopes: bool = False,
    ) -> Quadratic:
        """Return effects and variances of every outcome under every assignment.

        Parameters
        ----------
        labels : ndarray of int, (P, N)
        changes : ndarray, (N, S, K)
        leverage : {0, 0.5, 1}
            Power of one minus one over the units of a side by which residuals are divided: 0 for the plain sum of squares,
            0.5 for the unbiased one (CRV2), 1 for leave-one-out deviations (CRV3).
        shares : {"estimated", "fixed"}
            Whether the variance counts cohorts' sizes as drawn with the sample, or as given.
        slopes : bool
            Also compute what taking a constant effect out does; else these are zero.

        References
        ----------
        Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), eqs. 3.4 and 4.1.
        """
        n_outcomes = changes.shape[1]
        if slopes:
            changes = np.concatenate([changes, self.exposure[:, None, :]], axis=1)
        width = max(1, CHUNK // (len(self.labels) * (1 if self.plain else changes.shape[1])))
        parts = [
            self._assigned(labels[i : i + width], changes, leverage, shares)
            for i in range(0, len(labels), width)
        ]
        effect, variance, cross = (
            np.concatenate(part, axis=1) for part in zip(*parts, strict=True)
        )
        nothing = np.zeros(len(labels))
        return Quadratic(
            effect=effect[:n_outcomes],
            variance=np.maximum(variance[:n_outcomes], 0.0),
            cross=cross[:n_outcomes],
            slope=effect[-1] if slopes else nothing,
            slope_variance=variance[-1] if slopes else nothing,
        )

    def own_weights(
        self, labels: Integers | None = None, *, average: Averaging = "cells"
    ) -> Floats:
        """Return the weight of each unit's own changes in the overall effect, (N, K); of each assignment (P, N, K)."""
        chosen = self.labels[None] if labels is None else labels
        member = dense_members(chosen, len(self.cohorts))
        nothing = np.zeros((len(self.labels), 1, len(self.base)))
        sides = _Sides.of(self, member, nothing, n_assigned=len(chosen))
        sides = replace(sides, share=self._averaged(sides.share, average))
        by_label = np.stack([sides.own_weight(code, 0.0) for code in range(len(member))], axis=1)
        own = np.take_along_axis(by_label, chosen[:, :, None], axis=1) * self.seen
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

    def _assigned(
        self, labels: Integers, changes: Floats, leverage: float, shares: Shares
    ) -> tuple[Floats, Floats, Floats]:
        """Effect, variance and covariance with the last outcome, each (S, P)."""
        n_labels = len(self.cohorts)
        dense = [] if self.plain else dense_members(labels, n_labels)
        member: Sequence[Members] = dense or members(labels, n_labels)
        sides = _Sides.of(self, member, changes, n_assigned=len(labels))
        shape = sides.overall.shape
        variance, cross = np.zeros(shape), np.zeros(shape)
        for code, inside in enumerate(member):
            kept = self._involved(code)
            if not kept.size:
                continue  # neither treated nor a control in any comparison, such as a lead of another cohort
            own = sides.own_weight(code, leverage)[:, kept]
            constant = sides.constant(code) * (shares == "estimated")
            mean = sides.mean(code)[:, :, kept]
            moved = changes[:, :, kept]
            added = (
                self._squares(kept, dense[code], moved, own, constant, mean)
                if dense
                else _plain_squares(inside, moved, own, constant, mean)
            )
            variance += added[0]
            cross += added[1]
        return sides.overall, variance, cross

    def _involved(self, code: int) -> Integers:
        return np.flatnonzero(self.treats[code] + self.controls[code])

    def _squares(
        self,
        kept: Integers,
        inside: Floats,
        changes: Floats,
        own: Floats,
        constant: Floats,
        mean: Floats,
    ) -> tuple[Floats, Floats]:
        """Sum the squared scores of a label's units where gaps or weights make every unit its own case."""
        rows = np.flatnonzero(inside.any(axis=0))
        n_assigned, n_outcomes = mean.shape[:2]
        direct = changes[rows].reshape(-1, len(kept)) @ own.T
        scores = direct.reshape(len(rows), n_outcomes, n_assigned)
        scores *= (self.weight[rows])[:, None, None]
        centre = np.ascontiguousarray((own[:, None, :] * mean).transpose(2, 1, 0))
        scores -= (self.seen[np.ix_(rows, kept)] @ centre.reshape(len(kept), -1)).reshape(
            scores.shape
        )
        scores += self.weight[rows, None, None] * constant
        scores *= inside.T[rows][:, None, :]
        return (
            np.einsum("nsp,nsp->sp", scores, scores),
            np.einsum("nsp,np->sp", scores, scores[:, -1, :]),
        )


def _plain_squares(
    inside: Members, changes: Floats, own: Floats, constant: Floats, mean: Floats
) -> tuple[Floats, Floats]:
    """Sum a label's squared scores from sums alone: without gaps, own weights are the same for every assignment."""
    direct = changes @ own[0]
    middle = direct.mean(axis=0)  # taken out so that squares lose no digits
    direct = direct - middle
    shift = constant - (mean @ own[0]).T + middle[:, None]
    ones = np.ones((len(direct), 1))
    values = np.concatenate([direct, direct**2, direct * direct[:, -1:], ones], axis=1)
    total, own_squares, own_mixed, count = np.split(
        (inside @ values).T, np.cumsum([direct.shape[1]] * 3)
    )
    squares = own_squares + 2 * shift * total + count * shift**2
    mixed = own_mixed + shift * total[-1] + shift[-1] * total + count * shift * shift[-1]
    return squares, mixed


@dataclass(frozen=True)
class _Sides:
    """Means and counts of both sides of every comparison under P assignments.

    ``mean1, mean0`` (P, S, K); ``n1, n0, count1, count0`` (P, K) weights and units; ``share`` (P, K) of a comparison in the
    overall effect; ``total`` (P,) of the shares' sizes; ``overall`` (S, P).
    """

    design: Comparisons
    mean1: Floats
    mean0: Floats
    n1: Floats
    n0: Floats
    count1: Floats
    count0: Floats
    share: Floats
    total: Floats
    overall: Floats

    @classmethod
    def of(
        cls, design: Comparisons, member: Sequence[Members], changes: Floats, *, n_assigned: int
    ) -> "_Sides":
        n_outcomes, n_pairs = changes.shape[1:]
        weighted = changes * design.weight[:, None, None]
        sums = np.zeros((2, n_assigned, n_outcomes, n_pairs))
        counts, units = np.zeros((2, 2, n_assigned, n_pairs))
        size = np.zeros((n_assigned, n_pairs))
        ever = (design.seen > 0).astype(float)
        for code, inside in enumerate(member):
            for side, takes in enumerate((design.treats[code], design.controls[code])):
                at = np.flatnonzero(takes)
                if not at.size:
                    continue
                flat = weighted[:, :, at].reshape(len(weighted), -1)
                values = np.concatenate([flat, design.seen[:, at], ever[:, at]], axis=1)
                parts = np.split(inside @ values, [flat.shape[1], flat.shape[1] + at.size], axis=1)
                sums[side][:, :, at] += parts[0].reshape(n_assigned, n_outcomes, -1)
                counts[side][:, at] += parts[1]
                units[side][:, at] += parts[2]
            size += (inside @ design.weight[:, None]) * design.treats[code]
        usable = (counts[0] > 0) & (counts[1] > 0)
        share = size * usable
        total = share.sum(axis=1)
        share = share / np.where(total > 0, total, np.nan)[:, None]
        mean1, mean0 = (
            part / np.where(count > 0, count, 1)[:, None, :]
            for part, count in zip(sums, counts, strict=True)
        )
        overall = np.einsum("pk,psk->sp", share, mean1 - mean0)
        return cls(
            design, mean1, mean0, counts[0], counts[1], units[0], units[1], share, total, overall
        )

    def mean(self, code: int) -> Floats:
        """Mean of the side on which a label stands, (P, S, K)."""
        return np.where(self.design.treats[code] > 0, self.mean1, self.mean0)

    def own_weight(self, code: int, leverage: float) -> Floats:
        """Weight of a unit's own change in its score, (P, K): share over the side's count, signed, leverage corrected."""
        treats, controls = self.design.treats[code], self.design.controls[code]
        result = np.zeros_like(self.share)
        for sign, takes, count, units in (
            (1, treats, self.n1, self.count1),
            (-1, controls, self.n0, self.count0),
        ):
            part = takes * self.share / np.where(count > 0, count, 1)
            left = np.maximum(1 - 1 / np.maximum(units, 1), ALONE) ** leverage
            result += sign * np.where(takes > 0, part / left, 0.0)
        return result

    def constant(self, code: int) -> Floats:
        """What estimating cohort shares adds to the scores of a label's units, (S, P)."""
        usable = (self.share > 0) * self.design.treats[code]
        deviation = self.mean1 - self.mean0 - self.overall.T[:, :, None]
        return np.asarray(np.einsum("pk,psk->sp", usable, deviation) / self.total)


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
        for period in np.flatnonzero(wanted):
            side = np.isinf(cohorts)
            if estimator.control_group == "not_yet_treated":
                until = times[max(before[-1], period)]
                side = side | (cohorts > until + estimator.anticipation)
            if np.isin(panel.cohort, cohorts[side]).any():
                yield code, int(before[-1]), int(period)
