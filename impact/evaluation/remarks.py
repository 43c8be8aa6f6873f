"""What no run refuses of a study and its reader should know before it: codes with counts, the most important first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from impact.arrays import Floats
from impact.data import checks
from impact.data.panel import Panel
from impact.data.schema import Column
from impact.data.times import TimeAxis
from impact.diagnostics.survey.repeated_codes import repeated_codes
from impact.errors import EstimationError
from impact.estimators.many import clusters_are_units
from impact.evaluation.many_effects import (
    MANY_EFFECTS,
    cohorts_without_comparison,
    effects_by_cohort,
)
from impact.evaluation.study import Study
from impact.terms import ENOUGH_UNITS, SMALLEST_SHOWN

RemarkCode = Literal[
    "from_moments",
    "few_in_moments",
    "few_treated",
    "few_treated_clusters",
    "few_to_compare",
    "nobody_never_treated",
    "no_trend_before",
    "treated_unseen_before",
    "always_treated",
    "strata_without_comparison",
    "participation_unknown",
    "never_answered",
    "blank_starts",
    "like_a_code",
    "repeated_code",
    "cohort_without_comparison",
    "cohorts_of_one",
    "small_cohorts",
    "treatment_switches_off",
    "treated_after_last_period",
    "other_start_than_planned",
    "placebo_reaches_too_far",
    "seen_once",
    "periods_without_data",
    "mostly_zero",
    "not_in_the_data",
    "never_changes",
    "many_effects",
]
"""In the order of their importance."""
CODES = (-9, -77, -88, -98, -99, -999, -9999)
"""Numbers that surveys use for no answer; as amounts they are rare."""
MOSTLY = 0.5  # share of zeros beyond which a mean says little of most units


@dataclass(frozen=True)
class Remark:
    """Something to know: its code, how many, and of which outcome where it is of one."""

    code: RemarkCode
    n: int = 0
    outcome: str = ""


def remarks_of(study: Study, panel: Panel) -> tuple[Remark, ...]:
    """Return what should be known of a study and the panel of its headline, the most important first."""
    order = {code: at for at, code in enumerate(get_args(RemarkCode))}
    counted: dict[RemarkCode, int] = {
        **_few(study, panel),
        **_before_and_after(study, panel),
        **_cohorts(study, panel),
        **_against_the_plan(study, panel),
        **_answers(study, panel),
        **(_of_the_lot(study, panel) if study.by_lot else {}),
        **_not_in_the_panel(study),
    }
    found = [Remark(code, n) for code, n in counted.items() if n]
    found += [*_of_outcomes(study), *_like_codes(study)]
    return tuple(sorted(found, key=lambda one: order[one.code]))


def _few(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Counts on a side below which the usual intervals are too narrow."""
    treated = np.isfinite(panel.cohort)
    never_only = study.plan.comparison_group == "never_treated"
    compared = ~treated if never_only else panel.cohort > panel.cohorts[0]
    of_units = clusters_are_units(panel)
    n_treated, n_compared = (len(np.unique(panel.cluster[side])) for side in (treated, compared))
    few: RemarkCode = "few_treated" if of_units else "few_treated_clusters"
    return {
        few: n_treated if n_treated < ENOUGH_UNITS else 0,
        "few_to_compare": n_compared if n_compared < ENOUGH_UNITS else 0,
        "nobody_never_treated": int(treated.all()),
    }


