"""Has every cohort controls like it in the covariates? Propensities by group, and how many controls carry a comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, Shown, not_applicable
from impact.data.panel import Panel
from impact.errors import NotIdentifiedError
from impact.estimators.comparisons.given_covariates import poor
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.covariates import Covariates
from impact.estimators.selection.doubly_robust import Overlap
from impact.estimators.selection.propensity import logit
from impact.terms import ControlGroup, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 20  # of a histogram: steps of 0.05
HISTOGRAM_COLUMNS = ["cohort", "group", "low", "high", "units", "share"]
COHORT_COLUMNS = [
    "cohort",
    "n_treated",
    "n_control",
    "effective_controls",
    "n_trimmed",
    "treated_beyond_controls",
    "largest_of_treated",
    "largest_of_controls",
]


@dataclass(frozen=True, repr=False)
class PropensityOverlap(Shown):
    """How likely members of each group were to be treated, given their covariates.

    Attributes
    ----------
    check : CheckResult
        ``overlap``: warns where a cohort has few controls like it, fails where some of a cohort have none at all.
    table : DataFrame
        One row a cohort: units of both groups, Kish's effective number of controls under the odds, controls trimmed (propensity
        of 0.995 or more), treated above every control, largest propensities. Missing where covariates predict perfectly.
    histogram : DataFrame
        One row a cohort, group and step of 0.05: ``cohort, group, low, high, units, share``; share of the group.
    """

    check: CheckResult
    table: pd.DataFrame
    histogram: pd.DataFrame

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the check's status, and the row of each cohort."""
        return (f"overlap: {self.check.status} ({self.check.why})", self.table)

    def plot(self, axes: "Axes | None" = None, *, cohort: str | None = None) -> "Axes":
        """Draw the histogram of a cohort (the first one by default), treated up, controls down."""
        from impact.estimate_plot import mirrored

        cohorts = list(dict.fromkeys(self.histogram["cohort"]))
        one_of_cohorts = cohorts[0] if cohort is None else cohort
        rows = self.histogram[self.histogram["cohort"] == one_of_cohorts]
        up, down = (rows[rows["group"] == group] for group in ("treated", "comparison"))
        return mirrored(up["low"], up["high"], up["share"], down["share"], axes)


def overlap(
    panel: Panel, covariates: Sequence[str], *, control_group: ControlGroup = "not_yet_treated"
) -> PropensityOverlap:
    """Fit each cohort's propensity on its controls and it, with covariates of the last period before its treatment.

    Parameters
    ----------
    panel : Panel
    covariates : sequence of str
    control_group : {"not_yet_treated", "never_treated"}
        Controls are those untreated when the cohort starts, or for good.

    Returns
    -------
    PropensityOverlap
        Poor, as `CallawaySantAnna` notes it: controls trimmed, or an effective number of controls below half of them and 25.

    References
    ----------
    Imbens and Rubin (2015), Causal Inference, ch. 14; Kish (1965), Survey Sampling, sec. 11.7, on effective numbers.

    Examples
    --------
    >>> import impact
    >>> found = impact.overlap(impact.example_panel(), ["workers"])
    >>> found.check.status
    'pass'
    >>> found.table["n_trimmed"].to_list()
    [0, 0]
    """
    one_of(control_group, ControlGroup, name="control_group")
    rows, steps = [], []
    for name, compared in _by_cohort(panel, Covariates.of(panel, covariates), control_group):
        row, histogram = _row(name, compared)
        rows.append(row)
        steps.append(histogram)
    table = pd.DataFrame(rows, columns=COHORT_COLUMNS)
    histogram = pd.concat(steps, ignore_index=True) if steps else _no_steps()
    return PropensityOverlap(_check(table), table, histogram)


def _by_cohort(
    panel: Panel, covariates: Covariates, control_group: ControlGroup
) -> Iterator[tuple[str, Compared]]:
    """Yield each cohort's label and comparison, where it has a period before it and a control."""
    seen = ~np.isnan(panel.wide)
    for cohort in panel.cohorts:
        before = np.flatnonzero(panel.times < cohort)
        later = panel.cohort > cohort
        control = np.isinf(panel.cohort) if control_group == "never_treated" else later
        if not before.size or not (control & seen[:, before[-1]]).any():
            continue
        base = int(before[-1])
        units = np.flatnonzero((control | (panel.cohort == cohort)) & seen[:, base])
        label = str(panel.time_axis.label(cohort))
        treated = panel.cohort[units] == cohort
        if treated.any():
            yield (
                label,
                Compared.of(
                    np.zeros((len(units), 1)),
                    treated,
                    covariates.at(base, units),
                    weight=panel.weight[units],
                    names=covariates.names,
                    who=f"cohort {label} and its controls",
                ),
            )


def _row(cohort: str, compared: Compared) -> tuple[dict[str, object], pd.DataFrame]:
    """Return a cohort's row and its histogram (empty where the covariates predict perfectly)."""
    mine, theirs = int(compared.treated.sum()), int((~compared.treated).sum())
    counts = {"cohort": cohort, "n_treated": mine, "n_control": theirs}
    try:
        fit = logit(compared)
    except NotIdentifiedError:  # told by the missing figures of the row, and by the check
        return counts, _no_steps()
    found = Overlap.of(compared, fit)
    top = fit.probability[~compared.treated].max()
    row = {
        **counts,
        "effective_controls": found.effective_controls,
        "n_trimmed": found.n_trimmed,
        "treated_beyond_controls": int((fit.probability[compared.treated] > top).sum()),
        "largest_of_treated": float(fit.probability[compared.treated].max()),
        "largest_of_controls": float(top),
    }
    return row, _steps(cohort, fit.probability, compared.treated)


def _steps(cohort: str, probability: Floats, treated: Mask) -> pd.DataFrame:
    edges = np.linspace(0, 1, BINS + 1)
    found = []
    for group, side in (("treated", treated), ("comparison", ~treated)):
        units = np.histogram(probability[side], edges)[0]
        columns = (cohort, group, edges[:-1], edges[1:], units, units / units.sum())
        found.append(pd.DataFrame(dict(zip(HISTOGRAM_COLUMNS, columns, strict=True))))
    return pd.concat(found, ignore_index=True)


def _no_steps() -> pd.DataFrame:
    return pd.DataFrame(columns=HISTOGRAM_COLUMNS)


def _check(table: pd.DataFrame) -> CheckResult:
    if table.empty:
        return not_applicable("overlap", "no_cohort_with_controls")
    alone = int(table["effective_controls"].isna().sum())
    fewest = float(table["effective_controls"].min())
    if alone:
        return CheckResult("overlap", "fail", f"cohorts_told_apart:{alone}", table=table)
    counted = [
        Overlap(effective, controls, trimmed)
        for effective, controls, trimmed in zip(
            table["effective_controls"], table["n_control"], table["n_trimmed"], strict=True
        )
    ]
    n_poor = sum(poor(each) for each in counted)
    if n_poor:
        return CheckResult("overlap", "warn", f"few_controls_alike:{n_poor}", fewest, table=table)
    return CheckResult("overlap", "pass", "fewest_effective_controls", fewest, table=table)
