"""Pooled, fixed, random, between and first-difference models with own regressors.

Every one is least squares on rows transformed in its way, so that all covariances are those of `covariance.rows`. linearmodels
gives the coefficients of the random, between and first-difference models and the variances behind random effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from impact.arrays import Integers
from impact.covariance.choice import AnyCovariance, Clustered, any_covariance_of
from impact.covariance.clusters import cluster_codes, column_codes
from impact.covariance.panel_choice import PanelCovariance
from impact.covariance.rows import RowCovariance
from impact.covariance.small_sample import nested
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.linear import as_panel
from impact.estimators.panel.fit_statistics import fit_statistics
from impact.estimators.panel.linear_models import values_of
from impact.estimators.panel.model_rows import EXPOSED, TREND, ModelRows
from impact.estimators.panel.transformed import Transformed, covariance_at, least_squares
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, CovarianceName


@dataclass(frozen=True)
class PanelModel(CheckedChoices):
    """What the five models share.

    Parameters
    ----------
    regressors : sequence of str
        Columns of ``panel.covariates``; none for being under treatment, which ``"exposed"`` also stands for where the panel has
        no column of that name.
    time_effects : bool
        Add period dummies (the first period left out).
    vcov : Clustered, Robust, Homoskedastic, or a short name
        ``Clustered("CRV0" to "CRV3", by=...)`` by the panel's clusters, any column, or two; ``Robust("HC0" to "HC3")``.
    level : float
    """

    regressors: Sequence[str] = ()
    time_effects: bool = True
    vcov: AnyCovariance | CovarianceName = "clustered"
    level: float = CONFIDENCE_LEVEL

    label: ClassVar[str]
    source: ClassVar[str]

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel.

        Raises
        ------
        UnknownNameError
            When a regressor is neither ``exposed`` nor among the panel's covariates, or a cluster no column.
        NotIdentifiedError
            When regressors are collinear, or nothing varies.
        NotAvailableError
            From moments, which hold no regressors; for a covariance that the model does not have.
        """
        panel = as_panel(data, who=type(self).__name__, needs="the observations and regressors")
        panel = panel.with_always_treated()
        rows = ModelRows.of(panel, self.regressors)
        try:
            made = self.transformed(panel, rows)
        except (
            ValueError,
            ZeroDivisionError,
            np.linalg.LinAlgError,
            NotIdentifiedError,
        ) as problem:
            raise NotIdentifiedError(
                f"{self.label} of {panel.outcome} on {', '.join(rows.names)}: the regressors are collinear or do not "
                "vary; leave one out"
            ) from problem
        choice = any_covariance_of(self.vcov)
        self._check(panel, choice)
        found = covariance_at(panel, made.fitted, choice, made.rows)
        return self._estimate(panel, rows, made, choice, found)

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return the model's regression on its own transformation of the rows."""
        raise NotImplementedError

    def _check(self, panel: Panel, choice: AnyCovariance) -> None:
        """Refuse a covariance that the model does not have."""

    def _effects(self) -> str:
        return "; period effects" if self.time_effects else ""

    def _estimate(
        self,
        panel: Panel,
        rows: ModelRows,
        made: Transformed,
        choice: AnyCovariance,
        found: RowCovariance,
    ) -> Estimate:
        own = bool(self.regressors) and EXPOSED in self.regressors and EXPOSED in panel.covariates
        satterthwaite = isinstance(choice, Clustered) and choice.satterthwaite
        n_clusters = None if found.n_clusters is None else [found.n_clusters] * len(made.values)
        return Estimate(
            Rows(
                term=list(made.rows.names),
                n_clusters=n_clusters,
                df=found.df if satterthwaite else None,
            ),
            made.values,
            found.vcov,
            estimand=f"Coefficients of {panel.outcome} on {', '.join(rows.names)}",
            method=f"{self.label}{self._effects()}; {choice.convention}",
            sample=panel.sample.with_dropped("missing_regressor", len(panel.y) - len(rows.y)),
            spec={
                "estimator": type(self).__name__,
                "regressors": list(rows.names),
                "time_effects": self.time_effects,
                "vcov": choice.name,
                "level": self.level,
                "df": float(found.df.min()),
                "n_obs": len(made.rows.y),
                **fit_statistics(made.fitted, made.rows, made.levels, made.values),
                **({} if made.components is None else made.components.as_spec()),
                **({"added": list(made.added)} if made.added else {}),
            },
            notes=(f"column_of_the_data:{EXPOSED}",) if own else (),
            source=self.source,
        )


