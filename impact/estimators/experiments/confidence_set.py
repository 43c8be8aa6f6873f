"""The values that a test of every value does not reject: an interval, two rays, all values, or none (Anderson and Rubin).

A value b of the effect is tested by regressing y - b D on the instruments. With their coefficients d - b p, where d (k,) and
p (k,) are those of y and of D, and covariance S(b) = S0 + b S1 + b^2 S2, it is not rejected where

    (d - b p)' S(b)^-1 (d - b p) <= c,  that is  det M(b) >= 0,  M(b) = [[c, (d - b p)'], [d - b p, S(b)]],

a polynomial in b whose real roots are eigenvalues; between them the test is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.check_result import OneRow, amount

Kind = Literal["interval", "two_rays", "everything", "empty", "several"]
REAL = 1e-7  # imaginary part, relative to the size, of a root that rounding moved off the line


@dataclass(frozen=True, repr=False)
class ConfidenceSet(OneRow):
    """Values of one number that a test does not reject.

    Attributes
    ----------
    kind : {"interval", "two_rays", "everything", "empty", "several"}
    pieces : tuple of (low, high)
        Ascending; infinite ends where nothing so far out is rejected. Two rays when the instrument says too little to tell a
        large effect from a large one of the other sign; none when no value fits all instruments.
    level : float
    """

    kind: Kind
    pieces: tuple[tuple[float, float], ...]
    level: float

    @classmethod
    def of(cls, pieces: list[tuple[float, float]], *, level: float) -> "ConfidenceSet":
        """Name the shape of ascending pieces."""
        if not pieces:
            return cls("empty", (), level)
        ends = [np.isfinite(end) for end in (pieces[0][0], pieces[-1][1])]
        kind: Kind = "several"
        if len(pieces) == 1:
            kind = "interval" if any(ends) else "everything"
        elif len(pieces) == 2 and not any(ends):
            kind = "two_rays"
        return cls(kind, tuple(pieces), level)

    def contains(self, value: float) -> bool:
        """Whether a value is not rejected."""
        return any(low <= value <= high for low, high in self.pieces)

    def summary(self) -> str:
        """Return the set as plain text."""
        if self.kind == "empty":
            return f"no value ({self.level:.0%})"
        if self.kind == "everything":
            return f"every value ({self.level:.0%})"
        written = [
            " to ".join("any" if np.isinf(end) else amount(end) for end in piece)
            for piece in self.pieces
        ]
        return f"{' or '.join(written)} ({self.level:.0%})"

    def blocks(self) -> tuple[str]:
        """Return the set as plain text."""
        return (self.summary(),)


@dataclass(frozen=True)
class ReducedForms:
    """Coefficients of y and of D on k instruments, and their joint covariance.

    Attributes
    ----------
    of_outcome, of_treatment : ndarray, (k,)
    vcov : tuple of ndarray, each (k, k)
        S0, S1 and S2.
    """

    of_outcome: Floats
    of_treatment: Floats
    vcov: tuple[Floats, Floats, Floats]

    def statistic(self, value: float) -> float:
        """Return the Wald statistic of one value, k times an F."""
        apart = self.of_outcome - value * self.of_treatment
        S0, S1, S2 = self.vcov
        return float(apart @ np.linalg.solve(S0 + value * S1 + value**2 * S2, apart))

    def not_rejected(self, critical: float, *, level: float) -> ConfidenceSet:
        """Return the values whose statistic is at most ``critical``.

        References
        ----------
        Anderson and Rubin (1949), Annals of Mathematical Statistics 20(1); Mikusheva (2010), Journal of Econometrics 157(2),
        on the shapes; Andrews, Stock and Sun (2019), Annual Review of Economics 11, sec. 5.
        """
        ends = [-np.inf, *self._roots(critical), np.inf]
        pieces: list[tuple[float, float]] = []
        for low, high in pairwise(ends):
            if self.statistic(_between(low, high)) > critical:
                continue
            if pieces and pieces[-1][1] == low:  # a root that only touches
                low = pieces.pop()[0]  # noqa: PLW2901 (the piece begins where the last one did)
            pieces.append((low, high))
        return ConfidenceSet.of(pieces, level=level)

    def _roots(self, critical: float) -> Iterator[float]:
        """Real values at which the statistic equals ``critical``, ascending."""
        from scipy.linalg import eig

        scale = self._scale
        k = len(self.of_outcome)
        M = np.zeros((3, k + 1, k + 1))
        M[0, 0, 0] = critical
        for power, apart in ((0, self.of_outcome), (1, -scale * self.of_treatment)):
            M[power, 0, 1:] = M[power, 1:, 0] = apart
        for power, part in enumerate(self.vcov):
            M[power, 1:, 1:] = part * scale**power
        # statistics do not change when instruments are measured in other units
        size = np.sqrt(np.abs(M[0].diagonal()))
        M = M / np.outer(size, size)
        unit, zero = np.eye(k + 1), np.zeros((k + 1, k + 1))
        left = np.block([[zero, unit], [-M[0], -M[1]]])
        right = np.block([[unit, zero], [zero, M[2]]])
        roots = eig(left, right, right=False)
        finite = roots[np.isfinite(roots)]
        real = finite[np.abs(finite.imag) <= REAL * (1 + np.abs(finite))].real * scale
        yield from sorted(real.tolist())

    @property
    def _scale(self) -> float:
        """Size of a plausible effect: roots are looked for in its units."""
        S0, _, S2 = (np.trace(part) for part in self.vcov)
        return float(np.sqrt(S0 / S2))


def _between(low: float, high: float) -> float:
    """Return a value between two ends, of which one or both may be infinite."""
    if np.isinf(low) and np.isinf(high):
        return 0.0
    if np.isinf(low):
        return high - 1 - abs(high)
    if np.isinf(high):
        return low + 1 + abs(low)
    return (low + high) / 2
