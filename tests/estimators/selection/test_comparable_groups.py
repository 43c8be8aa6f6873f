"""Groups made comparable: the same panel with weights, what every estimator does with them, and what is refused by name."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame

import impact
from impact.errors import (
    MissingValueError,
    NoComparisonError,
    NotAvailableError,
    NotIdentifiedError,
    RangeError,
    UnknownNameError,
    UsageError,
    VaryingCohortError,
)
from impact.estimators.selection.common_support import optimal_cut
from impact.estimators.selection.matching import nearest_controls

EVERY = {
    "inverse_probability": impact.InverseProbability,
    "entropy_balancing": impact.EntropyBalancing,
    "nearest_neighbours": impact.NearestNeighbours,
    "coarsened_exact": impact.CoarsenedExact,
    "common_support": impact.CommonSupport,
}
WEIGHING = [name for name in EVERY if name != "common_support"]


def firms(n=120, *, seed=3, **choices):
    """A staggered panel in which firms with a large x, and large before, start more often; city is a text."""
    frame = long_frame(n=n, seed=seed, cohorts=(5, 7), share=0.2, **choices)
    lasting = frame.groupby("id").x.transform("first") + 0.7 * frame.g.notna()
    city = np.where(frame.id % 3 == 0, "Fes", "Safi")
    return frame.assign(x=lasting, z=np.cos(frame.id * 7.0), city=city)


def panel_of(frame, **choices):
    names = {"covariates": ["x", "z", "city"], "cohort": "g", **choices}
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", **names)


@pytest.fixture(scope="module")
def panel():
    return panel_of(firms())


@pytest.mark.parametrize("name", list(EVERY))
def test_the_panel_stays_the_same_but_for_weights_and_who_is_left_out(panel, name):
    weighed = EVERY[name](["x"], lagged_outcomes=1).weigh(panel)
    assert weighed.n_units + sum(weighed.sample.dropped.values()) == panel.n_units
    assert weighed.sample.n_units == weighed.n_units
    kept = np.isin(panel.units, weighed.units)
    np.testing.assert_array_equal(weighed.cohort, panel.cohort[kept])
    np.testing.assert_array_equal(weighed.y, panel.y[kept[panel.unit_index]])
    assert (panel.weight == 1).all()


@pytest.mark.parametrize("name", WEIGHING)
def test_the_comparison_group_weighs_as_much_as_the_treated_and_is_like_them(panel, name):
    weighed = EVERY[name](["x"], lagged_outcomes=1).weigh(panel)
    treated = np.isfinite(weighed.cohort)
    assert weighed.weight[treated].sum() == pytest.approx(weighed.weight[~treated].sum())
    assert (weighed.weight[treated] == 1).all()
    found = impact.balance(weighed, ["x"], before=panel, lagged_outcomes=1).table
    assert found.normalised_difference.abs()[0] < found.normalised_difference_before.abs()[0] / 2


@pytest.mark.parametrize("name", ["entropy_balancing", "nearest_neighbours"])
def test_weights_that_units_had_are_kept_in_mind(name):
    frame = firms()
    weighted = panel_of(frame, weight="w")
    twice = panel_of(pd.concat([frame, frame[frame.w > 2].assign(id=lambda f: f.id + 1000)]))
    doubled = panel_of(frame.assign(w=1.0 + (frame.w > 2)), weight="w")
    one, other = (EVERY[name](["x", "z"]).weigh(each) for each in (doubled, twice))
    ours, theirs = (impact.balance(each, ["x", "z"]).table for each in (one, other))
    np.testing.assert_allclose(ours.comparison, theirs.comparison, rtol=1e-8)
    made = EVERY[name](["x"]).weigh(weighted)
    treated = np.isfinite(made.cohort)
    assert made.weight[~treated].sum() == pytest.approx(made.weight[treated].sum())


@pytest.mark.parametrize(
    "estimator",
    [
        impact.CallawaySantAnna(),
        impact.TwoWayFixedEffects(),
        impact.EventStudy(),
        impact.SunAbraham(),
        impact.Imputation(),
        impact.TwoStage(),
        impact.ExtendedTWFE(),
        impact.LocalProjectionsDiD(),
        impact.StackedDiD(before=2, after=1),
        impact.LeeWooldridge(),
        impact.LongDifference(),
        impact.DifferenceInDifferences(),
        impact.DeChaisemartinDHaultfoeuille(),
        impact.FixedEffects(),
        impact.PooledOLS(),
    ],
    ids=lambda each: type(each).__name__,
)
def test_every_estimator_takes_the_weights(panel, estimator):
    """A firm's weight doubled is the firm twice: what is estimated from whole weights is what copies give."""
    matched = impact.NearestNeighbours(["x"], exact=["city"]).weigh(panel)
    copies = matched.frame().assign(weight=matched.weight[matched.unit_index].round().astype(int))
    rows = copies.loc[copies.index.repeat(copies.weight)]
    rows["unit"] += 10_000 * rows.groupby(["unit", "time"]).cumcount()
    again = impact.Panel.from_frame(
        rows, unit="unit", time="time", outcome="y", cohort="cohort", covariates=["x"]
    )
    np.testing.assert_allclose(
        estimator.fit(matched).values, estimator.fit(again).values, rtol=1e-8, atol=1e-10
    )


