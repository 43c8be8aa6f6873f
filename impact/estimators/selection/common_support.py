"""Units whose propensity both groups have: the others are left out by a stated rule."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Mask
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.comparable_groups import ComparableGroups
from impact.estimators.selection.propensity import logit

Rule = Literal["range", "tenth", "optimal"]
RULE_OF_THUMB = 0.1  # Crump, Hotz, Imbens and Mitnik (2009), sec. 4


@dataclass(frozen=True)
class CommonSupport(ComparableGroups):
    """Leave out units whose propensity the other group hardly has; the others keep their weights.

    Parameters
    ----------
    covariates, lagged_outcomes, missing
        As in every way to make groups comparable: numbers before the first cohort's treatment.
    rule : {"range", "tenth", "optimal"}
        Keep propensities between the larger of both groups' least and the smaller of both groups' largest (range); from 0.1
        to 0.9 (tenth); or from a to 1 - a, with a such that the average effect is estimated most precisely (optimal).

    Assumes
    -------
    The effect is on the units that are kept, which is another question than the effect on all.

    References
    ----------
    Crump, Hotz, Imbens and Mitnik (2009), Biometrika 96(1), eq. 2 (optimal) and sec. 4 (tenth); Dehejia and Wahba (1999),
    JASA 94(448) (range).

    Examples
    --------
    >>> import impact
    >>> kept = impact.CommonSupport(["workers"], rule="range").weigh(impact.example_panel())
    >>> kept.sample.dropped
    {'treated_without_anyone_alike': 7}
    """

    rule: Rule = "range"

    def weights(self, baseline: Baseline) -> Floats:
        """As `ComparableGroups.weights`: as they were, or zero."""
        probability = logit(baseline.compared()).probability
        return np.where(self._kept(probability, baseline.treated), baseline.weight, 0.0)

    def _kept(self, probability: Floats, treated: Mask) -> Mask:
        if self.rule == "range":
            groups = (probability[treated], probability[~treated])
            low = max(float(group.min()) for group in groups)
            high = min(float(group.max()) for group in groups)
        else:
            low = RULE_OF_THUMB if self.rule == "tenth" else optimal_cut(probability)
            high = 1 - low
        return np.asarray((probability >= low) & (probability <= high))


def optimal_cut(probability: Floats) -> float:
    """Return the least a with 1 / (a(1-a)) at most twice the mean of 1 / (p(1-p)) over units below it, p (n,)."""
    spread = np.sort(1 / (probability * (1 - probability)))
    mean = np.cumsum(spread) / np.arange(1, len(spread) + 1)
    within = spread <= 2 * mean
    if within.all():
        return 0.0
    bound = 2 * mean[np.flatnonzero(within)[-1]]
    return float(0.5 - np.sqrt(0.25 - 1 / bound))
