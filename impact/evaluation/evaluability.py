"""Before there is data: can this study tell a return above the hurdle from one below, and what can it not tell?"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.critical_values import quantile
from impact.diagnostics.power import PlannedStudy, PowerResult, power
from impact.economics.appraisal import Appraisal
from impact.economics.break_even import break_even_effect
from impact.economics.right_decisions import right_decisions
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import PlanError
from impact.evaluation.economics_file import BeforeData, Design, EconomicsFile
from impact.evaluation.plan import Plan
from impact.terms import POWER

Advice = Literal["known_before", "go", "go_smaller", "go_larger", "no_design_tells"]
SIMULATED_STUDIES = 1000  # a design; of its power


@dataclass(frozen=True)
class Evaluability:
    """What studies that could be made would be worth.

    Attributes
    ----------
    plan : Plan
    file : EconomicsFile
    designs : DataFrame
        ``design`` (position in the file), ``treated, comparison, rounds_before, rounds_after, firm_rounds, planned, one_event,
        inference, smallest_detectable`` (in percent of a year's outcome), ``spread`` (the same), and what `RightDecisions` has.
    needed, needed_percent : float
        Break-even effect a firm and year, in money and in percent.
    advice : str
        ``known_before``: what is plausible decides, whatever a study would find; ``go``: the planned study tells;
        ``go_smaller``: a smaller one tells as well; ``go_larger``: only a larger one does; ``no_design_tells``.
    advised : int or None
        Position of the design that the advice is about.
    """

    plan: Plan
    file: EconomicsFile
    designs: pd.DataFrame
    needed: float
    needed_percent: float
    advice: Advice
    advised: int | None

    @property
    def planned(self) -> "pd.Series[Any]":
        """The planned design's row."""
        return self.designs[self.designs["planned"]].iloc[0]

    @property
    def pays_if_plausible(self) -> bool:
        """Whether the mean of what is plausible exceeds the break-even effect: what is decided without a study."""
        ranges = (
            [one.plausible for one in self.file.before_data.plausible]
            if self.file.before_data
            else []
        )
        weights = [one.weight for one in ranges]
        return (
            float(np.average([one.middle for one in ranges], weights=weights)) > self.needed_percent
        )

    @property
    def one_event(self) -> "pd.Series[Any] | None":
        """The row of a single event; None where the file has none."""
        rows = self.designs[self.designs["one_event"]]
        return None if rows.empty else rows.iloc[0]


def evaluability(
    plan: Plan, file: EconomicsFile, *, draws: int = SIMULATED_STUDIES
) -> Evaluability:
    """Ask of each design how often it would decide right.

    Parameters
    ----------
    plan : Plan
        Its level, seed and currency; its data are not read.
    file : EconomicsFile
    draws : int
        Simulated studies a design.

    Raises
    ------
    PlanError
        Where the economics file says nothing of what is believed before there is data, or nobody can gain.

    Assumes
    -------
    A round asks for a year's outcome. Outcomes are normal with the believed variance and correlation over rounds, and the
    effect is the same amount for all who took part.
    """
    believed = file.before_data
    if believed is None:
        raise PlanError(
            "economics: before_data: the file has none; add what is believed of outcomes and which studies could be made"
        )
    appraisal = _appraisal(plan, file, believed)
    rows = [
        _row(plan, believed, position, appraisal, draws=draws)
        for position in range(len(believed.designs))
    ]
    needed = break_even_effect(appraisal).value
    if needed is None:
        raise PlanError("economics: classes: nobody can gain; give beneficiaries who took part")
    table = pd.DataFrame(rows)
    advice, advised = advise(table, enough=believed.right_enough.value)
    return Evaluability(
        plan=plan,
        file=file,
        designs=table,
        needed=needed,
        needed_percent=100 * needed / believed.mean.value,
        advice=advice,
        advised=advised,
    )


def advise(designs: pd.DataFrame, *, enough: float) -> tuple[Advice, int | None]:
    """Say what follows from the shares of right decisions, and about which design.

    Parameters
    ----------
    designs : DataFrame
        As `Evaluability.designs`.
    enough : float
        Share of right decisions from which on a study tells.
    """
    planned = designs[designs["planned"]].iloc[0]
    if planned["before"] >= enough:
        return "known_before", None
    whole = designs[~designs["one_event"]].sort_values(["firm_rounds", "design"])
    telling = whole[whole["right"] >= enough]
    if telling.empty:
        return "no_design_tells", None
    cheapest = telling.iloc[0]
    if planned["right"] < enough:
        return "go_larger", int(cheapest["design"])
    if cheapest["firm_rounds"] < planned["firm_rounds"]:
        return "go_smaller", int(cheapest["design"])
    return "go", int(planned["design"])


def planned_study(design: Design, believed: BeforeData, *, alpha: float) -> PlannedStudy:
    """Return a design with what is believed of outcomes."""
    return PlannedStudy(
        units=design.treated + design.comparison,
        treated=design.treated,
        before=design.before,
        after=design.after,
        mean=believed.mean.value,
        sd=believed.mean.value * believed.variation.value,
        permanent=believed.permanent.value,
        autocorrelation=believed.autocorrelation.value,
        attrition=believed.attrition.value,
        alpha=alpha,
    )


def _appraisal(plan: Plan, file: EconomicsFile, believed: BeforeData) -> Appraisal:
    """Return the appraisal of an effect still unknown, which lasts in full for the years that the planned study sees."""
    planned = next(one for one in believed.designs if one.planned)
    return Appraisal(
        effect=YearlyEffect.steady(0.0, 0.0, years=planned.after),
        without=believed.mean.value,
        assumptions=file.beliefs(),
        costs=file.cost_stream(plan.currency, plan.language),
        first_benefits=file.first_benefits.year,
        horizon=file.horizon.years,
        hurdle=file.hurdle.rate,
        gain_grows=file.effect.gain_grows,
    )


def _row(
    plan: Plan, believed: BeforeData, position: int, appraisal: Appraisal, *, draws: int
) -> dict[str, Any]:
    design = believed.designs[position]
    study = planned_study(design, believed, alpha=plan.alpha)
    found = power(study, draws=draws, seed=plan.seed)
    decided = right_decisions(
        appraisal,
        [one.plausible for one in believed.plausible],
        spread=found.spread,
        std_error=_std_error(found, alpha=plan.alpha),
        level=1 - plan.alpha,
        seed=plan.seed,
    )
    return {
        "design": position,
        "treated": design.treated,
        "comparison": design.comparison,
        "rounds_before": design.before,
        "rounds_after": design.after,
        "firm_rounds": (design.treated + design.comparison) * (design.before + design.after),
        "planned": design.planned,
        "one_event": design.one_event,
        "inference": found.recommended,
        "smallest_detectable": 100 * found.smallest_detectable / study.mean,
        "spread": 100 * found.spread / study.mean,
        **asdict(decided),
    }


def _std_error(found: PowerResult, *, alpha: float) -> float:
    """Return the standard error at which a normal test would find the smallest detectable effect as often."""
    return found.smallest_detectable / (quantile(1 - alpha / 2, np.inf) + quantile(POWER, np.inf))
