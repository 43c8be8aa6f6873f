"""Squared scores of a label's units under many assignments, summed: from sums where these are enough, else unit by unit."""

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.comparisons.compared_changes import ComparedChanges
from impact.estimators.comparisons.everybody import squares_of_everybody
from impact.estimators.comparisons.label_sums import SPARSE, LabelSums, where_labelled
from impact.estimators.comparisons.loading import Loading
from impact.estimators.comparisons.pair_scores import FEW, PairScores, squares_of_few
from impact.estimators.comparisons.scores_of_all import squares_of_all
from impact.estimators.comparisons.side_sums import Sides

CHUNK = 4_000_000  # pairs of a unit and an assignment, times comparisons, laid out at once
MOST_HAVE_IT = 0.5  # share of the units from which it is cheaper to score the others
KEPT = 1e-4  # of what a difference is taken from: with less left, such as beside one outlier, digits would be lost


def squares_from_sums(
    members: tuple[Mask, LabelSums], values: Floats, loading: Loading, contrast: Floats | None
) -> tuple[Floats, Floats]:
    """Sum a label's squared scores, and their products with the last outcome's, each (S, P), from sums alone.

    Without gaps and with as many units on each side, own weights are the same for every assignment.

    Parameters
    ----------
    members : tuple
        As `Sides.members`.
    values : ndarray, (N, S, K) or (N, S, T)
    loading : Loading
    contrast : ndarray, (T, K), optional
    """
    ever, sums = members
    own = loading.own[0]
    mine = own if contrast is None else contrast @ own
    direct = values[ever] @ mine if ever.mean() <= SPARSE else (values @ mine)[ever]
    middle = direct.mean(axis=0)  # taken out so that squares lose no digits
    direct = direct - middle
    shift = loading.constant - (loading.mean @ own).T + middle[:, None]
    ones = np.ones((len(direct), 1))
    scored = np.concatenate([direct, direct**2, direct * direct[:, -1:], ones], axis=1)
    total, own_squares, own_mixed, count = np.split(
        (sums @ scored).T, np.cumsum([direct.shape[1]] * 3)
    )
    squares = own_squares + 2 * shift * total + count * shift**2
    mixed = own_mixed + shift * total[-1] + shift[-1] * total + count * shift * shift[-1]
    return squares, mixed


def squares_by_unit(
    sides: Sides, code: int, changes: ComparedChanges, loading: Loading, leverage: float
) -> tuple[Floats, Floats]:
    """Sum the same where gaps, weights or unlike counts make every unit its own case.

    Of a label that most units have, the sum is what everybody's scores would add up to, less those of the others.
    """
    design, values = sides.design, changes.by_pair
    inside = sides.labels == code
    share = inside.mean()
    if values.shape[1] <= FEW:
        about = values, loading, design.seen, design.weight
        if share > SPARSE:
            return squares_of_everybody(inside, *about)
        return squares_of_few(where_labelled(sides.labels, code, inside), *about)
    if share <= MOST_HAVE_IT:
        return _of_pairs(sides, (code, True), values, loading, leverage)
    products = changes.products(design.seen, design.weight)
    whole = squares_of_all(products, loading, design.seen, design.weight)
    others = _of_pairs(sides, (code, False), values, loading, leverage)
    squares, mixed = whole[0] - others[0], whole[1] - others[1]
    # of the exposure, which never treated units do not have, nothing is left, and nothing is lost
    told = slice(changes.n_outcomes)
    if (squares[told] < KEPT * whole[0][told]).any():
        return _of_pairs(sides, (code, True), values, loading, leverage)
    return squares, mixed


def _of_pairs(
    sides: Sides, members: tuple[int, bool], changes: Floats, loading: Loading, leverage: float
) -> tuple[Floats, Floats]:
    """Sum squared scores of the units that have a label (True), or of all others (False), by the label's weights."""
    code, has = members
    inside, design = (sides.labels == code) == has, sides.design
    held = inside.sum() * max(int((loading.own != 0).any(axis=0).sum()), 1)
    if held <= CHUNK:
        return sides.pair_scores(members, leverage, loading.own).squares(changes, loading)
    width = max(1, int(CHUNK * len(inside) / held))
    parts = []
    for start in range(0, len(inside), width):
        some = loading.part(slice(start, start + width))
        scores = PairScores.of(inside[start : start + width], some.own, design.seen, design.weight)
        parts.append(scores.squares(changes, some))
    squares, mixed = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return squares, mixed
