"""Thousands of panels like one at hand, each tested by every method, without a loop over panels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.assigned_weights import AssignedRegression, Regression
from impact.estimators.comparisons.by_unit import Comparisons, Quadratic
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.linear import FEW_TREATED
from impact.estimators.linear_scores import LinearScores, imputation, two_way
from impact.inference.assignments import Assignments, assignments
from impact.inference.few_treated import Inference, Intervals, TIntervals, intervals_of
from impact.inference.randomization import TIE
from impact.inference.strata import sizes_of
from impact.simulate.untreated_paths import Process
from impact.streams import stream

MAIN = "callaway_santanna"
AT_ONCE = 250  # simulated panels held in memory together


@dataclass(frozen=True)
class Simulated:
    """One inference on S simulated panels of one process.

    ``interval`` holds the true effect, zero, or not; permutation tests keep their statistics, since an effect changes the
    permuted ones too.
    """

    process: Process
    estimator: str
    inference: Inference
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
        if self.observed is None or self.permuted is None:
            low, high = self.interval.low + effect, self.interval.high + effect
            return float(((low > 0) | (high < 0)).mean())
        p = permutation_ps(self.observed.t(-effect), self.permuted.t(-effect), added=self.added)
        return float((p <= self.alpha).mean())


@dataclass(frozen=True)
class SimulatedTests:
    """Every inference on every process, and the design's effective number of clusters."""

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
    strata : ndarray of int, (N,)
        Within which labels are permuted.
    group : ndarray of int, (N,)
        Group of each treated unit; -1 for none.
    permuted_regressions : tuple of str
        Regressions tested by permutation too, as the headline is.
    """

    paths: Paths
    processes: tuple[Process, ...]
    strata: Integers
    group: Integers
    draws: int
    permutations: int
    level: float
    seed: int
    permuted_regressions: tuple[Regression, ...] = ()

    def of(self, panel: Panel, estimator: CallawaySantAnna) -> SimulatedTests:
        """Simulate outcomes on the panel's units, cohorts and gaps, and test each."""
        design = Comparisons.of(panel, estimator)
        exchanged = assignments(
            design.labels,
            self.strata,
            draws=self.permutations,
            generator=stream(self.seed, "simulated_permutations"),
            most=self.permutations,
        )
        tester = _Tester(
            panel, design, exchanged, self.group, self.level, self.permuted_regressions
        )
        tests = [
            found
            for process in self.processes
            for found in tester.of(process, self.paths, self.draws, stream(self.seed, process))
        ]
        return SimulatedTests(tuple(tests), TIntervals(design, self.level).effective_clusters())


def permutation_ps(observed: Floats, permuted: Floats, *, added: int) -> Floats:
    """Return p-values (S,) of observed statistics (S, 1) among permuted ones (S, P), ties counted."""
    beyond = np.abs(permuted) >= np.abs(observed) * (1 - TIE)
    return np.asarray((beyond.sum(axis=1) + added) / (permuted.shape[1] + added))


