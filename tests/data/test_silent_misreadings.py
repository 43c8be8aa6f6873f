"""What would be read without a word and wrong: slips of marks, rows moved by one column, labels turned around."""

import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from data.arriving import read, schema
from openpyxl import Workbook

from impact import errors
from impact.data.intake.arrive import arrive
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.look import look_at
from impact.data.readers import read_frame
from impact.data.sources.apart import Apart
from impact.errors import Rows

AMOUNTS = {
    ",": ["12,50", "8,849", "1200,75", "900,20", "15", "77,5"],
    ".": ["12.50", "11.278", "1200.75", "900.20", "15", "77.5"],
}


def amounts(folder, cells, mark, **column):
    rows = [f"{i};1;;{cell};a" for i, cell in enumerate(cells)]
    content = "\n".join(["id;wave;start;revenue;kind", *rows]) + "\n"
    declared = schema({"revenue": column}, csv={"delimiter": ";", "decimal": mark})
    return read(folder, "d.csv", content, declared).revenue.tolist()


@pytest.mark.parametrize("mark", AMOUNTS)
def test_one_amount_with_three_decimals_among_two_may_mean_thousands(tmp_path, mark):
    with pytest.raises(errors.UnparsableValueError, match=r"revenue: row 2 .*decimals: 3") as said:
        amounts(tmp_path, AMOUNTS[mark], mark)
    assert "8,849" not in str(said.value)
    assert "11.278" not in str(said.value)
    assert amounts(tmp_path, AMOUNTS[mark], mark, decimals=3)[1] in {8.849, 11.278}


def test_measures_with_three_decimals_as_a_habit_are_read(tmp_path):
    for cells in (
        ["12.512", "8.849", "1.2", "9.25"],  # many have three
        ["12.5", "0.125", "1.25", "9.25"],  # no thousands begin with 0
        ["12.5", "8.849", "1.2534", "9.25"],  # another has four
        ["15", "8.849"],  # no other to compare with
    ):
        assert amounts(tmp_path, cells, ".") == [float(cell) for cell in cells]


def test_more_decimals_than_declared_are_refused(tmp_path):
    with pytest.raises(errors.UnparsableValueError, match=r"revenue: row 3 .*declared decimals: 1"):
        amounts(tmp_path, ["1.5", "2", "2.25"], ".", decimals=1)


def firms(n):
    """Rows of id; wave; sector; employees; revenue."""
    rng = np.random.default_rng(4)
    sectors = rng.choice(["wood", "clay", "wool"], n)
    staff, revenue = rng.integers(1, 30, n), rng.lognormal(10.5, 0.6, n).astype(int)
    return [
        [f"A{i:03d}", "1", *map(str, row)]
        for i, row in enumerate(zip(sectors, staff, revenue, strict=True))
    ]


HEAD = ["id", "wave", "sector", "employees", "revenue"]
KINDS = ("string", "integer", "string", "integer", "number")
FIRMS = {
    name: {"type": kind, "label": {"en": name, "fr": name}}
    for name, kind in zip(HEAD, KINDS, strict=True)
}


def of_firms(folder, rows, *, ending="csv", **keys):
    columns = {**dict.fromkeys(("start", "kind")), **FIRMS}
    if ending == "csv":
        content = "\n".join(",".join(row) for row in [HEAD, *rows]) + "\n"
        return read(folder, "d.csv", content, schema(columns, cohort=None, **keys))
    book = Workbook()
    for row in [HEAD, *rows]:
        book.active.append([float(c) if c.isdigit() else c or None for c in row])
    book.save(folder / "d.xlsx")
    return read_frame(folder / "d.xlsx", schema=schema(columns, cohort=None, **keys))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("n", [12, 300])
def test_a_row_that_lost_a_separator_and_was_padded_is_refused(tmp_path, n, ending):
    rows = firms(n)
    assert len(of_firms(tmp_path, rows, ending=ending)) == n
    rows[6] = [*rows[6][:3], rows[6][4], ""]  # revenue stands under employees, and its types fit
    with pytest.raises(errors.SourceError, match=r"row 7: .*moved by one column.*moved_rows: keep"):
        of_firms(tmp_path, rows, ending=ending)
    assert len(of_firms(tmp_path, rows, ending=ending, moved_rows="keep")) == n


def test_a_row_with_a_separator_too_many_is_refused(tmp_path):
    rows = firms(60)
    rows[9] = [*rows[9][:2], "", *rows[9][2:4]]
    rows = [[*row, ""] if len(row) < len(HEAD) else row for row in rows]
    with pytest.raises(errors.SourceError, match="row 10: "):
        of_firms(tmp_path, rows)


def test_blanks_alone_move_nothing(tmp_path):
    rng = np.random.default_rng(5)
    rows = [[c if j < 2 or rng.random() > 0.05 else "" for j, c in enumerate(row)] for row in firms(300)]  # fmt: skip
    assert len(of_firms(tmp_path, rows)) == 300


def like_amounts(ratio, firms=60, waves=8):
    """Rows of id; wave; start; revenue; costs, which have as many digits: only the firm tells them apart."""
    rng = np.random.default_rng(3)
    level = rng.normal(10, 1, firms)
    of_firm = np.column_stack([level, level + np.log(ratio) + rng.normal(0, 0.2, firms)])
    amounts = np.exp(of_firm[:, None, :] + rng.normal(0, 0.2, (firms, waves, 2)))
    return [
        [f"A{f:02d}", str(w + 1), str(3 * (f % 2)), *(f"{amount:.2f}" for amount in amounts[f, w])]
        for f in range(firms)
        for w in range(waves)
    ]


