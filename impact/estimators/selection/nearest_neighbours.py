"""Controls that are nearest to the treated, weighted by how many treated units they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimators.selection.baseline import Baseline
from impact.estimators.selection.comparable_groups import ComparableGroups
from impact.estimators.selection.matching import Matches, Reuse, nearest_controls
from impact.estimators.selection.propensity import logit

Distance = Literal["mahalanobis", "propensity"]
Unmatched = Literal["refuse", "leave_out"]


@dataclass(frozen=True)
class NearestNeighbours(ComparableGroups):
    """Match every treated unit with the controls nearest to it.

    Parameters
    ----------
    covariates, lagged_outcomes, missing
        As in every way to make groups comparable: numbers before the first cohort's treatment.
    distance : {"mahalanobis", "propensity"}
        In the covariates, by the inverse of their covariance among all; or in a logit's propensity.
    neighbours : int
    reuse : {"with_replacement", "without_replacement"}
        Without: whoever is hardest to match chooses first (largest propensity, or farthest from the controls' means).
    caliper : float, optional
        Farthest distance of a match: in standard deviations of the propensity, or as a Mahalanobis distance.
    exact : sequence of str
        Columns in which matches agree exactly, such as city and sector; texts too.
    unmatched : {"refuse", "leave_out"}
        What becomes of treated units without a match: an error, or a line in the panel's sample, and another estimand.

    Assumes
    -------
    Whoever is alike in the covariates would have changed alike, and every treated unit has controls like it.

    References
    ----------
    Abadie and Imbens (2006), Econometrica 74(1); Stuart (2010), Statistical Science 25(1); Ho, Imai, King and Stuart (2011),
    Journal of Statistical Software 42(8), whose MatchIt gives the same matches.

    Examples
    --------
    >>> import impact
    >>> matching = impact.NearestNeighbours(["workers"], lagged_outcomes=1, neighbours=2)
    >>> weighed = matching.weigh(impact.example_panel())
    >>> weighed.sample.dropped
    {'like_no_treated_unit': 1}
    """

    distance: Distance = "mahalanobis"
    neighbours: int = 1
    reuse: Reuse = "with_replacement"
    caliper: float | None = None
    exact: Sequence[str] = ()
    unmatched: Unmatched = "refuse"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.exact, str):
            raise UsageError("exact: one text; write a list of names")
        if self.neighbours < 1:
            raise UsageError("neighbours: no whole number from one on")
        if self.caliper is not None and not self.caliper > 0:
            raise UsageError("caliper: not above zero")

    def baseline(self, panel: Panel) -> Baseline:
        """As `ComparableGroups.baseline`, with what matches agree in."""
        return self.baseline_of(panel, exact=self.exact)

    def weights(self, baseline: Baseline) -> Floats:
        """As `ComparableGroups.weights`; those of the comparison group add up to those of the treated."""
        return self.matches(baseline).weights(baseline.weight)

    def matches(self, baseline: Baseline) -> Matches:
        """Return who is matched with whom.

        Raises
        ------
        NotIdentifiedError
            When a treated unit has no match and ``unmatched="refuse"``.
        """
        position, order, unit = self.positions(baseline)
        found = nearest_controls(
            position,
            baseline.treated,
            exact=baseline.exact,
            neighbours=self.neighbours,
            reuse=self.reuse,
            order=order,
            farthest=np.inf if self.caliper is None else self.caliper * unit,
        )
        if self.unmatched == "refuse":
            self._refuse_unmatched(baseline, found)
        return found

    def positions(self, baseline: Baseline) -> tuple[Floats, Floats, float]:
        """Return where units stand (N, q), who chooses first (N,), and what a caliper of one is."""
        compared = baseline.compared()
        if self.distance == "propensity":
            p = logit(compared).probability
            groups = (p[baseline.treated], p[~baseline.treated])
            spread = np.sqrt(np.mean([group.var(ddof=1) for group in groups]))
            return p[:, None], p, float(spread)
        values = compared.X[:, 1:]  # no column follows from the others
        root = np.linalg.cholesky(np.linalg.inv(np.cov(values.T).reshape(values.shape[1], -1)))
        position = values @ root
        away = position - position[~baseline.treated].mean(axis=0)
        return position, np.sqrt((away**2).sum(axis=1)), 1.0

    def _refuse_unmatched(self, baseline: Baseline, found: Matches) -> None:
        alone = found.treated[found.n_controls == 0]
        if not len(alone):
            return
        control = baseline.exact[~baseline.treated]
        empty = ~np.isin(baseline.exact[alone], control)
        if empty.any():
            raise NotIdentifiedError(
                f"{', '.join(self.exact)}: {int(empty.sum())} treated units agree exactly with no unit of the comparison "
                "group; take wider groups, or say unmatched='leave_out' (they are then counted, and the effect is on "
                "the others)"
            )
        raise NotIdentifiedError(
            f"{', '.join(baseline.names)}: {len(alone)} treated units have no match that is near enough and still free; take a "
            "wider caliper or reuse='with_replacement', or say unmatched='leave_out' (they are then counted, and the effect is "
            "on the others)"
        )
