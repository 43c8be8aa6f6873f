"""For whom: the effect in each level of the plan's subgroups, and whether the levels differ."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, status_of
from impact.data.panel import Panel
from impact.diagnostics.equal_effects import equal_in_all
from impact.errors import ImpactError
from impact.evaluation.believed import believed_interval
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN

COLUMNS = [
    "subgroup",
    "level",
    "n_units",
    "n_treated",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "p_value",
]
SHOWN = COLUMNS[4:]


def subgroups(study: Study, panel: Panel, *, inference: str) -> pd.DataFrame:
    """Return the overall effect by level of each pre-specified subgroup, with the interval of the believed inference.

    Levels with fewer than ten treated units have no effect shown.
    """
    rows = []
    for name in study.plan.subgroups:
        for level, part in levels(panel, name):
            n_treated = int(np.isfinite(part.cohort).sum())
            row = {
                "subgroup": name,
                "level": level,
                "n_units": part.n_units,
                "n_treated": n_treated,
            }
            if n_treated >= SMALLEST_SHOWN:
                row |= effect_in(study, part, inference)
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def interactions(study: Study, panel: Panel) -> tuple[CheckResult, ...]:
    """Test of each subgroup whether its levels' effects are equal; levels with fewer than ten treated units have no part.

    p-values are adjusted for the number of subgroups tested (Holm 1979), so that one in twenty plans without any difference
    names one, however many subgroups it has.
    """
    found = []
    for name in study.plan.subgroups:
        parts = [
            part
            for _, part in levels(panel, name)
            if np.isfinite(part.cohort).sum() >= SMALLEST_SHOWN
        ]
        found.append(
            equal_in_all(
                parts,
                study.estimator(),
                permutations=study.plan.permutations,
                seed=study.plan.seed,
                of=name,
            )
        )
    return adjusted(found)


def adjusted(checks: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return checks with Holm's p-values for those of them that have one, and verdicts that follow."""
    from statsmodels.stats.multitest import multipletests

    tested = [check.p_value for check in checks if check.p_value is not None]
    if len(tested) < 2:
        return tuple(checks)
    ours = iter(map(float, multipletests(tested, method="holm")[1]))

    def held_to_all(check: CheckResult) -> CheckResult:
        if check.p_value is None:
            return check
        p = next(ours)
        return replace(check, p_value=p, status=status_of(p))

    return tuple(map(held_to_all, checks))


def levels(panel: Panel, name: str) -> Iterator[tuple[str, Panel]]:
    """Yield the levels of a subgroup, each with the panel of its units."""
    first = panel.covariates.groupby(panel.unit_index, sort=True)[name].first()
    of_unit = first.reindex(range(panel.n_units))
    for level in sorted(of_unit.dropna().unique()):
        yield (
            str(level),
            panel.subset((of_unit == level).to_numpy(), reason="outside_the_subgroup"),
        )


def effect_in(study: Study, part: Panel, inference: str) -> dict[str, float]:
    """Return the overall effect in a part of the panel, with the interval of the believed inference where it has one."""
    try:
        overall = study.estimator().fit(part).aggregate(by="overall")
    except ImpactError:
        return {}
    row = overall.table.iloc[0]
    numbers = {key: float(row[key]) for key in SHOWN}
    found = believed_interval(study, part, inference)
    if isinstance(found, Refused):
        return numbers
    ends: Sequence[str] = ("conf_low", "conf_high", "p_value")
    return numbers | {key: float(getattr(found, key)) for key in ends}
