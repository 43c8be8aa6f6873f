"""Do the arms differ in how they answered? Means of units, or of clusters assigned as a whole, by permutation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.check_result import CheckResult, not_applicable, status_of
from impact.critical_values import two_sided_p_value
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.many import clusters_are_units, label_of_clusters
from impact.inference.assignments import assignments
from impact.interval import permutation_p
from impact.streams import stream
from impact.terms import SMALLEST_SHOWN

PERMUTATIONS = 1999  # p-values then vary by about .005 near .05 from seed to seed
MOST_PERMUTED = (
    2_000  # units of assignment; with more of them Welch's t is the same and needs no draws
)
MOST_ENUMERATED = 5_000

Part = Literal[
    "before_start",
    "from_start",
    "lost",
    "closed",
    "short",
    "duration",
    "two_digits",
    "thousands",
    "five_hundreds",
    "hundreds",
]
"""What a row of `by_arm` is the mean of."""


@dataclass(frozen=True)
class Difference:
    """Means of both arms, the p-value of their being equal, and how many units the smaller arm has."""

    treated: float
    comparison: float
    p_value: float
    smallest: int

    @property
    def value(self) -> float | None:
        """Treated less comparison; None where it would rest on fewer than ten units of an arm."""
        return self.treated - self.comparison if self.smallest >= SMALLEST_SHOWN else None


@dataclass(frozen=True)
class Arms:
    """Who is compared with whom.

    Attributes
    ----------
    treated : ndarray of bool, (N,)
        Units ever treated.
    assigned_with : ndarray of int, (N,)
        What each unit was assigned with: itself, or its cluster where clusters have one arm each.
    seed : int
    """

    treated: Mask
    assigned_with: Integers
    seed: int = 0

    @classmethod
    def of(cls, panel: Panel, *, seed: int = 0) -> "Arms":
        """Take the arms of a panel; clusters that mix them are not what was assigned."""
        treated = np.isfinite(panel.cohort)
        units = np.arange(panel.n_units)
        if clusters_are_units(panel):
            return cls(treated, units, seed)
        try:
            label_of_clusters(panel, treated.astype(np.int64))
        except NotAvailableError:
            return cls(treated, units, seed)
        return cls(treated, panel.cluster, seed)

    def compare(self, values: Floats) -> Difference | None:
        """Compare a number of each unit, (N,), NaN where it has none, between the arms.

        Returns
        -------
        Difference or None
            None where an arm has fewer than two units of assignment with a number.

        Assumes
        -------
        That units of assignment could have been exchanged, had the arms answered alike. The statistic is Welch's t, so that
        arms of unequal spread do not make the test wrong when units are many.

        References
        ----------
        Janssen (1997), Statistics and Probability Letters 36(1), studentised permutation tests under unequal variances.
        """
        known = ~np.isnan(values)
        groups, place = np.unique(self.assigned_with[known], return_inverse=True)
        count = np.bincount(place, minlength=len(groups))
        means = np.bincount(place, weights=values[known], minlength=len(groups)) / count
        treated = np.bincount(place, weights=self.treated[known], minlength=len(groups)) > 0
        if min(treated.sum(), (~treated).sum()) < 2:
            return None
        return Difference(
            treated=float(means[treated].mean()),
            comparison=float(means[~treated].mean()),
            p_value=self._p_value(means, treated),
            smallest=min(np.bincount(self.treated[known], minlength=2).tolist()),
        )

    def _p_value(self, means: Floats, treated: Mask) -> float:
        if np.ptp(means) == 0:
            return 1.0
        if len(means) > MOST_PERMUTED:
            t, df = _welch(means, treated[None])
            return float(two_sided_p_value(t, df)[0])
        made = assignments(
            treated.astype(np.int64),
            np.zeros(len(means), dtype=np.int64),
            draws=PERMUTATIONS,
            generator=stream(self.seed, "survey_permutations"),
            most=MOST_ENUMERATED,
        )
        observed, _ = _welch(means, treated[None])
        permuted, _ = _welch(means, made.labels == 1)
        return permutation_p(observed, permuted, added=made.added)


def _welch(values: Floats, treated: Mask) -> tuple[Floats, Floats]:
    """Return Welch's t and its degrees of freedom, each (P,), of values (G,) under arms (P, G); infinite without spread."""
    centred = values - values.mean()
    side = treated.astype(float)
    n1 = side.sum(axis=1)
    n0 = len(values) - n1
    total1, square1 = side @ centred, side @ centred**2
    total0, square0 = -total1, (centred**2).sum() - square1  # centred values add up to zero
    m1, m0 = total1 / n1, total0 / n0
    v1 = np.maximum(square1 - n1 * m1**2, 0) / (n1 - 1) / n1
    v0 = np.maximum(square0 - n0 * m0**2, 0) / (n0 - 1) / n0
    rounding = np.finfo(float).eps * (centred**2).sum()
    v1, v0 = (np.where(v > rounding, v, 0.0) for v in (v1, v0))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (m1 - m0) / np.sqrt(v1 + v0)
        df = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
    return t, df


def by_arm(arms: Arms, parts: Mapping[Part, Floats]) -> pd.DataFrame:
    """Return mean values of units (N,) by arm, a row a part: ``part, treated, treated_n, comparison, comparison_n``.

    A share that one to nine units make up is NaN.
    """
    rows = []
    for part, values in parts.items():
        row: dict[str, object] = {"part": part}
        for arm, units in (("treated", arms.treated), ("comparison", ~arms.treated)):
            known = values[units & ~np.isnan(values)]
            row |= {arm: _shown_mean(known), f"{arm}_n": len(known)}
        rows.append(row)
    return pd.DataFrame(rows)


def _shown_mean(values: Floats) -> float:
    """Mean of what units have; NaN without any, and where ones among zeros would count fewer than ten units."""
    if not len(values):
        return np.nan
    is_share = np.isin(values, (0.0, 1.0)).all()
    return np.nan if is_share and 0 < values.sum() < SMALLEST_SHOWN else float(values.mean())


def difference_found(
    name: str, found: Difference | None, *, why: str, table: pd.DataFrame
) -> CheckResult:
    """Return the check of a difference between the arms, or that an arm has too few to compare."""
    if found is None:
        return not_applicable(name, "too_few_in_an_arm")
    status = status_of(found.p_value)
    return CheckResult(name, status, why, found.value, found.p_value, table)
