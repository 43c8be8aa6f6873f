"""A public-use file hides who is who, changes nothing else, and says what it could not hide."""

import numpy as np
import pandas as pd
import pytest
from disclosure.public_use import named_firms
from disclosure.public_use.named_firms import NAME, choices, firms, study_of
from scipy.stats import spearmanr

from impact.disclosure.public_use.cohorts import enough_in_each
from impact.disclosure.public_use.deidentified import deidentified
from impact.disclosure.public_use.linkage import Known, attacks
from impact.disclosure.public_use.proposal import proposed
from impact.disclosure.public_use.suppression import Rule
from impact.disclosure.public_use.traits import traits
from impact.errors import DisclosureError, PlanError

SECRET = bytes(range(32))
QUASI = ["start", "city", "sme", "trade"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("firms"))


@pytest.fixture(scope="module")
def made(study):
    return deidentified(study, choices(), secret=SECRET)


def paths_of(frame, name):
    return frame.set_index(["firm", "t"])[name].unstack()  # noqa: PD010 (keys are unique)


def matched(study, made):
    """The file's rows in the order of the data: units are told apart by their paths of staff, which nothing changes."""
    paths = [paths_of(frame, "staff") for frame in (study.data, made.frame)]
    own, new = ([tuple(row) for row in path.to_numpy()] for path in paths)
    assert len(set(own)) == len(own)
    new_id = dict(zip(new, paths[1].index, strict=True))
    ids = {firm: new_id[path] for firm, path in zip(paths[0].index, own, strict=True)}
    keyed = made.frame.set_index(["firm", "t"])
    return keyed.loc[list(zip(study.data["firm"].map(ids), study.data["t"], strict=True))]


def test_every_combination_is_shared_by_k_units_counted_once_each(made):
    firm = made.frame.drop_duplicates("firm")
    assert len(firm) == 120
    assert firm.groupby(QUASI, dropna=False).size().min() >= 4
    assert made.after.smallest >= 4 > made.before.smallest
    assert made.after.uniques == 0 < made.before.uniques


def test_withholding_changes_no_other_cell(study, made):
    new = matched(study, made)
    for name in ("city", "sme", "trade"):
        left = new[name].notna().to_numpy()
        assert (new[name][left].to_numpy() == study.data[name][left].to_numpy()).all()
        blank = study.data.groupby("firm")["t"].size()[study.data["firm"][~left]]
        assert (blank == 6).all()  # all rows of a unit, or none
    assert (new["staff"].to_numpy() == study.data["staff"].to_numpy()).all()
    assert (new["revenue"].isna().to_numpy() == study.data["revenue"].isna().to_numpy()).all()
    start = study.data["start"].to_numpy(dtype=float)
    assert np.array_equal(new["start"].to_numpy(dtype=float), start, equal_nan=True)


def test_what_is_told_of_changes_is_what_differs(study, made):
    new, told = matched(study, made), {(one.column, one.change): one for one in made.changes}
    for name in ("sme", "trade"):
        if (name, "withheld") in told:
            assert told[name, "withheld"].cells == new[name].isna().sum()
    cut = pd.Series(new["revenue"].to_numpy() != study.data["revenue"].to_numpy())[
        study.data["revenue"].notna().to_numpy()
    ]
    counted = sum(told["revenue", one].cells for one in ("top_coded", "rounded"))
    assert cut.sum() <= counted <= len(cut) + told["revenue", "top_coded"].cells


def test_new_ids_tell_neither_the_name_nor_the_order(study, made):
    assert NAME not in made.frame.to_csv()
    assert not set(made.frame["firm"]) & set(study.data["firm"])
    new = matched(study, made).reset_index()["firm"].str[1:].astype(int).drop_duplicates()
    assert len(new) == 120
    assert abs(spearmanr(new, np.arange(len(new))).statistic) < 0.3
    assert made.frame["firm"].is_monotonic_increasing


def test_the_same_secret_gives_the_same_file_and_another_one_another_order(study, made):
    again = deidentified(study, choices(), secret=SECRET)
    pd.testing.assert_frame_equal(again.frame, made.frame)
    other = deidentified(study, choices(), secret=bytes(32)).frame
    assert (other["staff"].to_numpy() != made.frame["staff"].to_numpy()).any()
    assert sorted(other["staff"]) == sorted(made.frame["staff"])


