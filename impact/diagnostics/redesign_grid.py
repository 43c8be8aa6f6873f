"""The same rehearsal over other designs: more or fewer firms, rounds and clusters, and the cheapest that is sure enough."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from impact.diagnostics.redesign import (
    DRAWS,
    PERMUTATIONS,
    Believes,
    Costs,
    Redesign,
    Worth,
    rehearsed,
)
from impact.errors import EstimationError
from impact.estimators.many import AnyEstimator
from impact.simulate.planned.chosen import Chosen
from impact.terms import POWER

FIRMS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Times the planned firms, treated and others alike."""
ROUNDS = ((1.0, 1.0), (1.0, 2.0), (2.0, 2.0))
"""Times the planned rounds before the first start, and from it on."""
FIRMS_OF_CLUSTERS = (0.5, 1.0, 2.0, 4.0)
"""The same where clusters are treated, and their number is another thing to choose."""
CLUSTERS = (1.0, 2.0)
"""Times the planned clusters for the same firms, where clusters are treated."""
MOST_CELLS = 4_000_000  # firms by rounds by studies of one design; fewer studies beyond, so that a search ends in a minute
FEWEST_DRAWS = 100
PLANNED_DRAWS = 2000
CONFIRMING = 600  # studies of the design that is named
MOST_FIRMS_LONGER = (
    2.0  # times the planned firms, up to which twice the rounds before are tried too
)
WEIGHT = 0.4  # odds of being chosen one and a half times as high by standard deviation [assumed], as of the simulated fairs
SELECTIONS: dict[str, Chosen] = {
    "alike": Chosen(),
    "larger": Chosen(on_level=WEIGHT),
    "after_a_spurt": Chosen(on_growth=WEIGHT),
    "after_a_dip": Chosen(on_growth=-WEIGHT),
}
"""Ways in which those treated may be chosen."""
OF_ONE_ROUND = frozenset({"alike", "larger"})
"""Ways that need one round before the start; a spurt or a dip needs two."""
FEWEST_CLUSTERS = 2  # on each side


@dataclass(frozen=True)
class Grid:
    """What designs are worth and cost.

    Attributes
    ----------
    table : DataFrame
        ``firms, treated, before, after, clusters, interviews, cost, planned`` and what `Worth` has, one row a design, the
        planned one first, then by cost.
    asked : float
        Power that is asked for.
    refused : tuple of str
        Why designs have no row.
    selected : DataFrame or None
        The planned design where those treated are chosen in other ways: ``chosen``, of `SELECTIONS`, and what `Worth` has; None
        of a lot, and where nothing is asked before the start.
    """

    table: pd.DataFrame
    asked: float
    refused: tuple[str, ...] = ()
    selected: pd.DataFrame | None = None

    @property
    def planned(self) -> "pd.Series[Any]":
        """The planned design's row."""
        return self.table[self.table["planned"]].iloc[0]

    @property
    def cheapest(self) -> "pd.Series[Any] | None":
        """The cheapest design that reaches the asked power; None where none does."""
        enough = self.table[self.table["power"] >= self.asked]
        if enough.empty:
            return None
        return enough.sort_values(["cost", "planned"], ascending=[True, False]).iloc[0]

    @property
    def firms_needed(self) -> float:
        """Firms with which the planned rounds would reach power .8, as errors fall with the root of their number."""
        planned = self.planned
        return float(
            planned["firms"] * (planned["smallest_detectable"] / abs(planned["true_effect"])) ** 2
        )


def redesigns(planned: Redesign) -> Iterator[Redesign]:
    """Yield the planned design, then the others, none twice; with twice the rounds before for few firms only."""
    seen: set[tuple[int, ...]] = set()
    factors = FIRMS_OF_CLUSTERS if planned.clustered else FIRMS
    for clusters in CLUSTERS if planned.clustered else (1.0,):
        for before, after in ROUNDS:
            for firms in (1.0, *(factor for factor in factors if factor != 1.0)):
                if before > 1 and (firms > MOST_FIRMS_LONGER or clusters > 1):
                    continue
                design = _scaled(
                    planned, firms=firms, before=before, after=after, clusters=clusters
                )
                key = _key(design)
                if min(design.study.clusters) >= FEWEST_CLUSTERS and key not in seen:
                    seen.add(key)
                    yield design


def _key(design: Redesign) -> tuple[int, ...]:
    study = design.study
    return design.n_firms, study.treated, study.before, study.after, study.cluster_size


