"""How sure the headline is, from moments: bounds, other choices, an earlier start; nothing that moves single units."""

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.before_trends import at_placebo_date
from impact.errors import ImpactError
from impact.evaluation.certainty import Certainty, OtherTrends, events_of_every_cohort
from impact.evaluation.from_moments.effects import believed, not_in_moments
from impact.evaluation.measures import COLUMNS as MEASURES
from impact.evaluation.robustness import PanelModels, Robustness, linear_alternatives, row_of
from impact.evaluation.study import Study
from impact.moments import PathMoments


def certainty_of(study: Study) -> Certainty:
    """Answer what `Certainty` answers of a study whose data are moments."""
    trends = OtherTrends()
    if not study.by_lot:
        events = believed(events_of_every_cohort(study, study.moments), study.moments)
        trends = OtherTrends.of(study, events, not_in_moments("unobserved_selection"))
    return Certainty(
        honest=trends.honest,
        pretrends=trends.pretrends,
        leave_one_out=None,
        curve=None,
        families=(),
        selection=trends.selection,
        refused=(
            *((not_in_moments("family_of_outcomes"),) if study.plan.families else ()),
            *trends.refused,
        ),
        checks=(
            *trends.checks,
            not_applicable("leave_one_out", "not_available_from_moments"),
            not_applicable("specification_curve", "not_available_from_moments"),
            *trends.equivalence,
            not_applicable("placebo_outcomes", "not_available_from_moments")
            if study.plan.placebo_outcomes
            else not_applicable("placebo_outcomes", "no_placebo_outcome_in_the_plan"),
            not_applicable("scales", "not_available_from_moments"),
        ),
    )


def robustness_of(study: Study) -> Robustness:
    """Answer what `Robustness` answers of a study whose data are moments."""
    rows = [row_of(*one) for one in linear_alternatives(study, study.moments)]
    return Robustness(
        alternatives=pd.DataFrame(rows),
        randomization=None,
        checks=() if study.by_lot else _before_the_start(study),
        margins=not_in_moments("margins"),
        silence=not_in_moments("attrition_bounds"),
        measures=pd.DataFrame(columns=MEASURES),
        quantiles=not_in_moments("quantiles"),
    )


def panel_models_of(study: Study) -> PanelModels:
    """Return no textbook model: all but fixed effects, which stand beside the headline, need the rows."""
    del study
    nothing = not_applicable("hausman", "not_available_from_moments")
    return PanelModels(models=(), hausman=nothing, tests=(), own_model=None)


def _before_the_start(study: Study) -> tuple[CheckResult, ...]:
    periods = study.plan.placebo_periods, max(1, study.plan.placebo_periods // 2)
    return (
        *(placebo_date(study, periods=earlier) for earlier in dict.fromkeys(periods)),
        not_applicable("recent_change", "not_available_from_moments"),
    )


def placebo_date(study: Study, *, periods: int) -> CheckResult:
    """Pretend treatment began ``periods`` earlier, as `before_trends.placebo_date`, with the errors that are believed."""
    try:
        pretended = _pretended(study.moments, periods)
        effect = study.estimator().fit(pretended).aggregate(by="overall")
    except ImpactError:
        return not_applicable("placebo_date", "too_few_periods_before_treatment")
    found = believed(effect, pretended)
    row = found.table.iloc[0]
    if not row["std_error"] > 0:
        return not_applicable("placebo_date", "no_variation_before_treatment")
    return at_placebo_date(found, float(row["p_value"]), periods=periods)


def _pretended(moments: PathMoments, periods: int) -> PathMoments:
    """Return the moments of what was observed before treatment, their cohorts so many periods earlier."""
    before = moments.event_time < 0
    before &= moments.times[None, :] < moments.cohorts[-1]
    untouched = moments.only(before, reason="not_observed_before_treatment")
    moved = replace(untouched, cohort=untouched.cohort - periods, complete=None, _shared={})
    kept = moved.cohort > moved.times[0]
    if not np.isfinite(moved.cohort[kept]).any():
        raise ImpactError
    return moved.where(lambda _: kept, reason="always_treated")
