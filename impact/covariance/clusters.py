"""Which cluster each observation is in: the panel's own, or any column's, whether it contains whole units or not."""

import numpy as np
import pandas as pd

from impact.arrays import Integers
from impact.covariance.choice import AnyCovariance, Clustered
from impact.covariance.survey_design import SurveyDesign
from impact.data.panel import Panel
from impact.errors import MissingValueError, UnknownNameError
from impact.terms import nearest


def groups_of(panel: Panel, choice: AnyCovariance, rows: Integers) -> tuple[Integers, ...]:
    """Return what a covariance groups some observations by: clusters, or sampling units, strata and how many units there are.

    Parameters
    ----------
    rows : ndarray of int, (n,)
        Places among the panel's observations.

    Raises
    ------
    UnknownNameError, MissingValueError
        As `cluster_codes`.
    """
    if isinstance(choice, Clustered):
        return cluster_codes(panel, choice, rows)
    if not isinstance(choice, SurveyDesign):
        return ()
    unit = panel.unit_index[rows]
    sampled, stratum = panel.cluster[unit], panel.stratum[unit]
    if choice.units is not None:
        sampled = column_codes(panel, choice.units, rows, what="units")
    if choice.strata is not None:
        stratum = column_codes(panel, choice.strata, rows, what="strata")
    if choice.population is None:
        return sampled, stratum
    column_codes(panel, choice.population, rows, what="population")  # refuses missing numbers
    counts = panel.covariates[choice.population].to_numpy(dtype=float)[rows]
    return sampled, stratum, counts.astype(np.int64)


def cluster_codes(panel: Panel, choice: Clustered, rows: Integers) -> tuple[Integers, ...]:
    """Return the clusters of some observations, one set or two.

    Parameters
    ----------
    rows : ndarray of int, (n,)
        Places among the panel's observations.

    Raises
    ------
    UnknownNameError
        When a column is none of the panel's.
    MissingValueError
        When an observation's cluster is missing.
    """
    if choice.by is None:
        return (panel.cluster[panel.unit_index][rows],)
    names = (choice.by,) if isinstance(choice.by, str) else choice.by
    return tuple(column_codes(panel, name, rows, what="by") for name in names)


def column_codes(panel: Panel, name: str, rows: Integers, *, what: str) -> Integers:
    """Return a column of the panel as codes, (n,): a covariate, or the unit, time, cluster or stratum by name or word.

    A user's covariate goes before our words ``unit`` and ``time``.
    """
    if name in panel.covariates:
        codes = pd.factorize(panel.covariates[name].to_numpy()[rows])[0]
        if (codes < 0).any():
            raise MissingValueError(
                f"{name}: missing in {int((codes < 0).sum())} observations of {what}; complete it or leave them out"
            )
        return np.asarray(codes, dtype=np.int64)
    unit = panel.unit_index[rows]
    held = {
        "unit": unit,
        "time": panel.time_index[rows],
        str(panel.names["unit"]): unit,
        str(panel.names["time"]): panel.time_index[rows],
    }
    if panel.names["cluster"] is not None:
        held[str(panel.names["cluster"])] = panel.cluster[unit]
    if len(panel.names["strata"]) == 1:
        held[str(panel.names["strata"][0])] = panel.stratum[unit]
    if name in held:
        return held[name]
    known = [*map(str, panel.covariates.columns), *held]
    raise UnknownNameError(
        f"{what}: {name}: no column of the panel; {nearest(name, known)}pass it to Panel.from_frame(covariates=...)"
    )
