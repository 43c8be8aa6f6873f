"""Random effects of units, periods or both, and effects correlated with the regressors."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from impact.covariance.small_sample import nested
from impact.data.panel import Panel
from impact.errors import NotAvailableError, UsageError
from impact.estimators.panel.model_rows import ModelRows
from impact.estimators.panel.models import PanelModel
from impact.estimators.panel.transformed import Transformed, least_squares
from impact.estimators.panel.variance_components import (
    Components,
    RandomIn,
    variance_components,
)
from impact.terms import CorrelatedBy

LABELS: dict[Components, str] = {
    "swamy_arora": "Swamy-Arora",
    "wallace_hussain": "Wallace-Hussain",
    "amemiya": "Amemiya",
    "nerlove": "Nerlove",
}
EFFECTS: dict[RandomIn, str] = {
    "unit": "",
    "time": "; random period effects",
    "both": "; random unit and period effects",
}


@dataclass(frozen=True)
class RandomEffects(PanelModel):
    """Random effects. Assumes effects unrelated to the regressors. Wooldridge (2010), 10.4.

    Parameters
    ----------
    regressors, time_effects, vcov, level
        As in `PooledOLS`.
    components : {"swamy_arora", "wallace_hussain", "amemiya", "nerlove"}
        How the variances of error and effects are estimated (`variance_components`). ``spec`` has them: ``sigma2_error``,
        ``sigma2_unit``, ``sigma2_time``, and ``theta``, the shares of means that are taken off.
    random_in : {"unit", "time", "both"}
        Whose effects are random; with periods among them, ``time_effects=False``.

    Raises
    ------
    UsageError
        When period effects are asked to be random and dummies at once.

    References
    ----------
    Baltagi (2013), Econometric Analysis of Panel Data, 5th ed., secs. 2.3, 3.3 and 9.2.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.RandomEffects(["exposed", "workers"]).fit(panel)
    >>> model.select(["exposed", "workers"]).confint().round(2)
          term   low  high
    0  exposed  1.05  1.42
    1  workers  0.27  0.36
    """

    components: Components = "swamy_arora"
    random_in: RandomIn = "unit"

    source: ClassVar[str] = "Wooldridge (2010), eq. 10.35"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.time_effects and self.random_in != "unit":
            raise UsageError(
                f"random_in={self.random_in!r}: period effects are random or dummies; set time_effects=False"
            )

    @property
    def label(self) -> str:  # type: ignore[override]
        """What it is called in print."""
        return f"Random effects ({LABELS[self.components]})"

    def _effects(self) -> str:
        return super()._effects() + EFFECTS[self.random_in]

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return least squares on rows less a share of their means."""
        levels = rows.with_constant()
        if self.time_effects:
            levels = levels.with_periods(panel)
        if self.random_in != "unit" and (rows.weight != 1).any():
            raise NotAvailableError(
                "random effects of periods: not defined with weights; use random_in='unit', or leave the weights out"
            )
        root = levels.root
        found = variance_components(
            levels.y * root,
            levels.X * root[:, None],
            levels.unit,
            levels.time,
            kind=self.components,
            random_in=self.random_in,
        )
        apart = levels.quasi_differences(found.unit_share, found.time_share, found.both_share)
        sets = (rows.time,) if self.time_effects else ()
        return least_squares(apart, levels=levels, sets=sets, constant=True, components=found)


@dataclass(frozen=True)
class CorrelatedRandomEffects(RandomEffects):
    """Random effects, which may go with what a unit's regressors were on average, or in each period.

    The coefficients of the regressors then compare each unit with itself, as fixed effects do, and those of the added columns
    say how unlike units are: all zero is the assumption of random effects (`mundlak_test`).

    Parameters
    ----------
    regressors, time_effects, vcov, level, components, random_in
        As in `RandomEffects`; effects are the units'.
    correlated_by : {"mundlak", "chamberlain"}
        Add each regressor's mean of the unit, or its value in each period (panels without gaps).

    Raises
    ------
    NotAvailableError
        When Chamberlain's form is asked of a panel with gaps.
    UsageError
        When effects of periods are asked for.

    References
    ----------
    Mundlak (1978), Econometrica 46(1), eq. 2.10; Chamberlain (1982), Journal of Econometrics 18(1), sec. 2.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> model = impact.CorrelatedRandomEffects(["exposed", "workers"]).fit(panel)
    >>> model.select(["exposed", "workers"]).confint().round(2)
          term   low  high
    0  exposed  1.03  1.43
    1  workers  0.26  0.36
    >>> model.rows.term[3]
    'mean of exposed'
    """

    correlated_by: CorrelatedBy = "mundlak"

    source: ClassVar[str] = "Mundlak (1978), Econometrica 46(1), eq. 2.10"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.random_in != "unit":
            raise UsageError("random_in: correlated effects are the units'; leave it at 'unit'")

    @property
    def label(self) -> str:  # type: ignore[override]
        """What it is called in print."""
        by = {"mundlak": "Mundlak", "chamberlain": "Chamberlain"}[self.correlated_by]
        return f"Correlated random effects ({by}; {LABELS[self.components]})"

    def transformed(self, panel: Panel, rows: ModelRows) -> Transformed:
        """Return random effects with the units' means, or every period's values, beside the regressors."""
        names, columns = self._added(panel, rows)
        made = super().transformed(panel, rows.with_regressors(columns, names))
        return replace(made, added=tuple(names))

    def _added(self, panel: Panel, rows: ModelRows) -> tuple[list[str], list[np.ndarray]]:
        """Names and columns (n,) of what is added, for regressors that vary within units and between them."""
        own = [
            place
            for place in range(rows.n_own)
            if not nested(rows.unit, np.unique(rows.X[:, place], return_inverse=True)[1])
        ]
        if self.correlated_by == "mundlak":
            means = rows.unit_means_at_rows()
            return [f"mean of {rows.names[place]}" for place in own], [means[:, p] for p in own]
        units, times = np.unique(rows.unit, return_inverse=True)[1], rows.time
        n_units, n_times = int(units.max()) + 1, int(times.max()) + 1
        if n_units * n_times != len(rows.y):
            raise NotAvailableError(
                "correlated_by='chamberlain': needs every unit in every period; use 'mundlak', or the units that have all"
            )
        names, columns = [], []
        present = np.unique(panel.time_index[rows.place])
        for place in own:
            wide = np.zeros((n_units, n_times))
            wide[units, times] = rows.X[:, place]
            for t in range(n_times):
                names.append(
                    f"{rows.names[place]} at {panel.time_axis.label(panel.times[present[t]])}"
                )
                columns.append(wide[units, t])
        return names, columns
