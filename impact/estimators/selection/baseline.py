"""What was known of each unit before anybody was treated, and whether the unit ever was: what comparable groups are made by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import (
    MissingValueError,
    NoComparisonError,
    NotAvailableError,
    UnknownNameError,
    UsageError,
    VaryingCohortError,
)
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.covariates import numbers_of
from impact.terms import nearest

MissingCovariates = Literal["refuse", "leave_out"]


@dataclass(frozen=True)
class Baseline:
    """Units that are or stay untreated, and what was known of them.

    Attributes
    ----------
    panel : Panel
        Of these N units; those left out are in its sample.
    names : tuple of str
    values : ndarray, (N, p)
        Covariates by their mean before the first treatment, and outcomes of single periods before it.
    exact : ndarray of int, (N,)
        Codes of what groups must agree in exactly; all zero where nothing.
    """

    panel: Panel
    names: tuple[str, ...]
    values: Floats
    exact: Integers

    @classmethod
    def of(
        cls,
        panel: Panel,
        covariates: Sequence[str],
        *,
        lagged_outcomes: int = 0,
        exact: Sequence[str] = (),
        missing: MissingCovariates = "refuse",
    ) -> "Baseline":
        """Look at the periods before the first cohort's treatment; in a panel of one period, at that one.

        Raises
        ------
        NoComparisonError
            Without units that stay untreated, or without treated ones.
        NotAvailableError
            For repeated cross-sections: whoever is seen after the start was not seen before it.
        MissingValueError
            When a unit's baseline is not known and ``missing="refuse"``.
        """
        _refuse_unanswerable(panel, [*covariates, *exact], lagged_outcomes)
        rows = _rows_before(panel)
        columns = {name: _mean_by_unit(panel, numbers_of(panel, name), rows) for name in covariates}
        columns.update(_last_outcomes(panel, lagged_outcomes))
        values = np.column_stack([*columns.values(), np.empty((panel.n_units, 0))])
        codes = [_codes(panel, name, rows) for name in exact]
        unknown = {name: np.isnan(column) for name, column in columns.items()}
        unknown.update({name: code < 0 for name, code in zip(exact, codes, strict=True)})
        known = ~np.any([*unknown.values()], axis=0)
        if missing == "refuse":
            _refuse_unknown(unknown)
        joint = np.unique(np.array([*codes, np.zeros(panel.n_units)]), axis=1, return_inverse=True)
        kept = panel.subset(known, reason="characteristics_unknown")
        _refuse_one_sided(kept)
        return cls(kept, tuple(columns), values[known], joint[1].reshape(-1)[known])

    @property
    def treated(self) -> Mask:
        """Who is ever treated, (N,)."""
        return np.isfinite(self.panel.cohort)

    @property
    def weight(self) -> Floats:
        """Weights that units had before, (N,)."""
        return self.panel.weight

    def compared(self, extra: Floats | None = None, names: Sequence[str] = ()) -> Compared:
        """Return both groups ready for algebra, with further columns (N, q) where given."""
        values = self.values if extra is None else np.hstack([self.values, extra])
        return Compared.of(
            np.zeros((len(values), 1)),
            self.treated,
            values,
            weight=self.weight,
            names=(*self.names, *names),
            who="the panel",
        )


def _refuse_unanswerable(panel: Panel, names: Sequence[str], lagged_outcomes: int) -> None:
    if isinstance(names, str) or not (names or lagged_outcomes):
        raise UsageError("covariates: none; write a list of names, or say lagged_outcomes=")
    if panel.waves != "panel":
        raise NotAvailableError(
            f"{panel.outcome}: waves='repeated_cross_sections': who is seen after the start was not seen before it; give the "
            "covariates to CallawaySantAnna, which compares each period's people"
        )
    for name in names:
        if name not in panel.covariates:
            known = [str(column) for column in panel.covariates.columns]
            raise UnknownNameError(
                f"{name}: not among the panel's covariates; {nearest(name, known)}pass it to Panel.from_frame(covariates=...)"
            )
    _refuse_one_sided(panel)


def _refuse_one_sided(panel: Panel) -> None:
    treated = np.isfinite(panel.cohort)
    if treated.all() or not treated.any():
        side = "stays untreated" if treated.all() else "is treated"
        raise NoComparisonError(
            f"{panel.names.get('cohort')}: no unit with a known baseline {side}; groups are made comparable to units that are "
            "never treated"
        )


def _rows_before(panel: Panel) -> Mask:
    """Observations before anybody's treatment, (n,); all in a panel of one period."""
    before = panel.times < panel.cohorts[0]
    return before[panel.time_index] if before.any() else np.ones(len(panel.y), dtype=bool)


def _mean_by_unit(panel: Panel, values: Floats, rows: Mask) -> Floats:
    used = rows & ~np.isnan(values)
    count = np.bincount(panel.unit_index[used], minlength=panel.n_units)
    total = np.bincount(panel.unit_index[used], weights=values[used], minlength=panel.n_units)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _last_outcomes(panel: Panel, count: int) -> dict[str, Floats]:
    """Outcomes of the last periods before the first treatment, by name."""
    before = np.flatnonzero(panel.times < panel.cohorts[0])
    if count > len(before):
        raise UsageError(
            f"lagged_outcomes={count}: only {len(before)} periods lie before the first treatment"
        )
    chosen = before[len(before) - count :]
    label = panel.time_axis.label
    return {f"{panel.outcome} {label(panel.times[at])}": panel.wide[:, at] for at in chosen}


def _codes(panel: Panel, name: str, rows: Mask) -> Integers:
    """Code of each unit's value of a column before treatment, (N,); -1 where it is not known."""
    code = pd.factorize(panel.covariates[name])[0]
    used = rows & (code >= 0)
    found = np.full(panel.n_units, -1, dtype=np.int64)
    found[panel.unit_index[used]] = code[used]
    changing = np.unique(panel.unit_index[used & (code != found[panel.unit_index])])
    if len(changing):
        raise VaryingCohortError(
            f"{name}: changes before treatment within {len(changing)} units; what groups must agree in exactly is one value a "
            "unit"
        )
    return found


def _refuse_unknown(unknown: dict[str, Mask]) -> None:
    for name, units in unknown.items():
        if units.any():
            raise MissingValueError(
                f"{name}: not known before treatment of {int(units.sum())} units; complete it, or say "
                "missing='leave_out' (they are then counted)"
            )
