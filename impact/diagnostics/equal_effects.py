"""Are effects the same in every part of the sample, and in every cohort?"""

from collections.abc import Sequence

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, status_of, wald
from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimators.cohort_effects import CohortEffects, cohort_effects, cohort_effects_under
from impact.estimators.many import AnyEstimator, clusters_are_units, labels_of
from impact.estimators.many_of import many
from impact.inference.exchange import Exchange
from impact.interval import permutation_p
from impact.one_thread import one_thread
from impact.streams import stream

PERMUTATIONS = 499  # each fits the estimator anew where it has no kernel


@one_thread()
def equal_in_all(
    parts: Sequence[Panel],
    estimator: AnyEstimator,
    *,
    permutations: int = 1999,
    seed: int = 2012,
    of: str = "",
) -> CheckResult:
    """Test that an estimator's overall effect is the same in parts of a sample that share no unit.

    The statistic is the spread of the effects around their mean weighted by precision, sum (b - mean)^2 / v, over one less
    than their number; its p-value comes from exchanging labels within each part.

    Parameters
    ----------
    parts : sequence of Panel
    estimator : Estimator
    permutations, seed : int
    of : str
        What the parts are levels of.

    Assumes
    -------
    Within each part and stratum, cohort labels are exchangeable over units of assignment, as in `RandomizationInference`.
    """
    if len(parts) < 2:
        return not_applicable("equal_in_subgroups", "one_level_with_enough_beneficiaries")
    effects, variances, generator = [], [], stream(seed, "equal_effects")
    try:
        for part in parts:
            asked = many(part, estimator)
            outcome = np.nan_to_num(part.wide)[:, None, :]
            drawn = Exchange.of(part, asked.labels).drawn(permutations, generator, most=0)
            found = asked.evaluate(np.concatenate([asked.labels[None], drawn.labels]), outcome)
            effects.append(found.effect[0])
            variances.append(found.variance[0])
    except ImpactError as problem:
        return not_applicable("equal_in_subgroups", f"not_computed:{type(problem).__name__}")
    spread = _spread(np.array(effects), np.array(variances))
    p = permutation_p(spread[:1], spread[1:], added=1)
    return CheckResult(
        "equal_in_subgroups",
        status_of(p),
        f"levels_compared:{of}",
        statistic=float(spread[0]),
        p_value=p,
    )


def _spread(effects: Floats, variances: Floats) -> Floats:
    """Return the statistic (P,) of effects and variances (L, P)."""
    precision = 1 / np.maximum(variances, np.finfo(float).tiny)
    mean = (precision * effects).sum(axis=0) / precision.sum(axis=0)
    return np.asarray((precision * (effects - mean) ** 2).sum(axis=0) / (len(effects) - 1))


@one_thread()
def equal_cohorts(
    panel: Panel,
    estimator: AnyEstimator,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 2012,
) -> CheckResult:
    """Test that all cohorts' effects are equal: Wald, its p-value by permutation where units can be exchanged.

    Parameters
    ----------
    panel : Panel
    estimator : Estimator
        Whose estimate averages by cohort.
    permutations, seed : int

    Assumes
    -------
    As `RandomizationInference`; the statistic is studentised, so that equal effects that are not nil do little harm.

    References
    ----------
    Chung and Romano (2016), Econometric Theory 32(2), on studentised permutation tests of several parameters.
    """
    if len(panel.cohorts) < 2:
        return not_applicable("equal_cohorts", "one_cohort")
    try:
        effects = cohort_effects(panel, estimator)
        if len(effects.values) < 2:
            return not_applicable("equal_cohorts", "one_cohort")
        asymptotic = wald(
            "equal_cohorts",
            *_differences(effects),
            df=float(max(panel.sample.n_treated - len(effects.values), 1)),
        )
    except ImpactError as problem:
        return not_applicable("equal_cohorts", f"not_computed:{type(problem).__name__}")
    q = len(effects.values) - 1
    observed = float(asymptotic.statistic or 0.0)
    p = asymptotic.p_value
    if clusters_are_units(panel):
        permuted = _permuted(panel, estimator, permutations=permutations, seed=seed)
        p = permutation_p(np.array([observed]), permuted, added=1)
    return CheckResult(
        "equal_cohorts",
        "pass" if p is None else status_of(p),
        f"differences_of_cohorts:{q}",
        statistic=observed,
        p_value=p,
    )


def _differences(effects: CohortEffects) -> tuple[Floats, Floats]:
    """Return each cohort's effect less the first's, and the covariance of these."""
    k = len(effects.values)
    R = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
    return R @ effects.values, R @ effects.vcov @ R.T


def _permuted(panel: Panel, estimator: AnyEstimator, *, permutations: int, seed: int) -> Floats:
    """Return the statistic under other assignments; one that an assignment does not give counts as far out."""
    labels = labels_of(panel)[0]
    drawn = Exchange.of(panel, labels).drawn(permutations, stream(seed, "equal_cohorts"), most=0)
    found = np.full(len(drawn.labels), np.nan)
    for place, effects in enumerate(cohort_effects_under(panel, estimator)(drawn.labels)):
        if effects is not None:
            test = wald("equal_cohorts", *_differences(effects), df=np.inf)
            found[place] = np.nan if test.statistic is None else test.statistic
    return found
