"""Designs for simulations: few treated units in three cohorts, six processes, and what each would be without error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

import impact
from impact.diagnostics.simulated_tests import Simulation
from impact.estimators.many import labels_of
from impact.inference.exchange import Exchange
from impact.inference.named import inference_named

NOBODY = -1  # group of units that share no shock


def simulation_of(paths, panel, inferences, *, beside=None, **choices):
    """Exchange everybody, with one process, unless told otherwise."""
    named = {"processes": ("resampled",), "level": 0.95, "seed": 2012, **choices}
    return Simulation(
        paths=paths,
        exchange=Exchange.of(panel, labels_of(panel)[0], within="none"),
        group=named.pop("group", np.full(panel.n_units, NOBODY)),
        inferences=tuple(inference_named(word) for word in inferences),
        beside={
            name: (estimator, tuple(inference_named(word) for word in words))
            for name, (estimator, words) in (beside or {}).items()
        },
        **named,
    )


N_UNITS, N_PERIODS, COHORTS = 200, 8, (4, 5, 6)
PROCESSES = ("null", "homogeneous", "dynamic", "heterogeneous", "zeros", "unbalanced")
TREATED = (3, 5, 10, 25, 50)
FAIRS = {
    "n_treated": 10,
    "n_units": 50,
    "cohorts": (3, 4, 5, 6, 7, 8),
}  # the programme's own: two firms a start, or one
DESIGNS = {**{f"{n:02d}": {"n_treated": n} for n in TREATED}, "fairs": FAIRS}
AUTOCORRELATION = 0.6


@dataclass(frozen=True)
class Design:
    """``n_treated`` of ``n_units`` start in the cohorts' periods by turns; eight periods; errors AR(1) with 0.6."""

    n_treated: int
    process: str
    n_units: int = N_UNITS
    cohorts: tuple[int, ...] = COHORTS

    @property
    def panel(self):
        """Its units, cohorts and gaps; the outcome is zero."""
        unit, time = np.divmod(np.arange(self.n_units * N_PERIODS), N_PERIODS)
        frame = pd.DataFrame({"id": unit, "t": time + 1, "y": 0.0})
        start = np.full(self.n_units, np.nan)
        start[: self.n_treated] = np.resize(self.cohorts, self.n_treated)
        frame["g"] = start[unit]
        if self.process == "unbalanced":
            generator = np.random.default_rng(31)
            frame = frame[generator.random(len(frame)) >= 0.15]
        return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g")

    @property
    def exposed(self):
        panel = self.panel
        return panel.times >= panel.cohort[:, None]

    @property
    def level(self):
        return np.zeros(self.n_units)  # drawn outcomes have their levels

    def draw(self, process, n_draws, generator):
        """Outcomes less the true average effect wherever a unit is treated: every test then has zero as its truth."""
        del process
        shape = (self.n_units, n_draws, N_PERIODS)
        shocks = generator.standard_normal(shape)
        errors = np.empty(shape)
        errors[..., 0] = shocks[..., 0]
        for t in range(1, N_PERIODS):
            errors[..., t] = AUTOCORRELATION * errors[..., t - 1]
            errors[..., t] += np.sqrt(1 - AUTOCORRELATION**2) * shocks[..., t]
        level = generator.standard_normal((self.n_units, n_draws, 1))
        if self.process == "zeros":
            shut = generator.random(shape) < 0.2
            return np.where(shut, 0.0, np.exp(0.5 * level + 0.5 * errors))
        return level + errors + self._effects(n_draws, generator)

    def _effects(self, n_draws, generator):
        """Effects less their average over treated observations."""
        exposed = self.exposed[:, None, :].astype(float)
        panel = self.panel
        event = np.where(np.isfinite(panel.cohort), panel.times[:, None] - panel.cohort, 0.0).T
        effect = np.ones((self.n_units, n_draws, N_PERIODS))
        if self.process == "dynamic":
            effect += 0.5 * event[:, None, :]
        if self.process == "heterogeneous":
            effect += 0.5 * generator.standard_normal((self.n_units, n_draws, 1))
        effect *= exposed
        average = effect.sum(axis=(0, 2), keepdims=True) / exposed.sum()
        return effect - average * exposed
