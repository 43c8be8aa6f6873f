"""Several outcomes tested together: p-values and false discovery rates that count how many questions were asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.check_result import Shown, text_of
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.headline import default_estimator
from impact.estimators.many import AnyEstimator, compares_cohorts
from impact.estimators.many_of import many
from impact.inference.assignments import LABEL, Assignments, assignments
from impact.inference.exchange import Exchange
from impact.inference.randomization import in_blocks
from impact.interval import TIE, permutation_ps
from impact.one_thread import one_thread
from impact.streams import stream

GRID = 0.001  # step of the false discovery rates tried for sharpened q-values, as Anderson's own programme


@dataclass(frozen=True, repr=False)
class FamilyResult(Shown):
    """Outcomes of one family with their p-values, alone and adjusted.

    Attributes
    ----------
    name : str
    table : DataFrame
        One row an outcome: ``outcome, estimate, std_error, p_value`` (permutation), ``p_holm``, ``p_romano_wolf`` (stepdown
        maximum t), ``p_westfall_young`` (stepdown minimum p), ``q_benjamini_hochberg``, ``q_sharpened``.
    permutations : int
    """

    name: str
    table: pd.DataFrame
    permutations: int

    def summary(self) -> str:
        """Return every outcome's p-values, alone and adjusted, as plain text."""
        return f"{self.name}, {self.permutations:,} permutations\n\n{text_of(self.table)}"


@one_thread()
def family_test(
    panels: Mapping[str, Panel],
    estimator: AnyEstimator | None = None,
    *,
    name: str = "family",
    permutations: int = 1999,
    seed: int = 2012,
) -> FamilyResult:
    """Test the overall effect on every outcome with the same permuted assignments, so that their dependence is kept.

    Parameters
    ----------
    panels : Mapping
        Name of each outcome to its panel; the same firms and cohorts, though some may lack an outcome.
    estimator : AnyEstimator, optional
        Its overall number is tested; Callaway and Sant'Anna's by default.
    name : str
        Of the family, for its summary.
    permutations : int
        Random assignments beside the actual one; all are enumerated when there are few.
    seed : int

    Returns
    -------
    FamilyResult

    Assumes
    -------
    As `RandomizationInference`, for all outcomes at once; then Westfall-Young and Romano-Wolf bound the chance of one
    false finding or more whatever the dependence.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, ch. 2; Romano and Wolf (2016), Statistics and
    Probability Letters 113; Anderson (2008), Journal of the American Statistical Association 103(484), sec. 4.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> workers = panel.with_outcome(panel.covariates["workers"], "workers")
    >>> found = impact.family_test({"revenue": panel, "workers": workers}, permutations=99)
    >>> found.table[["outcome", "estimate", "p_value", "p_romano_wolf", "q_sharpened"]].round(3)
       outcome  estimate  p_value  p_romano_wolf  q_sharpened
    0  revenue     1.611     0.01           0.01        0.021
    1  workers     0.208     0.63           0.63        0.460
    """
    estimator = estimator or default_estimator()
    compares_cohorts(estimator, who="family_test")
    everybody = _Everybody.of(panels)
    generator = stream(seed, "family_permutations")
    others = assignments(
        everybody.labels, everybody.strata, draws=permutations, generator=generator
    )
    rows, observed, permuted = [], [], []
    for outcome, panel in panels.items():
        asked = many(panel, estimator)
        own: Integers = np.searchsorted(asked.cohorts, everybody.cohorts).astype(LABEL)
        if not np.isin(everybody.cohorts, asked.cohorts).all():
            raise NotAvailableError(
                f"{outcome}: a cohort has no unit with this outcome; leave the outcome out of the family"
            )
        values = np.nan_to_num(panel.wide)[:, None, :]
        mine = replace(others, labels=own[others.labels[:, everybody.places(panel)]])
        actual = asked.evaluate(asked.labels[None], values)
        observed.append(actual.t()[0, 0])
        permuted.append(in_blocks(asked, mine, values).t()[0])
        rows.append((outcome, actual.effect[0, 0], np.sqrt(actual.variance[0, 0])))
    table = pd.DataFrame(rows, columns=["outcome", "estimate", "std_error"])
    return adjusted(name, table, np.array(observed), np.array(permuted).T, others)


