"""Could something unobserved, on which the treated were chosen or chose, explain the effect away?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, Shown, amount, not_applicable, pass_or_warn
from impact.covariance.choice import Homoskedastic
from impact.covariance.rows import FittedRows, covariance
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.diagnostics.sensitivity.proportional_selection import ProportionalSelection
from impact.diagnostics.sensitivity.robustness_value import (
    Confounder,
    partial_r2,
    robustness_value,
)
from impact.errors import NotIdentifiedError
from impact.estimators.experiments.trial_rows import TrialRows, covariates_at_start
from impact.estimators.linear import as_panel
from impact.terms import CONFIDENCE_LEVEL

EXACT = 1e-12  # residuals, relative to the outcome, that are rounding errors of none
TIMES = (1, 2, 3)  # as strong as a named covariate, twice, three times
BENCHMARKS = (
    "covariate",
    "times",
    "of_treatment",
    "of_outcome",
    "estimate",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True, repr=False)
class SelectionSensitivity(Shown):
    """The change of the treated given covariates, and what would have to be unobserved for it to be no effect.

    Attributes
    ----------
    estimate, conf_low, conf_high : float
        By least squares on units' changes, errors alike, as the shares of variance need it.
    partial_r2 : float
        Share of what is left of the change that treatment explains: what explained all of the rest of the change would have to
        explain that share of treatment.
    robustness_value, robustness_value_of_interval : float
        Share of what is left of both treatment and change that would bring the estimate, or its interval, to zero.
    table : DataFrame
        ``covariate, times, of_treatment, of_outcome, estimate, conf_low, conf_high``: had something been observed that is so
        many times as strong as the covariate; NaN where nothing can be that strong.
    proportional : ProportionalSelection, optional
        Oster's; None where covariates move neither coefficient nor R2.
    r2_max, delta, effect : float
        The R2 that everything would reach; how many times as strong as that on covariates selection on the unobserved must be
        for no effect; and the effect if it is as strong. NaN without `proportional`.
    level : float
    """

    estimate: float
    conf_low: float
    conf_high: float
    partial_r2: float
    robustness_value: float
    robustness_value_of_interval: float
    table: pd.DataFrame
    proportional: ProportionalSelection | None
    r2_max: float
    delta: float
    effect: float
    level: float

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the estimate, the robustness values, the covariates' strength and Oster's numbers."""
        own = (
            f"Change given covariates {amount(self.estimate)} ({amount(self.conf_low)} to {amount(self.conf_high)}); "
            f"robustness value {self.robustness_value:.1%}, of the interval {self.robustness_value_of_interval:.1%}; "
            f"partial R2 {self.partial_r2:.1%}"
        )
        oster = (
            f"Selection on the unobserved {amount(self.delta)} times that on covariates gives no effect; as strong, "
            f"{amount(self.effect)} (R2 up to {self.r2_max:.2f})"
        )
        rows = () if self.table.empty else (self.table,)
        return (own, *rows, *(() if self.proportional is None else (oster,)))

    def checks(self) -> tuple[CheckResult, CheckResult]:
        """Say whether something like the strongest covariate would explain the effect away, and whether Oster's ratio would."""
        return self._robustness(), self._ratio()

    def _robustness(self) -> CheckResult:
        name = "unobserved_selection"
        if self.conf_low <= 0 <= self.conf_high:
            return not_applicable(name, "no_effect_to_explain_away")
        if self.table.empty:
            return not_applicable(name, "no_covariate_to_measure_by")
        once = self.table.loc[self.table["times"] == 1, ["conf_low", "conf_high"]]
        holds = (np.sign(self.estimate) * once > 0).all(
            axis=None
        )  # beyond zero it is explained away too
        return CheckResult(
            name,
            pass_or_warn(bool(holds)),
            f"robustness_value:{self.robustness_value_of_interval:.3f}",
            statistic=self.robustness_value_of_interval,
            table=self.table,
        )

    def _ratio(self) -> CheckResult:
        name = "proportional_selection"
        if self.conf_low <= 0 <= self.conf_high:
            return not_applicable(name, "no_effect_to_explain_away")
        if self.proportional is None:
            return not_applicable(name, "no_covariate_to_measure_by")
        # a negative ratio: what is unobserved would have to work against what covariates did
        strong = self.delta < 0 or self.delta >= 1
        return CheckResult(
            name, pass_or_warn(strong), f"selection_ratio:{self.delta:.2f}", statistic=self.delta
        )


