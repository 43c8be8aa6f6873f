"""Blind cleaning: who was treated is exchanged at random, so that data can be cleaned before anybody knows the answer."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError

from impact.arrays import Integers
from impact.data.schema import Schema
from impact.data.strict import Strict
from impact.errors import LockError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import EarlierRuns, Known, Moment, Name, unsealed
from impact.streams import stream

MARK = "blind"
"""Attribute of a frame whose treatment was exchanged."""
CLEANING = frozenset(
    {"data", "schema", "waves", "missing_covariates", "winsorise", "survey", "exclusions"}
)
"""Keys of a plan by which data are cleaned: a change after unblinding is told of."""
_TRIES = 100


class Unblinding(Strict):
    """The end of blind cleaning: who signed it off, when, and what cleaning was then."""

    at: Moment
    by: Name
    impact: Name
    known: Known

    @property
    def day(self) -> str:
        """The day."""
        return self.at[:10]


class BlindLog(Strict):
    """The log of a plan's blind runs: when they began, the seed of the exchange, and how they ended.

    ``earlier`` are the runs that had shown results; None where the version that began it did not look for any.
    """

    version: Literal[1] = 1
    began_at: Moment
    impact: Name
    seed: int
    known: Known
    earlier: EarlierRuns | None = None
    unblinded: Unblinding | None = None

    @property
    def day(self) -> str:
        """The day on which blind cleaning began."""
        return self.began_at[:10]


@dataclass(frozen=True)
class Blinding:
    """The log beside a plan, and what is known now.

    Attributes
    ----------
    log : BlindLog
    now : Known
    """

    log: BlindLog
    now: Known

    @property
    def on(self) -> bool:
        """Whether cleaning is not signed off yet."""
        return self.log.unblinded is None


def blind_log_of(text: str, *, name: str) -> BlindLog:
    """Read a log of blind runs.

    Raises
    ------
    LockError
        When it is damaged, was edited, or another version wrote it.
    """
    try:
        return BlindLog.model_validate(unsealed(text, name=name))
    except ValidationError:
        raise LockError(
            f"{name}: its keys are not those of a log of blind runs; another version wrote it"
        ) from None


def treatment_columns(plan: Plan, schema: Schema) -> tuple[str, ...]:
    """Return the columns that tell who was treated, when, how much, and through what."""
    declared = schema.cohort
    own = () if declared is None else (declared.column, declared.first_period_of)
    named = (plan.cohort, plan.planned_cohort, plan.participation, plan.treatment_group, plan.dose)
    arms = None if plan.arms is None else plan.arms.column
    model = () if plan.panel_model is None else plan.panel_model.regressors
    every = (*own, *named, arms, *plan.exposure, *model)
    return tuple(dict.fromkeys(name for name in every if name is not None))


def blinded(frame: pd.DataFrame, *, plan: Plan, schema: Schema, seed: int) -> pd.DataFrame:
    """Return data in which each unit has another unit's treatment, of its own stratum.

    All columns of treatment go together, each row's from the same period of the other unit (its first row where it has none),
    so that cohorts keep their sizes; the order of rows has no part in it. Where whole clusters were treated, clusters are
    exchanged. Outcomes, characteristics and blanks, which are what is cleaned, stay as they are.

    Parameters
    ----------
    frame : DataFrame
        Of `read_frame`.
    plan : Plan
    schema : Schema
    seed : int
        Of the log: the same exchange in every blind run, so that cleaning is seen to work.

    Raises
    ------
    LockError
        When all units of every stratum are treated alike: nothing would be hidden.
    """
    columns = [name for name in treatment_columns(plan, schema) if name in frame]
    unit, labels = pd.factorize(frame[schema.unit], sort=True)
    known = unit >= 0
    first = np.full(len(labels), -1, dtype=np.int64)
    rows = np.flatnonzero(known)[::-1]
    first[unit[rows]] = rows  # the last written is the first row
    cohort = plan.cohort or (schema.cohort.column if schema.cohort is not None else "")
    treated = pd.factorize(frame[cohort].iloc[first].astype(str))[0]
    with_whom = _assigned_together(frame, first, treated, schema)
    partner = _partners(with_whom, treated, _strata(frame, first, plan, schema), seed)
    source = _rows_of_partners(unit, pd.factorize(frame[schema.time.column])[0], first, partner)
    other = frame.copy()
    for name in columns:
        other[name] = frame[name].take(source).set_axis(frame.index)
    other.attrs = {**frame.attrs, MARK: True}
    return other


def _rows_of_partners(
    unit: Integers, time: Integers, first: Integers, partner: Integers
) -> Integers:
    """Return for each row the one of its unit's partner, (N_obs,): of the same time, else the first; itself without a unit."""
    own, known = np.arange(len(unit)), unit >= 0
    rows = pd.Series(own, index=pd.MultiIndex.from_arrays([unit, time]))
    rows = rows[~rows.index.duplicated()]
    taken = np.where(known, partner[unit], unit)
    at = rows.reindex(pd.MultiIndex.from_arrays([taken, time])).to_numpy()
    return np.where(known, np.where(np.isnan(at), first[taken], at), own).astype(np.int64)


