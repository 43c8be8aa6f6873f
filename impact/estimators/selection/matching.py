"""Who is nearest to whom: for each treated unit the controls most like it, with or without using a control again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers, Mask

Reuse = Literal["with_replacement", "without_replacement"]
NOBODY = -1


@dataclass(frozen=True)
class Matches:
    """Controls of treated units.

    Attributes
    ----------
    treated : ndarray of int, (m,)
        Places of treated units among all.
    control : ndarray of int, (m, M)
        Places of the controls of each, nearest first; `NOBODY` where there was none left near enough.
    """

    treated: Integers
    control: Integers

    @property
    def n_controls(self) -> Integers:
        """How many controls each treated unit has, (m,)."""
        return np.asarray((self.control != NOBODY).sum(axis=1))

    def weights(self, weight: Floats) -> Floats:
        """Weights (n,): of treated units their own where they have a match; of controls, those of the units they stand for.

        The weight of a treated unit is shared by its controls in proportion to their own ``weight`` (n,).
        """
        found = np.zeros(len(weight))
        used = self.control != NOBODY
        some = used.any(axis=1)
        found[self.treated[some]] = weight[self.treated[some]]
        own = np.where(used, weight[self.control], 0.0)
        share = own / np.maximum(own.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        np.add.at(found, self.control[used], (share * weight[self.treated][:, None])[used])
        return found


def nearest_controls(
    position: Floats,
    treated: Mask,
    *,
    exact: Integers,
    neighbours: int,
    reuse: Reuse,
    order: Floats,
    farthest: float = np.inf,
) -> Matches:
    """Match each treated unit to its nearest controls.

    Parameters
    ----------
    position : ndarray, (n, q)
        Where units stand; distance is Euclidean.
    treated : ndarray of bool, (n,)
    exact : ndarray of int, (n,)
        Only units with the same code are matched.
    neighbours : int
        M. Without replacement everybody has a first control before anybody has a second one, as in MatchIt.
    order : ndarray, (n,)
        Without replacement, treated units choose by it, largest first; equal ones, and equally near controls, by place.
    farthest : float
        Controls beyond this distance are no match.
    """
    mine, theirs = np.flatnonzero(treated), np.flatnonzero(~treated)
    found = np.full((len(mine), neighbours), NOBODY)
    free = np.ones(len(theirs), dtype=bool)
    inside = {code: np.flatnonzero(exact[theirs] == code) for code in np.unique(exact[mine])}
    for place, rank in _turns(order[mine], neighbours, reuse):
        unit = mine[place]
        near = inside[exact[unit]]
        near = near[free[near] & ~np.isin(theirs[near], found[place])]
        if not near.size:
            continue
        distance = np.sqrt(((position[theirs[near]] - position[unit]) ** 2).sum(axis=1))
        nearest = int(np.argmin(distance))
        if distance[nearest] <= farthest:
            found[place, rank] = theirs[near[nearest]]
            free[near[nearest]] = reuse == "with_replacement"
    return Matches(mine, found)


def _turns(order: Floats, neighbours: int, reuse: Reuse) -> Iterator[tuple[int, int]]:
    """Yield who chooses (a place) and its how manyth control it is."""
    turn = (
        np.argsort(-order, kind="stable") if reuse == "without_replacement" else range(len(order))
    )
    for rank in range(neighbours):
        for place in turn:
            yield int(place), rank