def _before_and_after(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Treated units of which too little is seen before their start, and a placebo start before the first period."""
    treated = np.isfinite(panel.cohort)
    before = panel.times[None, :] < panel.cohort[:, None]
    unseen = ~(~np.isnan(panel.wide) & before).any(axis=1)
    furthest = panel.cohorts[-1] - study.plan.placebo_periods
    trends: dict[RemarkCode, int] = {
        "no_trend_before": int((treated & (before.sum(axis=1) < 2)).sum()),
        "treated_unseen_before": int((treated & unseen).sum()) if study.follows_units else 0,
        "placebo_reaches_too_far": (
            study.plan.placebo_periods if furthest <= panel.times[0] else 0
        ),
    }
    return {
        **({} if study.by_lot else trends),
        "always_treated": panel.sample.dropped.get("always_treated", 0),
        "treated_after_last_period": panel.sample.dropped.get(
            "treated_after_last_period_counted_as_untreated", 0
        ),
    }


def _cohorts(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Cohorts that are small, or that the main estimator has nobody to compare with."""
    sizes = np.array([(panel.cohort == cohort).sum() for cohort in panel.cohorts])
    effects = effects_by_cohort(panel)
    return {
        "cohorts_of_one": int((sizes == 1).sum()),
        "small_cohorts": int(((sizes > 1) & (sizes < SMALLEST_SHOWN)).sum()),
        "many_effects": effects if effects >= MANY_EFFECTS else 0,
        "cohort_without_comparison": cohorts_without_comparison(study, panel),
    }


def _against_the_plan(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Units that started otherwise than planned, and those whose treatment column goes back to zero."""
    planned = study.plan.planned_cohort
    if planned is None:
        return {"treatment_switches_off": _switching_off(study)}
    actual = panel.with_always_treated()
    as_planned = study.panel(cohort=planned, winsorise=0.0).with_always_treated()
    other = actual.cohort != as_planned.cohort
    return {
        "other_start_than_planned": int(other.sum()),
        "treatment_switches_off": _switching_off(study),
    }


def _switching_off(study: Study) -> int:
    """Count units whose 0/1 column, from which starts are derived, is 0 again after a 1."""
    rule = study.schema.cohort
    if rule is None or rule.first_period_of is None:
        return 0
    frame, rows = study.frame, np.arange(1, len(study.frame) + 1)
    unit, _ = checks.identifiers(frame[study.schema.unit], rows=rows)
    number = TimeAxis(study.schema.time.frequency).parse(frame[study.schema.time.column], rows=rows)
    order = np.lexsort((number, unit))
    treated, unit = checks.numbers(frame[rule.first_period_of], rows=rows)[order], unit[order]
    off = (np.diff(treated) < 0) & (np.diff(unit) == 0)
    return len(np.unique(unit[1:][off]))


def _of_the_lot(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Strata in which all or none were drawn, and whether nothing is known of who took part."""
    drawn = np.isfinite(panel.cohort)
    both = [len(np.unique(drawn[panel.stratum == code])) == 2 for code in np.unique(panel.stratum)]
    return {
        # where all start at some time, a stratum with starters alone still compares early with late ones
        "strata_without_comparison": both.count(False) if study.compares_arms else 0,
        "participation_unknown": int(study.plan.participation is None),
    }


def _answers(study: Study, panel: Panel) -> dict[RemarkCode, int]:
    """Units that tell of no change, and periods in which nobody answered."""
    absent = int(panel.times[-1] - panel.times[0]) + 1 - panel.n_periods
    return {
        "seen_once": int((np.bincount(panel.unit_index) == 1).sum()) if study.follows_units else 0,
        "periods_without_data": absent,
    }


def _not_in_the_panel(study: Study) -> dict[RemarkCode, int]:
    """Units that never gave the headline outcome; rows whose start is blank in the register that starts come from."""
    frame, schema = study.frame, study.schema
    answered = frame[study.outcome].notna().groupby(frame[schema.unit]).any()
    cohort = study.plan.cohort or (None if schema.cohort is None else schema.cohort.column)
    why = frame.attrs["missing"].get(cohort, {})
    return {
        "never_answered": int((~answered).sum()),
        "blank_starts": why.get("blank", 0) if "unmatched" in why else 0,
    }


def _like_codes(study: Study) -> Iterator[Remark]:
    """Cells of declared numbers that look like a code for no answer and are declared neither as one nor as impossible."""
    for name, column in study.schema.columns.items():
        if column.type in {"number", "integer"}:
            cells = study.frame[name].to_numpy(dtype=float, na_value=np.nan)
            n = int(np.isin(cells, CODES).sum())
            if n:
                yield Remark("like_a_code", n, name)
            if n := int(np.isin(cells, _beyond_declared(column, cells)).sum()):
                yield Remark("repeated_code", n, name)


def _beyond_declared(column: Column, cells: Floats) -> Floats:
    """Repeated codes at an edge for which no bound is declared, those that are told already left out."""
    found = np.setdiff1d(repeated_codes(cells), CODES)
    if column.maximum is not None:
        found = found[found < 0]
    return found[found > 0] if column.minimum is not None else found


def _of_outcomes(study: Study) -> Iterator[Remark]:
    for name in study.plan.outcomes:
        panel = study.panel(name, winsorise=0.0)
        zeros = round(100 * float((panel.y == 0).mean()))
        if zeros > 100 * MOSTLY and panel.n_units >= SMALLEST_SHOWN:
            yield Remark("mostly_zero", zeros, name)
    for name in study.plan.secondary:
        if name not in study.measured:
            yield Remark("not_in_the_data", outcome=name)
            continue
        try:
            study.panel(name)
        except EstimationError:
            yield Remark("never_changes", outcome=name)
