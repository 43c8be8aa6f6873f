"""A panel as a long table with labels."""

from typing import Any

import numpy as np
import pandas as pd


def tidy(panel: Any) -> pd.DataFrame:  # a Panel, whose module imports this one
    """Return ``unit, time, cohort, exposed`` and the outcome, then the covariates; one row an observation."""
    label = panel.time_axis.label
    first = np.array([None if np.isinf(g) else label(g) for g in panel.cohort], dtype=object)
    time = np.array([label(t) for t in panel.times])
    own = pd.DataFrame(
        {
            "unit": panel.units[panel.unit_index],
            "time": time[panel.time_index],
            "cohort": first[panel.unit_index],
            "exposed": panel.exposed,
            panel.outcome: panel.y,
        }
    )
    return pd.concat([own, panel.covariates], axis=1)
