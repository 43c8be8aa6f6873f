"""The effect on a beneficiary in each year since the start, as far as the study saw, with its uncertainty."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.errors import PlanError

ROUNDING = 1e-12  # of the largest variance: what lies below it is none


@dataclass(frozen=True)
class YearlyEffect:
    """Effects by year since the start.

    Attributes
    ----------
    by_year : (K,) array
        Effect in each year seen, in money of constant prices a beneficiary and year.
    covariance : (K, K) array
        Of their estimates.
    """

    by_year: Floats
    covariance: Floats

    def __post_init__(self) -> None:
        """Refuse effects and covariances that are none."""
        years = len(self.by_year)
        if years == 0 or self.covariance.shape != (years, years):
            raise PlanError("effect: needs a year at least, and a covariance of its years")
        if not (np.isfinite(self.by_year).all() and np.isfinite(self.covariance).all()):
            raise PlanError(
                "effect: a year's effect, or how sure it is, is not known; use the mean"
            )

    @classmethod
    def steady(cls, effect: float, std_error: float, *, years: int) -> "YearlyEffect":
        """Return the same effect in each of so many years, estimated by one number."""
        return cls(np.full(years, effect), np.full((years, years), std_error**2))

    @property
    def years(self) -> int:
        """Years seen."""
        return len(self.by_year)

    @property
    def mean(self) -> float:
        """Mean over the years seen."""
        return float(self.by_year.mean())

    @property
    def std_error(self) -> float:
        """Standard error of the mean over the years seen."""
        return float(np.sqrt(max(self.covariance.mean(), 0.0)))

    def flat(self, effect: float) -> "YearlyEffect":
        """Return another effect, the same in every year seen."""
        return self.steady(effect, self.std_error, years=self.years)

    def drawn(self, generator: np.random.Generator, draws: int) -> Floats:
        """Draw from the normal distribution of the estimates, (D, K)."""
        return self.by_year + generator.standard_normal((draws, self.years)) @ self._root().T

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"by_year": self.by_year.tolist(), "covariance": self.covariance.tolist()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "YearlyEffect":
        """Undo `to_dict`."""
        return cls(np.array(values["by_year"]), np.array(values["covariance"]))

    def _root(self) -> Floats:
        """Return R with R R' the covariance; a direction without variance stays at its estimate."""
        values, vectors = np.linalg.eigh(self.covariance)
        values = np.where(values > ROUNDING * values.max(), values, 0.0)
        signs = np.where(vectors[np.abs(vectors).argmax(axis=0), range(self.years)] < 0, -1.0, 1.0)
        return np.asarray(vectors * signs * np.sqrt(values))
