"""What every unit contributes to estimates that are weights of its outcomes, and its score, under many assignments."""

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import SPARSE, where_inside
from impact.one_thread import one_thread

CHUNK = 2_000_000  # numbers held at once


@one_thread()
def contributions(
    weights: Floats,
    labels: Integers,
    outcomes: Floats,
    seen: Mask,
    *,
    weight: Floats | None = None,
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
    """
    direct = (weights.swapaxes(0, 1) @ outcomes.swapaxes(1, 2)).swapaxes(0, 1)
    scores = direct.copy()
    for code in range(int(labels.max()) + 1):
        inside = labels == code
        members = inside * (1.0 if weight is None else weight)
        mean = period_means(members, outcomes, seen)
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
