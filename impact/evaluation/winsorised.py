"""A cap on an outcome, so that a few large values do not decide the answer."""

import numpy as np

from impact.data.panel import Panel


def winsorised(panel: Panel, share: float) -> Panel:
    """Cap the outcome at its ``share`` quantile within each period, pooled over groups."""
    cap = np.nanquantile(panel.wide, share, axis=0)
    return panel.with_outcome(np.minimum(panel.y, cap[panel.time_index]), panel.outcome)
