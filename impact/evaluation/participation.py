"""Who of those that a lot drew took part, and who of the others did."""

import numpy as np

from impact.arrays import Mask
from impact.check_result import CheckResult
from impact.data.panel import Panel
from impact.diagnostics.compliance import compliance
from impact.evaluation.study import Study


def took_part(study: Study, panel: Panel) -> Mask | None:
    """Return whether each unit ever took part (N,); None where the plan names no column of it."""
    if study.plan.participation is None:
        return None
    ever = (study.frame[study.plan.participation].astype(float) > 0).groupby(
        study.frame[study.schema.unit]
    )
    return np.asarray(ever.any().reindex(panel.units), dtype=bool)


def obeyed(study: Study, panel: Panel) -> tuple[CheckResult, ...]:
    """Hold participation against the lot; nothing without a lot, or where the plan names no column of participation."""
    came = took_part(study, panel)
    if came is None:
        return ()
    drawn = np.isfinite(panel.cohort)
    return (compliance(drawn, came, enough=study.plan.limits.compliance),)
