"""Scores of all units as if they had one label, a block of units and outcomes at a time; those that have it are kept."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.comparisons.loading import Loading

BLOCK = 100_000  # scores held at once: what stays near the processor
FEWEST_UNITS = 128  # of a block: with fewer, the means of all outcomes would be read from memory again and again


def squares_of_everybody(
    inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Sum squared scores, and their products with the last outcome's, each (S, P), of the units that have a label.

    Parameters
    ----------
    inside : ndarray of bool, (P, N)
        Who has the label under each assignment.
    changes : ndarray, (N, S, K)
    loading : Loading
    seen : ndarray, (N, K)
        The unit's weight where it is observed in both periods, else zero.
    weight : ndarray, (N,)
    """
    everybody = _Everybody.of(inside, changes, loading, seen, weight)
    n_units, n_outcomes = changes.shape[:2]
    units = max(FEWEST_UNITS, BLOCK // loading.constant.size)
    outcomes = max(1, BLOCK // (min(units, n_units) * len(inside)))
    squares, mixed = np.zeros((2, *loading.constant.shape))
    for start in range(0, n_units, units):
        some = slice(start, start + units)
        last = everybody.scores(some, slice(n_outcomes - 1, n_outcomes))[:, 0]
        for first in range(0, n_outcomes, outcomes):
            part = slice(first, first + outcomes)
            scores = everybody.scores(some, part)
            squares[part] += np.einsum("nsp,nsp->sp", scores, scores)
            mixed[part] += np.einsum("nsp,np->sp", scores, last)
    return squares, mixed


@dataclass(frozen=True)
class _Everybody:
    """What all units' scores are made of: changes (N, S, K), their weights (K, P), centres (K, S, P), who counts (N, 1, P)."""

    changes: Floats
    own: Floats
    centre: Floats
    constant: Floats
    seen: Floats
    weight: Floats | None  # none where all weigh one: a pass over the scores less
    inside: Floats

    @classmethod
    def of(
        cls, inside: Mask, changes: Floats, loading: Loading, seen: Floats, weight: Floats
    ) -> "_Everybody":
        """Lay them out in the order in which they are read."""
        centre = (loading.own[:, None, :] * loading.mean).transpose(2, 1, 0)
        return cls(
            changes,
            np.ascontiguousarray(loading.own.T),
            np.ascontiguousarray(centre),
            loading.constant,
            seen,
            None if (weight == 1).all() else weight,
            np.ascontiguousarray(inside.T, dtype=float)[:, None, :],
        )

    def scores(self, units: slice, outcomes: slice) -> Floats:
        """Return the scores (n, s, P) of some units and outcomes, zero of a unit without the label."""
        changes, constant = self.changes[units, outcomes], self.constant[outcomes]
        n_pairs, n_assigned = self.own.shape
        scores = (changes.reshape(-1, n_pairs) @ self.own).reshape(*changes.shape[:2], n_assigned)
        centre = self.centre[:, outcomes].reshape(n_pairs, -1)
        if self.weight is not None:
            weigh = self.weight[units, None, None]
            scores *= weigh
            constant = weigh * constant
        scores -= (self.seen[units] @ centre).reshape(scores.shape)
        scores += constant
        scores *= self.inside[units]
        return scores
