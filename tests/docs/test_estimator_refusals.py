"""One refusal of each section of docs/estimators.md, made to happen: what the page says is refused is refused, by its kind of error."""

import numpy as np
import pytest
from test_estimator_pages import ESTIMATORS

import impact
from impact.errors import (
    NoComparisonError,
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
)

FRAME = impact.example_panel().frame()
NUMBER = FRAME["unit"].str[1:].astype(int)
MORE = {
    "workers": FRAME["workers"],
    "twice": 2 * FRAME["workers"],
    "one": 1.0,
    "dose": np.where(FRAME["cohort"].isna(), 0.0, 1.0 + NUMBER % 5),
    "word": np.where(NUMBER % 2, "fair", "event"),
    "far": np.where(FRAME["cohort"].isna(), 0.0, 100.0) + NUMBER % 7,
    "heavy": 1.0 + NUMBER % 3,
    "third": NUMBER % 3,
    "alone": np.where(NUMBER == 0, 9, NUMBER % 2),
    "negative": FRAME["revenue"] - 100,
}
FULL = FRAME.assign(**MORE)
NAMES = {"unit": "unit", "time": "time", "cohort": "cohort"}


def panel(frame=FULL, *, outcome="revenue", **more):
    return impact.Panel.from_frame(frame, outcome=outcome, covariates=[*MORE], **(NAMES | more))


def rows(condition):
    return panel(FULL[condition])


ALL = panel()
TREATED = FULL["cohort"].notna()
ONCE = panel(FULL.assign(unit=FULL["unit"] + FULL["time"].astype(str)))
GAPS = panel(FULL.drop(index=FULL.index[[8, 33]]))
WEIGHTED = panel(weight="heavy")
SUMS = impact.PathMoments.from_panel(ALL)
PEOPLE = panel(unit=None, waves="repeated_cross_sections")

REFUSED = {
    "CallawaySantAnna": (NotIdentifiedError, lambda it: it(covariates=["workers", "twice"]).fit(ALL)),
    "DeChaisemartinDHaultfoeuille": (NotIdentifiedError, lambda it: it(dose="one").fit(ALL)),
    "DifferenceInDifferences": (NotAvailableError, lambda it: it().fit(ALL).aggregate(by="cohort")),
    "LeeWooldridge": (NotIdentifiedError, lambda it: it("detrend").fit(rows((FULL["cohort"] != 2005) & (FULL["time"] > 2001)))),
    "LocalProjectionsDiD": (NotIdentifiedError, lambda it: it().fit(ONCE)),
    "LongDifference": (NotIdentifiedError, lambda it: it().fit(rows(TREATED))),
    "StackedDiD": (UsageError, lambda it: it(before=0)),
    "TripleDifferences": (NotAvailableError, lambda it: it("third").fit(panel(strata=["third"]))),
    "TwoWayFixedEffects": (NotIdentifiedError, lambda it: it(covariates=["one"]).fit(ALL)),
    "EventStudy": (NotIdentifiedError, lambda it: it().fit(rows(TREATED))),
    "SunAbraham": (NotIdentifiedError, lambda it: it(covariates=["one"]).fit(ALL)),
    "ExtendedTWFE": (NotAvailableError, lambda it: it(family="poisson").fit(panel(outcome="negative"))),
    "PoissonFixedEffects": (NotAvailableError, lambda it: it().fit(panel(outcome="negative"))),
    "Imputation": (NotIdentifiedError, lambda it: it().fit(ONCE)),
    "TwoStage": (NotIdentifiedError, lambda it: it().fit(ONCE)),
    "EfficientDiD": (NotAvailableError, lambda it: it().fit(WEIGHTED)),
    "Ancova": (NotIdentifiedError, lambda it: it().fit(rows(FULL["time"] == 2006))),
    "DifferenceInMeans": (NoComparisonError, lambda it: it(arm="one", control=1.0).fit(ALL)),
    "TwoStageLeastSquares": (NotIdentifiedError, lambda it: it(["one"]).fit(ALL)),
    "NearestNeighbours": (NotIdentifiedError, lambda it: it(["far"], caliper=0.1).weigh(ALL)),
    "EntropyBalancing": (NotIdentifiedError, lambda it: it(["far"]).weigh(ALL)),
    "InverseProbability": (NotIdentifiedError, lambda it: it(["far"]).weigh(ALL)),
    "CoarsenedExact": (NotIdentifiedError, lambda it: it(["far"]).weigh(ALL)),
    "CommonSupport": (NotIdentifiedError, lambda it: it(["far"]).weigh(ALL)),
    "MatchedDifference": (UsageError, lambda it: it(impact.NearestNeighbours(["workers"], reuse="without_replacement"))),
    "SyntheticDiD": (NotAvailableError, lambda it: it().fit(WEIGHTED)),
    "SyntheticControl": (UsageError, lambda it: it(variance="jackknife")),
    "InteractiveFixedEffects": (NotAvailableError, lambda it: it().fit(WEIGHTED)),
    "MatrixCompletion": (UsageError, lambda it: it(penalty=-1.0)),
    "ExposureLevels": (UnknownNameError, lambda it: it("word", reference="none").fit(ALL)),
    "ContinuousDose": (UsageError, lambda it: it("word").fit(ALL)),
    "Spillovers": (NotIdentifiedError, lambda it: it(within=["one"]).fit(ALL)),
    "ChangesInChanges": (NotAvailableError, lambda it: it().fit(PEOPLE)),
    "QuantileDiD": (NotAvailableError, lambda it: it().fit(SUMS)),
    "PooledOLS": (NotIdentifiedError, lambda it: it(["workers", "twice"]).fit(ALL)),
    "FixedEffects": (NotIdentifiedError, lambda it: it(["exposed", "heavy"]).fit(ALL)),
    "FirstDifferences": (UsageError, lambda it: it(trend=True)),
    "BetweenEffects": (NotAvailableError, lambda it: it(vcov=impact.DriscollKraay()).fit(ALL)),
    "RandomEffects": (UsageError, lambda it: it(random_in="time").fit(ALL)),
    "CorrelatedRandomEffects": (NotAvailableError, lambda it: it(correlated_by="chamberlain", time_effects=False).fit(GAPS)),
    "PopulationTotal": (NotIdentifiedError, lambda it: it().fit(panel(strata=["alone"]))),
    "GoodmanBacon": (NotAvailableError, lambda it: it().fit(GAPS)),
}  # fmt: skip


def test_every_section_has_a_refusal_that_is_made_to_happen():
    assert set(REFUSED) == ESTIMATORS


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_page_says_is_refused_is_refused(name):
    kind, ask = REFUSED[name]
    with pytest.raises(kind):
        ask(getattr(impact, name))
