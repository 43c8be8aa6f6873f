"""Thousands of panels like one at hand, each tested by every inference, without a loop over panels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.many import AnyEstimator, Many, Quadratic
from impact.estimators.many_of import many
from impact.estimators.weighted import effective_clusters
from impact.inference.assignments import Assignments
from impact.inference.exchange import Exchange
from impact.inference.randomization import Permutation, at_no_effect
from impact.inference.situation import Answering, Intervals, Situation
from impact.interval import permutation_ps
from impact.simulate.untreated_paths import Process
from impact.streams import stream

AT_ONCE = 250  # simulated panels held in memory together
MOST_NUMBERS = 8_000_000  # outcomes, or changes of them, held in memory together, for large panels


@dataclass(frozen=True)
class Simulated:
    """One inference on S simulated panels of one process.

    ``interval`` holds the true effect, zero, or not; permutation tests keep their statistics, since an effect changes the
    permuted ones too.
    """

    process: Process
    estimator: str
    inference: str
    interval: Intervals
    spread: float
    alpha: float
    observed: Quadratic | None = None
    permuted: Quadratic | None = None
    added: int = 1

    @property
    def median_length(self) -> float:
        """Median length of the intervals, in the outcome's unit."""
        return float(np.median(self.interval.high - self.interval.low))

    def rejected(self, effect: float) -> float:
        """Share of panels in which no effect is rejected, when the effect is this."""
        return float(self.rejections(effect).mean())

    def rejections(self, effect: float) -> Floats:
        """Whether no effect is rejected in each panel, (S,), when the effect is this."""
        if self.observed is None or self.permuted is None:
            low, high = self.interval.low + effect, self.interval.high + effect
            return np.asarray(((low > 0) | (high < 0)).astype(float))
        p = permutation_ps(self.observed.t(-effect), self.permuted.t(-effect), added=self.added)
        return np.asarray((p <= self.alpha).astype(float))

    def part(self, chosen: slice) -> "Simulated":
        """Return the same on some of the panels."""
        ends = (getattr(self.interval, name)[chosen] for name in vars(self.interval))
        return replace(
            self,
            interval=Intervals(*ends),
            observed=_of_panels(self.observed, chosen),
            permuted=_of_panels(self.permuted, chosen),
        )

    def halves(self) -> tuple["Simulated", "Simulated"]:
        """Return the panels by which an inference is chosen, and those that state what it is worth."""
        middle = len(self.interval.low) // 2
        return self.part(slice(None, middle)), self.part(slice(middle, None))


def _of_panels(statistics: Quadratic | None, chosen: slice) -> Quadratic | None:
    if statistics is None:
        return None
    return replace(
        statistics,
        effect=statistics.effect[chosen],
        variance=statistics.variance[chosen],
        cross=statistics.cross[chosen],
    )


@dataclass(frozen=True)
class SimulatedTests:
    """Every inference on every process, and the design's effective number of clusters (NaN where it has no weights)."""

    tests: tuple[Simulated, ...]
    effective_clusters: float


class Paths(Protocol):
    """What draws outcomes without effect, (N, S, T), around a ``level`` (N,) of each unit; `UntreatedPaths` does."""

    @property
    def level(self) -> Floats:
        """What is to be added to a drawn path's mean before treatment to make the unit's size."""

    def draw(self, process: Process, n_draws: int, generator: np.random.Generator) -> Floats:
        """Draw ``n_draws`` outcomes of all units."""


@dataclass(frozen=True)
class Simulation:
    """How to simulate: the process of outcomes, how many panels, and how to test them.

    Attributes
    ----------
    paths : Paths
    processes : tuple of str
    exchange : Exchange
        How labels are permuted.
    group : ndarray of int, (N,)
        Group of each treated unit; -1 for none.
    inferences : tuple of Answering
        Asked of the estimator and of those beside it.
    beside : Mapping
        Name of further estimators to those, and to the inferences asked of each.
    """

    paths: Paths
    processes: tuple[Process, ...]
    exchange: Exchange
    group: Integers
    draws: int
    permutations: int
    level: float
    seed: int
    inferences: tuple[Answering, ...]
    beside: Mapping[str, tuple[AnyEstimator, tuple[Answering, ...]]]

    def of(self, panel: Panel, name: str, estimator: AnyEstimator) -> SimulatedTests:
        """Simulate outcomes on the panel's units, cohorts and gaps, and test each."""
        asked = {name: (many(panel, estimator), self.inferences)}
        for other, (beside, inferences) in self.beside.items():
            try:
                asked[other] = (many(panel, beside), inferences)
            except EstimationError:
                continue  # shown beside the headline where the design identifies it
        exchanged = self.exchange.drawn(
            self.permutations,
            stream(self.seed, "simulated_permutations"),
            most=self.permutations,
        )
        tester = _Tester(self, panel, name, asked, exchanged)
        tests = [found for process in self.processes for found in tester.of(process)]
        return SimulatedTests(tuple(tests), _effective(asked[name][0]))


