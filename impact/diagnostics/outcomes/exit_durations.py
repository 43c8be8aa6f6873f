"""How long firms stay, beneficiaries against others: exit as an outcome of its own.

Time runs from the last period before each start, for those who started and for those seen then that had not: a firm must be
there to start, so counting from the first period would credit the programme with the firms that lived to join it. Nobody is
followed beyond the last period, nor controls beyond their own start.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.check_result import CheckResult, Shown, not_applicable, status_of
from impact.covariance.absorbed import Absorbed
from impact.covariance.choice import Clustered
from impact.covariance.rows import FittedRows, covariance
from impact.critical_values import quantile, two_sided_p_value
from impact.data.panel import Panel
from impact.errors import NoComparisonError, NotAvailableError, NotIdentifiedError
from impact.terms import CONFIDENCE_LEVEL, ControlGroup, one_of

ARMS = ("untreated", "treated")
COLUMNS = ["arm", "period", "at_risk", "exits", "staying", "std_error"]


@dataclass(frozen=True, repr=False)
class ExitDurations(Shown):
    """Kaplan-Meier shares that stay by arm, and two comparisons of the arms.

    Attributes
    ----------
    table : DataFrame
        ``arm, period, at_risk, exits, staying, std_error``: one row an arm and period (since the last before the start) with an
        exit; the standard error is Greenwood's.
    hazard_difference, std_error, conf_low, conf_high, p_value : float
        Share of those at risk that exits in a period, treated less untreated, compared within start and period; clustered, so
        that controls may stand beside several starts. NaN where nobody exits.
    log_rank, log_rank_p_value : float
        Log-rank statistic, in strata by start, and its p-value, for independent firms.
    n_starts : int
    level : float
    """

    table: pd.DataFrame
    hazard_difference: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    log_rank: float
    log_rank_p_value: float
    n_starts: int
    level: float

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the comparison and the shares."""
        line = (
            f"Exits a period, treated less untreated: {self.hazard_difference:+.1%} ({self.level:.0%} interval "
            f"{self.conf_low:+.1%} to {self.conf_high:+.1%}, p {self.p_value:.3f}); log-rank {self.log_rank:.2f} "
            f"(p {self.log_rank_p_value:.3f})"
        )
        return line, self.table

    def check(self) -> CheckResult:
        """Warn where firms of one arm leave more often."""
        if self.table.empty:
            return not_applicable("exit_durations", "nobody_left")
        return _compared(self.hazard_difference, self.p_value)


@dataclass(frozen=True)
class Durations:
    """Records of firms followed from a start: one a firm and start.

    Attributes
    ----------
    unit, start : ndarray of int, (m,)
        Place of the firm, and of the start.
    treated, exited : ndarray of bool, (m,)
    periods : ndarray of int, (m,)
        Until exit, or until the firm is no longer followed.
    """

    unit: Integers
    start: Integers
    treated: Mask
    exited: Mask
    periods: Integers


def exit_durations(
    panel: Panel,
    *,
    control_group: ControlGroup = "not_yet_treated",
    anticipation: int = 0,
    level: float = CONFIDENCE_LEVEL,
) -> ExitDurations:
    """Compare how long treated and untreated units stay in a panel; a unit exits in the period after it was last seen.

    A unit that is silent for a while and comes back has not exited; one that is silent until the end has, whether it closed or
    only stopped answering.

    Parameters
    ----------
    panel : Panel
    control_group : {"not_yet_treated", "never_treated"}
    anticipation : int
        Periods before the start from which time runs already.
    level : float

    Returns
    -------
    ExitDurations

    Assumes
    -------
    That units of both arms would have left at the same rate in a period since the start, and that what ends following does not
    depend on leaving.

    Raises
    ------
    NoComparisonError
        When no start has units seen before it in both arms that are followed afterwards.
    NotAvailableError
        For repeated cross-sections.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53(282); Mantel (1966), Cancer Chemotherapy
    Reports 50; Jenkins (1995), Oxford Bulletin of Economics and Statistics 57(1), for discrete time.

    Examples
    --------
    >>> import impact
    >>> impact.exit_durations(impact.example_panel()).check().why  # every firm is seen in every year
    'nobody_left'
    """
    found = _followed(panel, control_group=control_group, anticipation=anticipation)
    n_starts = len(np.unique(found.start))
    if not found.exited.any():
        nothing = (np.nan,) * 7
        return ExitDurations(
            pd.DataFrame(columns=COLUMNS), *nothing, n_starts=n_starts, level=level
        )
    log_rank = log_rank_test(found.periods, found.exited, found.treated, found.start)
    table = pd.concat(
        [
            kaplan_meier(found.periods[own], found.exited[own]).assign(arm=arm)
            for arm, own in zip(ARMS, (~found.treated, found.treated), strict=True)
        ],
        ignore_index=True,
    )
    return ExitDurations(
        table[COLUMNS], *_hazard(panel, found, level), *log_rank, n_starts=n_starts, level=level
    )


