"""What the tests of this very design are worth: size, coverage and power, simulated on the panel's own structure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, Shown, amount, pass_or_warn, text_of
from impact.data.panel import Panel
from impact.diagnostics.simulated_tests import Simulated, Simulation
from impact.errors import EstimationError
from impact.estimators.assigned_weights import Regression
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.inference.few_treated import Inference
from impact.inference.strata import permutation_strata
from impact.inference.treatment_groups import group_codes
from impact.simulate.untreated_paths import Process, UntreatedPaths
from impact.streams import stream
from impact.terms import CONFIDENCE_LEVEL

Recommendation = Literal["holds_and_shortest", "holds_within_error", "none_holds"]
POWER = 0.8  # the share of studies that find the smallest detectable effect
BELOW = 0.01  # an inference whose simulated coverage is further under the level does not hold
HEADLINE = "callaway_santanna"
COUNTED: tuple[Process, ...] = ("resampled", "gaussian")
SHOWN_AS_WELL: tuple[Process, ...] = ("shared_shock",)
CURVE = np.linspace(
    0, 1.6, 9
)  # effects of the power curve, in smallest detectable effects of the recommended test
CANDIDATES: tuple[Inference, ...] = (
    "clustered_t",
    "crv2_satterthwaite",
    "crv3_t",
    "group_t",
    "permutation",
    "ferman_pinto",
)
FALLBACK: Inference = "permutation"
MONTE_CARLO = 2.0  # standard errors of a simulated share that are put down to chance


@dataclass(frozen=True, repr=False)
class DesignCheck(Shown):
    """Size, coverage, length and power of every inference on one design, and the one to use.

    Attributes
    ----------
    table : DataFrame
        One row a process, estimator and inference: ``size`` of the nominal test, ``size_low, size_high`` (its Monte Carlo
        band), ``coverage``, ``median_length``, ``smallest_detectable`` (all in the outcome's unit),
        ``smallest_detectable_percent`` of the counterfactual mean, ``holds``, ``holds_within_error``.
    power : DataFrame
        ``estimator, inference, effect, percent, power`` when outcomes are resampled.
    recommended : str
    why : str
        ``holds_and_shortest``, ``holds_within_error`` (none reaches the limit, but randomization inference falls short by no
        more than two Monte Carlo errors) or ``none_holds``.
    draws : int
        Simulated panels a process.
    level : float
    n_treated, n_units, effective_clusters : numbers of the design
    """

    table: pd.DataFrame
    power: pd.DataFrame
    recommended: Inference
    why: Recommendation
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
            f"Design check: {self.n_treated} treated of {self.n_units} units, {self.effective_clusters:.1f} effective\n"
            f"Share of {self.draws:,} panels without effect in which a test at {1 - self.level:.0%} finds one\n\n"
            f"{text_of(size.join(other).reset_index())}\n\n"
            f"Recommended: {self.recommended} ({self.why}); smallest detectable effect "
            f"{amount(float(self.chosen['smallest_detectable']))}"
        )

    @property
    def headline(self) -> pd.DataFrame:
        """Rows of the headline's estimator in the processes that count."""
        mine = self.table["estimator"] == HEADLINE
        return self.table[mine & self.table["process"].isin(COUNTED)]

    @property
    def chosen(self) -> pd.Series:
        """The recommended inference's row where outcomes are resampled."""
        rows = self.headline
        mine = (rows["inference"] == self.recommended) & (rows["process"] == COUNTED[0])
        return rows[mine].iloc[0]

    def check(self) -> CheckResult:
        """Pass when an interval holds, fail when none does."""
        return CheckResult(
            "design_check",
            "fail" if self.why == "none_holds" else "pass",
            f"{self.why}:{self.recommended}",
            statistic=float(self.chosen["size"]),
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
                pass_or_warn(self.effective_clusters >= FEWEST_EFFECTIVE),
                f"effective_clusters:{self.effective_clusters:.1f}",
                statistic=self.effective_clusters,
            ),
        )


FEWEST_EFFECTIVE = 25.0  # below it t intervals from unit scores are doubtful; the treated units that clustered intervals need


