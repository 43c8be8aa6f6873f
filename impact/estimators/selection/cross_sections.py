"""Effects on the treated where each period has other people: two groups in two periods, given covariates.

Notation as in `doubly_robust`, with l for the later of two periods. Sides are weights that sum to one: a_t of the treated
seen in period t, b_t of controls seen in it with weights w p/(1 - p), d of all treated; m_t(x) is the controls' outcome in t
by least squares, g_t(x) the treated's, r_t = y - m_t(x), and "change" is the later period's term less the earlier one's.

    reg           change of (sum a_t y)  -  sum d (change of m_t)                Heckman, Ichimura and Todd (1997)
    ipw           change of (sum a_t y - sum b_t y)                              Hajek's normalisation
    ipw_abadie    as ipw, all four sides over sum(w D) and the period's share    Abadie (2005)
    dr            sum d (change of g_t - m_t)  -  change of (sum b_t r_t)        Sant'Anna and Zhao (2020), eq. 3.4
    dr_improved   the same, p by tilting and m_t by least squares with weights b

``dr`` is eq. 3.4 after its terms have cancelled: the least-squares residuals of g_t sum to zero over a_t. The equation assumes
that both periods draw from the same population; so do all of these, as the covariates of one period's people stand for the
other's. The influence of the estimated m_0 enters with the sign of the derivative; DRDID 1.2.3 has the opposite sign there
(docs/references.md), which matters as little as weighted controls of the earlier period differ from the treated in x.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.doubly_robust import Adjusted, Overlap, Regression, through_logit
from impact.estimators.selection.propensity import Propensity, logit, tilting
from impact.one_thread import one_thread
from impact.terms import Adjustment

PERIODS = ("earlier", "later")


@dataclass(frozen=True)
class CrossSections:
    """n people of two groups, each seen in one of two periods.

    Attributes
    ----------
    compared : Compared
        Their outcomes (n, 1) in place of changes, and their covariates.
    late : ndarray of bool, (n,)
        Who was seen in the later period.
    """

    compared: Compared
    late: Mask

    @property
    def outcome(self) -> Floats:
        """Outcomes, (n,)."""
        return self.compared.change[:, 0]

    def within(self, weight: Floats, period: int) -> Floats:
        """Weights (n,) of those seen in the earlier (0) or later (1) period; zero of the others."""
        return np.where(self.late == bool(period), weight, 0.0)

    def regression(self, weight: Floats, period: int, *, among: str) -> Regression:
        """Regress outcomes of one period on covariates, of those whom ``weight`` (n,) counts."""
        named = f"{among} of the {PERIODS[period]} period"
        return Regression.of(self.compared, self.within(weight, period), among=named)


@one_thread()
def adjusted_across(sections: CrossSections, method: Adjustment) -> Adjusted:
    """Estimate the effect on the treated in the later period.

    Assumes
    -------
    Parallel trends given covariates, periods that draw people from one population, and for every treated controls like it.

    Raises
    ------
    NotIdentifiedError
        When covariates are collinear in one group and period, or predict perfectly who is treated.

    References
    ----------
    Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), sec. 3.2.
    """
    value, scores, overlap = METHODS[method](sections)
    return Adjusted(np.array([value]), scores[:, None], overlap)


Found = tuple[float, Floats, Overlap | None]


def _mean(weight: Floats, values: Floats) -> tuple[float, Floats]:
    """Return a weighted mean and each person's score on it, (n,)."""
    share = weight / weight.sum()
    mean = float(share @ values)
    return mean, share * (values - mean)


def _change(sections: CrossSections, weight: Floats, values: Floats) -> tuple[float, Floats]:
    """Return the change of a weighted mean of values between the periods, and the scores on it."""
    before, later = (_mean(sections.within(weight, period), values) for period in (0, 1))
    return later[0] - before[0], later[1] - before[1]


def _outcome_regression(sections: CrossSections) -> Found:
    """Heckman, Ichimura and Todd (1997), Review of Economic Studies 64(4)."""
    compared = sections.compared
    before, later = (
        sections.regression(compared.on_controls, period, among="the controls") for period in (0, 1)
    )
    treated = compared.on_treated / compared.on_treated.sum()
    own, own_scores = _change(sections, compared.on_treated, sections.outcome)
    theirs, their_scores = _mean(treated, (later.fitted - before.fitted)[:, 0])
    through = (later.through(treated) - before.through(treated))[:, 0]
    return own - theirs, own_scores - their_scores - through, None


def _weighted(sections: CrossSections) -> Found:
    """Abadie (2005), with weights that sum to one."""
    fit = logit(sections.compared)
    own, own_scores = _change(sections, sections.compared.on_treated, sections.outcome)
    theirs, their_scores, overlap = _of_controls(sections, fit, sections.outcome)
    through = _through_propensity(sections, fit, sections.outcome)
    return own - theirs, own_scores - their_scores - through, overlap


