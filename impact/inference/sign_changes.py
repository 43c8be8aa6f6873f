"""Sign changes: with a handful of groups such as fairs, what if each group's effect had come out with the other sign?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.covariance.small_sample import cluster_factor
from impact.inference.few_treated import group_effects, groups_of_treated
from impact.inference.situation import Intervals, OneNumber, Situation, needs
from impact.interval import inverted, permutation_p

MOST_GROUPS = 14  # all sign changes are taken: 16,384 at most


@dataclass(frozen=True)
class SignChanges(OneNumber):
    """Test and interval from all sign changes of group effects, such as one effect a fair.

    The level is exact for any number of groups if estimation errors of groups are independent and symmetric, whatever their
    variances; with q groups no p-value is below 2/2^q, so five or fewer cannot reject at 5% and their interval has no end.

    Parameters
    ----------
    group : Series, optional
        Group of each treated unit, indexed by its label; the situation's groups, or cohorts, by default.
    level : float, optional
        The estimate's own by default.

    Assumes
    -------
    Group effects that are alike but for independent, symmetric errors.

    References
    ----------
    Canay, Romano and Shaikh (2017), Econometrica 85(3), sec. 4.1.

    Examples
    --------
    >>> import impact
    >>> overall = impact.CallawaySantAnna().fit(impact.example_panel()).aggregate(by="overall")
    >>> overall.under(impact.SignChanges()).p_value
    0.5
    """

    code: ClassVar[str] = "sign_changes"
    group: pd.Series | None = None
    level: float | None = None

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        del generator
        units, group = groups_of_treated(situation, outcomes, self.group)
        effect, size = group_effects(units, group)
        needs(
            1 < len(size) <= MOST_GROUPS,
            f"sign changes need 2 to {MOST_GROUPS} groups of treated units, here {len(size)}; take Permutation()",
        )
        rows = [_inverted(one, size, level=situation.level) for one in effect.T]
        error, low, high, p = np.array(rows).T
        return Intervals(units.overall, error, low, high, p)


def _inverted(effect: Floats, size: Floats, *, level: float) -> tuple[float, float, float, float]:
    """Standard error of a weighted mean of q effects, ends of its interval, and p-value of no effect."""
    q, weight = len(effect), size / size.sum()
    signs = 1.0 - 2.0 * ((np.arange(2**q)[:, None] >> np.arange(q)) & 1)
    estimate = float(weight @ effect)
    error = float(np.sqrt(cluster_factor(q) * ((weight * (effect - estimate)) ** 2).sum()))

    def p_value(value: float) -> float:
        part = weight * (effect - value)
        return permutation_p(np.array([part.sum()]), signs @ part, added=0)

    low, high = (inverted(p_value, estimate, side * error, alpha=1 - level) for side in (-1, 1))
    return error, low, high, p_value(0.0)
