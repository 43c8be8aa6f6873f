"""Roth and Sant'Anna: the most precise use of earlier outcomes when the timing of treatment is as good as random."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotAvailableError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.efficient.parallel_trends import efficient_under_trends
from impact.estimators.linear import as_moments, balanced_cells, few_treated_notes
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

UNITS_A_MOMENT = (
    3  # a cohort's covariance of T periods needs several times T units to be worth inverting
)


@dataclass(frozen=True)
class EfficientDiD(CheckedChoices):
    """Difference of post-treatment means less the best multiple of the difference before treatment.

    With multiple 1 this is Callaway-Sant'Anna with not-yet-treated controls; the best multiple is estimated from the cohorts'
    path scatters. It needs timing that is as good as random, so it is no headline for firms that chose to exhibit.

    Under parallel trends instead, the same scatters give the weights with the least variance over all comparisons before
    treatment: then the result has one row a (cohort, period), to be averaged like `CallawaySantAnna`'s.

    Parameters
    ----------
    assumption : {"random_timing", "parallel_trends"}
        The options below, but the level, are for random timing.
    estimand : {"simple", "cohort", "calendar"}
        Average over treated cohort-periods by cohort size; over cohort averages by cohort size; over period averages equally.
    multiple : {"efficient", "one"}
    variance : {"refined", "neyman"}
        Neyman's is conservative when effects differ; the refined one takes away what earlier outcomes tell about that.
    level : float

    Assumes
    -------
    Treatment dates as good as randomly assigned, and no anticipation. Balanced panels: units with gaps are dropped, and
    counted; so are cohorts of one unit, which have no variance.

    References
    ----------
    Roth and Sant'Anna (2023), Journal of Political Economy Microeconomics 1(4), eqs. 4-8.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effect = impact.EfficientDiD().fit(panel)
    >>> effect.params.round(2).to_dict()
    {'overall': 1.57}
    """

    assumption: Literal["random_timing", "parallel_trends"] = "random_timing"
    estimand: Literal["simple", "cohort", "calendar"] = "simple"
    multiple: Literal["efficient", "one"] = "efficient"
    variance: Literal["refined", "neyman"] = "refined"
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments.

        Raises
        ------
        NotAvailableError
            With weights, or clusters above the unit.
        NotIdentifiedError
            When no cohort of two units or more has a period before treatment and a control.
        """
        if self.assumption == "parallel_trends":
            return efficient_under_trends(as_moments(data), level=self.level)
        moments = _usable(as_moments(data))
        after, before = self._weights(moments)
        mean, scatter, n = _cohorts(moments)
        own = after, before
        covariance = [np.einsum("ct,cts,cs,c->", a, scatter, b, 1 / n) for a, b in _pairs(own)]
        # where nothing varies before treatment, no multiple of the difference there is better than another
        weighed = self.multiple == "efficient" and covariance[0] > 0
        beta = covariance[1] / covariance[0] if weighed else 1.0
        weights = after - beta * before
        value = float((weights * mean).sum())
        variance = float(np.einsum("ct,cts,cs,c->", weights, scatter, weights, 1 / n))
        if self.variance == "refined":
            variance = max(variance - _explained(moments, after, scatter) / n.sum(), 0.0)
        treated = np.isfinite(moments.cohort)
        thin = (n < UNITS_A_MOMENT * len(moments.times)).any()
        return Estimate(
            Rows(
                term=["overall"],
                n_treated=[moments.n[treated].sum()],
                n_control=[moments.n[~treated].sum()],
            ),
            np.array([value]),
            np.array([[variance]]),
            estimand=f"Effect of treatment on {moments.outcome}, {self.estimand} average, timing as good as random",
            method=(
                f"Roth-Sant'Anna; multiple of the difference before treatment {beta:.3f} ({self.multiple}); control not yet "
                f"treated; design-based variance ({self.variance}), clustered by unit, normal"
            ),
            sample=moments.sample,
            spec={
                "estimator": "EfficientDiD",
                "assumption": "random_timing",
                "estimand": self.estimand,
                "multiple": self.multiple,
                "beta": float(beta),
                "variance": self.variance,
                "level": self.level,
                "df": None,
            },
            notes=(*few_treated_notes(moments), *(("cohorts_too_small_to_weigh",) if thin else ())),
            source="Roth and Sant'Anna (2023), eqs. 4-8",
        )

    def _weights(self, moments: PathMoments) -> tuple[Floats, Floats]:
        """Weights of the cohort means (C, T) in the differences after treatment, and in those just before it."""
        times, every = moments.times, moments.every_cohort
        size = moments.cohort_size
        after = np.zeros((len(every), len(times)))
        before = np.zeros_like(after)
        cells = [
            (int(code), int(period))
            for code in np.flatnonzero(np.isfinite(every))
            for period in np.flatnonzero(times >= every[code])
            if (times < every[code]).any() and (every > times[period]).any()
        ]
        if not cells:
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort of two units or more has a period before treatment and a control"
            )
        for (code, period), share in zip(cells, self._shares(cells, size), strict=True):
            control = np.where(every > times[period], size, 0.0)
            difference = -control / control.sum()
            difference[code] += 1.0
            after[:, period] += share * difference
            before[:, np.flatnonzero(times < every[code])[-1]] += share * difference
        return after, before

    def _shares(self, cells: list[tuple[int, int]], size: Floats) -> Floats:
        code, period = np.array(cells).T
        if self.estimand == "simple":
            share = size[code]
            return np.asarray(share / share.sum())
        if self.estimand == "cohort":
            per_cohort = np.bincount(code, minlength=len(size))
            total = size[np.unique(code)].sum()
            return np.asarray(size[code] / per_cohort[code] / total)
        in_period = np.bincount(period, weights=size[code])
        return np.asarray(size[code] / in_period[period] / len(np.unique(period)))


