"""Panels at the edge of what can be asked: nothing moves, nobody to compare, one of everything, no scale."""

import numpy as np
import pandas as pd

import impact

PERIODS = 5
STARTS = (2.0, 3.0)  # cohorts; who starts earlier has one period before the base


def firms(starts, *, periods=PERIODS, seed=1, size=2):
    """A long table of firms first treated at given periods (NaN for never), two to a village, all of equal weight."""
    generator = np.random.default_rng(seed)
    n = len(starts)
    rows = [
        pd.DataFrame(
            {
                "id": range(n),
                "t": t,
                "y": 20 + generator.normal(size=n) + np.arange(n) / 7,
                "g": starts,
                "village": np.arange(n) // size,
                "x": np.cos(13 * np.arange(n) + t),
                "w": 1.0,
            }
        )
        for t in range(periods)
    ]
    return pd.concat(rows, ignore_index=True)


def usual(n=30, treated=12, **choices):
    """Firms of two cohorts and never-treated ones."""
    starts = np.full(n, np.nan)
    starts[:treated] = np.repeat(STARTS, treated // 2)
    return firms(starts, **choices)


def with_y(y, frame=None):
    return (usual() if frame is None else frame).assign(y=y)


def _all_of_one():
    return firms([1.0, 2.0, 3.0, 4.0, *[np.nan] * 16])


def _cohort_of_one_without_base():
    """The one firm of its cohort did not answer in the period before its start."""
    frame = firms([3.0, *[2.0] * 6, *[np.nan] * 17])
    return frame[~((frame.id == 0) & (frame.t == 2))]


def _one_cohort_of_one_without_base():
    frame = firms([3.0, *[np.nan] * 17])
    return frame[~((frame.id == 0) & (frame.t == 2))]


def _missing_after():
    frame = usual()
    return frame[~(frame.g <= frame.t)]


def _unit_with_one_row(of):
    frame = usual()
    return frame[~((frame.id == of) & (frame.t != 1))]


def _last_period_twice():
    """Everybody starts at last, half of them in the last period but one."""
    return firms(np.repeat([3.0, 4.0], 10))


def _dominated(by):
    frame = usual()
    return frame.assign(w=np.where(frame.id == by, 1e9, 1.0))


def _mixed(sizes):
    frame = usual()
    return frame.assign(village=frame.id % sizes)


def _two_clusters():
    starts = [2.0] * 10 + [np.nan] * 10
    frame = firms(starts)
    return frame.assign(village=frame.id // 10)


VILLAGE = {"cluster": "village"}
PANELS = {
    # name: frame, what is told of it beside unit, time, outcome, cohort
    "usual": (usual, {}),
    "all_zero": (lambda: with_y(0.0), {}),
    "constant": (lambda: with_y(7.3), {}),
    "constant_within_units": (lambda: usual().assign(y=lambda f: f.id / 7), {}),
    "same_path_of_all": (lambda: usual().assign(y=lambda f: 1.1 * f.t), {}),
    "constant_before": (lambda: usual().assign(y=lambda f: np.where(f.t < 2, 3.0, f.y)), {}),
    "one_treated": (lambda: firms([2.0, *[np.nan] * 19]), {}),
    "two_treated": (lambda: firms([2.0, 2.0, *[np.nan] * 18]), {}),
    "one_untreated": (lambda: firms([*[2.0] * 19, np.nan]), {}),
    "nobody_never_treated": (lambda: firms(np.repeat([1.0, 2.0, 3.0], 8)), {}),
    "everybody_at_once": (lambda: firms([2.0] * 20), {}),
    "nobody_treated": (lambda: firms([np.nan] * 20), {}),
    "last_period_twice": (_last_period_twice, {}),
    "one_each": (lambda: firms([2.0, np.nan]), {}),
    "one_cluster": (lambda: usual(size=100), VILLAGE),
    "two_clusters": (_two_clusters, VILLAGE),
    "three_clusters": (lambda: firms([2.0] * 8 + [np.nan] * 16, size=8), VILLAGE),
    "clusters_mixing_cohorts": (lambda: _mixed(8), VILLAGE),
    "two_clusters_mixing_cohorts": (lambda: _mixed(2), VILLAGE),
    "cohort_of_one_without_base": (_cohort_of_one_without_base, {}),
    "cohort_of_one_without_base_clustered": (_cohort_of_one_without_base, {"weight": "w"}),
    "one_treated_without_base": (_one_cohort_of_one_without_base, {}),
    "cohorts_of_one": (_all_of_one, {}),
    "two_periods": (lambda: firms([1.0] * 8 + [np.nan] * 12, periods=2), {}),
    "one_period": (lambda: firms([0.0] * 8 + [np.nan] * 12, periods=1), {}),
    "treated_from_the_first": (lambda: firms([0.0] * 8 + [np.nan] * 12), {}),
    "huge": (lambda: usual().assign(y=lambda f: f.y * 1e200), {}),
    "tiny": (lambda: usual().assign(y=lambda f: f.y * 1e-200), {}),
    "one_huge_value": (lambda: usual().assign(y=lambda f: np.where(f.index == 7, 1e200, f.y)), {}),
    "treated_seen_once": (lambda: _unit_with_one_row(0), {}),
    "untreated_seen_once": (lambda: _unit_with_one_row(20), {}),
    "missing_after": (_missing_after, {}),
    "one_treated_weight_dominates": (lambda: _dominated(0), {"weight": "w"}),
    "one_untreated_weight_dominates": (lambda: _dominated(20), {"weight": "w"}),
}


def panel_named(name):
    """Return a degenerate panel; an ImpactError where none can be made."""
    frame, told = PANELS[name]
    return impact.Panel.from_frame(
        frame(), unit="id", time="t", outcome="y", cohort="g", covariates=["x"], **told
    )
