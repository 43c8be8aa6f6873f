"""Outcomes after treatment began on the arm and the unit's mean outcome before: what a draw by lot and a baseline allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from impact.arrays import Mask
from impact.covariance.choice import Covariance
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.experiments.adjusted_means import (
    Adjustment,
    Compared,
    Slopes,
    chosen,
    compared,
)
from impact.estimators.experiments.arm_estimate import Wording, arm_estimate
from impact.estimators.experiments.arms import Arms
from impact.estimators.experiments.difference_in_means import clusters_by_cell, too_few
from impact.estimators.experiments.trial_rows import Rounds, TrialRows, covariates_at_start
from impact.estimators.linear import as_panel
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, CovarianceName

BASELINE = "baseline mean"


@dataclass(frozen=True)
class Ancova(CheckedChoices):
    """Outcome after treatment began on the arm, the unit's mean outcome before, and effects of rounds and strata.

    Where outcomes vary much from round to round this needs far fewer units than a difference-in-differences, which takes the
    whole baseline away however little it foretells: with autocorrelation r the variances are as 1 - r^2 to 2 (1 - r).

    Parameters
    ----------
    covariates : sequence of str
        Further columns of ``panel.covariates``, as they were when a unit was last seen before the start (first seen after it,
        where there is no period before). With covariates an endline alone is enough.
    arm, control, start
        As in `DifferenceInMeans`.
    rounds : {"pooled", "mean", "last"}
        Every round after the start is a row, with effects of rounds and errors clustered by unit; or one row a unit, its mean
        over the rounds or the last.
    slopes : {"common", "by_arm"}
        One slope of the baseline (and covariates) for all arms, or one in each arm, about the mean of all (Lin 2013).
    strata : {"effects", "ignored"}
        Where the panel has strata: an effect of each, or none.
    vcov : Clustered, Robust, Homoskedastic, or a short name, optional
        By default CRV2 with Satterthwaite's degrees of freedom, by unit or the panel's clusters; HC2 where every unit has one
        row.
    level : float

    Assumes
    -------
    As `DifferenceInMeans`. That the baseline is linear is not assumed: arms drawn by lot have the same baseline but for chance.

    References
    ----------
    McKenzie (2012), Journal of Development Economics 99(2), eq. 4; Lin (2013), Annals of Applied Statistics 7(1), sec. 4; Bruhn
    and McKenzie (2009), American Economic Journal: Applied 1(4), on strata effects.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.Ancova().fit(panel).params.round(2).to_dict()
    {'treated': 1.58}
    """

    covariates: Sequence[str] = ()
    arm: str | None = None
    control: Any = None
    start: Any = None
    rounds: Rounds = "pooled"
    slopes: Slopes = "common"
    strata: Literal["effects", "ignored"] = "effects"
    vcov: Covariance | CovarianceName | None = None
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row a comparison, arms with the control first.

        Raises
        ------
        NoComparisonError
            Without a control arm, or another.
        NotIdentifiedError
            Without a period before the start and without covariates; when a column is constant or follows from the others; when
            an arm has a single unit or cluster.
        MissingValueError
            When a covariate of a unit is missing.
        NotAvailableError
            From moments, which hold no arms.
        """
        panel = as_panel(data, who="Ancova", needs="each unit's arm and outcomes")
        arms = Arms.of(panel, arm=self.arm, control=self.control)
        rows = self.rows(panel)
        found = self.compare(panel, rows, arms, self.vcov)
        return arm_estimate(panel, arms, rows, found, self._wording(panel, rows))

    def rows(self, panel: Panel) -> TrialRows:
        """Take the rows of units with a baseline."""
        rows = TrialRows.of(panel, start=self.start, rounds=self.rounds)
        return rows.where(self._known(panel, rows)[rows.unit])

    def compare(
        self,
        panel: Panel,
        rows: TrialRows,
        arms: Arms,
        vcov: Covariance | CovarianceName | None,
    ) -> Compared:
        """Compare the arms' adjusted means."""
        of_arms = rows.for_arms(panel, arms)
        if (clusters_by_cell(of_arms, rows.unit * 0, arms) < 2).any():
            raise NotIdentifiedError(too_few(1))
        choice = chosen(of_arms, vcov)
        groups = rows.groups(panel, choice)
        adjustment = self.adjustment(panel, rows)
        return compared(of_arms, arms, adjustment, choice=choice, groups=groups)

    def _known(self, panel: Panel, rows: TrialRows) -> Mask:
        """Which units have a baseline, (N,); all where no period lies before the start and there are covariates instead."""
        seen = ~np.isnan(rows.baseline)
        if seen[rows.unit].any():
            return seen
        if not self.covariates or seen.any():
            raise NotIdentifiedError(
                f"{panel.outcome}: no unit is seen before the start and after it, so there is no baseline to take account of; "
                "take DifferenceInMeans, or name covariates of an endline alone"
            )
        return ~seen

    def adjustment(self, panel: Panel, rows: TrialRows) -> Adjustment:
        """Return baseline, covariates, and effects of strata and rounds."""
        adjustment = Adjustment.none(len(rows.y))
        if not np.isnan(rows.baseline).all():
            baseline = rows.baseline[rows.unit][:, None]
            adjustment = adjustment.beside(baseline, [BASELINE], slopes=self.slopes)
        if self.covariates:
            columns = covariates_at_start(panel, rows, self.covariates, start=self.start)
            adjustment = adjustment.beside(columns, list(self.covariates), slopes=self.slopes)
        stratum = panel.stratum[rows.unit] if self.strata == "effects" else np.zeros(len(rows.y))
        for name, code in (("strata", stratum), ("rounds", rows.period)):
            dummies = code[:, None] == np.unique(code)[1:]
            adjustment = adjustment.beside(dummies.astype(float), [name], slopes="common")
        return adjustment

    def _wording(self, panel: Panel, rows: TrialRows) -> Wording:
        known = not np.isnan(rows.baseline).all()
        strata = self.strata == "effects" and panel.stratum.any()
        given = [BASELINE] * known + list(self.covariates) + ["strata"] * bool(strata)
        averaged = {
            "pooled": "rounds from the start on, with round effects"
            if len(np.unique(rows.period)) > 1
            else "the round from the start on",
            "mean": "mean from the start on",
            "last": "last period",
        }[self.rounds]
        slopes = "" if self.slopes == "common" else ", slopes by arm"
        spec = {name: getattr(self, name) for name in ("rounds", "slopes", "strata", "level")}
        return Wording(
            f"ANCOVA given {', '.join(given)}{slopes}; {averaged}",
            "McKenzie (2012), eq. 4" if self.slopes == "common" else "Lin (2013), sec. 4",
            {"estimator": "Ancova", "covariates": list(self.covariates), **spec},
        )
