"""Values made coarser, column by column: categories joined, numbers banded, cut and rounded, dates left with their year.

Each change is a function from a column to a column and its declaration; the order is fixed (recode, bands, years; cut; round).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.data.schema import Column
from impact.data.strict import Words
from impact.disclosure.public_use.choices import Limit, PublicUseChoices, Rounding
from impact.errors import DisclosureError
from impact.terms import SMALLEST_SHOWN

Treatment = Literal["recoded", "banded", "year_only", "top_coded", "bottom_coded", "rounded"]


@dataclass(frozen=True)
class Coarser:
    """A column after its changes.

    Attributes
    ----------
    cells : Series
    column : Column
        Its declaration afterwards.
    changed : dict
        By treatment, which cells it changed, (n,).
    """

    cells: pd.Series
    column: Column
    changed: dict[Treatment, Mask]


def coarser(
    cells: pd.Series, column: Column, choices: PublicUseChoices, *, units: pd.Series
) -> Coarser:
    """Carry out all that the choices say of one column.

    Parameters
    ----------
    cells : Series
        As `read_frame` gives them.
    column : Column
    choices : PublicUseChoices
    units : Series
        The unit of each cell: a cut lies where those of ten units, and of k, are beyond it.

    Raises
    ------
    DisclosureError
        Where fewer units have a value to be cut.
    """
    made = _in_groups(cells, column, choices)
    name, numbers, changed = str(cells.name), made.cells, dict(made.changed)
    if name in choices.top:
        numbers, changed["top_coded"] = _cut(
            numbers, units, choices.top[name], sign=1.0, choices=choices
        )
    if name in choices.bottom:
        numbers, changed["bottom_coded"] = _cut(
            numbers, units, choices.bottom[name], sign=-1.0, choices=choices
        )
    if name in choices.round:
        before, numbers = numbers, _rounded(numbers, choices.round[name])
        changed["rounded"] = (numbers.notna() & (numbers != before)).to_numpy()
    if changed == made.changed:
        return made
    if made.column.type == "integer":
        numbers = numbers.round()
    declared = made.column.model_copy(update={"minimum": None, "maximum": None})
    return Coarser(numbers, declared, changed)


def _in_groups(cells: pd.Series, column: Column, choices: PublicUseChoices) -> Coarser:
    """Join categories, or put numbers and dates into groups."""
    name, known = str(cells.name), cells.notna().to_numpy()
    if name in choices.bands:
        return Coarser(*_banded(cells, column, choices.bands[name]), {"banded": known})
    if name in choices.years:
        return Coarser(*_years(cells, column), {"year_only": known})
    if name not in choices.recode:
        return Coarser(cells, column, {})
    new = {old: code for code, group in choices.recode[name].items() for old in group.of}
    joined = cells.map(lambda one: new.get(one, one), na_action="ignore")
    return Coarser(
        joined, _recoded(column, choices, name), {"recoded": cells.isin(list(new)).to_numpy()}
    )


def _recoded(column: Column, choices: PublicUseChoices, name: str) -> Column:
    groups = choices.recode[name]
    old = {one for group in groups.values() for one in group.of}
    left = [one for one in column.categories or () if one not in old]
    labels = {code: words for code, words in column.category_labels.items() if code in left}
    labels |= {code: group.label for code, group in groups.items()}
    return column.model_copy(
        update={"categories": [*left, *groups], "category_labels": labels, "value_labels": {}}
    )


def _banded(cells: pd.Series, column: Column, starts: list[float]) -> tuple[pd.Series, Column]:
    """Name the bands as intervals, which need no translation: ``< 1``, ``[1, 5)``, ``>= 5``."""
    between = [f"[{a:g}, {b:g})" for a, b in pairwise(starts)]
    names = np.array([f"< {starts[0]:g}", *between, f">= {starts[-1]:g}"], dtype=object)
    places = np.searchsorted(starts, cells.to_numpy(dtype=float), side="right")
    banded = pd.Series(names[places], index=cells.index, name=cells.name).where(cells.notna(), None)
    declared = Column(
        type="category",
        categories=list(names),
        label=column.label,
        phrase=column.phrase,
        description=_in_unit(column),
    )
    return banded, declared


def _in_unit(column: Column) -> Words | None:
    """Return the description of a column in bands, which must say in which unit they are."""
    if not column.unit:
        return column.description
    return Words(en=column.unit_in("en"), fr=column.unit_in("fr"))


def _years(cells: pd.Series, column: Column) -> tuple[pd.Series, Column]:
    years = pd.to_numeric(cells.astype("string").str[:4], errors="coerce").astype(float)
    declared = Column(
        type="integer",
        label=column.label,
        phrase=column.phrase,
        description=column.description,
    )
    return years.rename(cells.name), declared


def _cut(
    cells: pd.Series, units: pd.Series, limit: Limit, *, sign: float, choices: PublicUseChoices
) -> tuple[pd.Series, Mask]:
    """Replace what lies beyond a cut; it moves inwards until values of ten units, and of k, do."""
    values: Floats = sign * cells.to_numpy(dtype=float)
    known = ~np.isnan(values)
    own = pd.Series(values[known]).groupby(units.to_numpy()[known]).max()
    k = max(choices.k, SMALLEST_SHOWN)  # original figures beside the file are equations about them
    if len(own) < k:
        raise DisclosureError(
            f"{cells.name}: fewer than {k} units have a value, so that a cut would tell of them; put it under drop"
        )
    if limit.value is not None:
        cut = sign * limit.value
        if cut > own.max():
            return cells, np.zeros(len(values), dtype=bool)
    else:
        share = float(limit.quantile or 0.0)
        cut = float(np.quantile(values[known], share if sign > 0 else 1 - share))
    cut = min(cut, float(np.sort(own.to_numpy())[-k]))
    outside = known & (values >= cut)
    put = float(values[outside].mean()) if choices.beyond == "mean" else cut
    return cells.where(~outside, sign * put), outside & (values != put)


def _rounded(cells: pd.Series, rounding: Rounding) -> pd.Series:
    values: Any = cells.to_numpy(dtype=float)
    if rounding.to is not None:
        made = np.round(np.rint(values / rounding.to) * rounding.to, 12)
    else:
        made = np.array([_with_digits(value, int(rounding.digits or 1)) for value in values])
    return pd.Series(made, index=cells.index, name=cells.name)


def _with_digits(value: float, digits: int) -> float:
    return value if not np.isfinite(value) else float(f"{value:.{digits - 1}e}")
