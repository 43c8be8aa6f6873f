"""How an arm's way of answering changed with the programme: a change of reporting among participants looks like an effect."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, Difference, by_arm


@dataclass(frozen=True)
class Changes:
    """A mark of each answer, averaged before and after the start of each unit.

    Attributes
    ----------
    before, after : ndarray, (N,)
        Means of units. Units never treated take the starts of those treated, weighted by how many units have them.
    adjusted : ndarray, (N,)
        Change of each unit less the mean change of units never treated at the same start.
    """

    before: Floats
    after: Floats
    adjusted: Floats

    @classmethod
    def of(cls, panel: Panel, marks: Floats) -> "Changes":
        """Split marks (N, T), NaN where there is none, at the cohorts' starts."""
        treated = np.isfinite(panel.cohort)
        starts = panel.cohorts
        later = panel.times[None, :] >= starts[:, None]
        before, after = (
            np.column_stack([mean_of_units(marks[:, side]) for side in sides])
            for sides in (~later, later)
        )
        change = after - before
        share = np.bincount(np.searchsorted(starts, panel.cohort[treated]), minlength=len(starts))
        weight = np.where(np.isnan(change), 0.0, share)
        own = np.searchsorted(starts, panel.cohort[treated])
        levels = []
        for values in (before, after, change - mean_of_units(change[~treated].T)[None, :]):
            made = _weighted(values, weight)
            made[treated] = values[treated, own]
            levels.append(made)
        return cls(*levels)

    def compare(self, arms: Arms) -> Difference | None:
        """Compare the changes between the arms; None where an arm has too few."""
        return arms.compare(self.adjusted)

    def table(self, arms: Arms) -> pd.DataFrame:
        """Return means before and after by arm, of units seen on both sides."""
        gone = np.isnan(self.adjusted)
        before, after = (np.where(gone, np.nan, side) for side in (self.before, self.after))
        return by_arm(arms, {"before_start": before, "from_start": after})


def mean_of_units(values: Floats) -> Floats:
    """Return the mean of each row of (N, T) over what is not missing; NaN where all is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an empty row is NaN, as it should be
        return (
            np.asarray(np.nanmean(values, axis=1)) if values.size else np.full(len(values), np.nan)
        )


def _weighted(values: Floats, weight: Floats) -> Floats:
    """Weighted mean of each row's known values; NaN without any."""
    total = weight.sum(axis=1)
    held = np.where(weight > 0, values, 0.0)
    return np.where(total > 0, (held * weight).sum(axis=1) / np.where(total > 0, total, 1), np.nan)
