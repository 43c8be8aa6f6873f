"""The rate of return of a stream: the rate at which its present value is zero, if there is one."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.economics.figure import Figure

STEPS = 200  # of a search that halves its bracket where Newton's step leaves it


def net_present_value(stream: Floats, rate: float) -> Floats:
    """Return the present value in year 0 of streams (..., T), at a rate above -1."""
    return np.asarray(stream @ discount_factors(stream.shape[-1], rate))


def discount_factors(years: int, rate: float) -> Floats:
    """Return the worth in year 0 of a unit in each of so many years, (T,)."""
    return np.asarray((1.0 + rate) ** -np.arange(float(years)))


def rate_of_return(net: Floats) -> Figure:
    """Find the rate at which the net present value of a stream is zero.

    Parameters
    ----------
    net : (T,) array
        Gains less costs by year.

    Returns
    -------
    Figure
        The rate, above -1; or why there is none, or more than one.

    Notes
    -----
    With one change of sign, costs first, there is exactly one rate (Descartes); the stream is then written as gains over
    costs, the logarithm of whose ratio falls in the logarithm of 1 + rate with a slope of at least one, so that the
    search cannot miss it. With more changes of sign all roots of the polynomial in 1 / (1 + rate) are looked at.
    """
    if not (net > 0).any():
        return Figure(why="no_gain")
    if not (net < 0).any():
        return Figure(why="no_cost")
    if conventional(net[None])[0]:
        return Figure(float(conventional_rates(net[None])[0]))
    rates = _real_roots(net)
    if net[np.nonzero(net)[0][0]] > 0 and len(rates) == 1:
        return Figure(why="gain_before_cost", all_values=rates)
    if len(rates) == 1:
        return Figure(rates[0])
    return Figure(why="several_returns" if rates else "no_return", all_values=rates)


def conventional(net: Floats) -> Mask:
    """Return which streams (D, T) change sign once, from costs to gains: these have exactly one rate, (D,)."""
    gains_so_far = np.logical_or.accumulate(net > 0, axis=1)
    cost_after_gain = (gains_so_far & (net < 0)).any(axis=1)
    return np.asarray((net > 0).any(axis=1) & (net < 0).any(axis=1) & ~cost_after_gain)


def conventional_rates(net: Floats) -> Floats:
    """Return the one rate of each conventional stream (D, T), (D,)."""
    year = np.arange(float(net.shape[1]))
    with np.errstate(divide="ignore"):
        gains, costs = np.log(np.maximum(net, 0.0)), np.log(np.maximum(-net, 0.0))

    def ratio_and_slope(at: Floats) -> tuple[Floats, Floats]:
        (high, late), (low, early) = (
            _log_sum(part - at[:, None] * year, year) for part in (gains, costs)
        )
        return high - low, early - late

    at = np.zeros(len(net))
    ratio, slope = ratio_and_slope(at)
    low, high = np.minimum(ratio, 0.0), np.maximum(ratio, 0.0)  # the slope is -1 at the flattest
    for _ in range(STEPS):
        newton = at - ratio / slope
        inside = (newton > low) & (newton < high)
        step = np.where(inside, newton, (low + high) / 2)
        if np.array_equal(step, at):
            break
        at = step
        ratio, slope = ratio_and_slope(at)
        low, high = np.where(ratio > 0, at, low), np.where(ratio < 0, at, high)
        if (np.abs(ratio) < 1e-15).all():
            break
    return np.asarray(np.expm1(at))


def _log_sum(logs: Floats, year: Floats) -> tuple[Floats, Floats]:
    """Return the logarithm of a sum of exponentials, and the mean year under their weights."""
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    total = weights.sum(axis=1)
    return top[:, 0] + np.log(total), weights @ year / total


def _real_roots(net: Floats) -> tuple[float, ...]:
    """Return all rates above -1 at which a stream's present value is zero, ascending."""
    roots = np.roots(net[::-1])  # of the polynomial in v = 1 / (1 + rate)
    real = np.abs(roots.imag) < 1e-7 * np.maximum(np.abs(roots), 1.0)
    return tuple(sorted(float(1 / v - 1) for v in roots.real[real & (roots.real > 0)]))
