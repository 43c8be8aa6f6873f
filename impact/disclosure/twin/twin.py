"""The referee's twin: a synthetic panel, without a real row, that gives released linear estimates again exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.disclosure.twin.asked import Answered, Asked, answers
from impact.disclosure.twin.by_cell import directions, directions_allowed, twin_of_cell
from impact.disclosure.twin.declared import Shown
from impact.disclosure.twin.fitted import Met, with_numbers
from impact.disclosure.twin.frame import clustered, frame_of, panel_of
from impact.disclosure.twin.groups import Grouped, may_be_shown
from impact.disclosure.twin.mean_paths import MeanPaths, drawn
from impact.disclosure.twin.protection import ENOUGH, Reach, reach_in_cell
from impact.errors import DisclosureError, NotIdentifiedError
from impact.streams import stream
from impact.terms import SMALLEST_SHOWN

Keeps = Literal["cells", "numbers", "released"]
AGREES = 1e-9  # relative, of a number or its standard error, whichever is larger
CALMER = (
    0.7,
    0.5,
    0.3,
    0.1,
)  # shares of the noise that are tried until the standard errors can be met


@dataclass(frozen=True)
class Twin:
    """A synthetic panel and the numbers that it gives again.

    Attributes
    ----------
    frame : DataFrame
        As `frame.frame_of`: units numbered in an order of no meaning.
    answered : tuple of Answered
        The numbers of the real panel, which the twin has too.
    left_out : dict
        Code of the reason for each number that was asked for and is not in the kit.
    keeps : {"cells", "numbers", "released"}
        Every cell's mean path and scatter in the released directions; or the numbers, drawn around means with
        independent noise; or what the gate let out alone.
    n_groups : int
        Groups whose mean paths it is drawn around.
    left : float
        What is left to guess, in standard deviations of the outcome, of the unit and period of which it is least. Of the real
        data: it does not leave.
    """

    frame: pd.DataFrame
    answered: tuple[Answered, ...]
    left_out: dict[str, str]
    keeps: Keeps
    n_groups: int
    left: float


def twin_of(
    panel: Panel,
    asked: Sequence[Asked],
    *,
    seed: int,
    fewest: int = SMALLEST_SHOWN,
    shown: Shown | None = None,
) -> Twin:
    """Make the twin of a panel for some numbers, the most important first.

    Cells of cohort and observed periods are described as they are where each has ``fewest`` units, room for all released
    directions (`directions_allowed`) and enough left to guess (`protection`). Elsewhere they are merged by the rule of `groups`
    and the twin keeps the numbers alone. With ``shown``, the gate's answer, it is a function of those numbers and means alone
    that may leave: no scatter and no covariance is kept, and noise is as large as the headline's standard error says.

    Raises
    ------
    DisclosureError
        With weights, of cross-sections, of fewer than ``fewest`` treated units, or where nothing can be shown.
    NotIdentifiedError
        When no synthetic panel has the numbers.
    """
    _refuse(panel, fewest)
    plain = _plain(panel)
    answered, left_out = answers(
        plain, asked
    )  # what no twin could give says so, whatever the gate does
    if shown is not None:
        withheld = [one.asked.name for one in answered if one.asked.name not in shown.names]
        answered = [one for one in answered if one.asked.name in shown.names]
        left_out |= dict.fromkeys(withheld, "withheld")
    if not answered:
        raise DisclosureError(
            "the referee's kit: the gate lets none of its numbers out; release without a kit"
        )
    whole = plain.with_always_treated()
    grouped = Grouped.of(whole, fewest=fewest)
    generator = stream(seed, "twin_noise")
    if shown is None:
        means = MeanPaths.of(whole.wide, grouped, fewest=fewest)
    else:
        treated = np.isfinite(whole.cohort)
        means = MeanPaths.released(shown.means, treated, spread=_spread(answered[0]))
    bases, left = _bases(whole, answered, grouped, means.reach, fewest)
    by_cell = shown is None and left >= ENOUGH
    # as large as units' lasting differences it would be far from the errors of estimates that are about changes
    independent = _spread(answered[0]) ** 2 * np.eye(whole.n_periods)
    covariance = means.covariance if by_cell else independent
    noise = _centred(drawn(covariance, whole.n_units, generator), grouped, fewest)
    order = generator.permutation(whole.n_units)
    if by_cell:
        made = _by_cell(whole, grouped, noise, bases)
        return Twin(frame_of(made, order), tuple(answered), left_out, "cells", len(bases), left)
    made, kept = _by_numbers(whole, answered, grouped, means, noise)
    left_out |= {
        one.asked.name: "not_together" for one in answered if one.asked.name not in _names(kept)
    }
    return Twin(
        frame_of(made, order),
        tuple(kept),
        left_out,
        "numbers" if shown is None else "released",
        len(means.mean),
        _least(whole, means.reach),
    )


def agreement(twin: Twin) -> dict[str, tuple[float, float]]:
    """Return how far the twin's estimate and standard error are from the released ones, relative to the larger of the two."""
    found = {}
    panel = panel_of(twin.frame)
    for one in twin.answered:
        again = Answered(one.asked, one.asked.fit(panel), panel)
        size = max(abs(one.value), one.std_error)
        found[one.asked.name] = (
            abs(again.value - one.value) / size,
            abs(again.std_error - one.std_error) / size,
        )
    return found


