"""Sets of blocks grown where there are too many for bounds: by columns, without Gram matrices of all blocks."""

import numpy as np

from impact.arrays import Floats
from impact.disclosure.blocks import ALONE, Blocks

POWERS = 12  # of a matrix, by which its longest direction is near enough
FROM = 40  # blocks, in which most of a vector can lie
GROWTHS = 2  # of a set from a block
NEAR = 0.05  # of what a set would have to hold, short of which nothing more is asked


def grown_in(inside: Floats, blocks: Blocks, fewest: int) -> Floats | None:
    """Search vectors (d, s) from the blocks on in which most of one can lie.

    What lies most in a block, the blocks that have most of that while units are few, what lies most in these, and again.
    """
    order = np.argsort(blocks.of_column, kind="stable")
    number, first = np.unique(blocks.of_column[order], return_index=True)
    units, columns = blocks.largest()[number], np.split(order, first[1:])
    starts = [_longest(inside[:, some]) for some in columns]
    most = np.argsort([-share for share, _ in starts], kind="stable")[:FROM]
    vectors, tried = np.array([starts[at][1] for at in most]), set()
    for _ in range(GROWTHS):
        size = np.add.reduceat(((vectors @ inside) ** 2)[:, order], first, axis=1)
        grown = []
        for each in np.argsort(-size, axis=1, kind="stable"):
            some = np.sort(each[np.cumsum(units[each]) < fewest])
            if len(some) and some.tobytes() not in tried:
                tried.add(some.tobytes())
                held = inside[:, np.concatenate([columns[one] for one in some])]
                grown.append(_longest(held))
                if (alone := _alone(held, grown[-1][0])) is not None:
                    return np.asarray(alone @ inside)
        if not grown:
            return None
        vectors = np.array([vector for _, vector in grown])
    return None


def _alone(held: Floats, share: float) -> Floats | None:
    """Return the vector (d,) that lies in some columns (d, k) alone, if one does."""
    if share < 1 - NEAR:
        return None
    left, lengths, _ = np.linalg.svd(held, full_matrices=False)
    return left[:, 0] if lengths[0] > 1 - ALONE else None


def _longest(held: Floats) -> tuple[float, Floats]:
    """Return how much, squared, of a vector can lie in some columns (d, k), and that vector, both nearly."""
    vector = held @ np.ones(held.shape[1])
    length = 0.0
    for _ in range(POWERS):
        vector = vector / max(float(np.linalg.norm(vector)), 1e-300)
        vector = held @ (vector @ held)
        length = float(np.linalg.norm(vector))
    return length, vector / max(length, 1e-300)
