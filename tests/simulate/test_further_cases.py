"""The clear and the null case: files that the simulation writes, plans that can be answered, reports that say what is true."""

import json
from pathlib import Path

import pytest

from impact.data.readers import read_frame
from impact.data.schema import read_schema
from impact.evaluation.parts import DataQuality, SampleAndComparability
from impact.evaluation.simulated_estimates import estimates_of_draw
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.simulate.files import FURTHER, write_case, write_further_cases
from impact.simulate.process import draw
from impact.simulate.programme import scenario
from impact.simulate.truth import estimator_bias

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
NAMES = [case.name for case in FURTHER]


def truth_of(name):
    return json.loads((DATA / f"{name}_truth.json").read_text())


@pytest.fixture(scope="module", params=NAMES)
def study(request):
    plan = read_plan(ROOT / f"evaluation-{request.param}.yml")
    return Study(plan, ROOT)


def test_panels_and_truths_are_reproduced_but_for_what_estimators_do_on_average(tmp_path):
    """Byte for byte, and the truth to its last digit; the errors of estimators, which take minutes, in the slow test."""
    for path in write_further_cases(tmp_path):
        if path.suffix == ".csv":
            assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name
        else:
            committed = json.loads((DATA / path.name).read_text())
            committed.pop("estimators")
            assert json.loads(path.read_text()) == committed


@pytest.mark.slow
def test_truth_files_are_reproduced_byte_for_byte_with_the_errors_of_estimators(tmp_path):
    (tmp_path / "artisans.yml").write_bytes((DATA / "artisans.yml").read_bytes())
    main = write_case(tmp_path, estimates=estimates_of_draw)
    for path in (*main, *write_further_cases(tmp_path, estimates=estimates_of_draw)):
        assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name


def test_the_clear_case_has_a_clear_effect_of_fairs_and_the_null_none_on_anybody():
    clear, null = truth_of("clear"), truth_of("null")
    assert clear["arms"]["fair"]["percent"] > 50
    assert clear["arms"]["event"]["effect_mad"] > 0 > clear["arms"]["neither"]["effect_mad"]
    assert {arm["effect_mad"] for arm in null["arms"].values()} == {0.0}
    assert null["orders_before"] == {}
    assert [len(one["arms"]) for one in (clear, null)] == [3, 3]


def test_truth_files_tell_what_estimators_do_on_average_on_this_process():
    for name in ("artisans", *NAMES):
        told = truth_of(name)["estimators"]
        assert told["draws"] >= 50
        assert {"callaway_santanna", "imputation", "two_way_fixed_effects", "poisson"} < set(told)
    declared = truth_of("clear")["estimators"]["imputation"]
    assert declared["mean_error_mad"] < -5 * declared["simulation_error_mad"]  # a quarter is untold
    assert abs(truth_of("null")["estimators"]["imputation"]["mean_error_mad"]) < 2_000


def test_an_average_error_is_that_of_so_many_draws():
    few = estimator_bias(scenario("three_arms_null"), estimates_of_draw, draws=2)
    one = [
        estimates_of_draw(draw(scenario("three_arms_null"), seed=20120831 + place))["imputation"][0]
        for place in (0, 1)
    ]
    assert few["imputation"]["mean_error_mad"] == pytest.approx(sum(one) / 2)


def test_the_schema_knows_every_column_of_the_panel_but_the_events_at_home():
    schema = read_schema(DATA / "three_arms.yml")
    frame = read_frame(DATA / "clear.csv", schema=schema)
    assert frame.groupby("arm", observed=True).artisan_id.nunique().to_dict() == {
        "fair": 50,
        "event": 150,
        "neither": 250,
    }


def test_fairs_are_compared_with_firms_of_neither_arm_and_the_ledger_says_so(study):
    assert set(study.frame["arm"]) == {"fair", "neither"}
    sample = SampleAndComparability.of(study)
    dropped = sample.arrival.set_index("rule").loc["drop"]
    assert int(dropped["touched"]) == 150 * 16
    assert sample.contamination is not None
    assert not sample.contamination.above_limit
    quality = DataQuality.of(study)
    assert quality.sample.n_treated + quality.sample.n_never == 300


def test_the_interval_of_the_clear_case_excludes_zero_and_holds_the_declared_effect(study):
    row = study.estimator().fit(study.panel()).aggregate(by="overall").table.iloc[0]
    arm = truth_of(study.plan.name.removeprefix("artisans-"))["arms"]["fair"]
    assert row.conf_low < arm["declared_effect_mad"] < row.conf_high
    if arm["effect_mad"]:
        assert row.conf_low > 0
    assert study.truth.effect == pytest.approx(arm["effect_mad"])
