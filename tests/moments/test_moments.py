"""Path moments say the same whichever way they were made, and never more than may leave the office."""

import json
import zipfile
from dataclasses import replace

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import long_frame, panel

import impact
from impact.disclosure import Rules
from impact.errors import (
    DisclosureError,
    DuplicateKeyError,
    InfiniteValueError,
    MissingColumnError,
    MissingValueError,
    MomentsError,
    NoComparisonError,
    RangeError,
    SourceError,
    UnknownNameError,
    VaryingCohortError,
)
from impact.moments.unit_order import paths_of_units
from impact.terms import direction_budget

SAME = 1e-12  # sums of the same numbers in another order
COLUMNS = {"unit": "id", "time": "t", "outcome": "y", "cohort": "g"}


def moments(frame=None, **choices):
    frame = long_frame(n=200, gaps=0.08) if frame is None else frame
    return impact.PathMoments.from_panel(panel(frame, **choices))


def are_the_same(one, other, *, relative=SAME):
    for name in ("times", "cohort", "stratum", "observed", "n", "n_zero"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("weight", "weight2"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=relative)
    for name in ("mean", "mean2"):
        level, against = (getattr(m, name) + m.origin * m.observed for m in (one, other))
        np.testing.assert_allclose(level, against, rtol=relative, atol=relative * 10)
    scale = np.abs(one.scatter2).max()
    np.testing.assert_allclose(one.scatter2, other.scatter2, rtol=relative, atol=relative * scale)
    assert one.stratum_labels == other.stratum_labels
    assert one.non_negative == other.non_negative
    assert (one.clusters is None) == (other.clusters is None)


CHOICES = [{}, {"weight": "w"}, {"cluster": "village"}, {"strata": ["region"]}]


def frame_with_regions(**choices):
    frame = long_frame(**{"n": 200, "gaps": 0.08, **choices})
    return frame.assign(region=np.array(["coast", "mountain", "plain"])[frame.id % 3])


@pytest.mark.parametrize("choice", CHOICES, ids=["plain", "weight", "cluster", "strata"])
def test_scatter_and_means_are_those_of_the_units(choice):
    made = panel(frame_with_regions(n=80), **choice)
    reduced = impact.PathMoments.from_panel(made)
    cell = paths_of_units(made, reduced).cell
    for number in range(reduced.n_cells):
        units = np.flatnonzero(cell == number)
        seen = reduced.observed[number]
        path, w = made.wide[units][:, seen], made.weight[units]
        assert not np.isnan(path).any()
        mean = np.average(path, axis=0, weights=w) - reduced.origin[seen]
        np.testing.assert_allclose(reduced.mean[number, seen], mean, rtol=1e-10, atol=1e-12)
        apart = (path - np.average(path, axis=0, weights=w**2)) * w[:, None]
        scatter = reduced.scatter2[number][np.ix_(seen, seen)]
        np.testing.assert_allclose(scatter, apart.T @ apart, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("choice", CHOICES, ids=["plain", "weight", "cluster", "strata"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), parts=st.integers(2, 5))
def test_any_split_of_the_units_merges_to_the_same_moments(choice, seed, parts):
    made = panel(frame_with_regions(), **choice)
    generator = np.random.default_rng(seed)
    part = generator.integers(
        0, parts, made.sample.n_clusters if choice.get("cluster") else made.n_units
    )
    part = part[made.cluster] if choice.get("cluster") else part
    pieces = [
        impact.PathMoments.from_panel(made.subset(part == number, reason="another_part"))
        for number in np.unique(part)
        if (made.subset(part == number, reason="another_part").times == made.times[:1]).any()
        and made.subset(part == number, reason="another_part").n_periods == made.n_periods
    ]
    if len(pieces) < len(np.unique(part)):
        return  # a part without one of the periods is refused: tested below
    generator.shuffle(pieces)
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole.merge(piece)
    reduced = impact.PathMoments.from_panel(made)
    are_the_same(reduced, whole)
    assert replace(whole.sample, dropped={}) == replace(reduced.sample, dropped={})
    one, other = (
        impact.CallawaySantAnna().fit(m).aggregate(by="overall").table for m in (reduced, whole)
    )
    np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-10)


def test_moments_that_do_not_belong_together_are_refused():
    one = moments()
    other_outcome = impact.PathMoments.from_panel(
        panel().with_outcome(panel().y, "another_outcome")
    )
    with pytest.raises(MomentsError, match="different outcomes"):
        one.merge(other_outcome)
    shorter = moments(long_frame(n=200, periods=7))
    with pytest.raises(MomentsError, match="different periods"):
        one.merge(shorter)
    with pytest.raises(MomentsError, match="clusters"):
        one.merge(moments(cluster="village"))
    with pytest.raises(MomentsError, match="strata"):
        one.merge(moments(frame_with_regions(), strata=["region"]))


@pytest.mark.parametrize("choice", CHOICES, ids=["plain", "weight", "cluster", "strata"])
def test_a_saved_file_is_read_back_to_the_last_digits(tmp_path, choice):
    made = moments(frame_with_regions(), **choice)
    made.save(tmp_path / "moments.npz", small_cells="include")
    read = impact.PathMoments.load(tmp_path / "moments.npz")
    are_the_same(made, read)
    assert read.sample == made.sample
    for estimator in (impact.CallawaySantAnna(), impact.Imputation(), impact.StackedDiD(before=2)):
        one, other = (estimator.fit(m).aggregate(by="overall").table for m in (made, read))
        np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-10)
        np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-10)
    assert [path.name for path in tmp_path.iterdir()] == ["moments.npz"]


