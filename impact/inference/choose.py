"""The headline by every inference, which of them to believe, and the smallest effect the design could have detected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.errors import EstimationError
from impact.estimate import Estimate
from impact.estimators.headline import default_estimator
from impact.estimators.many import AnyEstimator, clusters_are_units
from impact.estimators.many_of import many
from impact.inference.clustered import Clustered
from impact.inference.named import EVERY, NAMED, OF_CLUSTERS, InferenceName
from impact.inference.randomization import Permutation, RandomizationResult
from impact.inference.situation import Situation, needs_variation, one_of_many
from impact.interval import Interval, PlainValues, Refused
from impact.one_thread import one_thread
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL, ENOUGH_UNITS, POWER

INTERVAL_COLUMNS = ["inference", "conf_low", "conf_high", "p_value"]


@dataclass(frozen=True)
class Verdict(PlainValues):
    """The headline's interval: by which inference, why, and what the design could detect.

    Attributes
    ----------
    believed : str
        An inference's word.
    why : str
        ``design_check:`` and `DesignCheck.why`, ``smallest_cohort:n`` where the design could not be checked, or
        ``as_drawn:n`` where a lot was drawn again n times.
    smallest_detectable : float
        In the outcome's unit: the effect that the believed test finds in 80% of such studies; infinite where its interval is.
    """

    infinite: ClassVar[dict[str, float]] = {**PlainValues.infinite, "smallest_detectable": np.inf}
    believed: str
    why: str
    estimate: float
    conf_low: float
    conf_high: float
    p_value: float
    smallest_detectable: float


@dataclass(frozen=True)
class HeadlineIntervals:
    """One number by every inference.

    Attributes
    ----------
    table : DataFrame
        ``inference, conf_low, conf_high, p_value``; unbounded where an inference has nothing to go by.
    randomization : RandomizationResult or None
        The permutation test in full, where units can be exchanged.
    refused : tuple of Refused
        Inferences without an answer, and why.
    """

    table: pd.DataFrame
    randomization: RandomizationResult | None
    refused: tuple[Refused, ...]

    def including_zero(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return those of some inferences whose interval includes zero and excludes anything: the whole line says nothing."""
        rows = self.table[self.table["inference"].isin(names)]
        bounded = np.isfinite(rows[["conf_low", "conf_high"]]).any(axis=1)
        inside = (rows["conf_low"] <= 0) & (rows["conf_high"] >= 0) & bounded
        return tuple(map(str, rows.loc[inside, "inference"]))


@one_thread()
def headline_intervals(
    panel: Panel,
    estimator: AnyEstimator | None = None,
    *,
    group: pd.Series | None = None,
    among: Sequence[InferenceName] | None = None,
    permutations: int = 1999,
    level: float = CONFIDENCE_LEVEL,
    seed: int = 2012,
) -> HeadlineIntervals:
    """Return the interval of an estimator's overall number by every inference: of clusters, where these lie above the unit.

    Parameters
    ----------
    panel : Panel
    estimator : AnyEstimator, optional
        Callaway and Sant'Anna's by default.
    group : Series, optional
        Group of each treated unit, indexed by its label; cohorts by default.
    among : sequence of inferences' words, optional
        Those that are asked; all by default.
    permutations : int
        Of the permutation test.
    level : float
    seed : int

    Raises
    ------
    EstimationError
        When the estimator has no answer, or all units change alike.
    """
    needs_variation(panel)
    asked = many(panel, estimator or default_estimator(level=level))
    randomization: RandomizationResult | None = None
    refused: list[Refused] = []
    try:
        situation = Situation.of(asked, group=group, level=level)
    except (
        EstimationError
    ) as problem:  # clusters of several cohorts cannot be exchanged; leaving one out can be
        found = Clustered("CRV3").of(panel, estimator or default_estimator(level=level))
        left = [] if isinstance(found, Refused) else [(found.inference, *ends_of(found))]
        return HeadlineIntervals(_table(left), None, (Refused.of("permutation", problem),))
    rows = []
    every = EVERY if clusters_are_units(panel) else (*OF_CLUSTERS, "clustered_t")
    for word in among or every:
        try:
            if word == "permutation":
                permutation = Permutation(permutations=permutations, seed=seed)
                found = randomization = permutation.answer(asked, level=level)
            elif word == "wild_bootstrap" and not clusters_are_units(panel):
                found = NAMED[word].answer(asked, level=level)  # type: ignore[attr-defined]
            elif word != "wild_bootstrap":
                generator = stream(seed, "stand_ins")
                answer = NAMED[word].intervals(situation, situation.outcomes, generator)
                found = one_of_many(word, answer, level=level)
            else:
                continue
        except EstimationError as problem:
            refused.append(Refused.of(word, problem))
            continue
        rows.append((word, *ends_of(found)))
    return HeadlineIntervals(_table(rows), randomization, tuple(refused))


