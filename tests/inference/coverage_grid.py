"""Coverage of every estimator and inference over treated units and processes, and the page that shows it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from inference.designs import PROCESSES, TREATED, Design

import impact
from impact.diagnostics.design import design_check
from impact.diagnostics.simulated_tests import Simulation, stream
from impact.errors import EstimationError
from impact.moments import PathMoments

BAND = (0.9335, 0.9655)  # of coverage at 2,000 repetitions
CONSERVATIVE = 0.99
ONE_BY_ONE = {
    "sun_abraham": (impact.SunAbraham(), "cells"),
    "two_stage": (impact.TwoStage(), "cells"),
    "extended_twfe": (impact.ExtendedTWFE(), "cells"),
    "rolling": (impact.LeeWooldridge(), "cells"),
    "intertemporal": (impact.DeChaisemartinDHaultfoeuille(), "cells"),
    "event_study": (impact.EventStudy(), "cells"),
    "local_projections": (impact.LocalProjectionsDiD(weighting="equal"), "event_time"),
    "stacked": (impact.StackedDiD(), "event_time"),
}
OTHER_AVERAGE = {
    "local_projections",
    "stacked",
}  # of event times: another estimand where effects differ


@dataclass(frozen=True)
class Cell:
    n_treated: int
    process: str
    estimator: str
    inference: str
    coverage: float
    median_length: float


def cells_of(design, *, repetitions, permutations=199, seed=2012, one_by_one=True):
    """Every estimator and inference on one design."""
    panel = design.panel
    nobody = np.zeros(panel.n_units, dtype=np.int64)
    group = np.where(np.isfinite(panel.cohort), np.searchsorted(panel.cohorts, panel.cohort), -1)
    tests = (
        Simulation(design, ("resampled",), nobody, group, repetitions, permutations, 0.95, seed)
        .of(panel, impact.CallawaySantAnna())
        .tests
    )
    found = [
        Cell(
            design.n_treated,
            design.process,
            test.estimator,
            test.inference,
            1 - test.rejected(0.0),
            test.median_length,
        )
        for test in tests
    ]
    return found + (_one_by_one(design, panel, repetitions, seed) if one_by_one else [])


def _one_by_one(design, panel, repetitions, seed):
    names = [
        name
        for name in ONE_BY_ONE
        if name not in OTHER_AVERAGE or design.process not in {"dynamic", "heterogeneous"}
    ]
    covered = {name: [] for name in names}
    seen = ~np.isnan(panel.wide)
    outcomes = design.draw("resampled", repetitions, stream(seed, "resampled"))
    for repetition in range(repetitions):
        moments = PathMoments.from_panel(panel.with_outcome(outcomes[:, repetition][seen], "y"))
        for name in names:
            estimator, average = ONE_BY_ONE[name]
            try:
                overall = estimator.fit(moments).aggregate(by="overall", average=average)
                row = overall.table.iloc[0]
                inside = row.conf_low <= 0 <= row.conf_high
                covered[name].append((inside, row.conf_high - row.conf_low))
            except EstimationError:
                covered[name].append((np.nan, np.nan))
    cells = []
    for name, values in covered.items():
        inside, length = np.array(values, dtype=float).T
        cells.append(
            Cell(
                design.n_treated,
                design.process,
                name,
                "clustered",
                float(np.nanmean(inside)) if np.isfinite(inside).any() else np.nan,
                float(np.nanmedian(length)) if np.isfinite(length).any() else np.nan,
            )
        )
    return cells


def recommended(design, *, draws=1000, seed=5):
    """What the design check recommends on one panel of the design, and why."""
    panel = design.panel
    outcomes = design.draw("resampled", 1, np.random.default_rng(seed))[:, 0]
    made = panel.with_outcome(outcomes[~np.isnan(panel.wide)], "y")
    check = design_check(made, draws=draws, processes=("resampled", "gaussian"))
    return check.recommended, check.why


def grid(*, repetitions, treated=TREATED, processes=PROCESSES, one_by_one=True):
    """All cells and all recommendations, as two tables."""
    cells, advice = [], []
    for n_treated in treated:
        for process in processes:
            design = Design(n_treated, process)
            cells += cells_of(design, repetitions=repetitions, one_by_one=one_by_one)
            inference, why = recommended(design)
            advice.append(
                {"n_treated": n_treated, "process": process, "inference": inference, "why": why}
            )
    return pd.DataFrame([vars(cell) for cell in cells]), pd.DataFrame(advice)
