"""What every estimate answers, whichever estimator made it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact import estimate as module
from impact.errors import UnknownNameError, UsageError
from impact.estimate import Estimate
from impact.parameters import percent_of_log
from impact.terms import ESTIMATE_COLUMNS


@pytest.fixture(scope="module")
def cells():
    return impact.CallawaySantAnna(level=0.8).fit(panel())


@pytest.fixture
def counted(monkeypatch):
    """How often a simultaneous band was drawn."""
    calls = []
    drawn = module.simultaneous_critical_value

    def counting(*arguments, **named):
        calls.append(1)
        return drawn(*arguments, **named)

    monkeypatch.setattr(module, "simultaneous_critical_value", counting)
    return calls


def test_intervals_are_at_the_estimates_own_level(cells):
    own = cells.confint()
    np.testing.assert_array_equal(own["low"], cells.table["conf_low"])
    np.testing.assert_array_equal(own["high"], cells.table["conf_high"])
    band = cells.confint(kind="simultaneous")
    np.testing.assert_array_equal(band["low"], cells.table["band_low"])
    wider = cells.confint(0.95)
    assert (wider["low"] < own["low"]).all()


def test_a_level_that_is_no_share_and_an_unknown_kind_are_refused(cells):
    with pytest.raises(UsageError, match="level"):
        cells.confint(95)
    with pytest.raises(UnknownNameError, match="did you mean simultaneous"):
        cells.confint(kind="simultanous")


def test_series_by_term_are_the_tables_columns(cells):
    for series, column in (
        (cells.params, "estimate"),
        (cells.std_errors, "std_error"),
        (cells.pvalues, "p_value"),
    ):
        assert list(series.index) == list(cells.table["term"])
        assert series.index.name == "term"
        assert series.name == column
        np.testing.assert_array_equal(series, cells.table[column])


def test_tidy_is_a_copy_of_exactly_the_documented_columns(cells):
    tidy = cells.tidy()
    assert tuple(tidy.columns) == ESTIMATE_COLUMNS
    tidy["estimate"] = 0.0
    assert (cells.table["estimate"] != 0).any()


def test_glance_is_one_row_of_what_was_estimated_and_from_how_much(cells):
    (row,) = cells.aggregate(by="overall").glance().to_dict("records")
    assert row["estimator"] == "CallawaySantAnna"
    assert row["estimand"] == cells.estimand
    assert row["n_units"] == cells.sample.n_units
    assert row["n_treated"] == cells.sample.n_treated
    assert row["n_clusters"] == cells.sample.n_clusters
    assert row["level"] == 0.8
    assert row["df"] == np.inf
    assert "cohort size" in row["aggregation"]


def test_observations_are_those_used_where_rows_were_left_out():
    frame = long_frame()
    frame.loc[frame.index[:7], "x"] = np.nan
    made = panel(frame)
    fitted = impact.PooledOLS(regressors=("x",)).fit(made)
    assert made.sample.n_obs - fitted.nobs == 7
    assert fitted.glance()["n_obs"].tolist() == [fitted.nobs]
    assert f"{fitted.nobs} observations" in fitted.summary()


def test_no_band_is_drawn_until_somebody_looks_at_it(counted):
    cells = impact.CallawaySantAnna().fit(panel())
    events = cells.aggregate(by="event_time")
    for estimate in (cells, events):
        estimate.params, estimate.std_errors, estimate.pvalues  # noqa: B018 (reading is the point)
        estimate.confint()
        estimate.summary()
        estimate.wald()
        estimate.select(np.arange(len(estimate.values)) < 3)
    cells.aggregate(by="overall").percent()
    assert not counted
    assert len(events.table) == len(events.values)
    assert events.critical_value > 1.96
    assert len(counted) == 1


def test_an_estimate_read_from_json_is_the_same_and_draws_nothing(cells, counted):
    back = Estimate.from_json(cells.to_json())
    pd.testing.assert_frame_equal(back.table, cells.table)
    assert back.critical_value == cells.critical_value
    assert back.to_json() == cells.to_json()
    assert "critical_value" not in json.loads(cells.to_json())["spec"]
    np.testing.assert_array_equal(back.params, cells.params)
    assert len(counted) <= 1  # the first, of the estimate that was written


def test_a_selection_keeps_the_rows_asked_for_in_their_order(cells):
    names = [cells.rows.term[3], cells.rows.term[1]]
    some = cells.select(names)
    assert list(some.table["term"]) == names
    columns = [name for name in ESTIMATE_COLUMNS if not name.startswith("band")]
    pd.testing.assert_frame_equal(
        some.table[columns],
        cells.table.loc[[3, 1], columns].reset_index(drop=True),
        check_dtype=False,
    )
    np.testing.assert_array_equal(some.vcov, cells.vcov[np.ix_([3, 1], [3, 1])])
    assert some.critical_value < cells.critical_value


def test_what_is_asked_of_a_selection_is_about_its_rows(cells):
    made = panel()
    events = cells.aggregate(by="event_time")
    after = events.select(np.asarray(events.rows.event_time) >= 0)
    kept = np.flatnonzero(np.asarray(events.rows.event_time) >= 0)
    np.testing.assert_allclose(
        after.influence(made), events.influence(made)[:, kept], rtol=1e-12, atol=1e-12
    )
    weights = events.weights()
    pd.testing.assert_frame_equal(
        after.weights(),
        weights[weights["term"].isin(after.rows.term)].reset_index(drop=True),
        check_dtype=False,
    )
    percent = after.percent()
    first = percent.select([percent.rows.term[0]])
    assert first.spec["observed_mean"] == percent.spec["observed_mean"][:1]
    with pytest.raises(impact.errors.NotAvailableError, match="nothing to average"):
        after.aggregate(by="overall")


def test_a_selection_of_an_unknown_row_is_refused_with_the_nearest():
    fitted = impact.PooledOLS().fit(panel())
    with pytest.raises(UnknownNameError, match="did you mean exposed"):
        fitted.select(["expsed"])


def test_html_escapes_everything(cells):
    html = replace(cells, estimand="<script>", notes=("<b>",))._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_effects_on_a_logarithm_are_in_percent_of_the_level_with_their_ends(cells):
    shown = cells.percent_of_log()
    assert list(shown.columns) == ["term", "estimate", "conf_low", "conf_high"]
    for column in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(shown[column], 100 * (np.exp(cells.table[column]) - 1))
    assert (shown["conf_low"] <= shown["estimate"]).all()
    assert percent_of_log(np.array([-np.inf, 0.0, np.inf, 1e4])).tolist() == [
        -100,
        0,
        np.inf,
        np.inf,
    ]


def test_doubling_is_a_hundred_percent_on_the_scale_of_logarithms():
    frame = long_frame(effect=0.0)
    frame["y"] = np.log(np.exp(0.3 * frame.t) * np.where(frame.t >= frame.g, 2.0, 1.0))
    found = impact.CallawaySantAnna().fit(panel(frame)).aggregate(by="overall").percent_of_log()
    assert found["estimate"][0] == pytest.approx(100.0)
