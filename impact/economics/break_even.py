"""What it would take to reach the hurdle: how large an effect, how much of it kept from year to year, how many years of it."""

from collections.abc import Callable

import numpy as np

from impact.economics.appraisal import Appraisal
from impact.economics.figure import Figure, Why


def break_even_effect(appraisal: Appraisal) -> Figure:
    """Return the effect, the same in each year seen, at which the rate of return is the hurdle.

    Notes
    -----
    Benefits are proportional to such an effect, so it is present costs over the present benefits of an effect of one.
    """
    unit = appraisal.streams(effect=np.ones(appraisal.effect.years))
    worth = float(appraisal.present(unit.benefit)[0])
    if worth <= 0:
        return Figure(why="no_beneficiaries")
    return Figure(float(appraisal.present(unit.cost)[0]) / worth)


def break_even_persistence(appraisal: Appraisal) -> Figure:
    """Return the share of the effect that must be kept from one year to the next, with the effect as estimated."""
    return _crossing(
        lambda share: _value_at(appraisal, "persistence", share),
        (0.0, 1.0),
        beyond="not_even_if_lasting",
        below="even_if_gone",
    )


def break_even_years(appraisal: Appraisal) -> Figure:
    """Return the years that the effect must last in full, the first included, before it ends at once."""
    lasting = appraisal.assumptions.central | {"persistence": 1.0}
    most = float(appraisal.horizon - appraisal.delay)
    return _crossing(
        lambda years: float(
            appraisal.streams({**lasting, "stops_after": years}).value(appraisal.hurdle)[0]
        ),
        (1.0, most),
        beyond="not_within_the_horizon",
        below="even_in_the_first_year",
    )


def _value_at(appraisal: Appraisal, name: str, number: float) -> float:
    return float(appraisal.streams({name: number}).value(appraisal.hurdle)[0])


def _crossing(
    value: Callable[[float], float], ends: tuple[float, float], *, beyond: Why, below: Why
) -> Figure:
    """Return where a value that only rises crosses zero; which end it stays on otherwise."""
    from scipy.optimize import brentq

    if value(ends[1]) < 0:
        return Figure(why=beyond)
    if value(ends[0]) >= 0:
        return Figure(why=below)
    return Figure(float(brentq(value, *ends, xtol=1e-13, rtol=1e-14)))