@dataclass(frozen=True)
class _Tester:
    """Applies every inference to outcomes simulated on one design."""

    panel: Panel
    design: Comparisons
    exchanged: Assignments
    groups: Integers
    level: float
    permuted_regressions: tuple[Regression, ...]

    def of(
        self, process: Process, paths: Paths, draws: int, generator: np.random.Generator
    ) -> Iterator[Simulated]:
        """Yield each inference's outcome on ``draws`` panels."""
        linear = self._linear()
        found: dict[tuple[str, Inference], list[Intervals]] = {}
        exact: dict[str, list[tuple[Quadratic, Quadratic]]] = {}
        estimates = []
        seen = ~np.isnan(self.panel.wide)[:, None, :]
        for size in _sizes(draws):
            outcomes = paths.draw(process, size, generator) * seen
            changes = self.design.changes(outcomes) * (self.design.seen > 0)[:, None, :]
            both = self._permuted(outcomes, changes)
            for estimator, statistics in both.items():
                exact.setdefault(estimator, []).append(statistics)
            size_of = paths.level[:, None] + sizes_of(self.panel, outcomes)
            every = self._all(outcomes, changes, size_of, both, linear, generator)
            for key, interval in every.items():
                found.setdefault(key, []).append(interval)
            estimates.append(both[MAIN][0].effect[:, 0])
        spread = float(np.std(np.concatenate(estimates)))
        for (estimator, name), parts in found.items():
            kept: dict[str, Quadratic | None] = {}
            if name == "permutation":
                observed, permuted = zip(*exact[estimator], strict=True)
                kept = {"observed": _joined(observed), "permuted": _joined(permuted)}
            yield Simulated(
                process,
                estimator,
                name,
                Intervals(*(np.concatenate([getattr(p, end) for p in parts]) for end in ENDS)),
                spread,
                1 - self.level,
                added=self.exchanged.added,
                **kept,
            )

    def _permuted(
        self, outcomes: Floats, changes: Floats
    ) -> dict[str, tuple[Quadratic, Quadratic]]:
        """Return each estimator's statistics under the actual and under the permuted assignments."""
        actual, others = self.design.labels[None], self.exchanged.labels
        result = {
            MAIN: (
                self.design.evaluate(actual, changes, slopes=True),
                self.design.evaluate(others, changes, slopes=True),
            )
        }
        for name in self.permuted_regressions:
            regression = AssignedRegression.of(self.panel, name)
            result[name] = (
                regression.evaluate(actual, outcomes),
                regression.evaluate(others, outcomes),
            )
        return result

    def _all(
        self,
        outcomes: Floats,
        changes: Floats,
        size: Floats,
        both: dict[str, tuple[Quadratic, Quadratic]],
        linear: list[tuple[LinearScores, str, Inference]],
        generator: np.random.Generator,
    ) -> dict[tuple[str, Inference], Intervals]:
        """Return the intervals of every estimator by every inference."""
        few_treated = intervals_of(
            self.design,
            changes,
            group=self.groups,
            size=size,
            level=self.level,
            generator=generator,
        )
        result = {(MAIN, name): interval for name, interval in few_treated.items()}
        for estimator, statistics in both.items():
            result[estimator, "permutation"] = permutation_interval(
                *statistics, level=self.level, added=self.exchanged.added
            )
        for scores, estimator, name in linear:
            effect, error = scores.evaluate(outcomes)
            result[estimator, name] = Intervals.of_t(effect, error, scores.df, self.level)
        return result

    def _linear(self) -> list[tuple[LinearScores, str, Inference]]:
        """Return two-way fixed effects and imputation, where the design identifies them."""
        names: tuple[Inference, ...] = ("clustered_t", "crv2_satterthwaite", "crv3_t")
        result: list[tuple[LinearScores, str, Inference]] = []
        try:
            result += [
                (scores, "two_way_fixed_effects", name)
                for scores, name in zip(two_way(self.panel), names, strict=True)
            ]
            few = self.panel.sample.n_treated < FEW_TREATED
            scores = imputation(self.panel, leave_one_out=few)
            result.append((scores, "imputation", "clustered"))
        except EstimationError:
            pass
        return result


ENDS = ("low", "high", "p_value")


def permutation_interval(
    observed: Quadratic, permuted: Quadratic, *, level: float, added: int
) -> Intervals:
    """Intervals with the permuted critical value at no effect, (S,): estimate plus or minus it times the standard error.

    Unbounded where there are too few assignments to reject anything.
    """
    n_permuted = permuted.effect.shape[1]
    beyond = int((1 - level) * (n_permuted + added) + 1e-9)  # statistics that may lie further out
    statistics = np.sort(np.abs(permuted.t()), axis=1)
    critical = (
        statistics[:, n_permuted + added - beyond - 1]
        if beyond
        else np.full(len(statistics), np.inf)
    )
    width = critical * np.sqrt(observed.variance[:, 0])
    p = permutation_ps(observed.t(), permuted.t(), added=added)
    return Intervals(observed.effect[:, 0] - width, observed.effect[:, 0] + width, p)


def _joined(parts: Sequence[Quadratic]) -> Quadratic:
    """Put statistics of several batches of outcomes together."""
    effect, variance, cross = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("effect", "variance", "cross")
    )
    return Quadratic(effect, variance, cross, parts[0].slope, parts[0].slope_variance)


def _sizes(draws: int) -> Iterator[int]:
    for start in range(0, draws, AT_ONCE):
        yield min(AT_ONCE, draws - start)
