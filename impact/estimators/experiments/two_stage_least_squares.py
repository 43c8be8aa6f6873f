"""Invitation and participation: what participating did to those who took part because they were invited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.absorbed import Absorbed
from impact.covariance.choice import Clustered, Covariance, covariance_of
from impact.covariance.clusters import groups_of
from impact.covariance.rows import FittedRows, RowCovariance, covariance
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.linear import as_panel
from impact.estimators.panel.model_rows import EXPOSED, ModelRows
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, CovarianceName, one_of

Effects = Literal["unit", "time", "strata"]
NO_VARIATION = 1e-9  # of a column's size: what effects and other columns leave of it


@dataclass(frozen=True)
class TwoStageLeastSquares(CheckedChoices):
    """Effect of participation, with the invitation (or lot, or planned start) as its instrument.

    Parameters
    ----------
    instruments : sequence of str
        Columns of ``panel.covariates``: the invitation, one where a unit was invited (in a panel, from the planned start on).
    participation : str
        Column that says who took part; by default ``exposed``, being under treatment by the panel's cohorts.
    covariates : sequence of str
        Further columns in both stages.
    effects_of : sequence of {"unit", "time", "strata"}
        Effects in both stages, two sets at most; none with a constant.
    vcov : Clustered, Robust, Homoskedastic, or a short name
        As in `FixedEffects`, which says what is counted.
    level : float

    Assumes
    -------
    Invitations are as good as random (given covariates and effects), move the outcome through participation alone, and keep
    nobody from taking part. Then it is the average effect on those who took part because they were invited; on all participants
    where nobody takes part uninvited.

    References
    ----------
    Imbens and Angrist (1994), Econometrica 62(2), theorem 1; Bloom (1984), Evaluation Review 8(2); Wooldridge (2010), ch. 5.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.TwoStageLeastSquares(["workers"]).fit(panel)  # workers invite nobody: the interval says so
    >>> model.rows.term
    ['exposed']
    """

    instruments: Sequence[str]
    participation: str = EXPOSED
    covariates: Sequence[str] = ()
    effects_of: Sequence[Effects] = ()
    vcov: Covariance | CovarianceName = "clustered"
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        named = [self.participation, *self.instruments, *self.covariates]
        if not self.instruments:
            raise UsageError("instruments: name the column that says who was invited")
        if len(set(named)) < len(named):
            raise UsageError(
                "instruments, participation, covariates: a column has one part; name each once"
            )
        given = (self.effects_of,) if isinstance(self.effects_of, str) else self.effects_of
        for one in given:
            one_of(one, Effects, name="effects_of")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row for participation, one a covariate.

        Raises
        ------
        UnknownNameError
            When a column is none of the panel's covariates.
        NotIdentifiedError
            When an instrument or participation does not vary, or follows from the other columns and effects.
        NotAvailableError
            From moments, which hold no columns.
        """
        return self.regressions(data).estimate()

    def regressions(self, data: Panel | PathMoments) -> "Regressions":
        """Return the regressions behind the estimate: first stage, reduced form, second stage; errors as `fit`."""
        panel = as_panel(data, who="TwoStageLeastSquares", needs="invitations and participation")
        panel = panel.with_always_treated()
        rows = ModelRows.of(panel, (self.participation, *self.instruments, *self.covariates))
        choice = covariance_of(self.vcov)
        clusters = groups_of(panel, choice, rows.place)
        return Regressions(self, panel, rows, choice, clusters)


