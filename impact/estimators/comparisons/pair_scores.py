"""Scores of a rare label's units under many assignments, as one sparse matrix that every outcome is multiplied with.

The score of unit i under assignment p is ``sum_k own_pk seen_ik (change_ik - mean_pk) + weight_i constant_p``: linear in the
changes of the label's units, the means of the sides and the constants. Its coefficients do not depend on the outcome, so they
are laid out once, over the comparisons that the label is part of and the units that ever have it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import where_inside

FEW = 2  # outcomes up to which laying out what they share costs more than it saves
BLOCK = 4096  # pairs scored at once where nothing is laid out: what stays near the processor


@dataclass(frozen=True)
class PairScores:
    """Scores of m pairs of a unit and an assignment in which it has the label, from stacked changes, means and constants.

    Attributes
    ----------
    coefficients : sparse array, (m, U k + P k + P)
        Over the changes of U units, the means under P assignments, both over k comparisons, and the constants.
    sums : sparse array, (P, m)
        One where the pair is of the assignment.
    units : ndarray of int, (U,)
        Who has the label under any of them.
    compared : ndarray of int, (k,)
        Comparisons that the label is part of.
    """

    coefficients: Any
    sums: Any
    units: Integers
    compared: Integers

    @classmethod
    def of(cls, inside: Mask, own: Floats, seen: Floats, weight: Floats) -> "PairScores":
        """Lay out coefficients.

        Parameters
        ----------
        inside : ndarray of bool, (P, N)
            Who has the label under each assignment.
        own : ndarray, (P, K)
            Weight of a unit's own change in its score.
        seen : ndarray, (N, K)
            The unit's weight where it is observed in both periods, else zero.
        weight : ndarray, (N,)
        """
        from scipy.sparse import csr_array

        units, compared = np.flatnonzero(inside.any(axis=0)), np.flatnonzero((own != 0).any(axis=0))
        place, assigned = np.nonzero(inside[:, units].T)
        n_units, n_compared, n_assigned, n_scored = (
            len(units),
            len(compared),
            len(inside),
            len(place),
        )
        weights = own[np.ix_(assigned, compared)] * seen[np.ix_(units[place], compared)]
        each = np.arange(n_compared)
        columns = np.concatenate(
            [
                place[:, None] * n_compared + each,
                (n_units + assigned[:, None]) * n_compared + each,
                (n_units + n_assigned) * n_compared + assigned[:, None],
            ],
            axis=1,
        )
        data = np.concatenate([weights, -weights, weight[units[place], None]], axis=1)
        used = data != 0
        starts = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
        shape = (n_scored, (n_units + n_assigned) * n_compared + n_assigned)
        coefficients = csr_array((data[used], columns[used], starts), shape=shape)
        order = np.argsort(assigned, kind="stable")
        begins = np.searchsorted(assigned[order], np.arange(n_assigned + 1))
        sums = csr_array((np.ones(n_scored), order, begins), shape=(n_assigned, n_scored))
        return cls(coefficients, sums, units, compared)

    def squares(self, changes: Floats, mean: Floats, constant: Floats) -> tuple[Floats, Floats]:
        """Sum squared scores, and their products with the last outcome's, each (S, P).

        Parameters
        ----------
        changes : ndarray, (N, K, S)
            Outcomes last, so that those of one comparison stand together.
        mean : ndarray, (P, S, K)
        constant : ndarray, (S, P)
        """
        n_outcomes = len(constant)
        mine = changes[self.units[:, None], self.compared].reshape(-1, n_outcomes)
        means = mean[:, :, self.compared].transpose(0, 2, 1).reshape(-1, n_outcomes)
        scores = self.coefficients @ np.concatenate([mine, means, constant.T])
        return (self.sums @ scores**2).T, (self.sums @ (scores * scores[:, -1:])).T


def squares_of_few(
    inside: Mask,
    changes: Floats,
    loading: tuple[Floats, Floats, Floats],
    seen: Floats,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """Sum the same of few outcomes, one by one, with nothing laid out for those to come.

    Parameters
    ----------
    inside : ndarray of bool, (P, N)
        Who has the label under each assignment.
    changes : ndarray, (N, K, S)
    loading : tuple of ndarray
        Weights of a unit's own change (P, K), means (P, S, K), constants (S, P).
    seen : ndarray, (N, K)
    weight : ndarray, (N,)
    """
    own, mean, constant = loading
    assigned, unit = where_inside(inside)
    compared = np.flatnonzero((own != 0).any(axis=0))
    own, seen = own[:, compared], seen[:, compared]
    scores = np.empty((len(constant), len(unit)))
    for s, constant_of in enumerate(constant):
        # what an assignment and what a unit bring to a score, such that it is their product
        of_assignment = np.column_stack([own, -own * mean[:, s, compared], constant_of])
        of_unit = np.column_stack([seen * changes[:, compared, s], seen, weight])
        for start in range(0, len(unit), BLOCK):
            some = slice(start, start + BLOCK)
            left = np.take(of_assignment, assigned[some], axis=0)
            scores[s, some] = np.einsum("mk,mk->m", left, np.take(of_unit, unit[some], axis=0))
    count = np.bincount(assigned, minlength=len(inside))
    starts = (np.cumsum(count) - count)[count > 0]
    squares, mixed = np.zeros((2, *constant.shape))
    squares[:, count > 0] = np.add.reduceat(scores**2, starts, axis=1)
    mixed[:, count > 0] = np.add.reduceat(scores * scores[-1], starts, axis=1)
    return squares, mixed
