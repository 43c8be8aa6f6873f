"""The simulated programme: what it promises about itself, and the committed files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impact.data.readers import read_frame, read_panel
from impact.data.schema import read_schema
from impact.errors import UnknownNameError
from impact.simulate.files import CASE, frame_of, write_case
from impact.simulate.process import draw
from impact.simulate.programme import Programme, scenario
from impact.simulate.truth import truth

DATA = Path(__file__).resolve().parents[2] / "data"
LARGE = replace(Programme(), n_units=40_000, places_per_fair=1000)


def test_the_committed_files_are_reproduced_byte_for_byte(tmp_path):
    (tmp_path / "artisans.yml").write_bytes((DATA / "artisans.yml").read_bytes())
    for path in write_case(tmp_path):
        if path.suffix != ".json":
            assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name
            continue
        committed = json.loads((DATA / path.name).read_text(encoding="utf-8"))
        committed.pop("estimators")  # a slow test of the further cases makes them again
        assert json.loads(path.read_text(encoding="utf-8")) == committed


def test_markets_add_up_and_status_tells_exit_from_silence():
    frame = read_frame(DATA / "artisans.csv", schema=read_schema(DATA / "artisans.yml"))
    known = frame.revenue_mad.notna()
    parts = frame[["domestic_revenue_mad", "tourist_revenue_mad", "export_revenue_mad"]].sum(axis=1)
    assert (parts[known] == frame.revenue_mad[known]).all()
    assert (frame.status[~known] == "non-response").all()
    assert (frame.revenue_mad[frame.status == "exited"] == 0).all()
    assert (frame.revenue_mad[frame.status == "active"] > 0).all()
    assert frame.groupby("arm", observed=True).artisan_id.nunique().to_dict() == {
        "fair": 50,
        "neither": 550,
    }
    assert len(frame) == 600 * 20
    assert 45 <= frame[frame.exhibited == 1].artisan_id.nunique() <= 50


def test_nobody_comes_back_after_exit():
    sample = draw(Programme(), seed=1)
    assert (np.diff(sample.exited.astype(int), axis=1) >= 0).all()


def test_the_truth_has_all_three_arms_though_the_panel_leaves_one_out():
    arms = json.loads((DATA / "artisans_truth.json").read_text())["arms"]
    assert {arm: one["firms"] for arm, one in arms.items()} == {
        "fair": 50,
        "event": 300,
        "neither": 550,
    }
    assert arms["event"]["effect_mad"] > 0 > arms["neither"]["effect_mad"]


def test_truth_is_with_minus_without():
    sample = draw(scenario(CASE.scenario), seed=CASE.seed)
    after = (sample.event_time >= 0) & sample.answered
    gain = (sample.treated - sample.untreated).sum(axis=2)
    facts = truth(sample)
    assert facts["overall"]["effect_mad"] == pytest.approx(gain[after].mean())
    assert sum(facts["by_market"].values()) == pytest.approx(facts["overall"]["effect_mad"])
    assert json.loads((DATA / "artisans_truth.json").read_text())["overall"][
        "effect_mad"
    ] == pytest.approx(gain[after].mean())


def test_the_null_does_nothing_and_a_temporary_effect_ends():
    assert truth(draw(scenario("null"), seed=3))["overall"]["effect_mad"] == 0
    by_event = truth(draw(scenario("temporary"), seed=3))["by_event_time"]
    assert by_event["4"] > 0
    assert by_event["6"] == 0
    spill = draw(scenario("spillover"), seed=3)
    assert (spill.treated - spill.untreated).sum(axis=2)[~spill.exhibited].min() < 0
    with pytest.raises(UnknownNameError, match="choose among"):
        scenario("nul")


def test_trends_are_parallel_in_ratios_and_not_under_selection_on_trend():
    """40,000 firms without effect: mean revenue of invited over others, mono-artisans, first against third year."""
    for name, parallel in (("null", True), ("selection_on_trend", False)):
        programme = replace(
            scenario(name), n_units=40_000, places_per_fair=1000, effect_path=(0.0,)
        )
        sample = draw(programme, seed=5)
        revenue = sample.untreated.sum(axis=2)
        invited, others = (~sample.sme & side for side in (sample.fair >= 0, sample.fair < 0))
        ratio = [
            revenue[invited][:, span].mean() / revenue[others][:, span].mean()
            for span in (slice(0, 4), slice(6, 10))
        ]
        assert bool(abs(ratio[1] / ratio[0] - 1) < 0.03) is parallel


def test_moments_lie_where_real_small_firm_panels_do():
    """REPORT calibration: zeros 0-22%, coefficient of variation 0.9-2.3, autocorrelation of log revenue .3-.9, attrition."""
    sample = draw(LARGE, seed=2)
    revenue = sample.treated.sum(axis=2)
    assert 0.03 < np.mean(revenue == 0) < 0.22
    assert 0.9 < revenue[:, 5].std() / revenue[:, 5].mean() < 2.3
    both = (revenue[:, 4] > 0) & (revenue[:, 5] > 0)
    assert 0.3 < np.corrcoef(np.log(revenue[both, 4]), np.log(revenue[both, 5]))[0, 1] < 0.95
    silent = 1 - sample.answered[:, -1]
    assert silent[sample.exhibited].mean() > silent[~sample.exhibited].mean() > 0.10
    level = np.log(revenue[:, :8].mean(axis=1))
    assert (
        0.4 < (level[sample.fair >= 0].mean() - level[sample.fair < 0].mean()) / level.std() < 1.2
    )


def test_streams_are_independent_of_each_other():
    one, two = draw(Programme(), seed=9), draw(replace(Programme(), heaping_share=0.0), seed=9)
    np.testing.assert_array_equal(one.untreated, two.untreated)
    np.testing.assert_array_equal(one.answered, two.answered)
    assert not np.array_equal(one.reported, two.reported)
    assert frame_of(one).equals(frame_of(draw(Programme(), seed=9)))


def test_the_true_effect_lies_in_the_interval_of_the_embedded_case():
    import impact

    made = read_panel(DATA / "artisans.csv", schema=DATA / "artisans.yml", outcome="revenue_mad")
    row = impact.CallawaySantAnna().fit(made).aggregate(by="overall").table.iloc[0]
    effect = json.loads((DATA / "artisans_truth.json").read_text())["overall"]["effect_mad"]
    assert row.conf_low < effect < row.conf_high