def _spread(first: Answered) -> float:
    """Return the standard deviation that outcomes would have if they were independent, by a number's standard error."""
    return first.std_error / float(np.linalg.norm(first.weights))


def _names(answered: Sequence[Answered]) -> set[str]:
    return {one.asked.name for one in answered}


def _centred(noise: Floats, grouped: Grouped, fewest: int) -> Floats:
    """Take its mean from the noise of each cell that has enough units, whose mean path is then that of its group."""
    large = (grouped.n_of_cell >= fewest)[grouped.cell]
    return np.where(large[:, None], grouped.centred_in_cells(noise), noise)


def _refuse(panel: Panel, fewest: int) -> None:
    if np.ptp(panel.with_always_treated().weight) > 0:
        raise DisclosureError(
            "the referee's kit: units have weights, and a twin would have to show them; leave the weights out of the plan"
        )
    if panel.waves != "panel":
        raise DisclosureError(
            "the referee's kit: nobody is seen twice in cross-sections, so that there is no path to make a twin of; release "
            "without a kit"
        )
    if min(np.isfinite(panel.cohort).sum(), panel.n_units) < fewest:
        raise DisclosureError(
            f"the referee's kit: fewer than {fewest} treated units; release without a kit"
        )


def _plain(panel: Panel) -> Panel:
    """Return the panel without strata and covariates, which no number in the kit needs."""

    def stripped(one: Panel) -> Panel:
        return replace(
            one,
            stratum=np.zeros(one.n_units, dtype=np.int64),
            stratum_labels=(),
            covariates=pd.DataFrame(index=range(len(one.y))),
        )

    complete = panel.complete
    return replace(stripped(panel), complete=None if complete is None else stripped(complete))


def _bases(
    whole: Panel, answered: Sequence[Answered], grouped: Grouped, reach: Reach, fewest: int
) -> tuple[list[Floats], float]:
    """Return each cell's released directions and what they leave to guess; nothing where a cell may not be described."""
    if clustered(whole) or not grouped.single or grouped.n_of_cell.min() < fewest:
        return [], 0.0
    cells = [np.flatnonzero(grouped.cell == cell) for cell in range(len(grouped.n_of_cell))]
    seen = [grouped.seen[units[0]] for units in cells]
    means = [whole.wide[units][:, known] for units, known in zip(cells, seen, strict=True)]
    if not all(may_be_shown(column) for paths in means for column in paths.T):
        return [], 0.0
    bases = [directions(np.stack([one.direction[units[0]] for one in answered])) for units in cells]
    left = [
        _left_in_cell(whole, units, known, basis, reach)
        for units, known, basis in zip(cells, seen, bases, strict=True)
    ]
    return bases, min(left)


def _left_in_cell(whole: Panel, units: Integers, seen: Mask, basis: Floats, reach: Reach) -> float:
    """Return what is left to guess of a cell's least protected outcome, in standard deviations; none beyond the budget."""
    if basis.shape[1] > directions_allowed(len(units), int(seen.sum())):
        return 0.0
    own = reach_in_cell(np.nan_to_num(whole.wide[units]), basis)
    return _least(whole, own.within(reach.of_units(units)), units)


def _least(whole: Panel, reach: Reach, units: Integers | slice = slice(None)) -> float:
    """Return the distance to the farthest possible value, of the outcome of which it is least, in standard deviations."""
    found = reach.farthest(whole.wide[units], non_negative=bool((whole.y >= 0).all()))
    return float(np.nanmin(found) / whole.y.std())


def _by_cell(whole: Panel, grouped: Grouped, noise: Floats, bases: Sequence[Floats]) -> Panel:
    made = np.zeros(whole.wide.shape)
    for cell, basis in enumerate(bases):
        units = np.flatnonzero(grouped.cell == cell)
        seen = grouped.seen[units[0]]
        at = np.ix_(units, seen)
        made[at] = twin_of_cell(whole.wide[at], basis[seen], noise[at])
    return whole.with_outcome(made[whole.unit_index, whole.time_index], whole.outcome)


def _by_numbers(
    whole: Panel,
    answered: Sequence[Answered],
    grouped: Grouped,
    means: MeanPaths,
    noise: Floats,
) -> tuple[Panel, Sequence[Answered]]:
    """Draw paths around the groups' means and move them to as many of the numbers as can be met together, the first among them.

    Where no move meets all standard errors, the number is left out without which the others are met (the least important
    such one) or met most nearly; of one number alone the noise is made calmer.

    Raises
    ------
    NotIdentifiedError
        When not even the first can be met.
    """

    def tried(numbers: Sequence[Answered], share: float) -> Met:
        around = (means.mean[means.group] + share * noise) * grouped.seen
        return with_numbers(around, whole, numbers)

    met = tried(answered, 1.0)
    while not met.exactly and len(answered) > 1:
        fewer = [[*answered[:at], *answered[at + 1 :]] for at in range(len(answered) - 1, 0, -1)]
        found = [tried(numbers, 1.0) for numbers in fewer]
        best = min(range(len(found)), key=lambda at: (not found[at].exactly) * found[at].most)
        met, answered = found[best], fewer[best]
    for share in CALMER:
        if met.exactly:
            return met.panel, answered
        met = tried(answered, share)
    raise NotIdentifiedError(
        "the referee's kit: no synthetic panel has the headline's standard error; release without a kit"
    )