def test_small_cells_stay_in_the_office_unless_asked_for(tmp_path):
    with pytest.raises(DisclosureError, match="fewer than 10 units"):
        moments().save(tmp_path / "moments.npz")
    assert not list(tmp_path.iterdir())
    balanced = moments(long_frame(n=200))
    assert balanced.n.min() >= 10
    balanced.save(tmp_path / "moments.npz")
    with pytest.raises(DisclosureError, match="clusters"):
        moments(long_frame(n=200), cluster="village").save(tmp_path / "clusters.npz")


@pytest.mark.parametrize(("n", "leaves"), [(16, False), (17, True)])
def test_a_scatter_leaves_only_where_its_units_hide_as_many_directions(n, leaves, tmp_path):
    frame = long_frame(n=100)  # eight periods
    treated = frame.id < n
    made = moments(frame.assign(g=np.where(treated, 4.0, np.nan)))
    if leaves:
        made.save(tmp_path / "moments.npz")
    else:
        with pytest.raises(
            DisclosureError, match="1 of 2 cells have too few units for the scatter"
        ):
            made.save(tmp_path / "moments.npz")
        made.save(tmp_path / "moments.npz", small_cells="include")


def test_the_budget_of_a_file_is_that_of_the_gate():
    units = range(200)
    assert [direction_budget(n) for n in units] == [Rules().directions(n) for n in units]


def test_a_file_holds_no_unit_and_no_code(tmp_path):
    made = moments(long_frame(n=200))
    made.save(tmp_path / "moments.npz")
    with zipfile.ZipFile(tmp_path / "moments.npz") as packed:
        for part in packed.infolist():
            with packed.open(part) as file:
                np.lib.format.read_array(file, allow_pickle=False)
    with np.load(tmp_path / "moments.npz") as found:
        assert max(len(found[name]) for name in found.files if name != "header") < 10
        assert json.loads(found["header"].tobytes())["version"] == 1


def rewritten(path, **header):
    with np.load(path) as found:
        arrays = dict(found)
    values = {**json.loads(arrays["header"].tobytes()), **header}
    arrays["header"] = np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)
    np.savez(path, **arrays)


def test_damaged_foreign_and_future_files_are_refused_by_name(tmp_path):
    path = tmp_path / "moments.npz"
    with pytest.raises(SourceError, match="no such file"):
        impact.PathMoments.load(path)
    moments(long_frame(n=200)).save(path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:100], b"", b"PK\x03\x04" + b"0" * 40):
        path.write_bytes(damaged)
        with pytest.raises(SourceError, match=r"moments\.npz: damaged"):
            impact.PathMoments.load(path)
    np.savez(path, header=np.frombuffer(b'{"format": "another"}', dtype=np.uint8))
    with pytest.raises(SourceError, match="no moments file"):
        impact.PathMoments.load(path)
    path.write_bytes(whole)
    rewritten(path, version=2)
    with pytest.raises(SourceError, match="version 2"):
        impact.PathMoments.load(path)
    path.write_bytes(whole)
    with np.load(path) as found:
        arrays = {name: found[name] for name in found.files if name != "scatter2"}
    np.savez(path, **arrays)
    with pytest.raises(SourceError, match="do not fit together"):
        impact.PathMoments.load(path)


@settings(max_examples=25, deadline=None)
@given(place=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_file_with_one_wrong_byte_is_read_exactly_or_refused(tmp_path_factory, place, byte):
    path = tmp_path_factory.mktemp("moments") / "moments.npz"
    made = moments(long_frame(n=100))
    made.save(path, small_cells="include")
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] = byte
    path.write_bytes(content)
    try:
        read = impact.PathMoments.load(path)
    except SourceError:
        return
    are_the_same(made, read)


@pytest.mark.parametrize("choice", CHOICES, ids=["plain", "weight", "cluster", "strata"])
def test_a_database_makes_the_same_moments(choice):
    frame = frame_with_regions()
    connection = duckdb.connect()
    connection.register("artisans", frame)
    made = impact.PathMoments.from_sql(connection, "artisans", **COLUMNS, **choice)
    reduced = moments(frame, **choice)
    are_the_same(reduced, made, relative=1e-10)
    assert made.sample == reduced.sample
    for estimator in (impact.CallawaySantAnna(), impact.TwoStage()):
        one, other = (estimator.fit(m).table for m in (reduced, made))
        np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-9)


