"""Squared scores of pairs of a unit and an assignment in which it has a label, summed by assignment.

The score of unit i under assignment p is ``sum_k own_pk seen_ik (change_ik - mean_pk) + weight_i constant_p``. Its first
part is, for one unit, a product of the assignments that it has the label under with its own changes; the rest is, for one
assignment, a product of the units with what they share. So two rows of small products make all scores, and neither the
scores of a unit nor those of an assignment leave the processor before they are summed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.comparisons.label_sums import where_inside
from impact.estimators.comparisons.loading import Loading

FEW = 2  # outcomes up to which laying out what they share costs more than it saves
BLOCK = 4096  # pairs scored at once where nothing is laid out: what stays near the processor
AT_ONCE = 4_000_000  # scores held at once


@dataclass(frozen=True)
class PairScores:
    """What scores of m pairs of a unit and one of P assignments are made of, whatever the outcome.

    Attributes
    ----------
    units, starts : ndarray of int, (U,) and (U + 1,)
        Who has the label under any of them, and where the unit's pairs start in the order of units.
    compared : slice
        Comparisons that the label is part of, k from the first to the last.
    own : ndarray, (m, k)
        Weight of a unit's own changes in its score, in the order of units.
    places, begins : ndarray of int, (m,) and (P + 1,)
        Where pairs in the order of assignments stand in that of units, and where an assignment's begin.
    centred : ndarray, (m, k)
        What multiplies the means of an assignment, in the order of assignments.
    weight : ndarray, (m, 1)
        Of the pairs' units, in that order.
    """

    units: Integers
    starts: Integers
    compared: slice
    own: Floats
    places: Integers
    begins: Integers
    centred: Floats
    weight: Floats

    @classmethod
    def of(cls, inside: Mask, own: Floats, seen: Floats, weight: Floats) -> "PairScores":
        """Lay them out.

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
        compared = np.flatnonzero((own != 0).any(axis=0))
        span = slice(compared[0], compared[-1] + 1) if len(compared) else slice(0, 0)
        assigned, unit = where_inside(inside)
        by_unit = np.argsort(unit, kind="stable")
        places = np.empty_like(by_unit)
        places[by_unit] = np.arange(len(by_unit))
        count = np.bincount(unit, minlength=inside.shape[1])
        units = np.flatnonzero(count)
        return cls(
            units=units,
            starts=np.append(0, np.cumsum(count[units])),
            compared=span,
            own=own[assigned[by_unit], span] * seen[unit[by_unit], span],
            places=places,
            begins=np.append(0, np.cumsum(np.bincount(assigned, minlength=len(inside)))),
            centred=-own[assigned, span] * seen[unit, span],
            weight=weight[unit, None],
        )

    def squares(self, changes: Floats, loading: Loading) -> tuple[Floats, Floats]:
        """Sum squared scores, and their products with the last outcome's, each (S, P).

        Parameters
        ----------
        changes : ndarray, (N, S, K)
        loading : Loading
        """
        n_outcomes, n_scored = changes.shape[1], len(self.own)
        squares, mixed = np.empty((2, len(self.begins) - 1, n_outcomes))
        of_last = np.empty(n_scored)
        at_once = max(1, AT_ONCE // max(n_scored, 1))
        for stop in range(n_outcomes, 0, -at_once):  # those of the last outcome come first
            some = slice(max(stop - at_once, 0), stop)
            for assigned, scores in enumerate(self._scores(changes, loading, some)):
                mine = slice(self.begins[assigned], self.begins[assigned + 1])
                if stop == n_outcomes:
                    of_last[mine] = scores[:, -1]
                mixed[assigned, some] = of_last[mine] @ scores
                squares[assigned, some] = np.einsum("ns,ns->s", scores, scores)
        return squares.T, mixed.T

    def _scores(self, changes: Floats, loading: Loading, outcomes: slice) -> Iterator[Floats]:
        """Yield the scores (n, s) of one assignment after the other."""
        constant = loading.constant[outcomes]
        moved = np.empty((len(self.own), len(constant)))
        for unit, (start, stop) in zip(self.units, pairwise(self.starts), strict=True):
            mine = changes[unit, outcomes, self.compared]
            np.dot(self.own[start:stop], mine.T, out=moved[start:stop])
        adds = constant.any()
        for assigned, (start, stop) in enumerate(pairwise(self.begins)):
            mean = loading.mean[assigned, outcomes, self.compared]
            scores = self.centred[start:stop] @ mean.T
            scores += moved[self.places[start:stop]]
            if adds:
                scores += self.weight[start:stop] * constant[:, assigned]
            yield scores


def squares_of_few(
    members: tuple[Integers, Integers],
    changes: Floats,
    loading: Loading,
    seen: Floats,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """Sum the same of few outcomes, one by one, with nothing laid out for those to come.

    Parameters
    ----------
    members : tuple of ndarray of int, (m,)
        Assignments and who has the label under each, in the order of assignments.
    changes : ndarray, (N, S, K)
    loading : Loading
    seen : ndarray, (N, K)
    weight : ndarray, (N,)
    """
    own, mean, constant = loading.own, loading.mean, loading.constant
    assigned, unit = members
    compared = np.flatnonzero((own != 0).any(axis=0))
    own, seen = own[:, compared], seen[:, compared]
    scores = np.empty((len(constant), len(unit)))
    for s, constant_of in enumerate(constant):
        # what an assignment and what a unit bring to a score, such that it is their product
        of_assignment = np.column_stack([own, -own * mean[:, s, compared], constant_of])
        of_unit = np.column_stack([seen * changes[:, s, compared], seen, weight])
        for start in range(0, len(unit), BLOCK):
            some = slice(start, start + BLOCK)
            left = np.take(of_assignment, assigned[some], axis=0)
            scores[s, some] = np.einsum("mk,mk->m", left, np.take(of_unit, unit[some], axis=0))
    count = np.bincount(assigned, minlength=len(own))
    starts = (np.cumsum(count) - count)[count > 0]
    squares, mixed = np.zeros((2, *constant.shape))
    squares[:, count > 0] = np.add.reduceat(scores**2, starts, axis=1)
    mixed[:, count > 0] = np.add.reduceat(scores * scores[-1], starts, axis=1)
    return squares, mixed
