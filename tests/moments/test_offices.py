"""Offices add up their firms under masks: the coordinator sees the total, and what it sees is what pooling would give."""

import json
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import impact
from impact.data.schema import Schema
from impact.errors import MomentsError, PrivacyError, SourceError, UnparsableValueError
from impact.moments.offices.grid import grid_of, read_grid
from impact.moments.offices.integer_sums import LEFT_ASIDE, integer_sums
from impact.moments.offices.masked import MODULUS, MaskedSums, added, read_masked
from impact.moments.offices.own_units import office_moments, office_panel
from impact.moments.offices.pair_keys import (
    make_keys,
    mask_stream,
    pair_file,
    read_keys,
    refuse_second_file,
)
from impact.moments.offices.total import moments_of_total

SAME = 1e-12  # floats summed in another order than whole numbers
SCHEMA = Schema.model_validate(
    {
        "version": 1,
        "title": {"en": "Firms", "fr": "Entreprises"},
        "source": {"en": "Made up", "fr": "Inventé"},
        "unit": "id",
        "time": {"column": "t", "frequency": "integer"},
        "cohort": {"column": "g"},
        "missing_outcome": "drop",
        "columns": {
            name: {"type": kind, "label": {"en": name, "fr": name}}
            for name, kind in (
                ("id", "integer"),
                ("t", "integer"),
                ("g", "integer"),
                ("y", "number"),
            )
        },
    }
)


def firms(n=160, periods=5, seed=3, gaps=0.0):
    """Firms with amounts to the centime, some negative, some always zero."""
    generator = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    start = generator.choice([np.nan, 1.0, 3.0, 4.0], n, p=[0.5, 0.05, 0.2, 0.25])
    cents = np.rint(generator.normal(8e6, 3e7, n)[unit] + generator.normal(0, 4e6, n * periods))
    cents[unit % 11 == 0] = 0
    frame = pd.DataFrame({"id": unit, "t": time, "y": cents / 100, "g": start[unit]})
    return frame[generator.random(len(frame)) >= gaps].reset_index(drop=True)


def grid_for(frame, offices, **changes):
    wide = frame.pivot_table(index="id", columns="t", values="y", aggfunc="count").reindex(
        columns=range(1, 6)
    )
    patterns = wide.notna().astype(int).astype(str).agg("".join, axis=1).unique().tolist()
    values = {
        "study": "fairs",
        "round": "2026-11",
        "sites": list(offices),
        "outcome": "y",
        "parts": 100,
        "largest": 1e9,
        "frequency": "integer",
        "periods": [1, 2, 3, 4, 5],
        "cohorts": [1, 3, 4, "never"],
        "patterns": patterns,
    }
    return grid_of({**values, **changes}, name="grid.yml")


def secrets_of(sites, seed=0):
    generator = np.random.default_rng(seed)
    return {
        pair_file(one, other): generator.bytes(32)
        for one in sites
        for other in sites
        if one < other
    }


def keys_of(site, sites, secrets):
    return {other: secrets[pair_file(site, other)] for other in sites if other != site}


def sent_by(frame, grid, of_firm, secrets):
    """Each office's file; `of_firm` says whose each firm is."""
    return [
        MaskedSums.of(
            integer_sums(frame[of_firm[frame.id] == place].copy(), grid, schema=SCHEMA),
            grid,
            site=site,
            keys=keys_of(site, grid.sites, secrets),
        )
        for place, site in enumerate(grid.sites)
    ]


def offices(n):
    return [f"office{number:02}" for number in range(n)]


