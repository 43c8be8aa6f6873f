"""What two-way fixed effects are made of: Goodman-Bacon's comparisons, and the weights on treated outcomes."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, Shown, amount, not_applicable
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.linear import as_moments
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.moments import PathMoments

SMALL_SHARE = 0.01  # negative weights below one percent in all change nothing that is shown


@dataclass(frozen=True, repr=False)
class Decomposition(Shown):
    """Two-way fixed effects as a weighted average.

    Attributes
    ----------
    table : DataFrame
        ``kind, treated, control, estimate, weight``; the weights add up to one.
    """

    table: pd.DataFrame

    @property
    def total(self) -> float:
        """The two-way fixed effects coefficient."""
        return float((self.table["estimate"] * self.table["weight"]).sum())

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the coefficient, and the weight of each kind of comparison."""
        return (
            f"Two-way fixed effects {amount(self.total)}, of {len(self.table)} comparisons",
            self.by_kind(),
        )

    def by_kind(self) -> pd.DataFrame:
        """Return the weight and the average estimate of each kind of comparison."""
        table = self.table.assign(product=self.table["estimate"] * self.table["weight"])
        sums = table.groupby("kind", sort=True)[["weight", "product"]].sum().reset_index()
        return sums.assign(estimate=sums["product"] / sums["weight"])[
            ["kind", "weight", "estimate"]
        ]


@dataclass(frozen=True)
class GoodmanBacon:
    """Split two-way fixed effects into comparisons of two groups over two spans of time.

    Comparisons of later with earlier treated units use treated outcomes as controls; where effects grow their sign can turn.
    Units treated from the first period on are one such group of controls, as they are in two-way fixed effects.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225(2), theorem 1, eqs. 7-10.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> parts = impact.GoodmanBacon().fit(panel)
    >>> parts
    Two-way fixed effects 1.283, of 4 comparisons
    <BLANKLINE>
                     kind  weight  estimate
    earlier_against_later  0.1667     1.296
    later_against_earlier  0.1667    0.7017
    treated_against_never  0.6667     1.426
    """

    def fit(self, data: Panel | PathMoments) -> Decomposition:
        """Decompose; balanced panels only.

        Raises
        ------
        NotAvailableError
            With gaps, for which the theorem does not hold, or with weights.
        """
        moments = as_moments(data, always_treated="kept")
        if not moments.balanced:
            raise NotAvailableError(
                "GoodmanBacon: the decomposition holds for balanced panels; drop units with gaps first, or see "
                "Estimate.weights()"
            )
        if len(moments.times) < 2:
            raise NotAvailableError(
                "GoodmanBacon: one period compares nobody with itself before; needs two"
            )
        label = moments.time_axis.label
        rows = [
            {
                **row,
                "treated": label(row["treated"]),
                "control": None if np.isinf(row["control"]) else label(row["control"]),
            }
            for row in _comparisons(moments)
        ]
        table = pd.DataFrame(rows)
        return Decomposition(table.assign(weight=table["weight"] / table["weight"].sum()))


def _comparisons(moments: PathMoments) -> list[dict[str, Any]]:
    """One row a comparison; weights not yet divided by their sum."""
    times = moments.times
    every, share, mean = _groups(moments)
    exposed = np.array([(times >= g).mean() for g in every])
    rows: list[dict[str, Any]] = []

    def add(kind: str, k: int, u: int, before: Mask, after: Mask, weight: float) -> None:
        change = mean[:, after].mean(axis=1) - mean[:, before].mean(axis=1)
        rows.append(
            {
                "kind": kind,
                "treated": every[k],
                "control": every[u],
                "estimate": float(change[k] - change[u]),
                "weight": weight,
            }
        )

    for k, u in combinations(range(len(every)), 2):
        both = share[k] + share[u]
        split = share[k] / both * (1 - share[k] / both)
        d, e = exposed[k], exposed[u]
        late, later = times >= every[k], times >= every[u]
        if np.isinf(every[u]) and d < 1:
            weight = both**2 * split * d * (1 - d)
            add("treated_against_never", k, u, ~late, late, weight)
            continue
        if d < 1:
            weight = (both * (1 - e)) ** 2 * split * (d - e) / (1 - e) * (1 - d) / (1 - e)
            add("earlier_against_later", k, u, ~late, late & ~later, weight)
        if e > 0:
            weight = (both * d) ** 2 * split * e / d * (d - e) / d
            kind = "later_against_earlier" if d < 1 else "later_against_always"
            add(kind, u, k, late & ~later, later, weight)
    return rows


def _groups(moments: PathMoments) -> tuple[Floats, Floats, Floats]:
    """First treated periods (C,), shares (C,) and mean paths (C, T); all treated from the first period on are one group."""
    first = np.maximum(moments.every_cohort, moments.times[0])
    every, group = np.unique(first, return_inverse=True)
    member = (group == np.arange(len(every))[:, None]).astype(float)
    size = member @ moments.cohort_size
    mean = member @ (moments.cohort_size[:, None] * moments.cohort_mean) / size[:, None]
    return every, size / size.sum(), mean


def negative_weights(data: Panel | PathMoments) -> CheckResult:
    """Sum the negative weights that two-way fixed effects put on the effects of treated cohorts and periods.

    References
    ----------
    de Chaisemartin and D'Haultfoeuille (2020), American Economic Review 110(9), theorem 1.
    """
    weights = TwoWayFixedEffects().fit(data).weights()
    treated = weights[weights["event_time"] >= 0]
    if len(treated) < 2:
        return not_applicable("negative_weights", "one_treated_cohort_and_period")
    share = float(-treated["weight"].clip(upper=0).sum())
    return CheckResult(
        "negative_weights",
        "pass" if share < SMALL_SHARE else "warn",
        f"negative_cells:{int((treated['weight'] < 0).sum())}",
        statistic=share,
        table=treated[["cohort", "time", "weight"]].reset_index(drop=True),
    )
