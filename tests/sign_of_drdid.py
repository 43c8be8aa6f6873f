"""What DRDID 1.2.3 (and so did 2.5.1) computes as influence of the doubly robust estimator of repeated cross-sections.

In its `drdid_rc`, the derivatives of both sides' means by the controls' coefficients of the earlier period (M1.pre, M3.pre) are
added to those of the later period, though the earlier period's means are subtracted. Turned round in ours, its numbers follow.
"""

from impact.estimators.selection import cross_sections
from impact.estimators.selection.propensity import logit

ours = cross_sections.METHODS["dr"]


def doubly_robust(sections):
    """Our estimate and DRDID's scores."""
    value, scores, overlap = ours(sections)
    compared = sections.compared
    weight = logit(compared).on_controls(compared)
    control, treated = (sections.within(side, 0) for side in (weight, compared.on_treated))
    fit = sections.regression(compared.on_controls, 0, among="the controls")
    turned = 2 * (control / control.sum() - treated / treated.sum())
    return value, scores + fit.through(turned)[:, 0], overlap
