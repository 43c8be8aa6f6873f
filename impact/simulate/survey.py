"""What a survey sees: who answers, what is declared, and which other activities firms say they met."""

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.simulate.programme import Programme
from impact.simulate.revenue import rank_of
from impact.simulate.selection import Chosen

SELDOM = 0.1  # how often firms of neither arm meet other activities, against those at events at home [assumed]


def answers(
    programme: Programme,
    revenue: Floats,
    chosen: Chosen,
    base: int,
    generator: np.random.Generator,
) -> Mask:
    """Whether the survey has an answer, (N, T): some firms fall silent for good, more often small ones; others are idle."""
    before = revenue[:, :base].mean(axis=1)
    share = np.where(chosen.exhibited, programme.attrition_treated, programme.attrition_untreated)
    share = np.where(chosen.event >= 0, programme.attrition_event, share)
    silent = generator.random(len(before)) < share * (1.3 - 0.6 * rank_of(before))
    last = generator.integers(base, revenue.shape[1], len(before))
    gone = silent[:, None] & (np.arange(revenue.shape[1]) > last[:, None])
    often = np.where(revenue == 0, programme.silence_when_idle, 1.0)
    skipped = generator.random(revenue.shape) < programme.skipped_share * often
    return np.asarray(~gone & ~skipped)


def declared(programme: Programme, revenue: Floats, generator: np.random.Generator) -> Integers:
    """Whole MAD by market, (N, T, 3): totals heaped at round numbers, markets summing to the total."""
    total = revenue.sum(axis=2) * (1 - programme.under_reporting)
    step = np.where(total > 50_000, 5_000.0, 500.0)
    heaped = generator.random(total.shape) < programme.heaping_share
    whole = np.rint(np.where(heaped, np.rint(total / step) * step, total))
    share = revenue / np.maximum(revenue.sum(axis=2, keepdims=True), 1e-9)
    parts = np.floor(whole[:, :, None] * share)
    parts[:, :, 0] += whole - parts.sum(axis=2)
    return np.asarray(parts.astype(np.int64))


def exposure(
    programme: Programme, chosen: Chosen, city: Integers, generator: np.random.Generator
) -> dict[str, Integers]:
    """How often each firm met the programme's other activities; those of neither arm seldom, where there are arms."""
    n = len(city)
    often = 1.0 + chosen.exhibited
    events = (generator.random(n) < np.where(city == 1, 0.7, 0.4)).astype(np.int64) + (
        generator.random(n) < np.where(city == 1, 0.4, 0.2)
    )
    if programme.events:
        often = np.where((chosen.fair >= 0) | (chosen.event >= 0), often, SELDOM)
        events = (chosen.event >= 0).astype(np.int64)
    return {
        "marrakech_events": events,
        "media_tours": generator.binomial(5, np.minimum(0.04 * often, 1)),
        "buyer_visits": generator.binomial(3, np.minimum(0.08 * often, 1)),
        "b2b_meetings": generator.poisson(0.3 * often**2),
    }
