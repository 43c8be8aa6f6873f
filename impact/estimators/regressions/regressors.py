"""Covariates as regressors beside treatment: as they are in each period, or with a coefficient of each period's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError, UsageError
from impact.estimators.linear import as_moments, as_panel
from impact.estimators.selection.covariates import numbers_of
from impact.moments import PathMoments


@dataclass(frozen=True)
class Regressors:
    """p regressors of the N units of a panel.

    Attributes
    ----------
    panel : Panel
        The observations used.
    whole : Panel
        The panel that was asked about, whose units scores are kept for.
    moments : PathMoments
        Of the observations used.
    names : tuple of str
    columns : ndarray, (p, N, T)
        Zero where a unit was not observed.
    """

    panel: Panel
    whole: Panel
    moments: PathMoments
    names: tuple[str, ...]
    columns: Floats

    @classmethod
    def of(
        cls,
        panel: Panel,
        *,
        covariates: Sequence[str] = (),
        by_period: Sequence[str] = (),
        whole: Panel | None = None,
    ) -> "Regressors":
        """Take regressors from a panel: the covariates, then one a period but the first for each of ``by_period``.

        Raises
        ------
        UnknownNameError, UsageError, InfiniteValueError
            As for any covariate; UsageError as well where one of ``by_period`` changes within a unit.
        MissingValueError
            When a covariate is missing in an observation.
        """
        made = [as_wide(panel, complete(panel, name)) for name in covariates]
        names = list(covariates)
        label = panel.time_axis.label
        for name in by_period:
            value = as_wide(panel, unchanging(panel, name))
            for place in range(1, panel.n_periods):
                column = np.zeros_like(value)
                column[:, place] = value[:, place]
                made.append(column)
                names.append(f"{name} in {label(panel.times[place])}")
        return cls.made(panel, whole or panel, names, made)

    @classmethod
    def made(
        cls, panel: Panel, whole: Panel, names: Sequence[str], columns: Sequence[Floats]
    ) -> "Regressors":
        """Collect columns (N, T) of a panel in which everybody stays.

        Raises
        ------
        NotAvailableError
            For repeated cross-sections.
        """
        moments = as_moments(replace(panel, complete=None), always_treated="kept")
        shape = (len(columns), panel.n_units, panel.n_periods)
        return cls(panel, whole, moments, tuple(names), np.array(columns).reshape(shape))

    @property
    def place(self) -> Integers:
        """Each unit's place among the moments' cohorts, (N,)."""
        return places_of(self.panel.cohort, self.moments)

    def for_whole(self, values: Floats) -> Floats:
        """Put scores (n, k) of the units used at their places among those of the whole panel."""
        if self.whole is self.panel:
            return values
        every = np.zeros((self.whole.n_units, values.shape[1]))
        every[np.searchsorted(self.whole.units, self.panel.units)] = values
        return every

    @property
    def kept(self) -> Mask:
        """Which units of the whole panel were used."""
        return np.isin(self.whole.units, self.panel.units)


class TakesCovariates(Protocol):
    """An estimator that takes covariates."""

    @property
    def covariates(self) -> Sequence[str]:
        """Columns as they are in each period."""

    @property
    def by_period(self) -> Sequence[str]:
        """Columns that never change, with a coefficient of each period's own."""


def regressors_of(
    estimator: TakesCovariates,
    data: Panel | PathMoments,
    *,
    always_treated: Literal["set_aside", "kept"] = "set_aside",
    before_the_last: bool = False,
) -> Regressors | None:
    """Return the estimator's covariates from a panel, or nothing where it takes none; refuse moments, which hold none.

    ``before_the_last`` leaves out the periods from the last cohort's treatment on, where nobody is never treated.
    """
    if not estimator.covariates and not estimator.by_period:
        return None
    whole = panel_of(estimator, data)
    if always_treated == "kept":
        whole = whole.with_always_treated()
        return Regressors.of(whole, covariates=estimator.covariates, by_period=estimator.by_period)
    panel = used(whole, before_the_last=before_the_last)
    return Regressors.of(
        panel, covariates=estimator.covariates, by_period=estimator.by_period, whole=whole
    )


def used(whole: Panel, *, before_the_last: bool) -> Panel:
    """Return the panel without units treated from the first period on, and without periods in which all are treated."""
    panel = whole.subset(whole.cohort > whole.times[0], reason="always_treated")
    if not before_the_last or np.isinf(panel.cohort).any():
        return panel
    before = panel.times[panel.time_index] < panel.cohort.max()
    return panel.where(before, reason="not_observed_before_the_last_cohort")


def panel_of(estimator: TakesCovariates, data: Panel | PathMoments) -> Panel:
    """Return the panel that the covariates are in; refuse moments."""
    named = ", ".join([*estimator.covariates, *estimator.by_period])
    return as_panel(
        data,
        who=f"{type(estimator).__name__} given {named}",
        needs="the covariates of single units",
    )


def given(estimator: TakesCovariates) -> str:
    """Write what an estimator adjusts for, for its method; nothing without covariates."""
    periods = [f"{name} by period" for name in estimator.by_period]
    named = [*estimator.covariates, *periods]
    return f"; given {', '.join(named)}" if named else ""


def said(estimator: TakesCovariates) -> dict[str, list[str]]:
    """What a spec says of the covariates: nothing without any."""
    found = {"covariates": list(estimator.covariates), "by_period": list(estimator.by_period)}
    return {name: columns for name, columns in found.items() if columns}


def places_of(cohort: Floats, moments: PathMoments) -> Integers:
    """Return the place of each unit's cohort (N,) among those of the moments."""
    every = moments.every_cohort
    return np.minimum(np.searchsorted(every, cohort), len(every) - 1).astype(np.int64)


def as_wide(panel: Panel, values: Floats) -> Floats:
    """Return values of observations (n,) by unit and period (N, T), zero where a unit was not observed."""
    wide = np.zeros((panel.n_units, panel.n_periods))
    wide[panel.unit_index, panel.time_index] = values
    return wide


def complete(panel: Panel, name: str) -> Floats:
    """Return a covariate that no observation lacks, (n,), less its mean; errors as `known`."""
    values = known(panel, name)
    return np.asarray(values - values.mean())


def known(panel: Panel, name: str) -> Floats:
    """Return a covariate that no observation lacks, (n,).

    Raises
    ------
    MissingValueError
    """
    values = numbers_of(panel, name)
    n_missing = int(np.isnan(values).sum())
    if n_missing:
        raise MissingValueError(
            f"{name}: missing in {n_missing} observations; complete it, or leave these out by "
            f"panel.where(panel.covariates[{name!r}].notna().to_numpy(), reason='missing_regressor')"
        )
    return values


def unchanging(panel: Panel, name: str) -> Floats:
    """Return a covariate that no unit ever changes, (n,), less its mean.

    Raises
    ------
    UsageError
    """
    values = complete(panel, name)
    same_unit = np.diff(panel.unit_index) == 0
    n_units = len(np.unique(panel.unit_index[1:][same_unit & (np.diff(values) != 0)]))
    if n_units:
        raise UsageError(
            f"{name}: changes within {n_units} units, and by_period takes what was known before treatment; give it to "
            "covariates, or make a column of its value before treatment"
        )
    return values
