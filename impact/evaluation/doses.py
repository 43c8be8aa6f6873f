"""Effects by how much of the programme a unit received: a comparison of levels, not the effect of receiving more."""

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import ImpactError, NotAvailableError
from impact.evaluation.study import Study
from impact.evaluation.subgroups import effect_in
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN

MOST_LEVELS = 4
COLUMNS = ["low", "high", "n_treated", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


def by_dose(study: Study, panel: Panel, *, inference: str) -> pd.DataFrame | Refused | None:
    """Return the overall effect on the treated of each level of the plan's dose, all against the same comparison group.

    Neighbouring values are put together until each level has ten treated units, and a quarter of all of them; a unit's dose is
    the largest value recorded for it. The lowest level has no ``low`` and the highest no ``high``, as they could tell of one
    unit. None where the plan names no dose.

    Assumes
    -------
    Of each level what the headline assumes of all: parallel trends with the comparison group. Differences between levels are
    not the effect of a larger dose, which would need trends that are parallel at every dose.

    References
    ----------
    Callaway, Goodman-Bacon and Sant'Anna (2024), NBER working paper 32117.
    """
    if study.plan.dose is None:
        return None
    recorded = study.frame[study.plan.dose].astype(float)
    dose = recorded.groupby(study.frame[study.schema.unit]).max().reindex(panel.units).to_numpy()
    treated = np.isfinite(panel.cohort)
    ends = levels_of(dose[treated & ~np.isnan(dose)])
    try:
        if len(ends) < 2:
            raise NotAvailableError(
                f"{study.plan.dose}: fewer than two levels have {SMALLEST_SHOWN} treated units; record it for more of them"
            )
        rows = [
            {
                "low": low if at else np.nan,
                "high": high if at < len(ends) - 1 else np.nan,
                "n_treated": int((mine := treated & (dose >= low) & (dose <= high)).sum()),
                **effect_in(
                    study, panel.subset(mine | ~treated, reason="outside_the_subgroup"), inference
                ),
            }
            for at, (low, high) in enumerate(ends)
        ]
    except ImpactError as problem:
        return Refused.of("effects_by_dose", problem)
    return pd.DataFrame(rows, columns=COLUMNS)


def levels_of(doses: Floats) -> list[tuple[float, float]]:
    """Return the lowest and highest value of each level, lowest first; a last one that is too small joins the one before."""
    least = max(SMALLEST_SHOWN, int(np.ceil(len(doses) / MOST_LEVELS)))
    values, counts = np.unique(doses, return_counts=True)
    ends: list[tuple[float, float]] = []
    low, held = 0, 0
    for at, count in enumerate(counts):
        held += int(count)
        if held >= least:
            ends.append((float(values[low]), float(values[at])))
            low, held = at + 1, 0
    if held and ends:
        ends[-1] = (ends[-1][0], float(values[-1]))
    return ends
