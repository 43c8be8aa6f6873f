"""The mean outcome of each arm after treatment began, compared: what a draw by lot allows without anything else."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from impact.arrays import Integers
from impact.covariance.choice import Covariance
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.experiments.adjusted_means import (
    Adjustment,
    ArmRows,
    Compared,
    Slopes,
    chosen,
    compared,
    paired,
)
from impact.estimators.experiments.arm_estimate import Wording, arm_estimate
from impact.estimators.experiments.arms import Arms
from impact.estimators.experiments.trial_rows import TrialRows
from impact.estimators.linear import as_panel
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, CovarianceName

StrataUse = Literal["blocks", "effects", "ignored"]


@dataclass(frozen=True)
class DifferenceInMeans(CheckedChoices):
    """Mean outcome of each arm after treatment began, less that of the control arm and of each other arm.

    One row a unit: its mean over the periods from the start on, or its last period. One period is enough: an endline alone.

    Parameters
    ----------
    arm : str, optional
        Column of ``panel.covariates`` that says what each unit was assigned to; by default whether it is ever treated.
    control : optional
        The control arm, as written in that column.
    start : optional
        First period after treatment began, as periods are labelled; by default that of the cohorts (with several, what lies
        between the first and the last is left out).
    rounds : {"mean", "last"}
        Each unit's mean over the periods from the start on, or the panel's last period.
    strata : {"blocks", "effects", "ignored"}
        Where the panel has strata: compare within each and weigh by size; add an effect of each to a regression; or neither.
    vcov : Clustered, Robust, Homoskedastic, or a short name, optional
        By default Neyman's variance with Welch's degrees of freedom (HC2 with n-k where there are strata); where the panel has
        clusters, CRV2 with Satterthwaite's. Where each stratum is a pair, the variance of the pairs' differences.
    level : float

    Assumes
    -------
    Arms were drawn by lot, within strata where these are given, unit by unit or in whole clusters; no effect of a unit's arm on
    other units; that who answers at the end does not depend on the arm.

    References
    ----------
    Neyman (1923); Imbens and Rubin (2015), eqs. 6.22 and 9.14; Lin (2013), Annals of Applied Statistics 7(1); pairs: Imai, King
    and Nall (2009), Statistical Science 24(1), eq. 6.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.DifferenceInMeans().fit(panel).params.round(2).to_dict()
    {'treated': 1.61}
    """

    arm: str | None = None
    control: Any = None
    start: Any = None
    rounds: Literal["mean", "last"] = "mean"
    strata: StrataUse = "blocks"
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
            When an arm has a single unit or cluster (in a stratum), or nothing was observed after the start.
        NotAvailableError
            From moments, which hold no arms.
        """
        panel = as_panel(data, who="DifferenceInMeans", needs="each unit's arm and outcome")
        panel = panel.with_always_treated()
        arms = Arms.of(panel, arm=self.arm, control=self.control)
        rows = self.rows(panel)
        found = self.compare(panel, rows, arms, self.vcov)
        how = {"blocks": " within strata", "effects": " given strata", "ignored": ""}[self.strata]
        how = how if panel.stratum.any() else ""
        averaged = "last period" if self.rounds == "last" else "mean from the start on"
        return arm_estimate(
            panel,
            arms,
            rows,
            found,
            Wording(
                f"Difference in means{how}; {averaged}",
                "Imbens and Rubin (2015), eqs. 6.22 and 9.14",
                {
                    "estimator": "DifferenceInMeans",
                    "rounds": self.rounds,
                    "strata": self.strata,
                    "level": self.level,
                },
            ),
        )

    def rows(self, panel: Panel) -> TrialRows:
        """Take the rows."""
        return TrialRows.of(panel, start=self.start, rounds=self.rounds)

    def compare(
        self,
        panel: Panel,
        rows: TrialRows,
        arms: Arms,
        vcov: Covariance | CovarianceName | None,
    ) -> Compared:
        """Compare the arms' means, over or given the strata, or in pairs."""
        of_arms, block = rows.for_arms(panel, arms), self.block(panel, rows)
        within = block if self.strata == "blocks" else np.zeros_like(block)
        clusters = clusters_by_cell(of_arms, within, arms)
        if in_pairs(clusters):
            return paired(of_arms, arms, block)
        if (clusters < 2).any():
            raise NotIdentifiedError(too_few(len(clusters)))
        choice = chosen(of_arms, vcov)
        groups = rows.groups(panel, choice)
        adjustment = self.adjustment(panel, rows)
        return compared(of_arms, arms, adjustment, choice=choice, groups=groups)

    def adjustment(self, panel: Panel, rows: TrialRows) -> Adjustment:
        """Return the strata: apart in each arm, or an effect of each common to the arms."""
        block = self.block(panel, rows)
        dummies = (block[:, None] == np.arange(1, block.max() + 1)).astype(float)
        slopes: Slopes = "by_arm" if self.strata == "blocks" else "common"
        return Adjustment.none(len(block)).beside(dummies, ["strata"], slopes=slopes)

    def block(self, panel: Panel, rows: TrialRows) -> Integers:
        """Return the stratum of each row, numbered without holes, (n,)."""
        if self.strata == "ignored":
            return np.zeros(len(rows.unit), dtype=np.int64)
        codes = np.unique(panel.stratum[rows.unit], return_inverse=True)[1]
        return codes.astype(np.int64)


def in_pairs(clusters: Integers) -> bool:
    """Whether each of several blocks (B, A) holds one cluster of each of two arms."""
    return len(clusters) > 1 and clusters.shape[1] == 2 and bool((clusters == 1).all())


def clusters_by_cell(rows: ArmRows, block: Integers, arms: Arms) -> Integers:
    """Count clusters of each arm in each block, (B, A)."""
    seen = np.unique(np.column_stack([block, rows.arm, rows.cluster]), axis=0)
    n_blocks, n_arms = int(block.max()) + 1, len(arms.labels)
    count = np.bincount(seen[:, 0] * n_arms + seen[:, 1], minlength=n_blocks * n_arms)
    return count.reshape(n_blocks, n_arms).astype(np.int64)


def too_few(n_blocks: int) -> str:
    """Say that an arm has no spread, and what to do."""
    if n_blocks == 1:
        return "an arm has fewer than two units (or clusters) with an outcome, so nothing says how far its mean may be off"
    return "a stratum has fewer than two units (or clusters) of an arm; merge strata, or take strata='effects'"
