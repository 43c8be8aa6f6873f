"""What `impact plan` shows: counts and words of the plan, in its language; labels are never markup nor commands."""

from pathlib import Path

import embedded
import pytest
from evaluation.test_answerable import study_of

from impact.evaluation.preflight import Preflight
from impact.reporting.preflight import preflight_sheet
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]


def sheet_of(study):
    return preflight_sheet(Voice(study), Preflight.of(study))


def texts(sheet):
    below = [line for grid in sheet.grids for line in grid.below]
    cells = [cell for grid in sheet.grids for row in grid.rows for cell in row]
    heads = [head for grid in sheet.grids for head in grid.heads]
    return [sheet.title, *sheet.lines, *heads, *cells, *below, *sheet.known, sheet.verdict]


@pytest.fixture(scope="module", params=["en", "fr"])
def artisans(request):
    return sheet_of(embedded.study_of(language=request.param))


def test_starts_are_shown_planned_and_actual(artisans):
    rows = {row[0]: row[1:] for row in artisans.grids[1].rows}
    quarter = next(name for name in rows if name in {"2012 Q3", "T3 2012"})
    assert rows[quarter] == ("10", "0", "10", "10", "0")
    assert len(rows) == 4


def test_every_row_is_as_wide_as_its_heads(artisans):
    for grid in artisans.grids:
        assert {len(row) for row in grid.rows} == {len(grid.heads)}


def test_the_plans_own_nouns_are_used(artisans):
    everything = " ".join(texts(artisans))
    assert "beneficiar" not in everything
    assert "bénéficiaire" not in everything
    assert "xposant" in everything or "xhibitor" in everything


def test_an_estimator_without_an_answer_has_its_reason_below(tmp_path):
    grid = sheet_of(study_of("two_periods", tmp_path)).grids[-1]
    assert ("Stacked, corrective weights", "—") in grid.rows
    assert "Stacked, corrective weights — Outcome: the data do not determine it." in grid.below
    assert grid.below[-1].endswith("impact plan --json.")


def test_a_planned_start_has_no_column_without_a_plan_of_starts(tmp_path):
    assert "Planned" not in sheet_of(study_of("usual", tmp_path)).grids[1].heads


def test_clusters_are_counted_where_the_data_name_them(tmp_path):
    grid = sheet_of(study_of("clusters_mixing_cohorts", tmp_path)).grids[0]
    assert grid.heads[2] == "Clusters"
    assert grid.rows[0][2] == "8"


def test_units_set_aside_have_a_row_of_their_own(tmp_path):
    study = study_of("usual", tmp_path)
    always = study.frame.g.mask(study.frame.id < 4, 0)
    object.__setattr__(study, "data", study.frame.assign(g=always))
    assert sheet_of(study).grids[0].rows[-1][:2] == ("Treated from the first period on", "4")


def test_control_characters_of_a_label_do_not_reach_the_terminal(tmp_path):
    study = study_of("usual", tmp_path)
    text = (tmp_path / "firms.yml").read_text()
    hostile = text.replace("en: Outcome", 'en: "\\e[2J[red]Out\\u202ecome\\a"')
    (tmp_path / "firms.yml").write_text(hostile)
    shown = texts(sheet_of(study))
    assert not [text for text in shown if {"\x1b", "\u202e", "\a"} & set(text)]
    assert any("[2J[red]Out" in text for text in shown)


def test_more_outcomes_than_a_terminal_holds_are_shown_in_several_tables():
    study = embedded.study_of(
        placebo_outcomes=("domestic_revenue_mad", "b2b_meetings"), winsorise=0.0
    )
    names = [grid.heads[1:] for grid in sheet_of(study).grids[3:]]
    assert [len(one) for one in names] in ([4], [4, 1])
