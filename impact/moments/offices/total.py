"""From the total of whole sums to path moments: means and scatters rounded once, at the end."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from impact.arrays import Floats
from impact.data.checks import comparison
from impact.data.sample import Sample
from impact.errors import MomentsError
from impact.moments.cells import CellMoments
from impact.moments.offices.grid import SumGrid
from impact.moments.offices.integer_sums import IntegerSums
from impact.moments.path_moments import PathMoments
from impact.moments.scatter import scatter_root


def moments_of_total(sums: IntegerSums, grid: SumGrid) -> PathMoments:
    """Return the moments of all offices' units.

    Raises
    ------
    MomentsError
        When the numbers cannot be sums: an office's file was changed on its way.
    """
    _refuse_impossible(sums)
    cells, kept = grid.cells, np.array(sums.counts[:, 0] > 0)
    n = sums.counts[kept, 0].astype(np.int64)
    observed = cells.observed[kept]
    origin = _origin(sums, grid)
    mean = _means(sums, grid, origin)[kept] * observed
    scatter = _scatters(sums, grid)[kept]
    root, root_cell = scatter_root(scatter)
    every = CellMoments(
        times=grid.times,
        cohort=cells.cohort[kept],
        stratum=cells.stratum[kept],
        observed=observed,
        n=n,
        n_zero=sums.counts[kept, 1].astype(np.int64),
        weight=n.astype(float),
        mean=mean,
        weight2=n.astype(float),
        mean2=mean,
        root=root,
        root_cell=root_cell,
        origin=origin,
        clusters=None,
        sample=Sample(0, 0, 0, 0, 0),
        time_axis=grid.axis,
        outcome=grid.outcome,
        non_negative=not sums.counts[:, 2].any(),
        stratum_labels=tuple(sorted(grid.strata)),
    )
    counted = every.counted("", 0)
    missing, late, others = map(int, sums.aside)
    counted = counted.with_dropped("missing_outcome", missing)
    counted = counted.with_dropped("treated_after_last_period_counted_as_untreated", late)
    counted = counted.with_dropped("pattern_not_agreed", others)
    return PathMoments.of_cells(_comparable(replace(every, sample=counted)))


def _refuse_impossible(sums: IntegerSums) -> None:
    counts = sums.counts
    squares = np.diagonal(sums.product, axis1=1, axis2=2)
    empty = counts[:, :1] == 0
    sound = (counts >= 0).all() and (counts[:, 1:] <= counts[:, :1]).all() and (squares >= 0).all()
    if not sound or (empty & (sums.total != 0)).any() or (np.array(sums.aside) < 0).any():
        raise MomentsError(
            "add: the total is none of counts and squares, so a file was changed after it was masked; ask the offices for "
            "their files again"
        )


def _origin(sums: IntegerSums, grid: SumGrid) -> Floats:
    """Mean outcome of each period, (T,)."""
    count = sums.counts[:, 0] @ grid.cells.observed.astype(object)
    total = sums.total.sum(axis=0)
    return np.array(
        [_rounded(s, int(n) * grid.parts) for s, n in zip(total, count, strict=True)], dtype=float
    )


def _means(sums: IntegerSums, grid: SumGrid, origin: Floats) -> Floats:
    """Mean path of each cell from the origin, (P, T), rounded once."""
    from_zero = [Fraction(float(at)) for at in origin]
    return np.array(
        [
            [
                float(Fraction(int(s), int(n) * grid.parts) - zero) if n else 0.0
                for s, zero in zip(row, from_zero, strict=True)
            ]
            for row, n in zip(sums.total, sums.counts[:, 0], strict=True)
        ]
    )


def _scatters(sums: IntegerSums, grid: SumGrid) -> Floats:
    """Centred scatter of each cell, (P, T, T): (n sum xx' - sum x sum x') / n, whole until it is divided."""
    n = sums.counts[:, :1, None]
    centred = n * sums.product - sums.total[:, :, None] * sums.total[:, None, :]
    over = (n * grid.parts**2) + np.zeros_like(centred)
    flat = [_rounded(one, by) for one, by in zip(centred.ravel(), over.ravel(), strict=True)]
    return np.array(flat, dtype=float).reshape(centred.shape)


def _rounded(whole: int, over: int) -> float:
    return int(whole) / int(over) if over else 0.0  # Python rounds the quotient once


def _comparable(every: CellMoments) -> CellMoments:
    """Set aside units treated from the first period on; refuse a total with nobody to compare."""
    seen = np.asarray(every.observed.any(axis=0))
    every = every if seen.all() else every.during(seen, reason="never_observed")
    moments = every
    if (every.cohort <= every.times[0]).any() and len(every.times) > 1:
        moments = replace(every.set_aside(), complete=every)
    comparison(np.repeat(moments.cohort, np.minimum(moments.n, 2)), moments.outcome)
    return moments
