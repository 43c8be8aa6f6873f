"""What zeros and silence do to the headline, and where in the outcome it lies, in figures that may leave."""

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.diagnostics.outcomes.attrition import COLUMNS, AttritionBounds, attrition_bounds
from impact.diagnostics.outcomes.margins import Margins, margins
from impact.errors import EstimationError, ImpactError
from impact.estimators.distribution.changes_in_changes import ChangesInChanges
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN

OF_FEW = {"assumption": ("lee", "worst_case"), "margin": ("intensive",)}
"""Rows of each table that leave out, or stand on, a handful of units."""

QUARTERS = (0.25, 0.5, 0.75)

LOW, HIGH = ("low", "conf_low"), ("high", "conf_high")


def margins_of(study: Study, panel: Panel) -> Margins | Refused:
    """Return the headline margin by margin, bounds rounded outward."""
    try:
        found = margins(panel, study.estimator(), level=study.level)
    except EstimationError as problem:
        return Refused.of("margins", problem)
    return replace(found, table=_margins_outward(found.table))


def silence_of(study: Study, panel: Panel) -> AttritionBounds | Refused:
    """Return the headline under assumptions on firms that went silent, bounds rounded outward.

    Without a row where nobody did, and nobody is left who never starts.
    """
    try:
        found = attrition_bounds(panel, level=study.level)
    except EstimationError as problem:
        if study.follows_units and not np.isnan(panel.wide).any():
            nothing = pd.DataFrame(columns=COLUMNS)
            return AttritionBounds(nothing, 1.0, 1.0, n_lost=0, level=study.level)
        return Refused.of("attrition_bounds", problem)
    return found if found.n_lost == 0 else replace(found, table=outward(found.table))


def quantiles_of(study: Study, panel: Panel) -> pd.DataFrame | Refused:
    """Return effects at the treated's quartiles: ``quantile, estimate, conf_low, conf_high``.

    A quarter of fewer than ten treated is left out. A quantile is one firm's outcome, so effects are rounded to the second
    figure of their interval, which is rounded outward.
    """
    if study.plan.waves == "endline_only":
        return Refused("quantiles", f"{panel.outcome}: changes need a period before the start")
    choices = study.cohort_estimator()
    estimator = ChangesInChanges(
        quantiles=QUARTERS,
        control_group=choices.control_group,
        anticipation=choices.anticipation,
        seed=study.plan.seed,
        level=study.level,
    )
    try:
        found = estimator.fit(panel)
    except ImpactError as problem:
        return Refused.of("quantiles", problem)
    rows = found.table.iloc[1:].assign(quantile=list(QUARTERS))
    beyond = np.minimum(rows["quantile"], 1 - rows["quantile"]) * rows["n_treated"]
    kept = rows.loc[
        (beyond >= SMALLEST_SHOWN) & rows["conf_low"].notna(),
        ["quantile", "estimate", "conf_low", "conf_high"],
    ].reset_index(drop=True)
    step = (kept["conf_high"] - kept["conf_low"]).map(_step) / 5
    return kept.assign(
        estimate=(kept["estimate"] / step).round() * step,
        conf_low=np.floor(kept["conf_low"] / step) * step,
        conf_high=np.ceil(kept["conf_high"] / step) * step,
    )


def outward(table: pd.DataFrame) -> pd.DataFrame:
    """Round bounds that leave out a handful of units outward: beside the mean of all, exact ones solve for those units."""
    rounded = table.copy()
    for place in table.index[table["assumption"].isin(OF_FEW["assumption"])]:
        row = table.loc[place]
        step = _step(float(row["conf_high"] - row["conf_low"]))
        for name in LOW:
            rounded.loc[place, name] = np.floor(row[name] / step) * step
        for name in HIGH:
            rounded.loc[place, name] = np.ceil(row[name] / step) * step
    return rounded


def _margins_outward(table: pd.DataFrame) -> pd.DataFrame:
    rounded = table.copy()
    rows = table.index[table["margin"].isin(OF_FEW["margin"]) & table["estimate"].notna()]
    for place in rows:
        row = table.loc[place]
        step = _step(float(row["conf_high"] - row["conf_low"]))
        end = np.floor if row["measure"] == "percent_low" else np.ceil
        rounded.loc[place, "estimate"] = end(row["estimate"] / step) * step
        rounded.loc[place, "conf_low"] = np.floor(row["conf_low"] / step) * step
        rounded.loc[place, "conf_high"] = np.ceil(row["conf_high"] / step) * step
    return rounded


def _step(width: float) -> float:
    """Half of the power of ten below a width; so coarse that a bound shows two figures of it at most."""
    if not width > 0 or not np.isfinite(width):
        return 1.0
    return float(10.0 ** (np.floor(np.log10(width)) - 1) * 5)
