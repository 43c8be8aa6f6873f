"""A planned study rehearsed: what its own estimator and inference are worth, and what other designs would be, at which cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.data.panel import Panel
from impact.diagnostics.exaggeration import exaggeration
from impact.diagnostics.lot_redrawn import lot_redrawn
from impact.diagnostics.power import PlannedStudy
from impact.diagnostics.recommendation import holding, recommend, smallest_detectable
from impact.diagnostics.simulated_tests import Simulated, Simulation
from impact.errors import NotAvailableError
from impact.estimators.headline import word_of
from impact.estimators.many import AnyEstimator, clusters_are_units
from impact.estimators.many_of import many
from impact.inference.exchange import Exchange
from impact.inference.named import InferenceName, inference_named
from impact.inference.treatment_groups import group_codes
from impact.one_thread import one_thread
from impact.simulate.planned.chosen import Chosen
from impact.simulate.planned.outcomes import Believed, PlannedPaths, Scale
from impact.simulate.untreated_paths import Process
from impact.streams import stream
from impact.terms import Assignment

DRAWS, PERMUTATIONS = 300, 99  # of one design
FEWEST_SIGNIFICANT = (
    30  # simulated estimates from which their sign and size are told; else by the normal formula
)
PROCESS: Process = "gaussian"
OF_CLUSTERS: tuple[InferenceName, ...] = ("permutation", "crv2_satterthwaite", "crv3_t")
OF_UNITS: tuple[InferenceName, ...] = ("permutation", "clustered_t", "crv2_satterthwaite", "crv3_t")
Believes = Literal["design_check", "the_lot"]


@dataclass(frozen=True)
class Redesign:
    """A design of a study with what is believed of its outcome.

    Attributes
    ----------
    study : PlannedStudy
        Firms, rounds, mean, spread, memory, losses, clusters, size of the test.
    starts : tuple of (int, float)
        Rounds after the first start, and the share of the treated who start then.
    scale : {"amount", "number", "log"}
    zeros, effect : float
        As `Believed`.
    cap : float
        Quantile at which the plan cuts outcomes off; 0 for none.
    only_after : bool
        Whether nothing is asked before the start.
    assignment : str
        As the plan declares it.
    chosen : Chosen
        How those treated came to be.
    """

    study: PlannedStudy
    starts: tuple[tuple[int, float], ...] = ((0, 1.0),)
    scale: Scale = "amount"
    zeros: float = 0.0
    effect: float = 0.1
    cap: float = 0.0
    only_after: bool = False
    assignment: Assignment = "chosen"
    chosen: Chosen = field(default_factory=Chosen)

    @property
    def clustered(self) -> bool:
        """Whether whole clusters are treated."""
        return self.study.cluster_size > 1

    @property
    def n_clusters(self) -> int:
        """Clusters in all; firms, where these are treated one by one."""
        return sum(self.study.clusters)

    @property
    def n_rounds(self) -> int:
        """Rounds that are asked."""
        return self.study.after + (0 if self.only_after else self.study.before)

    @property
    def n_firms(self) -> int:
        """Firms in all, of whole clusters."""
        return self.n_clusters * self.study.cluster_size

    @property
    def believed(self) -> Believed:
        """What is believed of the outcome."""
        study = self.study
        alone = replace(study, cluster_size=1, sd=1.0)
        return Believed(
            scale=self.scale,
            mean=study.mean,
            sd=study.sd,
            correlation=alone.covariance,
            zeros=self.zeros,
            stay=study.permanent,
            icc=study.icc,
            effect=self.effect,
        )

    def start_of_clusters(self) -> Floats:
        """Return the round in which each treated cluster starts, (n_treated,): the first ones first."""
        n_treated = self.study.clusters[0]
        ends = np.rint(np.cumsum([share for _, share in self.starts]) * n_treated).astype(int)
        which = np.searchsorted(ends, np.arange(n_treated), side="right")
        rounds = np.array([after for after, _ in self.starts], dtype=float)
        return np.asarray(self.study.before + rounds[np.minimum(which, len(rounds) - 1)])

    def start(self) -> Floats:
        """Return the round in which each firm's treatment starts, (N,); infinity for never."""
        never = np.full(self.study.clusters[1], np.inf)
        by_cluster = np.concatenate([self.start_of_clusters(), never])
        return np.repeat(by_cluster, self.study.cluster_size)

    def last(self) -> Integers:
        """Return how many rounds each firm answers, (N,): the lost leave after the first, one by one, alike on both sides."""
        n_rounds, start = self.study.before + self.study.after, self.start()
        rounds = np.full(len(start), n_rounds)
        for side in (np.isfinite(start), np.isinf(start)):
            firms = np.flatnonzero(side)
            n_lost = round(self.study.attrition * len(firms))
            lost = (
                firms[np.linspace(0, len(firms) - 1, n_lost).astype(int)] if n_lost else firms[:0]
            )
            earliest = self.study.before if self.only_after else 1
            rounds[lost] = earliest + np.arange(n_lost) % max(n_rounds - earliest, 1)
        return rounds

    def exposed(self) -> Mask:
        """Return where a firm's outcome has the effect, (N, T): from its start on, if it comes."""
        start = self.start()
        treated = np.flatnonzero(np.isfinite(start))
        comes = np.zeros(len(start), dtype=bool)
        place = np.arange(len(treated))
        share = self.study.take_up
        comes[treated] = np.floor((place + 1) * share) > np.floor(place * share)
        rounds = np.arange(self.study.before + self.study.after)
        return np.asarray(comes[:, None] & (rounds >= start[:, None]))

    def placed(self, paths: Floats, generator: np.random.Generator) -> Floats:
        """Give the untreated paths of firms (N, S, T), of all rounds that are asked, to those chosen and the others."""
        return self.chosen.placed(
            paths,
            before=0 if self.only_after else self.study.before,
            treated=self.study.clusters[0],
            size=self.study.cluster_size,
            generator=generator,
        )

    def panel(self) -> Panel:
        """Build the panel: who is asked when, and who starts when, with outcomes of one draw, to be replaced."""
        n_rounds, start = self.study.before + self.study.after, self.start()
        unit, period = np.divmod(np.arange(len(start) * n_rounds), n_rounds)
        one = self.believed.paths(np.arange(len(start)), 1, np.random.default_rng(0))
        frame = pd.DataFrame({"unit": unit, "round": period, "outcome": one.ravel()})
        frame["start"] = np.where(np.isfinite(start), start, np.nan)[unit]
        frame["cluster"] = unit // self.study.cluster_size
        kept = period < self.last()[unit]
        if self.only_after:
            kept &= period >= self.study.before
        return Panel.from_frame(
            frame[kept],
            unit="unit",
            time="round",
            outcome="outcome",
            cohort="start",
            cluster="cluster" if self.clustered else None,
            assignment=self.assignment,
        )


