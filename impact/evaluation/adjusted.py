"""The effect adjusted for what is known of firms before the start: the plan's covariates, and the outcome before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.errors import MissingValueError, NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.selection.lagged_outcome import LAGGED, with_lagged_outcome
from impact.evaluation.study import Study

COVARIATES = "adjusted_for_covariates"
BEFORE = "adjusted_for_outcome_before"
BOTH = "adjusted_for_both"
GIVEN = "given_covariates"
"""Of arms that a lot drew: groups are alike, and a regression makes the comparison sharper."""


@dataclass(frozen=True)
class Adjusted:
    """One row of the alternatives: its word, and what it adjusts for."""

    name: str
    covariates: bool
    outcome_before: bool

    def fit(self, study: Study) -> Estimate:
        """Estimate in the order of the plan's rules for what is missing; errors as `CallawaySantAnna.fit`.

        Doubly robust; where something foretells without error who starts, as it may of a cohort of few, by regression on the
        others, which extrapolates to them.
        """
        if self.name == GIVEN:
            return _given_covariates(study)
        panel = study.panel()
        names: list[str] = []
        if self.covariates:
            panel, names = with_indicators(study)
        if self.outcome_before:
            panel = with_lagged_outcome(panel, periods=study.plan.outcome_before)
            names = [*names, *LAGGED]
        estimator = study.cohort_estimator(covariates=names, method="dr")
        try:
            return estimator.fit(panel).aggregate(by="overall")
        except NotIdentifiedError:
            by_regression = replace(estimator, method="reg")
            return by_regression.fit(panel).aggregate(by="overall")


def adjusted_rows(study: Study) -> Iterator[Adjusted]:
    """Yield what the plan adjusts for: covariates, the outcome before, both; of a lot the covariates alone.

    The arms of a lot are compared given the outcome before already.
    """
    covariates = bool(study.plan.covariates)
    before = bool(study.plan.outcome_before) and study.follows_units and not study.by_lot
    if study.compares_arms:
        if beyond_strata(study):
            yield Adjusted(GIVEN, covariates=True, outcome_before=False)
        return
    if covariates:
        yield Adjusted(COVARIATES, covariates=True, outcome_before=False)
    if before:
        yield Adjusted(BEFORE, covariates=False, outcome_before=True)
    if covariates and before:
        yield Adjusted(BOTH, covariates=True, outcome_before=True)


def beyond_strata(study: Study) -> tuple[str, ...]:
    """Return the plan's covariates within which no lot was drawn: those of the lot have effects already."""
    return tuple(name for name in study.plan.covariates if name not in study.plan.strata)


def _given_covariates(study: Study) -> Estimate:
    """Compare the arms of a lot at the same covariates; errors as `Ancova.fit`."""
    own = study.changed(covariates=beyond_strata(study)).on(study.data)
    panel, names = with_indicators(own)
    if not study.follows_units:  # nobody has a baseline, and who was asked before no outcome after
        after = panel.times[panel.time_index] >= panel.cohorts[0]
        panel = panel.where(after, reason="not_compared_after_the_start")
    return Ancova(covariates=names, level=study.level).fit(panel).aggregate(by="overall")


def with_indicators(study: Study) -> tuple[Panel, list[str]]:
    """Return the headline's panel with the plan's covariates as numbers, an indicator for each category but the first.

    Raises
    ------
    MissingValueError
        When a covariate is missing and the plan refuses that.
    """
    panel, held = study.panel(), study.covariates
    columns = pd.concat([_numbers(held[name]) for name in study.plan.covariates], axis=1)
    known = columns.notna().all(axis=1).to_numpy()
    if not known.all() and study.plan.missing_covariates == "refuse":
        raise MissingValueError(
            f"{_listed(columns)}: missing in {int((~known).sum())} observations, which the plan refuses; complete them, or "
            "declare missing_covariates: leave_out"
        )
    made = replace(panel, covariates=columns, complete=None)
    return made.where(known, reason="missing_regressor"), list(columns.columns)


def _listed(columns: pd.DataFrame) -> str:
    return ", ".join(name for name in columns if columns[name].isna().any())


def _numbers(column: "pd.Series[float]") -> pd.DataFrame:
    """A column of numbers as it is; of others, an indicator for each category but the first, missing where it is."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return pd.DataFrame(
            {column.name: column.astype("Float64").to_numpy(float, na_value=np.nan)}
        )
    levels: Sequence[object] = sorted(column.dropna().unique(), key=str)
    made = {
        f"{column.name}: {level}": np.where(column.isna(), np.nan, (column == level).fillna(False))
        for level in levels[1:]
    }
    return pd.DataFrame(made).astype(float)
