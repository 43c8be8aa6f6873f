"""Ways to make groups comparable, each giving the same panel with weights, which any estimator then takes.

Units treated at any time keep their weight, units never treated get one that makes them stand for the treated. Cohorts treated
later are no controls here, as a unit has one weight in all comparisons. Standard errors of what is then estimated take the
weights as given; permutation keeps each unit's weight where it is, and so tests given the groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimators.selection.baseline import Baseline, MissingCovariates
from impact.terms import CheckedChoices


@dataclass(frozen=True)
class ComparableGroups(CheckedChoices):
    """What all ways share.

    Parameters
    ----------
    covariates : sequence of str
        Numbers among the panel's covariates, by their mean before the first cohort's treatment; in a panel of one period, as
        they are in it.
    lagged_outcomes : int
        The outcome of so many last periods before the first cohort's treatment, each beside the covariates.
    missing : {"refuse", "leave_out"}
        What becomes of units whose baseline is not known: an error that names the column, or a line in the panel's sample.
    """

    covariates: Sequence[str] = ()
    lagged_outcomes: int = 0
    missing: MissingCovariates = "refuse"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.covariates, str):
            raise UsageError("covariates: one text; write a list of names")
        if self.lagged_outcomes < 0:
            raise UsageError("lagged_outcomes: no whole number from zero on")

    def weigh(self, panel: Panel) -> Panel:
        """Return the panel with weights that make the groups comparable; who is left out is counted in its sample.

        Raises
        ------
        NoComparisonError
            Without units that stay untreated.
        NotIdentifiedError
            When covariates are collinear or constant, tell the groups apart, or nobody is left of a group.
        MissingValueError
            When a baseline is not known and ``missing="refuse"``.
        NotAvailableError
            For repeated cross-sections.
        """
        baseline = self.baseline(panel)
        return _weighed(baseline.panel, self.weights(baseline))

    def weights(self, baseline: Baseline) -> Floats:
        """Return the weights of a baseline's units, (N,); zero for those left out."""
        raise NotImplementedError

    def baseline(self, panel: Panel) -> Baseline:
        """Return what was known of the panel's units before treatment."""
        return self.baseline_of(panel)

    def baseline_of(self, panel: Panel, *, exact: Sequence[str] = ()) -> Baseline:
        """Return the same, with columns that groups agree in exactly."""
        return Baseline.of(
            panel,
            self.covariates,
            lagged_outcomes=self.lagged_outcomes,
            exact=exact,
            missing=self.missing,
        )


def _weighed(panel: Panel, weight: Floats) -> Panel:
    """Give a panel its weights (N,), and leave out who has none."""
    kept, treated = weight > 0, np.isfinite(panel.cohort)
    for side, group in ((treated, "treated unit"), (~treated, "unit of the comparison group")):
        if not (side & kept).any():
            raise NotIdentifiedError(
                f"{panel.outcome}: no {group} is left; take fewer covariates, or a wider caliper"
            )
    made = panel.with_weight(np.where(kept, weight, 1.0))
    with_controls = kept | ~treated
    made = made.subset(with_controls, reason="treated_without_anyone_alike")
    return made.subset(kept[with_controls], reason="like_no_treated_unit")
