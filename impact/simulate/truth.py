"""What the programme truly did in a draw: revenue with it less revenue without it, same shocks."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from impact.simulate.artisans import MARKETS, Floats, Mask
from impact.simulate.process import Draw


@dataclass(frozen=True)
class Effect:
    """A true average effect: MAD a quarter, the mean it is added to, the effect in percent of it, and over how many
    firm-quarters. ``percent`` is None where there was no revenue to compare with.
    """  # fmt: skip

    effect_mad: float
    counterfactual_mad: float
    percent: float | None
    observations: int


@dataclass(frozen=True)
class Truth:
    """True effects of one draw on the exhibitors, from their fair on, averaged over the firm-quarters that were answered.

    By market, by quarters since the fair, by cohort (quarter of the fair), and by cohort and quarter.
    ``expected_percent`` is the population's effect by quarters since the fair, for all fairs together.
    """

    parallel_trends_scale: str
    overall: Effect
    by_market: dict[str, Effect]
    by_event_time: dict[int, Effect]
    by_cohort: dict[str, Effect]
    by_cohort_and_quarter: dict[tuple[str, str], Effect]
    expected_percent: dict[int, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries and lists, fit for JSON."""

        def table(effects: dict[Any, Effect], *names: str) -> list[dict[str, Any]]:
            return [
                dict(zip(names, key if isinstance(key, tuple) else (key,), strict=True))
                | asdict(effect)
                for key, effect in effects.items()
            ]

        return {
            "average_over": "answered firm-quarters of exhibitors from their fair on, exited firms counted as zero",
            "parallel_trends_scale": self.parallel_trends_scale,
            "overall": asdict(self.overall),
            "by_market": table(self.by_market, "market"),
            "by_event_time": table(self.by_event_time, "event_time"),
            "by_cohort": table(self.by_cohort, "cohort"),
            "by_cohort_and_quarter": table(self.by_cohort_and_quarter, "cohort", "quarter"),
            "expected_percent_by_event_time": [
                {"event_time": event, "percent": percent}
                for event, percent in self.expected_percent.items()
            ],
        }


def truth_of(sample: Draw, *, answered: Mask) -> Truth:
    """Compute the true effects of a draw on the firm-quarters that were ``answered`` (N, T)."""
    without, gain = sample.untreated, sample.treated - sample.untreated
    total, more = without.sum(axis=2), gain.sum(axis=2)
    event, start = sample.event_time, sample.invitations.start
    after = (event >= 0) & answered
    label = [str(quarter) for quarter in sample.calendar.quarters]
    cohorts = np.unique(start[sample.invitations.exhibited])
    return Truth(
        parallel_trends_scale=sample.programme.parallel_trends_scale,
        overall=_effect(more, total, after),
        by_market={
            market: _effect(gain[:, :, m], without[:, :, m], after)
            for m, market in enumerate(MARKETS)
        },
        by_event_time={
            int(e): _effect(more, total, after & (event == e)) for e in np.unique(event[after])
        },
        by_cohort={label[g]: _effect(more, total, after & (start == g)[:, None]) for g in cohorts},
        by_cohort_and_quarter={
            (label[g], label[t]): _effect(more[rows, t], total[rows, t])
            for g in cohorts
            for t in range(g, len(label))
            if (rows := (start == g) & after[:, t]).any()
        },
        expected_percent=_expected(sample, int(event[after].max()) if after.any() else -1),
    )


def _effect(gain: Floats, without: Floats, kept: Mask | None = None) -> Effect:
    if kept is not None:
        gain, without = gain[kept], without[kept]
    if not len(gain):
        return Effect(0.0, 0.0, None, 0)
    effect, mean = float(gain.mean()), float(without.mean())
    return Effect(effect, mean, 100 * effect / mean if mean > 0 else None, len(gain))


def _expected(sample: Draw, last: int) -> dict[int, float]:
    """Percent by event time in the population, the fairs that reach it weighing alike (they have equal places)."""
    programme, periods = sample.programme, len(sample.calendar.quarters)
    path, by_fair = programme.effect_path, np.asarray(programme.effect_by_fair)
    return {
        e: 100
        * path[min(e, len(path) - 1)]
        * float(by_fair[sample.calendar.starts + e < periods].mean())
        for e in range(last + 1)
    }
