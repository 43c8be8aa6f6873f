"""Several outcomes tested together: p-values and false discovery rates that count how many questions were asked."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.check_result import Shown, text_of
from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.inference.assignments import Assignments, assignments
from impact.inference.randomization import TIE
from impact.inference.strata import permutation_strata
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


def family_test(
    panels: Mapping[str, Panel],
    estimator: CallawaySantAnna | None = None,
    *,
    name: str = "family",
    draws: int = 1999,
    seed: int = 2012,
) -> FamilyResult:
    """Test the overall effect on every outcome with the same permuted assignments, so that their dependence is kept.

    Parameters
    ----------
    panels : Mapping
        Name of each outcome to its panel; the same firms and cohorts, though some may lack an outcome.

    Assumes
    -------
    As `RandomizationInference`, for all outcomes at once; then Westfall-Young and Romano-Wolf bound the chance of one
    false finding or more whatever the dependence.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, ch. 2; Romano and Wolf (2016), Statistics and
    Probability Letters 113; Anderson (2008), Journal of the American Statistical Association 103(484), sec. 4.
    """
    estimator = estimator or CallawaySantAnna()
    units, cohort, strata = _everybody(panels)
    labels = np.searchsorted(np.unique(cohort), cohort).astype(np.int64)
    generator = stream(seed, "family_permutations")
    others = assignments(labels, strata, draws=draws, generator=generator)
    rows, observed, permuted = [], [], []
    for outcome, panel in panels.items():
        design = Comparisons.of(panel, estimator)
        own = np.searchsorted(design.cohorts, np.unique(cohort)).astype(np.int64)
        if not np.isin(np.unique(cohort), design.cohorts).all():
            raise NotAvailableError(
                f"{outcome}: a cohort has no unit with this outcome; leave the outcome out of the family"
            )
        changes = design.changes(panel.wide)[:, None, :]
        mine = own[others.labels[:, np.searchsorted(units, panel.units)]]
        actual = design.evaluate(design.labels[None], changes)
        observed.append(actual.t()[0, 0])
        permuted.append(design.evaluate(mine, changes).t()[0])
        rows.append((outcome, actual.effect[0, 0], np.sqrt(actual.variance[0, 0])))
    table = pd.DataFrame(rows, columns=["outcome", "estimate", "std_error"])
    return adjusted(name, table, np.array(observed), np.array(permuted).T, others)


def _everybody(
    panels: Mapping[str, Panel],
) -> tuple[NDArray[np.object_], Floats, Integers]:
    """Units of any panel, sorted, with their cohort and stratum; units that the first panel lacks are not exchanged."""
    first = next(iter(panels.values()))
    cohort = pd.concat([pd.Series(p.cohort, index=p.units) for p in panels.values()])
    cohort = cohort[~cohort.index.duplicated()].sort_index()
    strata = pd.Series(permutation_strata(first), index=first.units).reindex(cohort.index)
    alone = strata.isna().to_numpy()
    codes = strata.to_numpy(dtype=float, copy=True)
    codes[alone] = np.nanmax(codes) + 1 + np.arange(alone.sum())
    return cohort.index.to_numpy(), cohort.to_numpy(), codes.astype(np.int64)


def adjusted(
    name: str, table: pd.DataFrame, observed: Floats, permuted: Floats, others: Assignments
) -> FamilyResult:
    """Add every adjustment to a table of outcomes.

    Parameters
    ----------
    observed : ndarray, (H,)
    permuted : ndarray, (P, H)
    """
    from statsmodels.stats.multitest import multipletests

    everything = np.abs(permuted)
    actual = np.abs(observed)
    if not others.enumerated:
        everything = np.vstack([actual, everything])
    p = permutation_ps(actual, everything)
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


def permutation_ps(actual: Floats, everything: Floats) -> Floats:
    """Share of assignments (P, H), the actual one among them, with statistics as large as the actual ones (H,)."""
    return np.asarray((everything >= actual * (1 - TIE)).mean(axis=0))


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
