"""Groups of treated units that may share shocks: the fairs they went to, or their cohorts."""

import numpy as np
import pandas as pd

from impact.arrays import Integers
from impact.data.panel import Panel


def group_codes(panel: Panel, group: pd.Series | None) -> Integers:
    """Return each unit's group as a code, (N,); its cohort without groups; -1 for units without one."""
    treated = np.isfinite(panel.cohort)
    if group is None:
        return np.where(treated, np.searchsorted(panel.cohorts, panel.cohort), -1)
    label = group.reindex(panel.units)
    codes = pd.factorize(label.where(treated), sort=True)[0]
    return np.asarray(codes, dtype=np.int64)
