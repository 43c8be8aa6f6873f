"""What the tests of this very design are worth: size, coverage and power, simulated on the panel's own structure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, Shown, amount, pass_or_warn, text_of
from impact.data.panel import Panel
from impact.diagnostics.drawn_paths import paths_to_draw
from impact.diagnostics.recommendation import (
    MONTE_CARLO,
    Recommendation,
    holding,
    recommend,
    smallest_detectable,
)
from impact.diagnostics.simulated_tests import Simulated, SimulatedTests, Simulation
from impact.errors import EstimationError
from impact.estimators.headline import default_estimator, word_of
from impact.estimators.linear import as_panel
from impact.estimators.many import AnyEstimator, clusters_are_units, compares_cohorts, labels_of
from impact.estimators.many_of import overall
from impact.inference.exchange import Exchange
from impact.inference.named import CANDIDATES, EVERY, OF_CLUSTERS, InferenceName, inference_named
from impact.inference.situation import Answering, needs_variation
from impact.inference.treatment_groups import group_codes
from impact.one_thread import one_thread
from impact.simulate.untreated_paths import Process
from impact.terms import CONFIDENCE_LEVEL, ENOUGH_UNITS

COUNTED: tuple[Process, ...] = ("resampled", "gaussian")
SHARED: Process = "shared_shock"
CURVE = np.linspace(
    0, 1.6, 9
)  # effects of the power curve, in smallest detectable effects of the recommended test
WILD_DRAWS = 399  # of the wild bootstrap on each simulated panel


@dataclass(frozen=True, repr=False)
class DesignCheck(Shown):
    """Size, coverage, length and power of every inference on one design, and the one to use.

    Half the simulated panels choose, the other half state what was chosen is worth.

    Attributes
    ----------
    table : DataFrame
        One row a process, estimator and inference: ``size`` of the nominal test, ``size_low, size_high`` (its Monte Carlo
        band), ``coverage``, ``median_length``, ``smallest_detectable`` (all in the outcome's unit),
        ``smallest_detectable_percent`` of the counterfactual mean, on the half that states; ``size_choosing``, ``holds``,
        ``holds_within_error`` on the half that chooses.
    power : DataFrame
        ``estimator, inference, effect, percent, power`` when outcomes are resampled.
    estimator : str
        The headline's, as the table names it.
    counted : tuple of str
        Processes in which an inference must hold.
    recommended : str
    why : str
        ``default_holds`` (randomization inference, and nothing that holds is a tenth shorter), ``holds_and_shortest``,
        ``holds_within_error`` (none reaches the limit, but randomization inference falls short by no more than two Monte
        Carlo errors) or ``none_holds``.
    holding : tuple of str
        Candidates that hold.
    draws : int
        Simulated panels a process.
    level : float
    n_treated, n_units : int
        Units of assignment: clusters where these lie above the unit.
    single_unit_cohorts : int
    effective_clusters : float
    """

    table: pd.DataFrame
    power: pd.DataFrame
    estimator: str
    counted: tuple[str, ...]
    recommended: str
    why: Recommendation
    holding: tuple[str, ...]
    draws: int
    level: float
    n_treated: int
    n_units: int
    single_unit_cohorts: int
    effective_clusters: float

    def summary(self) -> str:
        """Return sizes by process, lengths, smallest detectable effects and the recommendation as plain text."""
        keys = ["estimator", "inference"]
        size = self.table.pivot_table(index=keys, columns="process", values="size", sort=False)
        rows = self.table[self.table["process"] == COUNTED[0]].set_index(keys)
        other = rows[["median_length", "smallest_detectable"]]
        return (
            f"Design check: {self.n_treated} treated of {self.n_units} units, "
            f"{self.effective_clusters:.1f} effective clusters\n"
            f"Share of {self.draws:,} panels without effect in which a test at {1 - self.level:.0%} finds one\n\n"
            f"{text_of(size.join(other).reset_index())}\n\n"
            f"Recommended: {self.recommended} ({self.why}); smallest detectable effect "
            f"{amount(float(self.chosen['smallest_detectable']))}"
        )

    @property
    def headline(self) -> pd.DataFrame:
        """Rows of the headline's estimator in the processes that count."""
        mine = self.table["estimator"] == self.estimator
        return self.table[mine & self.table["process"].isin(self.counted)]

    @property
    def chosen(self) -> pd.Series:
        """The recommended inference's row where outcomes are resampled."""
        rows = self.headline
        mine = (rows["inference"] == self.recommended) & (rows["process"] == COUNTED[0])
        return rows[mine].iloc[0]

    def power_at(self, effect: float) -> float:
        """Return the share of studies whose recommended test finds an effect of a size, read off the headline's curve."""
        mine = (self.power["estimator"] == self.estimator) & (
            self.power["inference"] == self.recommended
        )
        curve = self.power[mine]
        return float(np.interp(abs(effect), curve["effect"], curve["power"]))

    @property
    def worst_size(self) -> float:
        """How often the recommended inference's test finds an effect where there is none, in the worst process that counts."""
        rows = self.headline
        return float(rows.loc[rows["inference"] == self.recommended, "size"].max())

    def check(self) -> CheckResult:
        """Pass when an interval holds, fail when none does."""
        return CheckResult(
            "design_check",
            "fail" if self.why == "none_holds" else "pass",
            f"{self.why}:{self.recommended}",
            statistic=self.worst_size,
            table=self.table,
        )

    def checks(self) -> tuple[CheckResult, ...]:
        """Say whether an interval holds, and flag single-unit cohorts and few effective clusters."""
        return (
            self.check(),
            CheckResult(
                "single_unit_cohorts",
                pass_or_warn(self.single_unit_cohorts == 0),
                f"cohorts_of_one:{self.single_unit_cohorts}",
                statistic=float(self.single_unit_cohorts),
            ),
            CheckResult(
                "effective_clusters",
                pass_or_warn(self.effective_clusters >= ENOUGH_UNITS),
                f"effective_clusters:{self.effective_clusters:.1f}",
                statistic=self.effective_clusters,
            ),
        )


@one_thread()
def design_check(
    panel: Panel,
    estimator: AnyEstimator | None = None,
    *,
    group: pd.Series | None = None,
    candidates: Sequence[Answering | InferenceName] | None = None,
    processes: Sequence[Process] = (*COUNTED, SHARED),
    beside: Mapping[str, tuple[AnyEstimator, Sequence[InferenceName]]] | None = None,
    draws: int = 2000,
    permutations: int = 99,
    level: float = CONFIDENCE_LEVEL,
    seed: int = 2012,
) -> DesignCheck:
    """Simulate panels like this one without any effect, test each, and recommend the inference that holds.

    Untreated paths are drawn within strata from never-treated units (or from a normal with their covariance over periods),
    treated ones stretched to the spread that treated units show; cohorts, gaps, clusters and strata are the panel's own.
    Clusters above the unit are drawn as a whole, and every inference is of clusters. An inference holds if its coverage, in
    the worst of the counted processes, is not below the level less .01. Randomization inference is recommended unless
    another candidate holds and its median interval is at least a tenth shorter.
    The check's permutation tests draw fewer assignments than the headline's own, which costs them a little power.

    Parameters
    ----------
    panel : Panel
    estimator : AnyEstimator, optional
        Any one; its overall number is tested. Callaway and Sant'Anna's by default.
    group : Series, optional
        Group of each treated unit (its fair), indexed by the unit's label. Groups share the shock of ``shared_shock``, which
        then counts, and are the units of ``group_t``; cohorts by default.
    candidates : sequence of inferences or their words
        Those that may be recommended, fixed before looking.
    processes : sequence of str
        ``resampled`` and ``gaussian`` count; ``shared_shock`` (5% of the variance common to a group) counts where the study
        names groups, and is shown beside them otherwise.
    beside : Mapping
        Name of further estimators to those and the inferences of each, shown beside the headline.
    draws, permutations : int
        Simulated panels a process, and assignments of each permutation test.
    level : float
    seed : int

    Assumes
    -------
    Parallel trends: the check is of inference, not of identification. Smallest detectable effects are for one constant
    effect.

    Raises
    ------
    NotAvailableError
        When clusters have units of several cohorts, or all units change alike; from moments, which hold no unit.
    NotIdentifiedError
        As `UntreatedPaths.of`, and as the estimator.

    References
    ----------
    MacKinnon and Webb (2020), Journal of Econometrics 218(2), on few treated clusters; Ferman (2021), arXiv 1912.08772, on
    assessing inference by simulating the design.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> checked = impact.design_check(panel, draws=20, permutations=19)  # 2,000 and 99 in earnest
    >>> checked.recommended, checked.why
    ('clustered_t', 'holds_and_shortest')
    >>> checked.headline[["process", "inference", "size"]].head(2)
         process    inference  size
    0  resampled  permutation   0.1
    1  resampled  clustered_t   0.0
    """
    panel = as_panel(panel, who="design_check", needs="each unit's path")
    panel = replace(
        panel, complete=None
    )  # whoever was always treated has no path without treatment
    needs_variation(panel)
    estimator = estimator or default_estimator(level=level)
    compares_cohorts(estimator, who="design_check")
    named = candidates or (CANDIDATES if clusters_are_units(panel) else OF_CLUSTERS)
    asked = tuple(inference_named(one) for one in named)
    exchange, groups = Exchange.of(panel, labels_of(panel)[0]), group_codes(panel, group)
    simulated = Simulation(
        paths=paths_to_draw(panel, estimator, exchange=exchange, groups=groups, seed=seed),
        processes=tuple(processes),
        exchange=exchange,
        group=groups,
        draws=draws,
        permutations=permutations,
        level=level,
        seed=seed,
        inferences=_asked(asked, panel),
        beside={
            other: (one, tuple(inference_named(word) for word in words))
            for other, (one, words) in (beside or {}).items()
        },
    ).of(panel, word_of(estimator), estimator)
    counted = tuple(p for p in processes if p in COUNTED or (p == SHARED and group is not None))
    return _recommended(
        panel,
        estimator,
        simulated,
        exchange=exchange,
        candidates=[one.code for one in asked],
        counted=counted,
        draws=draws,
        level=level,
    )


def _recommended(
    panel: Panel,
    estimator: AnyEstimator,
    simulated: SimulatedTests,
    *,
    exchange: Exchange,
    candidates: list[str],
    counted: tuple[Process, ...],
    draws: int,
    level: float,
) -> DesignCheck:
    """Turn simulated tests into rates, and these into the inference to believe."""
    name, base = word_of(estimator), _counterfactual_mean(panel, estimator)
    table = pd.DataFrame([_row(found, level=level, base=base) for found in simulated.tests])
    rows = table[(table["estimator"] == name) & table["process"].isin(counted)]
    recommended, why, holding = recommend(rows, candidates)
    return DesignCheck(
        table=table,
        power=_curves(simulated.tests, table, (name, recommended), base),
        estimator=name,
        counted=counted,
        recommended=recommended,
        why=why,
        holding=holding,
        draws=draws,
        level=level,
        n_treated=int((exchange.labels < len(panel.cohorts)).sum()),
        n_units=len(exchange.labels),
        single_unit_cohorts=int((np.bincount(exchange.labels)[: len(panel.cohorts)] == 1).sum()),
        effective_clusters=simulated.effective_clusters,
    )


def _asked(candidates: tuple[Answering, ...], panel: Panel) -> tuple[Answering, ...]:
    """The candidates, and beside them whatever else is shown; wild bootstraps with fewer draws than a headline's."""
    shown = EVERY if clusters_are_units(panel) else (*OF_CLUSTERS, "clustered", "clustered_t")
    known = {one.code for one in candidates}
    others = [
        inference_named(word) for word in shown if word not in known and word != "wild_bootstrap"
    ]
    every = (*candidates, *others)
    return tuple(
        replace(one, draws=WILD_DRAWS) if one.code == "wild_bootstrap" else one  # type: ignore[type-var]
        for one in every
    )


def _row(found: Simulated, *, level: float, base: float) -> dict[str, Any]:
    choosing, stating = found.halves()
    size, draws = stating.rejected(0.0), len(stating.interval.low)
    margin = MONTE_CARLO * np.sqrt(level * (1 - level) / draws)
    detectable = smallest_detectable(found.rejected, found.spread)
    return {
        "process": found.process,
        "estimator": found.estimator,
        "inference": found.inference,
        "size": size,
        "size_low": max(size - margin, 0.0),
        "size_high": min(size + margin, 1.0),
        "coverage": 1 - size,
        "median_length": found.median_length,
        "smallest_detectable": detectable,
        "smallest_detectable_percent": 100 * detectable / base,
        "size_choosing": choosing.rejected(0.0),
        **holding(choosing.rejected(0.0), level=level, draws=len(choosing.interval.low)),
    }


def _curves(
    tests: Sequence[Simulated], table: pd.DataFrame, recommended: tuple[str, str], base: float
) -> pd.DataFrame:
    """Power of every inference at effects up to 1.6 times the recommended one's smallest detectable effect."""
    mine = [found for found in tests if found.process == COUNTED[0]]
    at = table[table["process"] == COUNTED[0]].set_index(["estimator", "inference"])
    unit = float(at["smallest_detectable"].get(recommended, np.inf))
    if not np.isfinite(unit):
        unit = 5 * mine[0].spread
    rows = [
        {
            "estimator": found.estimator,
            "inference": found.inference,
            "effect": float(effect),
            "percent": 100 * float(effect) / base,
            "power": found.rejected(float(effect)),
        }
        for found in mine
        for effect in CURVE * unit
    ]
    return pd.DataFrame(rows)


def _counterfactual_mean(panel: Panel, estimator: AnyEstimator) -> float:
    """Mean outcome the treated would have had after treatment; NaN where outcomes can be negative, or it is nothing."""
    if (panel.y < 0).any():
        return float(np.nan)
    try:
        percent = overall(panel, estimator).percent()
    except EstimationError:
        return float(np.nan)
    mean = float(percent.spec["counterfactual_mean"][0])
    return mean if mean > 0 else float(np.nan)
