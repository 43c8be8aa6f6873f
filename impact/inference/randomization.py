"""Randomization inference for the overall effect: what if other firms had been chosen for the same fairs?

Nobody randomised here, so this is a permutation test: its p-value is exact if, within strata, any firm was as likely as any
other to be in each cohort; studentising makes it approximately right when variances differ.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.assigned_weights import AssignedRegression, Regression
from impact.estimators.comparisons.by_unit import Comparisons, Quadratic
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.imputation.imputation import Imputation
from impact.estimators.linear import as_panel
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.inference.assignments import Assignments, assignments
from impact.inference.json_values import Stored
from impact.inference.strata import permutation_strata
from impact.moments import PathMoments
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

Permutable = CallawaySantAnna | TwoWayFixedEffects | Imputation
REGRESSION_OF: dict[type, Regression] = {
    TwoWayFixedEffects: "two_way_fixed_effects",
    Imputation: "imputation",
}

TIE = 1e-9  # relative; statistics this close count as equal
FARTHEST = 60.0  # standard errors at which an interval is declared unbounded
BISECTIONS = 40


@dataclass(frozen=True)
class RandomizationResult(Stored):
    """Permutation test and interval of the overall effect.

    ``critical_value`` is the level-quantile of the permuted |t| with the estimated effect removed. An infinite end of the
    interval means that no effect that large is rejected.
    """

    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    critical_value: float
    draws: int
    enumerated: bool
    n_strata: int
    level: float
    why: str = "cohort labels permuted within strata; studentised; interval by inversion under a constant effect"


@dataclass(frozen=True)
class RandomizationInference:
    """Test and interval by permuting cohort labels over units within strata.

    Parameters
    ----------
    draws : int
        Random permutations, beside the actual assignment; all are enumerated when there are few.
    seed : int
    level : float

    Assumes
    -------
    Within strata, cohort labels are exchangeable over units; for the interval, one constant effect.

    References
    ----------
    Chung and Romano (2013), Annals of Statistics 41(2), on studentising; Imbens and Rubin (2015), ch. 5.
    """

    draws: int = 1999
    seed: int = 2012
    level: float = CONFIDENCE_LEVEL

    def test(
        self, data: Panel | PathMoments, estimator: Permutable | None = None
    ) -> RandomizationResult:
        """Test the overall effect of an estimator, by default of `CallawaySantAnna` (post-treatment cells by cohort size).

        `TwoWayFixedEffects` and `Imputation` are studentised by scores that take each cohort's mean by period out, not by
        their own standard errors; so the result's ``std_error`` is that of the statistic.

        Raises
        ------
        NotAvailableError
            With clusters above the unit, or a treatment of gaps other than pairs; for another estimator; from moments, which
            hold no unit.
        """
        panel = as_panel(data, who="RandomizationInference", needs="each unit's path")
        labels, evaluate = _evaluation(panel, estimator or CallawaySantAnna())
        strata = permutation_strata(panel)
        others = assignments(
            labels,
            strata,
            draws=self.draws,
            generator=stream(self.seed, "permutations"),
        )
        observed, permuted = evaluate(labels[None]), evaluate(others.labels)
        return self._result(observed, permuted, others, n_strata=len(np.unique(strata)))

    def _result(
        self, observed: Quadratic, permuted: Quadratic, others: Assignments, *, n_strata: int
    ) -> RandomizationResult:
        def p_value(effect: float) -> float:
            return permutation_p(observed.t(effect)[0], permuted.t(effect)[0], added=others.added)

        estimate, std_error = float(observed.effect[0, 0]), float(np.sqrt(observed.variance[0, 0]))
        low, high = (
            _inverted(p_value, estimate, std_error * side, alpha=1 - self.level) for side in (-1, 1)
        )
        return RandomizationResult(
            estimate=estimate,
            std_error=std_error,
            p_value=p_value(0.0),
            conf_low=low,
            conf_high=high,
            critical_value=float(np.quantile(np.abs(permuted.t(estimate)), self.level)),
            draws=len(others.labels),
            enumerated=others.enumerated,
            n_strata=n_strata,
            level=self.level,
        )


def _evaluation(
    panel: Panel, estimator: Permutable
) -> tuple[Integers, Callable[[Integers], Quadratic]]:
    """Labels of the panel's units, and what gives an estimator's effects under assignments of labels."""
    if isinstance(estimator, CallawaySantAnna):
        design = Comparisons.of(panel, estimator)
        changes = design.changes(panel.wide)[:, None, :]
        return design.labels, lambda labels: design.evaluate(labels, changes, slopes=True)
    name = REGRESSION_OF.get(type(estimator))
    if name is None:
        raise NotAvailableError(
            f"RandomizationInference of {type(estimator).__name__}: available for CallawaySantAnna, TwoWayFixedEffects and "
            "Imputation; take one of these"
        )
    regression = AssignedRegression.of(panel, name)
    outcomes = np.nan_to_num(panel.wide)[:, None, :]
    return regression.labels, lambda labels: regression.evaluate(labels, outcomes)


def permutation_p(observed: Floats, permuted: Floats, *, added: int) -> float:
    """Return the share of permuted statistics (P,) at least as far from zero as the observed one (1,), ties included."""
    beyond = np.abs(permuted) >= np.abs(observed) * (1 - TIE)
    return float((beyond.sum() + added) / (len(permuted) + added))


def _inverted(
    p_value: Callable[[float], float], estimate: float, step: float, *, alpha: float
) -> float:
    """Return the end of the set of effects not rejected, walking from the estimate in the direction of ``step``."""
    inside, width = estimate, step
    while p_value(estimate + width) > alpha:
        inside = estimate + width
        width *= 1.5
        if abs(width) > FARTHEST * abs(step):
            return float(np.inf * np.sign(step))
    outside = estimate + width
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) > alpha else (inside, middle)
    return float(inside)
