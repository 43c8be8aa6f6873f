"""The units, untreated cells and covariates that a model of untreated outcomes is fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError, NotAvailableError, NotIdentifiedError
from impact.estimators.selection.covariates import Covariates
from impact.estimators.synthetic.cross_validation import best_form, penalties
from impact.estimators.synthetic.low_rank import (
    Fitted,
    LowRank,
    fit_from_controls,
    fit_low_rank,
)
from impact.estimators.synthetic.sample import refuse_collinear


@dataclass(frozen=True)
class FactorSample:
    """What is fitted.

    Attributes
    ----------
    panel : Panel
    unit : ndarray of int, (n,)
        Which of its units each row is; a bootstrap sample repeats some.
    Y : ndarray, (n, T)
        NaN where not observed.
    X : ndarray, (p, n, T)
        Zero where not observed.
    untreated : ndarray of bool, (n, T)
        Cells that are observed without treatment.
    never_treated_alone : bool
    """

    panel: Panel
    unit: Integers
    Y: Floats = field(repr=False)
    X: Floats = field(repr=False)
    untreated: Mask = field(repr=False)
    never_treated_alone: bool

    @classmethod
    def of(
        cls,
        panel: Panel,
        covariates: Sequence[str],
        *,
        fewest: int,
        never_treated_alone: bool,
        who: str,
    ) -> "FactorSample":
        """Choose units.

        Raises
        ------
        NotAvailableError
            With weights of units.
        NotIdentifiedError
            Without never-treated or treated units with enough untreated periods; when covariates are collinear or constant.
        MissingValueError
            When a covariate is missing.
        """
        if np.ptp(panel.weight) > 0:
            raise NotAvailableError(
                f"{who}: has no weights of units; take a panel without them, or CallawaySantAnna"
            )
        enough = _untreated(panel).sum(axis=1) >= fewest
        never = np.isinf(panel.cohort)
        for kind, some in (("never-treated", never), ("treated", ~never)):
            if not (enough & some).any():
                raise NotIdentifiedError(
                    f"{panel.outcome}: {who} needs {kind} units with {fewest} untreated periods and more; take fewer factors, "
                    "or CallawaySantAnna"
                )
        kept = panel.subset(enough, reason="too_few_untreated_periods")
        X = Covariates.of(kept, covariates).by_period.transpose(1, 2, 0)
        seen = ~np.isnan(kept.wide)
        for name, values in zip(covariates, X, strict=True):
            if np.isnan(values[seen]).any():
                raise MissingValueError(
                    f"{name}: missing in {int(np.isnan(values[seen]).sum())} observations; complete it, or leave these units "
                    "out"
                )
        X = np.where(seen, X, 0.0)
        if len(covariates):
            refuse_collinear(X, covariates)
        every = np.arange(kept.n_units)
        return cls(kept, every, kept.wide, X, _untreated(kept), never_treated_alone)

    @property
    def labels(self) -> Integers:
        """Place of each unit among the cohorts; their number for never treated."""
        return np.searchsorted(np.append(self.panel.cohorts, np.inf), self.panel.cohort)

    @property
    def fewest_untreated(self) -> int:
        """Untreated periods of the unit that has fewest."""
        return int(self.untreated.sum(axis=1).min())

    def drawn(self, unit: Integers) -> "FactorSample":
        """Return the sample with these units, some of them repeated."""
        return replace(
            self, unit=unit, Y=self.Y[unit], X=self.X[:, unit], untreated=self.untreated[unit]
        )

    def fit(self, form: LowRank, *, start: Fitted | None = None) -> Fitted:
        """Fit the model; from two-way effects, or from a fit of the whole sample."""
        begun = None if start is None else start.outcome[self.unit]
        return self._fit(self.untreated, form, begun)

    def _fit(self, cells: Mask, form: LowRank, begun: Floats | None = None) -> Fitted:
        if self.never_treated_alone:
            controls = np.isinf(self.panel.cohort[self.unit])
            return fit_from_controls(self.Y, cells, self.X, form, controls=controls, start=begun)
        if begun is None and form.rank != 0:
            begun = fit_low_rank(self.Y, cells, self.X, LowRank(rank=0)).outcome
        return fit_low_rank(self.Y, cells, self.X, form, start=begun)

    def best(self, forms: Sequence[LowRank], *, fewest: int, seed: int) -> LowRank:
        """Return the form that best predicts cells that were held out."""
        return best_form(self.Y, self.untreated, forms, self._fit, fewest=fewest, seed=seed)

    def penalties(self) -> list[LowRank]:
        """Return the penalties that are tried."""
        effects = fit_low_rank(self.Y, self.untreated, self.X, LowRank(rank=0)).outcome
        return penalties(self.Y, effects, self.untreated)


def _untreated(panel: Panel) -> Mask:
    """Where a unit is observed without treatment, (N, T)."""
    before = panel.times < panel.cohort[:, None]
    return np.asarray(before & ~np.isnan(panel.wide))
