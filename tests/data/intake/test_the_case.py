"""The embedded case as it arrives becomes the clean panel, byte for byte; nothing that its plan says could be left out."""

from functools import cache
from pathlib import Path

import pytest

from impact.data.intake import arrive as room
from impact.data.intake.arrive import arrive, carried_out
from impact.data.intake.export import write_table
from impact.data.intake.plan import intake_plan
from impact.data.readers import read_frame
from impact.data.schema import FileLayout, read_schema
from impact.data.sources.door import read_source
from impact.data.yaml_file import load_yaml
from impact.errors import ImpactError
from impact.simulate.arriving import write_arriving

DATA = Path(__file__).resolve().parents[3] / "data"
PLAN = DATA / "raw" / "intake.yml"
CLEAN = (DATA / "artisans.csv").read_bytes()
RULES = load_yaml(PLAN)["rules"]


@pytest.fixture(scope="module")
def made():
    return arrive(PLAN)


def test_the_files_as_they_arrive_become_the_clean_panel_byte_for_byte(made, tmp_path):
    assert write_table(made.table, tmp_path / "clean.csv").read_bytes() == CLEAN


def test_the_schema_takes_it_as_it_takes_the_clean_file_and_knows_why_amounts_are_missing():
    schema = read_schema(DATA / "artisans.yml")
    arrived, clean = (
        read_frame(PLAN, schema=schema),
        read_frame(DATA / "artisans.csv", schema=schema),
    )
    assert arrived.equals(clean)
    why = arrived.attrs["missing"]["export_revenue_mad"]
    assert set(why) == {"refused", "absent", "does_not_know", "not_declared"}
    assert sum(why.values()) == clean.attrs["missing"]["export_revenue_mad"]["blank"]


def test_the_ledger_counts_what_the_files_hold(made):
    told = {(line.rule, line.table): line for line in made.ledger}
    assert told["read", "wave_1"].counts["totals"] == 1
    assert told["drop", "wave_2"].touched == 1
    assert told["duplicates", "wave_2"].touched == 4
    assert told["duplicates", "wave_3"].touched == 3
    assert told["append", "panel"].before == told["append", "panel"].after == 900 * 20
    left_out = told["drop", "panel"]
    assert (left_out.touched, left_out.after) == (300 * 20, 600 * 20)
    assert "no comparison for fairs" in left_out.why["en"]
    by_name = told["merge", "fairs"].counts
    assert by_name["exact"] + by_name["normalised"] + by_name["confirmed"] == 50
    assert by_name["confirmed"] > 0
    assert by_name["proposals"] == 0


def test_the_committed_files_are_those_that_the_simulation_writes(tmp_path):
    for path in write_arriving(tmp_path):
        if path.suffix == ".xlsx":  # how it is packed depends on the machine's compressor
            layout = FileLayout(sheet="Réponses", header_row=3)
            here, there = (
                read_source(folder / path.name, layout=layout) for folder in (tmp_path, PLAN.parent)
            )
            assert [(c.name, c.kind, c.cells.to_pylist()) for c in here] == [
                (c.name, c.kind, c.cells.to_pylist()) for c in there
            ]
        else:
            assert path.read_bytes() == (PLAN.parent / path.name).read_bytes(), path.name


@pytest.mark.slow
@pytest.mark.parametrize(
    "left_out", range(len(RULES)), ids=lambda place: f"{place + 1}-{RULES[place]['rule']}"
)
def test_no_rule_could_be_left_out(left_out, monkeypatch, tmp_path):
    monkeypatch.setattr(room, "read_source", _read_once)
    values = load_yaml(PLAN)
    del values["rules"][left_out]
    try:
        made = carried_out(intake_plan(values, name=PLAN.name), folder=PLAN.parent)
    except ImpactError:
        return
    assert write_table(made.table, tmp_path / "other.csv").read_bytes() != CLEAN


def _read_once(path, *, layout, apart):
    del apart
    return _read(path, layout.model_dump_json(include=set(FileLayout.model_fields)))


@cache
def _read(path, layout):
    return read_source(path, layout=FileLayout.model_validate_json(layout))