def test_comparison_permutation_and_leave_one_out_take_a_weighed_panel():
    panel = panel_of(firms(50))
    weighed = impact.EntropyBalancing(["x"], lagged_outcomes=2).weigh(panel)
    raw, alike = (
        impact.CallawaySantAnna(control_group="never_treated").fit(each).aggregate(by="overall")
        for each in (panel, weighed)
    )
    found = alike.under(impact.Permutation(permutations=19))
    assert found.conf_low < found.estimate < found.conf_high
    assert alike.under(impact.Clustered("CRV3")).std_errors.iloc[0] > 0
    assert "overall" in repr(impact.compare([raw, alike]))


def test_it_takes_out_a_trend_that_goes_with_a_covariate():
    frame = firms(300).assign(y=lambda f: f.y + 0.8 * f.x * f.t)
    raw = impact.CallawaySantAnna(control_group="never_treated")
    plain = raw.fit(panel_of(frame)).aggregate(by="overall")
    truth = raw.fit(panel_of(firms(300))).aggregate(by="overall").params.iloc[0]
    assert abs(plain.params.iloc[0] - truth) > 0.5
    for name in ("inverse_probability", "entropy_balancing", "nearest_neighbours"):
        alike = raw.fit(EVERY[name](["x"]).weigh(panel_of(frame))).aggregate(by="overall")
        assert abs(alike.params.iloc[0] - truth) < 0.3


def test_matches_agree_exactly_where_they_must(panel):
    matching = impact.NearestNeighbours(["x"], exact=["city"], neighbours=2)
    baseline = matching.baseline(panel)
    found = matching.matches(baseline)
    city = panel.frame().groupby("unit").city.first().to_numpy()
    assert (city[found.control] == city[found.treated][:, None]).all()


def test_nearest_is_nearest_by_brute_force(panel):
    matching = impact.NearestNeighbours(["x", "z"], neighbours=3)
    baseline = matching.baseline(panel)
    known = vars(baseline)["values"]
    inverse = np.linalg.inv(np.cov(known.T))
    controls = np.flatnonzero(~baseline.treated)
    for unit, chosen in zip(*vars(matching.matches(baseline)).values(), strict=True):
        away = known[controls] - known[unit]
        distance = np.einsum("ij,jk,ik->i", away, inverse, away)
        assert set(chosen) == set(controls[np.argsort(distance)[:3]])


def test_without_replacement_nobody_serves_twice_and_first_controls_come_first():
    position = np.array([0.0, 0.1, 0.2, 0.21, 5.0])[:, None]
    treated = np.array([True, True, False, False, False])
    found = nearest_controls(
        position,
        treated,
        exact=np.zeros(5, dtype=int),
        neighbours=2,
        reuse="without_replacement",
        order=np.array([1.0, 2.0, 0, 0, 0]),
    )
    assert found.control.tolist() == [[3, -1], [2, 4]]
    np.testing.assert_array_equal(found.weights(np.ones(5)), [1, 1, 0.5, 1, 0.5])


