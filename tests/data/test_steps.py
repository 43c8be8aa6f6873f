"""A panel observed every second quarter or fourth year says so; event time then counts steps, and nobody guesses."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.data.readers import panel_of, read_frame
from impact.data.schema import read_schema
from impact.data.times import TimeAxis, common_step
from impact.errors import NotIdentifiedError, SchemaError, UnparsableValueError, UsageError

EVERY = {
    "event_study": impact.EventStudy(),
    "sun_abraham": impact.SunAbraham(),
    "etwfe_never": impact.ExtendedTWFE(control_group="never_treated"),
    "lpdid": impact.LocalProjectionsDiD(),
    "stacked": impact.StackedDiD(before=2, after=1),
    "cs": impact.CallawaySantAnna(base_period="universal"),
    "cs_anticipation": impact.CallawaySantAnna(anticipation=1),
    "dcdh": impact.DeChaisemartinDHaultfoeuille(),
    "lee_wooldridge": impact.LeeWooldridge(transformation="detrend"),
    "imputation": impact.Imputation(),
}
NEED_A_STEP = ("event_study", "sun_abraham", "etwfe_never", "lpdid", "stacked")
NUMBERS = ["event_time", "estimate", "std_error", "conf_low", "conf_high", "n_treated"]


def spread(frame, step=4, first=1920):
    return frame.assign(t=first + step * (frame.t - 1), g=first + step * (frame.g - 1))


@pytest.mark.parametrize("name", EVERY)
def test_steps_give_what_the_same_waves_numbered_one_by_one_give(name):
    frame = long_frame(gaps=0.1)
    waves = EVERY[name].fit(panel(frame)).table
    steps = EVERY[name].fit(panel(spread(frame), frequency="year", step=4)).table
    pd.testing.assert_frame_equal(steps[NUMBERS], waves[NUMBERS])
    known = steps.time.dropna()
    assert ((known - 1920) % 4 == 0).all()


@pytest.mark.parametrize("name", NEED_A_STEP)
def test_without_a_step_the_refusal_suggests_it_and_assumes_nothing(name):
    with pytest.raises(NotIdentifiedError, match=r"all periods are 4 apart: declare step=4"):
        EVERY[name].fit(panel(spread(long_frame()), frequency="year"))


def test_no_step_is_suggested_where_periods_have_no_common_distance():
    frame = long_frame(periods=6, cohorts=(4,))
    times = np.array([1, 3, 4, 9, 11, 20])
    uneven = frame.assign(t=times[frame.t - 1], g=frame.g.map({4: 9}))
    with pytest.raises(NotIdentifiedError) as caught:
        impact.EventStudy().fit(panel(uneven))
    assert "declare step" not in str(caught.value)
    assert common_step(np.array([5.0])) == 1


@pytest.mark.parametrize("column", ["t", "g"])
def test_times_between_the_periods_are_refused_with_their_rows(column):
    frame = spread(long_frame(n=12, share=0.5, cohorts=(3,)))
    rows = frame.index[frame.id == frame.id[frame.g.notna()].iloc[0]]
    frame.loc[rows if column == "g" else rows[:1], column] += 1
    with pytest.raises(UnparsableValueError, match=rf"{column}: rows? .*{rows[0] + 1}.* 4 apart"):
        panel(frame, frequency="year", step=4)


def test_quarters_step_too_and_keep_their_names():
    frame = long_frame(periods=6, cohorts=(4,), share=0.4)
    names = pd.period_range("2010Q2", periods=12, freq="Q")[::2].astype(str)
    halves = frame.assign(
        t=names.to_numpy()[frame.t - 1],
        g=[None if np.isnan(g) else names[int(g) - 1] for g in frame.g],
    )
    made = panel(halves, frequency="quarter", step=2)
    np.testing.assert_array_equal(np.diff(made.times), 1)
    assert [made.time_axis.label(t) for t in made.times] == list(names)
    assert impact.EventStudy().fit(made).row("event_time=0").estimate == pytest.approx(
        impact.EventStudy().fit(panel(frame)).row("event_time=0").estimate, rel=1e-12
    )


def test_moments_keep_the_step_in_files_databases_and_merges(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    frame = spread(long_frame(n=200))
    columns = {"unit": "id", "time": "t", "outcome": "y", "cohort": "g"}
    made = impact.PathMoments.from_panel(panel(frame, frequency="year", step=4, covariates=()))
    made.save(tmp_path / "m.npz", small_cells="include")
    connection = duckdb.connect()
    connection.register("rows", frame)
    halves = [
        impact.PathMoments.from_panel(panel(frame[frame.id % 2 == i], frequency="year", step=4))
        for i in (0, 1)
    ]
    for other in (
        impact.PathMoments.load(tmp_path / "m.npz"),
        impact.PathMoments.from_sql(connection, "rows", frequency="year", step=4, **columns),
        halves[0].merge(halves[1]),
    ):
        assert other.time_axis == made.time_axis
        one, two = (impact.EventStudy().fit(moments).table for moments in (made, other))
        np.testing.assert_allclose(two.estimate, one.estimate, rtol=1e-9, atol=1e-12)


def test_a_schema_declares_the_step(tmp_path):
    spread(long_frame()).to_csv(tmp_path / "rows.csv", index=False)
    words = "{en: x, fr: x}"
    kinds = {"id": "string", "t": "period", "g": "string", "y": "number"}
    columns = "".join(
        f"  {name}: {{type: {kind}, label: {words}}}\n" for name, kind in kinds.items()
    )
    text = (
        f"version: 1\ntitle: {words}\nsource: test\nunit: id\ncohort: {{column: g}}\n"
        f"time: {{column: t, frequency: year, step: STEP}}\ncolumns:\n{columns}"
    )
    (tmp_path / "rows.yml").write_text(text.replace("STEP", "4"), encoding="utf-8")
    schema = read_schema(tmp_path / "rows.yml")
    made = panel_of(read_frame(tmp_path / "rows.csv", schema=schema), schema=schema, outcome="y")
    assert made.time_axis == TimeAxis("year", 4, made.time_axis.origin)
    assert "every 4 years" in repr(made)
    (tmp_path / "rows.yml").write_text(text.replace("STEP", "0"), encoding="utf-8")
    with pytest.raises(SchemaError, match=r"time\.step"):
        read_schema(tmp_path / "rows.yml")


@pytest.mark.parametrize("step", [0, -4, 2.0, True])
def test_a_step_is_a_whole_number_from_one_on(step):
    with pytest.raises(UsageError, match="step"):
        panel(long_frame(), step=step)


def test_presidential_elections_are_four_years_apart(reference):
    """State turnout 1920-2012: every estimator that works on waves works on years with their step, and agrees."""
    frame = pd.read_csv(reference / "data" / "r" / "turnout.csv")
    frame["g"] = frame.abb.map(frame[frame.policy_edr == 1].groupby("abb").year.min())
    waves = frame.assign(t=(frame.year - 1916) // 4, g=(frame.g - 1916) // 4)
    columns = {"unit": "abb", "outcome": "turnout", "cohort": "g"}
    by_year = impact.Panel.from_frame(frame, time="year", frequency="year", step=4, **columns)
    by_wave = impact.Panel.from_frame(waves, time="t", **columns)
    for estimator in EVERY.values():
        one, two = (estimator.fit(made).table for made in (by_year, by_wave))
        pd.testing.assert_frame_equal(one[NUMBERS], two[NUMBERS])
