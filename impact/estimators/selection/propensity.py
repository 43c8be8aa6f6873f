"""How likely each unit was to be treated, given its covariates: by maximum likelihood, or so that groups are balanced.

Both estimates solve ``sum of r_i x_i = 0``, by Newton's method on a convex loss:

    logit      r = w (D - p(x'g))               p = 1 / (1 + exp(-x'g))
    tilting    r = w (D - (1 - D) exp(x'g))     the odds of controls, which then have the treated's means of x

As p = odds / (1 + odds), the odds are what weighs controls as if they were treated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from impact.arrays import Floats, Mask
from impact.errors import NotIdentifiedError
from impact.estimators.selection.compared import Compared

TRIMMED_FROM = 0.995  # controls this likely to be treated are left out, as in DRDID
CERTAIN = 1 - 1e-6  # a treated unit this likely to be treated has nobody to be compared with
STEPS = 60  # quadratic convergence takes about ten; what diverges is told by then
HALVINGS = 40
STEEPEST = 500.0  # exp of it is finite
SETTLED = 1e-9  # change of a fitted probability; the error after such a Newton step is its square


@dataclass(frozen=True)
class Propensity:
    """Fitted propensities of n units.

    Attributes
    ----------
    probability : ndarray, (n,)
    score : ndarray, (n,)
        Factor of x in each unit's score: ``w (D - p)``.
    inverse : ndarray, (p, p)
        Inverse of the information matrix.
    kept : ndarray of bool, (n,)
        False for controls that are trimmed.
    """

    probability: Floats
    score: Floats
    inverse: Floats
    kept: Mask

    def on_controls(self, compared: Compared) -> Floats:
        """Weights that make controls look like the treated: odds times weights, zero for treated and trimmed units, (n,)."""
        odds = self.probability / (1 - self.probability)
        return np.asarray(np.where(self.kept, compared.on_controls * odds, 0.0))


@dataclass(frozen=True)
class _At:
    """A loss at some coefficients: what was fitted, residuals and curvature, each (n,)."""

    loss: float
    fitted: Floats
    residual: Floats
    curvature: Floats


Loss = Callable[[Floats, Floats, Floats], _At]


def logit(compared: Compared, *, most: float = CERTAIN) -> Propensity:
    """Fit propensities by maximum likelihood; where one of the treated is above ``most`` there is nobody to compare it with.

    Raises
    ------
    NotIdentifiedError
        When the covariates predict perfectly who is treated.

    References
    ----------
    McCullagh and Nelder (1989), sec. 4.4.
    """
    at, _ = _likeliest(compared, most)
    return _propensity(compared, at, at.fitted)


def tilting(compared: Compared) -> Propensity:
    """Fit propensities whose odds give the controls the treated's means of the covariates.

    Raises
    ------
    NotIdentifiedError
        When the covariates predict perfectly who is treated, or no weights of the controls have these means.

    References
    ----------
    Graham, Pinto and Egel (2012), Review of Economic Studies 79(3); Sant'Anna and Zhao (2020), Journal of Econometrics 219(1),
    sec. 3.1.
    """
    _, start = _likeliest(compared, CERTAIN)
    at, _ = _minimised(_tilted, compared, start)
    return _propensity(compared, at, at.fitted / (1 + at.fitted))


def balancing(compared: Compared) -> Floats:
    """Return odds (n,) of least entropy under which the controls have the treated's totals of the covariates.

    Raises
    ------
    NotIdentifiedError
        When no weights of the controls have these means.

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1), eq. 5: the dual of least entropy, which is the loss of tilting.
    """
    start = np.zeros(compared.X.shape[1])
    start[0] = np.log(compared.on_treated.sum() / compared.on_controls.sum())
    at, _ = _minimised(_tilted, compared, start)
    return at.fitted


def _likeliest(compared: Compared, most: float) -> tuple[_At, Floats]:
    """Return the logit at its maximum likelihood, and its coefficients (p,)."""
    start = np.zeros(compared.X.shape[1])
    start[0] = np.log(compared.on_treated.sum() / compared.on_controls.sum())
    at, coefficients = _minimised(_logistic, compared, start)
    if at.fitted[compared.treated].max() > most:
        raise NotIdentifiedError(_perfect(compared))
    return at, coefficients


def _logistic(index: Floats, treated: Floats, weight: Floats) -> _At:
    fitted = expit(index)
    likelier = np.log(np.maximum(fitted, 1 - fitted))  # of the two; never the logarithm of nothing
    loss = float(weight @ (np.maximum(index, 0) - likelier - treated * index))
    return _At(loss, fitted, weight * (treated - fitted), weight * fitted * (1 - fitted))


def _tilted(index: Floats, treated: Floats, weight: Floats) -> _At:
    odds = np.exp(np.minimum(index, STEEPEST))  # a step too far has a vast loss and is halved
    control = weight * np.where(treated > 0, 0.0, odds)
    loss = float(control.sum() - (weight * treated) @ index)
    return _At(loss, odds, weight * treated - control, control)


def _minimised(loss: Loss, compared: Compared, start: Floats) -> tuple[_At, Floats]:
    """Return the loss at its minimum, and the coefficients (p,) there, by Newton steps halved until they go down."""
    X, treated, weight = compared.X, compared.treated.astype(float), compared.weight
    control = 1 - treated
    weighed = np.empty_like(X.T)
    coefficients = start
    at = loss(X @ coefficients, treated, weight)
    for _ in range(STEPS):
        try:
            information = np.multiply(X.T, at.curvature, out=weighed) @ X
            step = np.linalg.solve(information, X.T @ at.residual)
        except np.linalg.LinAlgError:
            break
        for _ in range(HALVINGS):
            new = loss(X @ (coefficients + step), treated, weight)
            if new.loss <= at.loss + 1e-12 * abs(at.loss):
                break
            step = step / 2
        else:
            break  # no way down: the minimum is infinitely far
        moved = (np.abs(new.fitted - at.fitted) * control).max()
        at, coefficients = new, coefficients + step
        if moved <= SETTLED * max(1.0, float((at.fitted * control).max())):
            return at, coefficients
    raise NotIdentifiedError(_perfect(compared))


def _propensity(compared: Compared, at: _At, fitted: Floats) -> Propensity:
    X = compared.X
    probability = np.minimum(fitted, CERTAIN)
    return Propensity(
        probability=probability,
        score=at.residual,
        inverse=np.asarray(np.linalg.inv(X.T @ (X * at.curvature[:, None]))),
        kept=compared.treated | (probability < TRIMMED_FROM),
    )


def _perfect(compared: Compared) -> str:
    """Say which covariates tell some or all of the treated from all controls."""
    values, treated = compared.X[:, 1:], compared.treated
    low, high = values[~treated].min(axis=0), values[~treated].max(axis=0)
    beyond = (values[treated].max(axis=0) > high) | (values[treated].min(axis=0) < low)
    named = [name for name, out in zip(compared.names, beyond, strict=True) if out]
    return (
        f"{', '.join(named or compared.names)}: predict perfectly that some units of {compared.who} are treated: no control is "
        "like them; take fewer covariates, or CallawaySantAnna(method='reg'), which extrapolates"
    )
