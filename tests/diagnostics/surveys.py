"""Surveys made by hand: amounts as firms tell them, with or without a fault of the answers, of the firms or of those who asked."""

import numpy as np
import pandas as pd

import impact
from impact.diagnostics.survey.back_checks import back_check
from impact.diagnostics.survey.digits import first_digits, last_digits
from impact.diagnostics.survey.dropout import dropout, exits, unexplained_blanks
from impact.diagnostics.survey.durations import duration_by_arm, short_interviews
from impact.diagnostics.survey.enumerators import enumerators, one_arm_enumerators
from impact.diagnostics.survey.heaping import heaping, heaping_change
from impact.diagnostics.survey.outliers import jumps, largest_unit, outliers
from impact.diagnostics.survey.parts_of_a_sum import parts_of_a_sum
from impact.diagnostics.survey.repeated_codes import codes_at_the_edge
from impact.diagnostics.survey.response import response
from impact.diagnostics.survey.starts import planned_starts
from impact.diagnostics.survey.trajectories import (
    answers_after_exit,
    answers_before_entry,
    copied_forward,
    revenue_without_staff,
)
from impact.diagnostics.survey.zeros import zeros_change

N, PERIODS, START = 120, 8, 5


def amounts(n=N, periods=PERIODS, *, seed=1, spread=0.8):
    """Amounts (n, periods) around 20,000, whole and not rounded, without zeros."""
    rng = np.random.default_rng(seed)
    logs = 10 + rng.normal(0, spread, (n, 1)) + rng.normal(0, 0.3, (n, periods))
    return np.round(np.exp(logs))


def starts(n=N, *, share=1 / 3, first=START):
    """First treated periods (n,): every third unit, half of them two periods later."""
    cohort = np.full(n, np.nan)
    treated = np.arange(n) % round(1 / share) == 0
    cohort[treated] = first
    cohort[np.flatnonzero(treated)[1::2]] = first + 2
    return cohort


def surveyed(wide, cohort=None, *, cluster=None):
    """A panel of amounts (n, periods), NaN where a firm did not answer."""
    wide = np.asarray(wide, dtype=float)
    cohort = starts(len(wide)) if cohort is None else cohort
    unit, period = np.nonzero(~np.isnan(wide))
    frame = pd.DataFrame({"id": unit, "t": period + 1, "y": wide[unit, period], "g": cohort[unit]})
    if cluster is not None:
        frame["village"] = np.asarray(cluster)[unit]
    return impact.Panel.from_frame(
        frame,
        unit="id",
        time="t",
        outcome="y",
        cohort="g",
        cluster=None if cluster is None else "village",
    )


def treated_rows(n=N):
    return ~np.isnan(starts(n))


def rounded_to(values, step):
    return np.round(values / step) * step


def every_check(made):
    """Every check of a survey, without and with what a plan may tell."""
    gone = np.zeros(made.wide.shape, dtype=bool)
    names, numbers = pd.Series(np.arange(len(made.y)) % 3).map(str), np.ones(len(made.y))
    return [
        *(check(made) for check in (response, dropout, zeros_change, heaping, heaping_change)),
        *(check(made) for check in (last_digits, first_digits, outliers, jumps, largest_unit)),
        *(check(made, gone) for check in (exits, unexplained_blanks, answers_after_exit)),
        *(check(made, names) for check in (enumerators, one_arm_enumerators)),
        *(check(made, numbers) for check in (short_interviews, duration_by_arm)),
        codes_at_the_edge(made),
        copied_forward(made),
        revenue_without_staff(made, numbers),
        answers_before_entry(made, made.cohort),
        parts_of_a_sum(made, np.column_stack([made.y, numbers])),
        planned_starts(made.cohort, made.cohort[::-1]),
        back_check(made, made.y, made.y, outcome="y"),
    ]
