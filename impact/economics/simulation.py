"""The whole uncertainty at once: effect and assumptions drawn many times, and how often the hurdle is reached."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.economics.appraisal import Appraisal, Streams
from impact.economics.rate_of_return import conventional, conventional_rates, rate_of_return
from impact.streams import stream

DRAWS = 10_000
QUANTILES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
BINS = 40


@dataclass(frozen=True)
class Simulated:
    """What so many draws say.

    Attributes
    ----------
    draws : int
    above_hurdle : float
        Share of draws whose net present value at the hurdle is above zero: whose return, where there is one, exceeds it.
    mean_value : float
        Mean net present value at the hurdle.
    quantiles : DataFrame
        ``quantile, value, return``; draws without a return because nothing is gained count as below any.
    histogram : DataFrame
        ``left, right, count`` of the returns between the first and the last percent of those that exist.
    without_return : DataFrame
        ``why, count``: draws without a rate of return, by reason.
    benefit_per_effect, cost : float
        Mean present benefits of an effect of one in each year seen, and mean present costs.
    """

    draws: int
    above_hurdle: float
    mean_value: float
    quantiles: pd.DataFrame
    histogram: pd.DataFrame
    without_return: pd.DataFrame
    benefit_per_effect: float
    cost: float


def simulate(appraisal: Appraisal, *, draws: int = DRAWS, seed: int = 2012) -> Simulated:
    """Draw effect and assumptions, each on its own.

    Assumes
    -------
    The effect's estimate is normal with the covariance given; an assumption has the triangle over its range.
    """
    generator = stream(seed, "economics")
    effect = appraisal.effect.drawn(generator, draws)
    values = appraisal.assumptions.drawn(generator, draws)
    streams = appraisal.streams(values, effect)
    value = streams.value(appraisal.hurdle)
    rates, reasons = _rates(streams)
    unit = appraisal.streams(values, np.ones(appraisal.effect.years))
    return Simulated(
        draws=draws,
        above_hurdle=float((value > 0).mean()),
        mean_value=float(value.mean()),
        quantiles=pd.DataFrame(
            {
                "quantile": QUANTILES,
                "value": np.quantile(value, QUANTILES),
                "return": _ordered(rates, draws, reasons),
            }
        ),
        histogram=_histogram(rates),
        without_return=reasons,
        benefit_per_effect=float(appraisal.present(unit.benefit).mean()),
        cost=float(appraisal.present(unit.cost).mean()),
    )


def _rates(streams: Streams) -> tuple[Floats, pd.DataFrame]:
    """Return the rates that exist, and how many draws have none for which reason."""
    net = np.broadcast_to(streams.net, (max(len(streams.net), 1), streams.net.shape[1]))
    plain = conventional(net)
    rates = list(conventional_rates(net[plain]))
    counts: dict[str, int] = {}
    gains = (net > 0).any(axis=1)
    if (nothing := int((~plain & ~gains).sum())) > 0:
        counts["no_gain"] = nothing
    for row in net[~plain & gains]:
        found = rate_of_return(row)
        if found.value is None:
            counts[str(found.why)] = counts.get(str(found.why), 0) + 1
        else:
            rates.append(found.value)
    frame = pd.DataFrame(sorted(counts.items()), columns=["why", "count"])
    return np.sort(np.array(rates, dtype=float)), frame


def _ordered(rates: Floats, draws: int, reasons: pd.DataFrame) -> list[float]:
    """Return quantiles over all draws with a return or a loss; missing where the quantile is such a loss."""
    lost = int(reasons.loc[reasons["why"] == "no_gain", "count"].sum())
    known = np.concatenate([np.full(lost, -np.inf), rates])
    if len(known) < draws / 2:
        return [np.nan] * len(QUANTILES)
    found = np.quantile(known, QUANTILES, method="inverted_cdf")
    return [float(one) if np.isfinite(one) else np.nan for one in found]


def _histogram(rates: Floats) -> pd.DataFrame:
    columns = ["left", "right", "count"]
    if not len(rates):
        return pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
    ends = np.quantile(rates, (0.01, 0.99))
    counts, edges = np.histogram(rates, bins=BINS, range=(float(ends[0]), float(ends[1])))
    return pd.DataFrame(
        {"left": edges[:-1], "right": edges[1:], "count": counts.astype(float)}, columns=columns
    )
