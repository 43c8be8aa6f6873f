"""Panels for the tests: simulated ones that need no file."""

import numpy as np
import pandas as pd

import impact


def long_frame(*, n=60, periods=8, cohorts=(4, 6), share=0.2, gaps=0.0, seed=1, effect=1.0):
    """A staggered panel with unit and period effects, an effect that grows, and gaps at random."""
    generator = np.random.default_rng(seed)
    draw = generator.random(n)
    cohort = np.full(n, np.nan)
    for i, start in enumerate(cohorts):
        cohort[(draw >= i * share) & (draw < (i + 1) * share)] = start
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    event = time - cohort[unit]
    y = (
        generator.normal(0, 2, n)[unit]
        + 0.3 * time
        + effect * np.where(event >= 0, 1 + 0.5 * event, 0)
        + generator.normal(size=n * periods)
    )
    frame = pd.DataFrame({"id": unit, "t": time, "y": y, "g": cohort[unit]})
    frame["x"] = generator.normal(size=len(frame))
    frame["village"] = frame["id"] // 4
    frame["w"] = 1 + (frame["id"] % 5) / 2
    return frame[generator.random(len(frame)) >= gaps].reset_index(drop=True)


def panel(frame=None, **choices):
    frame = long_frame() if frame is None else frame
    return impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", **{"cohort": "g", "covariates": ["x"], **choices}
    )
