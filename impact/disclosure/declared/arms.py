"""Weights of outcomes in the adjusted means of arms, and in what compares them, by Frisch and Waugh.

Of rows y_i with arms and dummies R (strata, rounds) and a baseline b_i, the regression on R and b has slope g on b. With g as
it was estimated, the coefficients of R are those of y - g (b - mean b) on R alone (the normal equations are the same), hence
sums of outcomes after the start and, times -g, of those before. g is a ratio of sums of squares over everybody and no equation
of a firm, as are the variances of random effects; to take it as known says more than leaves, never less.
"""

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.experiments.adjusted_means import Adjustment
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.arm_estimate import ArmParts
from impact.estimators.experiments.arms import Arms
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.estimators.experiments.trial_rows import TrialRows


def weights_of_arms(estimate: Estimate) -> Floats | None:
    """Return the weights (A + m, N, T) of the means of A arms and of m comparisons, of the panel that was fitted.

    None of an estimate given further covariates, which are no outcomes, and of one that compares no arms. An equation that does
    not give the number (pairs of clusters, which are averaged otherwise) is found out where it is declared.
    """
    estimator, panel = estimate.origin.estimator, estimate.origin.data
    if not isinstance(panel, Panel) or not isinstance(estimate.parts, ArmParts):
        return None
    if isinstance(estimator, Ancova):
        if estimator.covariates:
            return None
        slopes = estimator.slopes
    elif isinstance(estimator, DifferenceInMeans):
        panel, slopes = panel.with_always_treated(), "common"
    else:
        return None
    arms, rows = Arms.of(panel, arm=estimator.arm, control=estimator.control), estimator.rows(panel)
    adjustment = estimator.adjustment(panel, rows)
    of_arms = rows.for_arms(panel, arms)
    X, root = adjustment.design(of_arms, len(arms.labels)), np.sqrt(of_arms.weight)
    slope: Floats = np.zeros(len(rows.y))
    if isinstance(estimator, Ancova):
        c = np.linalg.lstsq(X * root[:, None], rows.y * root, rcond=None)[0]
        n_arms, n_common = len(arms.labels), adjustment.common.shape[1]
        at = n_arms + (0 if slopes == "common" else n_common) + of_arms.arm * (slopes == "by_arm")
        slope = np.asarray(c[at], dtype=np.float64)
        adjustment = _without_baseline(adjustment, slopes)
        X = adjustment.design(of_arms, n_arms)
    means = np.linalg.pinv(X * root[:, None])[: len(arms.labels)] * root
    every = np.vstack([means, arms.contrasts @ means])
    return np.stack([_of_units(one, slope, rows, panel) for one in every])


def _without_baseline(adjustment: Adjustment, slopes: str) -> Adjustment:
    """Return the other columns: the baseline is the first that an adjustment takes."""
    if slopes == "common":
        return Adjustment(adjustment.common[:, 1:], adjustment.by_arm)
    return Adjustment(adjustment.common, adjustment.by_arm[:, 1:])


def _of_units(of_rows: Floats, slope: Floats, rows: TrialRows, panel: Panel) -> Floats:
    """Turn weights (n,) of rows less their slopes times centred baselines into weights (N, T) of outcomes."""
    weights = np.zeros((panel.n_units, panel.n_periods))
    if rows.pooled:
        weights[rows.unit, rows.period] = of_rows
    else:
        weights[rows.unit] = (of_rows / rows.after.sum(axis=1)[rows.unit])[:, None]
        weights = np.where(rows.after, weights, 0.0)
    if not slope.any():
        return weights
    taken = of_rows * slope
    of_baseline = taken - taken.sum() * rows.weight / rows.weight.sum()
    each = np.bincount(rows.unit, weights=of_baseline, minlength=panel.n_units)
    share = np.where(rows.before, 1 / np.maximum(rows.before.sum(axis=1), 1)[:, None], 0.0)
    return np.asarray(weights - each[:, None] * share)
