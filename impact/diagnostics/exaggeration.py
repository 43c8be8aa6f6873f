"""How far off a significant estimate of such a study would be, were the true effect of a given size."""

from dataclasses import dataclass

import numpy as np

from impact.errors import NotAvailableError
from impact.terms import CONFIDENCE_LEVEL


@dataclass(frozen=True)
class Exaggeration:
    """What selection by significance does to estimates.

    Attributes
    ----------
    effect, std_error : float
        The effect taken to be true, and the standard error of its estimates.
    power : float
        Share of such studies whose estimate is significant.
    wrong_sign : float
        Share of the significant ones with the wrong sign (type S error).
    exaggeration_ratio : float
        Mean size of the significant estimates over the true one (type M error).
    """

    effect: float
    std_error: float
    power: float
    wrong_sign: float
    exaggeration_ratio: float


def exaggeration(
    effect: float, std_error: float, *, level: float = CONFIDENCE_LEVEL
) -> Exaggeration:
    """Compute power, type S and type M error of a normal estimate.

    Parameters
    ----------
    effect : float
        Taken to be true.
    std_error : float
    level : float
        One minus the size of the test.

    Raises
    ------
    NotAvailableError
        Without an effect, or a finite standard error above zero.

    Assumes
    -------
    The estimate is normal around the effect with a known standard error.

    References
    ----------
    Gelman and Carlin (2014), Perspectives on Psychological Science 9(6); the closed form is Lu, Qiu and Deng (2019), Journal of
    Official Statistics 35(4), theorem 1.
    """
    from scipy.special import ndtr, ndtri

    if not (np.isfinite(std_error) and std_error > 0 and np.isfinite(effect) and effect != 0):
        raise NotAvailableError(
            "exaggeration: needs an effect other than zero and a finite standard error; the interval has none"
        )
    critical = float(ndtri((1 + level) / 2))
    size = abs(effect) / std_error
    right, wrong = float(ndtr(size - critical)), float(ndtr(-size - critical))
    power = right + wrong
    # mean of |estimate| beyond the critical value, in standard errors
    density = _density(size - critical) + _density(size + critical)
    mean = size * (right - wrong) + density
    return Exaggeration(
        effect=float(effect),
        std_error=float(std_error),
        power=power,
        wrong_sign=wrong / power,
        exaggeration_ratio=mean / (power * size),
    )


def _density(at: float) -> float:
    return float(np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi))
