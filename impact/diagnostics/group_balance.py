"""How alike both groups are before anybody is treated, before and after they were made comparable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, Shown, pass_or_warn
from impact.critical_values import two_sided_p_value
from impact.data.panel import Panel
from impact.diagnostics.balance import LARGE_DIFFERENCE
from impact.estimators.selection.baseline import Baseline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BALANCE_COLUMNS = [
    "covariate",
    "treated",
    "comparison",
    "se_treated",
    "se_comparison",
    "difference",
    "normalised_difference",
    "variance_ratio",
    "p_value",
    "treated_before",
    "comparison_before",
    "normalised_difference_before",
    "variance_ratio_before",
]


@dataclass(frozen=True, repr=False)
class GroupBalance(Shown):
    """Means of both groups, a row a covariate, before and after weighting.

    Attributes
    ----------
    check : CheckResult
        ``group_balance``: warns where a normalised difference that is left exceeds a quarter.
    table : DataFrame
        Means, their standard errors, difference, normalised difference (over the treated's standard deviation before
        weighting), ratio of the variances (treated over comparison), p-value of the difference; the same before weighting.
    n_treated, n_comparison : int
        Units with a weight.
    effective_comparison : float
        Kish's effective number of the comparison group.
    """

    check: CheckResult
    table: pd.DataFrame
    n_treated: int
    n_comparison: int
    effective_comparison: float

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the groups' sizes, and the table."""
        sizes = f"{self.n_treated:,} treated, {self.n_comparison:,} others (as {self.effective_comparison:.1f} equal ones)"
        return (f"group_balance: {self.check.status}; {sizes}", self.table)

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw normalised differences before (hollow) and after (full), a row a covariate: a love plot."""
        from impact.estimate_plot import love

        names = list(self.table["covariate"])
        after, before = (
            self.table[column].to_numpy(dtype=float)
            for column in ("normalised_difference", "normalised_difference_before")
        )
        return love(names, before, after, axes, limit=LARGE_DIFFERENCE)


def balance(
    panel: Panel,
    covariates: Sequence[str] = (),
    *,
    before: Panel | None = None,
    lagged_outcomes: int = 0,
) -> GroupBalance:
    """Compare ever-treated and never-treated units in what was known before the first cohort's treatment.

    Parameters
    ----------
    panel : Panel
        As weighted by one of the ways to make groups comparable, or as it is.
    covariates : sequence of str
        Numbers among the panel's covariates, by their mean before treatment.
    before : Panel, optional
        The panel before weighting; by default this one with weights of one.
    lagged_outcomes : int
        The outcome of so many last periods before treatment, each a row.

    References
    ----------
    Imbens and Rubin (2015), Causal Inference, secs. 14.2 and 18.5; Ho, Imai, King and Stuart (2011), who standardise by the
    treated's standard deviation before weighting, so that weighting moves means alone; columns as in the World
    Bank's ``iebaltab``.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> weighed = impact.EntropyBalancing(["workers"]).weigh(panel)
    >>> found = impact.balance(weighed, ["workers"], before=panel)
    >>> found.table[["normalised_difference_before", "normalised_difference"]].abs().round(2).to_numpy().tolist()
    [[0.24, 0.0]]
    """
    raw = before or panel.with_weight(np.ones(panel.n_units))
    groups = [
        _Groups.of(
            Baseline.of(each, covariates, lagged_outcomes=lagged_outcomes, missing="leave_out")
        )
        for each in (panel, raw)
    ]
    after, first = groups
    rows = []
    for place, name in enumerate(first.names):
        spread = first.spread(place, treated=True)
        own = after.difference(place, spread)
        raw_own = first.difference(place, spread)
        rows.append({"covariate": name, **own, **{f"{key}_before": raw_own[key] for key in KEPT}})
    table = pd.DataFrame(rows, columns=BALANCE_COLUMNS)
    largest = float(table["normalised_difference"].abs().max())
    weight = after.weight[~after.treated]
    return GroupBalance(
        check=CheckResult(
            "group_balance",
            pass_or_warn(largest <= LARGE_DIFFERENCE),
            "largest_normalised_difference",
            statistic=largest,
            table=table,
        ),
        table=table,
        n_treated=int(after.treated.sum()),
        n_comparison=int((~after.treated).sum()),
        effective_comparison=float(weight.sum() ** 2 / (weight**2).sum()),
    )


KEPT = ("treated", "comparison", "normalised_difference", "variance_ratio")


@dataclass(frozen=True)
class _Groups:
    """Covariates (N, p), who is treated and weights (N,)."""

    names: tuple[str, ...]
    values: Floats
    treated: Mask
    weight: Floats

    @classmethod
    def of(cls, baseline: Baseline) -> "_Groups":
        return cls(baseline.names, baseline.values, baseline.treated, baseline.weight)

    def spread(self, place: int, *, treated: bool) -> float:
        """Weighted standard deviation of a group; its mean's error is that over the root of Kish's effective number."""
        side = self.treated == treated
        return _spread(self.values[side, place], self.weight[side])

    def difference(self, place: int, spread: float) -> dict[str, float]:
        """Both means and what they differ by."""
        mean, deviation, error = {}, {}, {}
        for treated in (True, False):
            side = self.treated == treated
            values, weight = self.values[side, place], self.weight[side]
            mean[treated] = float(weight @ values / weight.sum())
            deviation[treated] = _spread(values, weight)
            share = weight / weight.sum()
            error[treated] = float(np.sqrt(share**2 @ (values - mean[treated]) ** 2))
        gap = mean[True] - mean[False]
        together = float(np.hypot(error[True], error[False]))
        return {
            "treated": mean[True],
            "comparison": mean[False],
            "se_treated": error[True],
            "se_comparison": error[False],
            "difference": gap,
            "normalised_difference": _over(gap, spread),
            "variance_ratio": _over(deviation[True] ** 2, deviation[False] ** 2),
            "p_value": float(two_sided_p_value(np.array([_over(gap, together)]), np.inf)[0]),
        }


def _spread(values: Floats, weight: Floats) -> float:
    """Standard deviation with weights; (n-1) with equal ones, and p(1-p) of covariates of zeros and ones, as in MatchIt."""
    share = weight / weight.sum()
    mean = share @ values
    if np.isin(values, (0.0, 1.0)).all():
        return float(np.sqrt(mean * (1 - mean)))
    return float(np.sqrt(share @ (values - mean) ** 2 / max(1 - (share**2).sum(), 1e-300)))


def _over(part: float, whole: float) -> float:
    """A ratio; of nothing by nothing none, else infinitely many."""
    if whole > 0:
        return part / whole
    return 0.0 if part == 0 else float(np.copysign(np.inf, part))
