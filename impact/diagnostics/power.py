"""Before a study: how large must an effect be to be found with so many firms, rounds and beneficiaries?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import Shown, plain, text_of
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.diagnostics.recommendation import holding, recommend, smallest_detectable
from impact.diagnostics.simulated_tests import Simulated, Simulation
from impact.errors import PlanError
from impact.estimators.headline import default_estimator, word_of
from impact.estimators.many import labels_of
from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
from impact.inference.exchange import Exchange
from impact.inference.named import CANDIDATES, EVERY, NAMED
from impact.one_thread import one_thread
from impact.simulate.untreated_paths import Process, UntreatedPaths
from impact.streams import stream
from impact.terms import POWER

CURVE = np.linspace(0, 1.6, 17)  # effects shown, in smallest detectable effects
PROCESS: Process = "gaussian"


@dataclass(frozen=True)
class PlannedStudy:
    """The numbers a study is planned by.

    Parameters
    ----------
    units, treated : int
        Firms in all, and those of them that are invited.
    before, after : int
        Survey rounds before and after the start.
    mean, sd : float
        Of the outcome in one round, in its unit.
    permanent : float
        Share of the variance that lies between firms for good.
    autocorrelation : float
        Correlation of the rest from one round to the next; it fades geometrically.
    take_up : float
        Share of the invited who take part.
    attrition : float
        Share of firms lost by the last round; they leave one by one after the first.
    cluster_size : int
        Firms a cluster, if whole clusters (villages, workshops of one street) are invited; 1 for firms.
    icc : float
        Intraclass correlation within such clusters.
    alpha : float
    """

    units: int
    treated: int
    before: int = 1
    after: int = 1
    mean: float = 1.0
    sd: float = 1.0
    permanent: float = 0.4
    autocorrelation: float = 0.3
    take_up: float = 1.0
    attrition: float = 0.0
    cluster_size: int = 1
    icc: float = 0.0
    alpha: float = 0.05

    def __post_init__(self) -> None:
        """Refuse numbers that describe no study.

        Raises
        ------
        PlanError
            Naming the parameter, the rule and the remedy.
        """
        rules = (
            ("treated", 0 < self.treated < self.units, "between 1 and units - 1"),
            ("before", self.before >= 1, "at least one round"),
            ("after", self.after >= 1, "at least one round"),
            ("sd", self.sd > 0, "positive"),
            ("permanent", 0 <= self.permanent < 1, "a share below 1"),
            ("autocorrelation", -1 < self.autocorrelation < 1, "between -1 and 1"),
            ("take_up", 0 < self.take_up <= 1, "a share above 0"),
            ("attrition", 0 <= self.attrition < 1, "a share below 1"),
            ("cluster_size", 1 <= self.cluster_size <= self.treated, "from 1 to treated"),
            ("icc", 0 <= self.icc < 1, "a share below 1"),
            ("alpha", 0 < self.alpha < 0.5, "between 0 and 0.5"),
        )
        for name, fine, rule in rules:
            if not fine:
                raise PlanError(f"{name}: must be {rule}; change it")

    @property
    def clusters(self) -> tuple[int, int]:
        """Treated and comparison clusters (firms, without clusters)."""
        size = self.cluster_size
        return round(self.treated / size), round((self.units - self.treated) / size)

    @property
    def covariance(self) -> Floats:
        """Covariance over rounds of a cluster's mean (of a firm, without clusters), (T, T)."""
        n_rounds = self.before + self.after
        apart = np.abs(np.subtract.outer(np.arange(n_rounds), np.arange(n_rounds)))
        fading = self.autocorrelation ** apart.astype(float)
        correlation = self.permanent + (1 - self.permanent) * fading
        design_effect = (1 + (self.cluster_size - 1) * self.icc) / self.cluster_size
        return np.asarray(self.sd**2 * correlation * design_effect)


