"""An office's own units: it may have nobody treated, or nobody else, as the comparison is made with the other offices."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from impact.data.checks import UnitColumns
from impact.data.panel import Panel
from impact.data.schema import Schema
from impact.data.sources.codes import matching
from impact.errors import MomentsError
from impact.moments.path_moments import PathMoments


def office_panel(
    frame: pd.DataFrame, *, schema: Schema, outcome: str, strata: Sequence[str] = ()
) -> Panel:
    """Return an office's units with their first treated periods as they are.

    Parameters
    ----------
    frame : DataFrame
        As `read_frame` gives it.
    schema : Schema
    outcome : str
    strata : sequence of str

    Raises
    ------
    MomentsError
        When the schema names no cohort.
    DataError
        As `Panel.from_frame`, but for a missing comparison.
    """
    if schema.cohort is None:
        raise MomentsError("cohort: the schema names no column of first treated periods; name it")
    column = schema.cohort.column
    panel = Panel.from_frame(
        frame,
        unit=schema.unit,
        time=schema.time.column,
        outcome=outcome,
        cluster=schema.cluster,
        weight=schema.weight,
        covariates=[column],
        strata=strata,
        frequency=schema.time.frequency,
        step=schema.time.step,
        missing_outcome=schema.missing_outcome,
    )
    told = panel.covariates[column]
    of_units = UnitColumns(
        panel.unit_index, panel.n_units, np.arange(1, len(told) + 1, dtype=np.int32)
    )
    never = matching(told, schema.cohort.never)
    return panel.with_cohort(of_units.cohort(told, axis=panel.time_axis, never=never))


def office_moments(panel: Panel) -> PathMoments:
    """Reduce an office's units to moments that merge with those of other offices of the same periods."""
    late = np.isfinite(panel.cohort) & (panel.cohort > panel.times[-1])
    counted = panel.sample.with_dropped(
        "treated_after_last_period_counted_as_untreated", int(late.sum())
    )
    if late.any():
        panel = panel.with_cohort(np.where(late, np.inf, panel.cohort))
        panel = replace(panel, sample=replace(panel.sample, dropped=counted.dropped))
    always = panel.cohort <= panel.times[0]
    if always.any() and not always.all() and panel.n_periods > 1:
        panel = replace(panel.subset(~always, reason="always_treated"), complete=panel)
    return PathMoments.from_panel(panel)
