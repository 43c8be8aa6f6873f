"""From a study's data to a public-use file: each step of the choices in its order, what it changed and what it bought."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.schema import Column
from impact.data.sources.codes import matching
from impact.data.strict import Words
from impact.data.times import TimeAxis
from impact.disclosure.public_use.choices import PublicUseChoices
from impact.disclosure.public_use.cohorts import Cohorts, enough_in_each
from impact.disclosure.public_use.columns import NUMBERS, Columns
from impact.disclosure.public_use.linkage import Known, Linked, attacks
from impact.disclosure.public_use.new_ids import new_ids
from impact.disclosure.public_use.risk import Risk, risk_of
from impact.disclosure.public_use.suppression import WITHHELD, Rule, withheld_values
from impact.disclosure.public_use.traits import seen, tenths, traits, units_of
from impact.disclosure.public_use.values import Treatment, coarser
from impact.errors import PlanError
from impact.evaluation.study import Study
from impact.terms import SMALLEST_SHOWN

Change = Treatment | Literal["new_ids", "dropped", "withheld", "start_moved", "unit_left_out"]


UNSEEN: frozenset[Change] = frozenset({"start_moved", "unit_left_out"})
"""Changes that the file itself does not show: counts of fewer than ten units are told nowhere."""


@dataclass(frozen=True)
class Changed:
    """What was done to one column: cells and units that it touched; None where nothing tells how many."""

    column: str
    change: Change
    cells: int | None = None
    units: int | None = None


@dataclass(frozen=True)
class Deidentified:
    """A public-use file and what is known of it.

    Attributes
    ----------
    frame : DataFrame
        Sorted by new id and period.
    declared : dict
        Declaration of each column of the data, that of the file where it is in it.
    withheld : dict
        On which rows a column's value is withheld, (n,); columns without such a row are left out.
    columns : Columns
    choices : PublicUseChoices
    changes : tuple of Changed
    before, after : Risk
        Of the same units: those of the data, and those of the file.
    linked : tuple of Linked
        Attacks by exact amounts of the headline outcome.
    furthest : float
        Periods by which a start was moved, at most.
    """

    frame: pd.DataFrame = field(repr=False)
    declared: dict[str, Column]
    withheld: dict[str, Mask] = field(repr=False)
    columns: Columns
    choices: PublicUseChoices
    changes: tuple[Changed, ...]
    before: Risk
    after: Risk
    linked: tuple[Linked, ...]
    furthest: float

    @property
    def tells_by_comparison(self) -> bool:
        """Whether figures of the original data beside the file's would tell of fewer than ten units.

        Whoever has the file tries which few of its units, with another start, or left out, give the original figures.
        """
        changed = [one.units for one in self.changes if one.change in UNSEEN]
        return any(0 < (units or 0) < SMALLEST_SHOWN for units in changed)


def deidentified(study: Study, choices: PublicUseChoices, *, secret: bytes) -> Deidentified:
    """Make a study's data a public-use file.

    Parameters
    ----------
    study : Study
        Whose units are followed, or seen once in all.
    choices : PublicUseChoices
    secret : bytes
        Under which new ids and their order are drawn.

    Raises
    ------
    PlanError
        A column has no part, or one that it cannot play; or other people are asked each time.
    DisclosureError
        Where the choices cannot be kept: too few units share a start, or have a value to be cut.
    """
    if study.plan.waves == "repeated_cross_sections":
        raise PlanError(
            "waves: repeated_cross_sections; public-use files are made of units that are followed, or seen once in all"
        )
    columns = Columns.of(study, choices)
    study.panel()  # refuses what no panel is, by its own words
    source = study.data[list(columns.kept)].dropna(subset=[columns.unit, columns.time])
    source = source.reset_index(drop=True)
    coarse, declared, changes = _coarse(source, study, columns, choices)
    rule = _rule(source, study, columns, choices)
    cohorts, frame = _with_safe_starts(coarse, study, columns, choices, rule)
    stays = ~cohorts.left_out[units_of(coarse, columns.unit)[0]]
    frame, original = frame[stays].reset_index(drop=True), source[stays].reset_index(drop=True)
    left = Rule(rule.k, rule.diversity, rule.tenth[~cohorts.left_out])
    codes = _codes(frame, columns)
    withheld = withheld_values(codes, known=columns.known, rule=left)
    blanks = withheld.reindex(columns=codes.columns, fill_value=False)
    blank = _blank(frame, withheld, columns.unit)
    released = frame.assign(**{name: frame[name].mask(rows) for name, rows in blank.items()})
    changes += _told(columns, cohorts, withheld, frame, source)
    pattern = {"unit": columns.unit, "time": columns.time, "outcome": study.outcome}
    final, order = _in_new_order(released, columns, _told_apart(study, choices), secret)
    return Deidentified(
        frame=final,
        declared=declared,
        withheld={name: rows.to_numpy()[order] for name, rows in blank.items()},
        columns=columns,
        choices=choices,
        changes=tuple(changes),
        before=_risk(_codes(source, columns), rule, seen(source, **pattern)),
        after=_risk(codes.mask(blanks, WITHHELD), left, seen(released, **pattern)),
        linked=attacks(
            _wide(original, columns, study.outcome),
            _wide(released, columns, study.outcome),
            known=Known.of(codes, withheld),
            seed=study.plan.seed,
        ),
        furthest=cohorts.furthest,
    )


def _coarse(
    source: pd.DataFrame, study: Study, columns: Columns, choices: PublicUseChoices
) -> tuple[pd.DataFrame, dict[str, Column], list[Changed]]:
    """Make values coarser, column by column."""
    frame, changes = source.copy(), []
    declared = {name: study.schema.columns[name] for name in columns.dropped}
    for name in columns.kept:
        if name not in study.schema.columns:
            declared[name] = _derived_start(study)
            continue
        declared[name] = study.schema.columns[name]
        if name not in (*columns.known, *columns.sensitive):
            continue
        made = coarser(source[name], declared[name], choices, units=source[columns.unit])
        frame[name], declared[name] = made.cells, made.column
        for change, cells in made.changed.items():
            units = source[columns.unit][cells].nunique()
            changes.append(Changed(name, change, int(cells.sum()), int(units)))
    return frame, declared, changes


def _derived_start(study: Study) -> Column:
    """Declare a start that the data have only as a 0/1 column."""
    whole = study.schema.time.frequency == "integer"
    words = Words(en="First period of treatment", fr="Première période de traitement")
    return Column(type="integer" if whole else "period", label=words)


def _rule(source: pd.DataFrame, study: Study, columns: Columns, choices: PublicUseChoices) -> Rule:
    first = columns.sensitive[0]
    numeric = study.schema.columns[first].type in NUMBERS
    tenth = tenths(source, unit=columns.unit, name=first, numeric=numeric)
    return Rule(choices.k, choices.diversity, tenth)


def _with_safe_starts(
    frame: pd.DataFrame, study: Study, columns: Columns, choices: PublicUseChoices, rule: Rule
) -> tuple[Cohorts, pd.DataFrame]:
    """Return starts of which each is shared by enough units, and the data with them."""
    of_row, units = units_of(frame, columns.unit)
    nobody = np.zeros(len(units), dtype=bool)
    if columns.cohort is None:
        return Cohorts(np.full(len(units), np.inf), nobody, nobody, 0.0), frame
    first = frame.groupby(of_row)[columns.cohort].first()
    start = _starts(first, study)
    time = _starts(frame[columns.time].drop_duplicates(), study)
    cohorts = enough_in_each(
        start, rule, small=choices.small_cohorts, periods=(time.min(), time.max())
    )
    if not cohorts.moved.any():
        return cohorts, frame
    labels = dict(zip(start, first, strict=True))  # as the data write them
    moved = pd.Series([labels[one] for one in cohorts.start], dtype=first.dtype)
    return cohorts, frame.assign(**{columns.cohort: moved.to_numpy()[of_row]})


def _starts(first: pd.Series, study: Study) -> Floats:
    """Return the calendar numbers of periods, as of first treated ones; infinity where there is none."""
    rule, time = study.schema.cohort, study.schema.time
    never = [] if rule is None else matching(first, rule.never)
    known = first.where(~first.isin(never))
    rows = np.arange(1, len(known) + 1, dtype=np.int32)
    numbers = TimeAxis(time.frequency).parse(known, rows=rows, missing_allowed=True)
    return np.where(np.isnan(numbers), np.inf, numbers)


def _blank(frame: pd.DataFrame, withheld: pd.DataFrame, unit: str) -> dict[str, pd.Series]:
    """Return on which rows a column's value is withheld: all of a unit's; columns without any are left out."""
    of_row = units_of(frame, unit)[0]
    return {
        name: pd.Series(withheld[name].to_numpy()[of_row], index=frame.index)
        for name in withheld
        if withheld[name].any()
    }


def _told(
    columns: Columns,
    cohorts: Cohorts,
    withheld: pd.DataFrame,
    frame: pd.DataFrame,
    source: pd.DataFrame,
) -> list[Changed]:
    """Say what was done beside making values coarser, of each column."""
    rows = pd.Series(1, index=frame.index).groupby(frame[columns.unit].astype(str)).sum()
    found = [Changed(columns.unit, "new_ids", len(source), len(cohorts.start))]
    if columns.cluster is not None:
        found.append(Changed(columns.cluster, "new_ids", len(source), len(cohorts.start)))
    if cohorts.moved.any():
        found.append(Changed(str(columns.cohort), "start_moved", None, int(cohorts.moved.sum())))
    if cohorts.left_out.any():
        n_out = int(cohorts.left_out.sum())
        found.append(Changed(str(columns.cohort), "unit_left_out", None, n_out))
    for name in withheld:
        units: Mask = withheld[name].to_numpy()
        if units.any():
            cells = int(rows.reindex(withheld.index).to_numpy()[units].sum())
            found.append(Changed(name, "withheld", cells, int(units.sum())))
    return [*found, *(Changed(name, "dropped") for name in columns.dropped)]


def _codes(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    return traits(frame, unit=columns.unit, time=columns.time, columns=columns.quasi)


def _risk(codes: pd.DataFrame, rule: Rule, pattern: Integers) -> Risk:
    return risk_of(codes, tenth=rule.tenth, pattern=pattern, k=rule.k)


def _wide(frame: pd.DataFrame, columns: Columns, outcome: str) -> Floats:
    """Return the paths of an amount, a row a unit in the order of `units_of`."""
    of_row, units = units_of(frame, columns.unit)
    period = pd.factorize(frame[columns.time].astype(str), sort=True)[0]
    wide = np.full((len(units), int(period.max()) + 1), np.nan)
    wide[of_row, period] = frame[outcome].to_numpy(dtype=float)
    return wide


def _told_apart(study: Study, choices: PublicUseChoices) -> str:
    """Name a file: other choices have other ids, so that two files of the same data are not joined by them."""
    digest = sha256(choices.model_dump_json().encode()).hexdigest()
    return f"{study.plan.name} {digest}"


def _in_new_order(
    frame: pd.DataFrame, columns: Columns, name: str, secret: bytes
) -> tuple[pd.DataFrame, Integers]:
    """Give units and clusters new ids, and sort by unit and period; with the rows in their new order."""
    keys = [one for one in (columns.unit, columns.cluster) if one is not None]
    new = {one: new_ids(frame[one], secret=secret, name=f"{name} {one}") for one in keys}
    replaced = frame.assign(**new)
    period = pd.factorize(frame[columns.time], sort=True)[0]
    order = np.lexsort((period, replaced[columns.unit].to_numpy(dtype=str)))
    return replaced.iloc[order].reset_index(drop=True), order
