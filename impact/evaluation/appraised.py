"""Whether the results justify the resources: the believed effect of the headline, appraised as the economics file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.critical_values import quantile
from impact.economics.appraisal import Appraisal
from impact.economics.break_even import (
    break_even_effect,
    break_even_persistence,
    break_even_years,
)
from impact.economics.figure import Figure
from impact.economics.more_data import MoreData, one_more_round
from impact.economics.sensitivity import by_class, over_horizons, over_persistence, tornado
from impact.economics.simulation import Simulated, simulate
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import NotAvailableError, PlanError
from impact.evaluation.economics_file import EconomicsFile
from impact.evaluation.parts import Impact
from impact.evaluation.study import Study
from impact.terms import Frequency

Unappraised = Literal["no_economics_file", "not_in_money"]
PERIODS_PER_YEAR: dict[Frequency, int] = {"year": 1, "quarter": 4, "month": 12}


@dataclass(frozen=True)
class Worth:
    """An appraised programme. Money is in constant prices of the economics file's base year; effects are a firm and year.

    Attributes
    ----------
    appraisal : Appraisal
        Everything that the figures follow from.
    conf_low, conf_high : float
        Ends of the believed interval of the effect.
    stream : DataFrame
        ``year, cost, benefit, net, discounted, without, with_programme``.
    rate_of_return, benefit_cost_ratio : Figure
    value : float
        Net present value at the hurdle.
    needed, needed_percent : Figure
        Break-even effect, in money and in percent of the outcome without the programme.
    needed_persistence, needed_years : Figure
        Share kept from year to year, or years in full, that the estimated effect must last.
    horizons, moved, lasting, classes : DataFrame
        As `over_horizons`, `tornado`, `over_persistence`, `by_class`.
    simulated, more_data : Simulated, MoreData or None
        None where the effect has no bounded interval, or nobody can gain.
    """

    appraisal: Appraisal
    conf_low: float
    conf_high: float
    stream: pd.DataFrame
    rate_of_return: Figure
    benefit_cost_ratio: Figure
    value: float
    needed: Figure
    needed_percent: Figure
    needed_persistence: Figure
    needed_years: Figure
    horizons: pd.DataFrame
    moved: pd.DataFrame
    lasting: pd.DataFrame
    classes: pd.DataFrame
    simulated: Simulated | None = None
    more_data: MoreData | None = None


@dataclass(frozen=True)
class Economics:
    """The appraisal, or why there is none: the plan names no economics file, or the headline is no amount of money."""

    name: ClassVar[str] = "economics"
    worth: Worth | None
    why: Unappraised | None = None

    @classmethod
    def of(cls, study: Study, impact: Impact) -> "Economics":
        """Compute from a study and its effect."""
        file = study.economics
        if file is None:
            return cls(None, "no_economics_file")
        if not study.unit(study.outcome).startswith(study.plan.currency):
            return cls(None, "not_in_money")
        appraisal, interval = appraisal_of(study, file, impact)
        found = worth_of(
            appraisal,
            interval,
            horizons=(*file.horizon.others, file.horizon.years),
            seed=study.plan.seed,
            rounds=_rounds(study),
        )
        return cls(found)


def worth_of(
    appraisal: Appraisal,
    interval: tuple[float, float],
    *,
    horizons: Sequence[int],
    seed: int,
    rounds: int,
) -> Worth:
    """Return all results of an appraisal.

    Parameters
    ----------
    appraisal : Appraisal
    interval : tuple of float
        Ends of the believed interval of its effect.
    horizons : sequence of int
        Numbers of years to count over.
    seed : int
        Of the simulation.
    rounds : int
        Rounds of data after the start, so far.
    """
    central, hurdle = appraisal.central, appraisal.hurdle
    needed = break_even_effect(appraisal)
    bounded = bool(np.isfinite(interval).all())
    simulated = simulate(appraisal, seed=seed) if bounded else None
    return Worth(
        appraisal=appraisal,
        conf_low=interval[0],
        conf_high=interval[1],
        stream=_stream(appraisal),
        rate_of_return=central.rate_of_return(),
        benefit_cost_ratio=central.benefit_cost_ratio(hurdle),
        value=float(central.value(hurdle)[0]),
        needed=needed,
        needed_percent=_in_percent(needed, appraisal.without),
        needed_persistence=break_even_persistence(appraisal),
        needed_years=break_even_years(appraisal),
        horizons=over_horizons(appraisal, sorted(set(horizons))),
        moved=tornado(appraisal, interval=interval),
        lasting=over_persistence(appraisal, interval=interval),
        classes=by_class(appraisal),
        simulated=simulated,
        more_data=_more_data(appraisal, simulated, rounds=rounds),
    )


def appraisal_of(
    study: Study, file: EconomicsFile, impact: Impact
) -> tuple[Appraisal, tuple[float, float]]:
    """Return the appraisal of a study's headline, and the believed interval of its effect a firm and year.

    Notes
    -----
    How sure the effect is comes from the believed interval: its half width over the normal quantile is the standard error. An
    effect that follows the estimated path takes the covariance of the event study, scaled so that the overall number has that
    standard error; as the mean of its years is another number than the overall one, the interval is carried over to it. Years
    in part are left out, unless the study saw no whole one.
    """
    currency, language = study.plan.currency, study.plan.language
    index, verdict = file.price_index.by_year, impact.effects[0].verdict
    a_year = _periods_per_year(study, file) * index[file.base_year] / index[file.outcome_prices]
    believed = (verdict.conf_low * a_year, verdict.conf_high * a_year)
    half_width = (believed[1] - believed[0]) / 2
    std_error = half_width / quantile((1 + study.level) / 2, np.inf)
    effect = _effect(study, file, impact, a_year=a_year, std_error=std_error)
    appraisal = Appraisal(
        effect=effect,
        without=impact.counterfactual.without * a_year,
        assumptions=file.beliefs(),
        costs=file.cost_stream(currency, language),
        first_benefits=file.first_benefits.year,
        horizon=file.horizon.years,
        hurdle=file.hurdle.rate,
        gain_grows=file.effect.gain_grows,
    )
    if file.effect.follows == "mean":
        return appraisal, believed
    return appraisal, _carried_over(believed, verdict.estimate * a_year, std_error, to=effect)


def _carried_over(
    interval: tuple[float, float], estimate: float, std_error: float, *, to: YearlyEffect
) -> tuple[float, float]:
    """Return an interval around another effect: its ends lie as many standard errors away as they did from the estimate."""
    wider = to.std_error / std_error if 0 < std_error < np.inf else 1.0
    low, high = (to.mean + (end - estimate) * wider for end in interval)
    return low, high


def _effect(
    study: Study, file: EconomicsFile, impact: Impact, *, a_year: float, std_error: float
) -> YearlyEffect:
    """Return the effect by year since the start; without a bounded interval it is as if it were certain."""
    overall, events = impact.effects[0], impact.event_study
    error = std_error if np.isfinite(std_error) else 0.0
    course = impact.counterfactual.path["event_time"] if events is None else events.rows.event_time
    at = np.asarray(course, dtype=float)
    periods, step = _periods_per_year(study, file), study.schema.time.step
    year = np.floor(at * step / periods).astype(int)
    in_a_year = max(periods // step, 1)
    whole = list(
        takewhile(lambda y: (year == y).sum() >= in_a_year, range(int(max(year, default=0)) + 1))
    )
    years = max(len(whole), 1)
    steady = YearlyEffect.steady(overall.verdict.estimate * a_year, error, years=years)
    if file.effect.follows == "mean" or not whole or events is None:
        return steady
    mean_of: Floats = np.array([(year == y) / (year == y).sum() for y in whole])
    scale = (error / (overall.overall.std_errors.iloc[0] * a_year)) ** 2
    by_year = mean_of @ np.asarray(events.values) * a_year
    return YearlyEffect(by_year, mean_of @ np.asarray(events.vcov) @ mean_of.T * a_year**2 * scale)


def _periods_per_year(study: Study, file: EconomicsFile) -> int:
    known = file.periods_per_year or PERIODS_PER_YEAR.get(study.schema.time.frequency)
    if known is None:
        raise PlanError(
            "economics: periods_per_year: the data count waves; add how many of the outcome's periods a year has"
        )
    return known


def _stream(appraisal: Appraisal) -> pd.DataFrame:
    central = appraisal.central
    factors = (1 + appraisal.hurdle) ** -np.arange(float(appraisal.horizon))
    return pd.DataFrame(
        {
            "year": central.years.astype(int),
            "cost": central.cost[0],
            "benefit": central.benefit[0],
            "net": central.net[0],
            "discounted": central.net[0] * factors,
            "without": central.without[0],
            "with_programme": central.with_programme[0],
        }
    )


def _in_percent(needed: Figure, without: float) -> Figure:
    if needed.value is None or without <= 0:
        return Figure(why=needed.why or "nothing_without")
    return Figure(100 * needed.value / without)


def _rounds(study: Study) -> int:
    """Return how many rounds of data lie after the first start."""
    known = study.moments if study.from_moments else study.panel()
    first = float(np.min(known.cohort))
    return int((known.times >= first).sum()) if np.isfinite(first) else 0


def _more_data(
    appraisal: Appraisal, simulated: Simulated | None, *, rounds: int
) -> MoreData | None:
    if simulated is None:
        return None
    try:
        return one_more_round(
            appraisal.effect.mean,
            appraisal.effect.std_error,
            rounds=rounds,
            benefit_per_effect=simulated.benefit_per_effect,
            cost=simulated.cost,
        )
    except NotAvailableError:
        return None
