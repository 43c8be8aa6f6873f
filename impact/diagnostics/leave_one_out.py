"""Does the headline hang on one firm, one cohort or one event?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Mask
from impact.check_result import CheckResult, Shown, amount, pass_or_warn, text_of
from impact.data.panel import Panel
from impact.errors import EstimationError, NotIdentifiedError
from impact.estimators.headline import default_estimator
from impact.estimators.many import AnyEstimator, clusters_are_units
from impact.estimators.many_of import many, overall
from impact.one_thread import one_thread

LARGE_SHARE = 0.25  # of the headline that one unit may carry before it is flagged


@dataclass(frozen=True)
class WithoutEach:
    """How far the estimates reach that leave out each cohort, or each group, once; no single one of them.

    Attributes
    ----------
    n : int
        Those without which something is left to estimate.
    low, high : float or None
        None where there are none, or too few to show.
    turned : int
        Those without which the sign turns.
    """

    n: int
    low: float | None
    high: float | None
    turned: int

    @classmethod
    def of(cls, rows: pd.DataFrame, *, headline: float) -> "WithoutEach":
        """Collect from the rows of one kind, those withheld from readers among them."""
        known = rows["estimate"].dropna().to_numpy(dtype=float)
        if not known.size:
            return cls(n=0, low=None, high=None, turned=0)
        turned = int((known * headline < 0).sum())
        return cls(len(known), float(known.min()), float(known.max()), turned)


@dataclass(frozen=True, repr=False)
class LeaveOneOut(Shown):
    """The headline without each unit, each cohort and each group of treated units.

    Which firm it is stays out: single firms are a range only.

    Attributes
    ----------
    estimate : float
        The headline, in the outcome's unit.
    unit_low, unit_high : float
        Range of the estimates that leave out one unit.
    largest_share : float
        Largest change by leaving out one unit, over the headline; infinite where that is zero.
    cohorts, groups : WithoutEach
        Range of the estimates that leave out one cohort, or one group.
    table : DataFrame
        ``kind`` (cohort or group), ``label``, ``n_treated``, ``estimate``, ``std_error``; NaN where nothing is left to
        estimate.
    of_clusters : bool
        Whether whole clusters, which were what was assigned, stand in the place of units.
    """

    estimate: float
    unit_low: float
    unit_high: float
    largest_share: float
    cohorts: WithoutEach
    groups: WithoutEach
    table: pd.DataFrame
    of_clusters: bool = False

    def summary(self) -> str:
        """Return the ranges and the estimates without cohorts and groups as plain text."""
        one = "one cluster" if self.of_clusters else "one unit"
        reach = f"without {one} {amount(self.unit_low)} to {amount(self.unit_high)}"
        for kind, each in (("cohorts", self.cohorts), ("groups", self.groups)):
            if each.low is not None and each.high is not None:
                reach += (
                    f"; without one of {each.n} {kind} {amount(each.low)} to {amount(each.high)}"
                )
        share = f"{one} carries up to {self.largest_share:.0%}"
        return f"Headline {amount(self.estimate)}; {reach} ({share})\n\n{text_of(self.table)}"

    def check(self) -> CheckResult:
        """Warn when one unit carries more than a quarter of the headline, or leaving out a cohort turns its sign."""
        turned = self.cohorts.turned + self.groups.turned
        fine = self.largest_share <= LARGE_SHARE and turned == 0
        why = f"largest_share:{self.largest_share:.3f}"
        if turned:
            why = f"sign_turns_without:{turned}"
        return CheckResult(
            "leave_one_out", pass_or_warn(fine), why, statistic=self.largest_share, table=self.table
        )


COLUMNS = ["kind", "label", "n_treated", "estimate", "std_error"]
KINDS = ("cohort", "group")


@one_thread()
def leave_one_out(
    panel: Panel, estimator: AnyEstimator | None = None, *, group: pd.Series | None = None
) -> LeaveOneOut:
    """Estimate the overall effect again without each unit, each cohort and each group.

    Parameters
    ----------
    panel : Panel
    estimator : Estimator, optional
    group : Series, optional
        Label of the group of each unit (such as the fair it went to), indexed by the unit's label; missing for none.
        Leaving out a group leaves out its treated units.

    Raises
    ------
    NotIdentifiedError
        When nothing is left to compare without any one unit.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> found = impact.leave_one_out(panel)
    >>> found
    Headline 1.611; without one unit 1.553 to 1.704; without one of 2 cohorts 1.459 to 1.756 (one unit carries up to 6%)
    <BLANKLINE>
      kind label  n_treated  estimate  std_error
    cohort  2003         16     1.756     0.2607
    cohort  2005         16     1.459     0.2487
    """
    estimator = estimator or default_estimator()
    asked = many(panel, estimator)
    outcome = np.nan_to_num(asked.panel.wide)[:, None, :]
    headline = float(asked.evaluate(asked.labels[None], outcome).effect[0, 0])
    without = asked.without_each_cluster()
    without = without[np.isfinite(without)]
    if not without.size:
        raise NotIdentifiedError(
            f"{panel.outcome}: without any one unit nothing is left to compare; leave-one-out needs two units on a side"
        )
    table = _without_groups(panel, estimator, group)
    cohorts, groups = (
        WithoutEach.of(table[table["kind"] == kind], headline=headline) for kind in KINDS
    )
    return LeaveOneOut(
        estimate=headline,
        unit_low=float(without.min()),
        unit_high=float(without.max()),
        largest_share=_share(float(np.abs(without - headline).max()), of=abs(headline)),
        cohorts=cohorts,
        groups=groups,
        table=table,
        of_clusters=not clusters_are_units(panel),
    )


def _share(change: float, *, of: float) -> float:
    if of == 0:
        return np.inf if change > 0 else 0.0
    return change / of


def _without_groups(panel: Panel, estimator: AnyEstimator, group: pd.Series | None) -> pd.DataFrame:
    parts = [
        ("cohort", str(panel.time_axis.label(cohort)), panel.cohort == cohort)
        for cohort in panel.cohorts
    ]
    if group is not None:
        of_unit = group.reindex(panel.units).to_numpy()
        treated = np.isfinite(panel.cohort)
        parts += [
            ("group", str(label), treated & (of_unit == label))
            for label in sorted(pd.unique(pd.Series(of_unit[treated]).dropna()), key=str)
        ]
    rows = [
        {"kind": kind, "label": label, "n_treated": int(out.sum()), **_fit(panel, estimator, ~out)}
        for kind, label, out in parts
        if out.any()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _fit(panel: Panel, estimator: AnyEstimator, kept: Mask) -> dict[str, float]:
    if not np.isfinite(panel.cohort[kept]).any():
        return {"estimate": np.nan, "std_error": np.nan}
    try:
        part = panel.subset(kept, reason="left_out")
        row = overall(part, estimator).table.iloc[0]
    except EstimationError:
        return {"estimate": np.nan, "std_error": np.nan}
    return {name: float(row[name]) for name in ("estimate", "std_error")}
