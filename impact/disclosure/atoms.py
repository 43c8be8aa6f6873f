"""Atoms: the largest groups of units that no released figure tells apart, with their counts and, inside, their outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.disclosure.figure import UNITS


@dataclass(frozen=True, eq=False)
class Measure:
    """An outcome of N units in T periods, zero where nobody was observed.

    Attributes
    ----------
    outcome : ndarray, (N, T)
    non_negative : bool
        Whether everybody knows that it is never below zero, as revenue is.
    moved_from : str, optional
        Another measure that this one is after few values were moved (winsorised): what was moved is what both together tell.
    """

    outcome: Floats = field(repr=False)
    non_negative: bool = True
    moved_from: str | None = None


@dataclass(frozen=True, eq=False)
class Atoms:
    """K atoms of N units: cohort, periods observed, stratum, and the levels of every subgroup that is shown.

    Attributes
    ----------
    units : ndarray, (N,)
        Who the units are, in words that are the same in every release of the same data.
    times : ndarray, (T,)
        Calendar numbers.
    of_unit : ndarray of int, (N,)
    cohort : ndarray, (K,)
        First treated period; infinity for never treated.
    observed : ndarray of bool, (K, T)
    levels : mapping of str to ndarray, (K,)
        Code of each subgroup's level.
    measures : mapping of str to Measure
    """

    units: NDArray[Any] = field(repr=False)
    times: Floats
    of_unit: Integers = field(repr=False)
    cohort: Floats
    observed: Mask = field(repr=False)
    levels: Mapping[str, Integers] = field(repr=False)
    measures: Mapping[str, Measure] = field(repr=False)

    @classmethod
    def of(
        cls,
        panel: Panel,
        *,
        levels: Mapping[str, Integers] | None = None,
        measures: Mapping[str, Measure] | None = None,
    ) -> "Atoms":
        """Part the units of a panel by cohort, periods observed, stratum, weight and the levels of subgroups.

        Parameters
        ----------
        levels : mapping of str to ndarray (N,)
            Codes of whatever else a shown table parts units by.
        measures : mapping of str to Measure
            Further outcomes, (N, T) in the panel's order of units and times; the panel's own is there already.
        """
        seen = np.isfinite(panel.wide)
        known = {
            "stratum": panel.stratum,
            "weight": np.unique(panel.weight, return_inverse=True)[1],
            **(levels or {}),
        }
        keys = np.column_stack([panel.cohort, *known.values(), seen])
        _, first, of_unit = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        own = Measure(np.nan_to_num(panel.wide), bool((panel.y >= 0).all()))
        return cls(
            units=panel.units,
            times=panel.times,
            of_unit=of_unit.ravel().astype(np.int64),
            cohort=panel.cohort[first],
            observed=seen[first],
            levels={name: np.asarray(codes)[first] for name, codes in known.items()},
            measures={panel.outcome: own, **(measures or {})},
        )

    @property
    def n_atoms(self) -> int:
        """K."""
        return len(self.cohort)

    @cached_property
    def n(self) -> Integers:
        """Units of each atom, (K,)."""
        return np.bincount(self.of_unit, minlength=self.n_atoms).astype(np.int64)

    @cached_property
    def cell(self) -> Integers:
        """Atoms that differ by their gaps alone have one number, (K,)."""
        keys = np.column_stack([self.cohort, *self.levels.values()])
        return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)

    @property
    def treated(self) -> tuple[int, ...]:
        """The atoms that are ever treated."""
        return tuple(int(atom) for atom in np.flatnonzero(np.isfinite(self.cohort)))

    @property
    def untreated(self) -> tuple[int, ...]:
        """The atoms that never are."""
        return tuple(int(atom) for atom in np.flatnonzero(np.isinf(self.cohort)))

    def units_of(self, atoms: Integers) -> int:
        """Count the units of some atoms."""
        return int(self.n[np.unique(atoms)].sum())

    def total(self, measure: str) -> Floats:
        """Sum a measure over each atom's units, (K, T)."""
        if measure == UNITS:
            return np.repeat(self.n[:, None].astype(float), len(self.times), axis=1)
        return self._totals[measure]

    @cached_property
    def _totals(self) -> dict[str, Floats]:
        return {name: self.sums(one.outcome) for name, one in self.measures.items()}

    def sums(self, outcome: Floats) -> Floats:
        """Sum an outcome (N, T) over each atom's units, (K, T)."""
        own = [np.bincount(self.of_unit, column, self.n_atoms) for column in outcome.T]
        return np.stack(own, axis=1)

    def non_negative(self, measure: str) -> bool:
        """Whether a measure is known never to be below zero."""
        return measure == UNITS or self.measures[measure].non_negative
