"""Event studies whose intervals, band and covariance hold with few treated units: from permuted assignments.

For event time e let b_e be the estimate, s_e its clustered standard error, and t_e* = b_e* / s_e* the statistic under another
assignment of the same cohort labels, estimated effects taken out. With q_e the quantile of |t_e*| and z the normal's,

- the standard error shown is s_e q_e / z, so that the usual interval is b_e -+ q_e s_e, the one by permutation;
- the band is b_e -+ c s_e q_e / z with c the quantile of max_e |t_e*| z / q_e: every event time as likely as another to cross;
- the overall effect has its standard error from its own statistic in the same way (``spec["overall_std_error"]``);
- the covariance is D R D, D those standard errors and R the correlation of the b_e* over assignments.

R is that of all units' paths. The treated units' own scores cannot give it: with m of them their part of the clustered
covariance has rank m - 1, and combinations of event times appear that seem to have no variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators.many import Many
from impact.estimators.many_of import at_event_time, many
from impact.inference.exchange import Exchange
from impact.interval import may_lie_beyond
from impact.streams import stream

PERMUTATIONS = 999
NO_VARIATION = 1e-10  # of what outcomes move: a standard error this small is rounding


@dataclass(frozen=True)
class PermutedEventTimes:
    """E event times under the actual assignment and P others.

    Attributes
    ----------
    t, std_error : ndarray, (E,)
        Estimates over their clustered standard errors, and these; no t where nothing varies.
    permuted, permuted_t : ndarray, (P, E)
    added : int
        One where the actual assignment counts beside the drawn ones.
    """

    t: Floats
    std_error: Floats
    permuted: Floats
    permuted_t: Floats
    added: int

    @classmethod
    def of(
        cls,
        panel: Panel,
        each: Sequence[Many],
        *,
        permutations: int = PERMUTATIONS,
        seed: int = 2012,
        untreated: Floats | None = None,
    ) -> "PermutedEventTimes":
        """Evaluate event times (`many_of.at_event_time`), one or more, all under the same assignments.

        Parameters
        ----------
        panel : Panel
        each : sequence of Comparisons
            One an event time.
        permutations : int
            Random assignments beside the actual one.
        seed : int
        untreated : ndarray, (N, T), optional
            Outcomes for the other assignments, such as those without the estimated effects; the panel's own by default.

        Raises
        ------
        NotAvailableError
            When clusters have units of several cohorts.
        """
        labels = each[0].labels
        others = Exchange.of(panel, labels).drawn(permutations, stream(seed, "lead_permutations"))
        own = np.nan_to_num(panel.wide)[:, None, :]
        other = own if untreated is None else np.nan_to_num(untreated)[:, None, :]
        moves = np.nanmax(np.abs(panel.wide - np.nanmean(panel.wide, axis=1, keepdims=True)))
        t, std_error, permuted, permuted_t = [], [], [], []
        for asked in each:
            mine, theirs = asked.evaluate(labels[None], own), asked.evaluate(others.labels, other)
            spread = np.sqrt(mine.variance[0, 0])
            varies = spread > NO_VARIATION * moves
            t.append(mine.t()[0, 0] if varies else np.nan)
            std_error.append(spread)
            permuted.append(theirs.effect[0])
            permuted_t.append(theirs.t()[0] if varies else np.full(len(others.labels), np.nan))
        columns = np.array(permuted).T, np.array(permuted_t).T
        return cls(np.array(t), np.array(std_error), *columns, others.added)

    def where(self, kept: Mask) -> "PermutedEventTimes":
        """Return some of the event times."""
        columns = self.permuted[:, kept], self.permuted_t[:, kept]
        return PermutedEventTimes(self.t[kept], self.std_error[kept], *columns, self.added)

    def largest(self, scale: Floats | None = None) -> Floats:
        """Largest absolute statistic of each assignment, (P,), statistics divided by ``scale`` (E,)."""
        size = np.abs(self.permuted_t) / (1.0 if scale is None else scale)
        return np.asarray(np.fmax.reduce(size, axis=1))

    def critical(self, statistics: Floats, level: float) -> float:
        """Return the value that no more than ``1 - level`` of all assignments exceed; infinite where they are too few."""
        known = np.sort(statistics[~np.isnan(statistics)])
        if not len(known):
            return float(np.nan)
        may_exceed = may_lie_beyond(len(known) + self.added, level) - self.added
        return float(known[len(known) - 1 - may_exceed]) if may_exceed >= 0 else float(np.inf)

    def correlation(self) -> Floats:
        """Correlation of the estimates over assignments, (E, E)."""
        deviation = np.nan_to_num(self.permuted - np.nanmean(self.permuted, axis=0))
        product = deviation.T @ deviation
        size = np.sqrt(np.diag(product))
        return np.asarray(product / np.outer(size, size))


def _without(panel: Panel, events: Floats, effects: Floats) -> Floats:
    """Outcomes (N, T) without the effects (E,) that were estimated by event time after treatment."""
    event_of = panel.times - panel.cohort[:, None]
    taken = np.zeros_like(panel.wide)
    for event, effect in zip(events, effects, strict=True):
        if event >= 0:
            taken[event_of == event] = effect
    return np.asarray(panel.wide - taken)


@dataclass(frozen=True)
class PermutationBand:
    """Intervals, band and covariance of an event study by permutation: ``events.under(PermutationBand())``.

    Parameters
    ----------
    permutations : int
    seed : int

    Assumes
    -------
    Within strata, cohort labels are exchangeable over units once effects are taken out, one for each event time; periods
    go together among treated units as among the others.

    References
    ----------
    Romano and Wolf (2005), Econometrica 73(4), on the studentised maximum; Beran (1988), JASA 83, on balanced bands.
    """

    permutations: int = PERMUTATIONS
    seed: int = 2012

    def on(self, estimate: Estimate) -> Estimate:
        """Return the event study with the same estimates.

        Raises
        ------
        NotAvailableError
            For anything but an event study against one reference, on a panel whose units (or clusters) can be exchanged in
            enough ways.
        """
        panel, estimator = estimate.origin.panel, estimate.origin.estimator
        events = estimate.rows.event_time
        reference = getattr(estimator, "base_period", "universal")
        if events is None or estimate.rows.cohort is not None or reference != "universal":
            raise NotAvailableError(
                "a band by permutation is of event times against one reference: fit "
                "CallawaySantAnna(base_period='universal') and aggregate(by='event_time')"
            )
        known = np.flatnonzero(np.diag(estimate.vcov) > 0)
        times = np.asarray(events, dtype=float)[known]
        each = [at_event_time(estimate, event) for event in times]
        found = PermutedEventTimes.of(
            panel,
            [*each, many(panel, estimator)],
            permutations=self.permutations,
            seed=self.seed,
            untreated=_without(panel, times, estimate.values[known]),
        )
        normal = quantile((1 + estimate.level) / 2, np.inf)
        scale = np.array([found.critical(np.abs(t), estimate.level) for t in found.permuted_t.T])
        scale /= normal
        overall = float(scale[-1] * found.std_error[-1])
        varies = ~np.isnan(found.t) & (np.arange(len(scale)) < len(known))
        if not np.isfinite(scale[varies]).all():
            raise NotAvailableError(
                f"{len(found.permuted)} other assignments are too few for an interval at this level; merge strata"
            )
        result = _by_permutation(estimate, known[varies[:-1]], found.where(varies), scale[varies])
        spec = {**result.spec, "overall_std_error": overall if np.isfinite(overall) else None}
        return _keeping_band(replace(result, spec=spec), result)


def _keeping_band(estimate: Estimate, other: Estimate) -> Estimate:
    """The estimate with the band's critical value of another."""
    estimate.__dict__.update(critical_value=other.critical_value)
    return estimate


def _by_permutation(
    estimate: Estimate, known: Integers, found: PermutedEventTimes, scale: Floats
) -> Estimate:
    std_error = np.sqrt(np.diag(estimate.vcov)[known]) * scale
    vcov = np.zeros_like(estimate.vcov)
    vcov[np.ix_(known, known)] = found.correlation() * np.outer(std_error, std_error)
    result = replace(
        estimate,
        vcov=vcov,
        method=f"{estimate.method}; intervals, band and covariance by permutation",
        spec={**estimate.spec, "covariance": "permutation"},
        notes=(*estimate.notes, f"by_permutation:{len(found.permuted)}"),
    )
    result.__dict__.update(critical_value=found.critical(found.largest(scale), estimate.level))
    return result