def _abadie(sections: CrossSections) -> Found:
    """Abadie (2005), Review of Economic Studies 72(1): weights that need not sum to one, their total known."""
    compared = sections.compared
    fit = logit(compared)
    total, treated = compared.weight.sum(), compared.on_treated
    theirs = fit.on_controls(compared)
    value, scores = 0.0, np.zeros(len(treated))
    gradient = np.zeros(compared.X.shape[1])
    for period, sign in ((0, -1.0), (1, 1.0)):
        seen = sections.within(compared.weight, period)
        scale = sign * total / (treated.sum() * seen.sum())
        part = sections.within(treated - theirs, period) * sections.outcome * scale
        value += part.sum()
        scores += part - part.sum() * (treated / treated.sum() + seen / seen.sum())
        scores += part.sum() / len(treated)
        gradient += (sections.within(theirs, period) * sections.outcome * scale) @ compared.X
    scores -= fit.score * (compared.X @ (fit.inverse @ gradient))
    return value, scores, Overlap.of(compared, fit)


def _of_controls(
    sections: CrossSections, fit: Propensity, values: Floats
) -> tuple[float, Floats, Overlap]:
    """Change of the reweighted controls' mean of values, scores on it with weights given, and overlap."""
    weight = fit.on_controls(sections.compared)
    return *_change(sections, weight, values), Overlap.of(sections.compared, fit)


def _through_propensity(sections: CrossSections, fit: Propensity, values: Floats) -> Floats:
    """What estimating the propensities adds to the change of the controls' mean, (n,)."""
    weight = fit.on_controls(sections.compared)
    before, later = (
        through_logit(sections.compared, fit, side / side.sum(), values[:, None])[:, 0]
        for side in (sections.within(weight, period) for period in (0, 1))
    )
    return later - before


def _doubly_robust(sections: CrossSections) -> Found:
    """Sant'Anna and Zhao (2020), eq. 3.4, by logit and least squares; the influence counts all of them as estimated."""
    compared = sections.compared
    fit = logit(compared)
    weight, treated = fit.on_controls(compared), compared.on_treated / compared.on_treated.sum()
    models = _Models.of(sections, compared.on_controls)
    theirs, their_scores, overlap = _of_controls(sections, fit, models.residual(sections))
    own, scores = _mean(treated, models.gap)
    scores = scores - their_scores - _through_propensity(sections, fit, models.residual(sections))
    for period, sign in ((0, -1.0), (1, 1.0)):
        side = sections.within(weight, period)
        scores += sign * models.mine[period].through(treated)[:, 0]
        scores -= sign * models.theirs[period].through(treated - side / side.sum())[:, 0]
    return own - theirs, scores, overlap


def _improved(sections: CrossSections) -> Found:
    """Sant'Anna and Zhao (2020), sec. 3.2: no nuisance adds to the influence, whichever model is wrong."""
    compared = sections.compared
    fit = tilting(compared)
    odds = fit.probability / (1 - fit.probability)
    models = _Models.of(sections, compared.on_controls * odds)
    theirs, their_scores, overlap = _of_controls(sections, fit, models.residual(sections))
    treated = compared.on_treated / compared.on_treated.sum()
    own, scores = _mean(treated, models.gap)
    scores = scores - their_scores
    for period, sign in ((0, -1.0), (1, 1.0)):
        side = sections.within(treated, period)
        scores += sign * (side / side.sum()) * models.mine[period].residual[:, 0]
    return own - theirs, scores, overlap


@dataclass(frozen=True)
class _Models:
    """Regressions of outcomes by group and period: of the treated and of controls, each (earlier, later)."""

    mine: tuple[Regression, Regression]
    theirs: tuple[Regression, Regression]

    @classmethod
    def of(cls, sections: CrossSections, on_controls: Floats) -> "_Models":
        """Regress, controls with weights (n,) of their own."""
        weights = (sections.compared.on_treated, "the treated"), (on_controls, "the controls")
        mine, theirs = (
            (
                sections.regression(weight, 0, among=among),
                sections.regression(weight, 1, among=among),
            )
            for weight, among in weights
        )
        return cls(mine, theirs)

    @property
    def gap(self) -> Floats:
        """Change of the treated's fitted outcome less that of the controls', at each person's covariates, (n,)."""
        later, before = (self.mine[period].fitted - self.theirs[period].fitted for period in (1, 0))
        return np.asarray((later - before)[:, 0])

    def residual(self, sections: CrossSections) -> Floats:
        """Each person's outcome less the controls' fitted one of the same period, (n,)."""
        before, later = (fit.residual[:, 0] for fit in self.theirs)
        return np.where(sections.late, later, before)


METHODS: Mapping[str, Callable[[CrossSections], Found]] = {
    "dr": _doubly_robust,
    "dr_improved": _improved,
    "ipw": _weighted,
    "ipw_abadie": _abadie,
    "reg": _outcome_regression,
}
"""`Adjustment` to its estimator."""
