"""Inference when few units are treated: the spread from groups of treated units, or from untreated units in their place.

They ask an estimate only what each treated unit contributes to it (`Many.unit_effects`), of units or of whole clusters.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_factor
from impact.estimators.many import UnitEffects
from impact.inference.situation import Intervals, OneNumber, Situation, needs
from impact.inference.treatment_groups import group_codes
from impact.interval import may_lie_beyond

SMALLEST_SHARE = 0.05  # of the mean variance: floor of a predicted variance
DRAWS = 499  # of untreated units standing in for treated ones


@dataclass(frozen=True)
class GroupT(OneNumber):
    """Interval from the spread of group effects, such as one effect a fair, with one degree of freedom less than groups.

    Parameters
    ----------
    group : Series, optional
        Group of each treated unit, indexed by its label; the situation's groups, or cohorts, by default.
    level : float, optional
        The estimate's own by default.

    References
    ----------
    Ibragimov and Mueller (2010), Journal of Business and Economic Statistics 28(4), with groups weighted by their part.

    Examples
    --------
    >>> import impact, pandas as pd
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> treated = panel.units[panel.cohort <= 2005]
    >>> fair = pd.Series(range(32), index=treated) // 4  # eight fairs of four firms
    >>> found = overall.under(impact.GroupT(group=fair))
    >>> round(found.conf_low, 2), round(found.conf_high, 2)
    (1.19, 2.03)
    """

    code: ClassVar[str] = "group_t"
    group: pd.Series | None = None
    level: float | None = None

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        del generator
        units, group = groups_of_treated(situation, outcomes, self.group)
        return group_t(units, group, level=situation.level)


@dataclass(frozen=True)
class ConleyTaber(OneNumber):
    """Interval from what never-treated units would have shown in the treated units' place.

    The estimate's error is taken to be that of as many untreated units, drawn with replacement; the spread of the comparison
    mean is added. Interval and p-value are symmetric, and agree.

    Parameters
    ----------
    level : float, optional
        The estimate's own by default.
    seed : int

    Assumes
    -------
    A few treated units among many untreated ones alike in spread.

    References
    ----------
    Conley and Taber (2011), Review of Economics and Statistics 93(1), sec. III.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> found = overall.under(impact.ConleyTaber())
    >>> round(found.conf_low, 2), round(found.conf_high, 2), found.p_value
    (1.23, 1.99, 0.002)
    """

    code: ClassVar[str] = "conley_taber"
    level: float | None = None
    seed: int = 2012

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        units = _with_stand_ins(situation, outcomes)
        alike = np.ones(units.effect.shape), np.ones(units.placebo.shape[1:])
        return _stand_ins(units, situation, alike, generator)


@dataclass(frozen=True)
class FermanPinto(OneNumber):
    """Conley-Taber interval corrected for spread that goes with a unit's size, its mean outcome before treatment.

    The variance of a unit's difference is fitted as a constant plus a multiple of its squared size, on never-treated units;
    draws are divided by their own predicted spread and multiplied by the treated unit's.

    Parameters
    ----------
    level : float, optional
        The estimate's own by default.
    seed : int

    Assumes
    -------
    Spread differs between treated and untreated units through their size alone.

    References
    ----------
    Ferman and Pinto (2019), Review of Economics and Statistics 101(3), sec. III.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> found = overall.under(impact.FermanPinto())
    >>> round(found.conf_low, 2), round(found.conf_high, 2), found.p_value
    (1.15, 2.07, 0.002)
    """

    code: ClassVar[str] = "ferman_pinto"
    level: float | None = None
    seed: int = 2012

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        units = _with_stand_ins(situation, outcomes)
        spread = np.sqrt(predicted_variance(units, situation.sizes(outcomes)))
        return _stand_ins(units, situation, (spread[units.treated], spread[units.never]), generator)


def groups_of_treated(
    situation: Situation, outcomes: Floats, group: pd.Series | None
) -> tuple[UnitEffects, Integers]:
    """Return treated units' effects and the group of each, (n1,): those given, or the situation's; -1 for none."""
    codes = situation.group if group is None else group_codes(situation.panel, group)
    units = situation.effects(outcomes)
    return units, codes[units.treated]


def group_effects(units: UnitEffects, group: Integers) -> tuple[Floats, Floats]:
    """Return the effects of q groups, (q, S), and the weight of each in the whole, (q,).

    Parameters
    ----------
    units : UnitEffects
    group : ndarray of int, (n1,)
        Of each treated unit; -1 leaves a unit out.
    """
    codes = np.unique(group[(group >= 0) & (units.weight > 0)])
    member = (group == codes[:, None]) * units.weight
    size = member.sum(axis=1)
    return member @ np.nan_to_num(units.effect) / size[:, None], size


def group_t(units: UnitEffects, group: Integers, *, level: float) -> Intervals:
    """Return the intervals of `GroupT` from units' effects.

    Parameters
    ----------
    units : UnitEffects
    group : ndarray of int, (n1,)
        Of each treated unit; -1 leaves a unit out of the spread.
    level : float
    """
    effect, size = group_effects(units, group)
    n_groups = len(size)
    estimate = units.overall
    squares = ((size[:, None] * (effect - estimate)) ** 2).sum(axis=0)
    error = np.sqrt(cluster_factor(n_groups) * squares) if n_groups > 1 else np.sqrt(squares)
    return Intervals.of_t(estimate, error, n_groups - 1, level)


def predicted_variance(units: UnitEffects, size: Floats) -> Floats:
    """Return the fitted variance of every unit's difference, (N, S): squared differences regressed on squared size (N, S)."""
    seen = ~np.isnan(units.placebo)
    known = seen.any(axis=0)
    squares = np.nansum(units.placebo**2, axis=0) / np.maximum(seen.sum(axis=0), 1)
    x = size**2
    own = x[units.never]
    n = known.sum(axis=0)
    mean_x = np.where(known, own, 0).sum(axis=0) / n
    mean_y = np.where(known, squares, 0).sum(axis=0) / n
    deviation = np.where(known, own - mean_x, 0)
    slope = (deviation * np.where(known, squares, 0)).sum(axis=0) / np.maximum(
        (deviation**2).sum(axis=0), np.finfo(float).tiny
    )
    slope = np.maximum(slope, 0)
    fitted = mean_y + slope * (x - mean_x)
    return np.asarray(np.maximum(fitted, SMALLEST_SHARE * mean_y))


