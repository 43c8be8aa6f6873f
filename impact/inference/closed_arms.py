"""Comparisons of several arms tested together by the lot: p-values that count how many there were and how they hang together.

Arms may be equal in groups: of three, all or any two. An intersection of such hypotheses is a partition of the arms into
groups that are equal inside; under it the lot may be drawn again within each group, so the largest |t| of the comparisons
inside has an exact p-value. A comparison is as significant as the weakest partition that has both its arms in one group (closed
testing). With everything equal that is Westfall and Young's maximum t; exchanging all arms in later steps, as stepping down
over outcomes does, would hold only while arms that differ leave the others' distribution as it is, which they do not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.experiments.arms import Arms
from impact.estimators.many import Many
from impact.estimators.many_of import many_of
from impact.inference.assignments import assignments
from impact.inference.exchange import Exchange
from impact.inference.randomization import in_blocks
from impact.interval import permutation_p
from impact.one_thread import one_thread
from impact.streams import stream

MOST_ARMS = 4  # of five there are 41 partitions of more than two arms, each a permutation test of up to ten comparisons
Pair = frozenset[str]
Group = tuple[int, ...]


@one_thread()
def closed_p_values(
    panel: Panel,
    estimator: Any,
    alone: Mapping[Pair, float],
    *,
    permutations: int = 1999,
    seed: int = 2012,
) -> dict[Pair, float]:
    """Return p-values of every two arms that hold the chance of one false finding or more, whichever arms are equal.

    Parameters
    ----------
    panel : Panel
        Of all arms, whose column is among its covariates.
    estimator : Ancova or DifferenceInMeans
        With ``arm`` and ``control``.
    alone : Mapping
        Each pair's own p-value, two arms as written: the test of the partition in which they alone are equal.
    permutations : int
        Other draws of the lot for each partition, within strata, of clusters where these were drawn; all where they are few.
    seed : int

    Raises
    ------
    NotAvailableError
        With more than four arms.

    Assumes
    -------
    The lot; for each partition that a unit's outcome is the same in every arm of its group.

    References
    ----------
    Marcus, Peritz and Gabriel (1976), Biometrika 63(3); Westfall and Young (1993), Resampling-Based Multiple Testing, ch. 2;
    Petrondas and Gabriel (1983), Journal of the American Statistical Association 78(384), on exchanging arms that differ.
    """
    arms = Arms.of(panel, arm=estimator.arm, control=estimator.control)
    if len(arms.labels) > MOST_ARMS:
        raise NotAvailableError(
            f"{estimator.arm}: has more than {MOST_ARMS} arms, too many ways in which they may be equal; take Holm's p-values"
        )
    found = estimator.fit(panel)
    asked = {
        pair: many_of(found.select([term]).origin)
        for pair, term in zip(arms.pairs, arms.terms, strict=True)
    }
    result = dict(alone)
    for groups in partitions(len(arms.labels)):
        inside = [pair for pair in arms.pairs if any(set(pair) <= set(group) for group in groups)]
        if len(inside) < 2:
            continue
        p = _of_partition(
            groups, [asked[pair] for pair in inside], permutations=permutations, seed=seed
        )
        for pair in inside:
            named = frozenset(arms.labels[place] for place in pair)
            result[named] = max(result[named], p)
    return result


def partitions(n: int) -> Iterator[tuple[Group, ...]]:
    """Yield every way to part 0 to n - 1 into groups."""
    if n == 0:
        yield ()
        return
    for rest in partitions(n - 1):
        yield (*rest, (n - 1,))
        for place, group in enumerate(rest):
            yield (*rest[:place], (*group, n - 1), *rest[place + 1 :])


def _of_partition(
    groups: tuple[Group, ...], asked: list[Many], *, permutations: int, seed: int
) -> float:
    """Return the p-value of the largest |t| among comparisons inside groups, the lot drawn again within each group."""
    first: Any = asked[0]
    panel, labels = first.panel, first.labels
    group_of_arm = np.empty(len(first.arm_of_label), dtype=np.int64)
    for code, group in enumerate(groups):
        group_of_arm[list(group)] = code
    exchange = Exchange.of(panel, labels)
    of_group = group_of_arm[first.arm_of_label[exchange.labels]]
    cells = np.unique(np.column_stack([exchange.strata, of_group]), axis=0, return_inverse=True)[1]
    others = assignments(
        exchange.labels, _flat(cells), draws=permutations, generator=stream(seed, "drawn_arms")
    )
    others = type(others)(others.labels[:, exchange.assigned_with], others.enumerated)
    values = np.nan_to_num(panel.wide)[:, None, :]
    actual = max(_size(one.evaluate(labels[None], values).t())[0] for one in asked)
    drawn = np.max([_size(in_blocks(one, others, values).t()) for one in asked], axis=0)
    return permutation_p(np.array([actual]), drawn, added=others.added)


def _flat(cells: Integers) -> Integers:
    return np.asarray(cells).reshape(-1).astype(np.int64)


def _size(t: Floats) -> Floats:
    """Sizes of statistics (1, P); one that a draw does not give counts as far out, the cautious side."""
    return np.asarray(np.where(np.isnan(t[0]), np.inf, np.abs(t[0])))
