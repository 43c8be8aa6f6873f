"""Effects by event time around one reference, and what weighs them into the estimate's own overall number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from impact.arrays import Floats
from impact.errors import ImpactError, NotAvailableError, UsageError
from impact.estimate import Estimate
from impact.origin import UNKNOWN

TargetWord = Literal["overall", "average", "first"]
Target = TargetWord | int | Sequence[float]
REFERENCE = -1
SAME = 1e-8  # relative: what weights of event times may leave unexplained of the overall number's
UNIVERSAL = (
    "honest bounds need effects by event time against one reference: fit CallawaySantAnna(base_period='universal'), or "
    "EventStudy, on the Panel"
)


@dataclass(frozen=True)
class EventTimes:
    """Effects by event time, the reference left out.

    Attributes
    ----------
    beta : ndarray, (K,)
    sigma : ndarray, (K, K)
    n_before : int
        How many of them lie before the reference.
    overall : ndarray, (K - n_before,), optional
        Weights of the effects after treatment in the estimate's own overall number, where they are known.
    overall_std_error : float, optional
        Of that number where its inference gives one of its own (`PermutationBand`); else it follows from ``sigma``.
    """

    beta: Floats
    sigma: Floats
    n_before: int
    overall: Floats | None = None
    overall_std_error: float | None = None

    def for_target(self, target: Target) -> "EventTimes":
        """Return the same with the overall number's own standard error where that is the target.

        The effects after treatment are then scaled together, so that under parallel trends its interval is the headline's.
        """
        if name_of(target) != "overall" or self.overall is None or self.overall_std_error is None:
            return self
        late = self.sigma[self.n_before :, self.n_before :]
        scale = np.ones(len(self.beta))
        scale[self.n_before :] = self.overall_std_error / np.sqrt(
            self.overall @ late @ self.overall
        )
        return replace(self, sigma=self.sigma * np.outer(scale, scale))

    def nearest_leads(self, leads: int) -> "EventTimes":
        """Return the same with no more than so many event times before the reference, the nearest."""
        first = max(self.n_before - leads, 0)
        return replace(
            self,
            beta=self.beta[first:],
            sigma=self.sigma[first:, first:],
            n_before=self.n_before - first,
        )

    def weights(self, target: Target) -> Floats:
        """Return the weights of the effects after treatment in a target, (n_after,).

        Raises
        ------
        NotAvailableError
            For the overall number of an estimate that does not know it.
        UsageError
            For an event time that is not there, or as many weights as there are no effects.
        """
        n_after = len(self.beta) - self.n_before
        if isinstance(target, str):
            if target == "overall":
                return self._overall()
            return np.eye(n_after)[0] if target == "first" else np.full(n_after, 1 / n_after)
        if isinstance(target, (int, np.integer)):
            if not 0 <= target < n_after:
                raise UsageError(
                    f"target: no such period after treatment; there are 0 to {n_after - 1}"
                )
            return np.asarray(np.eye(n_after)[target])
        weights = np.asarray(target, dtype=float)
        if weights.shape != (n_after,) or not np.isfinite(weights).all() or not weights.any():
            raise UsageError(
                f"target: needs a weight for each of the {n_after} event times from 0 on, one of them not zero"
            )
        return weights

    def _overall(self) -> Floats:
        if self.overall is None:
            raise NotAvailableError(
                "honest bounds: how event times weigh in the overall number is not known here; give their weights as target, "
                "or target='average'"
            )
        return self.overall


def name_of(target: Target) -> str:
    """Write a target as one word: ``overall``, ``average``, ``first``, ``event_time=2``, or ``weights``."""
    if isinstance(target, str):
        return target
    return f"event_time={target}" if isinstance(target, (int, np.integer)) else "weights"


def event_times(estimate: Estimate) -> EventTimes:
    """Return effects by event time, made anew from the estimate's origin where it is not by event time or has another base.

    Raises
    ------
    NotAvailableError
        When they cannot be made, or event times do not follow one another around the reference -1.
    """
    study = _by_event_time(estimate)
    events = np.asarray(study.rows.event_time, dtype=float)
    known = np.diag(study.vcov) > 0
    order = np.flatnonzero(known & (events != REFERENCE))
    order = order[np.argsort(events[order])]
    times = events[order]
    if not (times >= 0).any():
        raise NotAvailableError(
            "honest bounds need an effect after treatment with a standard error; this estimate has none"
        )
    wanted = np.setdiff1d(np.arange(times.min(initial=0), times.max(initial=-1) + 1), [REFERENCE])
    if len(times) != len(wanted) or not np.array_equal(times, wanted):
        raise NotAvailableError(
            "honest bounds need effects at every event time around the reference -1; use base_period='universal', and "
            "balance= to keep event times without gaps"
        )
    after = order[times >= 0]
    return EventTimes(
        study.values[order],
        study.vcov[np.ix_(order, order)],
        int((times < REFERENCE).sum()),
        overall=_weights_in_overall(study, [study.rows.term[place] for place in after]),
        overall_std_error=study.spec.get("overall_std_error"),
    )


def _by_event_time(estimate: Estimate) -> Estimate:
    """The estimate itself, or one by event time against a universal base from its estimator and data."""
    events = estimate.rows.event_time
    one_base = estimate.spec.get("base_period", "universal") == "universal"
    if events is not None and one_base and len(np.unique(events)) == len(events):
        return estimate
    estimator: Any = estimate.origin.estimator
    if estimate.origin is UNKNOWN:
        raise NotAvailableError(UNIVERSAL)
    if not one_base:
        estimator = replace(estimator, base_period="universal")
    try:
        return _studied(estimator.fit(estimate.origin.data))
    except ImpactError as refused:
        raise NotAvailableError(UNIVERSAL) from refused


def _studied(cells: Estimate) -> Estimate:
    return cells if cells.rows.cohort is None else cells.aggregate(by="event_time")


def _weights_in_overall(study: Estimate, after: list[str]) -> Floats | None:
    """Weights of event times in the estimator's overall number, from what both weigh cohorts' means by; None if unknown."""
    origin = study.origin
    if origin is UNKNOWN:
        return None
    try:
        overall = origin.estimator.fit(origin.data).aggregate(by="overall").weights()
        each = study.select(after).weights()
    except ImpactError:
        return None
    goal = overall["weight"].to_numpy()
    parts = each["weight"].to_numpy().reshape(len(after), -1).T
    if len(parts) != len(goal):
        return None
    weights = np.linalg.lstsq(parts, goal)[0]
    unexplained = np.abs(parts @ weights - goal).max()
    return np.asarray(weights) if unexplained <= SAME * np.abs(goal).max() else None