@dataclass(frozen=True)
class Regressions:
    """Outcome and participation on instruments, and outcome on participation as instruments foretell it."""

    asked: TwoStageLeastSquares
    panel: Panel
    rows: ModelRows
    choice: Covariance
    clusters: tuple[Integers, ...]

    @property
    def n_instruments(self) -> int:
        """How many there are."""
        return len(self.asked.instruments)

    @cached_property
    def _sets(self) -> tuple[Integers, ...]:
        """Each row's level of every set of effects."""
        of_rows = {
            "unit": self.rows.unit,
            "time": self.rows.time,
            "strata": self.panel.stratum[self.rows.unit],
        }
        return tuple(of_rows[name] for name in self.asked.effects_of)

    def on_instruments(self, y: Floats) -> FittedRows:
        """Regress a column (n,) on instruments, covariates and effects."""
        root, X = self.rows.root, self.rows.X[:, 1:]
        if not self._sets:
            X = np.column_stack([X, np.ones(len(y))])
        absorbed = Absorbed.of(self._sets, root) if self._sets else None
        return FittedRows.fit(
            y * root,
            X * root[:, None],
            absorbed=absorbed,
            sets=self._sets,
            n_own=len(self.rows.names) - 1,
            constant=True,
        )

    @cached_property
    def first_stage(self) -> FittedRows:
        """Participation on instruments.

        Raises
        ------
        NotIdentifiedError
        """
        participation = self.rows.X[:, 0]
        for name, column in zip(self.rows.names, self.rows.X.T, strict=True):
            if np.ptp(column) == 0:
                raise NotIdentifiedError(f"{name}: does not vary: {self._use_of(name)}")
        try:
            fitted = self.on_instruments(participation)
        except NotIdentifiedError:
            raise NotIdentifiedError(
                f"{', '.join(self.rows.names[1:])}: given effects and the other columns one of them does not vary, so it "
                "instruments nothing; leave it out, or take fewer effects"
            ) from None
        foretold = fitted.X @ fitted.coefficients
        if not np.linalg.norm(foretold - self._given(foretold, fitted)) > NO_VARIATION * np.sqrt(
            (participation**2).sum()
        ):
            raise NotIdentifiedError(
                f"{', '.join(self.asked.instruments)}: nobody takes part because of it, so it says nothing of participation; "
                "report the effect of the invitation alone"
            )
        return fitted

    def _use_of(self, name: str) -> str:
        if name in self.asked.instruments:
            return "an instrument that is the same for all moves nobody; name the column that says who was invited"
        if name == self.asked.participation:
            return "all or none took part; report the effect of the invitation alone"
        return "leave it out"

    def _given(self, column: Floats, fitted: FittedRows) -> Floats:
        """What covariates and the constant alone foretell of a column (n,)."""
        others = fitted.X[:, self.n_instruments :]
        if not others.shape[1]:
            return np.zeros(len(column))
        return np.asarray(others @ np.linalg.lstsq(others, column, rcond=None)[0])

    @cached_property
    def reduced_form(self) -> FittedRows:
        """The outcome on instruments: the effect of the invitation."""
        _ = self.first_stage  # refuses instruments that do not vary
        return self.on_instruments(self.rows.y)

    @cached_property
    def second_stage(self) -> FittedRows:
        """The outcome on foretold participation, whose residuals are those of actual participation."""
        first = self.first_stage
        others = first.X[:, self.n_instruments :]
        foretold = np.column_stack([first.X @ first.coefficients, others])
        actual = np.column_stack([first.y, others])
        bread = np.asarray(np.linalg.inv(foretold.T @ foretold), dtype=float)
        coefficients = bread @ (foretold.T @ self.reduced_form.y)
        residual = self.reduced_form.y - actual @ coefficients
        return replace(
            first,
            X=foretold,
            y=foretold @ coefficients + residual,
            bread=bread,
            coefficients=coefficients,
            n_own=first.n_own - self.n_instruments + 1,
        )

    def covariance(self, fitted: FittedRows) -> RowCovariance:
        """Return the covariance of a regression by the choice."""
        return covariance(fitted, self.choice, self.clusters)

    def estimate(self) -> Estimate:
        """Return the second stage."""
        instruments = ", ".join(self.asked.instruments)
        return self.shown(
            self.second_stage,
            [self.asked.participation, *self.asked.covariates],
            estimand=f"Effect on {self.panel.outcome} of {self.asked.participation} on those moved by {instruments}",
            label=f"Two-stage least squares; instruments {instruments}",
        )

    def shown(
        self, fitted: FittedRows, names: Sequence[str], *, estimand: str, label: str
    ) -> Estimate:
        """Return one of the regressions as an estimate, without its constant."""
        found, k = self.covariance(fitted), len(names)
        satterthwaite = isinstance(self.choice, Clustered) and self.choice.satterthwaite
        sets = f"; effects of {', '.join(self.asked.effects_of)}" if self.asked.effects_of else ""
        n_missing = len(self.panel.y) - len(self.rows.y)
        return Estimate(
            Rows(
                term=list(names),
                n_clusters=None if found.n_clusters is None else [found.n_clusters] * k,
                df=found.df[:k] if satterthwaite else None,
            ),
            fitted.coefficients[:k],
            found.vcov[:k, :k],
            estimand=estimand,
            method=f"{label}{sets}; {self.choice.convention}",
            sample=self.panel.sample.with_dropped("missing_regressor", n_missing),
            spec={
                "estimator": "TwoStageLeastSquares",
                "instruments": list(self.asked.instruments),
                "participation": self.asked.participation,
                "covariates": list(self.asked.covariates),
                "effects_of": list(self.asked.effects_of),
                "vcov": self.choice.name,
                "level": self.asked.level,
                "df": float(found.df.min()),
                "n_obs": len(self.rows.y),
            },
            source="Imbens and Angrist (1994), theorem 1; Wooldridge (2010), eq. 5.24",
        )
