"""What a referee asks, in our words and in other packages, and what somebody who knows part of a firm's path tries."""

import numpy as np
import pandas as pd
from panels import panel

import impact
from impact.disclosure.twin.asked import Asked

ASKED = (
    Asked("callaway_santanna", impact.CallawaySantAnna(), "cells"),
    Asked("two_way_fixed_effects", impact.TwoWayFixedEffects()),
    Asked("event_study", impact.EventStudy(), "cells"),
    Asked("sun_abraham", impact.SunAbraham(), "cells"),
    Asked("imputation", impact.Imputation(), "cells"),
    Asked("average_of_cohorts", impact.CallawaySantAnna(), "cohort"),
    Asked("average_of_event_times", impact.CallawaySantAnna(), "event_time"),
    Asked("other_comparison", impact.CallawaySantAnna(control_group="never_treated"), "cells"),
)


def artisans(*, cohorts=(10, 12), never=40, periods=20, seed=3):
    """Revenue in quarters, of cohorts as small as the programme's: firms differ, and a quarter resembles the one before."""
    generator = np.random.default_rng(seed)
    starts = [*np.repeat(np.arange(8, 8 + 3 * len(cohorts), 3), cohorts), *[np.nan] * never]
    n = len(starts)
    shock = generator.normal(size=(n, periods))
    for t in range(1, periods):
        shock[:, t] += 0.5 * shock[:, t - 1]
    path = 50 + 6 * generator.normal(size=n)[:, None] + 0.4 * np.arange(periods) + 4 * shock
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(n), periods),
            "t": np.tile(np.arange(1, periods + 1), n),
            "y": path.ravel(),
        }
    )
    frame["g"] = np.repeat(starts, periods)
    frame.loc[frame.t >= frame.g, "y"] += 3.0
    return panel(frame, covariates=[])


def completed(rows, known, mean, path):
    """Complete a path of which some periods are known from rows that it may be a combination of, as near as they allow."""
    deviations = rows - rows.mean(axis=0)
    weights = np.linalg.lstsq(deviations[:, known].T, (path - mean)[known], rcond=1e-9)[0]
    return mean + weights @ deviations
