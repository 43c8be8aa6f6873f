"""How much stronger selection on what is unobserved would have to be than on what is observed (Oster 2019).

With b0, R0 of the outcome on the treatment alone and b1, R1 with covariates; v the treatment's variance, u what covariates
leave of it, y the outcome's variance, M the R2 that everything would reach, and d = b1 - b for a supposed effect b::

    delta = [ d (R1 - R0) y u + d v u g^2 + 2 d^2 u g v + d^3 (u v - u^2) ]
            / [ (M - R1) y g v + d (M - R1) y (v - u) + d^2 u g v + d^3 (u v - u^2) ],    g = b0 - b1
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.errors import NotIdentifiedError

RMAX = 1.3  # times the R2 with covariates; Oster (2019), sec. 5.3
SAME = 1e-12


@dataclass(frozen=True)
class ProportionalSelection:
    """Movements of coefficient and R2 by covariates.

    Attributes
    ----------
    alone, given : float
        Coefficient of the treatment without and with covariates.
    r2_alone, r2_given : float
    variance_outcome, variance_treatment, variance_left : float
        Of the outcome, of the treatment, and of what covariates leave of the treatment.
    """

    alone: float
    given: float
    r2_alone: float
    r2_given: float
    variance_outcome: float
    variance_treatment: float
    variance_left: float

    @classmethod
    def of(cls, y: Floats, treatment: Floats, covariates: Floats) -> "ProportionalSelection":
        """Regress y (n,) on the treatment (n,), without and with covariates (n, p).

        Raises
        ------
        NotIdentifiedError
            When covariates foretell nothing more of the outcome, or nothing or all of the treatment.
        """
        y, D, X = y - y.mean(), treatment - treatment.mean(), covariates - covariates.mean(axis=0)
        left = D - X @ np.linalg.lstsq(X, D, rcond=None)[0]
        total = float(y @ y)
        if not left @ left > SAME * (D @ D) or not total > 0:
            raise NotIdentifiedError(
                "covariates foretell the treatment, or the outcome does not vary: no coefficient moves"
            )
        both = np.column_stack([D, X])
        residual = y - both @ np.linalg.lstsq(both, y, rcond=None)[0]
        alone, given = float(D @ y / (D @ D)), float(left @ y / (left @ left))
        plain = y - alone * D
        found = cls(
            alone,
            given,
            1 - float(plain @ plain) / total,
            1 - float(residual @ residual) / total,
            total / len(y),
            float(D @ D) / len(y),
            float(left @ left) / len(y),
        )
        if not D @ D - left @ left > SAME * (D @ D):
            raise NotIdentifiedError(
                "covariates are unrelated to the treatment, so their strength says nothing of what is unobserved"
            )
        if not found.r2_given - found.r2_alone > SAME:
            raise NotIdentifiedError(
                "covariates foretell nothing more of the outcome, so their strength says nothing of what is unobserved"
            )
        return found

    def r2_max(self, times: float = RMAX) -> float:
        """Return the R2 that everything would reach: so many times that with covariates, one at most."""
        return min(1.0, times * self.r2_given)

    def delta(self, effect: float = 0.0, *, r2_max: float | None = None) -> float:
        """Return how many times as strong selection on the unobserved must be for the effect to be ``effect``.

        Infinite where no selection of that kind gives it.

        References
        ----------
        Oster (2019), Journal of Business & Economic Statistics 37(2), proposition 3.
        """
        above, below = self._polynomials(self.r2_max() if r2_max is None else r2_max)
        d = self.given - effect
        bottom = float(np.polyval(below, d))
        return np.inf if bottom == 0 else float(np.polyval(above, d)) / bottom

    def effect(self, delta: float = 1.0, *, r2_max: float | None = None) -> float:
        """Return the effect where selection on the unobserved is ``delta`` times that on the observed; NaN where none is.

        Of several solutions the nearest to the estimate with covariates that lies on the side to which covariates moved it.

        References
        ----------
        Oster (2019), propositions 1 and 2, assumption 3.
        """
        above, below = self._polynomials(self.r2_max() if r2_max is None else r2_max)
        roots = np.roots(np.trim_zeros(above - delta * below, "f"))
        real = roots[np.abs(roots.imag) <= 1e-8 * (1 + np.abs(roots))].real
        # d has the sign of g = b0 - b1 when the bias left is of the kind that covariates took away
        same_side = real[real * np.sign((self.alone - self.given) * delta) >= 0]
        some = same_side if same_side.size else real
        return self.given - float(some[np.abs(some).argmin()]) if some.size else np.nan

    def _polynomials(self, r2_max: float) -> tuple[Floats, Floats]:
        """Numerator and denominator of delta in d, highest power first."""
        g, y, v, u = (
            self.alone - self.given,
            self.variance_outcome,
            self.variance_treatment,
            self.variance_left,
        )
        room = (r2_max - self.r2_given) * y
        cubic = u * v - u**2
        above = [cubic, 2 * u * g * v, (self.r2_given - self.r2_alone) * y * u + v * u * g**2, 0.0]
        below = [cubic, u * g * v, room * (v - u), room * g * v]
        return np.array(above), np.array(below)
