"""Controls weighted by the odds of having been treated."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.errors import UsageError
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.comparable_groups import ComparableGroups
from impact.estimators.selection.propensity import TRIMMED_FROM, logit

Whom = Literal["treated", "everybody"]


@dataclass(frozen=True)
class InverseProbability(ComparableGroups):
    """Weights by a logit of being treated: groups alike in the covariates as far as the logit is right.

    Parameters
    ----------
    covariates, lagged_outcomes, missing
        As in every way to make groups comparable: numbers before the first cohort's treatment.
    whom : {"treated", "everybody"}
        Make the comparison group stand for the treated (weights p/(1-p) on it), or both groups for all units (1/p on the
        treated, 1/(1-p) on the others).
    trimmed_from : float
        Units of the comparison group this likely to be treated are left out; for ``everybody`` also treated this unlikely.

    Assumes
    -------
    Whoever is alike in the covariates would have changed alike; a right logit; controls like every treated unit.

    References
    ----------
    Hirano, Imbens and Ridder (2003), Econometrica 71(4); Abadie (2005), Review of Economic Studies 72(1).

    Examples
    --------
    >>> import impact
    >>> weighed = impact.InverseProbability(["workers"]).weigh(impact.example_panel())
    >>> impact.CallawaySantAnna().fit(weighed).aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.62}
    """

    whom: Whom = "treated"
    trimmed_from: float = TRIMMED_FROM

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.5 < self.trimmed_from <= 1:
            raise UsageError("trimmed_from: not between 0.5 and 1; 0.995 is usual")

    def weights(self, baseline: Baseline) -> Floats:
        """As `ComparableGroups.weights`; those of the comparison group add up to those of the treated."""
        fit = logit(baseline.compared())
        treated, weight, p = baseline.treated, baseline.weight, fit.probability
        if self.whom == "everybody":
            made = np.where(treated, weight / p, weight / (1 - p))
            made[treated & (p <= 1 - self.trimmed_from)] = 0.0
        else:
            made = np.where(treated, weight, weight * p / (1 - p))
        made[~treated & (p >= self.trimmed_from)] = 0.0
        mine, theirs = made[treated].sum(), made[~treated].sum()
        if theirs > 0:
            made[~treated] *= mine / theirs
        return made