@settings(max_examples=6, deadline=None)
@given(n_sites=st.integers(2, 20), seed=st.integers(0, 2**31), gaps=st.sampled_from([0.0, 0.2]))
def test_the_masked_total_of_2_to_20_offices_is_the_pooled_sum_to_the_last_bit(n_sites, seed, gaps):
    frame = firms(n=80, seed=seed, gaps=gaps)
    grid = grid_for(frame, offices(n_sites))
    of_firm = np.random.default_rng(seed).integers(0, n_sites, 80)
    of_firm[:n_sites] = np.arange(n_sites)
    sent = sent_by(frame, grid, of_firm, secrets_of(grid.sites, seed))
    total, pooled = added(sent[::-1]), integer_sums(frame, grid, schema=SCHEMA)
    assert total.numbers() == pooled.numbers()
    one, other = moments_of_total(total, grid), moments_of_total(pooled, grid)
    for name in ("n", "n_zero", "mean", "root", "cohort", "observed"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_moments_of_a_total_are_those_of_the_pooled_panel(gaps):
    frame = firms(gaps=gaps)
    frame.loc[5, "y"] = np.nan
    grid = grid_for(frame.dropna(subset=["y"]), ["fes", "rabat"])
    made = moments_of_total(integer_sums(frame, grid, schema=SCHEMA), grid)
    panel = impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", missing_outcome="drop"
    )
    known = impact.PathMoments.from_panel(panel)
    assert made.sample == known.sample
    for one, other in ((made, known), (made.with_always_treated(), known.with_always_treated())):
        for name in ("times", "cohort", "observed", "n", "n_zero", "non_negative"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        level, against = (m.mean + m.origin * m.observed for m in (one, other))
        np.testing.assert_allclose(level, against, rtol=SAME)
        scale = np.abs(other.scatter2).max()
        np.testing.assert_allclose(one.scatter2, other.scatter2, rtol=1e-11, atol=SAME * scale)
    ours, theirs = (
        impact.CallawaySantAnna().fit(data).aggregate(by="overall").table.iloc[0]
        for data in (made, panel)
    )
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-10)
    assert ours.std_error == pytest.approx(theirs.std_error, rel=1e-10)


def test_firms_observed_otherwise_than_agreed_are_left_out_and_counted():
    frame = firms(gaps=0.1)
    grid = grid_for(frame, ["fes", "rabat"], patterns=["11111"], other_patterns="leave_out")
    made = moments_of_total(integer_sums(frame, grid, schema=SCHEMA), grid)
    pooled = impact.PathMoments.from_panel(
        impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g")
    ).with_always_treated()
    whole = pooled.observed.all(axis=1)
    everyone = made.with_always_treated()
    np.testing.assert_array_equal(everyone.n, pooled.n[whole])
    assert made.sample.dropped["pattern_not_agreed"] == pooled.n[~whole].sum()
    refused = grid.model_copy(update={"other_patterns": "refuse"})
    with pytest.raises(MomentsError, match=f"{pooled.n[~whole].sum()} units are in no cell"):
        integer_sums(frame, refused, schema=SCHEMA)


def test_offices_of_which_one_has_nobody_treated_merge_to_the_pooled_moments():
    frame = firms(gaps=0.1)
    treated = frame.g.notna() & (frame.id % 2 == 0)
    parts = [
        office_moments(office_panel(part.copy(), schema=SCHEMA, outcome="y"))
        for part in (
            frame[treated],
            frame[~treated & frame.g.isna()],
            frame[~treated & frame.g.notna()],
        )
    ]
    merged = reduce(impact.PathMoments.merge, parts)
    pooled = impact.PathMoments.from_panel(
        impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g")
    )
    assert merged.sample == pooled.sample
    ours, theirs = (
        impact.CallawaySantAnna().fit(one).aggregate(by="overall").table.iloc[0]
        for one in (merged, pooled)
    )
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-10)
    assert ours.std_error == pytest.approx(theirs.std_error, rel=1e-10)