def _with_stand_ins(situation: Situation, outcomes: Floats) -> UnitEffects:
    """Return units' effects where there are untreated units to stand in for the treated."""
    units = situation.effects(outcomes)
    needs(
        len(_complete(units, situation)) > 1,
        f"{situation.panel.outcome}: fewer than two never-treated units observed in every comparison stand in for treated "
        "ones; take Permutation()",
    )
    return units


def _complete(units: UnitEffects, situation: Situation) -> Integers:
    """Places of the never-treated units that are observed in the place of every cohort with a part in the effect."""
    used = np.unique(situation.many.labels[units.treated])
    return np.flatnonzero(~np.isnan(units.placebo[used, :, 0]).any(axis=0))


def _stand_ins(
    units: UnitEffects,
    situation: Situation,
    spread: tuple[Floats, Floats],
    generator: np.random.Generator,
) -> Intervals:
    """Intervals from draws of never-treated units in place of each treated one, rescaled to the treated one's spread.

    The half-length is the largest drawn error, in absolute value, of those that leave the p-value at or under one minus the
    level: an interval that leaves out zero and a p-value that rejects are the same event.
    """
    complete = _complete(units, situation)
    n0 = len(complete)
    of_treated, of_never = spread
    cohort = situation.many.labels[units.treated]
    chosen = generator.integers(n0, size=(DRAWS, len(units.treated)))
    spread_there = of_never[complete]
    # without any predicted spread there is no deviation to standardise either
    standard = units.placebo[:, complete] / np.where(spread_there > 0, spread_there, 1.0)
    standard = standard - standard.mean(axis=1, keepdims=True)
    standard *= np.sqrt(cluster_factor(n0) * (1 + 1 / (n0 * (units.weight**2).sum())))
    errors = _drawn_errors(standard, cohort, chosen, units.weight[:, None] * of_treated)
    size = np.sort(np.abs(errors), axis=0)
    beyond = may_lie_beyond(DRAWS + 1, situation.level)
    reach = size[DRAWS - beyond] if beyond else np.full(size.shape[1], np.inf)
    estimate = units.overall
    p = ((size >= np.abs(estimate)).sum(axis=0) + 1) / (DRAWS + 1)
    error = np.sqrt((errors**2).mean(axis=0))
    return Intervals(estimate, error, estimate - reach, estimate + reach, p)


def _drawn_errors(standard: Floats, cohort: Integers, chosen: Integers, scale: Floats) -> Floats:
    """Sum what stand-ins show in the places of treated units, scaled: (DRAWS, S).

    Parameters
    ----------
    standard : ndarray, (L-1, n0, S)
        What each untreated unit shows over each cohort's periods.
    cohort : ndarray of int, (n1,)
    chosen : ndarray of int, (DRAWS, n1)
        Untreated units in the places of treated ones.
    scale : ndarray, (n1, S)
    """
    n_treated, n_outcomes = scale.shape
    errors = np.zeros((DRAWS, n_outcomes))
    if n_treated <= n_outcomes:
        # one array for all units: fresh ones cost more than what is done with them
        drawn = np.empty_like(errors)
        for code, places, own in zip(cohort, np.ascontiguousarray(chosen.T), scale, strict=True):
            # scaled before they are drawn, as there are fewer of them than draws; "raise" would copy into a buffer first
            np.take(standard[code] * own, places, axis=0, out=drawn, mode="clip")
            errors += drawn
        return errors
    from scipy.sparse import csr_array

    place = (cohort * standard.shape[1] + chosen).ravel()
    starts = np.arange(DRAWS + 1) * n_treated
    shape = (DRAWS, standard.shape[0] * standard.shape[1])
    for outcome in range(n_outcomes):
        drawn = csr_array((np.tile(scale[:, outcome], DRAWS), place, starts), shape=shape)
        errors[:, outcome] = drawn @ np.ascontiguousarray(standard[:, :, outcome]).ravel()
    return errors
