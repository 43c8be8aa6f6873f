"""The slow answer that serves every estimator: a new fit for every assignment and outcome."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import EstimationError, NotAvailableError
from impact.estimators.many import Errors, Number, Quadratic, ScoreKind, UnitEffects
from impact.estimators.weighted import refits_without
from impact.streams import stream

SEED = 2012
SAME = 1e-8  # relative; effects that add up this closely add up


@dataclass(frozen=True)
class Refitted:
    """`Many` for an estimator that leaves no weights of outcomes, such as a ratio; its own standard errors studentise.

    Attributes
    ----------
    panel : Panel
    labels : ndarray of int, (N,)
    cohorts : ndarray, (L,)
    origin : Number
    additive : bool
        Whether the effect on a sum of outcomes is the sum of effects. If so, taking constant effects out is worked out from
        fits of the exposure; if not, `Quadratic.slope` is NaN.
    """

    panel: Panel
    labels: Integers
    cohorts: Floats
    origin: Number
    additive: bool

    @classmethod
    def of(cls, panel: Panel, labels: Integers, cohorts: Floats, origin: Number) -> "Refitted":
        """Prepare, and find out whether effects add up."""
        plain = cls(panel, labels, cohorts, origin, additive=False)
        outcome = np.nan_to_num(panel.wide)
        other = np.std(outcome) * stream(SEED, "linearity").standard_normal(outcome.shape)
        first, second, total = (
            plain._fit(panel, values)[0] for values in (outcome, other, outcome + other)
        )
        additive = abs(total - first - second) <= SAME * (abs(first) + abs(second))
        return replace(plain, additive=bool(additive))

    @property
    def refits(self) -> bool:
        """As `Many.refits`."""
        return True

    @cached_property
    def exposed(self) -> Floats:
        """One where a unit is actually under treatment, (N, T)."""
        return np.asarray((self.panel.times >= self.panel.cohort[:, None]).astype(float))

    @property
    def width(self) -> int:
        """As `Many.width`."""
        return self.panel.n_periods

    def evaluate(self, labels: Integers, outcomes: Floats) -> Quadratic:
        """As `Many.evaluate`; NaN where the estimator refuses an assignment.

        A variance V is quadratic in the outcome where effects add up, so 2 C(y, D) = V(y + D) - V(y) - V(D).
        """
        n_outcomes = outcomes.shape[1]
        found = np.full((3, n_outcomes, len(labels)), np.nan)
        slope, spread = np.full((2, len(labels)), np.nan)
        for place, assigned in enumerate(labels):
            made = self.panel.with_cohort(self.cohorts[assigned])
            if self.additive:
                slope[place], error, _ = self._fit(made, self.exposed)
                spread[place] = np.nan_to_num(error) ** 2
            for outcome in range(n_outcomes):
                own = outcomes[:, outcome]
                effect, error, _ = self._fit(made, own)
                cross = 0.0
                if self.additive:
                    together = self._fit(made, own + self.exposed)[1] ** 2
                    cross = (together - error**2 - spread[place]) / 2
                found[:, outcome, place] = effect, error**2, cross
        return Quadratic(found[0], found[1], found[2], slope, spread)

    @cached_property
    def _seen(self) -> tuple[Integers, Integers]:
        return self.panel.unit_index, self.panel.time_index

    def _fit(self, panel: Panel, wide: Floats) -> tuple[float, float, float]:
        """Estimate, standard error and degrees of freedom of an outcome (N, T)."""
        try:
            made = self.origin.again(panel.with_outcome(wide[self._seen], panel.outcome))
        except EstimationError:
            return np.nan, np.nan, np.nan
        return float(made.values[0]), float(made.std_errors.iloc[0]), made.df

    def errors(self, outcomes: Floats, kind: ScoreKind) -> Errors:
        """As `Many.errors`: the estimator's own, which has one kind."""
        if kind != "CRV1":
            raise NotAvailableError(
                f"{type(self.origin.estimator).__name__}: {kind} needs an estimator that is linear in the outcomes; "
                "take its own standard errors, or Permutation()"
            )
        fits = [self._fit(self.panel, outcomes[:, outcome]) for outcome in range(outcomes.shape[1])]
        effect, error, df = np.array(fits).T
        return Errors(effect, error, float(np.nanmin(df)))

    def weights(self, labels: Integers) -> Floats:
        """Refuse: there are none."""
        del labels
        raise NotAvailableError(
            f"{type(self.origin.estimator).__name__}: is no sum of weighted outcomes"
        )

    def without_each_cluster(self) -> Floats:
        """As `Many.without_each_cluster`."""
        return refits_without(self.origin, self.panel)

    def unit_effects(self, outcomes: Floats) -> UnitEffects:
        """Refuse: the estimate has no parts by unit."""
        del outcomes
        raise NotAvailableError(
            f"{type(self.origin.estimator).__name__}: does not split into what each treated unit contributes; "
            "take Permutation()"
        )