@dataclass(frozen=True, repr=False)
class PowerResult(Shown):
    """Smallest detectable effects of a planned study.

    Attributes
    ----------
    table : DataFrame
        ``source`` (simulation or formula), ``method``, ``size`` (simulated), ``spread`` (standard deviation of the simulated
        estimates of the effect on those who took part), ``smallest_detectable`` (the same, in the outcome's unit), ``percent``
        of the mean.
    curve : DataFrame
        ``effect, percent, power`` of the recommended inference.
    recommended, why : str
    """

    study: PlannedStudy
    table: pd.DataFrame
    curve: pd.DataFrame
    recommended: str
    why: str
    draws: int

    def summary(self) -> str:
        """Return smallest detectable effects by simulation and by formula as plain text."""
        columns = ["source", "method", "size", "smallest_detectable", "percent"]
        return f"{text_of(self.table[columns])}\n\nRecommended: {self.recommended} ({self.why})"

    @property
    def smallest_detectable(self) -> float:
        """Of the recommended inference, in the outcome's unit."""
        return self._of_recommended("smallest_detectable")

    @property
    def spread(self) -> float:
        """Standard deviation of the estimates of the effect on those who took part, in the outcome's unit."""
        return self._of_recommended("spread")

    def _of_recommended(self, column: str) -> float:
        rows = self.table[self.table["method"] == f"callaway_santanna:{self.recommended}"]
        return float(rows[column].iloc[0])

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        frames = {
            name: plain(getattr(self, name).to_dict("records")) for name in ("table", "curve")
        }
        rest = {"recommended": self.recommended, "why": self.why, "draws": self.draws}
        return {"study": plain(vars(self.study)), **frames, **rest}


@one_thread()
def power(study: PlannedStudy, *, draws: int = 2000, seed: int = 2012) -> PowerResult:
    """Simulate a planned study under every inference, beside the formulas.

    Paths are normal with the study's covariance over rounds; one cohort starts after the last round before. The simulated
    effect on the invited is divided by take-up: what it must be for those who took part.

    Assumes
    -------
    A constant effect, no effect on those who stay away, and losses unrelated to outcomes.

    References
    ----------
    McKenzie (2012), Journal of Development Economics 99(2), eqs. 2-5; Burlig, Preonas and Woerman (2020), Journal of
    Development Economics 144, eq. 2.
    """
    panel = _planned_panel(study, stream(seed, "missing_periods"))
    strata = np.zeros(panel.n_units, dtype=np.int64)
    group = np.where(np.isfinite(panel.cohort), np.arange(panel.n_units), -1)
    covariance = study.covariance
    paths = UntreatedPaths(
        pool=np.zeros((1, len(covariance))),
        pool_stratum=strata[:1],
        covariance=covariance,
        stratum=strata,
        scale=np.ones(len(strata)),
        group=group,
        level=np.full(len(strata), study.mean),
        cluster=np.arange(len(strata)),
        pool_cluster=strata[:1],
    )
    level = 1 - study.alpha
    estimator = default_estimator(level=level)
    shown = tuple(NAMED[word] for word in EVERY if word not in {"group_t", "wild_bootstrap"})
    t_tests = tuple(NAMED[word] for word in ("clustered_t", "crv2_satterthwaite", "crv3_t"))
    tests = (
        Simulation(
            paths=paths,
            processes=(PROCESS,),
            exchange=Exchange(labels_of(panel)[0], strata, np.arange(panel.n_units)),
            group=group,
            draws=draws,
            permutations=199,
            level=level,
            seed=seed,
            inferences=shown,
            beside={"two_way_fixed_effects": (TwoWayFixedEffects(level=level), t_tests)},
        )
        .of(panel, word_of(estimator), estimator)
        .tests
    )
    simulated = pd.DataFrame([_simulated(found, study) for found in tests])
    held = [holding(size, level=level, draws=draws) for size in simulated["size"]]
    judged = simulated.join(pd.DataFrame(held))
    mine = judged["estimator"] == word_of(estimator)
    recommended, why, _ = recommend(judged[mine], CANDIDATES)
    chosen = next(
        f for f in tests if (f.estimator, f.inference) == (word_of(estimator), recommended)
    )
    table = pd.concat(
        [simulated.drop(columns=["estimator", "inference"]), pd.DataFrame(formulas(study))],
        ignore_index=True,
    )
    table["percent"] = 100 * table["smallest_detectable"] / study.mean
    return PowerResult(study, table, _curve(chosen, study), recommended, why, draws)