def test_a_parquet_file_is_reduced_where_it_lies_with_quarters_and_codes(tmp_path):
    frame = long_frame(n=120, gaps=0.05)
    quarter = np.array(
        ["2012Q3", "2012Q4", "2013Q1", "2013Q2", "2013Q3", "2013Q4", "2014Q1", "2014Q2"]
    )
    start = frame.g.map(lambda g: "none" if np.isnan(g) else quarter[int(g) - 1])
    frame = frame.assign(t=quarter[frame.t - 1], g=start, y=frame.y * 100 + 1e6)
    frame.to_parquet(tmp_path / "firms'.parquet")
    choice = {**COLUMNS, "frequency": "quarter", "never": ["none"]}
    connection = duckdb.connect(config={"memory_limit": "200MB"})
    made = impact.PathMoments.from_sql(connection, str(tmp_path / "firms'.parquet"), **choice)
    reduced = impact.PathMoments.from_panel(impact.Panel.from_frame(frame, **choice))
    are_the_same(reduced, made, relative=1e-9)


BAD = [
    (lambda f: f.rename(columns={"y": "z"}), MissingColumnError, "y: no such column"),
    (lambda f: f.assign(y=f.y.where(f.index != 3)), MissingValueError, "missing on 1 rows"),
    (lambda f: f.assign(y=f.y.where(f.index != 3, np.inf)), InfiniteValueError, "infinite on 1"),
    (lambda f: f.assign(t=f.t.where(f.index != 1, 1)), DuplicateKeyError, "repeat for 1 units"),
    (lambda f: f.assign(g=f.g.where(f.index != 1, 5.0)), VaryingCohortError, "within 1 units"),
    (lambda f: f.assign(g=np.nan), NoComparisonError, "no treated"),
    (lambda f: f.assign(w=0.0), RangeError, "not positive"),
]


@pytest.mark.parametrize(("spoil", "error", "words"), BAD)
def test_a_database_refuses_what_a_panel_refuses(spoil, error, words):
    connection = duckdb.connect()
    connection.register("artisans", spoil(long_frame(n=60)))
    with pytest.raises(error, match=words):
        impact.PathMoments.from_sql(connection, "artisans", **COLUMNS, weight="w")


def test_a_table_that_does_not_exist_is_refused():
    with pytest.raises(SourceError):
        impact.PathMoments.from_sql(duckdb.connect(), 'no"such', **COLUMNS)


def test_several_outcomes_are_reduced_together():
    frame = long_frame(n=120, gaps=0.05).assign(exports=lambda f: f.y**2, workers=lambda f: f.x)
    frame.loc[frame.index % 7 == 0, "workers"] = np.nan
    made = panel(frame, covariates=["exports", "workers"])
    found = impact.PathMoments.several(made, ["y", "exports", "workers"])
    are_the_same(found["y"], impact.PathMoments.from_panel(made))
    for name in ("exports", "workers"):
        known = frame.dropna(subset=[name])
        alone = impact.Panel.from_frame(known, **{**COLUMNS, "outcome": name})
        are_the_same(found[name], impact.PathMoments.from_panel(alone))
    with pytest.raises(UnknownNameError, match="profit"):
        impact.PathMoments.several(made, ["profit"])


def test_moments_are_never_larger_than_the_data():
    periods = 40
    made = panel(long_frame(n=300, periods=periods, gaps=0.3, cohorts=(15, 25)))
    reduced = impact.PathMoments.from_panel(made)
    assert reduced.n_cells > 290  # with random gaps nearly every unit is its own pattern
    assert reduced.root.size <= made.wide.size


def test_large_and_small_cells_are_summed_alike(monkeypatch):
    from impact.moments import reduce

    made = panel(long_frame(n=3_000, gaps=0.02), weight="w")
    one = impact.PathMoments.from_panel(made)
    monkeypatch.setattr(reduce, "BLOCK", 7)
    are_the_same(one, impact.PathMoments.from_panel(made), relative=1e-11)


def test_a_constant_or_collinear_period_keeps_its_scatter():
    frame = long_frame(n=300)
    frame.loc[frame.t == 2, "y"] = 5.0
    frame.loc[frame.t == 4, "y"] = frame.loc[frame.t == 3, "y"].to_numpy() * 2
    made = panel(frame)
    reduced = impact.PathMoments.from_panel(made)
    for number, cohort in enumerate(reduced.cohort):
        path = made.wide[made.cohort == cohort]
        apart = path - path.mean(axis=0)
        np.testing.assert_allclose(reduced.scatter2[number], apart.T @ apart, rtol=1e-9, atol=1e-9)


def test_revenue_in_centimes_plus_a_billion_changes_nothing():
    frame = long_frame(n=100, gaps=0.05)
    shifted = frame.assign(y=frame.y * 100 + 1e9)
    for estimator in (impact.TwoWayFixedEffects(), impact.CallawaySantAnna(), impact.Imputation()):
        one, other = (estimator.fit(panel(data)).table for data in (frame, shifted))
        np.testing.assert_allclose(100 * one.std_error, other.std_error, rtol=1e-7)


def test_moments_print_as_counts_without_the_path_of_anyone():
    made = impact.PathMoments.from_panel(impact.example_panel())
    assert repr(made) == "Path moments of revenue: 48 units in 6 cells, 6 periods"
