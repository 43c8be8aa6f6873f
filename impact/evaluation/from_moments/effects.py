"""The headline and what stands beside it, from moments: effects, clustered and leave-one-out errors, other estimators."""

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.check_result import CheckResult, not_applicable, wald
from impact.diagnostics.before_trends import joint_f, leads_to_test
from impact.errors import ImpactError, NotInMomentsError
from impact.estimate import Estimate
from impact.evaluation.counterfactual import counterfactual
from impact.evaluation.parts import (
    Impact,
    NotMeasured,
    OutcomeEffect,
    in_percent,
    log_in_percent,
    of_enough_units,
    or_refused,
    unlikely_signs,
)
from impact.evaluation.side_by_side import headline_weights, side_by_side
from impact.evaluation.study import Study
from impact.evaluation.subgroups import COLUMNS as SUBGROUPS
from impact.inference.choose import INTERVAL_COLUMNS, headline_verdict
from impact.inference.clustered import Clustered
from impact.inference.named import EVERY
from impact.interval import Refused
from impact.moments import PathMoments
from impact.terms import ENOUGH_UNITS, SMALLEST_SHOWN

KNOWN = ("clustered", "crv3_t")
"""Inferences that sums give: the others exchange, draw or weigh single units."""


def impact_of(study: Study) -> Impact:
    """Answer what `Impact` answers of a study whose data are moments."""
    moments = study.moments
    smallest = smallest_cohort(moments)
    shown = smallest >= SMALLEST_SHOWN
    effect = _effect(study, moments)
    universal = study.estimator(base_period="universal").fit(moments)
    found = counterfactual(universal, effect.overall)
    events = of_enough_units(universal.aggregate(by="event_time"), found)
    cohorts = study.estimator().fit(moments).aggregate(by="cohort")
    return Impact(
        effects=(effect,),
        event_study=believed(events, moments),
        by_cohort=cohorts if shown else None,
        subgroups=pd.DataFrame(columns=SUBGROUPS, dtype=object),
        before_trends=None if study.by_lot else _before_trends(study, universal),
        smallest_cohort=smallest,
        estimators=side_by_side(study, moments),
        weights=headline_weights(study, moments, shown=shown or len(moments.cohorts) == 1),
        counterfactual=found,
        equal_cohorts=_equal_cohorts(cohorts, moments),
        secondary=tuple(_others(study)),
        by_dose=None if study.plan.dose is None else not_in_moments("by_dose"),
        on_participants=None
        if study.plan.participation is None
        else not_in_moments("effect_on_participants"),
    )


def not_in_moments(asked: str) -> Refused:
    """Return what a part says of something that needs the units."""
    return Refused(asked, str(NotInMomentsError()), NotInMomentsError.__name__)


def smallest_cohort(moments: PathMoments) -> int:
    """Return the number of treated units in the smallest cohort; of clusters above them, where there are any."""
    if moments.clusters is None:
        return int(min(moments.n[moments.cohort == at].sum() for at in moments.cohorts))
    of_cell = moments.cohort[moments.clusters.cell]
    return min(len(np.unique(moments.clusters.cluster[of_cell == at])) for at in moments.cohorts)


def believed(estimate: Estimate, moments: PathMoments) -> Estimate:
    """Return an estimate with the errors that hold with few treated units: leaving each unit out; clustered ones from 25 on."""
    if smallest_cohort(moments) >= ENOUGH_UNITS:
        return estimate
    found = estimate.under(Clustered("CRV3"))
    return estimate if isinstance(found, Refused) else found


def _effect(study: Study, moments: PathMoments) -> OutcomeEffect:
    overall = study.estimator().fit(moments).aggregate(by="overall")
    table, refused = headline_by_inference(overall)
    verdict = headline_verdict(
        overall, table, recommended=None, smallest_cohort=smallest_cohort(moments)
    )
    logged = study.column(study.outcome).scale == "log"
    plain = moments.non_negative and not logged
    percent = or_refused(overall.percent, "effect_in_percent", refused) if plain else None
    return OutcomeEffect(
        outcome=study.outcome,
        overall=overall,
        percent=percent,
        intervals=table,
        randomization=None,
        design=None,
        verdict=verdict,
        verdict_percent=log_in_percent(verdict) if logged else in_percent(verdict, percent),
        refused=(*refused, not_in_moments("design_check")),
        exaggeration=unlikely_signs(verdict, level=study.level),
    )


def headline_by_inference(overall: Estimate) -> tuple[pd.DataFrame, list[Refused]]:
    """Return the headline by the inferences that sums give, and every other one refused."""
    refused = [not_in_moments(name) for name in EVERY if name not in KNOWN]
    left_out = overall.under(Clustered("CRV3"))
    made = {"clustered": overall}
    if isinstance(left_out, Refused):
        refused.append(replace(left_out, inference="crv3_t"))
    else:
        made["crv3_t"] = left_out
    rows = [
        (name, *found.table[["conf_low", "conf_high", "p_value"]].iloc[0].astype(float))
        for name, found in made.items()
    ]
    return pd.DataFrame(rows, columns=INTERVAL_COLUMNS), refused


def _before_trends(study: Study, universal: Estimate) -> CheckResult:
    """Test the leads nearest to treatment jointly by an F statistic: moments have no labels to permute."""
    events = believed(universal.aggregate(by="event_time"), study.moments)
    leads = leads_to_test(events, anticipation=study.plan.anticipation)
    if not leads:
        return not_applicable("before_trends", "no_period_before_the_reference")
    return joint_f(events, leads)


def _equal_cohorts(cohorts: Estimate, moments: PathMoments) -> CheckResult:
    k = len(cohorts.values)
    if k < 2:
        return not_applicable("equal_cohorts", "one_cohort")
    known = believed(cohorts, moments)
    R = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
    df = float(max(moments.sample.n_treated - k, 1))
    try:
        found = wald("equal_cohorts", R @ known.params.to_numpy(), R @ known.vcov @ R.T, df=df)
    except ImpactError as problem:
        return not_applicable("equal_cohorts", f"not_computed:{type(problem).__name__}")
    return found


def _others(study: Study) -> list[NotMeasured]:
    """Every other outcome of the plan: a moments file has one."""
    asked = dict.fromkeys((*study.plan.outcomes[1:], *study.plan.secondary))
    return [
        NotMeasured(
            name,
            study.label(name),
            "not_available_from_moments" if name in study.schema.columns else "not_in_the_data",
        )
        for name in asked
        if name != study.outcome
    ]
