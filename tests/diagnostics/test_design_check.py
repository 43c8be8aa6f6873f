"""The design's own size and power, what single firms carry, other specifications, and planned studies."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from inference.designs import simulation_of
from panels import long_frame, panel

import impact
from impact.diagnostics.design import design_check
from impact.diagnostics.leave_one_out import leave_one_out
from impact.diagnostics.power import PlannedStudy, formulas, power
from impact.diagnostics.recommendation import SHORTER, holding, recommend, smallest_detectable
from impact.diagnostics.specification_curve import Choices, specification_curve
from impact.errors import NotAvailableError, NotIdentifiedError, PlanError
from impact.estimators.many_of import many
from impact.evaluation.store import decode, encode
from impact.inference.named import CANDIDATES
from impact.inference.strata import baseline_size, permutation_strata
from impact.simulate.untreated_paths import UntreatedPaths


def few(n_treated=10, n=80, seed=3, **choices):
    frame = long_frame(n=n, cohorts=(4,), share=0.0, seed=seed, **choices)
    frame.loc[frame.id < n_treated, "g"] = 4
    return panel(frame)


def paths_of(made, seed=1):
    return UntreatedPaths.of(
        made,
        strata=permutation_strata(made),
        group=np.where(np.isfinite(made.cohort), 0, -1),
        generator=np.random.default_rng(seed),
    )


def test_simulated_paths_have_the_comparison_groups_covariances_and_no_effect():
    made = few(n_treated=10, n=400)
    paths = paths_of(made)
    for process in ("resampled", "gaussian"):
        drawn = paths.draw(process, 400, np.random.default_rng(2))
        flat = drawn[np.isinf(made.cohort)].reshape(-1, made.n_periods)
        scale = np.abs(paths.covariance).max()
        np.testing.assert_allclose(flat.mean(axis=0), 0, atol=0.03 * np.sqrt(scale))
        np.testing.assert_allclose(np.cov(flat, rowvar=False), paths.covariance, atol=0.06 * scale)


def test_treated_paths_are_stretched_as_much_as_they_varied_before_treatment():
    frame = long_frame(n=300, cohorts=(6,), share=0.0, seed=4)
    frame.loc[frame.id < 100, "g"] = 6
    generator = np.random.default_rng(1)
    noise = generator.normal(size=len(frame)) * np.where(frame.id < 100, 1.5, 1.0)
    made = panel(frame.assign(y=noise))
    # strata are baseline terciles: the expected ratio of spreads within them is that of the innovations
    assert paths_of(made).scale[0] == pytest.approx(1.5, abs=0.15)


def test_a_simulated_units_size_is_that_of_the_unit_it_was_drawn_from():
    """Levels of strata plus drawn deviations; deviations are n/(n-1) inflated in variance, which is taken out again."""
    made = few(n=60)
    strata = np.zeros(60, dtype=int)
    paths = UntreatedPaths.of(
        made, strata=strata, group=strata - 1, generator=np.random.default_rng(1)
    )
    never = np.isinf(made.cohort)
    drawn = paths.draw("resampled", 4, np.random.default_rng(2))[never]
    deflated = drawn / np.sqrt(never.sum() / (never.sum() - 1))
    sizes = paths.level[never, None] + deflated[:, :, :3].mean(axis=2)
    own = baseline_size(made)[never, 0]
    nearest = np.abs(sizes[:, :, None] - own).min(axis=2)
    assert nearest.max() == pytest.approx(0, abs=1e-9)


def test_shared_shocks_hit_units_of_one_group_alike():
    made = few()
    paths = paths_of(made)
    paths = replace(paths, pool=0 * paths.pool + np.arange(8.0), scale=np.ones(80))
    drawn = paths.draw("shared_shock", 3, np.random.default_rng(1)) - paths.pool[0]
    assert np.ptp(drawn[:10], axis=0).max() == pytest.approx(0, abs=1e-12)
    assert np.abs(drawn[:10]).min() > 0
    assert np.abs(drawn[10:]).max() == 0


@pytest.fixture(scope="module")
def checked():
    return design_check(few(20, n=150), draws=600)


def test_randomization_inference_is_left_only_for_what_holds_and_is_a_tenth_shorter(checked):
    rows = checked.headline[checked.headline.inference.isin(CANDIDATES)]
    worst = rows.groupby("inference").holds.min()
    length = rows.groupby("inference").median_length.max()
    assert set(checked.holding) == set(worst.index[worst])
    shorter = length[length <= SHORTER * length["permutation"]].index
    if checked.recommended == "permutation":
        assert not worst[shorter].any()
    else:
        assert worst[checked.recommended]
        assert checked.recommended in shorter


def test_what_chooses_does_not_state():
    """Half the panels choose; the stated size is that of the other half, so it is not favoured by the choice."""
    found = design_check(few(20, n=150), draws=600).headline
    assert (found["size"] != found["size_choosing"]).any()
    for row in found.itertuples():
        assert row.holds == (1 - row.size_choosing >= 0.94)


def test_sizes_match_a_loop_over_simulated_panels_and_the_estimator():
    """The same draws, tested one by one by fitting the estimator: the share of rejections is the same number."""
    made = few(gaps=0.1)
    from impact.streams import stream

    paths = paths_of(made)
    simulation = simulation_of(
        paths,
        made,
        ["clustered", "permutation"],
        beside={"two_way_fixed_effects": (impact.TwoWayFixedEffects(), ["clustered_t"])},
        draws=60,
        permutations=99,
        seed=7,
    )
    tests = simulation.of(made, "callaway_santanna", impact.CallawaySantAnna()).tests
    found = {(t.estimator, t.inference): t for t in tests}
    outcomes = paths.draw("resampled", 60, stream(7, "resampled"))
    seen = ~np.isnan(made.wide)
    rejected = {"callaway_santanna": 0, "two_way_fixed_effects": 0}
    for s in range(60):
        one = made.with_outcome(outcomes[:, s][seen], "y")
        overall = impact.CallawaySantAnna().fit(one).aggregate(by="overall").table.iloc[0]
        static = impact.TwoWayFixedEffects().fit(one).table.iloc[0]
        rejected["callaway_santanna"] += overall.p_value <= 0.05
        rejected["two_way_fixed_effects"] += static.p_value <= 0.05
    clustered = found["callaway_santanna", "clustered"].rejected(0.0)
    assert clustered * 60 == pytest.approx(rejected["callaway_santanna"])
    static = found["two_way_fixed_effects", "clustered_t"].rejected(0.0)
    assert static * 60 == pytest.approx(rejected["two_way_fixed_effects"])


def test_the_detectable_effect_and_the_interval_of_one_inference_are_of_one_scale():
    """Treated firms that spread three times as much once treated: simulated with their spread before, they came out 467 beside 840."""
    frame = long_frame(n=150, cohorts=(4,), share=0.0)
    frame.loc[frame.id < 30, "g"] = 4
    generator = np.random.default_rng(5)
    own = 3 * generator.standard_normal(30)
    hit = ((frame.id < 30) & (frame.t >= 4)).to_numpy()
    frame.loc[hit, "y"] += own[frame.id[hit]]
    made = panel(frame)
    found = design_check(made, draws=400, permutations=49)
    actual = impact.Permutation(permutations=499).of(made, impact.CallawaySantAnna())
    length = actual.conf_high - actual.conf_low
    assert float(found.chosen.median_length) == pytest.approx(length, rel=0.25)
    # of a normal estimate it is (1.96 + .84) / (2 x 1.96) of the length
    assert float(found.chosen.smallest_detectable) == pytest.approx(0.714 * length, rel=0.3)


def test_power_rises_with_the_effect_and_reaches_eighty_percent_at_the_smallest_detectable(checked):
    curves = checked.power.groupby(["estimator", "inference"])
    assert set(curves.groups) == set(checked.table.groupby(["estimator", "inference"]).groups)
    for _, rows in curves:
        assert (np.diff(rows.power) >= -0.02).all()
    curve = curves.get_group(("callaway_santanna", checked.recommended))
    at = np.interp(checked.chosen.smallest_detectable, curve.effect, curve.power)
    assert at == pytest.approx(0.8, abs=0.03)


def test_the_smallest_detectable_effect_of_a_normal_test_is_the_textbook_one():
    generator = np.random.default_rng(1)
    estimates = generator.normal(size=200_000)
    found = smallest_detectable(lambda d: float((np.abs(estimates + d) > 1.959964).mean()), 1.0)
    assert found == pytest.approx(1.959964 + 0.841621, abs=0.02)


def judged(length=1.0, **coverage):
    """A table of two candidates in one process, coverage as given, at 2,000 draws; randomization is 2 long."""
    rows = [
        {
            "inference": name,
            "median_length": length,
            **holding(1 - coverage[name], level=0.95, draws=2000),
        }
        for name, length in (("clustered_t", length), ("permutation", 2.0))
    ]
    return pd.DataFrame(rows).assign(estimator="callaway_santanna", process="resampled")


@pytest.mark.parametrize(
    ("clustered", "length", "permutation", "verdict"),
    [
        (0.941, 1.8, 0.95, ("clustered_t", "holds_and_shortest")),
        (0.941, 1.81, 0.95, ("permutation", "default_holds")),
        (0.939, 1.0, 0.95, ("permutation", "default_holds")),
        (0.941, 3.0, 0.925, ("clustered_t", "holds_and_shortest")),
        (0.90, 1.0, 0.935, ("permutation", "holds_within_error")),
        (0.90, 1.0, 0.925, ("permutation", "none_holds")),  # two Monte Carlo errors are .0097
    ],
)
def test_randomization_is_the_default_and_left_for_what_holds_and_is_a_tenth_shorter(
    clustered, length, permutation, verdict
):
    table = judged(length=length, clustered_t=clustered, permutation=permutation)
    assert recommend(table, CANDIDATES)[:2] == verdict


def test_the_check_fails_only_when_no_interval_holds(checked):
    statuses = {
        why: replace(checked, why=why).check().status
        for why in ("holds_and_shortest", "holds_within_error", "none_holds")
    }
    assert list(statuses.values()) == ["pass", "pass", "fail"]


def test_too_few_assignments_to_reject_anything_leave_the_permutation_interval_unbounded():
    """Two treated of five: ten assignments, the smallest p-value is 1/10."""
    few_units = PlannedStudy(units=5, treated=2, before=2, after=2)
    found = power(few_units, draws=200)
    table = found.table.set_index("method")
    assert np.isinf(table.smallest_detectable["callaway_santanna:permutation"])
    assert np.isinf(table.median_length["callaway_santanna:permutation"])
    assert found.recommended != "permutation"


def test_a_design_check_survives_saving_and_its_checks_name_what_they_found(checked):
    again = decode(json.loads(json.dumps(encode(checked))))
    pd.testing.assert_frame_equal(again.table, checked.table, check_dtype=False)
    assert again.recommended == checked.recommended
    names = [check.name for check in checked.checks()]
    assert names == ["design_check", "single_unit_cohorts", "effective_clusters"]
    few_clusters = design_check(few(), draws=200, processes=("resampled",)).checks()[2]
    assert few_clusters.status == "warn"  # ten treated of eighty
    assert checked.checks()[2].status == "pass"  # twenty of 150


def test_the_same_seed_gives_the_same_check_whatever_the_order_of_rows():
    frame = long_frame(n=60, cohorts=(4,), share=0.2)
    one, two = (
        design_check(panel(f), draws=200, permutations=49)
        for f in (frame, frame.sample(frac=1, random_state=2))
    )
    pd.testing.assert_frame_equal(one.table, two.table)


def test_too_few_untreated_units_are_refused():
    with pytest.raises(NotIdentifiedError, match="never-treated"):
        design_check(few(n_treated=10, n=13), draws=200)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
@pytest.mark.parametrize("control", ["not_yet_treated", "never_treated"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_leaving_out_one_unit_is_refitting_without_it(gaps, control, weight):
    made = panel(long_frame(n=30, gaps=gaps), weight=weight)
    estimator = impact.CallawaySantAnna(control_group=control)
    without = many(made, estimator).without_each_cluster()
    for unit in range(0, 30, 3):
        part = made.subset(np.arange(30) != unit, reason="left_out")
        refit = estimator.fit(part).aggregate(by="overall").table.estimate[0]
        assert without[unit] == pytest.approx(refit, rel=1e-9)


def test_a_firm_that_carries_the_result_is_flagged_without_its_name():
    frame = long_frame(n=60, cohorts=(4, 6), share=0.15, effect=0.0)
    frame.loc[(frame.id == frame[frame.g.notna()].id.iloc[0]) & (frame.t >= frame.g), "y"] += 60
    made = panel(frame)
    group = pd.Series(np.where(made.units % 2, "odd", "even"), index=made.units)
    found = leave_one_out(made, group=group)
    assert found.check().status == "warn"
    assert found.largest_share > 0.5
    assert set(found.table.kind) == {"cohort", "group"}
    assert set(found.table.columns) == {"kind", "label", "n_treated", "estimate", "std_error"}


def test_specifications_are_the_estimators_own_numbers():
    made = panel(long_frame(n=60, gaps=0.1))
    found = specification_curve(made, permutations=19).table
    plain = found[
        (found.window == -1)
        & (found["sample"] == "all")
        & (found.adjustment == "none")
        & (found.winsorise == 0)
        & (found.scale == "level")
    ].set_index(["estimator", "controls"])
    for average in ("cells", "cohort", "event_time"):
        for controls in ("not_yet_treated", "never_treated"):
            estimate = impact.CallawaySantAnna(control_group=controls).fit(made)
            row = estimate.aggregate(by="overall", average=average).table.iloc[0]
            cell = plain.loc[f"callaway_santanna_{average}", controls]
            assert cell.estimate == pytest.approx(row.estimate, rel=1e-9)
    static = impact.TwoWayFixedEffects().fit(made).table.estimate[0]
    assert plain.loc["two_way_fixed_effects", "all"].estimate == pytest.approx(static, rel=1e-9)
    imputed = impact.Imputation().fit(made).aggregate(by="overall").table.estimate[0]
    assert plain.loc["imputation", "all"].estimate == pytest.approx(imputed, rel=1e-9)


def test_an_effect_shows_in_most_specifications_and_none_does_not():
    one = specification_curve(panel(long_frame(n=80, effect=2.0)), permutations=99)
    none = specification_curve(panel(long_frame(n=80, effect=0.0, seed=9)), permutations=99)
    assert one.share_same_sign == 1.0
    assert one.joint_p_median <= 0.02
    assert one.check().status == "pass"
    assert none.joint_p_median > 0.05


def test_stratum_adjustment_takes_out_what_strata_share():
    frame = long_frame(n=80, effect=0.0)
    frame["city"] = np.where(frame.id % 2, "a", "b")
    shift = np.where((frame.city == "a") & (frame.t >= 4), 30.0, 0.0)
    plain, moved = (
        specification_curve(
            panel(f, strata=["city"]),
            choices=Choices(windows=(None,), samples=("all",), scales=("level",), winsorise=(0.0,)),
            permutations=9,
        ).table.set_index(["estimator", "controls", "adjustment"])
        for f in (frame, frame.assign(y=frame.y + shift))
    )
    adjusted = plain.xs("strata", level="adjustment").estimate
    np.testing.assert_allclose(moved.xs("strata", level="adjustment").estimate, adjusted, atol=1e-8)
    assert (
        np.abs(
            moved.xs("none", level="adjustment").estimate
            - plain.xs("none", level="adjustment").estimate
        )
        > 0.1
    ).any()


def test_weights_or_clusters_above_the_unit_are_refused():
    with pytest.raises(NotAvailableError, match="equal weight"):
        specification_curve(panel(weight="w"))


STUDY = PlannedStudy(units=200, treated=60, before=2, after=3, mean=10.0, sd=8.0)


def test_simulated_power_of_the_regression_is_the_formula_for_its_own_covariances():
    """2,000 draws: the smallest detectable effect is good to about 3%."""
    found = power(STUDY).table.set_index("method").smallest_detectable
    serial = found["burlig_preonas_woerman"]
    assert found["two_way_fixed_effects:crv3_t"] == pytest.approx(serial, rel=0.05)


def test_formulas_are_the_published_ones_where_correlation_is_constant():
    """McKenzie (2012), eqs. 2 and 5, by hand: sd 1, correlation .4 between any two rounds."""
    study = PlannedStudy(
        units=200, treated=100, before=2, after=3, permanent=0.4, autocorrelation=0.0
    )
    found = {row["method"]: row["smallest_detectable"] for row in formulas(study)}
    did = (1 + 2 * 0.4) / 3 + (1 + 0.4) / 2 - 2 * 0.4
    ancova = (1 + 2 * 0.4) / 3 - 2 * 0.4**2 / (1 + 0.4)
    multiplier = 1.9720 + 0.8434  # t quantiles with 198 degrees of freedom
    assert found["mckenzie_did"] == pytest.approx(multiplier * np.sqrt(did / 50), rel=1e-3)
    assert found["mckenzie_ancova"] == pytest.approx(multiplier * np.sqrt(ancova / 50), rel=1e-3)
    assert found["burlig_preonas_woerman"] == pytest.approx(found["mckenzie_did"], rel=1e-9)


def test_half_the_take_up_doubles_what_must_be_there_and_clusters_cost_power():
    half = power(replace(STUDY, take_up=0.5), draws=400)
    whole = power(STUDY, draws=400)
    assert half.smallest_detectable == pytest.approx(2 * whole.smallest_detectable, rel=1e-6)
    clustered = power(replace(STUDY, cluster_size=10, icc=0.2), draws=400)
    lost = power(replace(STUDY, attrition=0.4), draws=400)
    assert clustered.smallest_detectable > whole.smallest_detectable
    assert lost.smallest_detectable > whole.smallest_detectable


@pytest.mark.parametrize(
    ("name", "value"), [("treated", 200), ("take_up", 0.0), ("sd", -1.0), ("cluster_size", 0)]
)
def test_numbers_that_describe_no_study_are_refused_by_name(name, value):
    with pytest.raises(PlanError, match=name):
        replace(STUDY, **{name: value})
