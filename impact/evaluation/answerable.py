"""What no study can answer, refused by name before anything is computed."""

import numpy as np

from impact.data.panel import Panel
from impact.data.variation import units_change_alike
from impact.errors import NoComparisonError, NotIdentifiedError
from impact.estimators.many import clusters_are_units
from impact.terms import ControlGroup

FEWEST_ON_A_SIDE = 2  # one says nothing of how far others would be from it


def refuse_unanswerable(panel: Panel, *, control_group: ControlGroup) -> None:
    """Refuse an outcome without variation, and a comparison with fewer than two clusters on a side.

    Parameters
    ----------
    panel : Panel
    control_group : {"not_yet_treated", "never_treated"}
        Who is compared: whoever is treated later than the first, or nobody but the never treated.

    Raises
    ------
    NotIdentifiedError
        Where all units change alike in every period, as all-zero and constant outcomes do.
    NoComparisonError
        For fewer than two units, or clusters where these lie above the unit, that are treated or compared.
    """
    if units_change_alike(panel):
        raise NotIdentifiedError(
            f"{panel.outcome}: constant, or changing alike for all units in every period, so there is no effect to look for "
            "and no variation to judge it by; check the column, or take another outcome"
        )
    later = panel.cohort > panel.cohorts[0]
    if control_group == "never_treated":
        later = np.isinf(panel.cohort)
    for side, units in (("treated", np.isfinite(panel.cohort)), ("to compare them with", later)):
        _refuse_few(panel, units, side)


def _refuse_few(panel: Panel, units: np.ndarray[tuple[int], np.dtype[np.bool_]], side: str) -> None:
    n = len(np.unique(panel.cluster[units]))
    if n >= FEWEST_ON_A_SIDE:
        return
    what = "units" if clusters_are_units(panel) else "clusters"
    column = panel.names["cohort"] if what == "units" else panel.names["cluster"]
    raise NoComparisonError(
        f"{column}: {n} {what} {side}; at least {FEWEST_ON_A_SIDE} are needed to say how sure an effect is"
    )
