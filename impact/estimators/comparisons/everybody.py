"""Scores of all units as if they had one label, a block of units and an outcome at a time; those that have it are kept."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.comparisons.loading import Loading

BLOCK = 100_000  # scores held at once: what stays near the processor
FEWEST_UNITS = (
    128  # of a block: with fewer, what assignments bring would be read from memory again and again
)


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
    """What units (S, N, 2K + 1) and assignments (S, 2K + 1, P) bring to scores, their products; and who counts, (N, P)."""

    of_units: Floats
    of_assignments: Floats
    inside: Floats

    @classmethod
    def of(
        cls, inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
    ) -> "_Everybody":
        """Lay them out in the order in which they are read."""
        n_units, n_outcomes, n_pairs = changes.shape
        of_units = np.empty((n_outcomes, n_units, 2 * n_pairs + 1))
        of_units[:, :, :n_pairs] = changes.swapaxes(0, 1) * weight[:, None]
        of_units[:, :, n_pairs:-1] = seen
        of_units[:, :, -1] = weight
        of_assignments = np.empty((n_outcomes, 2 * n_pairs + 1, len(inside)))
        of_assignments[:, :n_pairs] = loading.own.T
        of_assignments[:, n_pairs:-1] = (-loading.own[:, None] * loading.mean).transpose(1, 2, 0)
        of_assignments[:, -1] = loading.constant
        return cls(of_units, of_assignments, np.ascontiguousarray(inside.T, dtype=float))

    def scores(self, units: slice, outcome: int) -> Floats:
        """Return the scores (n, P) of some units, zero of a unit without the label."""
        scores = self.of_units[outcome, units] @ self.of_assignments[outcome]
        scores *= self.inside[units]
        return np.asarray(scores)
