"""What the test of trends before treatment could have detected, what it lets through, and whether trends were alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import (
    CheckResult,
    Shown,
    amount,
    not_applicable,
    pass_or_warn,
    text_of,
)
from impact.critical_values import quantile
from impact.diagnostics.before_trends import MOST_LEADS
from impact.diagnostics.honest.event_times import REFERENCE, EventTimes, event_times
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators import many_of
from impact.inference.bands import PermutedEventTimes
from impact.one_thread import one_thread
from impact.terms import CONFIDENCE_LEVEL

POINTS = 14  # powers of two of quasi-random points; probabilities are good to about 1e-4
SEED = 2012
SHARES = (0.5, 0.8)  # of studies that would find a slope
MOST_LOG_RATIO = 700.0  # its exponential is about the largest number there is
CLOSEST, FARTHEST = 1e-12, 1e12  # where the search for a slope begins and ends, in standard errors


@dataclass(frozen=True, repr=False)
class PretrendPower(Shown):
    """A linear trend that the test before treatment would miss half the time, and the bias it leaves.

    Attributes
    ----------
    slope_half, slope_80 : float
        Difference in trends a period, in the outcome's unit, that makes a lead significant with probability .5 and .8.
    pooled_half, pooled_80 : float
        The same of a test of the leads' average.
    joint_power : float
        Of the joint Wald test at ``slope_half``.
    bayes_factor, likelihood_ratio : float
        Of that trend against none: passing the test, and the estimates themselves.
    table : DataFrame
        ``event_time, trend, after_passing``: the trend at each event time, and the expected estimate once no lead is
        significant.
    bias, bias_after_passing : float
        Of the estimate's own overall number; of the average of event times where its weights are not known.
    effect : float
        That number as estimated.
    n_leads : int
    level : float
    tested : str
        By what a lead is significant: the largest one among permuted assignments (``permutation``), the very test of
        `before_trend_test`; or each one's ``normal`` interval.
    """

    slope_half: float
    slope_80: float
    pooled_half: float
    pooled_80: float
    joint_power: float
    bayes_factor: float
    likelihood_ratio: float
    table: pd.DataFrame
    bias: float
    bias_after_passing: float
    effect: float
    n_leads: int
    level: float
    tested: Literal["permutation", "normal"]

    def summary(self) -> str:
        """Return the trends that the test would miss, and the bias they leave, as plain text."""
        return (
            f"Power of the test before treatment, {self.n_leads} leads at {1 - self.level:.0%} ({self.tested})\n"
            f"Slope found half the time: {amount(self.slope_half)} a period; four times in five: {amount(self.slope_80)}\n"
            f"By their average: {amount(self.pooled_half)}; {amount(self.pooled_80)}\n"
            f"Bias of the effect ({amount(self.effect)}) at the former, once it passed: "
            f"{amount(self.bias_after_passing)}\n\n{text_of(self.table)}"
        )

    def check(self) -> CheckResult:
        """Warn when a trend missed half the time would explain the whole effect."""
        share = abs(self.bias_after_passing / self.effect) if self.effect else np.inf
        return CheckResult(
            "pretrend_power",
            pass_or_warn(share < 1),
            f"trend_detected_half_the_time:{100 * share:.0f}",
            statistic=self.slope_half,
            table=self.table,
        )


@one_thread()
def pretrend_power(
    event_study: Estimate,
    *,
    leads: int = MOST_LEADS,
    level: float = CONFIDENCE_LEVEL,
    seed: int = 2012,
) -> PretrendPower:
    """Ask what the leads nearest to treatment could have shown, by the test that `before_trend_test` makes of them.

    Where units cannot be exchanged, or the estimate is not of `CallawaySantAnna`, the leads are tested one by one.

    Parameters
    ----------
    event_study : Estimate
        With a universal base, as for `HonestBounds`.
    leads : int
        How many leads are tested, the nearest first.
    seed : int
        Of the permutations, as in `before_trend_test`.
    level : float
        One less the size of the test.

    Raises
    ------
    NotAvailableError
        Without a lead, or with gaps between event times.

    References
    ----------
    Roth (2022), American Economic Review: Insights 4(3), sec. II.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> path = impact.CallawaySantAnna(base_period="universal").fit(panel).aggregate(by="event_time")
    >>> power = impact.pretrend_power(path, leads=2)
    >>> round(power.slope_80, 2)  # a trend, in units of revenue a year, that four tests in five would find
    0.37
    """
    path = event_times(event_study).nearest_leads(leads)
    if path.n_before < 1:
        raise NotAvailableError(
            "power before treatment: no period before the reference; keep more periods before treatment"
        )
    edges = _edges_by_permutation(event_study, path.n_before, level=level, seed=seed)
    return of_path(path, level=level, edges=edges)


def _edges_by_permutation(
    event_study: Estimate, n_leads: int, *, level: float, seed: int
) -> Floats | None:
    """Size that each lead, (P,), may have before the permutation test finds it; None where there is no such test."""
    try:
        panel = event_study.origin.panel
        studied = many_of.event_study(panel, event_study.origin.estimator)
        events = range(REFERENCE - n_leads, REFERENCE)
        each = [many_of.at_event_time(studied, event) for event in events]
        found = PermutedEventTimes.of(panel, each, seed=seed)
    except NotAvailableError:
        return None
    edges = found.critical(found.largest(), level) * found.std_error
    return edges if np.isfinite(edges).all() and not np.isnan(found.t).any() else None


def of_path(
    path: EventTimes, *, level: float = CONFIDENCE_LEVEL, edges: Floats | None = None
) -> PretrendPower:
    """Ask the same of estimates by event time and their covariance.

    Parameters
    ----------
    edges : ndarray, (P,), optional
        Size from which each lead is significant; by default that of its normal interval.
    """
    beta, sigma, n_before = path.beta, path.sigma, path.n_before
    n_after = len(beta) - n_before
    events = np.concatenate([np.arange(-n_before, 0) - 1.0, np.arange(n_after)])
    early_vcov, critical = sigma[:n_before, :n_before], quantile((1 + level) / 2, np.inf)
    _of_full_rank(early_vcov)
    box = _Box(early_vcov, critical * np.sqrt(early_vcov.diagonal()) if edges is None else edges)
    shape = events + 1.0
    early = shape[:n_before]
    unit = float(np.sqrt(early_vcov.diagonal().max()))
    found = cache(lambda slope: 1 - box.passing(slope * early))  # both begin with the same slopes
    slopes = [_solve(found, goal, unit=unit) for goal in SHARES]
    pooled = _pooled_slopes(early, early_vcov, critical)
    trend = slopes[0] * shape
    after = _after_passing(box, sigma, trend, n_before)
    inverse = np.linalg.inv(early_vcov)
    weights = path.weights("average") if path.overall is None else path.overall
    distance = float(trend[:n_before] @ inverse @ trend[:n_before])
    log_ratio = float(beta[:n_before] @ inverse @ trend[:n_before]) - distance / 2
    return PretrendPower(
        slope_half=slopes[0],
        slope_80=slopes[1],
        pooled_half=pooled[0],
        pooled_80=pooled[1],
        joint_power=_joint(distance, n_before, level),
        bayes_factor=box.passing(trend[:n_before]) / box.passing(0 * early),
        likelihood_ratio=float(np.exp(min(log_ratio, MOST_LOG_RATIO))),
        table=pd.DataFrame({"event_time": events, "trend": trend, "after_passing": after}),
        bias=float(weights @ trend[n_before:]),
        bias_after_passing=float(weights @ after[n_before:]),
        effect=float(weights @ beta[n_before:]),
        n_leads=n_before,
        level=level,
        tested="normal" if edges is None else "permutation",
    )


def _pooled_slopes(early: Floats, vcov: Floats, critical: float) -> list[float]:
    """Slopes at which the average of the leads (shape ``early`` (P,) at slope one) is significant half and 80% of the time."""
    from scipy.special import ndtr

    shift = abs(early.mean()) / np.sqrt(vcov.mean())

    def found(slope: float) -> float:
        return float(ndtr(slope * shift - critical) + ndtr(-slope * shift - critical))

    return [_solve(found, goal, unit=1 / shift) for goal in SHARES]


def _of_full_rank(vcov: Floats) -> None:
    """Refuse leads whose estimates determine one another, as with fewer clusters than leads.

    Raises
    ------
    NotAvailableError
    """
    scale = np.sqrt(vcov.diagonal())
    if np.linalg.matrix_rank(vcov / np.outer(scale, scale), hermitian=True) < len(vcov):
        raise NotAvailableError(
            f"power before treatment: the covariance of {len(vcov)} leads is singular, as with fewer clusters than leads; "
            "ask for fewer with leads="
        )


@dataclass(frozen=True)
class _Box:
    """The event that no lead is significant: normal estimates with covariance ``sigma`` (P, P) all within ``edge`` (P,)."""

    sigma: Floats
    edge: Floats

    @cached_property
    def _uniform(self) -> Floats:
        """The same points for every mean, (2^POINTS, P)."""
        from scipy.stats import qmc

        return np.asarray(qmc.Sobol(len(self.edge), seed=SEED).random_base2(POINTS))

    def passing(self, mean: Floats) -> float:
        """Probability that no lead is significant."""
        return float(self._draws(mean)[1].mean())

    def mean(self, mean: Floats) -> Floats:
        """Expected leads given that none is significant, (P,)."""
        leads, weight = self._draws(mean)
        return np.asarray(weight @ leads / weight.sum())

    def _draws(self, mean: Floats) -> tuple[Floats, Floats]:
        """Draw leads inside the box one after the other, each given those before, with weights (Genz 1992)."""
        from scipy.special import ndtr, ndtri

        n, uniform = len(mean), self._uniform
        root = np.linalg.cholesky(self.sigma)
        shocks, weight = np.zeros_like(uniform), np.ones(len(uniform))
        for k in range(n):
            known = mean[k] + shocks[:, :k] @ root[k, :k]
            low, high = (ndtr((end - known) / root[k, k]) for end in (-self.edge[k], self.edge[k]))
            inside = np.clip(low + uniform[:, k] * (high - low), 1e-16, 1 - 1e-16)
            shocks[:, k] = ndtri(inside)
            weight *= high - low
        return mean + shocks @ root.T, weight


def _after_passing(box: _Box, sigma: Floats, trend: Floats, n_before: int) -> Floats:
    """Expected estimates (K,) once no lead is significant, when the truth is a trend alone."""
    early = box.mean(trend[:n_before])
    slope = sigma[n_before:, :n_before] @ np.linalg.inv(sigma[:n_before, :n_before])
    late = trend[n_before:] + slope @ (early - trend[:n_before])
    return np.concatenate([early, late])


def _solve(function: Callable[[float], float], goal: float, *, unit: float = 1.0) -> float:
    """Return the positive argument at which a rising function reaches the goal; infinite where nothing in reach does.

    Parameters
    ----------
    unit : float
        Where the function moves; it is searched from `CLOSEST` to `FARTHEST` times that.
    """
    from scipy.optimize import brentq

    high = CLOSEST
    if function(0.0) >= goal:
        return 0.0
    while not function(high * unit) >= goal:
        high *= 4
        if high > FARTHEST:
            return np.inf
    low = high / 4 if high > CLOSEST else 0.0
    return unit * float(brentq(lambda x: function(unit * x) - goal, low, high, xtol=1e-12 * high))


def _joint(distance: float, n_leads: int, level: float) -> float:
    """Power of the Wald test of so many leads at a trend so many squared standard errors from none."""
    from scipy.stats import chi2, ncx2

    return float(ncx2.sf(chi2.ppf(level, n_leads), n_leads, distance))


def equivalence(
    event_study: Estimate, *, leads: int = MOST_LEADS, alpha: float = 0.05
) -> CheckResult:
    """Test that trends before treatment differed by no more than so much: the smallest bound that can be shown.

    The table has the bound on the largest lead (all leads together, by intersection-union) and on their mean. Passes when
    the first is smaller than the overall effect (the average of event times where its weights are not known).

    References
    ----------
    Dette and Schumann (2024), Journal of Business and Economic Statistics 42(4), eqs. 3.2-3.5.
    """
    try:
        path = event_times(event_study).nearest_leads(leads)
    except NotAvailableError:
        return not_applicable("equivalence", "too_few_event_times")
    n_before = path.n_before
    if n_before < 1:
        return not_applicable("equivalence", "no_period_before_the_reference")
    early, vcov = path.beta[:n_before], path.sigma[:n_before, :n_before]
    largest = max(
        equivalence_bound(value, np.sqrt(variance), alpha=alpha)
        for value, variance in zip(early, vcov.diagonal(), strict=True)
    )
    mean = equivalence_bound(float(early.mean()), float(np.sqrt(vcov.mean())), alpha=alpha)
    weights = path.weights("average") if path.overall is None else path.overall
    effect = abs(float(weights @ path.beta[n_before:]))
    return CheckResult(
        "equivalence",
        pass_or_warn(largest < effect),
        f"leads_smaller_than_share_of_effect:{100 * largest / effect:.0f}",
        statistic=largest,
        table=pd.DataFrame({"of": ["largest", "mean"], "bound": [largest, mean]}),
    )


def equivalence_bound(estimate: float, std_error: float, *, alpha: float = 0.05) -> float:
    """Return the smallest bound at which a difference as large as it is rejected: P(|N(bound, se)| <= |estimate|) = alpha."""
    from scipy.special import ndtr

    size = abs(estimate) / std_error

    def rejected(bound: float) -> float:
        return float(1 - (ndtr(size - bound) - ndtr(-size - bound)))

    if rejected(0.0) >= 1 - alpha:
        return 0.0
    return _solve(rejected, 1 - alpha) * std_error
