"""The rows that a panel model uses, and the models' transformations of them: means, differences, quasi-differences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import UnknownNameError, UsageError
from impact.estimators.selection.covariates import numbers_of
from impact.terms import nearest

EXPOSED = "exposed"
CONSTANT = "constant"
TREND = "trend"


@dataclass(frozen=True)
class ModelRows:
    """n rows without a missing regressor.

    Attributes
    ----------
    place : ndarray of int, (n,)
        Place of each among the panel's observations.
    unit, time : ndarray of int, (n,)
        Codes; times without holes.
    y : ndarray, (n,)
    X : ndarray, (n, k)
    weight : ndarray, (n,)
        Ones where all weigh the same.
    names : tuple of str
        Of the k columns.
    n_own : int
        Columns that are neither the constant nor period dummies.
    """

    place: Integers
    unit: Integers
    time: Integers
    y: Floats
    X: Floats
    weight: Floats
    names: tuple[str, ...]
    n_own: int

    @classmethod
    def of(cls, panel: Panel, regressors: Sequence[str]) -> "ModelRows":
        """Take regressors from a panel, being under treatment where none are named.

        ``exposed`` is the panel's own column of that name where it has one, else being under treatment.

        Raises
        ------
        UnknownNameError
            When a regressor is neither ``exposed`` nor among the panel's covariates.
        UsageError, InfiniteValueError
            When one is no number, or an infinite one; rows that lack one are left out.
        """
        names = tuple(regressors) or (EXPOSED,)
        for name in names:
            if name != EXPOSED and name not in panel.covariates:
                known = [EXPOSED, *map(str, panel.covariates.columns)]
                raise UnknownNameError(
                    f"{name}: not among the panel's covariates; {nearest(name, known)}"
                    "pass it to Panel.from_frame(covariates=...)"
                )
        own = bool(regressors)
        X = np.column_stack(
            [
                numbers_of(panel, name) if own and name in panel.covariates else panel.exposed
                for name in names
            ]
        ).astype(float)
        place = np.flatnonzero(~np.isnan(X).any(axis=1))
        weight = panel.weight[panel.unit_index[place]]
        return cls(
            place=place.astype(np.int64),
            unit=panel.unit_index[place],
            time=np.unique(panel.time_index[place], return_inverse=True)[1].astype(np.int64),
            y=panel.y[place],
            X=X[place],
            weight=np.ones(len(place)) if np.ptp(weight) == 0 else weight,
            names=names,
            n_own=len(names),
        )

    def with_columns(self, columns: Floats, names: Sequence[str], *, first: bool) -> "ModelRows":
        """Return the rows with columns (n, c) of the model's own, before or after the regressors.

        Raises
        ------
        UsageError
            When a regressor has the name of such a column.
        """
        taken = [name for name in self.names if name in names]
        if taken:
            raise UsageError(
                f"{', '.join(taken)}: also the name of a column that the model makes; rename the regressor"
            )
        parts, words = [self.X, columns], [self.names, tuple(names)]
        order = slice(None, None, -1 if first else 1)
        return replace(self, X=np.column_stack(parts[order]), names=sum(words[order], ()))

    def with_constant(self) -> "ModelRows":
        """Return the rows with a constant before the regressors."""
        return self.with_columns(np.ones((len(self.y), 1)), [CONSTANT], first=True)

    def with_periods(self, panel: Panel) -> "ModelRows":
        """Return the rows with a dummy for each period but the first."""
        present = np.unique(panel.time_index[self.place])[1:]
        dummies = (self.time[:, None] == np.arange(1, len(present) + 1)).astype(float)
        names = [f"time={panel.time_axis.label(panel.times[code])}" for code in present]
        return self.with_columns(dummies, names, first=False)

    @property
    def root(self) -> Floats:
        """Roots of the weights, (n,)."""
        return np.sqrt(self.weight)

    def unit_means(self) -> "ModelRows":
        """Return one row a unit: means, and the sum of weights where weights differ."""
        unit, first = np.unique(self.unit, return_index=True)
        means = self._means(self.unit)
        alike = bool((self.weight == 1).all())
        total = np.asarray(np.bincount(self.unit, weights=self.weight)[unit], dtype=float)
        return replace(
            self,
            place=self.place[first],
            unit=unit,
            time=self.time[first],
            y=means[first, 0],
            X=means[first, 1:],
            weight=np.ones(len(unit)) if alike else total,
        )

    def differences(self) -> "ModelRows":
        """Return changes between neighbouring periods of a unit, at the later one; a gap has none."""
        later = 1 + np.flatnonzero((np.diff(self.unit) == 0) & (np.diff(self.time) == 1))
        return replace(
            self,
            place=self.place[later],
            unit=self.unit[later],
            time=self.time[later],
            y=self.y[later] - self.y[later - 1],
            X=self.X[later] - self.X[later - 1],
            weight=self.weight[later],
        )

    def less_means(self, share: Floats) -> "ModelRows":
        """Return the rows less a share (n,) of their unit's means: one for the within."""
        none = np.zeros(len(self.y))
        return self.quasi_differences(share, none, none)

    def quasi_differences(self, unit: Floats, time: Floats, both: Floats) -> "ModelRows":
        """Return the rows less shares (n,) of the unit's and the period's means, and a share of the mean of all added back."""
        off = unit[:, None] * self._means(self.unit)
        if time.any():
            off = off + time[:, None] * self._means(self.time)
        if both.any():
            off = off - both[:, None] * self._means(np.zeros(len(self.y), dtype=np.int64))
        return replace(self, y=self.y - off[:, 0], X=self.X - off[:, 1:])

    def unit_means_at_rows(self) -> Floats:
        """Return each column's mean of the unit, at each row, (n, k)."""
        return self._means(self.unit)[:, 1:]

    def with_regressors(self, columns: Sequence[Floats], names: Sequence[str]) -> "ModelRows":
        """Return the rows with further regressors (n,) each, which count as the user's own do."""
        if not columns:
            return self
        made = self.with_columns(np.column_stack(columns), names, first=False)
        return replace(made, n_own=self.n_own + len(columns))

    def _means(self, group: Integers) -> Floats:
        """Group means of outcome and columns at each row, (n, 1 + k); weights do not vary within a unit."""
        values = np.column_stack([self.y, self.X])
        count = np.maximum(np.bincount(group), 1)
        sums = np.column_stack([np.bincount(group, weights=column) for column in values.T])
        return np.asarray((sums / count[:, None])[group])
