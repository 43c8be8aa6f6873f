"""Intervals for the overall effect when few units are treated, for one outcome or thousands of simulated ones.

Every method here answers for the same estimate, the overall effect of Callaway and Sant'Anna. They differ in where they take
its spread from: unit scores, treated units alone, groups of treated units, or the untreated units as a sample of what a
treated unit would have done anyway.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_factor
from impact.critical_values import quantile
from impact.estimators.comparisons.by_unit import Comparisons, Shares

Inference = Literal[
    "clustered",
    "clustered_t",
    "crv2_satterthwaite",
    "crv3_t",
    "treated_t",
    "group_t",
    "permutation",
    "conley_taber",
    "ferman_pinto",
]
SMALLEST_SHARE = 0.05  # of the mean variance: floor of a predicted variance
DRAWS = 499  # of untreated units standing in for treated ones


@dataclass(frozen=True)
class Intervals:
    """Intervals of S estimates: from ``low`` to ``high``, (S,), and the p-values (S,) of no effect that go with them."""

    low: Floats
    high: Floats
    p_value: Floats

    @classmethod
    def of_t(cls, estimate: Floats, std_error: Floats, df: float, level: float) -> "Intervals":
        """Symmetric intervals from standard errors; without degrees of freedom they are unbounded."""
        from scipy.special import ndtr, stdtr

        if df <= 0:
            nothing = np.full(len(estimate), np.inf)
            return cls(-nothing, nothing, np.ones(len(estimate)))
        width = quantile((1 + level) / 2, df) * std_error
        statistic = -np.abs(estimate) / np.maximum(std_error, np.finfo(float).tiny)
        p = 2 * (ndtr(statistic) if np.isinf(df) else stdtr(df, statistic))
        return cls(estimate - width, estimate + width, p)


@dataclass(frozen=True)
class UnitEffects:
    """What each treated unit contributes to the overall effect, and what untreated units would have in its place.

    Attributes
    ----------
    effect : ndarray, (n1, S)
        Each treated unit's own average difference from the controls.
    weight : ndarray, (n1,)
        Of the unit in the overall effect; sums to one.
    placebo : ndarray, (L-1, n0, S)
        The same difference of each never-treated unit over every cohort's periods; NaN where it is not observed in any.
    treated, never : ndarray of int
        Which units these are.
    """

    effect: Floats
    weight: Floats
    placebo: Floats
    treated: Integers
    never: Integers

    @classmethod
    def of(cls, design: Comparisons, changes: Floats) -> "UnitEffects":
        """Split the overall effect of outcomes' changes (N, S, K) into its treated units' contributions."""
        labels, last = design.labels, len(design.cohorts) - 1
        size = np.bincount(labels, weights=design.weight, minlength=last + 1)
        n1, n0 = (
            np.einsum("nk,nk->k", side[labels], design.seen)
            for side in (design.treats, design.controls)
        )
        usable = (n1 > 0) & (n0 > 0)
        share = usable * (size @ design.treats)
        share = share / share.sum()
        control_mean = np.einsum(
            "nk,nsk->sk", design.controls[labels] * design.weight[:, None], changes
        ) / np.where(n0 > 0, n0, 1)
        treated, never = np.flatnonzero(labels < last), np.flatnonzero(labels == last)
        own = design.treats[labels[treated]] * share / np.where(n1 > 0, n1, 1)
        seen = design.seen[treated]
        weight = (own * seen).sum(axis=1)
        total = np.einsum("nk,nsk->ns", own * design.weight[treated, None], changes[treated])
        total -= (own * seen) @ control_mean.T
        with np.errstate(invalid="ignore", divide="ignore"):
            effect = total / weight[:, None]
        placebo = np.array(
            [
                _placebo(design, changes[never], control_mean, share * row, never)
                for row in design.treats[:-1]
            ]
        )
        return cls(effect, weight, placebo, treated, never)

    @property
    def overall(self) -> Floats:
        """The estimate, (S,)."""
        return np.asarray(np.einsum("n,ns->s", self.weight, np.nan_to_num(self.effect)))


def _placebo(
    design: Comparisons, changes: Floats, control_mean: Floats, share: Floats, never: Integers
) -> Floats:
    seen = (design.seen[never] > 0) * share
    total = seen.sum(axis=1)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.einsum("nk,nsk->ns", seen, changes) - seen @ control_mean.T) / total)


@dataclass(frozen=True)
class TIntervals:
    """The t intervals of one design: which standard error, and how many degrees of freedom."""

    design: Comparisons
    level: float

    def of(self, changes: Floats) -> dict[Inference, Intervals]:
        """Return the intervals from unit scores for outcomes' changes (N, S, K).

        The corrected ones take cohorts' sizes as given. A cohort of one unit says nothing of its own spread: the corrected
        intervals are then unbounded.
        """
        labels = self.design.labels[None]
        n_units, n_treated = len(self.design.labels), int(np.isfinite(self._cohort).sum())
        alone = bool((np.bincount(self.design.labels) == 1).any())
        errors = {}
        for leverage in (0.0, 0.5, 1.0):
            shares: Shares = "fixed" if leverage else "estimated"
            found = self.design.evaluate(labels, changes, leverage=leverage, shares=shares)
            errors[leverage] = np.sqrt(found.variance[:, 0])
        estimate = found.effect[:, 0]
        wanted: dict[Inference, tuple[float, float]] = {
            "clustered": (0.0, np.inf),
            "clustered_t": (0.0, n_units - 1),
            "crv2_satterthwaite": (0.5, 0.0 if alone else self.satterthwaite()),
            "crv3_t": (1.0, 0.0 if alone else n_units - 1),
            "treated_t": (0.5, 0.0 if alone else n_treated - len(self.design.cohorts) + 1),
        }
        return {
            name: Intervals.of_t(estimate, errors[leverage], df, self.level)
            for name, (leverage, df) in wanted.items()
        }

    @property
    def _cohort(self) -> Floats:
        return self.design.cohorts[self.design.labels]

    def satterthwaite(self) -> float:
        """Degrees of freedom of the CRV2 variance under independent errors: Welch's over cohorts, each a group of units.

        Exact for one cohort without gaps; with several cohorts the comparison group they share counts as one group more.
        """
        spread = self._own_weights()
        squares = np.bincount(self.design.labels, weights=spread)
        count = np.bincount(self.design.labels)
        kept = (count > 1) & (squares > 0)
        return float(squares[kept].sum() ** 2 / (squares[kept] ** 2 / (count[kept] - 1)).sum())

    def effective_clusters(self) -> float:
        """Effective number of clusters, between one and N: how many equally important units the design amounts to.

        References
        ----------
        Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99(4), eq. 8, errors independent.
        """
        spread = self._own_weights()
        return float(spread.sum() ** 2 / (spread**2).sum())

    def _own_weights(self) -> Floats:
        """Sum of each unit's squared weights on its own outcomes, (N,)."""
        design = self.design
        n_periods = int(max(design.base.max(), design.period.max())) + 1
        own = design.own_weights()
        weights = np.zeros((len(own), n_periods))
        for k, (base, period) in enumerate(zip(design.base, design.period, strict=True)):
            weights[:, period] += own[:, k]
            weights[:, base] -= own[:, k]
        return np.asarray((weights**2).sum(axis=1))