def ends_of(found: Interval) -> tuple[float, float, float]:
    """Return an interval's ends and p-value."""
    return found.conf_low, found.conf_high, found.p_value


def _table(rows: Sequence[tuple[str, float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=INTERVAL_COLUMNS).astype(
        dict.fromkeys(INTERVAL_COLUMNS[1:], float)
    )


def headline_verdict(
    overall: Estimate,
    intervals: pd.DataFrame | None,
    *,
    recommended: tuple[str, str] | None,
    smallest_detectable: float | None = None,
    smallest_cohort: int,
) -> Verdict:
    """Take the interval that the design check recommends; without a check, go by the size of the smallest cohort.

    Parameters
    ----------
    overall : Estimate
        The headline with its clustered interval, which stands where no other is available.
    intervals : DataFrame or None
        As `HeadlineIntervals.table`; None where only the clustered interval is available.
    recommended : tuple of str or None
        Inference and reason, as `DesignCheck.recommended` and ``why``.
    smallest_detectable : float, optional
        Of the recommended inference; by the normal formula from its interval where none is given.
    smallest_cohort : int
        In units of assignment.

    References
    ----------
    MacKinnon and Webb (2018), Econometrics Journal 21(2), on few treated clusters.
    """
    row = overall.table.iloc[0]
    known = set() if intervals is None else set(intervals["inference"])
    name = recommended[0] if recommended else _by_size(known, smallest_cohort)
    why = f"design_check:{recommended[1]}" if recommended else f"smallest_cohort:{smallest_cohort}"
    if intervals is None or name not in known:
        name = "clustered"
        low, high, p = (float(row[column]) for column in INTERVAL_COLUMNS[1:])
    else:
        low, high, p = intervals.set_index("inference").loc[name, INTERVAL_COLUMNS[1:]]
    if np.isinf(high - low):
        smallest_detectable = np.inf
    if smallest_detectable is None:
        critical = quantile((1 + overall.spec["level"]) / 2, np.inf)
        spread = (high - low) / (2 * critical)
        smallest_detectable = (critical + quantile(POWER, np.inf)) * spread
    return Verdict(
        believed=name,
        why=why,
        estimate=float(row["estimate"]),
        conf_low=float(low),
        conf_high=float(high),
        p_value=float(p),
        smallest_detectable=float(smallest_detectable),
    )


def verdict_of_the_lot(overall: Estimate, found: HeadlineIntervals, *, smallest: int) -> Verdict:
    """Take the interval by the lot drawn again as it was, which no assumption but the lot makes hold.

    Parameters
    ----------
    overall : Estimate
    found : HeadlineIntervals
    smallest : int
        Units of assignment in the smallest arm, by which to go where the lot cannot be drawn again.
    """
    result = found.randomization
    asked = None if result is None else ("permutation", "as_drawn")
    verdict = headline_verdict(overall, found.table, recommended=asked, smallest_cohort=smallest)
    return verdict if result is None else replace(verdict, why=f"as_drawn:{result.permutations}")


def _by_size(known: set[str], smallest_cohort: int) -> str:
    """The inference to believe where the design could not be simulated: never the normal interval with clusters above units."""
    if smallest_cohort >= ENOUGH_UNITS and "clustered" in known:
        return "clustered"
    return (
        "permutation" if "permutation" in known else "crv3_t" if "crv3_t" in known else "clustered"
    )
