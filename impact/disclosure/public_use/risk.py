"""How likely a unit is found by what may be known of it, before and after.

Whoever knows that a unit is in the file finds it with the chance one in the units that share its combination (prosecutor);
whoever tries all of them finds as many as there are combinations (marketer).

References
----------
El Emam (2013), Guide to the De-Identification of Personal Health Information, ch. 16; Templ, Kowarik and Meindl (2015),
Journal of Statistical Software 67(4).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Integers
from impact.disclosure.public_use.traits import classes


@dataclass(frozen=True)
class Risk:
    """What is known of a set of combinations.

    Attributes
    ----------
    units, combinations : int
    smallest : int
        Units of the smallest combination: the k that holds.
    uniques : int
        Units alone in their combination.
    below : int
        Units that share theirs with fewer than k, themselves included.
    prosecutor : float
        Highest chance that a unit known to be in the file is found.
    marketer : float
        Share of units found by whoever tries all.
    least_diverse : int
        Tenths (categories) of the sensitive column within a combination, at least: the l that holds.
    closeness : float
        Distance between the sensitive column within a combination and in the whole file, at most: the t that holds.
    uniques_by_rows : int
        Units alone, where it is also known in which periods they answered.
    """

    units: int
    combinations: int
    smallest: int
    uniques: int
    below: int
    prosecutor: float
    marketer: float
    least_diverse: int
    closeness: float
    uniques_by_rows: int


def risk_of(codes: pd.DataFrame, *, tenth: Integers, pattern: Integers, k: int) -> Risk:
    """Measure the risk of units by what may be known of them.

    Parameters
    ----------
    codes : DataFrame, (N, quasi-identifiers)
        As `traits`.
    tenth : ndarray of int, (N,)
        As `tenths`.
    pattern : ndarray of int, (N,)
        As `seen`.
    k : int
    """
    combination = classes(codes)
    size = np.bincount(combination)
    with_rows = np.bincount(classes(codes.assign(pattern=pattern)))
    within = _within(combination, tenth)
    return Risk(
        units=len(codes),
        combinations=len(size),
        smallest=int(size.min()),
        uniques=int((size == 1).sum()),
        below=int(size[size < k].sum()),
        prosecutor=float(1 / size.min()),
        marketer=len(size) / len(codes),
        least_diverse=int((within > 0).sum(axis=1).min()),
        closeness=_closeness(within),
        uniques_by_rows=int((with_rows == 1).sum()),
    )


def _within(combination: Integers, tenth: Integers) -> Integers:
    """Count units by combination and tenth."""
    table = np.zeros((int(combination.max()) + 1, max(int(tenth.max()) + 1, 1)), dtype=np.int64)
    known = tenth >= 0
    np.add.at(table, (combination[known], tenth[known]), 1)
    return table


def _closeness(within: Integers) -> float:
    """Return the largest earth mover's distance over ordered tenths (Li, Li and Venkatasubramanian 2007, section 5.1)."""
    counted = within[within.sum(axis=1) > 0].astype(float)
    if not len(counted) or within.shape[1] < 2:
        return 0.0
    own = np.cumsum(counted / counted.sum(axis=1, keepdims=True), axis=1)
    whole = np.cumsum(counted.sum(axis=0) / counted.sum())
    return float((np.abs(own - whole)[:, :-1].sum(axis=1) / (within.shape[1] - 1)).max())
