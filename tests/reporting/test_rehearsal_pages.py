"""The pages of a rehearsal: marked in both languages, the cheapest design named, and where each number comes from."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from impact.diagnostics.redesign_grid import Grid
from impact.evaluation.rehearsal.rehearsal import Rehearsal
from impact.evaluation.study import Study
from impact.evaluation.wording import Wording
from impact.pipeline.plan import study_of
from impact.reporting.codebook.description import _kind_of_data
from impact.reporting.exhibits import Banner
from impact.reporting.rehearsal.pages import (
    beliefs,
    chosen,
    design_line,
    designs,
    finding,
    rehearsal_pages,
    rehearsal_title,
    worth,
)
from impact.reporting.rehearsal.told import Told
from impact.reporting.sections.first_page import kicker
from impact.reporting.sections.invented import banner
from impact.reporting.voice import Voice

OWN = Path(__file__).resolve().parents[1] / "evaluation" / "rehearsed"
ROW = {
    "treated": 50, "before": 3, "after": 3, "clusters": 10, "interviews": 600, "planned": False,
    "inference": "permutation", "why": "as_drawn", "true_effect": 15.0, "bias": -0.4, "bias_error": 0.3, "spread": 9.0,
    "coverage": 0.95, "wrong_sign": 0.01, "exaggeration": 1.6, "smallest_detectable": 25.0, "draws": 200,
}  # fmt: skip


def grid(*power):
    rows = [
        {**ROW, "firms": 100 * n, "cost": 1000.0 * n, "power": p, "planned": n == 1}
        for n, p in enumerate(power, start=1)
    ]
    return Grid(pd.DataFrame(rows), asked=0.8)


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    to = tmp_path_factory.mktemp("files")
    path = OWN / "evaluation.yml"
    rehearsal = Rehearsal.of(study_of(path, {}), options={"firms": 100}, from_data=False)
    shutil.copyfile(path, to / path.name)
    truth = rehearsal.write(to)
    told = Told(
        grid=grid(0.4, 0.7, 0.9),
        beliefs=rehearsal.beliefs,
        shown=rehearsal.shown,
        truth=truth,
        in_money=False,
        from_baseline=False,
        cap=0.0,
    )
    return study_of(to / path.name, {}), told


def voice_in(rehearsed, language):
    study = rehearsed[0]
    return Voice(Study(study.plan.changed(language=language), study.folder).on(study.data))


@pytest.mark.parametrize(("language", "mark"), [("en", "REHEARSAL"), ("fr", "RÉPÉTITION")])
def test_the_report_and_the_pages_of_a_rehearsal_are_marked_in_both_languages(
    rehearsed, language, mark
):
    voice = voice_in(rehearsed, language)
    (first,) = banner(voice)
    assert first.text.startswith(f"**{mark}.**")
    assert first.short.startswith(mark)
    assert mark in kicker(voice)
    assert _kind_of_data(voice.study) == "rehearsal"


@pytest.mark.slow  # draws a figure
def test_the_pages_on_the_design_carry_the_mark_of_the_report(rehearsed):
    voice = voice_in(rehearsed, "en")
    (first,) = banner(voice)
    (own,) = [one for one in rehearsal_pages(voice, rehearsed[1]).items if isinstance(one, Banner)]
    assert own.short == first.short


def test_the_cheapest_design_that_reaches_the_power_is_named_with_its_cost(rehearsed):
    voice, told = voice_in(rehearsed, "en"), rehearsed[1]
    said = finding(voice, told)
    assert "The cheapest design that reaches it has 300 firms" in said
    assert "3,000\u00a0interviews" in said.replace(" interviews", "\u00a0interviews")
    assert rehearsal_title(voice, told) == "Rehearsal: only a larger study would find the effect"


def test_where_no_design_reaches_it_that_is_said_with_the_firms_that_would(rehearsed):
    voice, told = voice_in(rehearsed, "en"), replace(rehearsed[1], grid=grid(0.2, 0.3))
    said = finding(voice, told)
    assert "None of the 2 designs reaches that" in said
    assert "about 300 firms would be needed" in said


def test_a_planned_study_that_is_sure_enough_is_not_said_to_exaggerate(rehearsed):
    voice, told = voice_in(rehearsed, "en"), replace(rehearsed[1], grid=grid(0.9, 0.95))
    said = finding(voice, told)
    assert "No cheaper design" in said
    assert "too large" not in said


def test_every_belief_is_listed_with_its_origin_and_a_default_with_its_reason(rehearsed):
    voice, told = voice_in(rehearsed, "en"), rehearsed[1]
    table = beliefs(voice, told).frame.set_index("name")["grounds"]
    assert table["Firms in all"] == "given to the command"
    assert table["Rounds from the first start on"] == "the periods that the intake plan names"
    assert table["Share of outcomes that are zero"].startswith("default: assumption")
    assert len(table) == len(told.shown)


def test_a_lot_is_not_said_to_have_chosen_its_inference_by_simulation(rehearsed):
    notes = worth(voice_in(rehearsed, "en"), rehearsed[1]).notes
    assert "by the lot drawn again" in notes[0]


def test_what_the_planned_study_finds_if_those_treated_are_chosen_is_told_but_not_of_a_lot(
    rehearsed,
):
    _, told = rehearsed
    assert chosen(voice_in(rehearsed, "en"), told) == []
    selected = pd.DataFrame(
        [{**ROW, "power": 0.4, "chosen": "alike"}, {**ROW, "power": 0.9, "bias": 7.5, "coverage": 0.6, "chosen": "after_a_dip"}]
    )  # fmt: skip
    told = replace(told, grid=replace(told.grid, selected=selected))
    (table,) = chosen(voice_in(rehearsed, "en"), told)
    assert list(table.frame["treated_are"]) == ["like the others", "firms whose last round was bad"]
    assert list(table.frame["of_effect"]) == ["−3%", "50%"]
    assert "1.5 times as high" in table.notes[0]
    (table,) = chosen(voice_in(rehearsed, "fr"), told)
    assert "1,5 fois plus forte" in table.notes[0]


def test_the_designs_are_listed_with_the_one_that_is_named_marked(rehearsed):
    frame = designs(voice_in(rehearsed, "en"), rehearsed[1]).frame
    assert [name.startswith("→") for name in frame["design"]] == [False, False, True]
    assert frame["design"].iloc[0].endswith("(planned)")


def test_a_line_of_the_terminal_calls_units_as_the_plan_does_in_its_language(rehearsed):
    study, told = rehearsed
    wording = Wording.model_validate(
        {"unit": {"en": ["state", "states"], "fr": ["état", "états", "m"]}}
    )
    lines = {
        language: design_line(
            Voice(study.changed(language=language, words=wording.model_dump())),
            told,
            told.grid.table.iloc[0],
        )
        for language in ("en", "fr")
    }
    assert lines["en"].startswith(
        "100 states (50 treated) in 10 clusters, 3 + 3 rounds; 1,000 interviews: bias −0.400, "
    )
    assert lines["en"].endswith("type M 1.6 (the planned one)")
    assert lines["fr"].startswith("100 états (50 traités) dans 10 grappes")
    assert "puissance 40" in lines["fr"]