def intervals_of(
    design: Comparisons,
    changes: Floats,
    *,
    group: Integers,
    size: Floats,
    level: float,
    generator: np.random.Generator,
) -> dict[Inference, Intervals]:
    """Return the intervals of the overall effect by every inference but permutation, for outcomes' changes (N, S, K).

    Parameters
    ----------
    group : ndarray of int, (N,)
        As `group_t`, of all units.
    size : ndarray, (N, 1) or (N, S)
        As `ferman_pinto`.
    """
    units = UnitEffects.of(design, changes)
    cohort = design.labels[units.treated]
    found = TIntervals(design, level).of(changes)
    found["group_t"] = group_t(units, group[units.treated], level=level)
    if len(units.never) > 1:
        found["conley_taber"] = conley_taber(units, cohort, level=level, generator=generator)
        found["ferman_pinto"] = ferman_pinto(units, cohort, size, level=level, generator=generator)
    return found


def group_t(units: UnitEffects, group: Integers, *, level: float) -> Intervals:
    """Intervals from the spread of group effects, such as one effect a fair, with one degree of freedom less than groups.

    Parameters
    ----------
    units : UnitEffects
    group : ndarray of int, (n1,)
        Of each treated unit; -1 leaves a unit out of the spread.

    References
    ----------
    Ibragimov and Mueller (2010), Journal of Business and Economic Statistics 28(4), with groups weighted by their part.
    """
    codes = np.unique(group[(group >= 0) & (units.weight > 0)])
    member = (group == codes[:, None]) * units.weight
    size = member.sum(axis=1)
    effect = member @ np.nan_to_num(units.effect) / size[:, None]
    n_groups = len(codes)
    estimate = units.overall
    squares = ((size[:, None] * (effect - estimate)) ** 2).sum(axis=0)
    error = np.sqrt(cluster_factor(n_groups) * squares) if n_groups > 1 else np.sqrt(squares)
    return Intervals.of_t(estimate, error, n_groups - 1, level)


