"""Outcomes as a plan believes them: of a mean, a spread, zeros and a memory, with the effect that is taken to be true."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.errors import PlanError
from impact.simulate.untreated_paths import Process

Scale = Literal["amount", "number", "log"]
"""``amount``: never below zero, and an effect multiplies it; ``number``: normal; ``log``: the logarithm of an amount."""
LEAST = -0.05  # of the largest eigenvalue: what rounding and mild disagreement of the beliefs may cost a covariance


@dataclass(frozen=True)
class Believed:
    """What is believed of an outcome over T rounds.

    Attributes
    ----------
    scale : {"amount", "number", "log"}
    mean, sd : float
        Of the outcome in one round, in its unit.
    correlation : ndarray, (T, T)
        Of one firm's outcomes in two rounds.
    zeros, stay : float
        Share of amounts that are zero, and the correlation of being so in two rounds.
    icc : float
        Correlation of firms of one cluster.
    effect : float
        Share by which treatment raises what it would have been: 0.1 for a tenth.
    """

    scale: Scale
    mean: float
    sd: float
    correlation: Floats
    zeros: float = 0.0
    stay: float = 0.0
    icc: float = 0.0
    effect: float = 0.0

    @property
    def true_effect(self) -> float:
        """The average effect on those treated, in the outcome's unit."""
        return float(np.log1p(self.effect)) if self.scale == "log" else self.effect * abs(self.mean)

    @cached_property
    def root(self) -> Floats:
        """A root of the covariance of the normal paths that outcomes are made of, (T, T).

        Raises
        ------
        PlanError
            No amounts have such a spread, so many zeros and such a memory together.
        """
        covariance = self.sd**2 * self.correlation
        if self.scale == "amount":
            # second moments over the squared mean: of an amount, those of a lognormal times those of the zeros or ones
            raw = 1 + (self.sd / self.mean) ** 2 * self.correlation
            alike = np.where(np.eye(len(raw), dtype=bool), 1.0, self.stay)
            ones = 1 + self.zeros / (1 - self.zeros) * alike
            covariance = np.log(np.maximum(raw / ones, np.finfo(float).tiny))
        values, vectors = np.linalg.eigh(covariance)
        if values[-1] <= 0 or values[0] < LEAST * values[-1]:
            raise PlanError(
                "zeros: so many zeros leave no room for such a spread and such a correlation from round to round; give fewer "
                "zeros, a larger variation or a smaller correlation"
            )
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))

    def paths(self, cluster: Integers, n_draws: int, generator: np.random.Generator) -> Floats:
        """Draw outcomes without treatment, (N, S, T), of units whose clusters are given, (N,)."""
        shape = (len(cluster), n_draws, len(self.correlation))
        normal = generator.standard_normal(shape)
        if self.icc:
            shared = generator.standard_normal((int(cluster.max()) + 1, *shape[1:]))
            normal = np.sqrt(1 - self.icc) * normal + np.sqrt(self.icc) * shared[cluster]
        paths = normal @ self.root.T
        if self.scale != "amount":
            return np.asarray(self.mean + paths)
        variance = (self.root**2).sum(axis=1)
        amounts = self.mean / (1 - self.zeros) * np.exp(paths - variance / 2)
        if self.zeros:
            always = generator.random((*shape[:2], 1)) < self.zeros
            kept = generator.random(shape) < np.sqrt(
                self.stay
            )  # two rounds that keep it correlate by the product
            amounts[np.where(kept, always, generator.random(shape) < self.zeros)] = 0.0
        return np.asarray(amounts)

    def treated(self, untreated: Floats, exposed: Mask) -> Floats:
        """Return outcomes (N, S, T) with the effect where units are exposed, (N, T)."""
        if self.scale == "amount":
            return np.asarray(untreated * np.where(exposed, 1 + self.effect, 1.0)[:, None, :])
        return np.asarray(untreated + np.where(exposed, self.true_effect, 0.0)[:, None, :])


@dataclass(frozen=True)
class PlannedPaths:
    """Outcomes of N units over T rounds with the effect in them, as a plan will read them; `Paths` of a simulation.

    Attributes
    ----------
    believed : Believed
    cluster : ndarray of int, (N,)
    exposed : ndarray of bool, (N, T)
        Where a unit's outcome has the effect.
    seen : ndarray of bool, (N, T)
        Where it is observed.
    cap : float
        Quantile at which outcomes of a round are cut off, as the plan does; 0 for none.
    placed : callable
        Gives the paths of firms without treatment to those treated and the others; as they come, where all are alike.
    """

    believed: Believed
    cluster: Integers
    exposed: Mask
    seen: Mask
    cap: float = 0.0
    placed: Callable[[Floats, np.random.Generator], Floats] = lambda paths, _: paths

    @property
    def level(self) -> Floats:
        """What outcomes lie around, (N,)."""
        return np.full(len(self.cluster), self.believed.mean)

    def draw(self, process: Process, n_draws: int, generator: np.random.Generator) -> Floats:
        """Draw deviations from the level, (N, S, T); every process is the believed one."""
        del process
        untreated = self.placed(self.believed.paths(self.cluster, n_draws, generator), generator)
        outcomes = self.believed.treated(untreated, self.exposed)
        if self.cap:
            for place, seen in enumerate(self.seen.T):
                limit = np.quantile(outcomes[seen, :, place], self.cap, axis=0)
                outcomes[:, :, place] = np.minimum(outcomes[:, :, place], limit)
        return np.asarray(outcomes - self.believed.mean)
