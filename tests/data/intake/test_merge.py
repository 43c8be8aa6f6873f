"""Merging by key: what met what is counted, what repeats or is lost is refused, and nothing is merged by likeness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, arrived, cells, table

from impact.data.intake.rules.merge import Merge
from impact.errors import (
    DuplicateKeyError,
    MissingColumnError,
    MissingValueError,
    SchemaError,
    SourceError,
    UnparsableValueError,
)

PANEL = table(
    {"firm": "string", "wave": "integer", "revenue": "number"},
    firm=["Ali", "Ali", "Fès Cuir", None, "Zaid"],
    wave=[1.0, 2.0, 1.0, 1.0, 1.0],
    revenue=[5.0, 6.0, 7.0, 8.0, 9.0],
)
FAIR = table(
    {"nom": "string", "year": "integer", "city": "string"},
    nom=["Ali", "FES CUIR", "Omar"],
    year=[2012.0, 2013.0, None],
    city=["Fès", None, "Salé"],
)
KEPT = {"unmatched": "keep", "unmatched_with": "keep_out", "expect": "many_to_one"}


def merged(left=PANEL, right=FAIR, folder=None, **choices):
    options = {
        "on": {"firm": "nom"}, "take": {"fair": "year", "city": "city"}, "normalise": ["none"], **KEPT, **choices
    }  # fmt: skip
    rule = Merge.model_validate({"rule": "merge", "table": "panel", "with": "fair", **options})
    return apply(rule, **({} if folder is None else {"folder": folder}), panel=left, fair=right)


def test_columns_come_to_the_rows_with_the_same_key_and_each_side_is_counted():
    done = merged()
    assert cells(done.table, "fair") == [2012.0, 2012.0, None, None, None]
    assert cells(done.table, "city") == ["Fès", "Fès", None, None, None]
    assert (done.touched, dict(done.counts)) == (
        2,
        {"exact": 2, "unmatched": 3, "unmatched_with": 2},
    )
    assert list(done.table.origin) == list(PANEL.origin)
    assert cells(done.table, "revenue") == [5.0, 6.0, 7.0, 8.0, 9.0]


def test_a_cell_of_a_row_that_met_none_is_missing_for_that_reason():
    done = merged()
    assert list(done.table.reasons["fair"]) == [None, None, *["unmatched"] * 3]


def test_normalising_changes_what_is_compared_and_not_the_data():
    done = merged(normalise=["case", "accents", "spaces"])
    assert cells(done.table, "fair") == [2012.0, 2012.0, 2013.0, None, None]
    assert cells(done.table, "firm") == cells(PANEL, "firm")
    assert dict(done.counts) == {"exact": 2, "normalised": 1, "unmatched": 2, "unmatched_with": 1}


def test_two_keys_that_become_one_are_refused_with_their_rows():
    left = PANEL.with_column("firm", ["Fes", "Fès", "b", "c", "d"], PANEL.kinds["firm"])
    with pytest.raises(
        DuplicateKeyError, match=r"firm: different keys of panel .* rows 1 and 2 of wave"
    ):
        merged(left, normalise=["accents"])


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"unmatched": "refuse"}, r"firm: rows 3, 4 and 5 of wave meet no row of fair"),
        ({"unmatched_with": "refuse"}, r"nom: rows 2 and 3 of wave meet no row of panel"),
    ],
)
def test_rows_are_not_lost_without_a_word(choices, said):
    with pytest.raises(MissingValueError, match=said):
        merged(**choices)


def test_unmatched_rows_are_dropped_where_the_plan_says_so():
    assert list(merged(unmatched="drop").table.origin) == [1, 2]


def test_a_key_that_repeats_on_the_right_is_refused_with_its_rows():
    twice = FAIR.taken(np.array([0, 1, 0]))
    with pytest.raises(DuplicateKeyError, match="nom: the key repeats in fair on row 1 of wave"):
        merged(right=twice)


def test_a_key_repeats_on_the_left_only_where_it_is_expected():
    with pytest.raises(DuplicateKeyError, match=r"firm: .* in panel on rows 1 and 2 .*many_to_one"):
        merged(expect="one_to_one")


def test_a_taken_column_writes_over_none():
    with pytest.raises(SchemaError, match="revenue: the rule merge would write over"):
        merged(take={"revenue": "year"})


@pytest.mark.parametrize(
    "choices", [{"take": ["jobs"]}, {"on": {"firm": "jobs"}}, {"on": ["firm"]}]
)
def test_an_unknown_column_is_refused(choices):
    with pytest.raises(MissingColumnError, match="no such column"):
        merged(**choices)


def test_keys_of_two_types_do_not_meet():
    with pytest.raises(SchemaError, match=r"firm: of type string on the left and integer"):
        merged(on={"firm": "year"})


def test_numbers_and_several_columns_are_a_key_too():
    right = table(
        {"firm": "string", "wave": "integer", "x": "number"},
        firm=["Ali", "Ali"],
        wave=[2.0, 3.0],
        x=[1.0, 2.0],
    )
    done = merged(right=right, on=["firm", "wave"], take=["x"], expect="one_to_one")
    assert cells(done.table, "x") == [None, 1.0, None, None, None]
    with pytest.raises(SchemaError, match="named by one column of texts"):
        merged(right=right, on=["firm", "wave"], take=["x"], similar={"columns": ["firm"]})


LEFT = table(
    {"nom": "string", "ville": "string"},
    nom=["Mohammed El Alaoui", "Fatima Benali", "Omar Tazi"],
    ville=["Fès", "Fès", "Salé"],
)
RIGHT = table(
    {"name": "string", "city": "string", "stand": "integer"},
    name=["ALAOUI Mohamed", "Omar Tazi", "Fatima B. Ali", "Fatima Benali"],
    city=["Fez", "Salé", "Fes", "Meknès"],
    stand=[1.0, 2.0, 3.0, 4.0],
)
SIMILAR = {"columns": {"nom": "name"}, "within": {"ville": "city"}}
ANSWERS = "left,right,accepted,initials\nMohammed El Alaoui,ALAOUI Mohamed,yes,KB\n"


def alike(folder=None, answers=None, right=RIGHT, **choices):
    similar = dict(SIMILAR)
    if answers is not None:
        (folder / "pairs.csv").write_text(answers, encoding="utf-8")
        similar["confirmed"] = "pairs.csv"
    options = {"on": {"nom": "name"}, "take": {"stand": "stand"}, "similar": similar, **choices}
    return merged(LEFT, right, folder, **options)


def test_likeness_is_proposed_and_never_merged():
    """Fatima Benali has an equal key in another city; only rows without a match are asked about."""
    done = alike()
    assert cells(done.table, "stand") == [None, 4.0, 2.0]
    proposed = done.proposals
    assert list(proposed["left"]) == ["Mohammed El Alaoui"]
    assert list(proposed["right"]) == ["ALAOUI Mohamed"]
    assert list(proposed["accepted"]) == [""]
    assert list(proposed["fair: city"]) == ["Fez"]
    assert done.counts["proposals"] == 1


def test_what_a_person_accepted_is_merged_and_what_was_rejected_not_asked_again(tmp_path):
    done = alike(tmp_path, ANSWERS)
    assert cells(done.table, "stand") == [1.0, 4.0, 2.0]
    assert (done.counts["exact"], done.counts["confirmed"], done.counts["proposals"]) == (2, 1, 0)
    done = alike(tmp_path, ANSWERS.replace("yes", "non"))
    assert cells(done.table, "stand") == [None, 4.0, 2.0]
    assert done.counts["proposals"] == 0
    done = alike(tmp_path, ANSWERS.replace("yes", ""))
    assert (done.counts["confirmed"], done.counts["proposals"]) == (0, 1)


def test_a_list_from_a_french_spreadsheet_is_read_too(tmp_path):
    done = alike(tmp_path, ANSWERS.replace(",", ";").replace("yes", "oui"))
    assert done.counts["confirmed"] == 1


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        ("Nobody,ALAOUI Mohamed,yes", SchemaError, "not in its table on row 2"),
        ("Mohammed El Alaoui,Nobody,yes", SchemaError, "not in its table on row 2"),
        ("Omar Tazi,Fatima B. Ali,yes", SchemaError, "has met another on row 2"),
        ("Mohammed El Alaoui,Fatima B. Ali,yes", SchemaError, "has met another on rows 1 and 2"),
        (
            "Mohammed El Alaoui,ALAOUI Mohamed,no",
            DuplicateKeyError,
            "accepted on row 1 and rejected",
        ),
        ("Omar Tazi,Fatima B. Ali,perhaps", UnparsableValueError, "neither yes nor no on row 2"),
        (",Fatima B. Ali,yes", MissingValueError, "left or right is empty on row 2"),
    ],
)
def test_a_confirmed_pair_that_cannot_be_is_refused_with_its_row(tmp_path, row, error, said):
    with pytest.raises(error, match=f"pairs.csv: .*{said}") as refused:
        alike(tmp_path, f"{ANSWERS}{row},KB\n")
    assert not any(name in str(refused.value) for name in ("Alaoui", "Tazi", "Nobody", "Fatima"))


def test_two_firms_on_the_left_do_not_share_one_on_the_right_in_one_to_one(tmp_path):
    second = f"{ANSWERS}Fatima Benali,ALAOUI Mohamed,yes,KB\n"
    right = RIGHT.taken(np.array([0, 1, 2]))
    with pytest.raises(SchemaError, match="has met another on rows 1 and 2"):
        alike(tmp_path, second, right=right, expect="one_to_one")
    assert alike(tmp_path, second, right=right).counts["confirmed"] == 2
    taken = f"{ANSWERS}Fatima Benali,Omar Tazi,yes,KB\n"
    with pytest.raises(SchemaError, match="has met another on row 2"):
        alike(tmp_path, taken, right=right, expect="one_to_one")


def test_a_confirmed_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(SourceError, match=r"pairs\.csv: no such file of confirmed pairs"):
        alike(tmp_path, similar={**SIMILAR, "confirmed": "pairs.csv"})
    with pytest.raises(MissingColumnError, match=r"pairs\.csv: accepted is not in it"):
        alike(tmp_path, "left,right\na,b\n")


def test_everything_against_everything_has_a_bound(monkeypatch):
    monkeypatch.setattr("impact.data.intake.similar.MAX_COMPARISONS", 1)
    with pytest.raises(SchemaError, match="name columns that must agree in `within`"):
        alike(similar={"columns": {"nom": "name"}})


def test_the_plan_knows_the_file_and_refuses_a_column_that_is_none():
    rule = Merge.model_validate(
        {"rule": "merge", "table": "a", "with": "b", "on": ["x"], "take": ["y"],
         "similar": {"columns": ["x"], "confirmed": "pairs.csv"}}
    )  # fmt: skip
    assert (list(rule.reads), list(rule.paths)) == (["a", "b"], ["pairs.csv"])
    with pytest.raises(MissingColumnError, match="trade: no such column"):
        alike(similar={"columns": ["trade"]})
    with pytest.raises(ValidationError, match="at_least"):
        alike(similar={**SIMILAR, "at_least": 20})


def test_a_plan_merges_two_files(tmp_path):
    columns = {"id": {"type": "string"}}
    plan = {
        "sources": {
            "firms": {"file": "firms.csv", "columns": {**columns, "name": {"type": "string"}},
                      "identifiers": {"name": {"keep": "made up"}}},
            "fair": {"file": "fair.csv", "columns": {**columns, "year": {"type": "integer"}}},
        },
        "rules": [
            {"rule": "merge", "table": "firms", "with": "fair", "on": ["id"], "take": ["year"],
             "unmatched": "keep", "similar": {"columns": {"name": "id"}}},
        ],
    }  # fmt: skip
    made = arrived(tmp_path, plan, firms__csv="id,name\na,x\nb,y\n", fair__csv="id,year\nb,2012\n")
    assert cells(made.table, "year") == [None, 2012.0]
    assert made.ledger[-1].counts["unmatched"] == 1


@given(
    st.lists(st.sampled_from("abcdefgh"), max_size=30),
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
    st.randoms(),
)
def test_a_merge_is_a_look_up_whatever_the_order_of_the_rows(left, right, random):
    made = merged(
        table({"firm": "string"}, firm=left),
        table({"nom": "string", "x": "string"}, nom=right, x=[key.upper() for key in right]),
        take=["x"],
    )
    assert cells(made.table, "x") == [key.upper() if key in right else None for key in left]
    assert made.counts["exact"] + made.counts["unmatched"] == len(left)
    shuffled = random.sample(right, len(right))
    again = merged(
        table({"firm": "string"}, firm=left),
        table({"nom": "string", "x": "string"}, nom=shuffled, x=[k.upper() for k in shuffled]),
        take=["x"],
    )
    assert cells(again.table, "x") == cells(made.table, "x")
