"""Permuting cohort labels: the same statistic as the estimator, exact p-values, intervals that invert the test."""

import json
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel
from shared_reference import REFERENCE

import impact
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.many_of import many
from impact.inference.assignments import assignments
from impact.inference.choose import Verdict, headline_intervals, headline_verdict
from impact.inference.randomization import RandomizationInference, RandomizationResult
from impact.inference.strata import permutation_strata
from impact.interval import permutation_p


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("control", ["not_yet_treated", "never_treated"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_the_observed_statistic_is_the_estimators(gaps, control, weight):
    made = panel(long_frame(gaps=gaps), weight=weight)
    estimator = impact.CallawaySantAnna(control_group=control)
    row = estimator.fit(made).aggregate(by="overall").table.iloc[0]
    result = RandomizationInference(permutations=99).test(made, estimator)
    assert result.estimate == pytest.approx(row.estimate, rel=1e-10)
    assert result.std_error == pytest.approx(row.std_error, rel=1e-10)


def test_few_assignments_are_enumerated_and_agree_with_refitting_each():
    frame = long_frame(n=7, periods=4, cohorts=(3,), share=0.45, seed=4)
    made = panel(frame)
    assert made.sample.n_treated in {2, 3, 4}
    result = RandomizationInference().test(made)
    assert result.enumerated
    estimator = impact.CallawaySantAnna()

    def statistic(cohort):
        row = estimator.fit(made.with_cohort(cohort)).aggregate(by="overall").table.iloc[0]
        return abs(row.statistic)

    distinct = {tuple(order) for order in permutations(made.cohort)}
    assert result.permutations == len(distinct)
    actual = statistic(made.cohort)
    beyond = sum(statistic(np.array(order)) >= actual * (1 - 1e-9) for order in distinct)
    assert result.p_value == pytest.approx(beyond / len(distinct))


@pytest.mark.usefixtures("reference")
def test_the_enumeration_of_plain_differences_is_ri2s():
    """ri2 0.4.1, difference in means: lalonde's first 7 treated and first 8 untreated, re78, all 6,435 assignments."""
    frame = pd.read_csv(REFERENCE / "data" / "r" / "lalonde.csv")
    kept = pd.concat([frame[frame.treat == 1].head(7), frame[frame.treat == 0].head(8)])
    before = kept.assign(t=0, y=0.0)
    after = kept.assign(t=1, y=kept.re78)
    long = pd.concat([before, after]).assign(g=lambda f: np.where(f.treat == 1, 1.0, np.nan))
    made = panel(long, covariates=())
    design = Comparisons.of(made, impact.CallawaySantAnna())
    every = assignments(
        design.labels, np.zeros(15, dtype=int), draws=1, generator=np.random.default_rng(1)
    )
    changes = design.changes(made.wide)[:, None, :]
    actual = design.evaluate(design.labels[None], changes).effect[0]
    permuted = design.evaluate(every.labels, changes).effect[0]
    golden = pd.read_csv(REFERENCE / "golden" / "wild_ri.csv.gz").set_index("case")
    row = golden.loc["ri/lalonde15/ri2"]
    assert every.enumerated
    assert len(every.labels) == 6435
    assert actual[0] == pytest.approx(row.estimate, rel=1e-12)
    assert permutation_p(actual, permuted, added=0) == pytest.approx(row.p_value, rel=1e-12)


REGRESSIONS = {
    "two_way_fixed_effects": impact.TwoWayFixedEffects(),
    "imputation": impact.Imputation(),
}


def overall(estimator, made):
    found = estimator.fit(made)
    return (found if len(found.table) == 1 else found.aggregate(by="overall")).table.estimate[0]


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("name", REGRESSIONS)
def test_regressions_under_other_assignments_are_refitted_regressions(name, gaps):
    made = panel(long_frame(n=40, gaps=gaps))
    regression = many(made, REGRESSIONS[name])
    others = assignments(
        regression.labels,
        permutation_strata(made),
        draws=5,
        generator=np.random.default_rng(3),
    ).labels
    every = np.concatenate([regression.labels[None], others])
    found = regression.evaluate(every, np.nan_to_num(made.wide)[:, None, :])
    cohorts = np.append(made.cohorts, np.inf)
    for labels, effect in zip(every, found.effect[0], strict=True):
        refit = overall(REGRESSIONS[name], made.with_cohort(cohorts[labels]))
        assert effect == pytest.approx(refit, rel=1e-9)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_intervals_of_regressions_hold_exactly_what_their_tests_do_not_reject(name):
    frame = long_frame(n=40, share=0.15, gaps=0.1)
    test = RandomizationInference(permutations=499, seed=3).test
    result = test(panel(frame), REGRESSIONS[name])
    assert result.estimate == pytest.approx(overall(REGRESSIONS[name], panel(frame)), rel=1e-9)
    assert result.conf_low < result.estimate < result.conf_high

    def p_value(effect):
        # strata are baseline terciles, which an effect after treatment leaves as they are
        moved = frame.assign(y=frame.y - effect * (frame.t >= frame.g))
        return test(panel(moved), REGRESSIONS[name]).p_value

    inside = 0.01 * (result.conf_high - result.conf_low)
    assert p_value(result.conf_low + inside) > 0.05 >= p_value(result.conf_low - inside)
    assert p_value(result.conf_high - inside) > 0.05 >= p_value(result.conf_high + inside)


def test_the_interval_holds_exactly_what_the_test_does_not_reject():
    frame = long_frame(n=40, cohorts=(5,), share=0.3)
    result = RandomizationInference(permutations=499, seed=3).test(panel(frame))
    assert result.conf_low < result.estimate < result.conf_high

    def p_value(effect):
        moved = frame.assign(y=frame.y - effect * (frame.t >= frame.g))
        return RandomizationInference(permutations=499, seed=3).test(panel(moved)).p_value

    width = result.conf_high - result.conf_low
    assert p_value(result.conf_low + 0.01 * width) > 0.05 >= p_value(result.conf_low - 0.01 * width)
    assert (
        p_value(result.conf_high - 0.01 * width) > 0.05 >= p_value(result.conf_high + 0.01 * width)
    )


def test_results_depend_on_the_seed_and_nothing_else():
    frame = long_frame()
    one = RandomizationInference(permutations=199, seed=5).test(panel(frame))
    two = RandomizationInference(permutations=199, seed=5).test(
        panel(frame.sample(frac=1, random_state=1))
    )
    assert one == two
    assert one != RandomizationInference(permutations=199, seed=6).test(panel(frame))
    assert RandomizationResult.from_dict(json.loads(json.dumps(one.to_dict()))) == one


@pytest.mark.slow
def test_size_under_the_null_is_nominal_where_clustered_intervals_reject_too_often():
    """10 treated of 60 in one cohort, AR(1) errors, no effect: 400 panels; binomial band at 5% is [.030, .073]."""
    generator = np.random.default_rng(7)
    rejected = {"randomization": 0, "clustered": 0}
    for repetition in range(400):
        frame = long_frame(
            n=60, periods=6, cohorts=(4,), share=10 / 60, effect=0.0, seed=10_000 + repetition
        )
        noise = generator.standard_t(4, size=(60, 6)).cumsum(axis=1)
        frame["y"] = noise[frame.id, frame.t - 1]
        made = panel(frame)
        result = RandomizationInference(permutations=199, seed=repetition).test(made)
        row = impact.CallawaySantAnna().fit(made).aggregate(by="overall").table.iloc[0]
        rejected["randomization"] += result.p_value <= 0.05
        rejected["clustered"] += row.p_value <= 0.05
    assert 12 <= rejected["randomization"] <= 29
    assert rejected["clustered"] > rejected["randomization"]


def test_small_strata_are_pooled_until_each_has_two_on_each_side():
    frame = long_frame(n=80)
    frame["city"] = np.where(frame.id % 10 == 0, "small", "large")
    made = panel(frame, strata=["city"])
    strata = permutation_strata(made)
    treated = np.isfinite(made.cohort)
    for code in np.unique(strata)[:-1]:
        assert treated[strata == code].sum() >= 2
        assert (~treated[strata == code]).sum() >= 2


def test_clusters_with_units_of_several_cohorts_cannot_be_exchanged_and_say_so():
    with pytest.raises(impact.errors.NotAvailableError, match="village"):
        RandomizationInference().test(panel(long_frame(), cluster="village"))
    refused = impact.Permutation().of(
        panel(long_frame(), cluster="village"), impact.CallawaySantAnna()
    )
    assert isinstance(refused, impact.Refused)
    assert "village" in refused.summary()


def test_one_treated_unit_is_ranked_among_all_placebo_assignments():
    """With one treated unit in one stratum the test enumerates the N units that could have been the one."""
    frame = long_frame(n=30, cohorts=(5,), share=0.0)
    frame.loc[frame.id == 11, "g"] = 5
    made = panel(frame)
    result = RandomizationInference().test(made)
    assert result.enumerated
    assert result.permutations == 30
    estimator = impact.CallawaySantAnna()
    statistics = []
    for unit in range(30):
        cohort = np.where(np.arange(30) == unit, 5.0, np.inf)
        row = estimator.fit(made.with_cohort(cohort)).aggregate(by="overall").table.iloc[0]
        statistics.append(abs(row.statistic))
    expected = np.mean(np.array(statistics) >= statistics[11] * (1 - 1e-9))
    assert result.p_value == pytest.approx(expected)


def test_the_verdict_follows_the_design_check_and_else_the_smallest_cohort():
    made = panel(long_frame())
    overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    found = headline_intervals(made, permutations=199)
    intervals, random = found.table, found.randomization
    few, enough = (
        headline_verdict(overall, intervals, recommended=None, smallest_cohort=n) for n in (10, 25)
    )
    assert (few.believed, few.conf_low) == ("permutation", random.conf_low)
    assert enough.believed == "clustered"
    assert enough.conf_low == pytest.approx(overall.table.conf_low[0], rel=1e-12)
    assert enough.smallest_detectable == pytest.approx(
        (1.959964 + 0.841621) * overall.table.std_error[0], rel=1e-5
    )
    told = headline_verdict(
        overall,
        intervals,
        recommended=("crv3_t", "holds_and_shortest"),
        smallest_detectable=2.0,
        smallest_cohort=10,
    )
    row = intervals.set_index("inference").loc["crv3_t"]
    assert (told.conf_low, told.p_value) == (row.conf_low, row.p_value)
    assert (told.smallest_detectable, told.why) == (2.0, "design_check:holds_and_shortest")
    assert Verdict.from_dict(json.loads(json.dumps(few.to_dict()))) == few


def other_people_each_time(seed=4, n=200):
    """No effect; whoever is treated has lower outcomes in every period, and people differ by much."""
    rng = np.random.default_rng(seed)
    chosen = rng.random(n) < 0.3
    frame = pd.DataFrame({"id": np.arange(n), "t": rng.integers(1, 3, n)})
    frame["g"] = np.where(chosen, 2.0, np.nan)
    frame["y"] = rng.normal(0, 1, n) - 1.5 * chosen + frame["t"]
    return impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", waves="repeated_cross_sections"
    )


def test_people_asked_once_take_the_place_of_others_asked_in_the_same_period():
    made = other_people_each_time()
    strata = permutation_strata(made)
    asked = made.time_index[np.argsort(made.unit_index)]
    assert len(np.unique(strata)) == 2
    assert all(len(np.unique(asked[strata == code])) == 1 for code in (0, 1))
    overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    drawn = overall.under(impact.Permutation(permutations=99, seed=1))
    # by terciles of what was answered before, this was .98, with an interval 1.7 times as wide: the answer was held fixed
    assert drawn.p_value == pytest.approx(float(overall.pvalues.iloc[0]), abs=0.15)
