"""What the programme truly did in a draw, and how far simple comparisons miss it on average."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.simulate.process import Arm, Draw, draw
from impact.simulate.programme import NOTHING, Programme
from impact.simulate.revenue import MARKETS

BIAS_DRAWS = 200
BIAS_SEED = 20120831  # first seed of the draws behind the known biases
ESTIMATOR_DRAWS = 60  # of every estimator: each is a panel and a dozen fits
Estimates = Callable[[Draw], Mapping[str, tuple[float, float]]]
"""What estimators find in a draw, by their word: the effect in MAD a quarter (NaN where it is a ratio), and in percent."""


def truth(sample: Draw) -> dict[str, Any]:
    """Return the true effects of a draw: with minus without the programme, same shocks, MAD a quarter.

    Overall effects are those of fairs, and average over the exhibitors' answered quarters after the fair; so do the others.
    ``arms`` has each arm on every scale.
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
        "arms": {arm: _of_arm(sample, arm) for arm in _arms(sample)},
        "orders_before": _orders_before(sample, gain.sum(axis=2)),
        "fairs": {
            fair.name: {
                "planned": fair.planned_quarter,
                "taken_as": fair.actual_quarter,
                "rests_on": fair.basis,
            }
            for fair in sample.programme.fairs
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


def _arms(sample: Draw) -> tuple[Arm, ...]:
    return ("fair", "event", "neither") if sample.programme.events else ("fair", "neither")


def _of_arm(sample: Draw, arm: Arm) -> dict[str, float]:
    """Return the effect of the programme on an arm by scale, over its answered quarters since its start.

    The arm with neither meets no more than what fairs take from others, from the first fair on. Log points are over quarters
    with sales; declared are MAD as firms tell them.
    """
    began = np.arange(len(sample.quarters)) >= sample.start[sample.exhibited].min()
    after = {
        "fair": sample.event_time >= 0,
        "event": sample.since_event >= 0,
        "neither": sample.of_arm("neither")[:, None] & began,
    }[arm] & sample.answered
    with_it, without = (
        revenue.sum(axis=2)[after] for revenue in (sample.treated, sample.untreated)
    )
    gain, told = (with_it - without).mean(), 1 - sample.programme.under_reporting
    return {
        "firms": int(sample.of_arm(arm).sum()),
        "effect_mad": gain,
        "counterfactual_mad": without.mean(),
        "percent": 100 * gain / without.mean(),
        "declared_effect_mad": told * gain,
        "declared_counterfactual_mad": told * without.mean(),
        "log_points": np.log(with_it[without > 0] / without[without > 0]).mean(),
    }


def _orders_before(sample: Draw, gain: Floats) -> dict[str, float]:
    """Return what exhibitors gain before their fair, by quarters since it."""
    quarters = range(1, len(sample.programme.orders_before) + 1)
    return {
        f"{-before}": gain[(sample.event_time == -before) & sample.answered].mean()
        for before in quarters
    }


def _by_event_time(sample: Draw, gain: Floats, after: Mask) -> dict[str, float]:
    event = sample.event_time
    return {f"{e:g}": gain[after & (event == e)].mean() for e in np.unique(event[after])}


def known_bias(programme: Programme, *, draws: int = BIAS_DRAWS) -> dict[str, Any]:
    """Average error, in MAD a quarter, of the simplest comparison when the programme does nothing.

    The comparison is the mean change of each fair's exhibitors less that of firms never invited, from the quarter before
    the fair, or from the mean of the four quarters before it, to each later quarter. Invited firms are larger: growing by
    the same percentage they gain more MAD, and they close less often. Where selection is on lasting level alone, not on shocks,
    there is no regression to the mean.
    """
    errors = _simple_errors(replace(programme, **NOTHING), draws)
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


def estimator_bias(
    programme: Programme, estimates: Estimates, *, draws: int = ESTIMATOR_DRAWS
) -> dict[str, Any]:
    """Average error of estimators of the effect of fairs on this process, its effect included.

    An error in MAD is the estimate less the true effect on revenue, so that what firms do not declare counts as one; an error
    in percent is free of that.

    Parameters
    ----------
    programme : Programme
    estimates : callable
        Of a draw, what each estimator finds; estimators live above this room.
    draws : int
    """
    errors: dict[str, list[tuple[float, float]]] = {}
    for place in range(draws):
        sample = draw(programme, seed=BIAS_SEED + place)
        true = _of_arm(sample, "fair")
        for name, (mad, percent) in estimates(sample).items():
            errors.setdefault(name, []).append(
                (mad - true["effect_mad"], percent - true["percent"])
            )
    return {"draws": draws, **{name: _mean_errors(np.array(of)) for name, of in errors.items()}}


def _mean_errors(errors: Floats) -> dict[str, float]:
    """Mean of errors in MAD and in percent (draws, 2), each with its simulation error; none where the estimator has none."""
    means, spread = errors.mean(axis=0), errors.std(axis=0) / len(errors) ** 0.5
    told: dict[str, float] = {}
    for unit, mean, error in zip(("mad", "percent"), means, spread, strict=True):
        if np.isfinite(mean):
            told |= {f"mean_error_{unit}": mean, f"simulation_error_{unit}": error}
    return told


@cache
def _simple_errors(nothing: Programme, draws: int) -> Floats:
    """Draw anew and compare, (draws, 2); once for programmes that differ in their effects alone."""
    return np.array([_simple_comparison(draw(nothing, seed=BIAS_SEED + i)) for i in range(draws)])


def _simple_comparison(sample: Draw) -> tuple[float, float]:
    revenue = sample.treated.sum(axis=2)
    never = sample.of_arm("neither")
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
