"""From compared means to an `Estimate`, and what can still be asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers
from impact.data.panel import Panel
from impact.data.sample import Sample
from impact.errors import NotAvailableError
from impact.estimate import Estimate
from impact.estimators.experiments.adjusted_means import Compared
from impact.estimators.experiments.arms import Arms
from impact.estimators.experiments.trial_rows import TrialRows
from impact.parameters import Rows
from impact.terms import ENOUGH_UNITS, Averaging, Grouping


@dataclass(frozen=True)
class ArmParts:
    """Means of arms behind comparisons.

    Attributes
    ----------
    compared : Compared
        A means, then m comparisons.
    at : ndarray of int, (k,)
        Places of the comparisons that are kept, among means and comparisons.
    reference : ndarray of int, (k,)
        The arm that each is compared with.
    unit : ndarray of int, (n,)
        Of each row that was compared.
    n_units : int
        Of the panel that was fitted.
    """

    compared: Compared
    at: Integers
    reference: Integers
    unit: Integers
    n_units: int

    def aggregate(
        self, estimate: Estimate, *, by: Grouping, average: Averaging, balance: int | None
    ) -> Estimate:
        """Return a single comparison, which is overall already; several do not average."""
        if len(self.at) > 1:
            raise NotAvailableError(
                f"{estimate.method}: several arms do not average into one effect; select one comparison"
            )
        if by != "overall" or balance is not None:
            raise NotAvailableError(f"{estimate.method}: one number, it has no parts by {by}")
        del average
        return estimate

    def select(self, at: Integers) -> "ArmParts":
        """Return what is behind some of the comparisons."""
        return replace(self, at=self.at[at], reference=self.reference[at])

    def influence(self, panel: Panel) -> Floats:
        """Each unit's score on each comparison, (N, k)."""
        del panel
        scores = np.zeros((self.n_units, len(self.at)))
        np.add.at(scores, self.unit, self.compared.scores[:, self.at])
        return scores

    def weights(self, estimate: Estimate) -> pd.DataFrame:
        """Refuse: nothing is compared by cohort and period."""
        raise NotAvailableError(
            f"{estimate.method}: arms are compared as a whole, not by cohort and period"
        )

    def percent(self, estimate: Estimate) -> Estimate:
        """The comparisons over the adjusted mean of the arm compared with, by the delta method: gradient (1/m, -a/m^2)."""
        effect, mean = self.compared.estimates[self.at], self.compared.estimates[self.reference]
        if (mean == 0).any():
            raise NotAvailableError(
                f"{estimate.method}: the mean of an arm compared with is zero, and there is no percentage of it; report the "
                "effect"
            )
        gradient = np.zeros((len(effect), len(self.compared.estimates)))
        each = np.arange(len(effect))
        gradient[each, self.at] = 100 / mean
        gradient[each, self.reference] -= 100 * effect / mean**2
        return replace(
            estimate,
            values=100 * effect / mean,
            vcov=gradient @ self.compared.vcov @ gradient.T,
            estimand=f"{estimate.estimand}, in percent of the counterfactual mean",
            method=f"{estimate.method}; percent by the delta method",
            spec={
                **estimate.spec,
                "counterfactual_mean": list(mean),
                "observed_mean": list(mean + effect),
            },
            parts=None,
        )


@dataclass(frozen=True)
class Wording:
    """What an estimator says of itself."""

    method: str
    source: str
    spec: Mapping[str, Any]


def arm_estimate(
    panel: Panel, arms: Arms, rows: TrialRows, found: Compared, wording: Wording
) -> Estimate:
    """Put comparisons of arms together."""
    n_arms, seen = len(arms.labels), np.zeros(panel.n_units, dtype=bool)
    seen[rows.unit] = True
    count = arms.counts(seen)
    own = np.arange(n_arms, len(found.estimates))
    arm, other = np.array(arms.pairs).T
    return Estimate(
        Rows(
            term=arms.terms,
            n_treated=count[arm],
            n_control=count[other],
            n_clusters=[found.n_clusters] * len(own),
            df=found.df,
        ),
        found.estimates[own],
        found.vcov[np.ix_(own, own)],
        estimand=f"Effect on {panel.outcome} of being assigned to an arm",
        method=f"{wording.method}; {found.covariance}",
        sample=_sample(panel, arms, seen),
        spec={
            **wording.spec,
            "df": float(found.df.min()),
            "n_obs": len(rows.y),
            "arms": list(arms.labels),
            "counterfactual_mean": list(found.estimates[other]),
            "observed_mean": list(found.estimates[arm]),
        },
        notes=_notes(count[1:], rows.between),
        source=wording.source,
        parts=ArmParts(found, own, other, rows.unit, panel.n_units),
    )


def _sample(panel: Panel, arms: Arms, seen: Any) -> Sample:
    """The panel's counts, by arm, with those that were not compared."""
    n_control = int((arms.code == 0).sum())
    counted = replace(panel.sample, n_treated=panel.n_units - n_control, n_never=n_control)
    return counted.with_dropped("not_compared_after_the_start", int((~seen).sum()))


def _notes(treated: Sequence[int] | Integers, between: int) -> tuple[str, ...]:
    few = int(min(treated))
    return (
        *((f"few_treated_units:{few}",) if few < ENOUGH_UNITS else ()),
        *((f"transition_observations_left_out:{between}",) if between else ()),
    )
