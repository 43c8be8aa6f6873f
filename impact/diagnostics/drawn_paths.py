"""The untreated paths that a design check draws from, with the spread that treated units show."""

import numpy as np

from impact.arrays import Integers
from impact.covariance.small_sample import cluster_factor
from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.many import AnyEstimator
from impact.estimators.many_of import many
from impact.inference.exchange import Exchange
from impact.inference.situation import Situation
from impact.simulate.untreated_paths import UntreatedPaths
from impact.streams import stream

FEWEST_SPREAD = 5  # degrees of freedom


def paths_to_draw(
    panel: Panel, estimator: AnyEstimator, *, exchange: Exchange, groups: Integers, seed: int
) -> UntreatedPaths:
    """Return untreated paths to draw from, those of the treated stretched to the spread that treated units show.

    Raises
    ------
    NotIdentifiedError
        As `UntreatedPaths.of`.
    """
    paths = UntreatedPaths.of(
        panel, strata=exchange.of_unit, group=groups, generator=stream(seed, "missing_periods")
    )
    spread = _treated_spread(panel, estimator)
    return paths.with_treated_spread(spread, treated=np.isfinite(panel.cohort))


def _treated_spread(panel: Panel, estimator: AnyEstimator) -> float:
    """How far treated units spread within cohorts, relative to never-treated ones in their place; NaN if not known.

    With fewer degrees of freedom than `FEWEST_SPREAD` it would be the luck of the draw.
    """
    try:
        situation = Situation.of(many(panel, estimator))
        units = situation.effects(situation.outcomes)
    except EstimationError:
        return float(np.nan)
    cohort = situation.many.labels[units.treated]
    count = np.bincount(cohort)
    known = count[cohort] > 1
    effect, weight = units.effect[:, 0], units.weight
    if known.sum() - len(np.unique(cohort[known])) < FEWEST_SPREAD:
        return float(np.nan)
    mean = np.bincount(cohort, weights=effect) / np.maximum(count, 1)
    stretch = cluster_factor(np.maximum(count, 2).astype(float))[cohort]
    squares = (stretch * (weight * (effect - mean[cohort])) ** 2)[known].sum()
    placebo = np.full(len(units.placebo), np.nan)
    used = np.unique(cohort)  # a cohort that the estimate leaves out has no place to stand in for
    several = used[(~np.isnan(units.placebo[used, :, 0])).sum(axis=1) > 1]  # one has no spread
    placebo[several] = np.nanvar(units.placebo[several, :, 0], axis=1, ddof=1)
    expected = (weight**2 * placebo[cohort])[known].sum()  # NaN: no stand-in to hold it against
    return float(np.sqrt(squares / expected)) if expected > 0 else float(np.nan)
