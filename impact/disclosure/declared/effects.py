"""The effects of a run, declared: each fitted again for its weights, and held to the number that is stored."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Mask
from impact.data.panel import Panel
from impact.disclosure.declared.arms_shown import (
    declare_counterfactual_of_arms,
    declare_first_arms,
)
from impact.disclosure.declared.cohorts import declare_by_cohort
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.estimates import (
    Weights,
    declare_estimate,
    declare_percent,
    declare_weights,
)
from impact.disclosure.declared.panel_models import weights_of_model
from impact.disclosure.figure import (
    ANNEXES,
    COMPUTED_AGAIN,
    FIRST_PAGES,
    HEADLINE,
    OTHER_METHODS,
    UNITS,
    Place,
)
from impact.errors import ImpactError
from impact.estimate import Estimate
from impact.estimators.many_of import overall
from impact.evaluation.contamination import UnexposedEffect, exposures
from impact.evaluation.doses import levels_of
from impact.evaluation.parts import OutcomeEffect
from impact.evaluation.robustness import alternatives
from impact.evaluation.side_by_side import average_of, estimators_beside
from impact.evaluation.study import Study
from impact.evaluation.subgroups import levels

Asked = tuple[str, str, str, float, Callable[[], Estimate]]
"""Part, table, row, stored estimate, and how to compute it again."""
IMPORTANCE = {("impact", "estimators"): OTHER_METHODS}
"""Of tables of effects that are not as important as others of their part."""


def declare_effects(declaration: Declaration, study: Study, parts: Mapping[str, Any]) -> None:
    """Declare what `Impact`, `Certainty`, `Robustness` and `PanelModels` show of effects."""
    if study.compares_arms and study.plan.strata:  # whose units weigh differently
        declaration.part("strata", study.panel().stratum)
    for asked in (
        *_outcomes(study, parts["impact"]),
        *_side_by_side(study, parts["impact"]),
        *_subgroups(declaration, study, parts["impact"]),
        *_doses(declaration, study, parts["impact"]),
        *_unexposed(study, parts["sample"]),
        *_left_out(declaration, study, parts["certainty"]),
        *_families(study, parts["certainty"]),
        *_alternatives(study, parts["robustness"]),
    ):
        _declare(declaration, *asked)
    _percents(declaration, study, parts["impact"])
    _course(declaration, study, parts["impact"])
    _models(declaration, study, parts["panel_models"])


def _declare(
    declaration: Declaration,
    part: str,
    table: str,
    row: str,
    stored: float,
    compute: Callable[[], Estimate],
) -> None:
    importance = HEADLINE if table.startswith("effects[0]") else IMPORTANCE.get((part, table))
    if importance is None:
        importance = FIRST_PAGES if part == "impact" else ANNEXES
    with suppress(ImpactError):  # what cannot be computed again is not declared, and stays
        declare_estimate(
            declaration, compute(), {row: stored}, part=part, table=table, importance=importance
        )


def _percents(declaration: Declaration, study: Study, part: Any) -> None:
    for field in ("effects", "secondary"):
        for at, effect in enumerate(getattr(part, field)):
            if isinstance(effect, OutcomeEffect) and effect.percent is not None:
                fitted = _overall(study, study.panel(effect.outcome))()
                table = f"{field}[{at}].percent"
                importance = HEADLINE if field == "effects" else FIRST_PAGES
                declare_percent(
                    declaration, fitted, effect.percent, table=table, importance=importance
                )


def _overall(study: Study, panel: Panel) -> Callable[[], Estimate]:
    return lambda: study.estimator().fit(panel).aggregate(by="overall")


def _outcomes(study: Study, part: Any) -> Iterator[Asked]:
    for field in ("effects", "secondary"):
        for at, effect in enumerate(getattr(part, field)):
            if isinstance(effect, OutcomeEffect):
                stored = effect.overall.table.iloc[0]
                table, panel = f"{field}[{at}].overall", study.panel(effect.outcome)
                yield "impact", table, stored["term"], stored["estimate"], _overall(study, panel)


def _side_by_side(study: Study, part: Any) -> Iterator[Asked]:
    known = estimators_beside(study)
    for row, (name, stored) in enumerate(
        zip(part.estimators["name"], part.estimators["estimate"], strict=True)
    ):
        if name in known:
            yield (
                "impact", "estimators", str(row), stored,
                lambda name=name: average_of(name, known[name], study.panel()),  # type: ignore[misc]
            )  # fmt: skip


def _subgroups(declaration: Declaration, study: Study, part: Any) -> Iterator[Asked]:
    row = 0
    for name in study.plan.subgroups:
        for _, panel in levels(study.panel(), name):
            units, at = declaration.units_in(panel), str(row)
            if units is not None:
                declaration.part(f"subgroup {at}", _mask(declaration, units))
            if units is not None:
                inside = _mask(declaration, units)
                declaration.count(Place("impact", "subgroups", at, "n_units"), inside)
                treated = inside & declaration.treated
                declaration.count(Place("impact", "subgroups", at, "n_treated"), treated)
            yield "impact", "subgroups", at, part.subgroups["estimate"][row], _overall(study, panel)
            row += 1


def _doses(declaration: Declaration, study: Study, part: Any) -> Iterator[Asked]:
    if not isinstance(part.by_dose, pd.DataFrame):
        return
    panel = study.panel()
    recorded = study.frame[study.plan.dose].astype(float)
    dose = recorded.groupby(study.frame[study.schema.unit]).max().reindex(panel.units).to_numpy()
    treated = np.isfinite(panel.cohort)
    for row, (low, high) in enumerate(levels_of(dose[treated & ~np.isnan(dose)])):
        mine = treated & (dose >= low) & (dose <= high)
        declaration.part(f"dose {row}", mine)
        declaration.count(Place("impact", "by_dose", str(row), "n_treated"), mine)
        kept = panel.subset(mine | ~treated, reason="outside_the_subgroup")
        yield "impact", "by_dose", str(row), part.by_dose["estimate"][row], _overall(study, kept)


def _unexposed(study: Study, part: Any) -> Iterator[Asked]:
    found = getattr(part.contamination, "unexposed", None)
    if not isinstance(found, UnexposedEffect):
        return
    panel = study.panel()
    met = exposures(study, panel).any(axis=1).to_numpy(dtype=bool)
    kept = panel.subset(np.isfinite(panel.cohort) | ~met, reason="met_an_activity")
    yield "sample", "contamination.unexposed", "", found.estimate, _overall(study, kept)


def _left_out(declaration: Declaration, study: Study, part: Any) -> Iterator[Asked]:
    if part.leave_one_out is None:
        return
    panel, groups = study.panel(), study.groups
    shown = set(part.leave_one_out.table["kind"])
    for field, kind in (("cohorts", "cohort"), ("groups", "group")):
        if kind in shown:  # else its ends would tell of one that is too small
            declaration.of_everybody(Place("certainty", f"leave_one_out.{field}", "", "range"))
    for row, one in enumerate(part.leave_one_out.table.itertuples()):
        if one.kind == "cohort":
            out = np.array(
                [
                    str(panel.time_axis.label(g)) == one.label if np.isfinite(g) else False
                    for g in panel.cohort
                ]
            )
        else:
            of_unit = groups.reindex(panel.units).to_numpy()  # type: ignore[union-attr]
            out = np.isfinite(panel.cohort) & (of_unit.astype(str) == one.label)
        declaration.part(f"left out {row}", out)
        declaration.count(Place("certainty", "leave_one_out.table", str(row), "n_treated"), out)
        kept = panel.subset(~out, reason="left_out")
        yield (
            "certainty", "leave_one_out.table", str(row), one.estimate,
            lambda kept=kept: overall(kept, study.estimator()),  # type: ignore[misc]
        )  # fmt: skip


def _families(study: Study, part: Any) -> Iterator[Asked]:
    for at, family in enumerate(part.families):
        for row, one in enumerate(family.table.itertuples()):
            if one.outcome in study.schema.columns:
                compute = _overall(study, study.panel(one.outcome))
                yield "certainty", f"families[{at}].table", str(row), one.estimate, compute


def _alternatives(study: Study, part: Any) -> Iterator[Asked]:
    known = {name: compute for name, _, compute in alternatives(study, study.panel())}
    for row, one in enumerate(part.alternatives.itertuples()):
        if one.name in known and not np.isnan(one.estimate):
            yield "robustness", "alternatives", str(row), one.estimate, known[one.name]


def _course(declaration: Declaration, study: Study, part: Any) -> None:
    """Effects by event time and by cohort, and outcomes with and without the programme."""
    panel = study.panel()
    if study.compares_arms:
        headline = Weights.of(_overall(study, panel)())
        if headline is not None:
            declare_counterfactual_of_arms(declaration, panel, headline, part.counterfactual)
        if headline is not None and part.arms is not None:
            declare_first_arms(declaration, panel, headline, float(part.arms["estimate"].iloc[0]))
        return
    universal = study.estimator(base_period="universal").fit(panel)
    if part.event_study is not None:
        events = part.event_study
        shown = dict(zip(events.rows.term, map(float, events.values), strict=True))
        fitted = universal.aggregate(by="event_time").select(list(shown))
        declare_estimate(
            declaration,
            fitted,
            shown,
            part="impact",
            table="event_study",
            importance=COMPUTED_AGAIN,
        )
    if part.by_cohort is not None:
        declare_by_cohort(declaration, study, part.by_cohort)
    _counterfactual(declaration, universal, part.counterfactual, panel)
    cohorts = tuple(
        panel.cohort == g for g in (*panel.cohorts, np.inf) if (panel.cohort == g).any()
    )
    declaration.without_equation(Place("impact", "weights", "", "weight"), cohorts)


def _counterfactual(declaration: Declaration, cells: Estimate, part: Any, panel: Panel) -> None:
    """Means of the treated over cohorts by their size; what would have been is that less the effects."""
    detail = cells.parts.detail  # type: ignore[union-attr]
    effects = cells.parts.unit_weights(panel)  # type: ignore[union-attr]
    seen = ~np.isnan(panel.wide)
    cohorts = panel.cohorts[detail.code]

    def averaged(here: Mask) -> tuple[Any, Any]:
        size = detail.size[here] / detail.size[here].sum()
        mean = np.zeros_like(panel.wide)
        for share, g, t in zip(size, cohorts[here], detail.period[here], strict=True):
            mine = seen[:, t] & (panel.cohort == g)
            mean[mine, t] += share / max(mine.sum(), 1)
        return mean, mean - np.tensordot(size, effects[here], axes=1)

    for row, at in enumerate(part.path["event_time"]):
        here = detail.event_time == at
        for column, weights in zip(("actual", "without"), averaged(here), strict=True):
            _mean(
                declaration,
                panel,
                weights,
                part.path[column][row],
                Place("impact", "counterfactual.path", str(row), column),
            )
        seen_then = np.zeros_like(panel.wide)
        for g, t in zip(cohorts[here], detail.period[here], strict=True):
            seen_then[seen[:, t] & (panel.cohort == g), t] = 1.0
        whole = declaration.lifted(panel, seen_then)
        if whole is not None:
            place = Place("impact", "counterfactual.path", str(row), "n_treated")
            declaration.add(place, "count", UNITS, whole)
    actual, _ = averaged(detail.event_time >= 0)
    _mean(declaration, panel, actual, part.actual, Place("impact", "counterfactual", "", "actual"))


def _mean(declaration: Declaration, panel: Panel, weights: Any, value: float, place: Place) -> None:
    declare_weights(declaration, panel, weights, value, place=place, importance=FIRST_PAGES)


def _models(declaration: Declaration, study: Study, part: Any) -> None:
    panel = study.panel()
    for at, model in enumerate(part.models):
        weights = weights_of_model(model, panel)
        value = float(model.row("exposed")["estimate"])
        if weights is not None:
            place = Place("panel_models", f"models[{at}]", "exposed", "estimate")
            declare_weights(declaration, panel, weights, value, place=place, importance=ANNEXES)


def _mask(declaration: Declaration, units: Any) -> Mask:
    mask = np.zeros(declaration.panel.n_units, dtype=bool)
    mask[units] = True
    return mask