@dataclass(frozen=True)
class Costs:
    """What a design costs: each firm once, each interview, each round that is held, each cluster that is gone to in a round."""

    firm: float = 0.0
    interview: float = 0.0
    round: float = 0.0
    cluster: float = 0.0

    def of(self, design: Redesign) -> float:
        """Return the cost of a design; where firms are treated one by one, clusters cost nothing."""
        rounds = design.n_rounds
        clusters = self.cluster * design.n_clusters * rounds if design.clustered else 0.0
        return (
            self.firm * design.n_firms
            + self.interview * design.n_firms * rounds
            + self.round * rounds
            + clusters
        )


@dataclass(frozen=True)
class Worth:
    """What a design's main estimator and believed inference are worth, over simulated studies.

    Attributes
    ----------
    inference, why : str
        The believed one, chosen by half of the studies as a design check chooses.
    true_effect, bias, spread : float
        In the outcome's unit: what the estimate is of, how far its mean is off, its standard deviation.
    bias_error : float
        Standard error of the simulated bias.
    coverage : float
        Share of intervals that hold the true effect, of the half of the studies that did not choose.
    power : float
        Share of tests that find an effect.
    wrong_sign : float
        Of the significant estimates, the share with the wrong sign (type S); NaN where nothing is significant.
    exaggeration : float
        Mean size of the significant estimates over the true effect (type M).
    smallest_detectable : float
        Effect found with power .8, in the outcome's unit.
    draws : int
        Studies that say it.
    """

    inference: str
    why: str
    true_effect: float
    bias: float
    bias_error: float
    spread: float
    coverage: float
    power: float
    wrong_sign: float
    exaggeration: float
    smallest_detectable: float
    draws: int


