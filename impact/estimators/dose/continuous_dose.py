"""Effects of a continuous dose, under parallel trends by dose, or the stronger assumption that makes doses comparable.

A treated unit's change y_i is its mean after treatment less its last outcome before, less the controls' mean change between the
same periods. With psi(d) a polynomial or spline and b its least squares on the treated,

    ATT(d|d) = psi(d)'b,    ACR(d) = psi'(d)'b,

and both are averaged over the treated's doses. Scores of b are (Psi'Psi)^-1 psi_i e_i for treated units; a control enters
through the mean change of controls that each cohort's changes are less of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError, NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.dose.exposure_levels import unit_values
from impact.estimators.dose.joined import without_set_aside
from impact.estimators.linear import LinearParts, as_panel, few_treated_notes
from impact.moments import PathMoments, UnitScores
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

QUARTERS = (0.25, 0.5, 0.75)
DoseAssumption = Literal["parallel_trends", "strong_parallel_trends"]


@dataclass(frozen=True)
class ContinuousDose(CheckedChoices):
    """Effect by dose on those who had it, and, under strong parallel trends, the effect of a little more of it.

    Parameters
    ----------
    dose : str
        Column of ``panel.covariates``, of which each treated unit's largest number counts; above zero for all treated units.
    degree : int
        Of the polynomial in the dose, or of the spline.
    knots : sequence of float
        Doses where the spline may bend.
    at : sequence of float
        Doses that effects are shown at; the quartiles of the treated's doses by default.
    assumption : {"parallel_trends", "strong_parallel_trends"}
        Under the former ``att`` alone is given: at each dose, the effect on those who had that dose. Differences between doses
        also hold who chose which. Under the latter, that units of any dose would have gained the same from each dose on
        average, ``acr`` is given too: the effect of a unit more of the dose.
    level : float

    Assumes
    -------
    Never-treated units move as units of every dose would have without treatment; no anticipation; the polynomial or spline is
    right. For ``acr``, strong parallel trends, which no period before treatment can speak to.

    References
    ----------
    Callaway, Goodman-Bacon and Sant'Anna (2024), NBER working paper 32117, sec. 3 (ATT(d|d), theorem 3.1; ACR, theorem 3.3).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> found = impact.ContinuousDose("workers").fit(panel)
    >>> found.params.round(2).iloc[:1].to_dict()
    {'att': 1.61}
    """

    dose: str
    degree: int = 1
    knots: Sequence[float] = ()
    at: Sequence[float] = ()
    assumption: DoseAssumption = "parallel_trends"
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.degree < 1:
            raise UsageError("degree: at least one; ExposureLevels compares groups of doses")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel; units that are not observed in all periods are left out and counted.

        Raises
        ------
        NotIdentifiedError
            Without never-treated units, or with too few different doses; when a treated unit's dose is not above zero.
        MissingValueError
            When a treated unit's dose is missing.
        """
        panel = without_set_aside(as_panel(data, who="ContinuousDose", needs="each unit's dose"))
        whole = np.asarray(~np.isnan(panel.wide).any(axis=1))
        panel = panel.subset(whole, reason="not_observed_in_all_periods")
        treated = np.asarray(np.isfinite(panel.cohort))
        if treated.all() or not treated.any():
            raise NotIdentifiedError(
                f"{panel.outcome}: a dose needs treated and never-treated units that are observed in all periods"
            )
        dose = self._doses(panel, treated)
        change, of_controls = _changes(panel, treated)
        curve = _Curve(self.degree, tuple(self.knots))
        rows = self._rows(curve, dose, panel.weight[treated])
        values, scores = _fit(panel, treated, rows, change, of_controls, curve.basis(dose))
        moments = PathMoments.from_panel(panel)
        parts = LinearParts(
            moments,
            values,
            UnitScores.of(scores, panel, moments, kept=np.ones(panel.n_units)),
            np.zeros((len(values), *moments.weight_seen.shape)),
        )
        return Estimate(
            Rows(
                term=rows.terms,
                n_treated=np.full(len(values), float(treated.sum())),
                n_control=np.full(len(values), float((~treated).sum())),
            ),
            values,
            parts.vcov(),
            estimand=f"Effect on {panel.outcome} by {self.dose}: on those who had that dose (att), of a unit more (acr)",
            method=(
                f"Mean after treatment less the last period before, control never treated; "
                f"{'spline' if len(self.knots) else 'polynomial'} of degree {self.degree}; "
                f"{self.assumption.replace('_', ' ')} assumed; influence function, clustered, normal"
            ),
            sample=panel.sample,
            spec={
                "estimator": "ContinuousDose",
                "dose": self.dose,
                "degree": self.degree,
                "knots": list(self.knots),
                "assumption": self.assumption,
                "level": self.level,
                "df": None,
            },
            notes=few_treated_notes(moments),
            source="Callaway, Goodman-Bacon and Sant'Anna (2024), sec. 3",
            parts=parts,
        )

    def _doses(self, panel: Panel, treated: Mask) -> Floats:
        """Doses of the treated, (n1,)."""
        every = unit_values(panel, self.dose)
        if every.dtype == object:
            raise UsageError(f"{self.dose}: holds words; ExposureLevels compares levels")
        dose = every[treated]
        if np.isnan(dose).any():
            raise MissingValueError(
                f"{self.dose}: missing for {int(np.isnan(dose).sum())} treated units; complete it, or leave these units out"
            )
        if not (dose > 0).all():
            raise NotIdentifiedError(
                f"{self.dose}: not above zero for {int((dose <= 0).sum())} treated units; whoever had no dose is not treated"
            )
        wanted = self.degree + len(self.knots) + 1
        if len(np.unique(dose)) < wanted:
            raise NotIdentifiedError(
                f"{self.dose}: fewer than {wanted} different doses among the treated; lower the degree, or take ExposureLevels"
            )
        return np.asarray(dose, dtype=float)

    def _rows(self, curve: "_Curve", dose: Floats, weight: Floats) -> "_Averages":
        """What is reported, as weights of the curve's coefficients for each treated unit: (k, n1, q)."""
        points = np.asarray(self.at if len(self.at) else np.quantile(dose, QUARTERS), dtype=float)
        kinds = [("att", curve.basis)]
        if self.assumption == "strong_parallel_trends":
            kinds.append(("acr", curve.slope))
        terms, weights = [], []
        for name, of in kinds:
            terms += [name, *(f"{name}({point:g})" for point in points)]
            weights.append(of(dose))
            weights += [np.broadcast_to(row, weights[-1].shape) for row in of(points)]
        return _Averages(terms, np.array(weights), weight / weight.sum())


