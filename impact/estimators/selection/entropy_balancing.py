"""Controls weighted so that they have the treated's means, with weights as even as that allows."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.errors import UsageError
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.comparable_groups import ComparableGroups
from impact.estimators.selection.propensity import balancing

MOST_MOMENTS = 3


@dataclass(frozen=True)
class EntropyBalancing(ComparableGroups):
    """Weights of least entropy under which the comparison group has the treated's moments of every covariate, exactly.

    Parameters
    ----------
    covariates, lagged_outcomes, missing
        As in every way to make groups comparable: numbers before the first cohort's treatment.
    moments : int
        1 for means, 2 for variances too, 3 for skewness too; covariates of two values have their mean alone.

    Assumes
    -------
    Whoever is alike in the covariates would have changed alike; changes, or the log odds of being treated, linear in what is
    balanced (Zhao and Percival 2017).

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1), eqs. 3-5; Zhao and Percival (2017), Journal of Causal Inference 5(1).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> weighed = impact.EntropyBalancing(["workers"], lagged_outcomes=2).weigh(panel)
    >>> bool(abs(impact.balance(weighed, ["workers"]).table["normalised_difference"]).max() < 1e-8)
    True
    """

    moments: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.moments not in range(1, MOST_MOMENTS + 1):
            raise UsageError("moments: neither 1, 2 nor 3")

    def weights(self, baseline: Baseline) -> Floats:
        """As `ComparableGroups.weights`; those of the comparison group add up to those of the treated."""
        extra, names = self._powers(baseline)
        odds = balancing(baseline.compared(extra, names))
        return np.where(baseline.treated, baseline.weight, baseline.weight * odds)

    def _powers(self, baseline: Baseline) -> tuple[Floats, list[str]]:
        """Powers of covariates of more than two values, about the treated's mean, (N, q), and their names."""
        columns, names = [np.empty((len(baseline.values), 0))], []
        mine = baseline.values[baseline.treated]
        for place, name in enumerate(baseline.names):
            values = baseline.values[:, place]
            if len(np.unique(values)) <= 2:
                continue
            centred = (values - mine[:, place].mean()) / max(values.std(), np.finfo(float).tiny)
            for power in range(2, self.moments + 1):
                columns.append(centred[:, None] ** power)
                names.append(f"{name}^{power}")
        return np.hstack(columns), names