def test_sums_of_large_amounts_are_exact():
    frame = firms(n=300, periods=5)
    frame["y"] = np.rint(frame["y"] * 1e4) * 100 + 7.25  # beyond what floats square exactly
    grid = grid_for(frame, ["fes", "rabat"], largest=9e13)
    sums = integer_sums(frame, grid, schema=SCHEMA)
    cents = [round(value * 100) for value in frame["y"]]
    assert sum(sums.total.ravel()) == sum(cents)
    assert sum(np.trace(one) for one in sums.product) == sum(one**2 for one in cents)


def test_one_office_s_file_is_as_random_as_its_masks():
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat", "safi"])
    sent = sent_by(frame, grid, np.arange(160) % 3, secrets_of(grid.sites))
    plain = integer_sums(frame[frame.id % 3 == 0].copy(), grid, schema=SCHEMA).numbers()
    sizes = np.array([float(one) / MODULUS for one in sent[0].numbers])
    assert max(map(abs, plain)) < MODULUS / 2**60
    assert abs(sizes.mean() - 0.5) < 4 / np.sqrt(12 * len(sizes))  # four standard errors
    two = [(a + b) % MODULUS for a, b in zip(sent[0].numbers, sent[1].numbers, strict=True)]
    assert np.mean([one > MODULUS // 2**20 for one in two]) > 0.99  # nor do two of three show it


def test_masks_of_another_round_are_others():
    grid = grid_for(firms(), ["fes", "rabat"])
    later = grid.model_copy(update={"round": "2026-12"})
    assert mask_stream(b"k" * 32, grid, 5) != mask_stream(b"k" * 32, later, 5)


def test_a_missing_office_is_found_by_name():
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat", "safi"])
    sent = sent_by(frame, grid, np.arange(160) % 3, secrets_of(grid.sites))
    with pytest.raises(MomentsError, match="rabat: no file yet"):
        added([sent[0], sent[2]])


def test_an_office_that_sent_twice_is_refused_by_name():
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat"])
    sent = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites))
    with pytest.raises(MomentsError, match="rabat: more than one file"):
        added([*sent, sent[1]])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"outcome": "sales"}, "outcome"),
        ({"periods": [1, 2, 3, 4, 6]}, "periods"),
        ({"cohorts": [1, 3, 5, "never"]}, "cohorts"),
        ({"round": "other"}, "round"),
    ],
)
def test_an_office_of_another_agreement_is_refused_with_what_differs(changes, named):
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat"])
    sent = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites))
    other = replace(sent[1], grid=grid_for(frame, ["fes", "rabat"], **changes))
    with pytest.raises(MomentsError, match=rf"rabat: .*fes \({named} differ"):
        added([sent[0], other])


def test_offices_with_different_secrets_are_named():
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat"])
    one = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites, 1))[0]
    other = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites, 2))[1]
    with pytest.raises(MomentsError, match="fes, rabat: they hold different secrets"):
        added([one, other])


def test_a_changed_file_gives_no_moments():
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat"])
    sent = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites))
    numbers = list(sent[0].numbers)
    numbers[len(LEFT_ASIDE)] = (numbers[len(LEFT_ASIDE)] - 10**9) % MODULUS
    with pytest.raises(MomentsError, match="changed after it was masked"):
        moments_of_total(added([replace(sent[0], numbers=numbers), sent[1]]), grid)


