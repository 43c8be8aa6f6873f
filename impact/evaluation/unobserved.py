"""What something unobserved would have to be to explain a study's headline away, measured by the plan's covariates."""

from dataclasses import replace

import numpy as np

from impact.data.panel import Panel
from impact.diagnostics.sensitivity.selection import SelectionSensitivity, selection_sensitivity
from impact.errors import ImpactError
from impact.evaluation.adjusted import with_indicators
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN


def unobserved_of(study: Study) -> SelectionSensitivity | Refused:
    """Ask it of the headline's panel, or say why not.

    The plan's strata say whom the lot or a permutation exchanges and are left out, as the headline does not adjust for them
    either, and covariates are often the same columns. Categories of fewer than ten firms are adjusted for and not measured by.
    """
    try:
        panel, names = with_indicators(study) if study.plan.covariates else (study.panel(), [])
        found = selection_sensitivity(_in_one_stratum(panel), covariates=names, level=study.level)
    except ImpactError as problem:
        return Refused.of("unobserved_selection", problem)
    small = [name for name in names if _is_small(panel, name)]
    table = found.table[~found.table["covariate"].isin(small)].reset_index(drop=True)
    return replace(found, table=table)


def _in_one_stratum(panel: Panel) -> Panel:
    one = np.zeros(panel.n_units, dtype=np.int64)
    return replace(panel, stratum=one, stratum_labels=(), complete=None)


def _is_small(panel: Panel, name: str) -> bool:
    """Whether fewer than ten units are all that is not at the covariate's most frequent value."""
    held = panel.covariates.groupby(panel.unit_index)[name].first()
    return len(held) - int(held.value_counts().iloc[0]) < SMALLEST_SHOWN
