"""What a study holds before it is run: arms, starts, outcomes, what each estimator can do with them, what should be known."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Mask
from impact.check_result import Shown
from impact.data.panel import Panel
from impact.errors import EstimationError, ImpactError
from impact.estimate import Estimate
from impact.evaluation.many_effects import MANY_EFFECTS, effects_by_cohort
from impact.evaluation.remarks import Remark, remarks_of
from impact.evaluation.sample_tables import cohorts_by_start
from impact.evaluation.side_by_side import average_of, estimators_beside, reduced
from impact.evaluation.study import Study
from impact.inference.choose import headline_intervals
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN

Arm = Literal["treated", "comparison"]
PERMUTATIONS = 19  # enough to know whether units can be exchanged


@dataclass(frozen=True)
class ArmFacts:
    """One arm: its units, those with a gap between two answers, those seen once, those seen in the last period."""

    arm: Arm
    units: int
    clusters: int
    answered: float
    with_gaps: int
    seen_once: int
    seen_last: int


@dataclass(frozen=True)
class StartFacts:
    """Units that start in one period: planned (None without a plan of starts), actual, periods before and from it on."""

    period: str
    planned: int | None
    units: int
    before: int
    after: int
    seen_last: int


@dataclass(frozen=True)
class OutcomeFacts:
    """One outcome: who has it, its mean over all observations, the share of zeros, and rows without it."""

    outcome: str
    units: int
    treated: int
    observations: int
    missing: int
    mean: float | None
    zeros: float | None


@dataclass(frozen=True)
class Ability:
    """What one estimator can do with one outcome: for how many treated units it answers, or why it does not.

    Neither is known of an estimator that is left to the run, because the design has too many effects to try it before.
    """

    estimator: str
    outcome: str
    treated: int | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Offered:
    """An inference of the headline: offered, or why not."""

    inference: str
    refused: Refused | None = None


@dataclass(frozen=True, repr=False)
class Preflight(Shown):
    """What a run of a study will meet. Counts, and means over ten units or more: never an id or a single value.

    Attributes
    ----------
    periods : tuple of str
        First and last.
    n_periods, n_absent : int
        Periods seen, and those between the first and the last in which nobody was.
    n_never, n_always : int
        Units never treated, and those treated from the first period on, which the cohort designs set aside.
    arms, starts, outcomes, abilities, inferences, remarks : tuple
    """

    periods: tuple[str, str]
    n_periods: int
    n_absent: int
    n_never: int
    n_always: int
    arms: tuple[ArmFacts, ...]
    starts: tuple[StartFacts, ...]
    outcomes: tuple[OutcomeFacts, ...]
    abilities: tuple[Ability, ...]
    inferences: tuple[Offered, ...]
    remarks: tuple[Remark, ...]

    @classmethod
    def of(cls, study: Study) -> "Preflight":
        """Look at a study that `check_study` accepts.

        Raises
        ------
        ImpactError
            As `Study.panel`.
        """
        panel = study.panel(winsorise=0.0)
        first, last = (str(panel.time_axis.label(panel.times[at])) for at in (0, -1))
        outcomes = named_outcomes(study)
        return cls(
            periods=(first, last),
            n_periods=panel.n_periods,
            n_absent=int(panel.times[-1] - panel.times[0]) + 1 - panel.n_periods,
            n_never=panel.sample.n_never,
            n_always=_always(panel),
            arms=_arms(panel),
            starts=_starts(study, panel),
            outcomes=tuple(_outcome(study, name) for name in outcomes),
            abilities=tuple(one for name in outcomes for one in _abilities(study, name)),
            inferences=_inferences(study),
            remarks=remarks_of(study, panel),
        )

    def summary(self) -> str:
        """Return the counts on one line."""
        treated = sum(one.units for one in self.starts)
        return (
            f"{self.periods[0]} to {self.periods[1]}, {treated} treated in {len(self.starts)} cohorts, "
            f"{self.n_never} never treated, {len(self.remarks)} remarks"
        )


def named_outcomes(study: Study) -> tuple[str, ...]:
    """Return every outcome that the plan names and whose panel can be made: main, secondary, of families, placebo."""
    plan = study.plan
    families = sum(plan.families.values(), ())
    asked = dict.fromkeys((*plan.outcomes, *study.measured, *families, *plan.placebo_outcomes))
    return tuple(name for name in asked if _changes(study, name))


def _changes(study: Study, outcome: str) -> bool:
    try:
        study.panel(outcome)
    except EstimationError:
        return False
    return True


def _always(panel: Panel) -> int:
    return panel.sample.dropped.get("always_treated", 0)


def _arms(panel: Panel) -> tuple[ArmFacts, ...]:
    treated = np.isfinite(panel.cohort)
    return _arm(panel, "treated", treated), _arm(panel, "comparison", ~treated)


def _arm(panel: Panel, arm: Arm, units: Mask) -> ArmFacts:
    seen = ~np.isnan(panel.wide[units])
    count = seen.sum(axis=1)
    until = seen.shape[1] - np.argmax(seen[:, ::-1], axis=1)
    spans = until - np.argmax(seen, axis=1)
    return ArmFacts(
        arm=arm,
        units=len(seen),
        clusters=len(np.unique(panel.cluster[units])),
        answered=float(seen.mean()) if seen.size else 0.0,
        with_gaps=int((spans > count).sum()),
        seen_once=int((count == 1).sum()),
        seen_last=int(seen[:, -1].sum()),
    )


def _starts(study: Study, panel: Panel) -> tuple[StartFacts, ...]:
    """Describe each start, planned or actual; a start that only the plan has, has no units."""
    calendar = {str(panel.time_axis.label(at)): at for at in (*panel.times, *panel.cohorts)}
    last = ~np.isnan(panel.wide[:, -1])
    found = []
    for row in cohorts_by_start(study, panel).to_dict("records"):
        at = calendar.get(row["period"], np.inf)
        own = panel.cohort == at
        found.append(
            StartFacts(
                period=row["period"],
                planned=row["planned"],
                units=int(row["actual"]),
                before=int((panel.times < at).sum()),
                after=int((panel.times >= at).sum()),
                seen_last=int((own & last & np.isfinite(panel.cohort)).sum()),
            )
        )
    return tuple(found)


def _outcome(study: Study, outcome: str) -> OutcomeFacts:
    panel = study.panel(outcome, winsorise=0.0)
    enough = panel.n_units >= SMALLEST_SHOWN
    return OutcomeFacts(
        outcome=outcome,
        units=panel.n_units,
        treated=panel.sample.n_treated,
        observations=len(panel.y),
        missing=panel.sample.dropped.get("missing_outcome", 0),
        mean=float(panel.y.mean()) if enough else None,
        zeros=float((panel.y == 0).mean()) if enough else None,
    )


def _abilities(study: Study, outcome: str) -> Iterator[Ability]:
    panel = study.panel(outcome)
    if effects_by_cohort(panel) >= MANY_EFFECTS:
        main, *others = estimators_beside(study)
        yield Ability(main, outcome, treated=panel.sample.n_treated)  # the check asked its kernel
        yield from (Ability(name, outcome) for name in others)
        return
    data = reduced(study, panel)
    for name, estimator in estimators_beside(study).items():
        try:
            found = average_of(name, estimator, data)
        except ImpactError as problem:
            yield Ability(name, outcome, refused=Refused.of(name, problem))
        else:
            yield Ability(name, outcome, treated=_compared(found, panel))


def _compared(found: Estimate, panel: Panel) -> int:
    """Return how many treated units an estimate is about: those its row counts, or all but the cohorts that it left out."""
    counted = found.table["n_treated"].iloc[0]
    if np.isfinite(counted):
        return int(counted)
    without = [note.split(":", 1)[1] for note in found.notes if note.startswith("cohort_without_")]
    gone = [g for g in panel.cohorts if str(panel.time_axis.label(g)) in without]
    return found.sample.n_treated - int(np.isin(panel.cohort, gone).sum())


def _inferences(study: Study) -> tuple[Offered, ...]:
    """Try every inference on the headline: those with an answer in the order tried, then those without."""
    found = headline_intervals(
        study.panel(),
        study.estimator(),
        group=study.groups,
        among=study.inferences,
        permutations=min(PERMUTATIONS, study.plan.permutations),
        level=study.level,
        seed=study.plan.seed,
    )
    offered = [Offered(str(name)) for name in found.table["inference"]]
    return (*offered, *(Offered(one.inference, one) for one in found.refused))
