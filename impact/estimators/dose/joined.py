"""Several groups of units, each compared with the same controls: one estimate whose covariance knows that they share them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.errors import EstimationError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.linear import LinearParts
from impact.estimators.many import AnyEstimator
from impact.moments import PathMoments, UnitScores
from impact.parameters import Rows


@dataclass(frozen=True)
class Group:
    """Units that count as treated from their cohort on, and the name of their effect.

    Attributes
    ----------
    term : str
    units : ndarray of bool, (N,)
    cohort : ndarray, (N,)
        Used for these units alone.
    """

    term: str
    units: Mask
    cohort: Floats


def joined_effects(
    panel: Panel,
    groups: Sequence[Group],
    controls: Mask,
    estimator: AnyEstimator,
    *,
    estimand: str,
    spec: dict[str, Any],
    source: str,
) -> Estimate:
    """Return each group's overall effect against the controls, (N,); groups that cannot be compared are noted.

    Raises
    ------
    NotIdentifiedError
        When no group can be compared.
    """
    found = {group.term: _compared(panel, group, controls, estimator) for group in groups}
    made = {term: one for term, one in found.items() if one is not None}
    if not made:
        raise NotIdentifiedError(
            f"{panel.outcome}: no group is observed before and after beside the units that it is compared with; name other "
            "groups, or another comparison"
        )
    moments = PathMoments.from_panel(panel)
    scores = np.array([one.scores for one in made.values()]).T
    every = UnitScores.of(scores, panel, moments, kept=np.ones(panel.n_units))
    estimates = [one.estimate for one in made.values()]
    values = np.array([one.params.iloc[0] for one in estimates])
    parts = LinearParts(moments, values, every, np.zeros((len(values), *moments.weight_seen.shape)))
    return Estimate(
        Rows(
            term=list(made),
            n_treated=[float(one.sample.n_treated) for one in estimates],
            n_control=[float(one.sample.n_never) for one in estimates],
        ),
        values,
        parts.vcov(),
        estimand=estimand,
        method=f"each group against the same controls; {estimates[0].method}",
        sample=panel.sample,
        spec={**spec, "df": None},
        notes=tuple(
            f"group_without_comparison:{term}" for term, one in found.items() if one is None
        ),
        source=source,
        parts=parts,
    )


@dataclass(frozen=True)
class _Compared:
    """A group's overall effect, and the scores of all units on it, (N,)."""

    estimate: Estimate
    scores: Floats


def _compared(
    panel: Panel, group: Group, controls: Mask, estimator: AnyEstimator
) -> _Compared | None:
    """Compare one group; None where it cannot be."""
    kept = np.asarray(group.units | controls)
    cohort = np.where(group.units, group.cohort, np.inf)
    part = panel.with_cohort(cohort).subset(kept, reason="outside_the_subgroup")
    try:
        one = estimator.fit(part)
        one = one if len(one.values) == 1 else one.aggregate(by="overall")
    except EstimationError:
        return None
    own = one.influence(part)[:, 0]  # refuses by name an estimator without scores
    factor = one.parts.factor if isinstance(one.parts, LinearParts) else 1.0
    scores = np.zeros(panel.n_units)
    scores[kept] = np.sqrt(factor) * own
    return _Compared(one, scores)


def without_set_aside(panel: Panel) -> Panel:
    """Return the panel that other cohorts can be given to."""
    return replace(panel, complete=None)
