"""What a linear estimate is made of: the weights of outcomes in it, and in its score, which is the direction of its error."""

from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.disclosure.atoms import Atoms
from impact.disclosure.figure import TABLES, Figure, Merging, Place, Row
from impact.errors import DisclosureError, NotAvailableError
from impact.estimate import Estimate
from impact.estimators.linear import LinearParts
from impact.moments import Scores

SAME = 1e-8  # of the largest weight: units of one atom may differ by rounding
NOTHING = 1e-11  # of the largest weight: rounding where a unit is not in an estimate


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Where an estimate is shown.

    Attributes
    ----------
    part, table : str
    estimate, std_error : str
        Names of the columns; intervals and t statistics tell what the standard error tells.
    importance : int
    """

    part: str
    table: str
    estimate: str = "estimate"
    std_error: str = "std_error"
    importance: int = TABLES


def estimate_figures(estimate: Estimate, atoms: Atoms, shown: Shown) -> list[Figure]:
    """Declare each parameter of an estimate that is linear in outcomes, and its standard error.

    Parameters
    ----------
    estimate : Estimate
        As fitted on a panel: read back from a file it no longer knows its weights.
    atoms : Atoms
        With the outcome of that panel among its measures, and finer than any group that the estimate tells apart.

    Returns
    -------
    list of Figure
        Two a parameter: treated and untreated units are the groups that it compares.

    Raises
    ------
    NotAvailableError
        When the estimate is not linear in outcomes.
    DisclosureError
        When the estimate weighs units of one atom differently.
    """
    parts, panel = estimate.parts, estimate.origin.panel
    if not isinstance(parts, LinearParts) or not isinstance(parts.scores, Scores):
        raise NotAvailableError(
            f"{estimate.method}: no sum of weighted outcomes; declare it by the groups that it compares"
        )
    if (parts.moments.cohort <= parts.moments.times[0]).any():
        panel = panel.with_always_treated()
    weights = _by_atom(parts.unit_weights(panel), panel, atoms)
    own = parts.scores.weights_of_units(panel, parts.moments) if parts.linear else None
    directions = weights if own is None else _by_atom(own, panel, atoms)
    every = [
        _Parameter(
            outcome=panel.outcome,
            term=str(term),
            value=float(estimate.values[at]),
            std_error=float(np.sqrt(max(estimate.vcov[at, at], 0.0))),
            row=Row.of(weights[at]),
            direction=Row.of(directions[at]),
            exposed=_exposed(estimate, parts, at),
            merging=_merging(estimate, shown, at) if weights[at].any() else None,
        )
        for at, term in enumerate(estimate.rows.term)
    ]
    return [figure for each in every for figure in each.figures(atoms, shown)]


@dataclass(frozen=True, eq=False)
class _Parameter:
    """One parameter: its numbers and their equations."""

    outcome: str
    term: str
    value: float
    std_error: float
    row: Row
    direction: Row
    exposed: Floats
    merging: Merging | None

    def figures(self, atoms: Atoms, shown: Shown) -> tuple[Figure, Figure]:
        place = Place(shown.part, shown.table, self.term, shown.estimate)
        estimate = Figure(
            place=place,
            kind="linear",
            value=self.value,
            measure=self.outcome,
            rows=(self.row,),
            compared=_both_sides(self.row, self.exposed, atoms),
            importance=shown.importance,
            merging=self.merging,
        )
        error = Figure(
            place=replace(place, column=shown.std_error),
            kind="std_error",
            value=self.std_error,
            measure=self.outcome,
            merging=self.merging,
            directions=(self.direction,),
            compared=_both_sides(self.direction, self.exposed, atoms),
            importance=shown.importance,
            beside=place,
        )
        return estimate, error


def _exposed(estimate: Estimate, parts: LinearParts, at: int) -> Floats:
    """The cohorts that a parameter is an effect on; all that are ever treated where it says neither which nor when."""
    moments, cohort = parts.moments, estimate.rows.cohort
    some = moments.every_cohort[parts.exposed_weights[at].any(axis=1)]
    if len(some):
        return np.asarray(some)
    if cohort is not None:
        label = moments.time_axis.label
        return np.array([g for g in moments.cohorts if label(g) == cohort[at]])
    return moments.cohorts


def _both_sides(row: Row, exposed: Floats, atoms: Atoms) -> tuple[tuple[int, ...], ...]:
    """The atoms of the cohorts that an effect is on and those beside them, where a row has both."""
    treated = np.isin(atoms.cohort[row.atoms], exposed)
    sides = (row.atoms[treated], row.atoms[~treated])
    return tuple(tuple(map(int, side)) for side in sides if len(side))


def _merging(estimate: Estimate, shown: Shown, at: int) -> Merging | None:
    """How a parameter may be merged with its neighbours: effects of cohorts, or of event times."""
    rows, family = estimate.rows, f"{shown.part}/{shown.table}"
    vcov = np.asarray(estimate.vcov)
    if rows.event_time is not None and rows.cohort is None:
        along = float(rows.event_time[at])
        return Merging(family=family, axis="event_time", along=along, parameter=at, vcov=vcov)
    if rows.cohort is not None and rows.time is None and rows.event_time is None:
        return Merging(family=family, axis="cohort", along=float(at), parameter=at, vcov=vcov)
    return None


def _by_atom(weights: Floats, panel: Panel, atoms: Atoms) -> Floats:
    """Weights of units (k, N, T) as those of their atoms and of all periods, (k, K, T).

    Raises
    ------
    DisclosureError
    """
    n_units = len(atoms.units)
    place = {unit: at for at, unit in enumerate(atoms.units.tolist())}
    rows = np.array([place[unit] for unit in panel.units.tolist()])
    periods = np.searchsorted(atoms.times, panel.times)
    found = np.zeros((len(weights), atoms.n_atoms, len(atoms.times)))
    for at, each in enumerate(weights):
        every = np.zeros((n_units, len(atoms.times)))
        every[np.ix_(rows, periods)] = each
        largest = np.abs(every).max(initial=0.0)
        every[np.abs(every) <= NOTHING * largest] = 0.0
        found[at][atoms.of_unit] = every  # any unit of an atom: they are compared next
        if (np.abs(found[at][atoms.of_unit] - every) > SAME * largest).any():
            raise DisclosureError(
                f"{panel.outcome}: an estimate tells units apart that the declared atoms join; name what it parts them by "
                "among the levels"
            )
    return found
