"""Numbers rounded to what their interval supports: 8,958 with an interval 17,000 wide is about 9,000."""

import math
from collections.abc import Sequence

FINEST = 3  # times a grain is made finer so that rounded numbers add up
COARSE = 3  # leading digit of half a width from which one digit is enough: 2.9 keeps tenths, 8.6 does not
MOST_DECIMALS = 6
NEARLY = 0.6  # of a grain: so far may a difference of rounded numbers lie from the exact one


def grain(low: float, high: float) -> float:
    """Return the power of ten that half an interval's width supports; 0, no rounding, where it has no width."""
    half = (high - low) / 2
    if not (math.isfinite(half) and half > 0):
        return 0.0
    size = 10.0 ** math.floor(math.log10(half))
    return size / 10 if half / size < COARSE else size


def decimals(shown: Sequence[float]) -> int:
    """Return how many decimals rounded numbers have between them: a zero more would claim what rounding took away."""
    finite = [value for value in shown if math.isfinite(value)]
    for places in range(MOST_DECIMALS):
        if all(math.isclose(value, round(value, places), abs_tol=1e-9) for value in finite):
            return places
    return MOST_DECIMALS


def to_grain(value: float, size: float) -> float:
    """Round to a multiple of a grain."""
    return round(value / size) * size if size and math.isfinite(value) else value


def hides_sign(shown: float, exact: float) -> bool:
    """Whether a number that is not zero is rounded to zero."""
    return shown == 0 and exact != 0


def telling_digits(values: Sequence[float]) -> int:
    """Return one decimal where a number that is not zero would be written as zero without, else none."""
    finite = [value for value in values if math.isfinite(value)]
    return int(any(hides_sign(round(value), value) for value in finite))


def apart(value: float, limit: float, *, least: int) -> int:
    """Return with how many decimals, at least, a number is not written like the limit that it lies beside.

    Examples
    --------
    >>> from impact.reporting.rounding import apart
    >>> apart(0.2513, 0.25, least=2), apart(0.3, 0.25, least=2), apart(0.25, 0.25, least=2)
    (3, 2, 2)
    """
    if not (math.isfinite(value) and math.isfinite(limit)) or value == limit:
        return least
    places = range(least, MOST_DECIMALS)
    return next((n for n in places if round(value, n) != round(limit, n)), MOST_DECIMALS)


def adding_up(total: float, without: float, *, low: float, high: float) -> Sequence[float]:
    """Round a total, what it would have been, and their difference, so that they still add up as shown.

    An end of the interval that is not zero is not rounded to zero either, where one digit more shows it.

    Parameters
    ----------
    total, without : float
    low, high : float
        Ends of the interval of the difference, whose width decides.

    Returns
    -------
    sequence of float
        Total, without, difference, low, high.
    """
    values = (total, without, total - without, low, high)
    size = grain(low, high)
    for finer in range(int(_one_digit_more_shows(low, high, size)), FINEST):
        step = size / 10**finer
        shown = [to_grain(value, step) for value in values]
        between = shown[0] - shown[1]
        if not size or math.isclose(between, shown[2], abs_tol=size / 10**6):
            return shown
        if abs(between - values[2]) <= NEARLY * step:
            shown[2] = to_grain(between, step)
            return shown
    return list(values)


def _one_digit_more_shows(low: float, high: float, size: float) -> bool:
    """Whether an end is rounded to zero by a grain, and by a tenth of it none is."""
    hidden = [
        any(hides_sign(to_grain(end, step), end) for end in (low, high))
        for step in (size, size / 10)
    ]
    return hidden[0] and not hidden[1]
