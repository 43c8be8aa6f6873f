"""Firms that closed: whether as many did in both groups, and the outcome with them counted the other way, zero or missing."""

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.data.sources.codes import matching
from impact.diagnostics.outcomes.exit_durations import exits_compared
from impact.errors import ImpactError
from impact.evaluation.study import Study

AS_ZERO, LEFT_OUT = "exits_as_zero", "exits_left_out"


def exits_the_other_way(study: Study) -> tuple[str, Panel] | None:
    """Return the panel in which exits count the other way, and how; None where the plan names no exit or nobody left.

    From a unit's first period with an exit on, an outcome that is known is left out; where all are blank, they are zero.
    """
    told = study.plan.survey.status
    if told is None or not told.exit:
        return None
    frame = study.frame
    gone = _from_the_first(frame, study, told.column, told.exit)
    known = frame[study.outcome].notna()
    if (gone & known).any():
        return LEFT_OUT, study.on(frame[~gone]).panel()
    if gone.any():
        filled = frame[study.outcome].mask(gone, 0)
        return AS_ZERO, study.on(frame.assign(**{study.outcome: filled})).panel()
    return None


def exits_alike(study: Study) -> tuple[CheckResult, ...]:
    """Check that firms of both groups leave at the same rate, by the plan's exit status; nothing where it names none.

    A firm that does not answer has not left: it is followed until its first exit, or until its rows end.
    """
    told = study.plan.survey.status
    if told is None or not told.exit or study.plan.waves != "panel":
        return ()
    frame = study.frame
    gone = _from_the_first(frame, study, told.column, told.exit)
    there = frame[study.outcome].fillna(0).mask(gone, np.nan)
    try:
        panel = study.on(frame.assign(**{study.outcome: there})).panel(winsorise=0.0)
        found = exits_compared(
            panel, control_group=study.plan.comparison_group, anticipation=study.plan.anticipation
        )
    except ImpactError as problem:
        found = not_applicable("exit_durations", f"not_computed:{type(problem).__name__}")
    return (found,)


def _from_the_first(
    frame: pd.DataFrame, study: Study, column: str, values: tuple[str, ...]
) -> "pd.Series[bool]":
    """Mark the rows from each unit's first exit on."""
    closed = frame[column].isin(matching(frame[column], values))
    ordered = closed.loc[frame.sort_values(study.schema.time.column, kind="stable").index]
    since = ordered.groupby(frame[study.schema.unit]).cummax()
    return since.reindex(frame.index)
