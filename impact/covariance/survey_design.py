"""Variances of a survey's design, by linearisation: strata h, of which n_h primary sampling units of N_h were drawn.

With z_hi the sum of the scores of sampling unit i of stratum h, weights among them,

    V = sum_h (1 - n_h / N_h) n_h / (n_h - 1) sum_i (z_hi - z_h.)(z_hi - z_h.)',

and n - H (sampling units less strata) degrees of freedom, from which a regression takes its columns but one.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_factor
from impact.errors import NotIdentifiedError, RangeError
from impact.terms import CheckedChoices

LonelyUnits = Literal["refuse", "certainty", "centre"]


@dataclass(frozen=True)
class SurveyDesign(CheckedChoices):
    """Units were sampled in strata and in clusters, with unequal chances: the panel's weights are inverse ones.

    Parameters
    ----------
    units : str, optional
        Column of the primary sampling units; the panel's clusters by default.
    strata : str, optional
        Column of the strata of sampling; the panel's strata by default.
    population : str, optional
        Column with the number of primary sampling units there are in the stratum, for samples that are a good part of them.
    lonely : {"refuse", "certainty", "centre"}
        Of a stratum with one sampling unit: refuse, as its spread is not known; take it for drawn with certainty, adding
        nothing; or measure it from the mean of all.

    References
    ----------
    Binder (1983), International Statistical Review 51(3); Lumley (2004), Journal of Statistical Software 9(8).

    Examples
    --------
    >>> import impact
    >>> model = impact.PooledOLS(["workers"], vcov=impact.SurveyDesign()).fit(impact.example_panel())
    >>> model.select(["workers"]).std_errors.round(3).to_dict()  # firms drawn within cities
    {'workers': 0.042}
    """

    units: str | None = None
    strata: str | None = None
    population: str | None = None
    lonely: LonelyUnits = "refuse"

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it."""
        return "survey"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        finite = ", finite population" if self.population else ""
        lonely = "" if self.lonely == "refuse" else f", lonely units: {self.lonely}"
        return f"clustered by sampling unit within strata (linearised{finite}{lonely}), t(units - strata + 1 - k)"


@dataclass(frozen=True)
class Linearised:
    """A covariance (k, k) by linearisation, and how many sampling units and strata it is from."""

    vcov: Floats
    n_units: int
    n_strata: int


def linearised(
    scores: Floats, groups: tuple[Integers, ...], *, lonely: LonelyUnits = "refuse"
) -> Linearised:
    """Return the covariance of sums of scores (n, k) under a design.

    Parameters
    ----------
    groups : tuple of ndarray of int, each (n,)
        Sampling unit, stratum, and the number of sampling units there are in the stratum where that is known.

    Raises
    ------
    NotIdentifiedError
        When a stratum has one sampling unit and ``lonely="refuse"``, or there are fewer than two in all.
    RangeError
        When a sampling unit lies in several strata, or more were drawn than there are.

    References
    ----------
    Lumley (2004), sec. 3.2.
    """
    # two strata may number their units alike
    pairs, unit = np.unique(np.column_stack([groups[1], groups[0]]), axis=0, return_inverse=True)
    unit = unit.ravel()
    stratum = np.unique(pairs[:, 0], return_inverse=True)[1]
    sums = np.column_stack([np.bincount(unit, weights=column) for column in scores.T])
    drawn = np.bincount(stratum)
    if len(sums) < 2:
        raise NotIdentifiedError(
            "one sampling unit says nothing of the spread between them; name a finer column"
        )
    alone = drawn == 1
    if alone.any() and lonely == "refuse":
        raise NotIdentifiedError(
            f"{int(alone.sum())} strata with one sampling unit, whose spread is not known; merge strata, or say "
            "lonely='centre' or 'certainty'"
        )
    means = (
        np.column_stack([np.bincount(stratum, weights=column) for column in sums.T])
        / drawn[:, None]
    )
    apart = sums - means[stratum]
    if lonely == "centre":
        apart[alone[stratum]] = (sums - sums.mean(axis=0))[alone[stratum]]
    factor = np.where(alone, 1.0, cluster_factor(np.maximum(drawn, 2.0)))
    if len(groups) > 2:
        factor = factor * _not_drawn(groups[2], unit, stratum, drawn)
    weighed = apart * factor[stratum][:, None]
    return Linearised(np.asarray(weighed.T @ apart), len(sums), len(drawn))


def _not_drawn(population: Integers, unit: Integers, stratum: Integers, drawn: Integers) -> Floats:
    """Share of the sampling units of each stratum that were not drawn, (H,)."""
    of_unit = np.zeros(len(stratum))
    of_unit[unit] = population
    there = np.zeros(len(drawn))
    there[stratum] = of_unit
    if (of_unit != there[stratum]).any() or (of_unit[unit] != population).any():
        raise RangeError(
            "population: differs within a stratum; it counts the stratum's sampling units"
        )
    if (there < drawn).any():
        raise RangeError(
            f"population: in {int((there < drawn).sum())} strata fewer sampling units than were drawn; it counts them, not "
            "their units"
        )
    return np.asarray(1 - drawn / there)
