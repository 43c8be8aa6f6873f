"""The units, cohorts and covariates of a panel that synthetic comparisons can be made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError, NotAvailableError, NotIdentifiedError
from impact.estimators.selection.compared import RANK_TOLERANCE
from impact.estimators.selection.covariates import Covariates
from impact.estimators.synthetic.blocks import Kind
from impact.estimators.synthetic.cohort_fits import CohortDesign

FEWEST_BEFORE = 2  # periods: with one there is no change to take the noise level from


@dataclass(frozen=True)
class SyntheticSample:
    """What is fitted.

    Attributes
    ----------
    panel : Panel
        Units observed in all periods, of cohorts that can be compared.
    labels : ndarray of int, (N,)
        Place among the cohorts; their number for a control.
    cohorts : ndarray, (G,)
    design : CohortDesign
    notes : tuple of str
    """

    panel: Panel
    labels: Integers
    cohorts: Floats
    design: CohortDesign
    notes: tuple[str, ...]

    @property
    def n_cohorts(self) -> int:
        """G."""
        return len(self.cohorts)

    @classmethod
    def of(
        cls, panel: Panel, covariates: Sequence[str], kind: Kind, *, who: str
    ) -> "SyntheticSample":
        """Choose units and cohorts.

        Raises
        ------
        NotAvailableError
            With weights of units.
        NotIdentifiedError
            When no cohort can be compared, or covariates are collinear or constant.
        MissingValueError
            When a covariate is missing.
        """
        if np.ptp(panel.weight) > 0:
            raise NotAvailableError(
                f"{who}: has no weights of units; take a panel without them, or CallawaySantAnna"
            )
        compared = comparable_units(panel)
        left_out = np.setdiff1d(panel.cohorts, panel.cohort[compared])
        if not (compared & np.isinf(panel.cohort)).any():
            raise NotIdentifiedError(
                f"{panel.outcome}: {who} needs never-treated units observed in all periods; take CallawaySantAnna, which "
                "compares with those not yet treated"
            )
        if not (compared & np.isfinite(panel.cohort)).any():
            raise NotIdentifiedError(
                f"{panel.outcome}: no cohort observed in all periods has {FEWEST_BEFORE} periods before treatment, which "
                f"{who} needs; take CallawaySantAnna"
            )
        kept = panel.subset(compared, reason="not_observed_in_all_periods")
        cohorts = kept.cohorts
        label = panel.time_axis.label
        return cls(
            kept,
            np.searchsorted(np.append(cohorts, np.inf), kept.cohort).astype(np.int64),
            cohorts,
            CohortDesign(
                kept.wide,
                _covariates(kept, covariates),
                np.searchsorted(kept.times, cohorts).astype(np.int64),
                kind,
            ),
            tuple(f"cohort_without_comparison:{label(g)}" for g in left_out),
        )


def comparable_units(panel: Panel) -> Mask:
    """Return who is observed in all periods, and is never treated or has enough of them before treatment, (N,)."""
    late_enough = panel.cohort > panel.times[min(FEWEST_BEFORE, panel.n_periods) - 1]
    return np.asarray(late_enough & ~np.isnan(panel.wide).any(axis=1))


def _covariates(panel: Panel, names: Sequence[str]) -> Floats:
    """Covariates (p, N, T), which vary beyond units and periods, and do not follow from each other."""
    given = Covariates.of(panel, names).by_period.transpose(1, 2, 0)
    for name, values in zip(names, given, strict=True):
        if np.isnan(values).any():
            raise MissingValueError(
                f"{name}: missing in {int(np.isnan(values).sum())} observations; complete it, or leave these units out"
            )
    if len(names):
        refuse_collinear(given[:, np.isinf(panel.cohort)], names)
    return np.asarray(given)


def refuse_collinear(X: Floats, names: Sequence[str]) -> None:
    """Refuse covariates (p, n, T) that units and periods explain, or those before them.

    Raises
    ------
    NotIdentifiedError
        Naming the first of them.
    """
    free = X - X.mean(axis=1, keepdims=True) - X.mean(axis=2, keepdims=True)
    rows = free + X.mean(axis=(1, 2), keepdims=True)
    rows = rows.reshape(len(X), X[0].size)
    centred = (X - X.mean(axis=(1, 2), keepdims=True)).reshape(rows.shape)
    for place, name in enumerate(names):
        left = rows[place]
        if place:
            left = left - rows[:place].T @ np.linalg.lstsq(rows[:place].T, left, rcond=None)[0]
        if not left @ left > RANK_TOLERANCE * (centred[place] @ centred[place]):
            raise NotIdentifiedError(
                f"{name}: follows from unit and period effects, or from the other covariates, among never-treated units; "
                "leave it out of the covariates"
            )
