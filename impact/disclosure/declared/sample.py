"""The tables of the sample and of the data's quality, declared: counts of units, means by period, quantiles."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.diagnostics.balance import characteristics_of
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.figure import FIRST_PAGES, Place
from impact.evaluation.contamination import exposures
from impact.evaluation.study import Study

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
ANY = Place("sample", "contamination", "", "any_share")
Sides = Mapping[str, Mask]


def declare_sample(declaration: Declaration, study: Study, parts: Mapping[str, Any]) -> None:
    """Declare what `DataQuality` and `SampleAndComparability` show."""
    sides = {"treated": declaration.treated, "comparison": ~declaration.treated}
    _quality(declaration, sides, parts["data_quality"])
    _flow(declaration, sides, parts["sample"])
    _cohorts(declaration, study, parts["sample"])
    _paths(declaration, study.panel(), sides, parts["sample"])
    _baseline(declaration, study.panel(), sides, parts["sample"])
    if parts["sample"].contamination is not None:
        _activities(declaration, study, parts["sample"].contamination)


def _quality(declaration: Declaration, sides: Sides, part: Any) -> None:
    seen = ~np.isnan(declaration.panel.wide)
    for row, group in enumerate(part.distribution["group"]):
        units, at = sides[group], str(row)
        here = seen & units[:, None]
        declaration.count(Place("data_quality", "distribution", at, "n_units"), units)
        place = Place("data_quality", "distribution", at, "mean")
        declaration.add(place, "mean", declaration.panel.outcome, here / max(here.sum(), 1))
        for name, share in QUANTILES.items():
            place = Place("data_quality", "distribution", at, name)
            declaration.add(
                place, "quantile", declaration.panel.outcome, groups=(units,), share=share
            )
    for row in range(len(part.coverage)):
        for group, units in sides.items():
            place = Place("data_quality", "coverage", str(row), f"{group}_n")
            declaration.count(place, seen[:, row] & units, period=row)


def _flow(declaration: Declaration, sides: Sides, part: Any) -> None:
    panel = declaration.panel
    seen, everyone = ~np.isnan(panel.wide), np.ones(panel.n_units, dtype=bool)
    before = seen[:, panel.times < panel.cohorts[0]].any(axis=1)
    after = seen[:, panel.times >= panel.cohorts[-1]].any(axis=1)
    stages = {
        "in_analysis": everyone,
        "seen_before": before,
        "seen_before_and_after": before & after,
        "seen_in_last_period": seen[:, -1],
    }
    in_file = float(part.flow.loc[part.flow["stage"] == "in_file", "units"].iloc[0])
    if in_file == panel.n_units:  # others are in no atom, and what counts them stays undeclared
        stages["in_file"] = everyone
    for row, stage in enumerate(part.flow["stage"]):
        if stage not in stages:
            continue
        for column, units in {"units": everyone, **sides}.items():
            place = Place("sample", "flow", str(row), column)
            period = panel.n_periods - 1 if stage == "seen_in_last_period" else 0
            declaration.count(place, stages[stage] & units, period=period)


def _cohorts(declaration: Declaration, study: Study, part: Any) -> None:
    panel = declaration.panel
    known = {"actual": panel}
    if study.plan.planned_cohort is not None:
        known["planned"] = study.panel(cohort=study.plan.planned_cohort, winsorise=0.0)
    for column, of in known.items():
        units = declaration.units_in(of)
        if units is None:
            continue
        label = np.full(panel.n_units, "", dtype=object)
        label[units] = [
            str(of.time_axis.label(g)) if np.isfinite(g) else "" for g in of.cohort.tolist()
        ]
        declaration.part(f"cohort {column}", label)
        for row, period in enumerate(part.cohorts["period"]):
            declaration.count(Place("sample", "cohorts", str(row), column), label == period)


def _paths(declaration: Declaration, panel: Panel, sides: Sides, part: Any) -> None:
    for row in range(len(part.paths)):
        seen = ~np.isnan(panel.wide)
        measure = declaration.measure_of(panel, seen)
        for group, units in sides.items():
            here = np.zeros_like(panel.wide)
            here[:, row] = (seen[:, row] & units) / max((seen[:, row] & units).sum(), 1)
            whole = declaration.lifted(panel, here)
            if whole is None or measure is None:
                continue
            mean = Place("sample", "paths", str(row), group)
            declaration.add(mean, "mean", measure, whole, importance=FIRST_PAGES)
            error = Place("sample", "paths", str(row), f"{group}_std_error")
            declaration.add(error, "std_error", measure, whole, beside=mean)
            declaration.count(
                Place("sample", "paths", str(row), f"{group}_n"), seen[:, row] & units, period=row
            )


def _baseline(declaration: Declaration, panel: Panel, sides: Sides, part: Any) -> None:
    """Means of characteristics are equations of these; shares of levels rest on those who have them and those who do not."""
    shown = list(zip(part.baseline["characteristic"], part.baseline["level"], strict=True))
    for name, level, values in characteristics_of(panel):
        if (name, level) not in shown:
            continue
        at = str(shown.index((name, level)))
        for group, units in sides.items():
            place = Place("sample", "baseline", at, group)
            known = units & ~np.isnan(values)
            if level:
                declaration.share(place, known & (values > 0), known)
            else:
                declaration.part(f"{name} known", ~np.isnan(values))
                declaration.mean_of(place, f"baseline of {name}", values, known)


def _activities(declaration: Declaration, study: Study, part: Any) -> None:
    panel = study.panel()
    met, compared = exposures(study, panel), ~np.isfinite(panel.cohort)
    for row, activity in enumerate(part.activities["activity"]):
        place = Place("sample", "contamination.activities", str(row), "n_met")
        declaration.share(place, compared & met[activity].to_numpy(dtype=bool), compared)
    some = compared & met.any(axis=1).to_numpy(dtype=bool)
    declaration.part("met any activity", some)
    declaration.count(ANY, some, groups=(some, compared & ~some))
