"""Callaway and Sant'Anna: one effect for each cohort and period, then averages of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.comparisons.across_people import compare_across_people
from impact.estimators.comparisons.by_cell import Contrasted, Contrasts, comparable, contrast_means
from impact.estimators.comparisons.given_covariates import Differences, compare_given_covariates
from impact.estimators.comparisons.group_time import (
    GroupTimeDetail,
    cohorts_left_out,
    group_time_estimate,
)
from impact.estimators.linear import as_moments, as_panel, balanced_cells
from impact.estimators.selection.covariates import Covariates
from impact.moments import PathMoments
from impact.moments.features import changes, levels
from impact.origin import remembered
from impact.terms import (
    CONFIDENCE_LEVEL,
    Adjustment,
    BasePeriod,
    CheckedChoices,
    ControlGroup,
    ControlsWithin,
    MissingPairs,
)

ADJUSTED = {
    "dr": "doubly robust",
    "dr_improved": "improved doubly robust",
    "ipw": "inverse probability weights",
    "ipw_abadie": "inverse probability weights that need not sum to one",
    "reg": "outcome regression",
}


@dataclass(frozen=True)
class CallawaySantAnna(CheckedChoices):
    """Effect of treatment for each cohort and period: mean change of the treated less mean change of the untreated.

    Parameters
    ----------
    control_group : {"not_yet_treated", "never_treated"}
    anticipation : int
        Periods before treatment in which outcomes may already respond.
    base_period : {"varying", "universal"}
        Before treatment, changes from the period before (varying) or from the last period before treatment (universal).
        Event-study figures and pre-trend sensitivity use the universal base.
    missing : {"pairs", "balanced", "cross_sections"}
        With gaps: units observed in both periods of a comparison, units observed in all, or each period's own mean. Panels
        declared as repeated cross-sections have nobody in two periods: there it is each period's own mean.
    controls : {"all", "strata"}
        Compare with all controls, or with those of the same stratum, strata weighted by their treated units.
    level : float
    covariates : sequence of str
        Numbers among the panel's covariates, taken in the earlier of the two periods of each comparison; with each period's
        own mean, in the period in which somebody was seen.
    method : {"dr", "dr_improved", "ipw", "ipw_abadie", "reg"}
        With covariates: doubly robust, traditional or improved; inverse probability weights that sum to one, or Abadie's
        (with which a change common to all moves the effect); outcome regression. Controls whose propensity is 0.995 or more
        are left out.

    Assumes
    -------
    Parallel trends between each cohort and its controls from the base period on; no anticipation beyond ``anticipation``.
    With covariates: parallel trends between units with the same covariates, controls like every treated unit, and a linear
    change (``reg``), a logit (``ipw``) or one of the two (``dr``). With each period's own mean: periods that draw people from
    the same population, treated and controls alike.

    References
    ----------
    Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), eqs. 2.8-2.9 without covariates, eqs. 2.2-2.7 with them;
    Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), eqs. 3.1 and 3.4.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.CallawaySantAnna().fit(panel)
    >>> effects.params.round(2).to_dict()["att(2003,2006)"]
    2.34
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.61}
    >>> alike = impact.CallawaySantAnna(covariates=["workers"]).fit(panel)  # firms with as many workers
    >>> alike.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.58}
    """

    control_group: ControlGroup = "not_yet_treated"
    anticipation: int = 0
    base_period: BasePeriod = "varying"
    missing: MissingPairs = "pairs"
    controls: ControlsWithin = "all"
    level: float = CONFIDENCE_LEVEL
    covariates: Sequence[str] = ()
    method: Adjustment = "dr"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.covariates and self.controls == "strata":
            raise UsageError(
                "controls='strata': not with covariates; give the strata as covariates of zeros and ones"
            )

    def compares_plain_pairs(self, panel: Panel) -> bool:
        """Whether it compares means of changes of units seen in both periods, among all."""
        plain = self.controls == "all" and not self.covariates
        return plain and self.missing == "pairs" and panel.waves == "panel"

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments (from a panel with covariates): one row a (cohort, period).

        Raises
        ------
        NotIdentifiedError
            When no cohort has both a base period and a control; when covariates are collinear, the same for all, or predict
            perfectly who is treated.
        NotAvailableError
            With covariates from moments, which hold none.
        MissingValueError
            When a covariate is missing in a period that changes are counted from.
        UsageError
            For ``missing="balanced"`` on repeated cross-sections.
        """
        moments = as_moments(data, waves="repeated_cross_sections")
        across = self._across_people(data)
        if self.missing == "balanced":
            moments = balanced_cells(moments)
        pairs, contrasts = self._compared(moments)
        found: Contrasted | Differences | None
        if not len(contrasts.code):
            found = None
        elif self.covariates:
            found = self._given_covariates(data, moments, pairs, contrasts)
        elif across:
            found = _of_cross_sections(moments, pairs, contrasts, within=self.controls)
        else:
            found = contrast_means(
                moments, changes(moments, pairs), contrasts, within=self.controls
            )
        if found is None or not len(found.values):
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort is observed before and after treatment beside an untreated unit; "
                "check the cohort column, or use control_group='not_yet_treated'"
            )
        return self._estimate(moments, found, across=across)

    def _across_people(self, data: Panel | PathMoments) -> bool:
        """Whether it compares each period's own mean, as it was asked to or as nobody is seen twice."""
        if not isinstance(data, Panel) or data.waves == "panel":
            return self.missing == "cross_sections"
        if self.missing == "balanced":
            raise UsageError(
                "missing='balanced': in repeated cross-sections nobody is seen in all periods; leave it out"
            )
        return True

    def _given_covariates(
        self,
        data: Panel | PathMoments,
        moments: PathMoments,
        pairs: list[tuple[int, int]],
        contrasts: Contrasts,
    ) -> Differences:
        panel = as_panel(
            data,
            who=f"CallawaySantAnna given {', '.join(self.covariates)}",
            needs="the covariates of single units",
        )
        kept = panel.cohort > panel.times[0]
        if self._across_people(panel):
            return compare_across_people(
                panel,
                moments,
                pairs,
                contrasts,
                covariates=tuple(self.covariates),
                method=self.method,
                kept=kept,
            )
        if self.missing == "balanced":
            kept &= ~np.isnan(panel.wide).any(axis=1)
        return compare_given_covariates(
            panel,
            moments,
            pairs,
            contrasts,
            covariates=Covariates.of(panel, self.covariates),
            method=self.method,
            kept=kept,
        )

    def _compared(self, moments: PathMoments) -> tuple[list[tuple[int, int]], Contrasts]:
        """Return the distinct (period, base) pairs, and who is compared over which."""
        times, every = moments.times, moments.every_cohort
        n_treated_cohorts = int(np.isfinite(every).sum())
        if n_treated_cohorts == len(every):
            n_treated_cohorts -= 1  # the last cohort is everybody's control and has none itself
        pairs: dict[tuple[int, int], int] = {}
        rows = []
        for code, cohort in enumerate(every[:n_treated_cohorts]):
            before = np.flatnonzero(times + self.anticipation < cohort)
            if not before.size:
                continue
            for period in range(len(times)):
                base = self._base(times, cohort=cohort, period=period, last=int(before[-1]))
                if base is not None:
                    feature = pairs.setdefault((period, base), len(pairs))
                    control = self._controls(every, code=code, until=times[max(period, base)])
                    rows.append((code, period, feature, control))
        return list(pairs), Contrasts.of_rows(rows, n_cohorts=len(every))

    def _base(self, times: Floats, *, cohort: float, period: int, last: int) -> int | None:
        """Index of the base period, or None where a varying base does not exist."""
        if self.base_period == "universal" or times[period] + self.anticipation >= cohort:
            return last
        return period - 1 if period > 0 else None

    def _controls(self, every: Floats, *, code: int, until: float) -> Mask:
        never = np.isinf(every)
        if self.control_group == "never_treated":
            return never
        later = (every > until + self.anticipation) & (np.arange(len(every)) != code)
        return np.asarray(never | later)

    def _estimate(
        self, moments: PathMoments, found: Contrasted | Differences, *, across: bool
    ) -> Estimate:
        detail = GroupTimeDetail.of(
            moments, found.contrasts.code, found.contrasts.period, shares="estimated"
        )
        rows = replace(detail.rows(moments, n_control=found.n_control), n_treated=found.n_treated)
        return group_time_estimate(
            moments,
            detail,
            found.values,
            found.scores,
            rows=rows,
            method=self._label(across=across),
            spec={
                "estimator": "CallawaySantAnna",
                "control_group": self.control_group,
                "anticipation": self.anticipation,
                "base_period": self.base_period,
                "missing": "cross_sections" if across else self.missing,
                "controls": self.controls,
                "level": self.level,
                "df": None,
                **self._adjustment(found),
            },
            notes=(
                *cohorts_left_out(moments, detail),
                *(found.notes() if isinstance(found, Differences) else ()),
            ),
            source="Callaway and Sant'Anna (2021), eqs. 2.2-2.7; Sant'Anna and Zhao (2020)"
            if self.covariates
            else "Callaway and Sant'Anna (2021), eqs. 2.8-2.9",
        )

    def _adjustment(self, found: Contrasted | Differences) -> dict[str, Any]:
        """What the spec says of covariates: nothing without any."""
        if not isinstance(found, Differences):
            return {}
        return {
            "covariates": list(self.covariates),
            "method": self.method,
            "n_trimmed": found.n_trimmed,
            "fewest_effective_controls": found.fewest_effective_controls,
        }

    def _label(self, *, across: bool) -> str:
        control = self.control_group.replace("_", " ")
        whom = {"pairs": "units seen in both periods", "balanced": "units seen in all periods"}
        seen = "periods as cross-sections" if across else whom[self.missing]
        window = f"; anticipation {self.anticipation}" if self.anticipation else ""
        strata = "; within strata" if self.controls == "strata" else ""
        given = (
            f"; given {', '.join(self.covariates)} by {ADJUSTED[self.method]}"
            if self.covariates
            else ""
        )
        return (
            f"Callaway-Sant'Anna{given}; control {control}; base {self.base_period}{window}{strata}; "
            f"{seen}; influence function, clustered, normal"
        )


def _of_cross_sections(
    moments: PathMoments,
    pairs: list[tuple[int, int]],
    contrasts: Contrasts,
    *,
    within: ControlsWithin,
) -> Contrasted | None:
    """Compare each period's own means: a difference in the period less a difference in the base."""
    ends = np.array(pairs)[contrasts.feature].T
    usable = np.ones(len(contrasts.code), dtype=bool)
    for end in ends:
        usable &= comparable(
            moments, levels(moments), replace(contrasts, feature=end), within=within
        )
    if not usable.any():
        return None
    chosen = contrasts.of(usable)
    late, early = (replace(chosen, feature=end[usable]) for end in ends)
    k = len(chosen.code)
    found = contrast_means(moments, levels(moments), late.and_also(early), within=within)
    difference = np.hstack([np.eye(k), -np.eye(k)])
    return Contrasted(
        chosen,
        difference @ found.values,
        found.scores.mix(difference),
        found.n_treated[:k],
        found.n_control[:k],
        found.weight[:, :k],
        found.mean[:, :k],
    )
