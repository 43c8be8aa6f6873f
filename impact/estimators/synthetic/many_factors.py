"""Models of untreated outcomes under many assignments: new fits with the rank or penalty of the sample."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.estimators.many import Number, labels_of
from impact.estimators.refitted import Refitted

NOT_STUDENTISED = 1.0


@dataclass(frozen=True)
class ManyFactors(Refitted):
    """`Many` for models of untreated outcomes, studentised by the spread of treated units' effects."""

    @classmethod
    def of_number(cls, origin: Number) -> "Refitted":
        """Prepare: choose the rank once, and keep it."""
        estimator: Any = origin.estimator
        held = estimator.chosen(estimator.form(estimator.sample(origin.panel)))
        panel = replace(origin.panel, complete=None)
        labels, cohorts = labels_of(panel)
        plain = replace(origin, estimator=replace(held, variance="units"), data=panel)
        return cls.of(panel, labels, cohorts, plain)

    def _fit(self, panel: Panel, wide: Floats) -> tuple[float, float, float]:
        """As `Refitted`; a single treated unit has no spread, and is not studentised."""
        effect, error, df = super()._fit(panel, wide)
        return effect, error if np.isfinite(error) else NOT_STUDENTISED, df
