"""How the answer moves: with each assumption over its range, with how long effects last, with the horizon."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from impact.economics.appraisal import Appraisal, Streams

DIGITS = 9  # of a width over the widest, by which the tornado is ordered
EFFECT = "effect"  # the estimate's row beside those of the assumptions
PERSISTENCES = tuple(np.linspace(0, 1, 21).round(2))


def tornado(appraisal: Appraisal, *, interval: tuple[float, float]) -> pd.DataFrame:
    """Move one number at a time to the ends of its range, all others at their value.

    Parameters
    ----------
    appraisal : Appraisal
    interval : tuple of float
        Ends of the believed interval of the mean effect, in its unit.

    Returns
    -------
    DataFrame
        ``name, low, high, value_low, value_high, return_low, return_high``: net present values at the hurdle and rates of
        return (missing where there is none) at the two ends; the widest first.
    """
    rows = [_row(appraisal, EFFECT, *interval)] if np.isfinite(interval).all() else []
    rows += [
        _row(appraisal, name, one.low, one.high)
        for name, one in appraisal.assumptions.by_name()
        if one.ranges
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    moved = (frame["value_high"] - frame["value_low"]).abs()
    moves = frame[moved > 0]  # an assumption on which nothing hangs is not shown
    order = np.lexsort((moves["name"], -_rounded(moved[moved > 0])))
    return moves.iloc[order].reset_index(drop=True)


def _rounded(moved: pd.Series) -> pd.Series:
    """Return widths as parts of the widest; two that differ by rounding alone are equal, and stand by name."""
    return (moved / moved.max()).round(DIGITS)


_COLUMNS = ["name", "low", "high", "value_low", "value_high", "return_low", "return_high"]


def _row(appraisal: Appraisal, name: str, low: float, high: float) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "low": low, "high": high}
    for end, number in (("low", low), ("high", high)):
        streams = _with(appraisal, name, number)
        row[f"value_{end}"] = float(streams.value(appraisal.hurdle)[0])
        row[f"return_{end}"] = _or_missing(streams)
    return row


def _with(appraisal: Appraisal, name: str, number: float) -> Streams:
    if name == EFFECT:
        moved = appraisal.effect.by_year + (number - appraisal.effect.mean)
        return appraisal.streams(effect=moved)
    return appraisal.streams({name: number})


def _or_missing(streams: Streams) -> float:
    rate = streams.rate_of_return().value
    return np.nan if rate is None else rate


def over_persistence(
    appraisal: Appraisal,
    *,
    interval: tuple[float, float],
    persistences: Sequence[float] = PERSISTENCES,
) -> pd.DataFrame:
    """Return ``persistence, return, return_low, return_high``: rates of the estimate and of its ends, by share kept."""
    ends = {"return": appraisal.effect.mean, "return_low": interval[0], "return_high": interval[1]}

    def rate(effect: float, share: float) -> float:
        if not np.isfinite(effect):
            return np.nan
        moved = appraisal.effect.by_year + (effect - appraisal.effect.mean)
        return _or_missing(appraisal.streams({"persistence": share}, moved))

    return pd.DataFrame(
        [
            {"persistence": share} | {name: rate(effect, share) for name, effect in ends.items()}
            for share in persistences
        ]
    )


def over_horizons(appraisal: Appraisal, horizons: Sequence[int]) -> pd.DataFrame:
    """Return ``horizon, value, return, ratio`` of the estimate, counted over other numbers of years."""
    rows = []
    for horizon in horizons:
        streams = appraisal.changed(horizon=horizon).central
        ratio = streams.benefit_cost_ratio(appraisal.hurdle).value
        rows.append(
            {
                "horizon": horizon,
                "value": float(streams.value(appraisal.hurdle)[0]),
                "return": _or_missing(streams),
                "ratio": np.nan if ratio is None else ratio,
            }
        )
    return pd.DataFrame(rows)


def by_class(appraisal: Appraisal) -> pd.DataFrame:
    """Return who gains: ``code, participants, persons, present, share, each``, one row a class of beneficiaries.

    ``present`` is the present value of the class's benefits at the hurdle, ``share`` its part of all of them, ``each`` the same
    for one participant.
    """
    values, central = appraisal.assumptions.central, appraisal.central
    total = float(appraisal.present(central.benefit)[0])
    everyone = float(appraisal.participants(values))
    rows = []
    for one in appraisal.assumptions.classes:
        weight = float(appraisal.weight(one.code, values))
        took_part = one.number.value * one.take_up.value
        present = total * weight / everyone if everyone else 0.0
        rows.append(
            {
                "code": one.code,
                "participants": took_part,
                "persons": took_part * values["household_size"],
                "present": present,
                "share": weight / everyone if everyone else np.nan,
                "each": present / took_part if took_part else np.nan,
            }
        )
    return pd.DataFrame(rows)
