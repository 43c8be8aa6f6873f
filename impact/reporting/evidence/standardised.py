"""An effect in standard deviations, for studies whose outcomes have different units."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class HedgesG:
    """An effect over the standard deviation of its outcome, corrected for few units.

    Attributes
    ----------
    g, std_error : float
    sd : float
        The pooled standard deviation.
    df : int
    """

    g: float
    std_error: float
    sd: float
    df: int


def hedges_g(
    effect: float, std_error: float, *, sds: tuple[float, float], units: tuple[int, int]
) -> HedgesG:
    """Standardise an effect.

    Parameters
    ----------
    effect, std_error : float
        In the outcome's unit.
    sds : pair of float
        Standard deviations of the outcome, of the treated and of the others, before treatment.
    units : pair of int
        How many they are; at least three together.

    Assumes
    -------
    The effect and the standard deviation are independent, so that their relative variances add; the standard error has whatever
    clustering the estimate's has.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6(2), eqs. 4 and 6e: g, and J's approximation. What Works Clearinghouse
    (2020), Supplement to the Procedures Handbook 4.1: the standard error of a regression's estimate in place of that of means.
    """
    df = sum(units) - 2
    sd = sqrt(sum((n - 1) * one**2 for n, one in zip(units, sds, strict=True)) / df)
    correction = 1 - 3 / (4 * df - 1)
    d = effect / sd
    return HedgesG(
        g=correction * d,
        std_error=correction * sqrt((std_error / sd) ** 2 + d**2 / (2 * df)),
        sd=sd,
        df=df,
    )
