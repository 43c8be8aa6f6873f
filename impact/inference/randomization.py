"""Randomization inference: what if other firms (or clusters of them) had been chosen for the same fairs?

Its p-value is exact if, within strata, any unit of assignment was as likely as any other to be in each cohort: of a lot this
is how it was drawn, of any other assignment it is assumed. Studentising makes it approximately right when variances differ.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import UsageError
from impact.estimators.headline import default_estimator
from impact.estimators.linear import as_panel
from impact.estimators.many import AnyEstimator, Many, Quadratic
from impact.estimators.many_of import many
from impact.inference.assignments import MOST_ASSIGNMENTS, Assignments
from impact.inference.exchange import Exchange
from impact.inference.situation import (
    Intervals,
    OneNumber,
    Situation,
    level_of,
    needs_variation,
)
from impact.inference.strata import Within
from impact.interval import Interval, inverted, may_lie_beyond, permutation_p, permutation_ps
from impact.moments import PathMoments
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CheckedChoices

BLOCK = 4_000_000  # labels held at once


@dataclass(frozen=True, repr=False, kw_only=True)
class RandomizationResult(Interval):
    """Permutation test and interval of one number.

    Attributes
    ----------
    critical_value : float
        Level-quantile of the permuted absolute t with the estimated effect removed (at no effect where it cannot be).
    permutations : int
        Assignments beside the actual one, or all there are.
    enumerated : bool
        Whether these are all.
    n_assigned, n_strata : int
        Units of assignment, and strata that they stay in.
    """

    inference: str = "permutation"
    critical_value: float
    permutations: int
    enumerated: bool
    n_assigned: int
    n_strata: int
    why: str = "cohort labels permuted within strata; studentised; interval by inversion under a constant effect"


@dataclass(frozen=True)
class RandomizationInference(CheckedChoices, OneNumber):
    """Test and interval by permuting cohort labels over units of assignment (clusters where these lie above the unit).

    Works with every estimator: through its kernel, its weights, or new fits.

    Parameters
    ----------
    permutations : int
        Random assignments beside the actual one; all are enumerated when there are few: up to 20,000, or up to this many for
        an estimator that is fitted anew to each.
    within : {"strata", "none"}, optional
        Labels are exchanged within the panel's strata alone, or among everybody; by default as the lot was drawn where the
        panel says that there was one (``assignment="randomised"``), else within the strata by tercile of the outcome before.
    level : float, optional
        The estimate's own by default.
    seed : int

    Assumes
    -------
    Within strata, cohort labels are exchangeable over units of assignment; for the interval, one constant effect.

    References
    ----------
    Chung and Romano (2013), Annals of Statistics 41(2), on studentising; Imbens and Rubin (2015), ch. 5.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> found = overall.under(impact.Permutation(permutations=199))
    >>> round(found.conf_low, 2), round(found.conf_high, 2), found.p_value
    (1.24, 1.97, 0.005)
    """

    code: ClassVar[str] = "permutation"
    permutations: int = 1999
    within: Within | None = None
    level: float | None = None
    seed: int = 2012

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.permutations < 1:
            raise UsageError("permutations: at least one")

    @one_thread()
    def test(
        self, data: Panel | PathMoments, estimator: AnyEstimator | None = None
    ) -> RandomizationResult:
        """Test an estimator's overall number, by default of `CallawaySantAnna` (post-treatment cells by cohort size).

        Estimators other than it are studentised by scores that take each label's mean by period out, not by their own
        standard errors; so the result's ``std_error`` is that of the statistic.

        Raises
        ------
        NotAvailableError
            When clusters have units of several cohorts; from moments, which hold no unit.
        """
        panel = as_panel(data, who="RandomizationInference", needs="each unit's path")
        level = level_of(self.level, estimator)
        return self.answer(many(panel, estimator or default_estimator(level=level)), level=level)

    @one_thread()
    def answer(self, asked: Many, *, level: float) -> RandomizationResult:
        """As `OneNumber.answer`."""
        needs_variation(asked.panel)
        exchange = Exchange.of(asked.panel, asked.labels, within=self.within)
        most = self.permutations if asked.refits else MOST_ASSIGNMENTS
        generator = stream(self.seed, "permutations")
        others = exchange.drawn(self.permutations, generator, most=most)
        outcome = np.nan_to_num(asked.panel.wide)[:, None, :]
        observed = asked.evaluate(asked.labels[None], outcome)
        permuted = in_blocks(asked, others, outcome)
        return _result(observed, permuted, others, exchange=exchange, level=level)

    @one_thread()
    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`: the permuted critical value at no effect times the standard error."""
        others = situation.exchange.drawn(self.permutations, generator, most=self.permutations)
        asked = situation.many
        observed = asked.evaluate(asked.labels[None], outcomes)
        permuted = asked.evaluate(others.labels, outcomes)
        return at_no_effect(observed, permuted, level=situation.level, added=others.added)


