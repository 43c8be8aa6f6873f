"""What the programme truly did in a draw, and how far simple comparisons miss it on average."""

from dataclasses import replace
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.simulate.process import MARKETS, Draw, draw
from impact.simulate.programme import Programme

BIAS_DRAWS = 200
BIAS_SEED = 20120831  # first seed of the draws behind the known biases


def truth(sample: Draw) -> dict[str, Any]:
    """Return the true effects of a draw: with minus without the programme, same shocks, MAD a quarter.

    Overall effects average over the treated firms' answered quarters after treatment; so do the others.
    """
    gain = sample.treated - sample.untreated
    after = (sample.event_time >= 0) & sample.answered
    mean = gain.sum(axis=2)[after].mean()
    without = sample.untreated.sum(axis=2)[after].mean()
    label = [str(quarter) for quarter in sample.quarters]
    return {
        "parallel_trends_scale": sample.programme.parallel_trends_scale,
        "overall": {
            "effect_mad": mean,
            "counterfactual_mad": without,
            "percent": 100 * mean / without,
        },
        "by_market": {market: gain[:, :, m][after].mean() for m, market in enumerate(MARKETS)},
        "by_event_time": _by_event_time(sample, gain.sum(axis=2), after),
        "by_cohort_and_quarter": {
            f"{label[start]},{label[t]}": gain.sum(axis=2)[rows, t].mean()
            for start in np.unique(sample.start[sample.exhibited])
            for t in range(start, len(label))
            if (rows := (sample.start == start) & after[:, t]).any()
        },
    }


def _by_event_time(sample: Draw, gain: Floats, after: Mask) -> dict[str, float]:
    event = sample.event_time
    return {f"{e:g}": gain[after & (event == e)].mean() for e in np.unique(event[after])}


def known_bias(programme: Programme, *, draws: int = BIAS_DRAWS) -> dict[str, Any]:
    """Average error, in MAD a quarter, of the simplest comparison when the programme does nothing.

    The comparison is the mean change of each fair's exhibitors less that of firms never invited, from the quarter before
    the fair, or from the mean of the four quarters before it, to each later quarter. Invited firms are larger: growing by
    the same percentage they gain more MAD, and they close less often. Selection is on lasting level, not on shocks, so
    there is no regression to the mean.
    """
    nothing = replace(programme, effect_path=(0.0,), spillover=0.0)
    errors = np.array([_simple_comparison(draw(nothing, seed=BIAS_SEED + i)) for i in range(draws)])
    names = ("base_quarter_before", "base_mean_of_four_quarters_before")
    return {
        "draws": draws,
        **{
            name: {
                "mean_error_mad": errors[:, j].mean(),
                "simulation_error_mad": errors[:, j].std() / draws**0.5,
            }
            for j, name in enumerate(names)
        },
    }


def _simple_comparison(sample: Draw) -> tuple[float, float]:
    revenue = sample.treated.sum(axis=2)
    never = sample.fair < 0
    found = []
    for start in np.unique(sample.start[sample.exhibited]):
        group = sample.exhibited & (sample.start == start)
        path = revenue[group].mean(axis=0) - revenue[never].mean(axis=0)
        later = path[start:].mean()
        found.append(
            (
                group.sum() * (later - path[start - 1]),
                group.sum() * (later - path[start - 4 : start].mean()),
            )
        )
    total = sample.exhibited.sum()
    both = np.array(found).sum(axis=0) / total
    return float(both[0]), float(both[1])
