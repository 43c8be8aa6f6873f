"""Leaving each unit out of path moments: CRV3 without the units.

Without one of its n units, with path y, a cell has n - 1 units and the mean path m - (y - m)/(n - 1). For given counts a linear
estimator is affine in the means, so all units of a cell change it by b_0 + A (y - m), and with the cell's root r_1, r_2, ...
(whose cross-product is the scatter of y - m)

    sum_i (b_(i) - b)(b_(i) - b)' = n (b_0 - b)(b_0 - b)' + sum_j (A r_j)(A r_j)'.

One fit gives b_0 and one each A r_j: never more fits than units. Clusters above the unit are left out one by one, as moments
keep what each has in each cell.
"""

from dataclasses import replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import jackknife_factor
from impact.errors import EstimationError, NotAvailableError
from impact.estimate import Estimate
from impact.moments import ClusterSums, PathMoments

MOST_FITS = 5_000  # of 2 to 5 milliseconds


def unit_jackknife(estimate: Estimate, moments: PathMoments) -> Floats:
    """Return (G-1)/G times the cross-products of what leaving one cluster out changes, (k, k); units are clusters by default.

    Parameters
    ----------
    estimate : Estimate
        Fitted on the moments, by an estimator that is linear in outcomes for given counts.
    moments : PathMoments

    Raises
    ------
    NotAvailableError
        With weights, units that were set aside and used all the same, or too many cells.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), eq. 13, centred at the estimate.
    """
    _refuse_unknown(estimate, moments)
    terms = list(estimate.rows.term)
    bare = replace(
        moments,
        root=moments.root[:0],
        root_cell=moments.root_cell[:0],
        clusters=None,
        complete=None,
        _shared={},
    )
    if moments.clusters is not None:
        each = [
            _changes(estimate, _without_cluster(bare, moments.clusters, code), terms)
            for code in np.unique(moments.clusters.cluster)
        ]
        return np.asarray(jackknife_factor(len(each)) * np.array(each).T @ np.array(each))
    total = np.zeros((len(terms), len(terms)))
    for cell in range(moments.n_cells):
        start = _changes(estimate, _without(bare, cell, np.zeros(len(moments.times))), terms)
        total += moments.n[cell] * np.outer(start, start)
        for row in moments.root[moments.root_cell == cell]:
            along = _changes(estimate, _without(bare, cell, row), terms) - start
            total += np.outer(along, along)
    return np.asarray(jackknife_factor(int(moments.n.sum())) * total)


def _refuse_unknown(estimate: Estimate, moments: PathMoments) -> None:
    if not np.array_equal(moments.weight, moments.n) or not np.array_equal(
        moments.weight2, moments.n
    ):
        raise NotAvailableError("CRV3: from moments with weights it is not known; fit on the Panel")
    if estimate.sample.n_units != int(moments.n.sum()):
        raise NotAvailableError(
            "CRV3: the estimate uses other units than the moments' cells; fit on the Panel"
        )
    if moments.n_cells + len(moments.root) > MOST_FITS:
        raise NotAvailableError(
            "CRV3: the moments have too many cells to leave each of their units out; fit on the Panel"
        )


def _without(moments: PathMoments, cell: int, deviation: Floats) -> PathMoments:
    """Return the moments without a unit of a cell whose path lies so far from the cell's mean."""
    n, total = moments.n.copy(), moments.mean * moments.n[:, None]
    n[cell] -= 1
    total[cell] -= (moments.mean[cell] + deviation) * moments.observed[cell]
    return _of_sums(moments, n, total)


def _without_cluster(moments: PathMoments, clusters: ClusterSums, code: int) -> PathMoments:
    n, total = moments.n.copy(), moments.mean * moments.n[:, None]
    own = clusters.cluster == code
    np.subtract.at(n, clusters.cell[own], clusters.n[own])
    np.subtract.at(total, clusters.cell[own], clusters.total[own])
    return _of_sums(moments, n, total)


def _of_sums(moments: PathMoments, n: Integers, total: Floats) -> PathMoments:
    """Return the moments with other counts and sums of paths; cells without a unit are left out."""
    weight, mean = n.astype(float), total / np.maximum(n, 1)[:, None]
    fewer = replace(moments, n=n, weight=weight, weight2=weight, mean=mean, mean2=mean, _shared={})
    return fewer.where(lambda every: every.n > 0, reason="left_out")


def _changes(estimate: Estimate, moments: PathMoments, terms: list[str]) -> Floats:
    """Return what the estimate changes by, (k,); NaN for parameters that these moments do not give."""
    try:
        part = estimate.origin.again(moments)
    except EstimationError:
        return np.full(len(terms), np.nan)
    found = dict(zip(part.rows.term, part.values, strict=True))
    return np.array([found.get(term, np.nan) for term in terms]) - estimate.values
