"""The model of untreated outcomes that imputation rests on: unit and period effects fitted to observations before treatment."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.errors import NotIdentifiedError
from impact.moments import PathMoments
from impact.moments.feature_products import root_products
from impact.moments.features import Features, within

RANK_TOLERANCE = 1e-9  # on the normal matrix scaled to unit diagonal


@dataclass(frozen=True)
class UntreatedFit:
    """Unit and period effects from untreated observations, and what is left of each outcome without them.

    Attributes
    ----------
    moments : PathMoments
        The cells that have an untreated observation; a unit without one has no unit effect and is dropped, and counted.
    untreated : ndarray of bool, (C, T)
    period : ndarray, (T,)
        Period effects, the first identified one zero; NaN where no untreated unit is observed.
    inverse : ndarray, (T, T)
        Generalised inverse of the period effects' normal matrix.
    residuals : Features
        Outcome less unit and period effects, T features: what treated observations gained, and untreated ones' residuals.
    root : ndarray, (C, T, T), or None with clusters above the unit
        The residuals' cross-products over the moments' root.
    average : ndarray, (P, T)
        Weights of a cell's untreated periods in its unit effects.
    """

    moments: PathMoments
    untreated: Mask
    period: Floats
    inverse: Floats
    residuals: Features
    root: Floats | None
    average: Floats

    @classmethod
    def of(cls, moments: PathMoments) -> "UntreatedFit":
        """Fit by weighted least squares.

        Raises
        ------
        NotIdentifiedError
            When untreated periods fall into groups that no unit connects.

        References
        ----------
        Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), eq. 6, first step.
        """
        untreated = moments.event_time < 0
        moments = moments.where(
            lambda every: np.asarray((every.observed & untreated[every.cohort_index]).any(axis=1)),
            reason="no_untreated_observation",
        )
        untreated = moments.event_time < 0
        before = (moments.observed & untreated[moments.cohort_index]).astype(float)
        average = before / before.sum(axis=1, keepdims=True)
        weighted = moments.weight[:, None] * before
        gram = np.diag(weighted.sum(axis=0)) - weighted.T @ average
        deviation = moments.mean - (moments.mean * average).sum(axis=1, keepdims=True)
        inverse = _inverse(gram, weighted.sum(axis=0), moments)
        effects = inverse @ (weighted * deviation).sum(axis=0)
        period = np.where(_known(gram, weighted.sum(axis=0)), effects, np.nan)
        fitted = np.broadcast_to(np.nan_to_num(period), untreated.shape)
        residuals = within(moments, fitted, untreated)
        root = None if moments.clusters else root_products(moments, residuals)
        return cls(moments, untreated, period, inverse, residuals, root, average)

    def at_means(self) -> Floats:
        """Residual of each cell's weighted mean path, (P, T)."""
        return self.residuals.evaluate(self.moments.mean_paths)

    def on_period_effects(self, weight: Floats) -> Floats:
        """How estimating the period effects moves weighted sums of residuals: gradients (k, T) for weights (k, C, T).

        A sum of ``weight`` over observed residuals falls by this times the change of the period effects.
        """
        moments = self.moments
        seen = moments.observed * moments.weight[:, None]
        direct = weight * moments.by_cohort(seen)
        through = np.array(
            [
                (seen[rows].T @ self.average[rows])
                for rows in (moments.cohort_index == c for c in range(len(moments.every_cohort)))
            ]
        )
        return np.asarray(direct.sum(axis=1) - np.einsum("kct,cts->ks", weight, through))


def _known(gram: Floats, weight: Floats) -> Mask:
    """Periods in which a unit is observed untreated that is so in another period as well."""
    return np.asarray(gram.diagonal() > RANK_TOLERANCE * weight)


def _inverse(gram: Floats, weight: Floats, moments: PathMoments) -> Floats:
    """Invert the period effects' normal matrix, one of them normalised; periods without untreated units stay out."""
    known = np.flatnonzero(_known(gram, weight))
    inverse = np.zeros_like(gram)
    kept = known[1:]
    if not kept.size:
        raise NotIdentifiedError(
            f"{moments.outcome}: fewer than two periods in which units are observed untreated; "
            "imputation needs at least two"
        )
    core = gram[np.ix_(kept, kept)]
    scale = np.sqrt(core.diagonal())
    values, vectors = np.linalg.eigh(core / np.outer(scale, scale))
    if values[0] < RANK_TOLERANCE:
        raise NotIdentifiedError(
            f"{moments.outcome}: untreated observations fall into periods that no unit connects; "
            "use a window in which units are observed more than once before treatment"
        )
    inverse[np.ix_(kept, kept)] = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return inverse
