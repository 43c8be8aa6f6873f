"""Switchers of a dose that goes up and down, each compared with units that had its first dose and have not left it yet.

Unit i has the dose D_i1 at first and leaves it at F_i. Effect l is its change from F_i - 1 to F_i - 1 + l, less that of the
units that still have the same first dose then, with the sign of its first change of dose; placebo l goes as many periods
backwards, with the switchers and controls of effect l. Switchers with the same first dose, date and dose at that date are a
cohort, and in the variance each unit deviates from the mean of its cohort or of its controls, times sqrt(n/(n-1)).

References
----------
de Chaisemartin and D'Haultfoeuille (2024), Review of Economics and Statistics, eqs. 4-6 and web appendix; their package
DIDmultiplegtDYN.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.covariance.small_sample import cluster_factor

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class DosePaths:
    """Doses of N units in T periods, and what follows from them.

    Attributes
    ----------
    dose : ndarray, (N, T)
    first_switch : ndarray of int, (N,)
        Place of the first period with another dose than the first; a very large number for none.
    """

    dose: Floats
    first_switch: Integers

    @classmethod
    def of(cls, dose: Floats) -> "DosePaths":
        """Find the first switches."""
        moved = dose != dose[:, :1]
        return cls(dose, np.where(moved.any(axis=1), moved.argmax(axis=1), NEVER))

    def cohorts(self) -> Iterator[tuple[int, Mask, Mask, float]]:
        """Yield each cohort's first switch, its units, those with its first dose, and the sign of its first change."""
        switched = np.flatnonzero(self.first_switch < NEVER)
        start = self.dose[:, 0]
        at = self.dose[switched, self.first_switch[switched]]
        keys = np.column_stack([start[switched], self.first_switch[switched], at])
        every, member = np.unique(keys, axis=0, return_inverse=True)
        for place, (baseline, first, then) in enumerate(every):
            mine = np.zeros(len(self.dose), dtype=bool)
            mine[switched[member.ravel() == place]] = True
            yield int(first), mine, start == baseline, float(np.sign(then - baseline))


@dataclass(frozen=True)
class SwitcherEffects:
    """Effects and placebos of k lengths.

    Attributes
    ----------
    length : ndarray of int, (k,)
        l for effects, -l for placebos, ascending.
    values : ndarray, (k,)
    scores : ndarray, (N, k)
    size, n_treated, n_control : ndarray, (k,)
        Weight of the switchers behind each, and numbers of switchers and of units compared with.
    dose, cumulative_dose : ndarray, (k,)
        Mean dose beyond the first at that length, and summed up to it, each with the sign of the switch; of a placebo those of
        its effect.
    """

    length: Integers
    values: Floats
    scores: Floats
    size: Floats
    n_treated: Floats
    n_control: Floats
    dose: Floats
    cumulative_dose: Floats


@dataclass(frozen=True)
class _Comparison:
    """One cohort at one length: its switchers and controls, their change, and the switchers' sign."""

    length: int
    mine: Mask
    theirs: Mask
    change: Floats
    sign: float
    effect_at: int


def switcher_effects(
    outcome: Floats,
    paths: DosePaths,
    weight: Floats,
    *,
    effects: int | None,
    placebos: int | None,
    same: bool,
    ignore_single: bool,
) -> SwitcherEffects | None:
    """Estimate from outcomes (N, T), NaN where not observed; None where nothing can be compared."""
    found: dict[int, list[_Comparison]] = {}
    for first, mine, alike, sign in paths.cohorts():
        made = list(_of_cohort(outcome, paths, first, mine, alike, sign))
        if same and max((each.length for each in made), default=0) < (effects or 0):
            continue
        for each in made:
            most = effects if each.length > 0 else placebos
            if most is None or abs(each.length) <= most:
                found.setdefault(each.length, []).append(each)
    if not any(length > 0 for length in found):
        return None
    lengths = sorted(found)
    columns = [
        _averaged(found[each], paths, weight, ignore_single=ignore_single) for each in lengths
    ]
    value, score, size, n_treated, n_control, dose, total = zip(*columns, strict=True)
    numbers = (np.array(each) for each in (size, n_treated, n_control, dose, total))
    return SwitcherEffects(np.array(lengths), np.array(value), np.array(score).T, *numbers)


def _of_cohort(
    outcome: Floats, paths: DosePaths, first: int, mine: Mask, alike: Mask, sign: float
) -> Iterator[_Comparison]:
    base = first - 1
    seen = ~np.isnan(outcome)
    for at in range(first, outcome.shape[1]):
        length = at - base
        still = alike & (paths.first_switch > at)
        for number, other in ((length, at), (-length, base - length)):
            if other < 0:
                continue
            known = seen[:, other] & seen[:, base] & seen[:, at]
            if (mine & known).any() and (still & known).any():
                change = np.where(known, outcome[:, other] - outcome[:, base], 0.0)
                yield _Comparison(number, mine & known, still & known, change, sign, at)


def _averaged(
    compared: list[_Comparison], paths: DosePaths, weight: Floats, *, ignore_single: bool
) -> tuple[float, Floats, float, int, int, float, float]:
    """Average comparisons of one length by their switchers: value, scores, weight, counts, and doses."""
    size = np.array([weight[each.mine].sum() for each in compared])
    share = size / size.sum()
    value, dose, total = 0.0, 0.0, 0.0
    score = np.zeros(len(weight))
    for part, each in zip(share, compared, strict=True):
        own, others = (
            np.average(each.change[s], weights=weight[s]) for s in (each.mine, each.theirs)
        )
        value += part * each.sign * (own - others)
        score += (
            part * each.sign * _deviations(each, weight, own, others, ignore_single=ignore_single)
        )
        beyond = each.sign * (paths.dose - paths.dose[:, :1])[each.mine]
        first = each.effect_at - abs(each.length) + 1
        mine = weight[each.mine]
        dose += part * np.average(beyond[:, each.effect_at], weights=mine)
        total += part * np.average(beyond[:, first : each.effect_at + 1].sum(axis=1), weights=mine)
    treated = np.any([each.mine for each in compared], axis=0).sum()
    control = sum(int(each.theirs.sum()) for each in compared)
    return value, score, float(size.sum()), int(treated), control, dose, total


def _deviations(
    each: _Comparison, weight: Floats, own: float, others: float, *, ignore_single: bool
) -> Floats:
    """Scores (N,) of one comparison; a side of one unit deviates from the mean of both, or counts nothing."""
    mine, theirs = (weight * side / weight[side].sum() for side in (each.mine, each.theirs))
    pooled = np.average(each.change, weights=weight * (each.mine | each.theirs))
    n_both = int(each.mine.sum() + each.theirs.sum())
    score = np.zeros(len(weight))
    for side, mean, sign in ((each.mine, own, mine), (each.theirs, others, -theirs)):
        n = int(side.sum())
        centre, count = (mean, n) if n > 1 else (pooled, n_both)
        scale = 0.0 if n == 1 and ignore_single else np.sqrt(cluster_factor(count))
        score += sign * scale * (each.change - centre)
    return score
