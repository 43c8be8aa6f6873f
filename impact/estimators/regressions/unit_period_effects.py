"""Unit and period effects on observed cells: what is left of outcomes without them, for one mask or many at once."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask

RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class UnitPeriodEffects:
    """Least squares on unit and period effects over the cells where a mask is one; leading axes are other masks.

    Attributes
    ----------
    seen : ndarray, (..., N, T)
    share : ndarray, (..., N, T)
        Weights of a unit's mean; zero for a unit never seen.
    inverse : ndarray, (..., T, T)
        Generalised inverse of the period effects' normal matrix, unit effects concentrated out.
    rank : int
        Number of period effects identified; the largest over masks.
    """

    seen: Floats
    share: Floats
    inverse: Floats
    rank: int

    @classmethod
    def of(cls, seen: Mask) -> "UnitPeriodEffects":
        """Prepare for a mask (..., N, T)."""
        mask = seen.astype(float)
        share = mask / np.maximum(mask.sum(axis=-1, keepdims=True), 1)
        gram = -np.swapaxes(mask, -1, -2) @ share
        index = np.arange(mask.shape[-1])
        gram[..., index, index] += mask.sum(axis=-2)
        values, vectors = np.linalg.eigh(gram)
        kept = values > RANK_TOLERANCE * values[..., -1:]
        scaled = vectors * np.where(kept, 1 / np.where(kept, values, 1), 0)[..., None, :]
        inverse = scaled @ np.swapaxes(vectors, -1, -2)
        return cls(mask, share, inverse, int(kept.sum(axis=-1).max()))

    def demeaned(self, values: Floats) -> Floats:
        """Take unit means out of (..., N, T), zero where not observed."""
        left = values - np.einsum("...t,...t->...", values, self.share)[..., None]
        left *= self.seen
        return np.asarray(left)

    def residual(self, values: Floats) -> Floats:
        """Take unit and period effects out of (..., N, T)."""
        plain = self.demeaned(values)
        return plain - self.demeaned(np.broadcast_to(self._by_period(plain), plain.shape))

    def without_units(self, values: Floats) -> Floats:
        """Take unit effects alone, fitted beside period effects, out of (..., N, T)."""
        plain = self.demeaned(values)
        own = (self._by_period(plain) * self.share).sum(axis=-1, keepdims=True)
        return np.asarray(plain + own * self.seen)

    def _by_period(self, plain: Floats) -> Floats:
        """Period effects (..., 1, T) of values (..., N, T) without unit means."""
        return np.asarray(plain.sum(axis=-2)[..., None, :] @ self.inverse)

    def period_weights(self) -> Floats:
        """Weights (T, N, T) of the outcomes in each period effect, for one mask."""
        return self.demeaned(self.inverse[:, None, :] * self.seen)


def two_way_weights(effects: UnitPeriodEffects, exposed: Floats) -> Floats:
    """Weights (..., N, T) of the outcomes in the coefficient on exposure (..., N, T); NaN where it is not identified."""
    residual = effects.residual(exposed)
    size = np.einsum("...nt,...nt->...", residual, residual)[..., None, None]
    identified = size > RANK_TOLERANCE * effects.seen.sum(axis=(-2, -1), keepdims=True)
    return np.asarray(residual / np.where(identified, size, np.nan))


def imputation_weights(untreated: UnitPeriodEffects, direct: Floats) -> Floats:
    """Weights (..., N, T) of the outcomes in an average of imputed effects with weights ``direct`` (..., N, T).

    References
    ----------
    Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), eq. 6.
    """
    by_unit = direct.sum(axis=-1, keepdims=True)
    weights = direct - by_unit * untreated.share
    shift = weights.sum(axis=-2)[..., None, :] @ untreated.inverse
    weights -= untreated.demeaned(np.broadcast_to(shift, direct.shape))
    return np.asarray(weights)