def test_amounts_that_are_no_whole_centimes_are_refused_not_rounded():
    frame = firms()
    frame.loc[7, "y"] = 12.345
    with pytest.raises(
        UnparsableValueError, match=r"y: 1 outcomes are no whole number of 1/100"
    ) as told:
        integer_sums(frame, grid_for(frame, ["fes", "rabat"]), schema=SCHEMA)
    assert "12.3" not in str(told.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cohorts": [1, 3, "never"]}, r"\d+ units are in no cell"),
        ({"periods": [1, 2, 3, 4], "patterns": ["1111"]}, "1 periods of the data"),
        ({"largest": 10.0}, "larger than the grid's largest"),
    ],
)
def test_data_beyond_the_grid_are_refused_with_counts(changes, words):
    frame = firms()
    with pytest.raises(MomentsError, match=words):
        integer_sums(frame, grid_for(frame, ["fes", "rabat"], **changes), schema=SCHEMA)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sites": ["fes"]}, "sites"),
        ({"sites": ["fes", "fes"]}, "stands there twice"),
        ({"patterns": ["11"]}, "one 1 or 0 for each period"),
        ({"periods": [1, 3, 2, 4, 5]}, "in their order"),
        ({"cohorts": [9, "never"]}, "never treated in these data"),
        ({"largest": 1e15}, "more digits"),
        ({"colour": 1}, "colour"),
    ],
)
def test_an_agreement_that_does_not_hold_together_is_refused(changes, words):
    with pytest.raises(MomentsError, match=words):
        grid_for(firms(), ["fes", "rabat"], **changes)


def test_keys_are_made_once_a_pair_and_never_inside_a_project(tmp_path):
    grid = grid_for(firms(), ["fes", "rabat", "safi"])
    made = {site: make_keys(grid, site, tmp_path) for site in grid.sites}
    assert [len(made[site]) for site in grid.sites] == [2, 1, 0]
    assert set(read_keys(grid, "safi", tmp_path)) == {"fes", "rabat"}
    with pytest.raises(PrivacyError, match="written over"):
        make_keys(grid, "fes", tmp_path)
    with pytest.raises(PrivacyError, match="inside a project"):
        make_keys(grid, "fes", Path(__file__).parent)
    (tmp_path / "fes--safi.key").chmod(0o644)
    with pytest.raises(PrivacyError, match="chmod 600"):
        read_keys(grid, "fes", tmp_path)
    (tmp_path / "fes--safi.key").unlink()
    with pytest.raises(PrivacyError, match=r"fes--safi\.key: not in the folder"):
        read_keys(grid, "safi", tmp_path)


def test_an_office_masks_one_set_of_numbers_a_round(tmp_path):
    grid = grid_for(firms(), ["fes", "rabat"])
    refuse_second_file(grid, "fes", b"one", tmp_path)
    refuse_second_file(grid, "fes", b"one", tmp_path)  # the same file again shows nothing new
    with pytest.raises(MomentsError, match="agree on a new round"):
        refuse_second_file(grid, "fes", b"two", tmp_path)
    refuse_second_file(grid.model_copy(update={"round": "later"}), "fes", b"two", tmp_path)


def test_files_come_back_as_they_were_and_damaged_ones_are_refused(tmp_path):
    frame = firms()
    grid = grid_for(frame, ["fes", "rabat"])
    sent = sent_by(frame, grid, np.arange(160) % 2, secrets_of(grid.sites))[0]
    path = tmp_path / "fes.masked"
    sent.save(path)
    assert read_masked(path) == sent
    content = json.loads(path.read_text())
    for changes, words in (
        ({"version": 9}, "version 9"),
        ({"format": "x"}, "no masked sums"),
        ({"numbers": content["numbers"][:-24]}, "do not fit together"),
        ({"site": "nador"}, "do not fit together"),
    ):
        path.write_text(json.dumps({**content, **changes}))
        with pytest.raises(SourceError, match=words):
            read_masked(path)
    path.write_text("{")
    with pytest.raises(SourceError, match="damaged"):
        read_masked(path)


def test_a_grid_is_read_from_its_file(tmp_path):
    (tmp_path / "grid.yml").write_text(
        "study: fairs\nround: '1'\nsites: [fes, rabat]\noutcome: y\nparts: 100\nlargest: 1000000\nfrequency: quarter\n"
        "periods: [2019Q1, 2019Q2]\ncohorts: [2019Q2, never]\npatterns: [11, 01]\n"
    )
    grid = read_grid(tmp_path / "grid.yml")
    assert grid.patterns == ["11", "01"]
    assert len(grid.cells) == 4
    assert len(grid.digest) == 64