def refuse_other_blindness(frame: pd.DataFrame, *, blind: bool) -> None:
    """Refuse data that a run kept while the plan was blind and is not any more, or the other way round.

    Raises
    ------
    LockError
    """
    if bool(frame.attrs.get(MARK)) != blind:
        raise LockError("blind: the plan was unblinded, or blinded, while it ran; run again")


def _assigned_together(
    frame: pd.DataFrame, first: Integers, treated: Integers, schema: Schema
) -> Integers:
    """Return what each unit was assigned with, (N,): its cluster where all of every cluster were treated alike, else itself."""
    alone = np.arange(len(first))
    if schema.cluster is None or schema.cluster == schema.unit:
        return alone
    cluster = pd.factorize(frame[schema.cluster].iloc[first], sort=True)[0]
    alike = pd.Series(treated).groupby(cluster).nunique().max() == 1
    return cluster.astype(np.int64) if alike and (cluster >= 0).all() else alone


def _strata(frame: pd.DataFrame, first: Integers, plan: Plan, schema: Schema) -> Integers:
    """Return the stratum of each unit, (N,): the plan's, and where other people are asked each time the period."""
    names = [*plan.strata]
    if plan.waves == "repeated_cross_sections":
        names.append(schema.time.column)
    if not names:
        return np.zeros(len(first), dtype=np.int64)
    cells = frame[names].iloc[first].astype(str).agg("\x1f".join, axis=1)
    return np.asarray(pd.factorize(cells, sort=True)[0], dtype=np.int64)


def _partners(with_whom: Integers, treated: Integers, strata: Integers, seed: int) -> Integers:
    """Return for each unit the one whose treatment it gets, (N,)."""
    groups = [np.flatnonzero(with_whom == one) for one in range(int(with_whom.max()) + 1)]
    leader = np.array([members[0] for members in groups])
    label = treated[leader]
    cells = _mixed(strata[leader], label)
    draw = stream(seed, "blind_cohorts")
    for _ in range(_TRIES):
        other = np.arange(len(groups))
        for cell in np.unique(cells):
            inside = np.flatnonzero(cells == cell)
            other[inside] = draw.permutation(inside)
        if (label[other] != label).any():
            break
    else:
        raise LockError(
            "blind: all units are treated alike, so nothing can be hidden by an exchange; run without --blind"
        )
    partner = np.empty(len(treated), dtype=np.int64)
    for members, at in zip(groups, other, strict=True):
        partner[members] = groups[at][np.arange(len(members)) % len(groups[at])]
    return partner


def _mixed(strata: Integers, label: Integers) -> Integers:
    """Put strata in which all are treated alike together, so that none shows who was treated; with all others if need be."""
    alike = pd.Series(label).groupby(strata).transform("nunique").to_numpy() == 1
    cells = np.where(alike, -1, strata)
    return np.zeros_like(cells) if len(np.unique(label[alike])) == 1 else cells
