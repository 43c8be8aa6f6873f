"""Did treated and untreated firms move alike before treatment?"""

import numpy as np

from impact.check_result import CheckResult, not_applicable, pass_or_warn, wald
from impact.data.panel import Panel
from impact.errors import ImpactError
from impact.estimate import Estimate
from impact.estimators.callaway_santanna import CallawaySantAnna

MOST_LEADS = 4  # more leads than this make the joint test reject too often with few treated firms
SMALL_P = 0.05


def before_trend_test(event_study: Estimate, *, n_treated: int) -> CheckResult:
    """Test jointly the leads nearest to treatment (at most four) of a universal-base event study.

    F with (number of leads, treated units - 1) degrees of freedom: the treated side carries the uncertainty.
    """
    table = event_study.table
    leads = table.index[(table["event_time"] < 0) & table["std_error"].notna()]
    nearest = leads[np.argsort(-table.loc[leads, "event_time"].to_numpy())][:MOST_LEADS].to_numpy()
    if not len(nearest):
        return not_applicable("before_trends", "no_period_before_the_reference")
    values = table["estimate"].to_numpy()[nearest]
    vcov = event_study.vcov[np.ix_(nearest, nearest)]
    return wald("before_trends", values, vcov, df=float(max(n_treated - 1, 1)))


def placebo_date(panel: Panel, estimator: CallawaySantAnna, *, periods: int) -> CheckResult:
    """Pretend treatment began ``periods`` earlier, on observations before it did: the effect should be nil.

    Only observations before actual treatment are used, so nothing of the programme is in them.
    """
    moment = panel.times[panel.time_index]
    before = (moment < panel.cohort[panel.unit_index]) & (moment < panel.cohorts[-1])
    try:
        untouched = panel.where(before, reason="not_observed_before_treatment")
        overall = estimator.fit(untouched.with_cohort(untouched.cohort - periods)).aggregate(
            by="overall"
        )
    except ImpactError:
        return not_applicable("placebo_date", "too_few_periods_before_treatment")
    row = overall.table.iloc[0]
    p = float(row["p_value"])
    if np.isnan(p):
        return not_applicable("placebo_date", "no_variation_before_treatment")
    return CheckResult(
        "placebo_date",
        pass_or_warn(p >= SMALL_P),
        f"periods_earlier:{periods}",
        statistic=float(row["estimate"]),
        p_value=p,
        table=overall.table[["estimate", "std_error", "conf_low", "conf_high"]],
    )
