"""How closely released figures bound what is hidden, where everybody knows that outcomes are not negative.

Whoever has the figures A x = b knows of a hidden total h'x what the linear programmes min and max h'x, A x = b, x >= 0
give. In units of the true x > 0 (u = 1) the direction P h, P the projection off the rows of A, can be walked both ways
until the first u is zero: h'P h / max |P h| is a lower bound of the room on either side, without a programme. Where it is
not enough, both programmes are solved.

References
----------
Fischetti and Salazar (2001), Management Science 47(7), the attacker's problem of cell suppression.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from impact.arrays import Floats, Integers, Mask
from impact.one_thread import one_thread

COUNT = 1.0  # a hidden count may not be known to the unit
TINY = 1e-300
RANK = 1e-10  # relative; singular values below it are rounding
AT_ONCE = 500  # columns, to spare memory
SLACK = 1e-7  # to which the programmes are solved


@dataclass(frozen=True, eq=False)
class Hidden:
    """What must not be known: single columns, then further combinations of the p columns, none of them negative.

    Attributes
    ----------
    columns : ndarray of int, (s,)
    rows : ndarray, (h, p)
    room : ndarray, (s + h,)
        How far from the truth the bounds must lie.
    counts : bool
        Of counts one side is enough: then another count is possible.
    """

    columns: Integers
    rows: Floats
    room: Floats
    counts: bool

    @classmethod
    def of(
        cls,
        columns: Integers,
        rows: Floats,
        total: Floats,
        *,
        within: float,
        usual: Floats,
        counts: bool,
    ) -> "Hidden":
        """Say how much room each needs: a share of it, or of what is ``usual`` where it is zero."""
        truth = np.append(total[columns], rows @ total)
        ordinary = np.append(usual[columns], rows @ usual)
        room = within * np.where(truth > 0, truth, ordinary)
        return cls(columns, rows, np.full(len(room), COUNT) if counts else room, counts)

    def scaled(self, places: Integers, scale: Floats) -> Floats:
        """Return some of the combinations on columns in units of ``scale``."""
        single = places[places < len(self.columns)]
        found = np.zeros((len(single), len(scale)))
        found[np.arange(len(single)), self.columns[single]] = 1.0
        further = self.rows[places[len(single) :] - len(self.columns)]
        return np.asarray(np.concatenate([found, further]) * scale)


@one_thread()
def too_close(known: Floats, basis: Floats, total: Floats, scale: Floats, hidden: Hidden) -> bool:
    """Whether any hidden combination has too little room.

    Parameters
    ----------
    known : ndarray, (m, p)
        What is out, on columns in units of ``scale`` (p,).
    basis : ndarray, (r, p+)
        An orthonormal basis of it on the columns that are not zero.
    total : ndarray, (p,)
    """
    positive = total > 0
    doubtful = np.flatnonzero(~(_free(basis, positive, scale, hidden) >= hidden.room))
    single = doubtful[doubtful < len(hidden.columns)]
    walked = np.append(
        _walked_from(hidden.columns[single], basis, positive, scale),
        _walked(hidden.scaled(doubtful[len(single) :], scale)[:, positive], basis),
    )
    doubtful = doubtful[~(walked >= hidden.room[doubtful])]
    scaled, room = hidden.scaled(doubtful, scale), hidden.room[doubtful]
    unknown = np.ones(len(doubtful), dtype=bool)
    nothing = np.flatnonzero(~scaled[:, positive].any(axis=1))
    unknown[nothing] = ~(_rise(scaled[nothing], known, basis, positive) >= room[nothing])
    truth = np.where(positive, 1.0, 0.0)
    return any(
        not _enough(scaled[at], known, truth, float(room[at]), counts=hidden.counts)
        for at in np.flatnonzero(unknown)
    )


def _walked(own: Floats, basis: Floats) -> Floats:
    """How far combinations (n, p+) can be walked both ways along what the projection leaves of them, (n,)."""
    free = own - (own @ basis.T) @ basis
    return np.asarray(
        (free * own).sum(axis=1) / np.maximum(np.abs(free).max(axis=1, initial=0.0), TINY)
    )


def _walked_from(columns: Integers, basis: Floats, positive: Mask, scale: Floats) -> Floats:
    """The same of single columns (n,), which needs no combination laid out; nothing of those whose total is zero."""
    found, place = np.zeros(len(columns)), np.cumsum(positive) - 1
    for start in range(0, len(columns), AT_ONCE):
        some = np.flatnonzero(positive[columns[start : start + AT_ONCE]]) + start
        at = place[columns[some]]
        free = basis[:, at].T @ basis
        free[np.arange(len(at)), at] -= 1.0
        left = -free[np.arange(len(at)), at]
        longest = np.abs(free).max(axis=1, initial=0.0)
        found[some] = scale[columns[some]] * left / np.maximum(longest, TINY)
    return found


def _free(basis: Floats, positive: Mask, scale: Floats, hidden: Hidden) -> Floats:
    """The length of what the projection leaves of each combination: never more than what can be walked, and cheap."""
    told = np.zeros(len(positive))
    told[positive] = (basis**2).sum(axis=0)
    single = np.where(positive, scale, 0.0)[hidden.columns] ** 2 * (1 - told[hidden.columns])
    rows = (hidden.rows * scale)[:, positive]
    further = (rows**2).sum(axis=1) - ((rows @ basis.T) ** 2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(np.append(single, further), 0.0)))


def _rise(rows: Floats, known: Floats, basis: Floats, positive: Mask) -> Floats:
    """Return how far totals that are zero could have risen at least, with what is positive making up for it, (h,)."""
    rising = known @ (rows / np.maximum((rows**2).sum(axis=1, keepdims=True), TINY)).T
    through = known[:, positive] @ basis.T
    mixed = np.linalg.lstsq(through, rising, rcond=RANK)[0]
    agrees = np.abs(through @ mixed - rising).max(axis=0, initial=0.0) < SLACK
    falling = (basis.T @ mixed).max(axis=0, initial=0.0)
    return np.where(agrees, 1 / np.maximum(falling, TINY), 0.0)


def _enough(row: Floats, known: Floats, truth: Floats, room: float, *, counts: bool) -> bool:
    """Whether the programmes leave room on both sides of the truth, or on one of a count."""
    here = float(row @ truth)
    above = _most(row, known, truth) - here >= room * (1 - SLACK)
    if above and (counts or here == 0):
        return True
    if not (above or counts):
        return False
    below = here + _most(-row, known, truth) >= room * (1 - SLACK)
    return below if counts else above and below


def _most(row: Floats, known: Floats, truth: Floats) -> float:
    """The largest value of a combination that agrees with what is known."""
    size = float(np.abs(row).max()) or 1.0
    found = linprog(-row / size, A_eq=known, b_eq=known @ truth, bounds=(0, None), method="highs")
    if found.status == 3:  # unbounded
        return np.inf
    return float("-inf") if found.x is None else float(row @ found.x)
