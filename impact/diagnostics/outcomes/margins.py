"""An outcome with zeros: did more firms sell, did those that sell sell more, and what does neither logarithm say?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, Shown, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.outcomes.changes import before_and_after
from impact.diagnostics.outcomes.lee import trimmed_bounds
from impact.errors import EstimationError, NotAvailableError
from impact.estimate import Estimate
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.regressions.extended_twfe import ExtendedTWFE
from impact.parameters import percent_of_log
from impact.terms import CONFIDENCE_LEVEL

UNITS = (
    1.0,
    100.0,
    10_000.0,
)  # in which the outcome is counted before a logarithm-like function is taken of it
LOGLIKE: dict[str, Any] = {"log1p": np.log1p, "arcsinh": np.arcsinh}
DEPENDS = 0.5  # of the smaller effect that a change of the unit may move before the two are unlike answers
YES_OR_NO = 2  # values of an outcome that only says whether
COLUMNS = ["margin", "measure", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


@dataclass(frozen=True, repr=False)
class Margins(Shown):
    """One effect on an outcome with zeros, margin by margin.

    Attributes
    ----------
    table : DataFrame
        ``margin, measure, estimate, std_error, conf_low, conf_high, p_value``: ``level`` (percent of the counterfactual
        mean), ``ratio`` (percent, Poisson), ``participation`` (percentage points of units with more than zero), ``intensive``
        (two rows: bounds in percent, on units that would sell either way). NaN where the data give none.
    by_unit : DataFrame
        ``function, unit, estimate, std_error``: what log1p and arcsinh say where the outcome is counted in 1, 100 and 10,000.
    share_zero : float
        Of the observations.
    """

    table: pd.DataFrame
    by_unit: pd.DataFrame
    share_zero: float

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the share of zeros, the margins, and what the logarithms say by unit."""
        return (f"{self.share_zero:.1%} of observations are zero", self.table, self.by_unit)

    def check(self) -> CheckResult:
        """Warn where a logarithm-like function says other things of one outcome in other units."""
        if self.share_zero == 0:
            return not_applicable("scale_dependence", "no_zeros")
        of_function = self.by_unit.groupby("function")["estimate"]
        spread = np.array([_spread(own.to_numpy()) for _, own in of_function])
        if np.isnan(spread).all():
            return not_applicable("scale_dependence", "no_estimate_in_logarithms")
        largest = float(np.nanmax(spread))
        if np.isinf(largest):
            return CheckResult("scale_dependence", "warn", "turns_with_the_unit")
        return CheckResult(
            "scale_dependence",
            pass_or_warn(largest <= DEPENDS),
            "changes_with_the_unit",
            statistic=largest,
        )


def _spread(estimates: Floats) -> float:
    """How far estimates lie apart, relative to the smallest in size; infinite where they differ in sign."""
    if np.isnan(estimates).any():
        return float("nan")
    if estimates.min() < 0 < estimates.max():
        return float("inf")
    smallest = np.abs(estimates).min()
    return float(np.ptp(estimates) / smallest) if smallest > 0 else float("inf")


def margins(
    panel: Panel,
    estimator: CallawaySantAnna | None = None,
    *,
    level: float = CONFIDENCE_LEVEL,
    units: Sequence[float] = UNITS,
) -> Margins:
    """Estimate an effect in percent, on selling at all, and on how much those sell that sell either way.

    Where treatment brings firms to sell that would not have, no average effect in percent exists that does not depend on the
    unit: of an effect from zero, log1p and arcsinh say whatever the unit makes them say. What can be said is the level
    effect over the counterfactual mean, the Poisson ratio of means, the two margins apart.

    Parameters
    ----------
    panel : Panel
        Outcome never negative.
    estimator : CallawaySantAnna, optional
        Of the level, participation and logarithm-like rows.
    level : float
    units : sequence of float
        In which the outcome is counted for log1p and arcsinh.

    Assumes
    -------
    Parallel trends of levels, of ratios of means, and of the share that sells, each for its row. Bounds of the intensive
    margin: units that sold before the first start would have changed alike in logarithms, in distribution, and treatment
    keeps none from selling if it brings some to it.

    Raises
    ------
    NotAvailableError
        When an outcome is negative, or has one value above zero alone.

    References
    ----------
    Chen and Roth (2024), Quarterly Journal of Economics 139(2), secs. 2 and 4; Lee (2009), Review of Economic Studies 76(3).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.margins(panel).check().why
    'no_zeros'
    """
    if (panel.y < 0).any():
        raise NotAvailableError(
            f"{panel.outcome}: negative outcomes have no share that sells and no ratio; use levels"
        )
    if len(np.unique(panel.y)) <= YES_OR_NO:
        raise NotAvailableError(
            f"{panel.outcome}: two values alone, so the share above zero is the outcome itself; take its effect as it is"
        )
    estimator = estimator or CallawaySantAnna(level=level)

    def overall(y: Floats) -> Estimate:
        return estimator.fit(panel.with_outcome(y, panel.outcome)).aggregate(by="overall")

    rows = [
        _row("level", "percent", lambda: overall(panel.y).percent()),
        _row("ratio", "percent", lambda: _poisson(panel, level=level)),
        _row("participation", "points", lambda: overall(np.where(panel.y > 0, 100.0, 0.0))),
        *_intensive(panel, level=level),
    ]
    by_unit = [
        {"function": name, "unit": unit, **_loglike(partial(overall, function(panel.y / unit)))}
        for name, function in LOGLIKE.items()
        for unit in units
    ]
    return Margins(
        table=pd.DataFrame(rows, columns=COLUMNS),
        by_unit=pd.DataFrame(by_unit),
        share_zero=float((panel.y == 0).mean()),
    )


def _loglike(compute: Callable[[], Estimate]) -> dict[str, float]:
    return _numbers(compute, ("estimate", "std_error"))


def _poisson(panel: Panel, *, level: float) -> Estimate:
    found = ExtendedTWFE(family="poisson", level=level).fit(panel).aggregate(by="overall")
    return found.percent()


def _row(margin: str, measure: str, compute: Callable[[], Estimate]) -> dict[str, Any]:
    return {"margin": margin, "measure": measure, **_numbers(compute, COLUMNS[2:])}


def _numbers(compute: Callable[[], Estimate], names: Sequence[str]) -> dict[str, float]:
    try:
        found = compute().table.iloc[0]
    except EstimationError:
        return {}
    return {name: float(found[name]) for name in names}


def _intensive(panel: Panel, *, level: float) -> list[dict[str, Any]]:
    """Lee's bounds on the change of the logarithm, in percent, among units that sold before and answered after."""
    rows: list[dict[str, Any]] = [
        {"margin": "intensive", "measure": f"percent_{end}"} for end in ("low", "high")
    ]
    try:
        seen = before_and_after(panel)
        sold = (seen.before > 0) & seen.groups.known
        before, after = seen.before[sold], seen.after[sold]
        sells = after > 0
        change = np.log(np.where(sells, after, before) / before)
        found = trimmed_bounds(seen.groups.of_units(sold).of_values(change, sells), level=level)
    except EstimationError:
        return rows
    ends = (found.low, found.high, found.conf_low, found.conf_high)
    low, high, conf_low, conf_high = map(float, percent_of_log(np.array(ends)))
    for row, estimate in zip(rows, (low, high), strict=True):
        row |= {"estimate": estimate, "conf_low": conf_low, "conf_high": conf_high}
    return rows