def test_a_caliper_leaves_treated_units_out_by_declaration_only(panel):
    narrow = {"distance": "propensity", "caliper": 1e-4}
    with pytest.raises(NotIdentifiedError, match="treated units have no match that is"):
        impact.NearestNeighbours(["x"], **narrow).weigh(panel)
    wide = impact.NearestNeighbours(["x"], distance="propensity", caliper=0.05)
    some = impact.NearestNeighbours(
        ["x"], distance="propensity", caliper=0.05, unmatched="leave_out"
    ).weigh(panel)
    gone = some.sample.dropped["treated_without_anyone_alike"]
    assert 0 < gone < panel.sample.n_treated
    assert some.sample.n_treated == panel.sample.n_treated - gone
    with pytest.raises(NotIdentifiedError, match=f"x: {gone} treated units"):
        wide.weigh(panel)


def test_an_exact_cell_without_controls_is_refused_by_name():
    frame = firms().assign(city=lambda f: np.where(f.g == 5, "Taza", f.city))
    n = frame[frame.g == 5].id.nunique()
    made = panel_of(frame)
    with pytest.raises(NotIdentifiedError, match=f"city: {n} treated units agree exactly with no"):
        impact.NearestNeighbours(["x"], exact=["city"]).weigh(made)
    left = impact.NearestNeighbours(["x"], exact=["city"], unmatched="leave_out").weigh(made)
    assert left.sample.dropped["treated_without_anyone_alike"] == n
    assert list(left.cohorts) == [7]


def test_more_moments_balance_variances_and_two_values_have_their_mean_alone():
    frame = firms(200).assign(size=lambda f: (f.z > 0).astype(float))
    made = panel_of(frame, covariates=["x", "size"])
    means, both = (impact.EntropyBalancing(["x", "size"], moments=m).weigh(made) for m in (1, 2))
    ratio = [impact.balance(each, ["x", "size"]).table for each in (means, both)]
    for table in ratio:
        np.testing.assert_allclose(table.normalised_difference, 0, atol=1e-9)
    mine = np.isfinite(both.cohort)
    x = both.frame().groupby("unit").x.first().to_numpy()
    second = [both.weight[side] @ x[side] ** 2 / both.weight[side].sum() for side in (mine, ~mine)]
    assert second[0] == pytest.approx(second[1], rel=1e-9)


def test_impossible_balance_is_refused_by_name():
    beyond = panel_of(firms().assign(x=lambda f: f.x + 9 * f.g.notna()))
    for way in (impact.EntropyBalancing, impact.InverseProbability):
        with pytest.raises(NotIdentifiedError, match="predict perfectly"):
            way(["x", "z"]).weigh(beyond)


def test_rules_of_common_support_leave_out_what_they_say():
    made = panel_of(firms(300).assign(x=lambda f: f.x + 1.3 * f.g.notna()))
    probability = {}
    for rule in ("range", "tenth", "optimal"):
        kept = impact.CommonSupport(["x"], rule=rule).weigh(made)
        assert (kept.weight == 1).all()
        probability[rule] = kept.n_units
    assert probability["tenth"] < 300
    assert probability["range"] < 300
    p = np.random.default_rng(1).beta(0.6, 0.6, 400).clip(1e-3, 1 - 1e-3)
    cut = optimal_cut(p)
    inside = (p >= cut) & (p <= 1 - cut)
    bound = 1 / (cut * (1 - cut))
    assert bound == pytest.approx(2 * (1 / (p * (1 - p)))[inside].mean(), rel=1e-9)
    assert optimal_cut(np.full(9, 0.5)) == 0


