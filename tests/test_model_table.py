"""Estimates stand side by side: aligned by term, each with its interval and with what it estimates."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.errors import UnknownNameError, UsageError
from impact.estimate import Estimate
from impact.model_table import ModelTable
from impact.parameters import Rows

EFFECT = {"overall": "effect", "exposed": "effect"}


@pytest.fixture(scope="module")
def data():
    return panel()


@pytest.fixture(scope="module")
def overall(data):
    return impact.CallawaySantAnna().fit(data).aggregate(by="overall")


@pytest.fixture(scope="module")
def static(data):
    return impact.TwoWayFixedEffects(level=0.9).fit(data)


def made(like, terms, values, errors):
    """An estimate of given numbers."""
    vcov = np.diag(np.square(np.array(errors, dtype=float)))
    return replace(like, rows=Rows(terms), values=np.array(values, dtype=float), vcov=vcov)


def test_the_table_has_one_row_a_model_and_term_with_the_estimates_own_numbers(overall, static):
    found = impact.compare([overall, static])
    assert isinstance(found, ModelTable)
    assert list(found.table["model"]) == ["Callaway-Sant'Anna", "Two-way fixed effects"]
    assert list(found.table["term"]) == ["overall", "exposed"]
    for row, estimate in zip(found.table.itertuples(), (overall, static), strict=True):
        own = estimate.table.iloc[0]
        for name in ("estimate", "std_error", "conf_low", "conf_high", "p_value"):
            assert getattr(row, name) == own[name]
        assert row.level == estimate.level
    pd.testing.assert_frame_equal(found.tidy(), found.table)


def test_terms_given_one_name_share_a_row(overall, static):
    wide = impact.compare({"cs": overall, "fe": static}, terms=EFFECT).to_frame()
    assert list(wide.index) == [("effect", part) for part in ("estimate", "std_error", "interval")]
    assert (wide != "").all(axis=None)


def test_a_term_that_a_model_lacks_is_an_empty_cell(overall, static):
    wide = impact.compare({"cs": overall, "fe": static}).to_frame()
    assert wide.loc[("overall", "estimate"), "cs"] != ""
    assert (wide.loc["overall", "fe"] == "").all()
    assert (wide.loc["exposed", "cs"] == "").all()


def test_a_longer_path_of_effects_keeps_its_order(data):
    study = impact.EventStudy().fit(data)
    short = study.select(["event_time=-2", "event_time=0", "event_time=2"])
    assert impact.compare([short, study]).terms == tuple(study.rows.term)
    early = study.select(list(study.rows.term[:-2]))
    late = study.select(["event_time=0", *study.rows.term[-2:]])
    assert impact.compare([early, late]).terms == tuple(study.rows.term)


def test_terms_can_be_chosen_in_an_order_of_ones_own(data):
    study = impact.EventStudy().fit(data)
    found = impact.compare([study], terms=["event_time=1", "event_time=0"])
    assert found.terms == ("event_time=1", "event_time=0")
    assert set(found.table["term"]) == set(found.terms)


def test_names_that_repeat_are_numbered(overall):
    assert impact.compare([overall, overall, overall]).models == (
        "Callaway-Sant'Anna",
        "Callaway-Sant'Anna (2)",
        "Callaway-Sant'Anna (3)",
    )


def test_a_row_is_set_with_the_decimals_of_its_smallest_standard_error(overall):
    models = {
        "a": made(overall, ["x", "big"], [1.55459, 61234.5], [0.3243, 1234.5]),
        "b": made(overall, ["x", "big"], [-0.00004, 59000], [0.0123, 2345.6]),
    }
    wide = impact.compare(models).to_frame()
    assert list(wide.loc[("x", "estimate")]) == ["1.5546", "0.0000"]
    assert list(wide.loc[("x", "std_error")]) == ["(0.3243)", "(0.0123)"]
    assert list(wide.loc[("big", "estimate")]) == ["61,234", "59,000"]


def test_sizes_that_have_nothing_in_common_are_each_set_by_their_own(overall):
    models = {
        "mad": made(overall, ["x"], [2e9], [5e8]),
        "tiny": made(overall, ["x"], [2e-5], [1e-5]),
    }
    row = impact.compare(models).to_frame().loc[("x", "estimate")]
    assert list(row) == ["2,000,000,000", "0.0000200"]
    huge = impact.compare([made(overall, ["x"], [1e150], [1e140])]).to_frame()
    assert huge.loc[("x", "estimate")].item() == "1.00e+150"


def test_an_interval_without_ends_is_written_as_such(overall):
    endless = made(overall, ["x"], [2.0], [np.inf])
    wide = impact.compare({"m": endless}).to_frame()["m"]
    assert list(wide["x"]) == ["2.00", "(∞)", "[-∞, ∞]"]


def test_models_may_have_any_name(overall):
    names = ["term", "part", "model", "", "1"]
    found = impact.compare(dict.fromkeys(names, overall))
    assert list(found.to_frame().columns) == names
    assert found.summary()


def test_what_has_no_standard_error_has_no_interval(data):
    study = impact.CallawaySantAnna(base_period="universal").fit(data).aggregate(by="event_time")
    wide = impact.compare({"cs": study}).to_frame()["cs"]
    assert list(wide["event_time=-1"]) == ["0", "", ""]


def test_level_counts_and_what_is_estimated_are_shown_for_each(overall, static):
    text = impact.compare({"cs": overall, "fe": static}).summary()
    for label, first, second in (
        ("level of the interval", "95%", "90%"),
        ("units", "60", "60"),
        ("treated units", "19", "19"),
        ("observations", "480", "480"),
        ("clusters", "60", "60"),
    ):
        line = next(line for line in text.splitlines() if line.startswith(label + " "))
        assert line.split()[-2:] == [first, second]
    for name, estimate in (("cs", overall), ("fe", static)):
        assert f"{name}: {estimate.estimand}. {estimate.method}." in text
    assert "few_treated_units:19" in text
    assert "*" not in text


def test_levels_that_differ_are_said(overall, static):
    assert "Levels of the intervals differ: cs 95%, fe 90%." in repr(
        impact.compare({"cs": overall, "fe": static})
    )
    assert "differ" not in repr(impact.compare([overall, overall]))


def test_outcomes_and_units_that_differ_are_said(overall):
    frame = long_frame().rename(columns={"y": "sales"})
    other = impact.Panel.from_frame(frame, unit="id", time="t", outcome="sales", cohort="g")
    sales = impact.CallawaySantAnna().fit(other).aggregate(by="overall")
    found = impact.compare({"y": overall, "sales": sales, "share": overall.percent()})
    assert "Outcomes differ: y y, sales sales, share y, in percent." in repr(found)


def test_an_estimate_read_from_a_file_has_no_outcome_to_name_and_says_so(overall):
    read = Estimate.from_json(overall.to_json())
    found = impact.compare({"fitted": overall, "read": read})
    assert list(found.facts["outcome"]) == ["y", ""]
    assert "Outcome as in the words below: read." in repr(found)
    numbers = found.table.set_index("model").drop(columns="term")
    np.testing.assert_allclose(
        numbers.loc["fitted"].astype(float), numbers.loc["read"].astype(float)
    )


def test_moments_know_their_outcome(data):
    moments = impact.PathMoments.from_panel(data)
    assert list(impact.compare([impact.Imputation().fit(moments)]).facts["outcome"]) == ["y"]


def test_markdown_latex_and_html_show_the_same_numbers(overall, static):
    found = impact.compare({"cs": overall, "a|b_<i>": static}, terms=EFFECT)
    wide = found.to_frame()
    for text in (found.summary(), found.to_markdown(), found.to_latex(), found._repr_html_()):
        for cell in wide.loc[("effect", "estimate")]:
            assert cell in text
    assert r"a\|b\_&lt;i&gt;" in found.to_markdown()
    assert r"a$|$b\_\textless{}i\textgreater{}" in found.to_latex()
    assert "<i>" not in found._repr_html_()


def test_the_plot_draws_every_interval_and_names_it(overall, static):
    axes = impact.compare({"cs": overall, "fe": static}, terms=EFFECT).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["fe", "cs"]
    axes = impact.compare({"cs": overall, "fe": static}).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["exposed, fe", "overall, cs"]


def test_json_and_glance_hold_what_was_compared(overall, static):
    found = impact.compare({"cs": overall, "fe": static})
    assert [row["model"] for row in json.loads(found.to_json())["facts"]] == ["cs", "fe"]
    assert list(found.glance()["n_units"]) == [60, 60]


def test_what_is_no_estimate_is_refused_by_its_place(overall):
    with pytest.raises(UsageError, match="entry 2 is no Estimate"):
        impact.compare([overall, overall.table])
    with pytest.raises(UsageError, match="there is no estimate"):
        impact.compare([])
    with pytest.raises(UsageError, match="in a list"):
        impact.compare(overall)


def test_an_unknown_term_is_refused_with_the_nearest(overall):
    with pytest.raises(UnknownNameError, match="did you mean overall"):
        impact.compare([overall], terms=["overal"])


def test_two_parameters_for_one_row_are_refused(data):
    study = impact.EventStudy().fit(data)
    with pytest.raises(UsageError, match="two parameters for the row 'effect'"):
        impact.compare({"es": study}, terms={"event_time=0": "effect", "event_time=1": "effect"})
