"""What zeros and silence do to the headline, in figures that may leave."""

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.diagnostics.outcomes.attrition import AttritionBounds, attrition_bounds
from impact.diagnostics.outcomes.margins import Margins, margins
from impact.errors import EstimationError
from impact.evaluation.study import Study
from impact.interval import Refused

OF_FEW = {"assumption": ("lee", "worst_case"), "margin": ("intensive",)}
"""Rows of each table that leave out, or stand on, a handful of units."""

LOW, HIGH = ("low", "conf_low"), ("high", "conf_high")


def margins_of(study: Study, panel: Panel) -> Margins | Refused:
    """Return the headline margin by margin, bounds rounded outward."""
    try:
        found = margins(panel, study.estimator(), level=study.level)
    except EstimationError as problem:
        return Refused.of("margins", problem)
    return replace(found, table=_margins_outward(found.table))


def silence_of(study: Study, panel: Panel) -> AttritionBounds | Refused:
    """Return the headline under assumptions on firms that went silent, bounds rounded outward."""
    try:
        found = attrition_bounds(panel, level=study.level)
    except EstimationError as problem:
        return Refused.of("attrition_bounds", problem)
    return found if found.n_lost == 0 else replace(found, table=outward(found.table))


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
