"""Randomization inference for the overall effect: what if other firms had been chosen for the same fairs?

Nobody randomised here, so this is a permutation test: its p-value is exact if, within strata, any firm was as likely as any
other to be in each cohort; studentising makes it approximately right when variances differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.callaway_santanna import CallawaySantAnna
from impact.estimators.linear import as_panel
from impact.inference.strata import permutation_strata
from impact.moments import PathMoments
from impact.terms import CONFIDENCE_LEVEL

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TIE = 1e-9  # relative; statistics this close count as equal
MOST_ASSIGNMENTS = 20_000  # enumerate all assignments up to this many
CHUNK_CELLS = 4_000_000  # draws x units x comparisons held in memory at once
FARTHEST = 60.0  # standard errors at which an interval is declared unbounded
BISECTIONS = 40


@dataclass(frozen=True)
class RandomizationResult:
    """Permutation test and interval of the overall effect.

    ``critical_value`` is the level-quantile of the permuted |t| with the estimated effect removed. An infinite end of the
    interval means that no effect that large is rejected.
    """

    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    critical_value: float
    draws: int
    enumerated: bool
    n_strata: int
    level: float
    why: str = "cohort labels permuted within strata; studentised; interval by inversion under a constant effect"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an infinite end is None."""
        values = dict(vars(self))
        return {
            name: None if isinstance(v, float) and not np.isfinite(v) else v
            for name, v in values.items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "RandomizationResult":
        """Read what `to_dict` wrote."""
        ends: dict[str, Any] = {"conf_low": -np.inf, "conf_high": np.inf}
        complete: dict[str, Any] = {k: ends.get(k) if v is None else v for k, v in values.items()}
        return cls(**complete)


@dataclass(frozen=True)
class RandomizationInference:
    """Test and interval by permuting cohort labels over units within strata.

    Parameters
    ----------
    draws : int
        Random permutations, beside the actual assignment; all are enumerated when there are few.
    seed : int
    level : float

    Assumes
    -------
    Within strata, cohort labels are exchangeable over units; for the interval, one constant effect.

    References
    ----------
    Chung and Romano (2013), Annals of Statistics 41(2), on studentising; Imbens and Rubin (2015), ch. 5.
    """

    draws: int = 1999
    seed: int = 2012
    level: float = CONFIDENCE_LEVEL

    def test(
        self, data: Panel | PathMoments, estimator: CallawaySantAnna | None = None
    ) -> RandomizationResult:
        """Test the overall effect (post-treatment cells by cohort size) of a Callaway-Sant'Anna estimator.

        Raises
        ------
        NotAvailableError
            With clusters above the unit, or a treatment of gaps other than pairs; from moments, which hold no unit.
        """
        panel = as_panel(data, who="RandomizationInference", needs="each unit's path")
        estimator = estimator or CallawaySantAnna()
        if panel.sample.n_clusters != panel.n_units or estimator.missing != "pairs":
            raise NotAvailableError(
                "randomization inference permutes single units over pairs of periods; it is not available with clusters "
                "above the unit or another rule for gaps"
            )
        strata = permutation_strata(panel)
        statistic = _Statistic.of(panel, estimator)
        observed = statistic.of_labels(statistic.labels[None])
        labels, enumerated = self._assignments(statistic.labels, strata)
        permuted = statistic.in_chunks(labels)
        return self._result(
            observed, permuted, enumerated=enumerated, n_strata=len(np.unique(strata))
        )

    def _assignments(self, labels: Integers, strata: Integers) -> tuple[Integers, bool]:
        groups = [np.flatnonzero(strata == code) for code in np.unique(strata)]
        if _count(labels, groups) <= MOST_ASSIGNMENTS:
            return np.array(list(_enumerate(labels, groups))), True
        generator = np.random.default_rng(np.random.SeedSequence([self.seed, 1]))
        drawn = np.broadcast_to(labels, (self.draws, len(labels))).copy()
        for members in groups:
            drawn[:, members] = generator.permuted(drawn[:, members], axis=1)
        return drawn, False

    def _result(
        self, observed: "_Quadratic", permuted: "_Quadratic", *, enumerated: bool, n_strata: int
    ) -> RandomizationResult:
        added = 0 if enumerated else 1  # the actual assignment is among the enumerated ones

        def p_value(effect: float) -> float:
            actual = np.abs(observed.t(effect))[0]
            beyond = np.abs(permuted.t(effect)) >= actual * (1 - TIE)
            return float((beyond.sum() + added) / (len(beyond) + added))

        estimate, std_error = float(observed.effect[0]), float(np.sqrt(observed.variance[0]))
        low, high = (
            _inverted(p_value, estimate, std_error * side, alpha=1 - self.level) for side in (-1, 1)
        )
        without_effect = np.abs(permuted.t(estimate))
        return RandomizationResult(
            estimate=estimate,
            std_error=std_error,
            p_value=p_value(0.0),
            conf_low=low,
            conf_high=high,
            critical_value=float(np.quantile(without_effect, self.level)),
            draws=len(permuted.effect),
            enumerated=enumerated,
            n_strata=n_strata,
            level=self.level,
        )


@dataclass(frozen=True)
class _Quadratic:
    """Statistics of R assignments after removing an effect d from the treated: estimate a - d b, variance v - 2 d c + d2 e."""

    effect: Floats
    effect_slope: Floats
    variance: Floats
    cross: Floats
    variance_slope: Floats

    def t(self, effect: float) -> Floats:
        variance = self.variance - 2 * effect * self.cross + effect**2 * self.variance_slope
        scale = np.sqrt(np.maximum(variance, 1e-300))
        return np.asarray((self.effect - effect * self.effect_slope) / scale)


@dataclass(frozen=True)
class _Statistic:
    """The overall effect as a function of cohort labels (N,), for K post-treatment comparisons.

    ``change`` and ``exposure`` (N, K) are each unit's change of outcome and of actual exposure over a comparison's two
    periods, zero where not ``seen``; ``treats`` and ``controls`` (L, K) say which labels are on which side.
    """

    labels: Integers
    change: Floats
    exposure: Floats
    seen: Floats
    weight: Floats
    treats: Floats
    controls: Floats

    @classmethod
    def of(cls, panel: Panel, estimator: CallawaySantAnna) -> "_Statistic":
        cohorts = np.append(panel.cohorts, np.inf)
        labels = np.searchsorted(cohorts, panel.cohort)
        wide, times = panel.wide, panel.times
        exposed = (times >= panel.cohort[:, None]).astype(float)
        pairs, treats, controls = [], [], []
        for cohort in cohorts[:-1]:
            before = np.flatnonzero(times + estimator.anticipation < cohort)
            if not before.size:
                continue
            for period in np.flatnonzero(times >= cohort):
                side = np.isinf(cohorts)
                if estimator.control_group == "not_yet_treated":
                    side = side | (cohorts > times[period] + estimator.anticipation)
                if (panel.cohort[:, None] == cohorts[side]).any():
                    pairs.append((before[-1], period))
                    treats.append(cohorts == cohort)
                    controls.append(side)
        base, period = np.array(pairs).T
        change = wide[:, period] - wide[:, base]
        seen = ~np.isnan(change)
        return cls(
            labels=labels.astype(np.int64),
            change=np.where(seen, change, 0.0),
            exposure=np.where(seen, exposed[:, period] - exposed[:, base], 0.0),
            seen=seen * panel.weight[:, None],
            weight=panel.weight,
            treats=np.array(treats, dtype=float).T,
            controls=np.array(controls, dtype=float).T,
        )

    def in_chunks(self, labels: Integers) -> _Quadratic:
        """Evaluate many assignments (R, N) without holding all their scores."""
        size = max(1, CHUNK_CELLS // self.change.size)
        parts = [self.of_labels(labels[i : i + size]) for i in range(0, len(labels), size)]
        return _Quadratic(
            *(
                np.concatenate(column)
                for column in zip(*(vars(p).values() for p in parts), strict=True)
            )
        )

    def of_labels(self, labels: Integers) -> _Quadratic:
        """Evaluate assignments (R, N)."""
        treated = self.treats[labels] * self.seen
        control = self.controls[labels] * self.seen
        n_treated, n_control = (
            treated.sum(axis=1, keepdims=True),
            control.sum(axis=1, keepdims=True),
        )
        usable = (n_treated > 0) & (n_control > 0)
        treated = treated / np.where(n_treated > 0, n_treated, 1)
        control = control / np.where(n_control > 0, n_control, 1)
        size = np.einsum("rnl,n->rl", np.eye(len(self.treats))[labels], self.weight) @ self.treats
        share = size[:, None, :] * usable
        total = share.sum(axis=2, keepdims=True)
        share = share / total
        member = self.treats[labels] * usable * self.weight[:, None]
        effect, scores = zip(
            *(
                self._effect(values, treated, control, share, member / total)
                for values in (self.change, self.exposure)
            ),
            strict=True,
        )
        return _Quadratic(
            effect=effect[0],
            effect_slope=effect[1],
            variance=(scores[0] ** 2).sum(axis=1),
            cross=(scores[0] * scores[1]).sum(axis=1),
            variance_slope=(scores[1] ** 2).sum(axis=1),
        )

    @staticmethod
    def _effect(
        values: Floats, treated: Floats, control: Floats, share: Floats, member: Floats
    ) -> tuple[Floats, Floats]:
        """Overall effect (R,) and unit scores (R, N), estimated cohort shares included."""
        means = [np.einsum("rnk,nk->rk", side, values)[:, None, :] for side in (treated, control)]
        att = means[0] - means[1]
        overall = (share * att).sum(axis=2)
        own = treated * (values - means[0]) - control * (values - means[1])
        scores = (own * share).sum(axis=2) + (member * (att - overall[:, :, None])).sum(axis=2)
        return overall[:, 0], scores


def _inverted(
    p_value: Callable[[float], float], estimate: float, step: float, *, alpha: float
) -> float:
    """Return the end of the set of effects not rejected, walking from the estimate in the direction of ``step``."""
    inside, width = estimate, step
    while p_value(estimate + width) > alpha:
        inside = estimate + width
        width *= 1.5
        if abs(width) > FARTHEST * abs(step):
            return float(np.inf * np.sign(step))
    outside = estimate + width
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) > alpha else (inside, middle)
    return float(inside)


def _count(labels: Integers, groups: list[Integers]) -> int:
    """Return how many distinct assignments there are, or a number above the limit."""
    total = 1
    for members in groups:
        left = len(members)
        for size in np.bincount(labels[members]):
            total *= comb(left, int(size))
            left -= int(size)
            if total > MOST_ASSIGNMENTS:
                return total
    return total


def _enumerate(labels: Integers, groups: list[Integers]) -> Iterator[Integers]:
    """Yield every distinct assignment of labels within groups."""
    if not groups:
        yield labels.copy()
        return
    members = groups[0]
    for arranged in _arrangements(labels[members]):
        changed = labels.copy()
        changed[members] = arranged
        yield from _enumerate(changed, groups[1:])


def _arrangements(values: Integers) -> Iterator[Integers]:
    kinds, sizes = np.unique(values, return_counts=True)
    if len(kinds) == 1:
        yield values
        return
    for chosen in combinations(range(len(values)), int(sizes[0])):
        at = np.array(chosen)
        rest = np.delete(np.arange(len(values)), at)
        for others in _arrangements(np.repeat(kinds[1:], sizes[1:])):
            arranged = np.empty_like(values)
            arranged[at], arranged[rest] = kinds[0], others
            yield arranged
