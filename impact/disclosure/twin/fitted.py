"""A twin that keeps released numbers alone: synthetic paths, moved until every estimate and standard error is the released one.

Where cells are too small to be described, or clusters lie above units, paths are drawn around the merged groups' means,
whatever the cell. Two moves make the numbers exact. With the estimates' weights W (k x NT) and their values v,

    y <- y + W'(W W')^+ (v - W y),

which shifts all units of a cell alike. Then deviations from the cells' means are stretched along the directions a_m of the
scores, u_m = a_m / |a_m|: unit i, whose deviation has the coordinates d_i u_l, moves by sum_lm (d_i u_l) s_lm u_m. Sums by cell
stay, so estimates and all that is constant in a score stay, and the k variances are k quadratics in the k x k numbers s, solved
by Newton's method with the smallest step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.disclosure.twin.asked import Answered
from impact.disclosure.twin.groups import Grouped

STEPS = 40  # Newton converges in about six
LONGEST = 0.5  # step of a stretch: beyond it the quadratics are far from their tangents
EXACT = 1e-14  # of a variance: Newton stops
ROUNDING = 1e-11  # of a variance: beyond it, it is missed


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


def with_errors(panel: Panel, answered: Sequence[Answered], grouped: Grouped) -> Met:
    """Stretch deviations within cells so that every standard error is the one that was released, as nearly as can be."""
    again = panel._comparable()  # units treated from the first period on are set aside
    now = [Answered(each.asked, each.asked.fit(again), again) for each in answered]
    scores = np.stack([one.scores() for one in now], axis=1)
    direction = np.stack([one.direction for one in now], axis=1)
    length = (direction**2).sum(axis=2, keepdims=True)
    unit = direction / np.where(length > 0, np.sqrt(length), 1.0)
    along = grouped.centred_in_cells(np.einsum("nt,njt->nj", np.nan_to_num(panel.wide), unit))
    factors = np.array([np.sqrt(one.parts.factor) for one in now if one.parts])
    taken = np.einsum("njt,nmt->njm", direction, unit) * factors[None, :, None]
    k = len(now)
    change = np.einsum("njm,nl->njlm", taken, along).reshape(-1, k, k * k)
    target = np.array([one.std_error for one in answered]) ** 2
    summed, changed = (_of_clusters(part, panel.cluster) for part in (scores, change))
    solved, missed = _newton(summed, changed, target)
    stretch = solved.reshape(k, k)
    moved = np.nan_to_num(panel.wide) + np.einsum("nl,lm,nmt->nt", along, stretch, unit)
    made = panel.with_outcome(moved[panel.unit_index, panel.time_index], panel.outcome)
    return Met(made, missed)


def _of_clusters(values: Floats, cluster: Integers) -> Floats:
    total = np.zeros((int(cluster.max()) + 1, *values.shape[1:]))
    np.add.at(total, cluster, values)
    return total


def _newton(scores: Floats, change: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Solve sum_g (scores_gj + sum_l change_gjl s_l)^2 = target_j for s (m,); return it and the shares that are missed."""
    s = np.zeros(change.shape[2])
    best, least = s, np.full(len(target), np.inf)
    for _ in range(STEPS):
        now = scores + change @ s
        missed = (now**2).sum(axis=0) / target - 1
        if np.abs(missed).max() < np.abs(least).max():
            best, least = s, missed
        if np.abs(missed).max() < EXACT:
            break
        slope = 2 * np.einsum("gj,gjl->jl", now, change) / target[:, None]
        step = np.linalg.lstsq(slope, -missed)[0]
        s = s + step * min(1.0, LONGEST / max(float(np.abs(step).max()), LONGEST))
    return best, least
