"""Effects on the treated of two groups' changes given covariates, with their influence functions (Sant'Anna and Zhao 2020).

Notation: D treated, w weights, x covariates with a constant, p propensity, m(x) = x'b the controls' change by weighted least
squares, r = change - m(x). Sides are weights that sum to one,

    a_i = w_i D_i / sum(w D)          b_i = w_i (1 - D_i) p_i/(1 - p_i) / sum of the same

    reg           sum a r                              Heckman, Ichimura and Todd (1997)
    ipw           sum a change - sum b change          Hajek's normalisation; as did's est_method = "ipw"
    ipw_abadie    as ipw, b over sum(w D)              Abadie (2005)
    dr            sum a r - sum b r                    Sant'Anna and Zhao (2020), eq. 3.1
    dr_improved   the same, p by tilting and m by least squares with the weights b

A unit's influence is its own part of these sums less what it adds through the estimated m (a leverage times r) and through
the estimated p (its score times a gradient); the improved estimator was made so that both vanish. Scores sum to zero, and
the sum of their squares is the variance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.propensity import Propensity, logit, tilting
from impact.one_thread import one_thread
from impact.terms import Adjustment


@dataclass(frozen=True)
class Overlap:
    """How many controls carry a comparison, and how many were too unlike the other controls to be kept.

    Attributes
    ----------
    effective_controls : float
        Kish's effective number of controls under the weights that they have.
    n_controls, n_trimmed : int
    """

    effective_controls: float
    n_controls: int
    n_trimmed: int

    @classmethod
    def of(cls, compared: Compared, fit: Propensity) -> "Overlap":
        """Count the controls of a comparison, weighted by their odds."""
        control = fit.on_controls(compared)
        control = control / control.sum()
        return cls(
            effective_controls=float(1 / (control**2).sum()),
            n_controls=int((~compared.treated).sum()),
            n_trimmed=int((~fit.kept).sum()),
        )


@dataclass(frozen=True)
class Adjusted:
    """Effects (K,), each unit's score on them (n, K), and how well the groups overlap where propensities were fitted."""

    effect: Floats
    scores: Floats
    overlap: Overlap | None


@one_thread()
def adjusted(compared: Compared, method: Adjustment) -> Adjusted:
    """Estimate the effect on the treated of each of K changes.

    Assumes
    -------
    Parallel trends of treated units and controls with the same covariates, and for every treated unit controls like it
    (overlap). ``reg`` needs a change linear in the covariates, ``ipw`` a logit in them, ``dr`` one of the two.

    Raises
    ------
    NotIdentifiedError
        When covariates are collinear among the controls, or predict perfectly who is treated.

    References
    ----------
    Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), 101-122.
    """
    return METHODS[method](compared)


@dataclass(frozen=True)
class Regression:
    """Changes on covariates of those whom weights (n,) count: fitted (n, K), residuals (n, K), inverse Gram matrix (p, p)."""

    X: Floats
    fitted: Floats
    residual: Floats
    weight: Floats
    inverse: Floats

    @classmethod
    def of(cls, compared: Compared, weight: Floats, *, among: str) -> "Regression":
        """Fit by weighted least squares; values and residuals are of all units."""
        X = compared.X
        inverse: Floats = np.asarray(np.linalg.inv(compared.gram(weight, among=among)))
        fitted = along(X, inverse @ ((X * weight[:, None]).T @ compared.change))
        return cls(X, fitted, compared.change - fitted, weight, inverse)

    def through(self, side: Floats) -> Floats:
        """Return what estimating the coefficients adds to ``side @ m(x)``, for weights (n,): (n, K)."""
        leverage = self.weight * (self.X @ (self.inverse @ (self.X.T @ side)))
        return np.asarray(leverage[:, None] * self.residual)


def _outcome_regression(compared: Compared) -> Adjusted:
    """Heckman, Ichimura and Todd (1997), Review of Economic Studies 64(4)."""
    fit = Regression.of(compared, compared.on_controls, among="the controls")
    side = compared.on_treated / compared.on_treated.sum()
    effect = side @ fit.residual
    return Adjusted(effect, side[:, None] * (fit.residual - effect) - fit.through(side), None)


