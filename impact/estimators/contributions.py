"""What every unit contributes to estimates that are weights of its outcomes, and its score, under many assignments."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import SPARSE, where_inside
from impact.one_thread import one_thread

CHUNK = 2_000_000  # numbers held at once


@dataclass(frozen=True)
class StratumMeans:
    """Untreated units' means by stratum and period under P assignments, to be taken out of every unit's outcomes.

    Attributes
    ----------
    place : ndarray of int, (N,)
        Each unit's stratum among C.
    mean : ndarray, (P, C, S, T)
    seen : ndarray of bool, (N, T)
    """

    place: Integers
    mean: Floats
    seen: Mask

    @classmethod
    def of(cls, stratum: Integers, untreated: Mask, outcomes: Floats, seen: Mask) -> "StratumMeans":
        """Average outcomes (N, S, T) over the untreated (P, N) of each stratum (N,)."""
        codes, place = np.unique(stratum, return_inverse=True)
        means = [
            period_means(untreated[:, mine].astype(float), outcomes[mine], seen[mine])
            for mine in place == np.arange(len(codes))[:, None]
        ]
        return cls(place, np.stack(means, axis=1), seen)

    def take_from(self, parts: Floats, weights: Floats) -> None:
        """Take weights (P, N, T) of the means out of units' parts (P, N, S), in place."""
        for code in range(self.mean.shape[1]):
            mine = np.flatnonzero(self.place == code)
            parts[:, mine] -= weights[:, mine] @ self.mean[:, code].swapaxes(1, 2)

    def average(self, inside: Floats) -> Floats:
        """Average the means over members (P, N), where these are seen: (P, S, T)."""
        count = np.stack(
            [
                inside[:, self.place == code] @ self.seen[self.place == code]
                for code in range(self.mean.shape[1])
            ],
            axis=1,
        )
        every = count.sum(axis=1)
        total = np.einsum("pct,pcst->pst", count, self.mean)
        return np.asarray(total / np.where(every > 0, every, 1)[:, None, :])


@one_thread()
def contributions(
    weights: Floats,
    labels: Integers,
    outcomes: Floats,
    seen: Mask,
    *,
    weight: Floats | None = None,
    less: StratumMeans | None = None,
) -> tuple[Floats, Floats]:
    """Return every unit's part of the estimates and its score, each (P, N, S).

    Parameters
    ----------
    weights : ndarray, (P, N, T)
    labels : ndarray of int, (P, N)
    outcomes : ndarray, (N, S, T)
    seen : ndarray of bool, (N, T)
    weight : ndarray, (N,), optional
        Of the units, in the means by label and period.
    less : StratumMeans, optional
        Taken out of the outcomes first; not together with ``weight``.
    """
    direct = (weights.swapaxes(0, 1) @ outcomes.swapaxes(1, 2)).swapaxes(0, 1)
    if less is not None:
        less.take_from(direct, weights)
    scores = direct.copy()
    for code in range(int(labels.max()) + 1):
        inside = labels == code
        members = inside * (1.0 if weight is None else weight)
        mean = period_means(members, outcomes, seen)
        if less is not None:
            mean -= less.average(members)
        _take_mean(scores, weights, inside, mean)
    return direct, scores


def _take_mean(scores: Floats, weights: Floats, inside: Mask, mean: Floats) -> None:
    """Take weights (P, N, T) of the mean (P, S, T) out of members' scores (P, N, S), in place."""
    if len(inside) == 1:
        members = np.flatnonzero(inside[0])
        scores[0, members] -= weights[0, members] @ mean[0].T
        return
    if inside.mean() > SPARSE:
        scores -= inside[:, :, None] * (weights @ mean.swapaxes(1, 2))
        return
    assigned, unit = where_inside(inside)
    width = max(1, CHUNK // mean[0].size)
    for start in range(0, len(unit), width):
        p, n = assigned[start : start + width], unit[start : start + width]
        scores[p, n] -= np.einsum("mt,mst->ms", weights[p, n], mean[p])


def period_means(inside: Floats, outcomes: Floats, seen: Mask) -> Floats:
    """Means (P, S, T) by period over members (P, N), weighted, of outcomes (N, S, T), zero where not ``seen``."""
    total = (inside @ outcomes.reshape(len(outcomes), -1)).reshape(-1, *outcomes.shape[1:])
    count = inside @ seen
    return np.asarray(total / np.where(count > 0, count, 1)[:, None, :])
