"""A twin as a table: what a referee's tool reads, and the panel that our own makes of it."""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.panel import Panel

NEVER = 0
"""What ``first_treated`` holds for never-treated units, as did and csdid want it."""


def frame_of(whole: Panel, order: Integers) -> pd.DataFrame:
    """Write a panel as ``unit, time, period, first_treated, cluster, outcome``, units numbered from one in an order (N,).

    Years and waves stay as they are; quarters and months, and periods of several steps, are counted from one, ``period``
    having their labels, so that event time is a difference of two whole numbers in every tool.
    """
    treated = np.isfinite(whole.cohort)
    shift = _shift(whole, np.concatenate([whole.times, whole.cohort[treated]]))
    time = (whole.times + shift).astype(np.int64)
    first = np.where(treated, whole.cohort + shift, NEVER).astype(np.int64)
    labels = np.array([str(whole.time_axis.label(value)) for value in whole.times])
    columns = {
        "unit": np.argsort(order)[whole.unit_index] + 1,
        "time": time[whole.time_index],
        "period": labels[whole.time_index],
        "first_treated": first[whole.unit_index],
        "outcome": whole.y,
    }
    if clustered(whole):
        columns["cluster"] = _renumbered(whole.cluster[order])[whole.cluster][whole.unit_index] + 1
    return pd.DataFrame(columns).sort_values(["unit", "time"], ignore_index=True)


def panel_of(frame: pd.DataFrame) -> Panel:
    """Return the panel of a twin's table, units treated from the first period on set aside."""
    return Panel.from_frame(
        frame,
        unit="unit",
        time="time",
        outcome="outcome",
        cohort="first_treated",
        cluster="cluster" if "cluster" in frame else None,
        never=[NEVER],
    )


def clustered(whole: Panel) -> bool:
    """Say whether clusters lie above the units."""
    return whole.sample.n_clusters != whole.n_units


def _shift(whole: Panel, known: Floats) -> float:
    """Return what is added to calendar numbers: nothing to whole labels above zero, else what makes the first one."""
    labels = [whole.time_axis.label(value) for value in known]
    whole_numbers = [label for label in labels if isinstance(label, int) and label > NEVER]
    if len(whole_numbers) == len(labels) and whole.time_axis.step == 1:
        return float(whole_numbers[0] - known[0])
    return 1 - float(known.min())


def _renumbered(cluster: Integers) -> Integers:
    """Give each cluster its place in the order in which it is met first."""
    met = np.unique(cluster, return_index=True)[1]
    place = np.empty(int(cluster.max()) + 1, dtype=np.int64)
    place[cluster[np.sort(met)]] = np.arange(len(met))
    return place
