"""Scores of all units as if they had one label, a block of units and an outcome at a time; those that have it are kept."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.comparisons.loading import Loading

BLOCK = 100_000  # scores held at once: what stays near the processor
FEWEST_UNITS = 128  # of a block: with fewer, assignments would be read from memory again and again


def squares_of_everybody(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Sum squared scores, and their products with the last outcome's, each (S, P), of the units that have a label.

    Parameters
    ----------
    inside : ndarray of bool, (P, N)
        Who has the label under each assignment.
    changes : ndarray, (N, S, K)
        Of few outcomes.
    loading : Loading
    seen : ndarray, (N, K)
        The unit's weight where it is observed in both periods, else zero.
    weight : ndarray, (N,)
    """
    everybody = _Everybody.of(inside, changes, loading, seen, weight)
    units = max(FEWEST_UNITS, BLOCK // len(inside))
    squares, mixed = np.zeros((2, *loading.constant.shape))
    for start in range(0, len(changes), units):
        some = slice(start, start + units)
        last = everybody.scores(some, -1)
        for outcome in range(changes.shape[1] - 1):
            scores = everybody.scores(some, outcome)
            squares[outcome] += np.einsum("np,np->p", scores, scores)
            mixed[outcome] += np.einsum("np,np->p", scores, last)
        squares[-1] += np.einsum("np,np->p", last, last)
    mixed[-1] = squares[-1]
    return squares, mixed


@dataclass(frozen=True)
class _Everybody:
    """What units (N, 2K + 1) and assignments (S, 2K + 1, P) bring to an outcome's scores, their product; who counts, (N, P)."""

    changes: Floats
    seen: Floats
    weight: Floats
    of_assignments: Floats
    inside: Floats

    @classmethod
    def of(
        cls, inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
    ) -> "_Everybody":
        """Lay out what assignments bring, in the order in which it is read."""
        n_outcomes, n_pairs = changes.shape[1:]
        of_assignments = np.empty((n_outcomes, 2 * n_pairs + 1, len(inside)))
        of_assignments[:, :n_pairs] = loading.own.T
        of_assignments[:, n_pairs:-1] = (-loading.own[:, None] * loading.mean).transpose(1, 2, 0)
        of_assignments[:, -1] = loading.constant
        everywhere = np.ascontiguousarray(inside.T, dtype=float)
        return cls(changes, seen, weight[:, None], of_assignments, everywhere)

    def scores(self, units: slice, outcome: int) -> Floats:
        """Return the scores (n, P) of some units, zero of a unit without the label."""
        weight = self.weight[units]
        of_units = [self.changes[units, outcome] * weight, self.seen[units], weight]
        scores = np.concatenate(of_units, axis=1) @ self.of_assignments[outcome]
        scores *= self.inside[units]
        return np.asarray(scores)
