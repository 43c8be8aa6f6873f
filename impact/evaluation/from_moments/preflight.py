"""What moments hold before they are run: the same counts as of data, as far as sums have them."""

from typing import cast

import numpy as np

from impact.arrays import Mask
from impact.errors import ImpactError
from impact.evaluation.from_moments.described import sides
from impact.evaluation.from_moments.effects import headline_by_inference, smallest_cohort
from impact.evaluation.from_moments.missing import missing_parts
from impact.evaluation.preflight import (
    Ability,
    Arm,
    ArmFacts,
    Offered,
    OutcomeFacts,
    Preflight,
    StartFacts,
)
from impact.evaluation.remarks import Remark, RemarkCode
from impact.evaluation.side_by_side import average_of, estimators_beside
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.moments import PathMoments
from impact.terms import ENOUGH_UNITS, SMALLEST_SHOWN


def preflight_of_moments(study: Study) -> Preflight:
    """Look at a study whose data are moments and that the check accepts."""
    moments = study.moments
    first, last = (str(moments.time_axis.label(moments.times[at])) for at in (0, -1))
    overall = study.estimator().fit(moments).aggregate(by="overall")
    table, refused = headline_by_inference(overall)
    offered = [Offered(str(name)) for name in table["inference"]]
    return Preflight(
        periods=(first, last),
        n_periods=len(moments.times),
        n_absent=int(moments.times[-1] - moments.times[0]) + 1 - len(moments.times),
        n_never=moments.sample.n_never,
        n_always=moments.sample.dropped.get("always_treated", 0),
        arms=tuple(_arm(moments, name, cells) for name, cells in sides(moments)),
        starts=tuple(_start(moments, cohort) for cohort in moments.cohorts),
        outcomes=(_outcome(study, moments),),
        abilities=tuple(_abilities(study, moments)),
        inferences=(*offered, *(Offered(one.inference, one) for one in refused)),
        remarks=_remarks(study, moments),
    )


def _arm(moments: PathMoments, name: str, cells: Mask) -> ArmFacts:
    n, seen = moments.n[cells], moments.observed[cells]
    count = seen.sum(axis=1)
    until = seen.shape[1] - seen[:, ::-1].argmax(axis=1)
    above = moments.clusters
    return ArmFacts(
        arm=cast("Arm", name),
        units=int(n.sum()),
        clusters=int(n.sum())
        if above is None
        else len(np.unique(above.cluster[cells[above.cell]])),
        answered=float(n @ seen.mean(axis=1) / n.sum()) if n.sum() else 0.0,
        with_gaps=int(n[until - seen.argmax(axis=1) > count].sum()),
        seen_once=int(n[count == 1].sum()),
        seen_last=int(n[seen[:, -1]].sum()),
    )


def _start(moments: PathMoments, cohort: float) -> StartFacts:
    own = moments.cohort == cohort
    return StartFacts(
        period=str(moments.time_axis.label(cohort)),
        planned=None,
        units=int(moments.n[own].sum()),
        before=int((moments.times < cohort).sum()),
        after=int((moments.times >= cohort).sum()),
        seen_last=int(moments.n[own & moments.observed[:, -1]].sum()),
    )


def _outcome(study: Study, moments: PathMoments) -> OutcomeFacts:
    n = int(moments.n.sum())
    level = (moments.mean + moments.origin) * moments.observed
    mean = float((moments.n @ level).sum() / moments.n_obs)
    return OutcomeFacts(
        outcome=study.outcome,
        units=n,
        treated=moments.sample.n_treated,
        observations=moments.n_obs,
        missing=moments.sample.dropped.get("missing_outcome", 0),
        mean=mean if n >= SMALLEST_SHOWN else None,
        zeros=None,
    )


def _abilities(study: Study, moments: PathMoments) -> list[Ability]:
    found = []
    for name, estimator in estimators_beside(study).items():
        try:
            treated = average_of(name, estimator, moments).sample.n_treated
            found.append(Ability(name, study.outcome, treated=treated))
        except ImpactError as problem:
            found.append(Ability(name, study.outcome, refused=Refused.of(name, problem)))
    return found


def _remarks(study: Study, moments: PathMoments) -> tuple[Remark, ...]:
    smallest = smallest_cohort(moments)
    counted: dict[RemarkCode, int] = {
        "from_moments": len(missing_parts(study)),
        "few_in_moments": smallest if smallest < ENOUGH_UNITS else 0,
        "always_treated": moments.sample.dropped.get("always_treated", 0),
        "small_cohorts": int(
            sum(moments.n[moments.cohort == at].sum() < SMALLEST_SHOWN for at in moments.cohorts)
        ),
    }
    return tuple(Remark(code, n) for code, n in counted.items() if n)