def of_amounts(folder, rows):
    content = "\n".join(
        ",".join(row) for row in [["id", "wave", "start", "revenue", "costs"], *rows]
    )
    declared = {"kind": None, "costs": {"type": "number"}}
    return read(folder, "d.csv", content + "\n", schema(declared, missing_outcome="drop"))


def test_a_row_moved_between_like_amounts_is_known_by_the_firms_other_rows(tmp_path):
    """Of 60 files each, found by the shapes of cells alone: none, 3 and 14 of ratios .8, .3 and .1."""
    rows = like_amounts(0.2)
    for at in (3, 77, 300, 421):
        moved = [*rows[at][:3], rows[at][4], ""]
        with pytest.raises(errors.SourceError, match=rf"row {at + 1}: cells look moved"):
            of_amounts(tmp_path, [*rows[:at], moved, *rows[at + 1 :]])
    assert len(of_amounts(tmp_path, rows)) == len(rows)


def test_a_blank_alone_beside_a_like_amount_is_no_moved_row(tmp_path):
    rows = like_amounts(0.2)
    for at in (3, 77, 300, 421):
        blank = [*rows[at][:4], ""]
        assert len(of_amounts(tmp_path, [*rows[:at], blank, *rows[at + 1 :]])) == len(rows)


def test_a_proposal_says_which_rows_look_moved(tmp_path):
    rows = firms(60)
    rows[6] = [*rows[6][:3], rows[6][4], ""]
    (tmp_path / "d.csv").write_text("\n".join(",".join(row) for row in [HEAD, *rows]) + "\n")
    with Apart() as apart:
        doubts = look_at(tmp_path / "d.csv", table="d", apart=apart).file.doubts
    assert Doubt.of("moved_rows", rows=Rows((7,), 1)) in doubts


def test_a_column_declared_as_filled_has_no_blank(tmp_path):
    content = "id,wave,start,revenue,kind\n1,1,2,5,a\n1,2,2,-99,a\n2,1,0,,b\n"
    told = {"filled": True, "missing": [-99]}
    with pytest.raises(
        errors.MissingValueError, match="revenue: blank on row 3, declared as filled"
    ):
        read(tmp_path, "d.csv", content, schema({"revenue": told}))
    assert len(read(tmp_path, "d.csv", content.replace("1,0,,b", "1,0,4,b"), schema({"revenue": told}))) == 3  # fmt: skip


CODED = pd.DataFrame({"id": ["1", "2", "3"], "yes": [1.0, 2.0, 1.0]})
YES, TURNED = {1: "Oui", 2: "Non"}, {1: "Non", 2: "Oui"}


def of_waves(folder, *labels, **column):
    sources = {}
    for wave, told in enumerate(labels):
        pyreadstat.write_dta(
            CODED, str(folder / f"w{wave}.dta"), variable_value_labels={"yes": told}
        )
        sources[f"wave_{wave}"] = {
            "file": f"w{wave}.dta",
            "columns": {"id": {"type": "string"}, "yes": {"type": "integer", "labelled": "codes", **column}},
        }  # fmt: skip
    rules = [{"rule": "append", "tables": list(sources), "into": "all"}] if len(labels) > 1 else []
    (folder / "intake.yml").write_text(
        json.dumps({"version": 1, "sources": sources, "rules": rules})
    )
    return arrive(folder / "intake.yml").table


def test_labels_turned_around_between_two_waves_read_by_codes_are_refused(tmp_path):
    assert len(of_waves(tmp_path, YES, {1: "oui", 2: "NON"})) == 6
    with pytest.raises(errors.SchemaError, match=r"yes: 2 value labels .* wave_0 and .* wave_1"):
        of_waves(tmp_path, YES, TURNED)
    by_label = {"type": "category", "categories": ["Oui", "Non"], "labelled": "labels"}
    assert len(of_waves(tmp_path, YES, TURNED, **by_label)) == 6


def test_labels_other_than_the_declared_ones_are_refused(tmp_path):
    told = {"value_labels": {1: "oui", 2: "non"}}
    assert len(of_waves(tmp_path, YES, **told)) == 3
    with pytest.raises(errors.SchemaError, match="labels of codes 1, 2 are others"):
        of_waves(tmp_path, TURNED, **told)


def test_a_code_with_the_label_of_another_declared_category_is_refused(tmp_path):
    pyreadstat.write_dta(
        CODED.assign(wave=1.0), str(tmp_path / "w.dta"), variable_value_labels={"yes": TURNED}
    )
    words = {"1": {"en": "yes", "fr": "oui"}, "2": {"en": "no", "fr": "non"}}
    column = {
        "type": "category",
        "categories": ["1", "2"],
        "labelled": "codes",
        "category_labels": words,
    }
    declared = schema({"yes": column, "start": None, "revenue": None, "kind": None}, cohort=None)
    with pytest.raises(errors.SchemaError, match="yes: the file's labels of codes 1, 2"):
        read_frame(tmp_path / "w.dta", schema=declared)
