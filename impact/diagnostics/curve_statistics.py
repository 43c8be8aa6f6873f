"""Effects and standard errors of many specifications that share outcomes, units and assignments.

With W the weights of outcomes under one assignment, a unit's part of the effect is ``W_i'(Y_i - Z_c)``, Z the mean of what is
taken out of its stratum c, and its score the part less its mean over units with the same label: ``W_i'(Y_i - C_lc)`` with the
centre C of the unit's label and stratum. The centres do not depend on the estimator; so units of one label and stratum are put
side by side once, and every estimator's weights are multiplied with one centre after the other, under all assignments at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.contributions import period_means


@dataclass(frozen=True)
class CentredOutcomes:
    """Outcomes of N units in C strata under P assignments, and what is taken out of them in A ways.

    Attributes
    ----------
    outcomes : ndarray, (N, S, T)
        Zero where not observed.
    place : ndarray of int, (N,)
        Each unit's stratum.
    taken : ndarray, (A, P, C, S, T)
        Taken out of the outcomes of a stratum.
    units : ndarray of int, (P, M)
        Who stands where: groups of one label and stratum side by side, each with room for as many as it ever has.
    starts : ndarray of int, (G + 1,)
        Where each group begins in that order, and M.
    empty : ndarray of bool, (P, M)
        Where nobody stands, as a group has fewer under the assignment.
    centres : ndarray, (P, G, T, A S)
        Of each group.
    """

    outcomes: Floats
    place: Integers
    taken: Floats
    units: Integers
    starts: Integers
    empty: Mask
    centres: Floats

    @classmethod
    def of(
        cls,
        labels: Integers,
        outcomes: Floats,
        seen: Mask,
        *,
        stratum: Integers,
        less_strata: Sequence[Mask | None],
    ) -> "CentredOutcomes":
        """Average over labels, and over strata.

        Parameters
        ----------
        labels : ndarray of int, (P, N)
        outcomes : ndarray, (N, S, T)
        seen : ndarray of bool, (N, T)
        stratum : ndarray of int, (N,)
        less_strata : sequence
            For each way: who tells the mean of a stratum that is taken out, (P, N); None to take nothing out.
        """
        codes, place = np.unique(stratum, return_inverse=True)
        within = [place == code for code in range(len(codes))]
        taken = np.zeros((len(less_strata), len(labels), len(codes), *outcomes.shape[1:]))
        for way, untreated in enumerate(less_strata):
            if untreated is None:
                continue
            for code, mine in enumerate(within):
                told = untreated[:, mine].astype(float)
                taken[way, :, code] = period_means(told, outcomes[mine], seen[mine])
        by_label = [
            _centres(labels == label, outcomes, seen, taken, within)
            for label in range(int(labels.max()) + 1)
        ]
        centres = np.concatenate(by_label, axis=1)
        standing = _side_by_side(labels * len(codes) + place, centres.shape[1])
        return cls(outcomes, place, taken, *standing, centres)

    def statistics(self, weights: Floats) -> Floats:
        """Return effects and standard errors (A, 2, S, P) of an estimate with weights (P, N, T)."""
        (n_assigned, n_units, _), n_outcomes = weights.shape, self.outcomes.shape[1]
        direct = np.empty((n_assigned, n_units, n_outcomes))
        by_unit = weights.swapaxes(0, 1), self.outcomes.swapaxes(1, 2)
        np.matmul(*by_unit, out=direct.swapaxes(0, 1))
        of_stratum = (self.place == np.arange(self.taken.shape[2])[:, None]).astype(float) @ weights
        out = np.einsum("pct,apcst->aps", of_stratum, self.taken, optimize=True)
        scores = self._out_of_scores(weights)
        scores -= self._standing(direct)[:, :, None]
        scores[self.empty] = 0.0
        error = np.sqrt(np.einsum("pmas,pmas->aps", scores, scores))
        return np.stack([np.ones(n_units) @ direct - out, error], axis=1).swapaxes(2, 3)

    def _standing(self, of_units: Floats) -> Floats:
        """Put what units (P, N, F) have where they stand, (P, M, F)."""
        n_assigned, n_units, n_values = of_units.shape
        at = self.units + n_units * np.arange(n_assigned)[:, None]
        return np.asarray(of_units.reshape(-1, n_values).take(at, axis=0))

    def _out_of_scores(self, weights: Floats) -> Floats:
        """What centres take out of the scores of those who stand there, (P, M, A, S), with weights (P, N, T)."""
        mine = self._standing(weights)
        found = np.empty((*mine.shape[:2], self.centres.shape[3]))
        for group, (start, stop) in enumerate(pairwise(self.starts)):
            some = np.s_[:, start:stop]
            np.matmul(mine[some], self.centres[:, group], out=found[some])
        return found.reshape(*mine.shape[:2], len(self.taken), -1)


def _side_by_side(of_group: Integers, n_groups: int) -> tuple[Integers, Integers, Mask]:
    """Return who stands where, where each group begins, and where nobody stands, of units' groups (P, N)."""
    n_assigned, n_units = of_group.shape
    each = np.arange(n_assigned)[:, None]
    count = np.bincount((of_group + n_groups * each).ravel(), minlength=n_assigned * n_groups)
    count = count.reshape(n_assigned, n_groups)
    starts = np.concatenate([[0], np.cumsum(count.max(axis=0))])
    order = np.argsort(of_group, axis=1, kind="stable")
    moved = starts[:-1] - (np.cumsum(count, axis=1) - count)
    at = np.arange(n_units) + moved[each, of_group[each, order]]
    units = np.zeros((n_assigned, starts[-1]), dtype=order.dtype)
    empty = np.ones(units.shape, dtype=bool)
    units[each, at], empty[each, at] = order, False
    return units, starts, empty


def _centres(
    inside: Mask, outcomes: Floats, seen: Mask, taken: Floats, within: Sequence[Mask]
) -> Floats:
    """Return a label's centres in each stratum, (P, C, T, A S): what is taken out, and the mean of what is left.

    Parameters
    ----------
    inside : ndarray of bool, (P, N)
        Who has the label.
    outcomes : ndarray, (N, S, T)
    seen : ndarray of bool, (N, T)
    taken : ndarray, (A, P, C, S, T)
    within : sequence of ndarray of bool, (N,)
        Units of each stratum.
    """
    mean = period_means(inside.astype(float), outcomes, seen)
    count = np.stack([inside[:, mine] @ seen[mine].astype(float) for mine in within], axis=1)
    every = count.sum(axis=1)
    share = count / np.where(every > 0, every, 1)[:, None]
    average = np.einsum("pct,apcst->apst", share, taken, optimize=True)
    centre = taken + (mean - average)[:, :, None]
    n_ways, n_assigned, n_strata, n_outcomes, n_periods = centre.shape
    by_period = centre.transpose(1, 2, 4, 0, 3)
    return np.reshape(by_period, (n_assigned, n_strata, n_periods, n_ways * n_outcomes))
