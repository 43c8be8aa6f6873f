"""What is computed of a lot whose arms are compared as a whole: other estimators, other choices, outcomes with and without."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.evaluation.counterfactual import Counterfactual
from impact.evaluation.study import Study
from impact.terms import SMALLEST_SHOWN

OF_ARMS = (
    "ancova",
    "ancova_by_arm",
    "difference_in_means",
    "difference_in_means_plain",
    "changes_compared",
)
"""Words of the estimators of a lot's effect; the last is by the change of each unit."""


def estimators_of_arms(study: Study) -> dict[str, Any]:
    """Return the estimators of a lot's effect by their word, the main one first."""
    level, stratified = study.level, bool(study.plan.strata)
    plain = DifferenceInMeans(strata="effects", level=level)
    found: dict[str, Any] = {study.main: study.estimator()}
    if study.main == "ancova":
        found |= {
            "ancova_by_arm": Ancova(slopes="by_arm", level=level),
            "difference_in_means": plain,
        }
    if stratified:
        found["difference_in_means_plain"] = DifferenceInMeans(strata="ignored", level=level)
    if study.plan.waves != "endline_only":
        found["changes_compared"] = CallawaySantAnna(level=level)
    return found


def alternatives_of_arms(
    study: Study, panel: Panel
) -> Iterator[tuple[str, str, Callable[[], Estimate]]]:
    """Yield (name, family, how to compute) of other estimators and choices, the main one first."""
    for name, estimator in estimators_of_arms(study).items():
        yield name, "estimator", partial(average_of_arms, estimator, panel)
    if (panel.times >= panel.cohorts[0]).sum() > 1:
        yield "last_round", "sample", partial(study.estimator(rounds="last").fit, panel)
    for share, name in ((0.0, "raw_values"), (0.99, "capped_at_99"), (0.95, "capped_at_95")):
        if share != study.plan.winsorise and (panel.y >= 0).all():
            yield name, "outliers", partial(study.estimator().fit, study.panel(winsorise=share))


def average_of_arms(estimator: Any, panel: Panel) -> Estimate:
    """Return an estimator's one number: an average over all periods from the start on."""
    found: Estimate = estimator.fit(panel).aggregate(by="overall")
    return found


def counterfactual_of_arms(panel: Panel, overall: Estimate) -> Counterfactual:
    """Take the outcome of those drawn, and as without the programme what the others had; over all periods, as the effect does.

    Periods in which fewer than ten of either were observed are left out.
    """
    drawn, rows = np.isfinite(panel.cohort), []
    gain = float(overall.params.iloc[0])
    for place, time in enumerate(panel.times):
        seen = ~np.isnan(panel.wide[:, place])
        sides = [seen & side for side in (drawn, ~drawn)]
        if min(side.sum() for side in sides) >= SMALLEST_SHOWN:
            actual, without = (
                float(np.average(panel.wide[side, place], weights=panel.weight[side]))
                for side in sides
            )
            event = float(time - panel.cohorts[0])
            rows.append(
                {
                    "event_time": event,
                    "actual": actual,
                    "without": without,
                    "n_treated": int(sides[0].sum()),
                }
            )
    path = pd.DataFrame(rows, columns=["event_time", "actual", "without", "n_treated"])
    after = path["event_time"] >= 0
    if after.sum() == 1:  # one round: what the effect says of it
        path.loc[after, "without"] = path.loc[after, "actual"] - gain
    actual = float(overall.spec["observed_mean"][0])
    if after.sum() == 1:
        actual = float(path.loc[after, "actual"].iloc[0])
    return Counterfactual(path=path, actual=actual, without=actual - gain, gain=gain)