def design_check(
    panel: Panel,
    *,
    estimator: CallawaySantAnna | None = None,
    group: pd.Series | None = None,
    candidates: Sequence[Inference] = CANDIDATES,
    processes: Sequence[Process] = (*COUNTED, *SHOWN_AS_WELL),
    permuted_regressions: Sequence[Regression] = (),
    draws: int = 2000,
    permutations: int = 99,
    level: float = CONFIDENCE_LEVEL,
    seed: int = 2012,
) -> DesignCheck:
    """Simulate panels like this one without any effect, test each, and recommend the inference that holds.

    Untreated paths are drawn within strata from never-treated units (or from a normal with their covariance over periods),
    treated ones stretched to the spread they had before treatment; cohorts, gaps and strata are the panel's own. An inference
    holds if its coverage, in the worst of the counted processes, is not below the level less .01;
    of those that hold the one with the shortest median interval is recommended, and randomization inference if none does.
    The check's permutation tests draw fewer assignments than the headline's own, which costs them a little power.

    Parameters
    ----------
    panel : Panel
        Units as clusters.
    estimator : CallawaySantAnna, optional
        The headline's estimator.
    group : Series, optional
        Group of each treated unit (its fair), indexed by the unit's label. Groups share the shock of ``shared_shock`` and are
        the units of ``group_t``; cohorts by default.
    candidates : sequence of str
        Inferences that may be recommended, fixed before looking.
    processes : sequence of str
        ``resampled`` and ``gaussian`` count; ``shared_shock`` (5% of the variance common to a group) is shown beside them.
    permuted_regressions : sequence of {"two_way_fixed_effects", "imputation"}
        Also check their permutation tests, beside their clustered ones; each takes about a third more time.
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
        As `Comparisons.of`.
    NotIdentifiedError
        As `UntreatedPaths.of`.

    References
    ----------
    MacKinnon and Webb (2020), Journal of Econometrics 218(2), on few treated clusters; Ferman (2021), arXiv 1912.08772, on
    assessing inference by simulating the design.
    """
    estimator = estimator or CallawaySantAnna()
    strata, groups = permutation_strata(panel), group_codes(panel, group)
    paths = UntreatedPaths.of(
        panel, strata=strata, group=groups, generator=stream(seed, "missing_periods")
    )
    simulated = Simulation(
        paths=paths,
        processes=tuple(processes),
        strata=strata,
        group=groups,
        draws=draws,
        permutations=permutations,
        level=level,
        seed=seed,
        permuted_regressions=tuple(permuted_regressions),
    ).of(panel, estimator)
    base = _counterfactual_mean(panel, estimator)
    table = pd.DataFrame(
        [_row(found, level=level, base=base, draws=draws) for found in simulated.tests]
    )
    recommended, why = recommend(table, candidates)
    return DesignCheck(
        table=table,
        power=_curves(simulated.tests, table, recommended, base),
        recommended=recommended,
        why=why,
        draws=draws,
        level=level,
        n_treated=panel.sample.n_treated,
        n_units=panel.n_units,
        single_unit_cohorts=sum(int((panel.cohort == g).sum() == 1) for g in panel.cohorts),
        effective_clusters=simulated.effective_clusters,
    )


def recommend(
    table: pd.DataFrame, candidates: Sequence[Inference]
) -> tuple[Inference, Recommendation]:
    """Return the candidate that holds in every counted process with the shortest median interval, and why.

    Without one it is randomization inference: within the simulation's error, or as the most cautious choice.

    Parameters
    ----------
    table : DataFrame
        As `DesignCheck.table`.
    """
    rows = table[(table["estimator"] == HEADLINE) & table["process"].isin(COUNTED)]
    rows = rows[rows["inference"].isin(candidates)]
    worst = rows.groupby("inference")["holds"].min()
    length = rows.groupby("inference")["median_length"].max()
    fine = length[worst.astype(bool) & np.isfinite(length)]
    if not fine.empty:
        best: Inference = str(fine.idxmin())  # type: ignore[assignment]
        return best, "holds_and_shortest"
    fallback = rows[rows["inference"] == FALLBACK]
    near = not fallback.empty and bool(fallback["holds_within_error"].all())
    return FALLBACK, "holds_within_error" if near else "none_holds"


def _row(found: Simulated, *, level: float, base: float, draws: int) -> dict[str, Any]:
    size = found.rejected(0.0)
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
        **holding(size, level=level, draws=draws),
    }


def holding(size: float, *, level: float, draws: int) -> dict[str, bool]:
    """Whether a simulated size is close enough to the nominal one, and whether it is but for the simulation's error."""
    coverage, limit = 1 - size, level - BELOW
    error = np.sqrt(level * (1 - level) / draws)
    return {
        "holds": bool(coverage >= limit),
        "holds_within_error": bool(coverage >= limit - MONTE_CARLO * error),
    }


def smallest_detectable(
    rejected: Callable[[float], float], spread: float, *, power: float = POWER
) -> float:
    """Return the constant effect found with the given power; infinite where even forty standard deviations are not.

    Parameters
    ----------
    rejected : callable
        Share of rejections as a function of the effect.
    spread : float
        Standard deviation of the estimate, the unit of the search.
    """
    low, high = 0.0, 40 * spread
    if rejected(high) < power:
        return float(np.inf)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if rejected(middle) >= power else (middle, high)
    return high


BISECTIONS = 18


def _curves(
    tests: Sequence[Simulated], table: pd.DataFrame, recommended: Inference, base: float
) -> pd.DataFrame:
    """Power of every inference at effects up to 1.6 times the recommended one's smallest detectable effect."""
    mine = [found for found in tests if found.process == COUNTED[0]]
    at = table[(table["estimator"] == HEADLINE) & (table["process"] == COUNTED[0])]
    unit = float(at.set_index("inference")["smallest_detectable"][recommended])
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


def _counterfactual_mean(panel: Panel, estimator: CallawaySantAnna) -> float:
    """Mean outcome the treated would have had after treatment; NaN where outcomes can be negative."""
    if (panel.y < 0).any():
        return float(np.nan)
    try:
        percent = estimator.fit(panel).aggregate(by="overall").percent()
    except EstimationError:
        return float(np.nan)
    return float(percent.spec["counterfactual_mean"][0])
