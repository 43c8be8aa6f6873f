"""What a panel says of itself: counts, never an id or a value of the outcome."""

import numpy as np

from impact.arrays import Floats
from impact.data.sample import Sample
from impact.data.times import TimeAxis

MOST_COHORTS_SHOWN = 12  # one line each; the rest are counted together


def panel_lines(
    axis: TimeAxis, times: Floats, cohort: Floats, sample: Sample
) -> list[tuple[str, str]]:
    """Return what a panel shows of itself, a label and its text a line.

    Parameters
    ----------
    axis : TimeAxis
    times : ndarray, (T,)
        Calendar numbers of the observed periods.
    cohort : ndarray, (N,)
        First treated period of each unit; infinity for never treated.
    sample : Sample
    """
    label = axis.label
    n_units, n_periods, n_obs = len(cohort), len(times), sample.n_obs
    span = f"{n_periods}, {label(times[0])} to {label(times[-1])}"
    seen = "all" if n_obs == n_units * n_periods else f"{n_obs / (n_units * n_periods):.1%}"
    cohorts, counts = np.unique(cohort[np.isfinite(cohort)], return_counts=True)
    by_cohort = [
        (f"  from {label(first)}", f"{count:,}")
        for first, count in zip(cohorts[:MOST_COHORTS_SHOWN], counts, strict=False)
    ]
    if len(cohorts) > MOST_COHORTS_SHOWN:
        rest = counts[MOST_COHORTS_SHOWN:]
        by_cohort.append((f"  in {len(rest)} later cohorts", f"{rest.sum():,}"))
    step = axis.step
    spacing = "" if step == 1 else f", every {step} {axis.frequency}s"
    own = sample.n_clusters == n_units
    return [
        ("units", f"{n_units:,}"),
        ("periods", f"{span}{spacing}"),
        ("observations", f"{n_obs:,} ({seen} of units by periods)"),
        ("treated", f"{counts.sum():,}"),
        *by_cohort,
        ("never treated", f"{n_units - counts.sum():,}"),
        ("clusters", "the units" if own else f"{sample.n_clusters:,}"),
        *sample.dropped_lines(),
    ]