def _weighted(compared: Compared) -> Adjusted:
    """Abadie (2005), with weights that sum to one."""
    fit = logit(compared)
    sides = _Sides.of(compared, fit)
    effect, scores = sides.difference(compared.change)
    return Adjusted(
        effect, scores - through_logit(compared, fit, sides.control, compared.change), sides.overlap
    )


def _abadie(compared: Compared) -> Adjusted:
    """Abadie (2005), Review of Economic Studies 72(1): weights that need not sum to one."""
    fit = logit(compared)
    total = compared.on_treated.sum()
    mine, theirs = compared.on_treated / total, fit.on_controls(compared) / total
    own = (mine - theirs)[:, None] * compared.change
    effect = own.sum(axis=0)
    gradient = compared.X.T @ (theirs[:, None] * compared.change)
    through = fit.score[:, None] * (compared.X @ (fit.inverse @ gradient))
    scores = own - mine[:, None] * effect - through
    return Adjusted(effect, scores, Overlap.of(compared, fit))


def _doubly_robust(compared: Compared) -> Adjusted:
    """Sant'Anna and Zhao (2020), eq. 3.1, by logit and least squares; the influence counts both as estimated."""
    fit = logit(compared)
    sides = _Sides.of(compared, fit)
    regression = Regression.of(compared, compared.on_controls, among="the controls")
    effect, scores = sides.difference(regression.residual)
    scores -= regression.through(sides.treated - sides.control)
    scores -= through_logit(compared, fit, sides.control, regression.residual)
    return Adjusted(effect, scores, sides.overlap)


def _improved(compared: Compared) -> Adjusted:
    """Sant'Anna and Zhao (2020), sec. 3.1: neither nuisance adds to the influence, whichever model is wrong."""
    fit = tilting(compared)
    sides = _Sides.of(compared, fit)
    odds = fit.probability / (1 - fit.probability)
    compared.gram(compared.on_controls, among="the controls")
    # a kind of controls that no treated unit is of weighs almost nothing, and its coefficient is whatever it is
    root = np.sqrt(compared.on_controls * odds)[:, None]
    coefficients = np.linalg.lstsq(compared.X * root, compared.change * root, rcond=1e-10)[0]
    effect, scores = sides.difference(compared.change - compared.X @ coefficients)
    return Adjusted(effect, scores, sides.overlap)


@dataclass(frozen=True)
class _Sides:
    """Weights (n,) of both sides, each summing to one, and how well they overlap."""

    treated: Floats
    control: Floats
    overlap: Overlap

    @classmethod
    def of(cls, compared: Compared, fit: Propensity) -> "_Sides":
        control = fit.on_controls(compared)
        control = control / control.sum()
        return cls(
            compared.on_treated / compared.on_treated.sum(), control, Overlap.of(compared, fit)
        )

    def difference(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the difference (K,) of both sides' means of values (n, K), and the scores (n, K) of it, weights given."""
        sides = np.stack([self.treated, -self.control])
        means = sides @ values
        scores = (self.treated - self.control)[:, None] * values
        scores -= along(sides.T, means * [[1.0], [-1.0]])
        return means.sum(axis=0), scores


def through_logit(compared: Compared, fit: Propensity, side: Floats, values: Floats) -> Floats:
    """Return what estimating the propensities adds to the mean of values (n, K) of a side of controls (n,): (n, K)."""
    weighted = compared.X * side[:, None]
    deviation = weighted.T @ values - np.outer(weighted.sum(axis=0), side @ values)
    through = along(compared.X, fit.inverse @ deviation)
    through *= fit.score[:, None]
    return through


def along(X: Floats, coefficients: Floats) -> Floats:
    """Return ``X @ coefficients``, (n, p) by (p, K), laid out unit after unit within each of the K columns, as changes are."""
    return np.asarray((coefficients.T @ X.T).T)


METHODS: Mapping[str, Callable[[Compared], Adjusted]] = {
    "dr": _doubly_robust,
    "dr_improved": _improved,
    "ipw": _weighted,
    "ipw_abadie": _abadie,
    "reg": _outcome_regression,
}
"""`Adjustment` to its estimator."""