@dataclass(frozen=True)
class _Averages:
    """Names of the k numbers; weights of the q coefficients by treated unit, (k, n1, q); the units' shares, (n1,)."""

    terms: list[str]
    weights: Floats
    share: Floats


@dataclass(frozen=True)
class _Curve:
    """A polynomial, or a spline of truncated powers."""

    degree: int
    knots: tuple[float, ...]

    def basis(self, dose: Floats) -> Floats:
        """Terms at each dose, (n, q)."""
        powers = [dose**power for power in range(self.degree + 1)]
        bends = [np.maximum(dose - knot, 0.0) ** self.degree for knot in self.knots]
        return np.column_stack([*powers, *bends])

    def slope(self, dose: Floats) -> Floats:
        """Their derivatives, (n, q)."""
        powers = [power * dose ** max(power - 1, 0) for power in range(self.degree + 1)]
        bends = [
            self.degree * (dose > knot) * np.maximum(dose - knot, 0.0) ** (self.degree - 1)
            for knot in self.knots
        ]
        return np.column_stack([*powers, *bends])


def _changes(panel: Panel, treated: Mask) -> tuple[Floats, Floats]:
    """Change of each treated unit (n1,), and of each control between the periods of each treated unit's cohort (n1, n0)."""
    first = np.searchsorted(panel.times, panel.cohort[treated])
    cohorts, member = np.unique(first, return_inverse=True)
    every = np.array([panel.wide[:, at:].mean(axis=1) - panel.wide[:, at - 1] for at in cohorts])
    own = every[member, np.flatnonzero(treated)]
    return own, every[:, ~treated][member]


def _fit(
    panel: Panel, treated: Mask, rows: _Averages, own: Floats, of_controls: Floats, basis: Floats
) -> tuple[Floats, Floats]:
    """Return the k numbers and the scores of all units on them, (N, k)."""
    w1, w0 = panel.weight[treated], panel.weight[~treated]
    mean = of_controls @ w0 / w0.sum()
    change = own - mean
    gram = basis.T @ (basis * w1[:, None])
    if np.linalg.matrix_rank(gram, hermitian=True) < len(gram):
        raise NotIdentifiedError(
            "knots, degree: the treated's doses do not tell all terms of the curve apart; take fewer"
        )
    inverse = np.linalg.inv(gram)
    beta = inverse @ (basis.T @ (w1 * change))
    left = change - basis @ beta
    of_beta = np.zeros((panel.n_units, len(beta)))
    of_beta[treated] = (basis * (w1 * left)[:, None]) @ inverse
    centred = (of_controls - mean[:, None]) * w0 / w0.sum()
    of_beta[~treated] = -centred.T @ (basis * w1[:, None]) @ inverse
    average = np.einsum("knq,n->kq", rows.weights, rows.share)
    values = average @ beta
    scores = of_beta @ average.T
    scores[treated] += rows.share[:, None] * (rows.weights @ beta - values[:, None]).T
    return np.asarray(values), np.asarray(scores)