Permutation = RandomizationInference
"""The short name, as in ``estimate.under(Permutation(permutations=999))``."""


def in_blocks(asked: Many, others: Assignments, outcomes: Floats) -> Quadratic:
    """Evaluate many assignments a block at a time, so that memory does not grow with their number."""
    width = max(1, BLOCK // others.labels.shape[1])
    parts = [
        asked.evaluate(others.labels[i : i + width], outcomes)
        for i in range(0, len(others.labels), width)
    ]
    effect, variance, cross = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("effect", "variance", "cross")
    )
    slope, slope_variance = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("slope", "slope_variance")
    )
    return Quadratic(effect, variance, cross, slope, slope_variance)


def _result(
    observed: Quadratic,
    permuted: Quadratic,
    others: Assignments,
    *,
    exchange: Exchange,
    level: float,
) -> RandomizationResult:
    def p_value(effect: float) -> float:
        return permutation_p(observed.t(effect)[0], permuted.t(effect)[0], added=others.added)

    estimate, std_error = float(observed.effect[0, 0]), float(np.sqrt(observed.variance[0, 0]))
    described: dict[str, Any] = {
        "permutations": len(others.labels),
        "enumerated": others.enumerated,
        "n_assigned": len(exchange.labels),
        "n_strata": len(np.unique(exchange.strata)),
    }
    if not observed.takes_effects_out:
        found = at_no_effect(observed, permuted, level=level, added=others.added)
        low, high = float(found.low[0]), float(found.high[0])
        critical = (high - estimate) / std_error
        described["why"] = (
            "cohort labels permuted within strata; studentised; interval from the permuted critical value at no effect"
        )
    else:
        low, high = (
            inverted(p_value, estimate, std_error * side, alpha=1 - level) for side in (-1, 1)
        )
        critical = float(np.quantile(np.abs(permuted.t(estimate)), level))
    return RandomizationResult(
        estimate=estimate,
        std_error=std_error,
        p_value=p_value(0.0),
        conf_low=low,
        conf_high=high,
        critical_value=critical,
        level=level,
        **described,
    )


def at_no_effect(
    observed: Quadratic, permuted: Quadratic, *, level: float, added: int
) -> Intervals:
    """Return intervals with the permuted critical value at no effect, (S,): estimate plus or minus it times the standard error.

    Unbounded where there are too few assignments to reject anything; statistics that an assignment does not give count as
    far out.
    """
    n_permuted = permuted.effect.shape[1]
    beyond = may_lie_beyond(n_permuted + added, level)
    statistics = np.sort(np.abs(permuted.t()), axis=1)
    critical = (
        statistics[:, n_permuted + added - beyond - 1]
        if beyond
        else np.full(len(statistics), np.inf)
    )
    critical = np.where(np.isnan(critical), np.inf, critical)
    estimate, error = observed.effect[:, 0], np.sqrt(observed.variance[:, 0])
    with np.errstate(invalid="ignore"):
        width = np.where(np.isinf(critical), np.inf, critical * error)
    p = permutation_ps(observed.t(), permuted.t(), added=added)
    return Intervals(estimate, error, estimate - width, estimate + width, p)