def conley_taber(
    units: UnitEffects, cohort: Integers, *, level: float, generator: np.random.Generator
) -> Intervals:
    """Intervals from what never-treated units would have shown in the treated units' place.

    The estimate's error is taken to be that of as many untreated units, drawn with replacement; the spread of the comparison
    mean is added. Right for a few treated units among many untreated ones alike in spread.

    Parameters
    ----------
    cohort : ndarray of int, (n1,)
        Index of each treated unit's cohort.

    References
    ----------
    Conley and Taber (2011), Review of Economics and Statistics 93(1), sec. III.
    """
    ones = np.ones((*units.placebo.shape[1:],))
    return _stand_ins(units, cohort, ones, np.ones(units.effect.shape), level, generator)


def ferman_pinto(
    units: UnitEffects,
    cohort: Integers,
    size: Floats,
    *,
    level: float,
    generator: np.random.Generator,
) -> Intervals:
    """Conley-Taber intervals corrected for spread that goes with a unit's size.

    The variance of a unit's difference is fitted as a constant plus a multiple of its squared size, on never-treated units;
    draws are divided by their own predicted spread and multiplied by the treated unit's.

    Parameters
    ----------
    size : ndarray, (N, 1) or (N, S)
        Such as the mean outcome before treatment.

    References
    ----------
    Ferman and Pinto (2019), Review of Economics and Statistics 101(3), sec. III.
    """
    spread = np.sqrt(_predicted_variance(units, size))
    return _stand_ins(units, cohort, spread[units.never], spread[units.treated], level, generator)


def _predicted_variance(units: UnitEffects, size: Floats) -> Floats:
    """Fitted variance of every unit's difference, (N, S): least squares of squared differences on squared size."""
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


def _stand_ins(
    units: UnitEffects,
    cohort: Integers,
    spread_never: Floats,
    spread_treated: Floats,
    level: float,
    generator: np.random.Generator,
) -> Intervals:
    """Intervals from draws of never-treated units in place of each treated one, rescaled to the treated one's spread."""
    complete = np.flatnonzero(~np.isnan(units.placebo[:, :, 0]).any(axis=0))
    n0 = len(complete)
    chosen = generator.integers(n0, size=(DRAWS, len(units.treated)))
    standard = units.placebo[:, complete] / spread_never[complete]
    standard = standard - standard.mean(axis=1, keepdims=True)
    standard *= np.sqrt(cluster_factor(n0))
    errors = np.zeros((DRAWS, standard.shape[2]))
    for unit, code in enumerate(cohort):
        errors += (units.weight[unit] * spread_treated[unit]) * standard[code][chosen[:, unit]]
    concentration = (units.weight**2).sum()
    errors *= np.sqrt(1 + 1 / (n0 * concentration))
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2], axis=0)
    estimate = units.overall
    beyond = (np.abs(errors) >= np.abs(estimate)).sum(axis=0)
    return Intervals(estimate - high, estimate - low, (beyond + 1) / (DRAWS + 1))