def test_other_choices_give_other_ids(study, made):
    other = deidentified(study, choices(k=5), secret=SECRET).frame
    assert sorted(other["staff"]) == sorted(made.frame["staff"])
    assert (other["staff"].to_numpy() != made.frame["staff"].to_numpy()).any()


def test_the_file_does_not_depend_on_the_order_of_rows(made, tmp_path):
    other = study_of(tmp_path, firms().sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(deidentified(other, choices(), secret=SECRET).frame, made.frame)


def test_a_trait_that_changes_over_time_counts_with_its_whole_path(study):
    codes = traits(study.data, unit="firm", time="t", columns=["open", "city"])
    assert codes["city"].nunique() == 2
    paths = paths_of(study.data, "open").apply(tuple, axis=1)
    assert codes["open"].nunique() == paths.nunique() > 2
    pairs = set(zip(codes["open"], paths.sort_index(), strict=True))
    assert len(pairs) == paths.nunique()


def test_a_path_is_withheld_as_a_whole_and_then_one_value_for_all(tmp_path):
    rows = firms().sample(frac=0.9, random_state=2)  # most firms have no row in some period
    chosen = choices(quasi_identifiers=["city", "open"], drop=["age", "note", "sme", "trade"])
    made = deidentified(study_of(tmp_path, rows), chosen, secret=SECRET)
    assert made.before.uniques > 30
    assert (made.after.smallest >= 4, made.after.uniques) == (True, 0)
    firm = made.frame.assign(held=made.withheld["open"]).groupby("firm")["held"]
    assert (firm.max() == firm.min()).all()


def test_a_code_for_never_is_no_start(tmp_path, monkeypatch):
    cohort = {"column": "start", "never": [0]}
    monkeypatch.setitem(named_firms.SCHEMA, "cohort", cohort)
    rows = firms(alone=3)
    rows["start"] = rows["start"].fillna(0)
    made = deidentified(study_of(tmp_path, rows), choices(), secret=SECRET)
    sizes = made.frame.drop_duplicates("firm").groupby("start").size().to_dict()
    assert sizes == {0: 76, 3: 24, 5: 20}


@pytest.mark.parametrize("rule", ["merge", "leave_out", "refuse"])
def test_three_firms_that_started_alone_are_merged_left_out_or_refused(tmp_path, rule):
    study = study_of(tmp_path, firms(alone=3))
    if rule == "refuse":
        with pytest.raises(DisclosureError, match="1 of its values shared by fewer than 4 units"):
            deidentified(study, choices(small_cohorts=rule), secret=SECRET)
        return
    made = deidentified(study, choices(small_cohorts=rule), secret=SECRET)
    sizes = made.frame.drop_duplicates("firm").groupby("start").size().to_dict()
    assert sizes == {"merge": {3: 24, 5: 20}, "leave_out": {3: 21, 5: 20}}[rule]
    assert made.furthest == (rule == "merge")
    told = next(one for one in made.changes if one.change in {"start_moved", "unit_left_out"})
    assert (told.column, told.units) == ("start", 3)
    assert made.tells_by_comparison


@pytest.mark.parametrize(
    ("start", "merged"),
    [
        ([3, 3, 3, 4, 5, 5], [3, 3, 3, 3, 5, 5]),  # of two equally near ones the earlier
        ([3, 3, 5, 8, 8], [3, 3, 3, 8, 8]),
        ([3, 5, 6, 6, 6], [5, 5, 6, 6, 6]),  # the earliest of the smallest goes first
        ([0, 0, 3, 5, 5], [0, 0, 5, 5, 5]),  # never with who started before the periods
    ],
)
def test_a_small_start_takes_the_nearest_within_the_periods(start, merged):
    every = np.array([*start, np.inf, np.inf], dtype=float)
    rule = Rule(2, 1, np.arange(len(every)))
    found = enough_in_each(every, rule, small="merge", periods=(1.0, 9.0))
    assert found.start.tolist() == [*merged, np.inf, np.inf]


def test_a_small_start_before_the_periods_is_refused_with_the_remedy():
    every = np.array([0, 5, 5, np.inf, np.inf])
    rule = Rule(2, 1, np.arange(5))
    with pytest.raises(DisclosureError, match="small_cohorts: leave_out keeps them inside"):
        enough_in_each(every, rule, small="merge", periods=(1.0, 9.0))


def test_exact_amounts_find_their_firm_unless_they_are_all_alike():
    rng = np.random.default_rng(1)
    paths = rng.lognormal(size=(30, 5))
    nothing = Known(np.zeros((30, 0), dtype=int), np.zeros((30, 0), dtype=bool))
    found = attacks(paths, paths, known=nothing, seed=1)
    assert {one.found for one in found} == {1.0}
    same = attacks(paths, np.ones((30, 5)), known=nothing, seed=1)
    assert [one.found for one in same] == pytest.approx([1 / 30] * len(same))


def test_the_attack_is_measured_and_told_as_it_is(made):
    """Two digits of six revenues still find nearly every firm, and the file's own account says so."""
    by = {(one.known, one.also_quasi): one.found for one in made.linked}
    assert by[None, False] > 0.95
    assert by[1, False] < by[2, False] < by[4, False]
    assert by[1, True] > by[1, False] > made.linked[0].by_chance


def test_rounding_to_one_digit_leaves_less_to_find(study, made):
    coarse = deidentified(study, choices(round={"revenue": {"digits": 1}}), secret=SECRET)
    for fine, other in zip(made.linked[:3], coarse.linked[:3], strict=True):
        assert other.found < fine.found


def test_a_proposal_keeps_what_the_plan_needs_and_drops_texts(study):
    found = proposed(study)
    assert found.quasi_identifiers == ["city", "sme", "trade", "age"]
    assert found.sensitive == ["revenue", "staff"]
    assert set(found.drop) == {"open", "note"}
    assert len(found.bands["age"]) == 3
    assert deidentified(study, found, secret=SECRET).after.smallest >= found.k


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"drop": ["age", "open"]}, "note: has no part in the file"),
        ({"drop": ["age", "open", "note", "town"]}, "town: no declared column"),
        ({"sensitive": ["staff"], "drop": ["age", "open", "note", "revenue"], "top": {}, "round": {}}, "revenue: the headline outcome"),
        ({"drop": ["age", "open"], "harmless": {"note": "a note"}}, "note: a text may name somebody"),
        ({"bands": {"trade": [1]}}, "trade: bands, top, bottom and round are of a number"),
        ({"years": ["trade"]}, "trade: years are of a period or a date"),
        ({"recode": {"trade": {"x": {"of": ["silk"], "label": {"en": "x", "fr": "x"}}}}}, "trade: recode names a category"),
        ({"recode": {"trade": {"=x": {"of": ["wood"], "label": {"en": "x", "fr": "x"}}}}}, "a spreadsheet would run"),
        ({"drop": ["age", "open", "note", "start"]}, "start: the design needs it"),
        ({"harmless": {"t": "time"}}, "t: the schema or the plan gives it its part"),
    ],
)  # fmt: skip
def test_a_column_that_cannot_play_its_part_is_refused_by_name(study, changes, words):
    with pytest.raises(PlanError, match=words):
        deidentified(study, choices(**changes), secret=SECRET)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": 1}, "k:"),
        ({"kk": 3}, "kk"),
        ({"top": {"revenue": {"quantile": 0.9, "value": 3.0}}}, "one of the two"),
        ({"drop": ["age", "open", "note", "city"]}, "city: stands twice"),
        ({"round": {"age": {"to": 5.0}}}, "age: only columns under quasi_identifiers or sensitive"),
        ({"bands": {"revenue": [1.0, 5.0]}}, "revenue: bands have no values to cut"),
        ({"bands": {"staff": [5.0, 1.0]}}, "bands.staff: ascending"),
    ],
)
def test_choices_that_contradict_themselves_are_refused_with_their_key(changes, words):
    with pytest.raises(PlanError, match=words):
        choices(**changes)
