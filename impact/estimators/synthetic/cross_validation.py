"""Which rank, or which penalty: the one that best predicts untreated cells that were held out."""

from collections.abc import Callable, Sequence

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.synthetic.low_rank import Fitted, LowRank
from impact.streams import stream

FOLDS = 5
HELD_OUT = 0.1  # of untreated cells, in each fold
PENALTIES = 8  # from the largest that leaves anything, each a third of the one before

Fit = Callable[[Mask, LowRank], Fitted]


def best_form(
    Y: Floats, seen: Mask, forms: Sequence[LowRank], fit: Fit, *, fewest: int, seed: int
) -> LowRank:
    """Return the form with the least mean squared error over cells that were held out, the first of equals.

    Parameters
    ----------
    fit : callable
        Fits a form to some of the cells.
    fewest : int
        Cells that every unit keeps.
    """
    if len(forms) == 1:
        return forms[0]
    generator = stream(seed, "held_out_cells")
    error = np.zeros(len(forms))
    for _ in range(FOLDS):
        chance = np.where(seen, generator.random(seen.shape), np.inf)
        rank = np.argsort(np.argsort(chance, axis=1), axis=1)
        spare = seen.sum(axis=1, keepdims=True) - fewest
        held = seen & (chance < HELD_OUT) & (rank < spare)
        for place, form in enumerate(forms):
            found = fit(seen & ~held, form.roughly())
            error[place] += ((Y - found.outcome)[held] ** 2).sum()
    return forms[int(np.argmin(error))]


def penalties(Y: Floats, effects: Floats, seen: Mask) -> list[LowRank]:
    """Return the penalties that are tried: from what leaves nothing of low rank, downwards."""
    left = np.where(seen, Y - effects, 0.0)
    largest = float(np.linalg.norm(left, 2)) / left.size
    return [LowRank(penalty=largest / 3**step) for step in range(PENALTIES)]