@dataclass(frozen=True)
class _Everybody:
    """What was assigned in any panel (units, or clusters): names, cohorts as labels, and strata.

    Clusters and strata are the first panel's; a unit that it lacks stands for itself, in a stratum of its own.
    """

    name_of_unit: "pd.Series[Any]"
    names: NDArray[np.object_]
    cohorts: Floats
    labels: Integers
    strata: Integers

    @classmethod
    def of(cls, panels: Mapping[str, Panel]) -> "_Everybody":
        first = next(iter(panels.values()))
        leader = np.unique(first.cluster, return_index=True)[1]
        name_of_unit = pd.Series(first.units[leader][first.cluster], index=first.units)
        known = [
            pd.Series(panel.cohort, index=_named(name_of_unit, panel)) for panel in panels.values()
        ]
        cohort = pd.concat(known)
        cohort = cohort[~cohort.index.duplicated()].sort_index()
        labels = np.searchsorted(np.unique(first.cohort), first.cohort).astype(np.int64)
        strata = pd.Series(Exchange.of(first, labels).of_unit, index=name_of_unit.to_numpy())
        codes = strata[~strata.index.duplicated()].reindex(cohort.index).to_numpy(float, copy=True)
        alone = np.isnan(codes)
        codes[alone] = np.nanmax(codes) + 1 + np.arange(alone.sum())
        cohorts, places = np.unique(cohort.to_numpy(), return_inverse=True)
        names = cohort.index.to_numpy()
        return cls(name_of_unit, names, cohorts, places.astype(np.int64), codes.astype(np.int64))

    def places(self, panel: Panel) -> Integers:
        """Place among the names of what each of the panel's units was assigned with, (N,)."""
        return np.searchsorted(self.names, _named(self.name_of_unit, panel))


def _named(name_of_unit: "pd.Series[Any]", panel: Panel) -> NDArray[Any]:
    units = pd.Series(panel.units, index=panel.units)
    return np.asarray(name_of_unit.reindex(panel.units).fillna(units))


def adjusted(
    name: str, table: pd.DataFrame, observed: Floats, permuted: Floats, others: Assignments
) -> FamilyResult:
    """Add every adjustment to a table of outcomes.

    Parameters
    ----------
    name : str
        Of the family.
    table : DataFrame
        One row an outcome, H rows.
    observed : ndarray, (H,)
        t statistics under the actual assignment.
    permuted : ndarray, (P, H)
        The same under the others.
    others : Assignments
        Those.
    """
    from statsmodels.stats.multitest import multipletests

    # an assignment that gives no statistic counts as far out, the cautious side
    everything = np.where(np.isnan(permuted), np.inf, np.abs(permuted))
    actual = np.abs(observed)
    if not others.enumerated:
        everything = np.vstack([actual, everything])
    p = permutation_ps(actual[:, None], everything.T, added=0)
    return FamilyResult(
        name=name,
        table=table.assign(
            p_value=p,
            p_holm=multipletests(p, method="holm")[1],
            p_romano_wolf=stepdown(actual, everything),
            p_westfall_young=stepdown(-p, -_ranked(everything)),
            q_benjamini_hochberg=multipletests(p, method="fdr_bh")[1],
            q_sharpened=sharpened_q(p),
        ),
        permutations=len(permuted),
    )


def _ranked(everything: Floats) -> Floats:
    """Turn each assignment's statistics (P, H) into its p-values among all."""
    n = len(everything)
    columns = [
        (n - np.searchsorted(np.sort(column), column * (1 - TIE), side="left")) / n
        for column in everything.T
    ]
    return np.column_stack(columns)


def stepdown(actual: Floats, everything: Floats) -> Floats:
    """Return stepdown p-values (H,): the largest of the statistics not yet passed, among all assignments (P, H).

    References
    ----------
    Romano and Wolf (2016), algorithm 4.1; Westfall and Young (1993), algorithm 2.8.
    """
    order = np.argsort(-actual, kind="stable")
    tolerance = TIE * np.abs(actual)
    # the largest over this and all later hypotheses, built from the last one up
    largest = np.maximum.accumulate(everything[:, order[::-1]], axis=1)[:, ::-1]
    share = (largest >= (actual - tolerance)[order]).mean(axis=0)
    result = np.empty(len(actual))
    result[order] = np.maximum.accumulate(share)
    return result


def sharpened_q(p: Floats) -> Floats:
    """Return sharpened two-stage q-values (H,) of p-values.

    The false discovery rates tried go down from 1 in steps of .001; a q-value is the last at which the hypothesis falls.

    References
    ----------
    Benjamini, Krieger and Yekutieli (2006), Biometrika 93(3), definition 6; Anderson (2008), sec. 4.2.
    """
    n = len(p)
    order = np.argsort(p, kind="stable")
    rank = np.arange(1, n + 1)
    rate = np.arange(1, 0, -GRID)[:, None]
    first = rate / (1 + rate)
    rejected = _rejections(p[order], first * rank / n)
    left = np.maximum(n - rejected, 1)[:, None]
    second = np.where(rejected[:, None] == n, 1.0, first * rank / left)
    total = np.where(rejected == n, n, _rejections(p[order], second))
    falls = rank <= total[:, None]
    result = np.empty(n)
    # rates fall along the first axis: the smallest at which a hypothesis is still rejected
    result[order] = np.where(falls, rate, 1.0).min(axis=0)
    return result


def _rejections(p: Floats, limits: Floats) -> Integers:
    """How many hypotheses fall when p-values (H,), sorted, are held against each row of limits (R, H)."""
    below = p <= limits * (1 + TIE)
    return np.where(below.any(axis=1), below.shape[1] - below[:, ::-1].argmax(axis=1), 0)
