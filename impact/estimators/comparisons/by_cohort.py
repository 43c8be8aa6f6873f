"""Cohorts' effects of Callaway and Sant'Anna and their covariance, under many assignments at once.

A cohort's effect is the plain mean of its comparisons k that have units on both sides. With l the label of unit i, w_ik its
weight where it is seen in both periods, y_ik its change and m_lk the mean of its side, its score on the effect of cohort g is

    psi_ig = sum over k of g of a_lk w_ik (y_ik - m_lk),

a_lk one over the comparisons of g and over the side's weight, negative for controls; the covariance is psi'psi.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from impact.arrays import Floats, Integers
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.side_sums import BothSides, Sides

MOST = 5_000_000  # scores held at once


@dataclass(frozen=True)
class ByCohort:
    """Effects (P, G) and their covariances (P, G, G); NaN of a cohort that an assignment leaves without a comparison."""

    values: Floats
    vcov: Floats


def by_cohort(design: Comparisons, labels: Integers, wide: Floats) -> Iterator[ByCohort]:
    """Yield cohorts' effects under assignments, a block of them at a time.

    Parameters
    ----------
    design : Comparisons
    labels : ndarray of int, (P, N)
    wide : ndarray, (N, T)
        The outcome, NaN where a unit is not observed.
    """
    changes = design.changes(wide)
    width = max(1, MOST // (labels.shape[1] * len(design.cohorts)))
    for start in range(0, len(labels), width):
        yield _of_block(design, labels[start : start + width], changes)


def _of_block(design: Comparisons, labels: Integers, changes: Floats) -> ByCohort:
    sides = Sides.of(design, labels)
    both = BothSides.of(sides, changes[:, None, :])
    mean1, mean0 = both.mean1[:, 0], both.mean0[:, 0]
    member = design.treats[:-1]
    usable = ((sides.count1 > 0) & (sides.count0 > 0)).astype(float)
    compared = usable @ member.T
    share = usable / np.maximum(compared @ member, 1)
    averaged = replace(sides, share=share)
    scores = np.zeros((*labels.shape, len(member)))
    weighted = changes * design.weight[:, None]
    for code in range(len(design.cohorts)):
        own = averaged.own_weight(code, 0.0)[:, :, None] * member.T
        mean = np.where(design.treats[code] > 0, mean1, mean0)
        scored = weighted @ own - design.seen @ (own * mean[:, :, None])
        scores += scored * (labels == code)[:, :, None]
    values = (share * (mean1 - mean0)) @ member.T
    known = np.where(compared > 0, 1.0, np.nan)
    vcov = scores.transpose(0, 2, 1) @ scores
    return ByCohort(values * known, vcov * known[:, :, None] * known[:, None, :])