def _scaled(
    planned: Redesign, *, firms: float, before: float, after: float, clusters: float
) -> Redesign:
    study = planned.study
    treated = max(round(study.treated * firms), 1)
    others = max(round((study.units - study.treated) * firms), 1)
    size = max(round(study.cluster_size / clusters), 2 if planned.clustered else 1)
    changed = replace(
        study,
        units=treated + others,
        treated=treated,
        before=study.before if planned.only_after else max(round(study.before * before), 1),
        after=max(round(study.after * after), 1),
        cluster_size=min(size, treated),
    )
    return replace(planned, study=changed)


def search(
    planned: Redesign,
    estimator: AnyEstimator,
    *,
    costs: Costs,
    believes: Believes = "design_check",
    asked: float = POWER,
    draws: int = DRAWS,
    planned_draws: int = PLANNED_DRAWS,
    permutations: int = PERMUTATIONS,
    seed: int = 2012,
) -> Grid:
    """Rehearse the planned design and the others around it.

    Parameters
    ----------
    planned : Redesign
    estimator : AnyEstimator
        The plan's own.
    costs : Costs
    believes : {"design_check", "the_lot"}
    asked : float
        Power that is asked for.
    draws, planned_draws, permutations, seed : int
        Simulated studies of a design and of the planned one, fewer of large ones; assignments of each permutation test; seed.

    Assumes
    -------
    As `rehearsed`. More firms are like the planned ones, in the same shares of treated and of starts; more rounds go on with
    the same memory, and the effect lasts through them.

    Raises
    ------
    ImpactError
        As `rehearsed`, of the planned design.
    """
    rows: list[dict[str, Any]] = []
    refused: list[str] = []
    designs: list[Redesign] = []
    asking = partial(rehearsed, believes=believes, permutations=permutations)
    for design in redesigns(planned):
        most = draws if rows else planned_draws
        here = _affordable(design, most, MOST_CELLS * most // draws)
        try:
            worth = asking(design, estimator, draws=here, seed=seed)
        except EstimationError as problem:
            if not rows:
                raise
            refused.append(str(problem))
            continue
        rows.append(_row(design, costs, worth, planned=not rows))
        designs.append(design)
    order = sorted(range(1, len(rows)), key=lambda at: (rows[at]["cost"], rows[at]["interviews"]))
    for at in (at for at in order if rows[at]["power"] >= asked):
        # the cheapest of many that reach it may owe it to its draws: others must say so too
        here = _affordable(designs[at], CONFIRMING, CONFIRMING * MOST_CELLS // draws)
        worth = asking(designs[at], estimator, draws=here, seed=seed + 1)
        rows[at] = _row(designs[at], costs, worth, planned=False)
        if worth.power >= asked:
            break
    table = pd.DataFrame([rows[at] for at in (0, *order)])
    here = _affordable(planned, CONFIRMING, CONFIRMING * MOST_CELLS // draws)
    selected = [
        {"chosen": name, **asdict(asking(design, estimator, draws=here, seed=seed))}
        for name, design in selections(planned).items()
    ]
    return Grid(
        table,
        asked,
        tuple(dict.fromkeys(refused)),
        pd.DataFrame(selected) if selected else None,
    )


def selections(planned: Redesign) -> dict[str, Redesign]:
    """Return the planned design, its treated chosen in each way of `SELECTIONS`; none of a lot, nor without rounds before."""
    if planned.assignment == "randomised" or planned.only_after:
        return {}
    return {
        name: replace(planned, chosen=chosen)
        for name, chosen in SELECTIONS.items()
        if name in OF_ONE_ROUND or planned.study.before > 1
    }


def _affordable(design: Redesign, draws: int, cells: int) -> int:
    return int(min(draws, max(FEWEST_DRAWS, cells // (design.n_firms * design.n_rounds))))


def _row(design: Redesign, costs: Costs, worth: Worth, *, planned: bool) -> dict[str, Any]:
    study = design.study
    return {
        "firms": design.n_firms,
        "treated": study.clusters[0] * study.cluster_size,
        "before": 0 if design.only_after else study.before,
        "after": study.after,
        "clusters": design.n_clusters if design.clustered else 0,
        "interviews": design.n_firms * design.n_rounds,
        "cost": costs.of(design),
        "planned": planned,
        **asdict(worth),
    }
