"""Had the treated dipped or jumped just before treatment?

Who joins after a bad quarter recovers without any programme, and a comparison with that quarter calls the recovery an effect
(Ashenfelter's dip). Let b be a cohort's last period before treatment and m the mean of up to four earlier ones. The effect
compares y_t - y_b of the treated and of those untreated at t; with m for y_b it moves by the same comparison of y_b - m, for
y_t - m = (y_t - y_b) + (y_b - m). That movement is the statistic: what the choice of base does to the effect.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.estimators.comparisons.by_unit import Comparisons
from impact.inference.assignments import assignments
from impact.inference.bands import NO_VARIATION, PERMUTATIONS
from impact.inference.strata import permutation_strata
from impact.interval import permutation_p
from impact.streams import stream

MOST_EARLIER = 4  # periods that the last one is held against: a year of quarters
UNUSUAL_P = 0.10  # one clean programme in ten is warned of: a dip that is missed costs more than a second look
DOUBTFUL_P = 0.20  # unusual where the effect's sign hangs on it: about one clean programme in six in all (docs/placebo.md)


def recent_change(
    panel: Panel, *, anticipation: int = 0, permutations: int = PERMUTATIONS, seed: int = 2012
) -> CheckResult:
    """Test whether the last period before treatment was unusual for the treated, by permutation, and what hangs on it.

    It warns where the change is unusual at 10%, or at 20% where the effect would turn its sign if it were measured from the
    mean of the earlier periods instead.

    Parameters
    ----------
    panel : Panel
    anticipation : int
        Periods before treatment in which it may already act; the last period before them is held against earlier ones.
    permutations : int
        Other assignments of the starts: to units within strata of who could have been chosen, to clusters above the unit.
    seed : int

    Returns
    -------
    CheckResult
        ``statistic``: the movement, in the outcome's unit, negative after a dip; ``table``: the effect by ``base``. Not
        applicable where no cohort has two periods before treatment, or where clusters hold units of several starts.

    Assumes
    -------
    Starts are exchangeable, but for what the check looks for, over units within strata or over clusters.

    References
    ----------
    Ashenfelter (1978), Review of Economics and Statistics 60(1); Heckman and Smith (1999), Economic Journal 109, on dips
    before programmes.
    """
    pairs = list(_pairs(panel, anticipation))
    if not pairs:
        return not_applicable("recent_change", "no_period_before_the_reference")
    if not _one_start_a_cluster(panel):
        return not_applicable("recent_change", "units_cannot_be_exchanged")
    code, base, period = np.array(pairs, dtype=np.int64).T
    since = panel.wide[:, period] - panel.wide[:, base]
    moved = panel.wide[:, base] - _mean_of_earlier(panel.wide, base)
    seen = ~np.isnan(since + moved)
    design = _design(panel, code, base, period, seen=seen, anticipation=anticipation)
    both = _summed(panel, np.where(seen[:, None], np.stack([moved, since], axis=1), 0.0))
    others = assignments(
        design.labels,
        _strata(panel),
        draws=permutations,
        generator=stream(seed, "recent_change_permutations"),
        most=permutations,
    )
    actual = design.evaluate(design.labels[None], both)
    spread = np.sqrt(actual.variance[0, 0])
    # NaN where no cohort is seen on both sides of a comparison
    if not spread > NO_VARIATION * np.abs(both).max():
        return not_applicable("recent_change", "no_variation_before_treatment")
    permuted = design.evaluate(others.labels, both[:, :1])
    p = permutation_p(actual.t()[0], permuted.t()[0], added=others.added)
    change, effect = (float(value) for value in actual.effect[:, 0])
    return _result(change, effect, p)


def _result(change: float, effect: float, p: float) -> CheckResult:
    from_earlier = effect + change
    sign_turns = effect * from_earlier < 0
    unusual = p <= (DOUBTFUL_P if sign_turns else UNUSUAL_P)
    table = pd.DataFrame(
        {"base": ["last_period", "mean_of_earlier"], "estimate": [effect, from_earlier]}
    )
    return CheckResult(
        "recent_change",
        pass_or_warn(not unusual),
        f"last_period_against_earlier:{from_earlier:.6g}",
        statistic=change,
        p_value=p,
        table=table,
    )


def _pairs(panel: Panel, anticipation: int) -> Iterator[tuple[int, int, int]]:
    """Yield (label, base, later period) where a cohort has a period before its base and someone is untreated later."""
    for code, cohort in enumerate(panel.cohorts):
        before = np.flatnonzero(panel.times + anticipation < cohort)
        if len(before) < 2:  # the base, and one to hold it against
            continue
        for period in np.flatnonzero(panel.times >= cohort):
            if (panel.cohort > panel.times[period] + anticipation).any():
                yield code, int(before[-1]), int(period)


def _mean_of_earlier(wide: Floats, base: Integers) -> Floats:
    """Mean of each unit's periods before each base, at most four, (N, K); NaN where none was observed."""
    result = np.empty((len(wide), len(base)))
    for last in np.unique(base):
        values = wide[:, max(last - MOST_EARLIER, 0) : last]
        count = (~np.isnan(values)).sum(axis=1)
        mean = np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)
        result[:, base == last] = mean[:, None]
    return result


def _one_start_a_cluster(panel: Panel) -> bool:
    _, first = np.unique(panel.cluster, return_index=True)
    return bool((panel.cohort == panel.cohort[first][panel.cluster]).all())


def _strata(panel: Panel) -> Integers:
    """Strata of the clusters, (C,): those of the units where each is a cluster, else everybody together."""
    if panel.sample.n_clusters == panel.n_units:
        return permutation_strata(panel)
    return np.zeros(panel.sample.n_clusters, dtype=np.int64)


def _summed(panel: Panel, changes: Floats) -> Floats:
    """Weighted sums over each cluster's units, per unit of the cluster's weight: (N, S, K) to (C, S, K)."""
    held = np.zeros((panel.sample.n_clusters, *changes.shape[1:]))
    np.add.at(held, panel.cluster, changes * panel.weight[:, None, None])
    return held / np.bincount(panel.cluster, weights=panel.weight)[:, None, None]


def _design(
    panel: Panel, code: Integers, base: Integers, period: Integers, *, seen: Mask, anticipation: int
) -> Comparisons:
    """Each cohort from its start on against the clusters untreated until then, whatever the outcome compared."""
    cohorts = np.append(panel.cohorts, np.inf)
    until = panel.times[period] + anticipation
    _, first = np.unique(panel.cluster, return_index=True)
    weight = np.bincount(panel.cluster, weights=panel.weight).astype(float)
    return Comparisons(
        labels=np.searchsorted(cohorts, panel.cohort[first]).astype(np.int64),
        cohorts=cohorts,
        base=base,
        period=period,
        event=panel.times[period] - cohorts[code],
        treats=(np.arange(len(cohorts))[:, None] == code).astype(float),
        controls=(cohorts[:, None] > until).astype(float),
        seen=_summed(panel, seen[:, None].astype(float))[:, 0] * weight[:, None],
        exposure=np.zeros((len(weight), len(code))),
        weight=weight,
    )
