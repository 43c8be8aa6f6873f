"""Pooled, fixed, random, between and first-difference models through linearmodels.

linearmodels estimates; here its results are put on our panel, our names and our convention for standard errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UnknownNameError
from impact.estimate import Estimate, Rows
from impact.estimators.linear import as_panel
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, Covariance

EXPOSED = "exposed"
CONSTANT = "constant"
_CONVENTIONS = {
    "clustered": "CRV1 clustered, t(G-1)",
    "robust": "heteroskedasticity-robust, t(n-k)",
    "iid": "homoskedastic, t(n-k)",
}


@dataclass(frozen=True)
class _PanelModel(CheckedChoices):
    """What the five models share.

    Parameters
    ----------
    regressors : sequence of str
        Columns of ``panel.covariates``, or ``"exposed"`` for being under treatment.
    time_effects : bool
        Add period dummies (the first period left out).
    vcov : {"clustered", "robust", "iid"}
    level : float
    """

    regressors: Sequence[str] = (EXPOSED,)
    time_effects: bool = True
    vcov: Covariance = "clustered"
    level: float = CONFIDENCE_LEVEL

    label: ClassVar[str]
    source: ClassVar[str]
    constant: ClassVar[bool] = True

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel.

        Raises
        ------
        UnknownNameError
            When a regressor is neither ``exposed`` nor among the panel's covariates.
        NotIdentifiedError
            When regressors are collinear, or nothing varies.
        NotAvailableError
            From moments, which hold no regressors.
        """
        panel = as_panel(data, who=type(self).__name__, needs="the observations and regressors")
        panel = panel.with_always_treated()
        rows = self._data(panel)
        try:
            result = self._result(panel, rows)
        except (ValueError, ZeroDivisionError, np.linalg.LinAlgError) as problem:
            raise NotIdentifiedError(
                f"{self.label} of {panel.outcome} on {', '.join(self.regressors)}: the regressors are collinear or do not "
                "vary; leave one out"
            ) from problem
        return self._estimate(panel, rows, result)

    def _data(self, panel: Panel) -> pd.DataFrame:
        """Return outcome and regressors indexed by (unit, time), rows with a missing regressor left out."""
        columns: dict[str, Any] = {"outcome": panel.y}
        for name in self.regressors:
            if name != EXPOSED and name not in panel.covariates:
                raise UnknownNameError(
                    f"{name}: not among the panel's covariates; pass it to Panel.from_frame(covariates=...)"
                )
            column = panel.exposed if name == EXPOSED else panel.covariates[name]
            columns[name] = np.asarray(column, dtype=float)
        index = pd.MultiIndex.from_arrays(
            [panel.unit_index, panel.time_index], names=["unit", "time"]
        )
        data = pd.DataFrame(columns, index=index)
        data["weight"] = panel.weight[panel.unit_index]
        data["cluster"] = panel.cluster[panel.unit_index]
        return data.dropna()

    def _design(self, panel: Panel, data: pd.DataFrame) -> pd.DataFrame:
        X = data[list(self.regressors)].copy()
        if self.time_effects:
            present = np.unique(data.index.get_level_values("time"))
            for code in present[1:]:
                name = f"time={panel.time_axis.label(panel.times[code])}"
                X[name] = (data.index.get_level_values("time") == code).astype(float)
        if self.constant:
            X.insert(0, CONSTANT, 1.0)
        return X

    def _model(self) -> Any:
        raise NotImplementedError

    def _result(self, panel: Panel, data: pd.DataFrame) -> Any:
        import warnings

        weights = None if np.ptp(data["weight"]) == 0 else data["weight"]
        model = self._model()(
            data["outcome"], self._design(panel, data), weights=weights, **self._effects()
        )
        options: dict[str, Any] = {
            "iid": {"cov_type": "unadjusted"},
            "robust": {"cov_type": "robust"},
        }.get(
            self.vcov, {"cov_type": "clustered", "clusters": data["cluster"], "group_debias": True}
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas deprecations inside linearmodels
            return model.fit(**options)

    def _effects(self) -> dict[str, Any]:
        return {}

    def _estimate(self, panel: Panel, data: pd.DataFrame, result: Any) -> Estimate:
        terms = [str(name) for name in result.params.index]
        n_clusters = data["cluster"].nunique()
        left_out = len(panel.y) - len(data)
        df = float(n_clusters - 1) if self.vcov == "clustered" else float(result.df_resid)
        return Estimate(
            Rows(term=terms),
            np.asarray(result.params, dtype=float),
            np.asarray(result.cov, dtype=float),
            estimand=f"Coefficients of {panel.outcome} on {', '.join(self.regressors)}",
            method=f"{self.label}{'; period effects' if self.time_effects else ''}; {_CONVENTIONS[self.vcov]}",
            sample=panel.sample.with_dropped("missing_regressor", left_out),
            spec={
                "estimator": type(self).__name__,
                "regressors": list(self.regressors),
                "time_effects": self.time_effects,
                "vcov": self.vcov,
                "level": self.level,
                "df": df,
                "n_obs": int(result.nobs),
            },
            source=self.source,
        )


@dataclass(frozen=True)
class PooledOLS(_PanelModel):
    """Least squares on all rows. Assumes regressors unrelated to what units have in common. Wooldridge (2010), ch. 7."""

    label: ClassVar[str] = "Pooled least squares"
    source: ClassVar[str] = "Wooldridge (2010), eq. 7.62"

    def _model(self) -> Any:
        from linearmodels.panel import PooledOLS as Model

        return Model


@dataclass(frozen=True)
class FixedEffects(_PanelModel):
    """Within estimator: compares each unit with itself. Assumes strict exogeneity. Wooldridge (2010), 10.5."""

    label: ClassVar[str] = "Fixed effects (within)"
    source: ClassVar[str] = "Wooldridge (2010), eq. 10.53"
    constant: ClassVar[bool] = False

    def _model(self) -> Any:
        from linearmodels.panel import PanelOLS as Model

        return Model

    def _effects(self) -> dict[str, Any]:
        return {"entity_effects": True}


@dataclass(frozen=True)
class RandomEffects(_PanelModel):
    """Swamy-Arora random effects. Assumes unit effects unrelated to the regressors. Wooldridge (2010), 10.4."""

    label: ClassVar[str] = "Random effects (Swamy-Arora)"
    source: ClassVar[str] = "Wooldridge (2010), eq. 10.35"

    def _model(self) -> Any:
        from linearmodels.panel import RandomEffects as Model

        return Model


@dataclass(frozen=True)
class FirstDifferences(_PanelModel):
    """Least squares on changes between neighbouring observations of a unit. Wooldridge (2010), 10.6."""

    label: ClassVar[str] = "First differences"
    source: ClassVar[str] = "Wooldridge (2010), eq. 10.65"
    constant: ClassVar[bool] = False

    def _model(self) -> Any:
        from linearmodels.panel import FirstDifferenceOLS as Model

        return Model


@dataclass(frozen=True)
class BetweenEffects(_PanelModel):
    """Least squares on unit means; what happens within units over time is left out. Wooldridge (2010), 10.2."""

    time_effects: bool = False

    label: ClassVar[str] = "Between effects"
    source: ClassVar[str] = "Wooldridge (2010), sec. 10.2"

    def _model(self) -> Any:
        from linearmodels.panel import BetweenOLS as Model

        return Model
