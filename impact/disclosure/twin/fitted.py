"""A twin that keeps released numbers alone: synthetic paths, moved until every estimate and standard error is the released one.

Where cells are too small to be described, or clusters lie above units, paths are drawn around means of groups, whatever the
cell. With the estimates' weights W (k x NT) and their values v, the nearest paths that have the estimates are

    y <- y + W'(W W')^+ (v - W y).

A variance is a sum of squares of clusters' scores, and unit i's score of number j takes a_ij'y_i of its own path, so that the
variance rises fastest along G_j = 2 s_c(i)j a_ij. Newton's method moves the paths by a combination of the k rows of G less
what they have of W, which leaves the estimates alone, so that every variance is met to the first order; scores are then
computed anew from the panel. The k numbers are few beside NT outcomes, so that whatever a real panel has a synthetic one
can have too, from almost any start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.disclosure.twin.asked import Answered
from impact.disclosure.twin.by_cell import directions

STEPS = 40  # Newton converges in about ten
LONGEST = 0.3  # share of a variance that a step changes: beyond it the squares are far from their tangents
EXACT = 1e-13  # of a variance: Newton stops
ROUNDING = 1e-11  # of a variance: beyond it, it is missed
ALIKE = 1e-12  # of the largest: numbers that are one and the same have the same slope


def with_estimates(wide: Floats, answered: Sequence[Answered]) -> Floats:
    """Shift paths (N, T), zero where not observed, so that every estimate is the one that was released."""
    weights = np.stack([one.weights.ravel() for one in answered])
    size = np.linalg.norm(weights, axis=1)
    scaled = weights / size[:, None]
    missed = (np.array([one.value for one in answered]) - weights @ wide.ravel()) / size
    return np.asarray(wide + (np.linalg.lstsq(scaled, missed)[0]).reshape(wide.shape))


@dataclass(frozen=True)
class Met:
    """A synthetic panel, and by how much each variance is missed (k,), as a share of the released one."""

    panel: Panel
    missed: Floats

    @property
    def exactly(self) -> bool:
        """Whether none is missed by more than rounding."""
        return self.most < ROUNDING

    @property
    def most(self) -> float:
        """By how much the worst is missed."""
        return float(np.abs(self.missed).max())


def with_numbers(wide: Floats, whole: Panel, answered: Sequence[Answered]) -> Met:
    """Move paths (N, T), zero where not observed, so that every estimate and every standard error is the one that was released.

    Parameters
    ----------
    wide : ndarray, (N, T)
        Where the paths begin.
    whole : Panel
        The design: who is observed when, and starts when. Its outcomes are not used.
    answered : sequence of Answered
        The k numbers.

    Returns
    -------
    Met
        The panel that misses least.
    """
    kept = directions(np.stack([one.weights.ravel() for one in answered]))
    own = np.stack([_own_path(one) for one in answered])
    target = np.array([one.std_error for one in answered]) ** 2
    paths, best = with_estimates(wide, answered), None
    for _ in range(STEPS):
        panel = whole.with_outcome(paths[whole.unit_index, whole.time_index], whole.outcome)
        sums = _of_clusters(_scores(panel, answered), whole.cluster)
        met = Met(panel, (sums**2).sum(axis=0) / target - 1)
        if best is None or met.most < best.most:
            best = met
        if met.most < EXACT:
            break
        rise = 2 * (sums[whole.cluster] / target).T[:, :, None] * own
        slope = rise.reshape(len(target), -1)
        free = slope - (slope @ kept) @ kept.T
        step = -met.missed * min(1.0, LONGEST / met.most)
        share = np.linalg.lstsq(slope @ free.T, step, rcond=ALIKE)[0]
        paths = paths + (share @ free).reshape(paths.shape)
    assert best is not None  # noqa: S101 (STEPS is not zero)
    return best


def _own_path(one: Answered) -> Floats:
    """Return what each unit's score takes of its own path, (N, T), times the root of the small-sample factor."""
    assert one.parts is not None  # noqa: S101 (why_not asked)
    return np.asarray(one.direction * np.sqrt(one.parts.factor))


def _scores(panel: Panel, answered: Sequence[Answered]) -> Floats:
    """Return the scores (N, k) of the numbers on a panel, where units treated from the first period on are set aside."""
    again = panel._comparable()
    now = (Answered(each.asked, each.asked.fit(again), again) for each in answered)
    return np.stack([one.scores() for one in now], axis=1)


def _of_clusters(values: Floats, cluster: Integers) -> Floats:
    total = np.zeros((int(cluster.max()) + 1, *values.shape[1:]))
    np.add.at(total, cluster, values)
    return total
