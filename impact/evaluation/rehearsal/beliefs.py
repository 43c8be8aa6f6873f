"""What is believed before there is data: each number with where it comes from, an option, a baseline, the plan or a default."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from impact.data.times import TimeAxis
from impact.errors import PlanError
from impact.evaluation.study import Study
from impact.terms import nearest

Origin = Literal["option", "baseline", "plan", "economics", "intake", "programme", "default"]
MONTHS_A_YEAR = 12
PERIODS_A_YEAR = {"year": 1, "quarter": 4, "month": 12, "integer": 1}


@dataclass(frozen=True)
class Belief:
    """One number: what it is and where it comes from.

    Attributes
    ----------
    name : str
        One of `NAMES`.
    value : float
    origin : str
        One of `Origin`.
    """

    name: str
    value: float
    origin: Origin


DEFAULTS: Mapping[str, float] = {
    "firms": 400,
    "treated": 0.5,
    "before": 4,
    "after": 4,
    "mean": 100,
    "variation": 1.0,
    "permanent": 0.4,
    "autocorrelation": 0.3,
    "zeros": 0.05,
    "attrition": 0.1,
    "take_up": 1.0,
    "cluster_size": 10,
    "icc": 0.05,
    "on_level": 0.0,
    "on_growth": 0.0,
    "effect": 10,
}
"""What is believed where nobody says otherwise; `reporting/words/rehearsal.py` has the source of each."""
WHOLE = frozenset({"firms", "before", "after", "cluster_size"})


@dataclass(frozen=True)
class Beliefs:
    """All numbers of a rehearsal, by name."""

    by_name: Mapping[str, Belief]

    @classmethod
    def default(cls) -> Self:
        """Return the defaults."""
        return cls({name: Belief(name, value, "default") for name, value in DEFAULTS.items()})

    def __getitem__(self, name: str) -> float:
        return self.by_name[name].value

    def told(self, values: Mapping[str, float | None], origin: Origin) -> "Beliefs":
        """Return the same with some numbers from elsewhere; None leaves one as it is."""
        new = {name: Belief(name, float(v), origin) for name, v in values.items() if v is not None}
        return replace(self, by_name={**self.by_name, **new})

    def whole(self, name: str) -> int:
        """Return a count."""
        return round(self[name])


def refuse_unknown(options: Mapping[str, float]) -> None:
    """Refuse a name of no belief, and counts that are none.

    Raises
    ------
    PlanError
        With the nearest name.
    """
    for name, value in options.items():
        if name not in DEFAULTS:
            raise PlanError(
                f"--set: unknown name; {nearest(name, list(DEFAULTS))}known ones are {', '.join(DEFAULTS)}"
            )
        if name in WHOLE and (value != int(value) or value < 1):
            raise PlanError(f"--set {name}: a whole number from 1 on; change it")


def of_the_plan(study: Study) -> Beliefs:
    """Return the defaults with what the plan and its economics file say."""
    plan = study.plan
    beliefs = Beliefs.default().told(
        {"before": max(plan.placebo_periods, plan.outcome_before) + 1}, "plan"
    )
    if plan.waves == "endline_only":
        beliefs = beliefs.told({"before": 1, "after": 1}, "plan")
    beliefs = beliefs.told({"effect": plan.relevant_effect}, "plan")
    if study.column(study.outcome).minimum is None or study.column(study.outcome).scale == "log":
        beliefs = beliefs.told({"zeros": 0.0}, "plan")
    file = study.economics
    if file is None or file.before_data is None:
        return beliefs
    believed = file.before_data
    planned = next(one for one in believed.designs if one.planned)
    a_year = PERIODS_A_YEAR[study.schema.time.frequency] / study.schema.time.step
    if file.periods_per_year is not None:
        a_year = file.periods_per_year
    return beliefs.told(
        {
            "firms": planned.treated + planned.comparison,
            "treated": planned.treated / (planned.treated + planned.comparison),
            "before": max(round(planned.before * a_year), 1),
            "after": max(round(planned.after * a_year), 1),
            "mean": believed.mean.value / a_year,
            "variation": believed.variation.value,
            "permanent": believed.permanent.value,
            "autocorrelation": believed.autocorrelation.value,
            "attrition": believed.attrition.value,
        },
        "economics",
    )


def axis_of(study: Study) -> TimeAxis:
    """Return how the study's periods are written and counted."""
    time = study.schema.time
    return TimeAxis(time.frequency, time.step)
