"""Coverage of every estimator and inference over treated units and processes, and the page that shows it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from inference.designs import simulation_of

import impact
from impact.diagnostics.design import design_check
from impact.errors import EstimationError
from impact.inference.choose import headline_intervals
from impact.inference.named import EVERY
from impact.moments import PathMoments
from impact.streams import stream

BAND = (0.9335, 0.9655)  # of coverage at 2,000 repetitions
ANEW = (0.91, 0.983)  # at 400 repetitions
CONSERVATIVE = 0.99
ONE_BY_ONE = {
    ("sun_abraham", "clustered"): (impact.SunAbraham(), "cells"),
    ("sun_abraham", "crv3_t"): (impact.SunAbraham(vcov="CRV3"), "cells"),
    ("two_stage", "clustered"): (impact.TwoStage(), "cells"),
    ("extended_twfe", "clustered"): (impact.ExtendedTWFE(), "cells"),
    ("extended_twfe", "crv3_t"): (impact.ExtendedTWFE(vcov="CRV3"), "cells"),
    ("rolling", "clustered"): (impact.LeeWooldridge(), "cells"),
    ("intertemporal", "clustered"): (impact.DeChaisemartinDHaultfoeuille(), "cells"),
    ("event_study", "clustered"): (impact.EventStudy(), "cells"),
    ("event_study", "crv3_t"): (impact.EventStudy(vcov="CRV3"), "cells"),
    ("local_projections", "clustered"): (
        impact.LocalProjectionsDiD(weighting="equal"),
        "event_time",
    ),
    ("stacked", "clustered"): (impact.StackedDiD(), "event_time"),
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
    group = np.where(np.isfinite(panel.cohort), np.searchsorted(panel.cohorts, panel.cohort), -1)
    permuted = ("permutation",) if one_by_one else ()
    simulation = simulation_of(
        design,
        panel,
        [word for word in EVERY if word != "wild_bootstrap"],
        beside={
            "two_way_fixed_effects": (
                impact.TwoWayFixedEffects(),
                ("clustered_t", "crv2_satterthwaite", "crv3_t", *permuted),
            ),
            "imputation": (impact.Imputation(), ("clustered", *permuted)),
        },
        group=group,
        draws=repetitions,
        permutations=permutations,
        seed=seed,
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
        for test in simulation.of(panel, "callaway_santanna", impact.CallawaySantAnna()).tests
    ]
    return found + (_one_by_one(design, repetitions, seed) if one_by_one else [])


def _one_by_one(design, repetitions, seed):
    names = [
        name
        for name in ONE_BY_ONE
        if name[0] not in OTHER_AVERAGE or design.process not in {"dynamic", "heterogeneous"}
    ]
    covered = {name: [] for name in names}
    for made in panels_of(design, repetitions, stream(seed, "resampled")):
        moments = PathMoments.from_panel(made)
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
        known = np.isfinite(inside).any()
        coverage = float(np.nanmean(inside)) if known else np.nan
        median = float(np.nanmedian(length)) if known else np.nan
        cells.append(Cell(design.n_treated, design.process, *name, coverage, median))
    return cells


def panels_of(design, repetitions, generator):
    """Panels of one design, one simulated outcome each."""
    panel = design.panel
    seen = ~np.isnan(panel.wide)
    outcomes = design.draw("resampled", repetitions, generator)
    for repetition in range(repetitions):
        yield panel.with_outcome(outcomes[:, repetition][seen], "y")


def recommended(design, *, seed=5):
    """What the design check recommends on one panel of the design, and why."""
    made = next(panels_of(design, 1, np.random.default_rng(seed)))
    check = design_check(made, processes=("resampled", "gaussian"))
    return check.recommended, check.why


@dataclass(frozen=True)
class Procedure:
    """The check run anew on every panel, and the interval it recommends there."""

    process: str
    coverage: float
    repetitions: int
    chosen: dict[str, float]
    none_held: float


def procedure(design, *, repetitions=400, draws=250, seed=17):
    """Choose and estimate on the same data, as a user does: how often does what was chosen hold the truth?"""
    covered, chosen, none = [], Counter(), 0
    for number, made in enumerate(panels_of(design, repetitions, np.random.default_rng(seed))):
        check = design_check(made, processes=("resampled", "gaussian"), draws=draws, seed=number)
        intervals = headline_intervals(made, permutations=199, seed=number).table
        row = intervals.set_index("inference").loc[check.recommended]
        covered.append(row.conf_low <= 0 <= row.conf_high)
        chosen[check.recommended] += 1
        none += check.why == "none_holds"
    shares = {name: count / repetitions for name, count in chosen.most_common()}
    return Procedure(
        design.process, float(np.mean(covered)), repetitions, shares, none / repetitions
    )
