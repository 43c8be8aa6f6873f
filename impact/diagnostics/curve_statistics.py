"""Effects and standard errors of many specifications that share outcomes, units and assignments.

With W the weights of outcomes under one assignment, a unit's part of the effect is ``W_i'(Y_i - Z_c)``, Z the mean of what is
taken out of its stratum c, and its score the part less its mean over units with the same label: ``W_i'(Y_i - C_lc)`` with the
centre C of the unit's label and stratum. The centres do not depend on the estimator; so units are put in the order of their
label and stratum once, and every estimator's weights are multiplied with one centre after the other.
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
    order : ndarray of int, (P, N)
        Units by label and stratum.
    starts : list of ndarray
        Where each label and stratum begins in that order, and N.
    centres : list of ndarray, (g, T, A S)
        Of each label and stratum that has units under the assignment.
    """

    outcomes: Floats
    place: Integers
    taken: Floats
    order: Integers
    starts: list[Integers]
    centres: list[Floats]

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
        of_group = labels * len(codes) + place
        order = np.argsort(of_group, axis=1, kind="stable")
        by_label = [
            _centres(labels == label, outcomes, seen, taken, within)
            for label in range(int(labels.max()) + 1)
        ]
        every = np.concatenate(by_label, axis=1)  # of all labels and strata, (P, L C, T, A S)
        starts, centres = [], []
        for groups, sorted_units, of_any in zip(of_group, order, every, strict=True):
            present, first = np.unique(groups[sorted_units], return_index=True)
            starts.append(np.append(first, len(groups)))
            centres.append(of_any[present])
        return cls(outcomes, place, taken, order, starts, centres)

    def statistics(self, weights: Floats) -> Floats:
        """Return effects and standard errors (A, 2, S, P) of an estimate with weights (P, N, T)."""
        direct = weights.swapaxes(0, 1) @ self.outcomes.swapaxes(1, 2)
        of_stratum = (self.place == np.arange(self.taken.shape[2])[:, None]).astype(float) @ weights
        out = np.einsum("pct,apcst->aps", of_stratum, self.taken, optimize=True)
        found = np.empty((2, len(self.taken), len(weights), self.outcomes.shape[1]))
        found[0] = direct.sum(axis=0) - out
        for assigned, order in enumerate(self.order):
            scores = self._out_of_scores(weights[assigned], assigned)
            scores -= direct[order, assigned][:, None]
            found[1, :, assigned] = np.sqrt(np.einsum("nas,nas->as", scores, scores))
        return found.transpose(1, 0, 3, 2)

    def _out_of_scores(self, weights: Floats, assigned: int) -> Floats:
        """What centres take out of the scores of units in their order, (N, A, S), with weights (N, T)."""
        mine, centres = weights[self.order[assigned]], self.centres[assigned]
        found = np.empty((len(mine), centres.shape[2]))
        for (start, stop), centre in zip(pairwise(self.starts[assigned]), centres, strict=True):
            np.dot(mine[start:stop], centre, out=found[start:stop])
        return found.reshape(len(mine), len(self.taken), -1)


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