def _effective(asked: Many) -> float:
    try:
        own = asked.weights(asked.labels[None])[0]
    except EstimationError:
        return float(np.nan)
    by_cluster = np.zeros((int(asked.panel.cluster.max()) + 1, own.shape[1]))
    np.add.at(by_cluster, asked.panel.cluster, own)
    return effective_clusters((by_cluster**2).sum(axis=1))


@dataclass(frozen=True)
class _Tester:
    """Applies every inference to outcomes simulated on one design."""

    how: Simulation
    panel: Panel
    main: str
    asked: dict[str, tuple[Many, tuple[Answering, ...]]]
    exchanged: Assignments

    def of(self, process: Process) -> Iterator[Simulated]:
        """Yield each inference's outcome on the panels of one process; those that have nothing to go by are left out."""
        generator = stream(self.how.seed, process)
        stand_ins = stream(self.how.seed, "simulated_stand_ins")
        found: dict[tuple[str, str], list[Intervals]] = {}
        exact: dict[str, list[tuple[Quadratic, Quadratic]]] = {}
        seen = ~np.isnan(self.panel.wide)[:, None, :]
        for size in self._sizes():
            outcomes = self.how.paths.draw(process, size, generator)
            outcomes *= seen
            for name, (asked, inferences) in self.asked.items():
                situation = self._situation(asked)
                for inference in inferences:
                    answer = self._answer(
                        name, inference, situation, outcomes, exact=exact, generator=stand_ins
                    )
                    if answer is not None:
                        found.setdefault((name, inference.code), []).append(answer)
        for (name, code), parts in found.items():
            interval = Intervals(
                *(np.concatenate([getattr(p, end) for p in parts]) for end in vars(parts[0]))
            )
            kept = {}
            if code == "permutation":
                observed, permuted = zip(*exact[name], strict=True)
                if observed[0].takes_effects_out:
                    kept = {"observed": _joined(observed), "permuted": _joined(permuted)}
            spread = float(np.nanstd(interval.estimate))
            yield Simulated(
                process,
                name,
                code,
                interval,
                spread,
                1 - self.how.level,
                added=self.exchanged.added,
                **kept,
            )

    def _situation(self, asked: Many) -> Situation:
        how = self.how
        return Situation(asked, how.exchange, how.group, how.level, size_level=how.paths.level)

    def _answer(
        self,
        name: str,
        inference: Answering,
        situation: Situation,
        outcomes: Floats,
        *,
        exact: dict[str, list[tuple[Quadratic, Quadratic]]],
        generator: np.random.Generator,
    ) -> Intervals | None:
        """Ask one inference; the permutation test uses the same assignments for every outcome."""
        try:
            if not isinstance(inference, Permutation):
                return inference.intervals(situation, outcomes, generator)
            asked = situation.many
            observed = asked.evaluate(asked.labels[None], outcomes)
            permuted = asked.evaluate(self.exchanged.labels, outcomes)
        except EstimationError:
            return None
        exact.setdefault(name, []).append((observed, permuted))
        return at_no_effect(observed, permuted, level=situation.level, added=self.exchanged.added)

    def _sizes(self) -> Iterator[int]:
        widest = max(asked.width for asked, _ in self.asked.values())
        at_once = max(1, min(AT_ONCE, MOST_NUMBERS // (self.panel.n_units * widest)))
        for start in range(0, self.how.draws, at_once):
            yield min(at_once, self.how.draws - start)


def _joined(parts: Sequence[Quadratic]) -> Quadratic:
    """Put statistics of several batches of outcomes together."""
    effect, variance, cross = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("effect", "variance", "cross")
    )
    return Quadratic(effect, variance, cross, parts[0].slope, parts[0].slope_variance)
