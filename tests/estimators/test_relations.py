"""Metamorphic relations: what must happen to every estimate when the data change in a known way.

One table of relations, one of estimators; where theory predicts something else for an estimator, `EXCEPT` says why.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame

import impact

ESTIMATORS = {
    "twfe": impact.TwoWayFixedEffects(),
    "event_study": impact.EventStudy(),
    "cs": impact.CallawaySantAnna(),
    "cs_universal": impact.CallawaySantAnna(base_period="universal"),
    "cs_cross_sections": impact.CallawaySantAnna(missing="cross_sections"),
    "sun_abraham": impact.SunAbraham(),
    "imputation": impact.Imputation(averages="own"),
    "imputation_loo": impact.Imputation(averages="leave_one_out"),
    "two_stage": impact.TwoStage(),
    "etwfe": impact.ExtendedTWFE(),
    "etwfe_cohort": impact.ExtendedTWFE(effects="cohort"),
    "etwfe_poisson": impact.ExtendedTWFE(family="poisson"),
    "stacked": impact.StackedDiD(before=2, after=1),
    "lpdid": impact.LocalProjectionsDiD(),
    "lpdid_equal_mean": impact.LocalProjectionsDiD(weighting="equal", base="mean"),
    "lee_wooldridge": impact.LeeWooldridge(),
    "lee_wooldridge_line": impact.LeeWooldridge(transformation="detrend"),
    "dcdh": impact.DeChaisemartinDHaultfoeuille(),
    "triple": impact.TripleDifferences(third_dimension="region"),
    "efficient": impact.EfficientDiD(),
}
NONLINEAR = {"etwfe_poisson", "efficient"}
RATIOS = {"etwfe_poisson"}  # parallel in ratios: what adds to outcomes changes them
LEVELS = {
    "cs_cross_sections",
    "etwfe_cohort",
    "stacked",
}  # no unit effects: with gaps, unit constants stay
SCATTER_OF_LEVELS = {"efficient"}  # its weights come from the scatter of levels, constants included
MEANS_OF_WHAT_IS_SEEN = {
    "lpdid_equal_mean",
    "lee_wooldridge",
    "lee_wooldridge_line",
}  # over different periods
NO_COHORT_EFFECTS = {"cs_cross_sections", "stacked"}  # nor of cohorts
DESIGN_BASED = {"efficient"}  # no weights; its variance has n - 1
DEGREES_OF_FREEDOM = {
    "dcdh",
    "imputation_loo",
}  # n/(n-1) a cohort: doubling the sample is not 1/sqrt(2)
KEEPS_ALWAYS_TREATED = {"twfe"}  # they are controls there: test_always_treated.py
NEEDS_TWO_REGIONS = {"triple"}
RELATIVE = 1e-9


@dataclass(frozen=True)
class Data:
    """A table and how it becomes a panel."""

    frame: pd.DataFrame
    choices: dict = field(default_factory=dict)

    def with_y(self, y):
        return Data(self.frame.assign(y=y), self.choices)

    def panel(self):
        names = {"unit": "id", "time": "t", "outcome": "y", "cohort": "g", "strata": ["region"]}
        return impact.Panel.from_frame(self.frame, **{**names, **self.choices})


@dataclass(frozen=True)
class Relation:
    """A change of the data, and by how much estimates and standard errors are multiplied."""

    change: object
    estimate: float = 1.0
    std_error: float | None = 1.0
    added: float = 0.0
    except_for: frozenset = frozenset()
    spread_differs_for: frozenset = frozenset()


def stream(data):
    return np.random.default_rng(len(data.frame))


def shuffled(data):
    return Data(data.frame.sample(frac=1, random_state=3), data.choices)


def relabelled(data):
    order = stream(data).permutation(data.frame.id.max() + 1)
    return Data(data.frame.assign(id=order[data.frame.id]), data.choices)


def as_text(data):
    return Data(data.frame.assign(id="firm " + data.frame.id.astype(str)), data.choices)


def later_waves(data):
    return Data(data.frame.assign(t=data.frame.t + 100, g=data.frame.g + 100), data.choices)


def as_quarters(data):
    label = np.array([str(pd.Period("2012Q1") + i) for i in range(30)])
    start = [None if np.isnan(g) else label[int(g)] for g in data.frame.g]
    frame = data.frame.assign(t=label[data.frame.t], g=start)
    return Data(frame, {**data.choices, "frequency": "quarter"})


def plus_unit_constants(data):
    constant = stream(data).normal(size=data.frame.id.max() + 1)
    return data.with_y(data.frame.y + constant[data.frame.id])


def plus_cohort_constants(data):
    return data.with_y(data.frame.y + data.frame.g.fillna(20) / 7)


def plus_period_constants(data):
    return data.with_y(data.frame.y + np.sin(data.frame.t))


def plus_an_effect(data):
    return data.with_y(data.frame.y + 3.0 * (data.frame.t >= data.frame.g))


def with_weights(value):
    def change(data):
        return Data(data.frame.assign(w=value), {**data.choices, "weight": "w"})

    return change


def twice(data):
    again = data.frame.assign(id=data.frame.id + 10_000)
    return Data(pd.concat([data.frame, again]), data.choices)


def clustered_by_unit(data):
    return Data(data.frame.assign(c=data.frame.id), {**data.choices, "cluster": "c"})


def coded_never(data):
    return Data(data.frame.assign(g=data.frame.g.fillna(0)), {**data.choices, "never": [0]})


def treated_after_the_end(data):
    return Data(data.frame.assign(g=data.frame.g.fillna(99)), data.choices)


def with_always_treated(data):
    some = data.frame[data.frame.id < 5].assign(id=lambda f: f.id + 5_000, g=1)
    return Data(pd.concat([data.frame, some]), data.choices)


def with_missing_rows(data):
    empty = data.frame[data.frame.id < 9].assign(id=lambda f: f.id + 7_000, y=np.nan)
    frame = pd.concat([data.frame, empty])
    return Data(frame, {**data.choices, "missing_outcome": "drop"})


def with_covariates(data):
    return Data(data.frame, {**data.choices, "covariates": ["x"]})


def with_other_strata(data):
    frame = data.frame.assign(region=data.frame.region.map({0: "sea", 1: "shore"}))
    return Data(frame, data.choices)


def without_strata(data):
    return Data(data.frame, {**data.choices, "strata": []})


def read_only(data):
    frame = data.frame.copy()
    frame["y"].to_numpy().flags.writeable = False
    return Data(frame, data.choices)


RELATIONS = {
    "the order of rows does not matter": Relation(shuffled),
    "labels of units do not matter": Relation(relabelled),
    "numbers or text as ids do not matter": Relation(as_text),
    "the number of the first wave does not matter": Relation(later_waves),
    "waves or quarters do not matter": Relation(as_quarters),
    "another unit of money scales": Relation(lambda d: d.with_y(d.frame.y * 100), 100, 100),
    "a small unit of money scales": Relation(lambda d: d.with_y(d.frame.y / 1e6), 1e-6, 1e-6),
    "the opposite sign turns": Relation(
        lambda d: d.with_y(-d.frame.y), -1.0, 1.0, except_for=frozenset(RATIOS)
    ),
    "a constant cancels": Relation(
        lambda d: d.with_y(d.frame.y + 1e3), except_for=frozenset(RATIOS)
    ),
    "constants of units cancel": Relation(
        plus_unit_constants, except_for=frozenset(RATIOS | LEVELS | SCATTER_OF_LEVELS)
    ),
    "constants of cohorts cancel": Relation(
        plus_cohort_constants,
        except_for=frozenset(RATIOS | NO_COHORT_EFFECTS | SCATTER_OF_LEVELS),
    ),
    "constants of periods cancel": Relation(
        plus_period_constants,
        except_for=frozenset(RATIOS | MEANS_OF_WHAT_IS_SEEN),
        spread_differs_for=frozenset({"stacked"}),  # its periods are event times, not calendar ones
    ),
    "an effect of three adds three": Relation(
        plus_an_effect, added=3.0, std_error=None, except_for=frozenset(RATIOS | {"triple"})
    ),
    "weights of one do nothing": Relation(with_weights(1.0), except_for=frozenset(DESIGN_BASED)),
    "weights of seven do nothing": Relation(with_weights(7.0), except_for=frozenset(DESIGN_BASED)),
    "a doubled sample halves the variance": Relation(
        twice, std_error=np.sqrt(0.5), except_for=frozenset(DESIGN_BASED | DEGREES_OF_FREEDOM)
    ),
    "clusters of one unit are units": Relation(clustered_by_unit),
    "a code or nothing for never do not matter": Relation(coded_never),
    "treated after the last period is never": Relation(treated_after_the_end),
    "always treated units are left out": Relation(
        with_always_treated, except_for=frozenset(KEEPS_ALWAYS_TREATED)
    ),
    "rows without outcome are left out": Relation(with_missing_rows),
    "covariates that are not asked for do nothing": Relation(with_covariates),
    "names of strata do not matter": Relation(with_other_strata),
    "strata that are not asked for do nothing": Relation(
        without_strata, except_for=frozenset(NEEDS_TWO_REGIONS)
    ),
    "the table is not changed": Relation(read_only),
}


def data(*, gaps=0.08):
    frame = long_frame(n=90, gaps=gaps, share=0.3)
    frame["y"] = np.exp(frame.y / 8) * 10
    return Data(frame.assign(region=frame.id % 2))


def answer(name, made):
    estimate = ESTIMATORS[name].fit(made.panel())
    if name not in {"twfe", "efficient"}:
        average = "event_time" if name in {"lpdid", "stacked"} else "cells"
        estimate = estimate.aggregate(by="overall", average=average)
    row = estimate.table.iloc[0]
    # small-sample factors count observations: they are taken out
    factor = getattr(estimate.parts, "factor", 1.0)
    return SimpleNamespace(estimate=row.estimate, std_error=row.std_error / np.sqrt(factor))


@pytest.fixture(scope="module")
def before():
    return {name: answer(name, data()) for name in ESTIMATORS}


@pytest.mark.parametrize("words", RELATIONS)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_relation(before, name, words):
    relation = RELATIONS[words]
    if name in relation.except_for:
        return  # theory predicts another change: see the sets above
    after = answer(name, relation.change(data()))
    was = before[name]
    expected = relation.estimate * was.estimate + relation.added
    scale = abs(relation.estimate) * was.std_error
    assert after.estimate == pytest.approx(expected, rel=RELATIVE, abs=RELATIVE * scale)
    if relation.std_error is not None and name not in relation.spread_differs_for:
        own_factors = name.startswith("lpdid") and words.startswith("a doubled")  # one a horizon
        tolerance = 0.02 if own_factors else RELATIVE * 10
        assert after.std_error == pytest.approx(relation.std_error * was.std_error, rel=tolerance)


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name not in NONLINEAR])
def test_estimates_are_linear_in_outcomes_with_the_weights_they_show(name):
    """Raising a cohort's outcomes in a period by one raises the estimate by the weight of that mean."""
    made = data()
    estimate = ESTIMATORS[name].fit(made.panel())
    if name != "twfe":
        estimate = estimate.aggregate(
            by="overall", average="event_time" if name in {"lpdid", "stacked"} else "cells"
        )
    weights = estimate.weights()
    for cohort, time in ((np.nan, 3), (4, 2), (4, 7), (6, 5), (6, 8)):
        who = (made.frame.g == cohort) | (np.isnan(cohort) & made.frame.g.isna())
        raised = made.with_y(made.frame.y + (who & (made.frame.t == time)))
        mine = weights.cohort.isna() if np.isnan(cohort) else weights.cohort == cohort
        weight = weights[mine & (weights.time == time)].weight.item()
        change = answer(name, raised).estimate - estimate.table.estimate[0]
        assert change == pytest.approx(weight, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name not in NONLINEAR])