@dataclass(frozen=True)
class _WithGroupedPeriods(PanelModel):
    """What pooled least squares and fixed effects share.

    Parameters
    ----------
    time_effects_by : sequence of str
        Period effects apart for each combination of these columns, such as ``("state",)`` for state x year; taken out without
        a column for each.
    """

    time_effects_by: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.time_effects_by and not self.time_effects:
            raise UsageError("time_effects_by: needs time_effects=True")

    def _effects(self) -> str:
        if not self.time_effects_by:
            return super()._effects()
        return f"; period effects by {' x '.join(self.time_effects_by)}"

    def _grouped_periods(self, panel: Panel, rows: ModelRows) -> Integers:
        """Code of each row's combination of period and grouping, (n,)."""
        columns = [
            column_codes(panel, name, rows.place, what="time_effects_by")
            for name in self.time_effects_by
        ]
        joined = np.column_stack([rows.time, *columns])
        return np.unique(joined, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


@dataclass(frozen=True)
class PooledOLS(_WithGroupedPeriods):
    """Least squares on all rows. Assumes regressors unrelated to what units have in common. Wooldridge (2010), ch. 7.

    Parameters
    ----------
    regressors : sequence of str
        Columns of ``panel.covariates``; by default ``exposed``, being under treatment.
    time_effects : bool
        Add period effects.
    vcov : Clustered, Robust, Homoskedastic, or a short name
    level : float
    time_effects_by : sequence of str
        Period effects apart for each combination of these columns, such as ``("state",)``.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.PooledOLS(["exposed", "workers"], vcov="CRV3").fit(panel)
    >>> model.select(["exposed", "workers"]).confint().round(2)
          term   low  high
    0  exposed  0.72  1.79
    1  workers  0.27  0.41
    """

    label: ClassVar[str] = "Pooled least squares"
    source: ClassVar[str] = "Wooldridge (2010), eq. 7.62"

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return least squares on the rows as they are."""
        if self.time_effects_by:
            grouped = self._grouped_periods(panel, rows)
            return least_squares(rows, taken_out=(grouped,), sets=(grouped,), constant=True)
        rows = rows.with_constant()
        if self.time_effects:
            rows = rows.with_periods(panel)
        return least_squares(rows, sets=(rows.time,) if self.time_effects else (), constant=True)


@dataclass(frozen=True)
class FixedEffects(_WithGroupedPeriods):
    """Within estimator: compares each unit with itself. Assumes strict exogeneity. Wooldridge (2010), 10.5.

    Clustered standard errors count period effects and the constant, not unit effects nested in the clusters; the others count
    all effects. HC2 and HC3 take leverages with all effects among the columns.

    Parameters
    ----------
    regressors, time_effects, vcov, level, time_effects_by
        As in `PooledOLS`.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.FixedEffects(["exposed", "workers"]).fit(panel)
    >>> model.select(["exposed", "workers"]).confint().round(2)
          term   low  high
    0  exposed  1.03  1.43
    1  workers  0.26  0.36
    """

    label: ClassVar[str] = "Fixed effects (within)"
    source: ClassVar[str] = "Wooldridge (2010), eq. 10.53"

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return least squares with unit effects taken out."""
        if self.time_effects_by:
            both = (rows.unit, self._grouped_periods(panel, rows))
            return least_squares(rows, taken_out=both, sets=both, constant=True)
        sets = (rows.unit, rows.time) if self.time_effects else (rows.unit,)
        if self.time_effects:
            rows = rows.with_periods(panel)
        return least_squares(rows, taken_out=(rows.unit,), sets=sets, constant=True)


@dataclass(frozen=True)
class FirstDifferences(PanelModel):
    """Least squares on changes between neighbouring observations of a unit. Wooldridge (2010), 10.6.

    Parameters
    ----------
    regressors, time_effects, vcov, level
        As in `PooledOLS`.
    trend : bool
        Add a constant to the changes, a linear trend in levels; period effects hold it already.

    Raises
    ------
    UsageError
        When a trend is asked beside period effects.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.FirstDifferences(["exposed", "workers"], time_effects=False).fit(panel)
    >>> model.params.round(2).to_dict()
    {'exposed': 1.27, 'workers': 0.31}
    """

    trend: bool = False

    label: ClassVar[str] = "First differences"
    source: ClassVar[str] = "Wooldridge (2010), eq. 10.65"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.trend and self.time_effects:
            raise UsageError("trend: period effects hold it already; set time_effects=False")

    def _effects(self) -> str:
        return super()._effects() + ("; a linear trend" if self.trend else "")

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return least squares on changes."""
        from linearmodels.panel import FirstDifferenceOLS as Model

        if self.trend:
            rows = rows.with_columns(rows.time[:, None].astype(float), [TREND], first=True)
        if self.time_effects:
            rows = rows.with_periods(panel)
        values, _ = values_of(Model, rows)
        changes = rows.differences()
        # the differenced dummies, and the trend, span the constant, which is otherwise differenced away
        sets = (changes.time,) if self.time_effects else ()
        constant = self.time_effects or self.trend
        return least_squares(changes, levels=rows, sets=sets, constant=constant, values=values)


@dataclass(frozen=True)
class BetweenEffects(PanelModel):
    """Least squares on unit means; what happens within units over time is left out. Wooldridge (2010), 10.2.

    Parameters
    ----------
    regressors, time_effects, vcov, level
        As in `PooledOLS`, without period effects by default.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.BetweenEffects(["exposed", "workers"]).fit(panel)
    >>> model.params.round(2).to_dict()
    {'constant': 5.08, 'exposed': 1.27, 'workers': 0.49}
    """

    time_effects: bool = False

    label: ClassVar[str] = "Between effects"
    source: ClassVar[str] = "Wooldridge (2010), sec. 10.2"

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return least squares on unit means."""
        from linearmodels.panel import BetweenOLS as Model

        rows = rows.with_constant()
        if self.time_effects:
            rows = rows.with_periods(panel)
        values, _ = values_of(Model, rows)
        return least_squares(rows.unit_means(), levels=rows, constant=True, values=values)

    def _check(self, panel: Panel, choice: AnyCovariance) -> None:
        if isinstance(choice, PanelCovariance):
            raise NotAvailableError(
                f"{choice.name}: between effects have one row a unit and no periods; use 'HC1', or clusters of units"
            )
        if isinstance(choice, Clustered) and choice.by is not None:
            every = np.arange(len(panel.y))
            if not all(
                nested(panel.unit_index, code) for code in cluster_codes(panel, choice, every)
            ):
                raise NotAvailableError(
                    f"{choice.name}: between effects have one row a unit; cluster by a column that does not vary within units"
                )
