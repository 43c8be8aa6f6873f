"""Results print as tables people know: heading, every row, verdict; not as the fields of a dataclass."""

import json

import pytest
from panels import long_frame, panel

import impact
from impact.check_result import amount
from impact.diagnostics.power import PlannedStudy, power


@pytest.fixture(scope="module")
def results():
    made = panel(long_frame(n=80))
    events = impact.CallawaySantAnna(base_period="universal").fit(made).aggregate(by="event_time")
    study = PlannedStudy(units=60, treated=20, before=2, after=2, mean=10.0, sd=4.0)
    return {
        "design": impact.design_check(made, draws=200),
        "honest": impact.HonestBounds(values=(0.0, 1.0)).of(events),
        "pretrends": impact.pretrend_power(events),
        "leave_one_out": impact.leave_one_out(made),
        "curve": impact.specification_curve(made, permutations=19),
        "family": impact.family_test({"y": made}, permutations=99, name="one"),
        "power": power(study, draws=200),
        "bacon": impact.GoodmanBacon().fit(made),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("design", ["25 treated of 80 units", "crv2_satterthwaite", "Recommended: "]),
        ("honest", ["Honest bounds (relative_magnitudes)", "conf_low", "Zero is outside up to"]),
        ("pretrends", ["Slope found half the time", "after_passing"]),
        ("leave_one_out", ["Headline", "cohort", "without one unit"]),
        ("curve", ["specifications, 19 permutations", "imputation", "joint p"]),
        ("family", ["one, 99 permutations", "p_romano_wolf"]),
        ("bacon", ["Two-way fixed effects", "later_against_earlier"]),
        ("power", ["mckenzie_ancova", "two_way_fixed_effects:crv3_t", "Recommended: "]),
    ],
)
def test_a_result_prints_as_heading_table_and_verdict(results, name, words):
    text = repr(results[name])
    assert [word for word in words if word not in text] == []
    assert "DataFrame" not in text
    assert "dtype" not in text


def test_the_printed_figures_are_the_results_own(results):
    design, honest = results["design"], results["honest"]
    assert amount(float(design.chosen.smallest_detectable)) in repr(design)
    for end in honest.table[["conf_low", "conf_high"]].to_numpy().ravel():
        assert amount(end) in repr(honest)
    for name, text in (("leave_one_out", "unit_low"), ("pretrends", "slope_80")):
        assert amount(getattr(results[name], text)) in repr(results[name])


@pytest.mark.parametrize(
    ("value", "text"), [(18948.8, "18,949"), (0.29561, "0.2956"), (0.0, "0"), (-1234.5, "-1,234")]
)
def test_amounts_have_four_digits_or_are_whole(value, text):
    assert amount(value) == text


def test_every_result_is_a_frame_a_row_json_and_html(results):
    for name, result in results.items():
        assert len(result.glance()) == 1, name
        assert len(result.tidy()) == len(result.table), name
        assert json.loads(result.to_json())["table"], name
        assert result._repr_html_().startswith("<"), name