@pytest.mark.parametrize("name", list(EVERY))
def test_covariates_that_cannot_serve_are_refused_by_name(name):
    way, frame = EVERY[name], firms()
    with pytest.raises(UnknownNameError, match="size: not among the panel's covariates"):
        way(["size"]).weigh(panel_of(frame))
    with pytest.raises(UsageError, match="city: not a number"):
        way(["city"]).weigh(panel_of(frame))
    with pytest.raises(UsageError, match="covariates: none"):
        way().weigh(panel_of(frame))
    with pytest.raises(UsageError, match="write a list of names"):
        way("x")
    with pytest.raises(UsageError, match="lagged_outcomes=9: only 4 periods"):
        way(lagged_outcomes=9).weigh(panel_of(frame))
    if name != "coarsened_exact":  # cells of one step hold all
        with pytest.raises(NotIdentifiedError, match="x: the same for all units"):
            way(["x"]).weigh(panel_of(frame.assign(x=1.0)))
        with pytest.raises(NotIdentifiedError, match="z: follows from the other covariates"):
            way(["x", "z"]).weigh(panel_of(frame.assign(z=1 - 2 * frame.x)))


@pytest.mark.parametrize("name", list(EVERY))
def test_a_missing_baseline_is_refused_or_left_out_by_declaration(name):
    frame = firms()
    made = panel_of(frame.assign(x=frame.x.where(frame.id > 4)))
    with pytest.raises(MissingValueError, match="x: not known before treatment of 5 units"):
        EVERY[name](["x"]).weigh(made)
    left = EVERY[name](["x"], missing="leave_out").weigh(made)
    assert left.sample.dropped["characteristics_unknown"] == 5


def test_values_after_the_first_start_do_not_count():
    frame = firms()
    later = frame.assign(x=frame.x + 5.0 * (frame.t >= 5) * np.sin(frame.id))
    one, other = (impact.EntropyBalancing(["x"]).weigh(panel_of(each)) for each in (frame, later))
    np.testing.assert_allclose(one.weight, other.weight)


def test_what_groups_agree_in_is_one_value_a_unit():
    moving = firms().assign(city=lambda f: np.where(f.t == 2, "Fes", f.city))
    with pytest.raises(VaryingCohortError, match="city: changes before treatment within"):
        impact.NearestNeighbours(["x"], exact=["city"]).weigh(panel_of(moving))


def test_a_panel_without_never_treated_is_refused():
    everybody = panel_of(firms().assign(g=lambda f: np.where(f.id % 2, 5, 7)))
    with pytest.raises(NoComparisonError, match="g: no unit with a known baseline stays untreated"):
        impact.EntropyBalancing(["x"]).weigh(everybody)


def test_other_people_in_each_period_have_no_baseline():
    people = firms().assign(id=lambda f: np.arange(len(f)))
    made = panel_of(people, waves="repeated_cross_sections")
    with pytest.raises(NotAvailableError, match="give the covariates to CallawaySantAnna"):
        impact.EntropyBalancing(["x"]).weigh(made)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_weights_that_are_not_positive_are_refused(panel, bad):
    weight = np.ones(panel.n_units)
    weight[:3] = bad
    with pytest.raises(RangeError, match="weight: not positive, or missing, of 3 units"):
        panel.with_weight(weight)


@pytest.mark.parametrize(
    ("way", "choices", "message"),
    [
        (impact.NearestNeighbours, {"neighbours": 0}, "neighbours"),
        (impact.NearestNeighbours, {"caliper": 0.0}, "caliper"),
        (impact.NearestNeighbours, {"exact": "city"}, "exact: one text"),
        (impact.NearestNeighbours, {"distance": "mahalanobi"}, "did you mean mahalanobis"),
        (impact.EntropyBalancing, {"moments": 4}, "moments"),
        (impact.InverseProbability, {"trimmed_from": 0.2}, "trimmed_from"),
        (impact.CoarsenedExact, {"bins": 0}, "bins"),
        (impact.CommonSupport, {"lagged_outcomes": -1}, "lagged_outcomes"),
    ],
)
def test_choices_are_checked_when_they_are_made(way, choices, message):
    with pytest.raises(UsageError, match=message):
        way(["x"], **choices)