@one_thread()
def rehearsed(
    design: Redesign,
    estimator: AnyEstimator,
    *,
    believes: Believes = "design_check",
    draws: int = DRAWS,
    permutations: int = PERMUTATIONS,
    seed: int = 2012,
) -> Worth:
    """Simulate a design with its effect, and ask its estimator and the inference that would be believed.

    Parameters
    ----------
    design : Redesign
    estimator : AnyEstimator
        The plan's own.
    believes : {"design_check", "the_lot"}
        How the inference is chosen: as `design_check` recommends it, or the lot drawn again.
    draws, permutations, seed : int

    Assumes
    -------
    Outcomes are as believed, treated and comparison firms alike but for their choice and for the effect, losses unrelated to
    outcomes, and the effect the same share of every firm's outcome (the same amount where outcomes may be negative). Clusters
    correlate on the scale on which outcomes are normal.

    Raises
    ------
    PlanError
        When no outcomes are so.
    NotAvailableError
        Where no inference has an answer.

    References
    ----------
    Gelman and Carlin (2014), Perspectives on Psychological Science 9(6), on errors of sign and size.
    """
    panel, believed, level = design.panel(), design.believed, 1 - design.study.alpha
    rounds = slice(design.study.before, None) if design.only_after else slice(None)
    if design.only_after:
        believed = replace(believed, correlation=believed.correlation[rounds, rounds])
    paths = PlannedPaths(
        believed=believed,
        cluster=panel.cluster,
        exposed=design.exposed()[:, rounds],
        seen=~np.isnan(panel.wide),
        cap=design.cap,
        placed=design.placed,
    )
    truth = believed.true_effect * design.study.take_up
    if believes == "the_lot":
        asked = many(panel, estimator)
        outcomes = paths.draw(PROCESS, draws, stream(seed, PROCESS))
        found = lot_redrawn(
            asked,
            Exchange.of(panel, asked.labels),
            outcomes * paths.seen[:, None, :],
            permutations=permutations,
            level=level,
            process=PROCESS,
            name=word_of(estimator),
            generator=stream(seed, "simulated_permutations"),
        )
        return _worth(found, truth, why="as_drawn", level=level)
    words = OF_UNITS if clusters_are_units(panel) else OF_CLUSTERS
    tests = (
        Simulation(
            paths=paths,
            processes=(PROCESS,),
            exchange=Exchange.of(panel, many(panel, estimator).labels),
            group=group_codes(panel, None),
            draws=draws,
            permutations=permutations,
            level=level,
            seed=seed,
            inferences=tuple(inference_named(word) for word in words),
            beside={},
        )
        .of(panel, word_of(estimator), estimator)
        .tests
    )
    if not tests:
        raise NotAvailableError(
            "rehearsal: no inference has an answer for this design; give more firms or clusters on each side"
        )
    chosen, why = _believed(tests, truth, level=level)
    return _worth(chosen, truth, why=why, level=level)


def _believed(tests: Sequence[Simulated], truth: float, *, level: float) -> tuple[Simulated, str]:
    """Choose the inference on half of the studies."""
    halves = {found.inference: found.halves() for found in tests}
    rows = pd.DataFrame(
        [
            {
                "inference": word,
                "median_length": choosing.median_length,
                **holding(choosing.rejected(-truth), level=level, draws=len(choosing.interval.low)),
            }
            for word, (choosing, _) in halves.items()
        ]
    )
    recommended, why, _ = recommend(rows, list(halves))
    word = recommended if recommended in halves else next(iter(halves))
    chosen = next(found for found in tests if found.inference == word)
    return chosen, why


def _worth(found: Simulated, truth: float, *, why: str, level: float) -> Worth:
    estimate = found.interval.estimate
    significant = found.rejections(0.0) > 0
    power, spread, n = float(significant.mean()), float(np.std(estimate, ddof=1)), len(estimate)
    if significant.sum() >= FEWEST_SIGNIFICANT:
        told = estimate[significant]
        wrong, ratio = float((told * truth < 0).mean()), float(np.abs(told).mean() / abs(truth))
    elif truth:
        formula = exaggeration(truth, spread, level=level)
        wrong, ratio = formula.wrong_sign, formula.exaggeration_ratio
    else:
        wrong, ratio = float(np.nan), float(np.nan)
    return Worth(
        inference=found.inference,
        why=why,
        true_effect=truth,
        bias=float(estimate.mean() - truth),
        bias_error=spread / float(np.sqrt(n)),
        spread=spread,
        coverage=1 - found.halves()[1].rejected(-truth),
        power=power,
        wrong_sign=wrong,
        exaggeration=ratio,
        smallest_detectable=smallest_detectable(
            lambda effect: found.rejected(effect - truth), spread
        ),
        draws=n,
    )