def test_on_a_balanced_panel_the_estimate_is_weights_times_means(name):
    made = data(gaps=0.0)
    estimate = ESTIMATORS[name].fit(made.panel())
    if name != "twfe":
        estimate = estimate.aggregate(
            by="overall", average="event_time" if name in {"lpdid", "stacked"} else "cells"
        )
    moments = impact.PathMoments.from_panel(made.panel())
    total = estimate.weights().weight.to_numpy() @ moments.cohort_mean.ravel()
    if name != "triple":  # its weights are on cohort means within regions
        assert estimate.table.estimate[0] == pytest.approx(total, rel=1e-9)
    assert estimate.weights().weight.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_two_halves_merge_to_the_same_estimate(name):
    made = data().panel()
    first = np.arange(made.n_units) % 2 == 0
    halves = [
        impact.PathMoments.from_panel(made.subset(side, reason="")) for side in (first, ~first)
    ]
    one, two = (ESTIMATORS[name].fit(m).table for m in (made, halves[0].merge(halves[1])))
    np.testing.assert_allclose(two.estimate, one.estimate, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(two.std_error, one.std_error, rtol=1e-8)


def test_there_are_relations_enough():
    assert len(RELATIONS) >= 20
    # most relations hold for every estimator: exceptions are few, and each has its reason above
    assert sum(len(r.except_for) for r in RELATIONS.values()) < 0.05 * len(RELATIONS) * len(
        ESTIMATORS
    )
