"""The checks of how the survey was answered, from a study: what its plan tells of interviews, put beside the panel."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult
from impact.data.panel import Panel
from impact.data.readers import panel_of
from impact.data.sources.codes import matching
from impact.diagnostics.survey.back_checks import back_check
from impact.diagnostics.survey.digits import first_digits, last_digits
from impact.diagnostics.survey.dropout import dropout, exits, unexplained_blanks
from impact.diagnostics.survey.durations import duration_by_arm, short_interviews
from impact.diagnostics.survey.enumerators import enumerators, one_arm_enumerators
from impact.diagnostics.survey.heaping import heaping, heaping_change
from impact.diagnostics.survey.outliers import jumps, largest_unit, outliers
from impact.diagnostics.survey.parts_of_a_sum import parts_of_a_sum
from impact.diagnostics.survey.repeated_codes import codes_at_the_edge
from impact.diagnostics.survey.response import never_answered, response
from impact.diagnostics.survey.starts import planned_starts
from impact.diagnostics.survey.trajectories import (
    answers_after_exit,
    answers_before_entry,
    copied_forward,
    revenue_without_staff,
)
from impact.diagnostics.survey.zeros import zeros_change
from impact.evaluation.study import Study


@dataclass(frozen=True)
class _Status:
    """What became of units, (N, T): gone for good, and why there is no answer."""

    gone: Mask | None = None
    explained: Mask | None = None

    @classmethod
    def of(cls, study: Study, panel: Panel) -> "_Status":
        told = study.plan.survey.status
        if told is None:
            return cls()
        cells = _cells(study, panel, told.column)
        closed, silent = (np.isin(cells, values) for values in (told.exit, told.nonresponse))
        gone = np.logical_or.accumulate(closed, axis=1)
        return cls(gone if told.exit else None, gone | silent)


def survey_checks(study: Study, panel: Panel) -> tuple[CheckResult, ...]:
    """Make every check of a study's survey, in the order a reader asks them.

    Parameters
    ----------
    study : Study
    panel : Panel
        Of the outcome, on raw values.
    """
    seed, status = study.plan.seed, _Status.of(study, panel)
    beside = _Beside.of(study, panel)
    return (
        never_answered(*_of_every_unit(study, panel)),
        response(panel, gone=status.gone, seed=seed),
        dropout(panel, gone=status.gone, seed=seed),
        exits(panel, status.gone, seed=seed),
        unexplained_blanks(panel, status.explained),
        zeros_change(panel, seed=seed),
        heaping(panel),
        heaping_change(panel, seed=seed),
        last_digits(panel, seed=seed),
        first_digits(panel),
        outliers(panel),
        jumps(panel),
        largest_unit(panel),
        answers_after_exit(panel, status.gone),
        revenue_without_staff(panel, beside.number(study.plan.survey.employment)),
        answers_before_entry(panel, first_existed(study, panel)),
        copied_forward(panel),
        parts_of_a_sum(panel, beside.numbers(_parts(study))),
        codes_at_the_edge(panel),
        planned_starts(*_starts(study, panel)),
        enumerators(panel, beside.column(study.plan.survey.enumerator), seed=seed),
        one_arm_enumerators(panel, beside.column(study.plan.survey.enumerator)),
        short_interviews(panel, beside.number(study.plan.survey.duration)),
        duration_by_arm(panel, beside.number(study.plan.survey.duration), seed=seed),
        *_back_checks(study, panel, beside),
    )


def _of_every_unit(study: Study, panel: Panel) -> tuple[Mask, Mask]:
    """Return of every unit in the data whether it ever gave the outcome, and whether it is ever treated, (N,) each."""
    frame, schema = study.frame, study.schema
    cohort = study.plan.cohort or (None if schema.cohort is None else schema.cohort.column)
    answered = frame[panel.outcome].notna().groupby(frame[schema.unit]).any()
    if cohort is None or cohort not in frame:
        return answered.to_numpy(), np.zeros(len(answered), dtype=bool)
    never = [] if schema.cohort is None else matching(frame[cohort], schema.cohort.never)
    starts = frame[cohort].notna() & ~frame[cohort].isin(never)
    return answered.to_numpy(), starts.groupby(frame[schema.unit]).any().to_numpy()


@dataclass(frozen=True)
class _Beside:
    """Columns that the plan tells of interviews, an entry an observation of the panel."""

    frame: pd.DataFrame

    @classmethod
    def of(cls, study: Study, panel: Panel) -> "_Beside":
        told = study.plan.survey
        named = (told.enumerator, told.duration, told.employment)
        again = (*told.back_check, *told.back_check.values())
        columns = dict.fromkeys(name for name in (*named, *again, *_parts(study)) if name)
        if not columns:
            return cls(pd.DataFrame(index=range(len(panel.y))))
        made = panel_of(
            study.frame,
            schema=study.schema,
            outcome=panel.outcome,
            cohort=study.plan.cohort,
            covariates=tuple(columns),
        )
        return cls(made.covariates)

    def column(self, name: str | None) -> "pd.Series[str] | None":
        return None if name is None else self.frame[name]

    def number(self, name: str | None) -> Floats | None:
        return None if name is None else self.frame[name].to_numpy(dtype=float, na_value=np.nan)

    def numbers(self, names: tuple[str, ...]) -> Floats | None:
        if not names:
            return None
        made = [self.frame[name].to_numpy(dtype=float, na_value=np.nan) for name in names]
        return np.column_stack(made)


def _parts(study: Study) -> tuple[str, ...]:
    """Outcomes of the first family that may be parts of the headline: not with it, and in its unit."""
    headline = study.column(study.outcome)
    for columns in study.plan.families.values():
        units = {study.unit(name) for name in columns}
        if study.outcome not in columns and headline.unit and units == {study.unit(study.outcome)}:
            return columns
    return ()


def _starts(study: Study, panel: Panel) -> tuple[Floats, Floats | None]:
    """Actual and planned starts of the units that have both."""
    if study.plan.planned_cohort is None:
        return panel.cohort, None
    planned = study.panel(cohort=study.plan.planned_cohort).with_always_treated()
    place = pd.Index(planned.units).get_indexer(pd.Index(panel.units))
    return panel.cohort[place >= 0], planned.cohort[place[place >= 0]]


def first_existed(study: Study, panel: Panel) -> Floats | None:
    """Return the calendar number of the first period in which each unit existed (N,), the earliest told; NaN where none is.

    Raises
    ------
    UnparsableValueError
        Where the plan's column is not written as times are.
    """
    column = study.plan.survey.entered
    if column is None:
        return None
    rows = np.arange(1, len(study.frame) + 1)
    numbers = panel.time_axis.parse(study.frame[column], rows=rows, missing_allowed=True)
    unit = pd.Index(panel.units).get_indexer(pd.Index(study.frame[study.schema.unit]))
    told = (unit >= 0) & ~np.isnan(numbers)
    entry = np.full(panel.n_units, np.inf)
    np.minimum.at(entry, unit[told], numbers[told])
    return np.where(np.isinf(entry), np.nan, entry)


def _cells(study: Study, panel: Panel, column: str) -> NDArray[Any]:
    """A column as (N, T) of texts, rows without an outcome too; empty where there is no row."""
    frame, schema = study.frame, study.schema
    unit = pd.Index(panel.units).get_indexer(pd.Index(frame[schema.unit]))
    numbers = panel.time_axis.parse(frame[schema.time.column], rows=np.arange(1, len(frame) + 1))
    time = pd.Index(panel.times).get_indexer(pd.Index(numbers))
    known = (unit >= 0) & (time >= 0)
    cells = np.full(panel.wide.shape, "", dtype=object)
    cells[unit[known], time[known]] = frame[column].astype(str).to_numpy()[known]
    return cells


def _back_checks(study: Study, panel: Panel, beside: _Beside) -> Iterator[CheckResult]:
    asked = study.plan.survey.back_check
    if not asked:
        yield back_check(panel, None, None, outcome="")
    for outcome, again in asked.items():
        yield back_check(panel, beside.number(outcome), beside.number(again), outcome=outcome)
