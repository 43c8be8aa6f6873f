"""The attack that k-anonymity does not stop: amounts known exactly are a fingerprint, and the nearest one is its owner's."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.streams import stream

AMOUNTS_KNOWN = (1, 2, 4)  # and all of them
TARGETS = 500  # units tried, drawn where there are more


@dataclass(frozen=True)
class Linked:
    """One attack.

    Attributes
    ----------
    known : int or None
        Amounts of the unit's path that are known exactly, each with its period; None for all.
    also_quasi : bool
        Whether the quasi-identifiers are known too.
    targets : int
        Units tried: those with so many amounts.
    found : float
        Share of them found; one of several that are equally near is taken by chance.
    by_chance : float
        The share that guessing finds.
    """

    known: int | None
    also_quasi: bool
    targets: int
    found: float
    by_chance: float


@dataclass(frozen=True)
class Known:
    """What may be known of each unit beside amounts.

    Attributes
    ----------
    codes : ndarray of int, (N, quasi-identifiers)
        Before anything was withheld.
    withheld : ndarray of bool, (N, quasi-identifiers)
    """

    codes: Integers
    withheld: Mask

    @classmethod
    def of(cls, codes: pd.DataFrame, withheld: pd.DataFrame) -> "Known":
        """Make it of codes and of what is withheld of some of their columns."""
        everywhere = withheld.reindex(columns=codes.columns, fill_value=False)
        return cls(codes.to_numpy(dtype=np.int64), everywhere.to_numpy(dtype=bool))

    def fits(self, i: int) -> Mask:
        """Return which units of the file may be unit i, a withheld value fitting any, (N,)."""
        fits: Mask = ((self.codes == self.codes[i]) | self.withheld).all(axis=1)
        return fits


def attacks(original: Floats, released: Floats, *, known: Known, seed: int) -> tuple[Linked, ...]:
    """Try to find units in the file by amounts of their original paths.

    Parameters
    ----------
    original, released : ndarray, (N, T)
        Paths of an amount, rows the same units; NaN where there is none.
    known : Known
    seed : int
        Of the attacker's draws: which units, and which of their amounts.
    """
    generator = stream(seed, "public_use_attack")
    tried = np.sort(generator.permutation(len(original))[:TARGETS])
    order = generator.permuted(np.tile(np.arange(original.shape[1]), (len(original), 1)), axis=1)
    everybody = np.ones(len(original), dtype=bool)
    found = []
    for also_quasi in (False, True):
        among = {i: known.fits(i) if also_quasi else everybody for i in tried}
        for amounts in (*AMOUNTS_KNOWN, None):
            chances = [
                _chance(original[i], released, order[i], amounts, own=i, among=among[i])
                for i in tried
            ]
            counted = [one for one in chances if one is not None]
            share = float(np.mean(counted)) if counted else float("nan")
            found.append(Linked(amounts, also_quasi, len(counted), share, 1 / len(released)))
    return tuple(found)


def _chance(
    path: Floats, released: Floats, order: Integers, amounts: int | None, *, own: int, among: Mask
) -> float | None:
    """Return the chance that the nearest unit of the file is the right one; None where too few amounts are there."""
    there = order[~np.isnan(path[order])]
    if len(there) < (amounts or 1):
        return None
    at = there[:amounts]
    distance = np.abs(released[:, at] - path[at]).sum(axis=1)
    distance = np.where(among & ~np.isnan(distance), distance, np.inf)  # NaN: no such row
    nearest = distance.min()
    if not np.isfinite(nearest) or distance[own] > nearest:
        return 0.0
    return 1 / float((distance == nearest).sum())