def exits_compared(
    panel: Panel, *, control_group: ControlGroup = "not_yet_treated", anticipation: int = 0
) -> CheckResult:
    """Return the check of `exit_durations` alone, without the shares that stay; choices and errors are its."""
    found = _followed(panel, control_group=control_group, anticipation=anticipation)
    if not found.exited.any():
        return not_applicable("exit_durations", "nobody_left")
    difference, _, _, _, p_value = _hazard(panel, found, CONFIDENCE_LEVEL)
    return _compared(difference, p_value)


def _compared(difference: float, p_value: float) -> CheckResult:
    return CheckResult("exit_durations", status_of(p_value), "exits_a_period", difference, p_value)


def _followed(panel: Panel, *, control_group: ControlGroup, anticipation: int) -> Durations:
    """Records of both arms, or the reason why there are none."""
    one_of(control_group, ControlGroup, name="control_group")
    if panel.waves != "panel":
        raise NotAvailableError(
            f"{panel.outcome}: waves='repeated_cross_sections': nobody is seen twice, so nobody can be seen to leave"
        )
    found = durations_of(panel, control_group=control_group, anticipation=anticipation)
    if len(np.unique(found.treated)) < 2:
        raise NoComparisonError(
            f"{panel.outcome}: no start has units seen before it in both arms and followed afterwards; check the cohort column"
        )
    return found


def durations_of(panel: Panel, *, control_group: ControlGroup, anticipation: int) -> Durations:
    """Return how long each unit stays after each start that it is part of."""
    seen = ~np.isnan(panel.wide)
    last = seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    end = len(panel.times) - 1
    finite = np.isfinite(panel.cohort)
    # the first period in which an untreated unit is a control no longer
    until = np.searchsorted(panel.times, np.where(finite, panel.cohort - anticipation, np.inf))
    records = []
    for start, cohort in enumerate(np.unique(panel.cohort[finite])):
        base = int(np.searchsorted(panel.times, cohort - anticipation)) - 1
        if base < 0:
            continue
        own = panel.cohort == cohort
        others = ~finite
        if control_group == "not_yet_treated":
            others = others | (panel.cohort > cohort)
        at = np.flatnonzero((own | others) & seen[:, base])
        followed = np.where(own[at], end, np.minimum(end, until[at] - 1))
        exited = last[at] + 1 <= followed
        periods = np.where(exited, last[at] + 1, followed) - base
        records.append(np.column_stack([at, np.full(len(at), start), own[at], exited, periods]))
    every = np.concatenate([np.zeros((0, 5), dtype=np.int64), *records])
    every = every[every[:, 4] > 0].astype(np.int64)
    return Durations(
        every[:, 0], every[:, 1], every[:, 2].astype(bool), every[:, 3].astype(bool), every[:, 4]
    )


def kaplan_meier(periods: Integers, exited: Mask) -> pd.DataFrame:
    """Return the share that stays after each period with an exit, and Greenwood's standard error, by statsmodels."""
    from statsmodels.duration.survfunc import SurvfuncRight

    if not exited.any():
        return pd.DataFrame(columns=COLUMNS[1:])
    fit = SurvfuncRight(periods.astype(float), exited.astype(float))
    return pd.DataFrame(
        {
            "period": fit.surv_times,
            "at_risk": fit.n_risk,
            "exits": fit.n_events,
            "staying": fit.surv_prob,
            "std_error": fit.surv_prob_se,
        }
    )


def log_rank_test(
    periods: Integers, exited: Mask, treated: Mask, strata: Integers
) -> tuple[float, float]:
    """Return the log-rank statistic and its p-value, in strata, by statsmodels."""
    from statsmodels.duration.survfunc import survdiff

    several = {"strata": strata} if len(np.unique(strata)) > 1 else {}
    statistic, p_value = survdiff(
        periods.astype(float), exited.astype(float), treated.astype(int), **several
    )
    return float(statistic), float(p_value)


def _hazard(
    panel: Panel, found: Durations, level: float
) -> tuple[float, float, float, float, float]:
    """Difference of hazards within start and period by least squares: estimate, error, interval, p-value."""
    record = np.repeat(np.arange(len(found.periods)), found.periods)
    period = np.arange(len(record)) - np.repeat(
        np.cumsum(found.periods) - found.periods, found.periods
    )
    exits = (found.exited[record] & (period + 1 == found.periods[record])).astype(float)
    cell = np.unique(np.column_stack([found.start[record], period]), axis=0, return_inverse=True)[
        1
    ].ravel()
    treated: Floats = found.treated[record].astype(float)[:, None]
    root = np.ones(len(exits))
    try:
        fitted = FittedRows.fit(
            exits,
            treated,
            absorbed=Absorbed.of((cell,), root),
            sets=(cell,),
            n_own=1,
            constant=True,
        )
        cluster = panel.cluster[found.unit[record]]
        made = covariance(fitted, Clustered("CRV1"), (cluster,))
    except NotIdentifiedError:
        return (np.nan,) * 5
    estimate, error = float(fitted.coefficients[0]), float(np.sqrt(made.vcov[0, 0]))
    df = float(made.df[0])
    reach = quantile((1 + level) / 2, df) * error
    p_value = float(two_sided_p_value(np.array(estimate / error), df)) if error > 0 else np.nan
    return estimate, error, estimate - reach, estimate + reach, p_value
