"""Effects by cohort in a release: those of small cohorts are computed again, merged by the gate's rule, and leave as one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.disclosure.declared.declaration import SAME, Declaration
from impact.disclosure.declared.estimates import OnSome, declare_estimate
from impact.disclosure.figure import COMPUTED_AGAIN, Merging, Place
from impact.disclosure.merging import AND
from impact.disclosure.released import Released
from impact.errors import ImpactError
from impact.estimate import EACH_PARAMETERS, Estimate
from impact.estimators.linear import LinearParts
from impact.evaluation.store import decode, encode
from impact.evaluation.study import Study
from impact.parameters import Rows

PART, TABLE = "impact", "by_cohort"
Stored = Mapping[str, Mapping[str, Any]]


def with_small_cohorts(stored: Stored, study: Study) -> Stored:
    """Return a run's parts with its effects by cohort where it showed none, as a cohort is too small.

    They are in memory alone, with the units of each cohort, and stay there but for what the gate lets out of them.
    """
    impact = stored[PART]
    if impact["values"][TABLE] is not None or study.compares_arms or study.by_lot:
        return stored
    panel = study.panel()
    with suppress(ImpactError):  # an estimator that tells no cohorts apart has none to show
        fitted = study.estimator().fit(panel).aggregate(by="cohort")
        n_treated = [int(_mine(panel, label).size) for label in _labels(fitted)]
        if len(n_treated) > 1:
            rows = replace(fitted.rows, n_treated=n_treated)
            effects = replace(fitted, rows=rows, notes=())  # notes count units of single cohorts
            return {
                **stored,
                PART: {**impact, "values": {**impact["values"], TABLE: encode(effects)}},
            }
    return stored


def declare_by_cohort(declaration: Declaration, study: Study, stored: Estimate) -> None:
    """Declare effects by cohort with their merging, and the units of each where the estimate has them."""
    panel = study.panel()
    cells = study.estimator().fit(panel)
    fitted = cells.aggregate(by="cohort").select(list(stored.rows.term))
    size = _sizes(fitted, cells.aggregate(by="overall"), panel)
    on_some = _on_some(declaration, panel, fitted, size)
    shown = dict(zip(stored.rows.term, map(float, stored.values), strict=True))
    said: dict[str, Any] = {"part": PART, "table": TABLE, "importance": COMPUTED_AGAIN}
    declare_estimate(declaration, fitted, shown, on_some=on_some, **said)
    for term, n, one in zip(stored.rows.term, _treated(stored), on_some, strict=False):
        if n != one.units.sum():
            continue
        place = Place(PART, TABLE, str(term), "n_treated")
        declaration.count(place, one.units, importance=COMPUTED_AGAIN, merging=one.merging)


def _on_some(
    declaration: Declaration, panel: Panel, fitted: Estimate, size: Floats
) -> list[OnSome]:
    """Return on whom each effect is, and that it merges along cohorts by these sizes."""
    ours = declaration.units_in(panel)
    if ours is None:
        return []
    made = []
    for at, label in enumerate(_labels(fitted)):
        units = np.zeros(declaration.panel.n_units, dtype=bool)
        units[ours[_mine(panel, label)]] = True
        merging = Merging(
            family=f"{PART}/{TABLE}",
            axis="cohort",
            along=float(at),
            parameter=at,
            size=float(size[at]),
            vcov=np.asarray(fitted.vcov),
        )
        made.append(OnSome(units, merging))
    return made


def with_merged_cohorts(impact: Mapping[str, Any], released: Released) -> Mapping[str, Any]:
    """Return the part with one row for cohorts that the gate took together, at the gate's own shares."""
    groups = {
        each.place.row: dict(zip((one.row for one in each.places), each.shares, strict=True))
        for each in released.merged
        if (each.place.part, each.place.table, each.place.column) == (PART, TABLE, "estimate")
    }
    stored = impact["values"][TABLE]
    if stored is None or not groups:
        return impact
    merged = _merged(decode(stored), groups)
    return {**impact, "values": {**impact["values"], TABLE: encode(merged)}}


def _merged(effects: Estimate, groups: Mapping[str, Mapping[str, float]]) -> Estimate:
    """Return the averages of groups of cohorts, and the cohorts that are in none, in order."""
    group_of = {term: name for name, some in groups.items() for term in some}
    names = list(dict.fromkeys(group_of.get(term, term) for term in effects.rows.term))
    share = np.array(
        [[groups.get(name, {name: 1.0}).get(term, 0.0) for term in effects.rows.term] for name in names]
    )  # fmt: skip
    inside = share != 0
    labels = np.array([str(label) for label in _labels(effects)])
    rows = Rows(
        term=names,
        cohort=[AND.join(labels[some]) for some in inside],
        n_treated=[float(_treated(effects)[some].sum()) for some in inside],
        df=None if effects.rows.df is None else [effects.row_df[some].min() for some in inside],
    )
    return Estimate(
        rows,
        share @ effects.values,
        share @ effects.vcov @ share.T,
        estimand=effects.estimand,
        method=effects.method,
        sample=effects.sample,
        spec={name: said for name, said in effects.spec.items() if name not in EACH_PARAMETERS},
        source=effects.source,
    )


def _labels(effects: Estimate) -> list[Any]:
    return [] if effects.rows.cohort is None else list(effects.rows.cohort)


def _treated(effects: Estimate) -> Floats:
    """Return the treated units of each cohort; NaN where the estimate does not say."""
    told = effects.rows.n_treated
    return np.full(len(effects.values), np.nan) if told is None else np.asarray(told, dtype=float)


def _mine(panel: Panel, label: Any) -> Integers:
    """Return the units of a cohort, by place."""
    cohorts = [g for g in panel.cohorts if panel.time_axis.label(g) == label]
    return np.flatnonzero(np.isin(panel.cohort, cohorts)).astype(np.int64)


def _sizes(effects: Estimate, overall: Estimate, panel: Panel) -> Floats:
    """Return the weight that the headline gives each cohort's effect; the cohort's units where it is no average of them.

    Averages by other weights would, beside the headline, solve for the cohorts that are in them.
    """
    units = np.array([_mine(panel, label).size for label in _labels(effects)], dtype=float)
    parts = (effects.parts, overall.parts)
    if not all(isinstance(one, LinearParts) and one.weighs_outcomes for one in parts):
        return units
    each, whole = (
        one.unit_weights(panel).reshape(len(one.values), -1)
        for one in parts
        if isinstance(one, LinearParts)
    )
    share = np.linalg.lstsq(each.T, whole[0], rcond=None)[0]
    missed = np.abs(share @ each - whole[0]).max()
    return share if missed <= SAME * np.abs(whole).max() and (share > 0).all() else units
