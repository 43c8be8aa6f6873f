"""The outcome before, as covariates: what a unit sold in the last period before a comparison, and on average before that.

Who was chosen for a recent dip, or a recent rise, would have moved back without the programme. Among units with the same last
outcome and the same mean before it, those chosen and those not would have moved alike, if nothing else of them counted in the
choice. Both columns hold for every period t what was known at its end, so that `CallawaySantAnna`, which takes covariates in
the earlier period of a comparison, never sees an outcome under treatment; for observations under treatment they are missing,
so that no estimator can take them for covariates there.
"""

from dataclasses import replace

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotAvailableError, UsageError

LAST = "outcome_last"
EARLIER = "outcome_earlier"
LAGGED = (LAST, EARLIER)
PERIODS = 4  # a year of quarters, as in the check of the last period


def with_lagged_outcome(panel: Panel, *, periods: int = PERIODS) -> Panel:
    """Add the outcome itself and its mean over earlier periods as covariates `LAGGED`, for `CallawaySantAnna` to adjust for.

    Parameters
    ----------
    panel : Panel
    periods : int
        Periods before each, by the calendar, of which those observed are averaged.

    Returns
    -------
    Panel
        Without observations that no earlier one is known of (``no_earlier_outcome``), the first period among them.

    Assumes
    -------
    Outcomes of units with the same last outcome and mean before it would have changed alike without treatment.

    Raises
    ------
    UsageError
        When ``periods`` is no whole number from one on.
    NotAvailableError
        When no cohort is left with a period before its start that has an earlier one.

    References
    ----------
    Ashenfelter and Card (1985), Review of Economics and Statistics 67(4); Angrist and Pischke (2009), sec. 5.3, on adjusting
    for the outcome before.
    """
    if not isinstance(periods, int) or periods < 1:
        raise UsageError("periods: no whole number from one on")
    earlier = _means_before(panel, periods)[panel.unit_index, panel.time_index]
    untreated = ~panel.exposed
    known = ~untreated | ~np.isnan(earlier)
    held = panel.covariates.assign(
        **{
            LAST: np.where(untreated, panel.y, np.nan),
            EARLIER: np.where(untreated, earlier, np.nan),
        }
    )
    made = replace(panel, covariates=held, complete=None)
    first = panel.times[panel.time_index] > panel.times[0]
    kept = made.where(known & first, reason="no_earlier_outcome")
    if not (np.isfinite(kept.cohort) & (kept.cohort > kept.times[0])).any():
        raise NotAvailableError(
            f"{panel.outcome}: no cohort has two periods before its start, so that the outcome before cannot be adjusted for"
        )
    return kept


def _means_before(panel: Panel, periods: int) -> Floats:
    """Mean of each unit's outcomes in the periods before each, (N, T); NaN where none was observed."""
    wide = panel.wide
    seen = ~np.isnan(wide)
    ahead = panel.times[None, :] - panel.times[:, None]
    before = ((ahead > 0) & (ahead <= periods)).astype(
        float
    )  # which period counts for which later one
    count = seen @ before
    total = np.where(seen, wide, 0.0) @ before
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
