"""Before there is data: how often would a study decide right whether the rate of return exceeds the hurdle?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.critical_values import quantile
from impact.economics.appraisal import Appraisal
from impact.economics.break_even import break_even_effect
from impact.errors import PlanError
from impact.streams import stream

DRAWS = 100_000


@dataclass(frozen=True)
class Plausible:
    """A range in which the true effect may lie, in percent of the outcome without the programme.

    Attributes
    ----------
    low, high : float
        Every effect between them is as likely; the two are one number where an effect is known.
    weight : float
        Of the range among the others.
    """

    low: float
    high: float
    weight: float

    @property
    def middle(self) -> float:
        """Mean of the range."""
        return (self.low + self.high) / 2

    def __post_init__(self) -> None:
        """Refuse a range that is none."""
        if not (-100 <= self.low <= self.high < np.inf and 0 < self.weight < np.inf):
            raise PlanError(
                "plausible: low, high and weight must be in order, and the weight above zero"
            )


@dataclass(frozen=True)
class RightDecisions:
    """What is known before a study, and what it adds.

    Attributes
    ----------
    right, right_unsure : float
        Share of studies whose estimate lies on the same side of the break-even effect as the truth: with every assumption at
        its value, and with all of them as uncertain as their ranges say, which no estimate of the effect can mend.
    before, before_unsure : float
        The same share for whoever decides without a study, by what is plausible.
    conclusive : float
        Share of studies whose whole interval lies on the right side of the break-even effect.
    finds : float
        Share of studies of an effect above zero whose interval lies above zero; not a number where none is plausible.
    """

    right: float
    right_unsure: float
    before: float
    before_unsure: float
    conclusive: float
    finds: float


def plausible_effects(
    ranges: Sequence[Plausible], draws: int, generator: np.random.Generator
) -> Floats:
    """Draw true effects in percent from the ranges, each as often as its weight says, (D,)."""
    weights = np.array([one.weight for one in ranges])
    chosen = generator.choice(len(ranges), size=draws, p=weights / weights.sum())
    low, high = (np.array([getattr(one, end) for one in ranges])[chosen] for end in ("low", "high"))
    return np.asarray(low + (high - low) * generator.random(draws))


def right_decisions(
    appraisal: Appraisal,
    ranges: Sequence[Plausible],
    *,
    spread: float,
    std_error: float,
    level: float,
    draws: int = DRAWS,
    seed: int = 2012,
) -> RightDecisions:
    """Let studies be done again and again on true effects that are plausible.

    Parameters
    ----------
    appraisal : Appraisal
        Its effect counts for the years seen only.
    ranges : sequence of Plausible
    spread : float
        Standard deviation of the study's estimates around the truth, in money a firm and year.
    std_error : float
        That its interval goes by: the half width over the normal quantile.
    level : float
        Of the interval.
    draws, seed : int

    Raises
    ------
    PlanError
        Without a range, or where nobody can gain.

    Assumes
    -------
    The estimate is normal around the true effect. Whoever decides says yes when the estimate, or without a study the mean of
    what is plausible, exceeds the break-even effect at the assumptions' means.
    """
    needed = break_even_effect(appraisal).value
    if not ranges or needed is None:
        raise PlanError(
            "plausible, classes: give a range of effects, and beneficiaries who can gain"
        )
    generator = stream(seed, "evaluability")
    truth = plausible_effects(ranges, draws, generator) / 100 * appraisal.without
    estimate = truth + spread * generator.standard_normal(draws)
    values = appraisal.assumptions.drawn(generator, draws)
    unit = appraisal.streams(values, np.ones(appraisal.effect.years))
    benefit, cost = (appraisal.present(part) for part in (unit.benefit, unit.cost))
    pays, threshold = benefit * truth > cost, cost.mean() / benefit.mean()
    half_width = quantile((1 + level) / 2, np.inf) * std_error
    side = truth > needed
    gains = truth > 0
    return RightDecisions(
        right=_agree(estimate > needed, side),
        right_unsure=_agree(estimate > threshold, pays),
        before=_agree(np.full(draws, truth.mean() > needed), side),
        before_unsure=_agree(np.full(draws, truth.mean() > threshold), pays),
        conclusive=float(
            np.where(side, estimate - half_width > needed, estimate + half_width < needed).mean()
        ),
        finds=float((estimate[gains] - half_width > 0).mean()) if gains.any() else np.nan,
    )


def _agree(decided: Mask, true: Mask) -> float:
    return float((decided == true).mean())