def _usable(moments: PathMoments) -> PathMoments:
    if moments.clusters is not None:
        raise NotAvailableError("EfficientDiD: not available with clusters above the unit")
    if not np.array_equal(moments.weight, moments.n.astype(float)):
        raise NotAvailableError(
            "EfficientDiD: a design-based estimator, not available with weights"
        )
    moments = balanced_cells(moments)
    sizes = moments.cohort_groups.sums(moments.n.astype(float))
    return moments.where(
        lambda every: np.asarray(sizes[every.cohort_index] > 1), reason="alone_in_its_cohort"
    )


def _cohorts(moments: PathMoments) -> tuple[Floats, Floats, Floats]:
    """Mean path (C, T), covariance with n - 1 (C, T, T) and size (C,) of each cohort, strata pooled."""
    n = moments.cohort_size
    mean = moments.by_cohort(moments.weight[:, None] * moments.mean) / n[:, None]
    apart = moments.mean - mean[moments.cohort_index]
    between = moments.n[:, None, None] * apart[:, :, None] * apart[:, None, :]
    scatter = moments.by_cohort(moments.scatter2 + between) / (n - 1)[:, None, None]
    return mean, scatter, n


def _pairs(own: tuple[Floats, Floats]) -> list[tuple[Floats, Floats]]:
    after, before = own
    return [(before, before), (before, after)]


def _explained(moments: PathMoments, after: Floats, scatter: Floats) -> float:
    """Part of the variance of effects that outcomes before the first treatment account for: it is taken off Neyman's."""
    early = np.flatnonzero(moments.times < moments.cohorts[0])
    if not early.size:
        return 0.0
    block = scatter[:, early][:, :, early]
    slopes = np.array(
        [
            np.linalg.lstsq(block[c], scatter[c][early] @ after[c], rcond=None)[0]
            for c in range(len(after))
        ]
    ).sum(axis=0)
    return float(slopes @ block.mean(axis=0) @ slopes)
