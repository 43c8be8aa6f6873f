"""Did the programme seem to move outcomes that it could not have moved?"""

from collections.abc import Mapping

from impact.check_result import CheckResult, not_applicable, status_of
from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimators.many import AnyEstimator
from impact.inference.families import family_test


def placebo_outcomes(
    panels: Mapping[str, Panel],
    estimator: AnyEstimator | None = None,
    *,
    permutations: int = 1999,
    seed: int = 2012,
) -> CheckResult:
    """Test placebo outcomes by permutation, adjusted for their number (Holm): none should move.

    Parameters
    ----------
    panels : Mapping
        Name of each outcome to its panel.
    """
    if not panels:
        return not_applicable("placebo_outcomes", "no_placebo_outcome_in_the_plan")
    try:
        found = family_test(
            panels, estimator, name="placebo_outcomes", permutations=permutations, seed=seed
        )
    except EstimationError:
        return not_applicable("placebo_outcomes", "units_cannot_be_exchanged")
    smallest = float(found.table["p_holm"].min())
    return CheckResult(
        "placebo_outcomes",
        status_of(smallest),
        f"placebo_outcomes:{len(found.table)}",
        statistic=float(found.table["estimate"].iloc[found.table["p_holm"].argmin()]),
        p_value=smallest,
        table=found.table,
    )