def formulas(study: PlannedStudy) -> list[dict[str, Any]]:
    """Smallest detectable effects by published formulas, one row each."""
    n1, n0 = (count * (1 - study.attrition) for count in study.clusters)
    covariance = study.covariance
    variances = {
        "mckenzie_did": _constant_correlation(study, covariance, ancova=False),
        "mckenzie_ancova": _constant_correlation(study, covariance, ancova=True),
        "burlig_preonas_woerman": _serial(study, covariance),
    }
    df = max(n1 + n0 - 2, 1)
    multiplier = quantile(1 - study.alpha / 2, df) + quantile(POWER, df)
    return [
        {
            "source": "formula",
            "method": name,
            "smallest_detectable": multiplier
            * np.sqrt(variance * (1 / n1 + 1 / n0))
            / study.take_up,
        }
        for name, variance in variances.items()
    ]


def _constant_correlation(study: PlannedStudy, covariance: Floats, *, ancova: bool) -> float:
    """Variance of a unit's difference when every two rounds correlate alike (McKenzie 2012, eqs. 2 and 5)."""
    variance = covariance[0, 0]
    off = covariance[~np.eye(len(covariance), dtype=bool)]
    rho = float(off.mean() / variance)
    m, r = study.before, study.after
    after = (1 + (r - 1) * rho) / r
    if ancova:
        return float(variance * (after - m * rho**2 / (1 + (m - 1) * rho)))
    return float(variance * (after + (1 + (m - 1) * rho) / m - 2 * rho))


def _serial(study: PlannedStudy, covariance: Floats) -> float:
    """Variance of a unit's difference under its own covariances over rounds (Burlig, Preonas and Woerman 2020, eq. 2)."""
    m, r = study.before, study.after
    contrast = np.concatenate([np.full(m, -1 / m), np.full(r, 1 / r)])
    return float(contrast @ covariance @ contrast)


def _planned_panel(study: PlannedStudy, generator: np.random.Generator) -> Panel:
    """Build the panel of a planned study: its units, rounds, start and losses; outcomes are zeros to be replaced."""
    n1, n0 = study.clusters
    n_rounds = study.before + study.after
    unit, period = np.divmod(np.arange((n1 + n0) * n_rounds), n_rounds)
    leaves = np.full(n1 + n0, n_rounds)
    for side in (np.arange(n1), n1 + np.arange(n0)):
        gone = generator.permutation(side)[: round(study.attrition * len(side))]
        if n_rounds > 1:
            leaves[gone] = 1 + np.arange(len(gone)) % (n_rounds - 1)
    frame = pd.DataFrame({"unit": unit, "round": period, "outcome": 0.0})
    frame["start"] = np.where(unit < n1, float(study.before), np.nan)
    return Panel.from_frame(
        frame[period < leaves[unit]], unit="unit", time="round", outcome="outcome", cohort="start"
    )


def _simulated(found: Simulated, study: PlannedStudy) -> dict[str, Any]:
    detectable = smallest_detectable(found.rejected, found.spread) / study.take_up
    return {
        "source": "simulation",
        "estimator": found.estimator,
        "inference": found.inference,
        "method": f"{found.estimator}:{found.inference}",
        "size": found.rejected(0.0),
        "median_length": found.median_length,
        "spread": found.spread / study.take_up,
        "smallest_detectable": detectable,
    }


def _curve(found: Simulated, study: PlannedStudy) -> pd.DataFrame:
    unit = smallest_detectable(found.rejected, found.spread)
    if not np.isfinite(unit):
        unit = 5 * found.spread
    effects = CURVE * unit
    return pd.DataFrame(
        {
            "effect": effects / study.take_up,
            "percent": 100 * effects / study.take_up / study.mean,
            "power": [found.rejected(float(effect)) for effect in effects],
        }
    )
