"""How much each unit's outcome changed, from before the first start to after the last: one number a unit, two groups."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.inference.strata import baseline_mean


@dataclass(frozen=True)
class Changes:
    """N units of two groups.

    Attributes
    ----------
    value : ndarray, (N,)
        What is compared, such as the change of a mean; anything where it is not known.
    known : ndarray of bool, (N,)
    treated : ndarray of bool, (N,)
    weight : ndarray, (N,)
        With mean 1.
    cluster : ndarray of int, (N,)
    """

    value: Floats
    known: Mask
    treated: Mask
    weight: Floats
    cluster: Integers

    def of_values(self, value: Floats, known: Mask) -> "Changes":
        """Return the same units with another number."""
        return replace(self, value=value, known=known)

    def of_units(self, kept: Mask) -> "Changes":
        """Return the units marked True."""
        weight = self.weight[kept]
        return Changes(
            self.value[kept],
            self.known[kept],
            self.treated[kept],
            weight / weight.mean(),
            self.cluster[kept],
        )

    def std_error(self, influence: Floats) -> float:
        """Return the standard error of an estimate that is its target plus the mean of ``influence`` (N,), by clusters."""
        sums = np.bincount(self.cluster, weights=influence)
        return float(np.sqrt((sums**2).sum()) / len(influence))


@dataclass(frozen=True)
class BeforeAfter:
    """Each unit's mean before the first start and after the last, NaN where it gave none.

    Units that gave none before are not among them.

    Attributes
    ----------
    before, after : ndarray, (N,)
    groups : Changes
        ``after - before``, known where both are.
    kept : ndarray of bool, (units of the panel,)
    """

    before: Floats
    after: Floats
    groups: Changes
    kept: Mask


def before_and_after(panel: Panel) -> BeforeAfter:
    """Return what each unit gave before the first cohort's start and from the last cohort's start on.

    Raises
    ------
    NotAvailableError
        For repeated cross-sections.
    NotIdentifiedError
        When no unit of a group was observed before the first start.
    """
    if panel.waves != "panel":
        raise NotAvailableError(
            f"{panel.outcome}: waves='repeated_cross_sections': nobody is seen twice, so no change of anybody is known"
        )
    treated = np.isfinite(panel.cohort)
    before = baseline_mean(panel, before=float(panel.cohorts[0]))
    late = panel.wide[:, panel.times >= panel.cohorts[-1]]
    count = (~np.isnan(late)).sum(axis=1)
    after = np.where(count > 0, np.nansum(late, axis=1) / np.maximum(count, 1), np.nan)
    kept = ~np.isnan(before)
    if not kept[treated].any() or not kept[~treated].any():
        raise NotIdentifiedError(
            f"{panel.outcome}: no unit of a group is observed before the first start; changes need a period before"
        )
    weight = panel.weight[kept]
    groups = Changes(
        value=np.nan_to_num(after[kept] - before[kept]),
        known=~np.isnan(after[kept]),
        treated=treated[kept],
        weight=weight / weight.mean(),
        cluster=np.unique(panel.cluster[kept], return_inverse=True)[1].astype(np.int64),
    )
    return BeforeAfter(before[kept], after[kept], groups, kept)
