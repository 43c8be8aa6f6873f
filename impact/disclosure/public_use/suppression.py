"""Local suppression: values of single units are withheld until each combination is shared by enough of them.

The rule, which leaves nothing to chance:

1. A combination is *safe* when k units share it and their sensitive values lie in l tenths. Only whole combinations are
   changed, so that one that is safe loses nobody who makes it so.
2. While some are not: of all columns that may be withheld, the one by which most units become safe is withheld from those
   units (ties: the last column of the choices). Where no single column helps, the last one that is not withheld yet is, from
   all units that are not safe.
3. Units with nothing more to withhold, and still too few, take the smallest safe combination of their fixed values with them.
4. Values are then given back, group by group, wherever all combinations stay safe: no group of units with one combination
   and one original value could be given it back alone.

References
----------
Samarati and Sweeney (1998), SRI-CSL-98-04, on k-anonymity by suppression; Machanavajjhala et al. (2007), ACM TKDD 1(1), on
l-diversity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Integers, Mask
from impact.disclosure.public_use.traits import classes, numbered
from impact.errors import DisclosureError

WITHHELD = -9  # a code beside those of `traits`


@dataclass(frozen=True)
class Rule:
    """When a combination is safe: units that share it, and tenths in which their sensitive values lie.

    Attributes
    ----------
    k, diversity : int
    tenth : ndarray of int, (N,)
        Of each unit; -1 without one.
    """

    k: int
    diversity: int
    tenth: Integers

    def safe(self, members: Mask | Integers) -> bool:
        """Whether units that share a combination are enough; nobody is."""
        tenths = self.tenth[members]
        if not len(tenths):
            return True
        return len(tenths) >= self.k and len(np.unique(tenths[tenths >= 0])) >= self.diversity

    def unsafe_units(self, combination: Integers) -> Mask:
        """Return which units share their combination with too few, or with too few tenths, (N,)."""
        size = np.bincount(combination)
        known = self.tenth >= 0
        pairs = np.unique(np.stack([combination[known], self.tenth[known]]), axis=1)
        spread = np.bincount(pairs[0], minlength=len(size))
        bad: Mask = ((size < self.k) | (spread < self.diversity))[combination]
        return bad


def withheld_values(codes: pd.DataFrame, *, known: Sequence[str], rule: Rule) -> pd.DataFrame:
    """Return which values are withheld: for each unit and column that may be, (N, known).

    Parameters
    ----------
    codes : DataFrame
        As `traits`; columns not in ``known`` are never withheld.
    known : sequence of str
        The most important first.
    rule : Rule

    Raises
    ------
    DisclosureError
        Where units that share all that is never withheld are too few themselves.
    """
    fixed = [name for name in codes if name not in known]
    together = classes(codes[fixed])
    if rule.unsafe_units(together).any():
        raise DisclosureError(
            f"{', '.join(map(str, fixed)) or 'the file'}: shared by fewer than {rule.k} units, or by ones that are alike in "
            "the sensitive column, and never withheld; merge cohorts, lower k or diversity"
        )
    held = Held(together, codes[list(known)].to_numpy(dtype=np.int64), rule)
    held.withhold()
    held.absorb()
    held.give_back()
    return pd.DataFrame(held.now == WITHHELD, index=codes.index, columns=list(known))


class Held:
    """Values as they stand while some are withheld and given back.

    Parameters
    ----------
    fixed : ndarray of int, (N,)
        What is never withheld, as one code.
    original : ndarray of int, (N, known)
        The most important column first.
    rule : Rule
    """

    def __init__(self, fixed: Integers, original: Integers, rule: Rule) -> None:
        self.fixed, self.original, self.rule = fixed, original, rule
        self.now = original.copy()

    def withhold(self) -> None:
        """Withhold until every unit is safe or has nothing left to withhold."""
        while True:
            bad = self.rule.unsafe_units(self._combination(self.now))
            last_first = reversed(range(self.now.shape[1]))
            left = [at for at in last_first if (self.now[bad, at] != WITHHELD).any()]
            if not bad.any() or not left:
                return
            helped = [self._helped(bad, at) for at in left]
            best = int(np.argmax([units.sum() for units in helped]))  # of equals the first
            self.now[helped[best] if helped[best].any() else bad, left[best]] = WITHHELD

    def _helped(self, bad: Mask, at: int) -> Mask:
        """Return which units become safe when a column is withheld from all that are not."""
        tried = self.now.copy()
        tried[bad, at] = WITHHELD
        mended: Mask = bad & (self.now[:, at] != WITHHELD)
        return mended & ~self.rule.unsafe_units(self._combination(tried))

    def absorb(self) -> None:
        """Let units with nothing left to withhold take safe combinations of their fixed values with them."""
        while (bad := self.rule.unsafe_units(own := self._combination(self.now))).any():
            among = (self.fixed == self.fixed[np.flatnonzero(bad)[0]]) & ~bad
            sizes = np.bincount(own[among], minlength=int(own.max()) + 1)
            smallest = min(np.unique(own[among]), key=lambda one: (sizes[one], one))
            self.now[own == smallest] = WITHHELD

    def give_back(self) -> None:
        """Give values back, the most important first, until no single group could have its own."""
        again = True
        while again:
            again = False
            for at in range(self.now.shape[1]):
                for group in self._groups(at):
                    again |= self._given_back(group, at)

    def _groups(self, at: int) -> list[Integers]:
        """Return units that share a combination, a withheld column, and its original value."""
        without = np.flatnonzero(self.now[:, at] == WITHHELD)
        key = numbered(self._combination(self.now)[without], self.original[without, at])
        return [without[key == one] for one in np.unique(key)]

    def _given_back(self, group: Integers, at: int) -> bool:
        """Give a group of units its value back where all stay safe, and say whether it was."""
        first = group[0]
        value, alike = self.now[first].copy(), self.fixed == self.fixed[first]
        rest = alike & (self.now == value).all(axis=1)
        rest[group] = False
        value[at] = self.original[first, at]
        joined = alike & (self.now == value).all(axis=1)
        joined[group] = True
        if not (self.rule.safe(rest) and self.rule.safe(joined)):
            return False
        self.now[group, at] = value[at]
        return True

    def _combination(self, values: Integers) -> Integers:
        return numbered(self.fixed, *values.T)
