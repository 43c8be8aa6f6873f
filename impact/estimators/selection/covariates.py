"""Covariates of units by period, as numbers that were looked at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import InfiniteValueError, MissingValueError, UnknownNameError, UsageError
from impact.terms import nearest

SAME_ALWAYS = -1  # instead of a period, where a unit's covariates never change


@dataclass(frozen=True)
class Covariates:
    """The p covariates of N units.

    Attributes
    ----------
    names : tuple of str
    by_period : ndarray, (T, p, N)
        NaN where a unit was not observed, or did not answer. Units last, as sums over them then run along memory.
    unchanging : bool
        Whether no unit's covariates ever change.
    """

    names: tuple[str, ...]
    by_period: Floats
    unchanging: bool

    @classmethod
    def of(cls, panel: Panel, names: Sequence[str]) -> "Covariates":
        """Take covariates from a panel.

        Raises
        ------
        UnknownNameError
            When a name is none of the panel's covariates.
        UsageError
            When a covariate is not a number.
        InfiniteValueError
        """
        by_period = np.full((panel.n_periods, len(names), panel.n_units), np.nan)
        first = np.empty((len(names), panel.n_units))
        for place, name in enumerate(names):
            values = numbers_of(panel, name)
            first[place] = values[_first_rows(panel)]
            by_period[:, place] = panel.with_outcome(values, name).wide.T
        unseen = np.isnan(panel.wide).T
        same = all(
            bool(((values == first) | missing).all())
            for values, missing in zip(by_period, unseen, strict=True)
        )
        return cls(tuple(names), by_period, same)

    def moment(self, period: int) -> int:
        """Return what tells values of one period from another's: the period, or `SAME_ALWAYS`."""
        return SAME_ALWAYS if self.unchanging else period

    def at(self, period: int, units: Integers) -> Floats:
        """Return the covariates of n units, by place, in a period, (n, p).

        Raises
        ------
        MissingValueError
            When one of them is missing.
        """
        values = self.by_period[period].take(units, axis=1)
        for name, count in zip(self.names, np.isnan(values).sum(axis=1), strict=True):
            if count:
                raise MissingValueError(
                    f"{name}: missing for {int(count)} units in a period that changes are counted from; complete it (carry an "
                    "earlier answer forward), or leave these units out"
                )
        return np.asarray(values.T)


def _first_rows(panel: Panel) -> Mask:
    """Each unit's first observation, (n,)."""
    return np.append(True, np.diff(panel.unit_index) != 0)


def numbers_of(panel: Panel, name: str) -> Floats:
    """Return one of a panel's covariates as numbers, one an observation, (n,).

    Raises
    ------
    UnknownNameError
    UsageError
        When it is not a number.
    InfiniteValueError
    """
    if name not in panel.covariates:
        known = [str(column) for column in panel.covariates.columns]
        raise UnknownNameError(
            f"{name}: not among the panel's covariates; {nearest(name, known)}"
            "pass it to Panel.from_frame(covariates=...)"
        )
    column = panel.covariates[name]
    if not pd.api.types.is_numeric_dtype(column):
        raise UsageError(
            f"{name}: not a number, so not a covariate; make a column of zeros and ones for each category but one"
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise InfiniteValueError(
            f"{name}: infinite in {int(np.isinf(values).sum())} observations; correct these"
        )
    return np.asarray(values)