def selection_sensitivity(
    panel: Panel, *, covariates: Sequence[str] = (), level: float = CONFIDENCE_LEVEL
) -> SelectionSensitivity:
    """Ask how strong something unobserved would have to be to explain the effect away.

    Units' changes, from their mean before the first start to their mean after the last, are regressed on being treated, the
    covariates and the panel's strata. What does not change, and moves all alike, is out already; what remains is whatever made
    the treated grow differently. With honest bounds, which ask how unlike trends may be, these are two views of one doubt.

    Parameters
    ----------
    panel : Panel
    covariates : sequence of str
        Columns of ``panel.covariates`` as they were before the start, by which the unobserved is measured.
    level : float

    Assumes
    -------
    Of the unobserved: that it moves the outcome linearly and is unrelated to the covariates (what they share is theirs). Where
    arms were drawn by lot nothing is left to ask.

    Raises
    ------
    NotIdentifiedError
        When nobody is seen before and after, or covariates foretell who is treated.

    References
    ----------
    Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1); Oster (2019), Journal of Business & Economic
    Statistics 37(2).

    Examples
    --------
    >>> import impact
    >>> found = impact.selection_sensitivity(impact.example_panel(), covariates=["workers"])
    >>> round(found.robustness_value_of_interval, 2), [check.status for check in found.checks()]
    (0.57, ['pass', 'pass'])
    """
    panel = as_panel(panel, who="selection_sensitivity", needs="each unit's path")
    change, treated, X = _changes(panel, covariates)
    columns = np.column_stack([treated, X, np.ones(len(change))])
    try:
        outcome = _fit(change, columns)
    except NotIdentifiedError:
        raise NotIdentifiedError(
            f"{', '.join(covariates) or 'strata'}: constant, following from each other, or foretelling who is treated; "
            "leave one out"
        ) from None
    estimate, t, df = outcome
    if not np.isfinite(t[0]):
        raise NotIdentifiedError(
            f"{panel.outcome}: treatment and covariates foretell every change exactly, so nothing is left that something "
            "unobserved could explain; check the column"
        )
    error = estimate[0] / t[0]
    reach = quantile((1 + level) / 2, df) * error
    named = list(
        _benchmarks(covariates, (estimate[0], error, df), t, _fit(treated, columns[:, 1:]), level)
    )
    oster = _proportional(change, treated, X)
    r2_max = np.nan if oster is None else oster.r2_max()
    return SelectionSensitivity(
        estimate=float(estimate[0]),
        conf_low=float(estimate[0] - reach),
        conf_high=float(estimate[0] + reach),
        partial_r2=partial_r2(float(t[0]), df),
        robustness_value=robustness_value(float(t[0]), df),
        robustness_value_of_interval=robustness_value(float(t[0]), df, level=level),
        table=pd.DataFrame(named, columns=list(BENCHMARKS)),
        proportional=oster,
        r2_max=r2_max,
        delta=np.nan if oster is None else oster.delta(),
        effect=np.nan if oster is None else oster.effect(),
        level=level,
    )


def _changes(panel: Panel, covariates: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Change, treatment and columns (covariates, then strata) of units seen before and after."""
    rows = TrialRows.of(panel, start=None, rounds="mean")
    rows = rows.where(~np.isnan(rows.baseline[rows.unit]))
    treated = np.isfinite(panel.cohort)[rows.unit].astype(float)
    if len(np.unique(treated)) < 2:
        raise NotIdentifiedError(
            f"{panel.outcome}: no treated or no untreated unit is seen before the first start and after the last"
        )
    given = np.zeros((len(rows.y), 0))
    if covariates:
        given = covariates_at_start(panel, rows, covariates, start=None)
    stratum = panel.stratum[rows.unit]
    dummies = (stratum[:, None] == np.unique(stratum)[1:]).astype(float)
    return rows.y - rows.baseline[rows.unit], treated, np.column_stack([given, dummies])


def _fit(y: Floats, columns: Floats) -> tuple[Floats, Floats, float]:
    """Coefficients (k,), their t statistics (k,) and degrees of freedom, errors alike; the constant is the last column."""
    fitted = FittedRows.fit(y, columns, n_own=columns.shape[1] - 1, constant=True)
    error = np.sqrt(covariance(fitted, Homoskedastic()).vcov.diagonal())
    exact = np.linalg.norm(fitted.residual) <= EXACT * np.linalg.norm(y)
    t = np.full(len(error), np.inf) if exact else fitted.coefficients / error
    return fitted.coefficients, t, float(len(y) - fitted.n_counted())


def _benchmarks(
    names: Sequence[str],
    effect: tuple[float, float, float],
    t_outcome: Floats,
    treatment: tuple[Floats, Floats, float],
    level: float,
) -> Iterator[dict[str, object]]:
    """Rows of the table: had something so many times as strong as each covariate been observed."""
    estimate, error, df = effect
    for place, name in enumerate(names):
        of_treatment = partial_r2(float(treatment[1][place]), treatment[2])
        of_outcome = partial_r2(float(t_outcome[1 + place]), df)
        for times in TIMES:
            row: dict[str, object] = {"covariate": name, "times": times}
            like = Confounder.like(of_treatment, of_outcome, times=times)
            if like is not None:
                moved, apart = like.adjusted(estimate, error, df)
                reach = quantile((1 + level) / 2, df - 1) * apart
                row |= {
                    "of_treatment": like.of_treatment,
                    "of_outcome": like.of_outcome,
                    "estimate": moved,
                    "conf_low": moved - reach,
                    "conf_high": moved + reach,
                }
            yield row


def _proportional(y: Floats, treated: Floats, X: Floats) -> ProportionalSelection | None:
    if not X.shape[1]:
        return None
    try:
        return ProportionalSelection.of(y, treated, X)
    except NotIdentifiedError:
        return None
