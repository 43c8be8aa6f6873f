"""The page on the data: one table of checks, a figure where somebody is silent, and in full only what calls for a closer look."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluation.test_survey import rows, study_of

from impact.check_result import CheckResult, not_applicable
from impact.disclosure.declared.strike import Strike
from impact.evaluation.parts import DataQuality
from impact.evaluation.released import released
from impact.evaluation.store import decode, encode
from impact.reporting import figures
from impact.reporting.exhibits import Figure, Table, Text
from impact.reporting.sections.checks import found
from impact.reporting.sections.quality import data_quality
from impact.reporting.sections.survey import details, grouped, how_checked, not_made
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("survey"), rows())


@pytest.fixture(scope="module")
def part(study):
    return released(DataQuality.of(study))


@pytest.fixture(params=["en", "fr"])
def voice(request, study):
    return Voice(study.changed(language=request.param))


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def by_arm(treated, comparison):
    row = {"part": "from_start", "treated": treated, "treated_n": 40, "comparison": comparison, "comparison_n": 80}  # fmt: skip
    return pd.DataFrame([row])


WARNED = (
    CheckResult("response", "warn", "difference_in_response", -0.2, 0.003, by_arm(0.6, 0.8)),
    CheckResult("jumps", "warn", "firms_with_a_jump", 0.15, None, pd.DataFrame({"kind": ["jumps"], "units": [18], "treated": [np.nan], "comparison": [np.nan]})),
    CheckResult("back_check", "warn", "share_that_differ:y", 0.3, 0.2, pd.DataFrame({"outcome": ["y"], "n_units": [40], "differing": [0.3], "mean_difference": [-312.4], "reliability": [0.71]})),
    CheckResult("heaping", "pass", "share_of_round_answers", 0.4, None, by_arm(0.4, 0.4)),
)  # fmt: skip


def test_the_page_has_one_table_of_checks_then_what_could_not_be_made(voice, part):
    items = data_quality(voice, part).items
    labels = [one.label for one in items if isinstance(one, (Table, Figure))]
    assert labels == ["tab-distribution", "fig-response", "tab-quality", "tab-dropped"]
    texts = " ".join(one.markdown for one in items if isinstance(one, Text))
    assert (
        ("Benford" in texts) and "orders of magnitude" in texts
    ) or "ordres de grandeur" in texts


def test_checks_stand_under_what_they_ask_about(voice, part):
    table = grouped(voice, [one for one in part.checks if one.status != "not_applicable"])
    assert table.frame["about"].nunique() == 5
    assert table.group == "about"
    assert (table.frame["about"] != table.frame["about"].shift()).sum() == 5


def test_what_calls_for_a_closer_look_is_shown_in_full_and_nothing_else(voice):
    tables = list(details(voice, WARNED))
    assert [one.label for one in tables] == ["tab-quality-response", "tab-quality-jumps", "tab-quality-back-check-2"]  # fmt: skip
    cells = [[plain(cell) for cell in one.cells()[0]] for one in tables]
    assert cells[0][1:] in (["60.0%", "80.0%"], ["60,0 %", "80,0 %"])
    assert cells[1][1:] == ["18", "—", "—"]
    assert cells[2] in (["40", "30.0%", "−312", "0.71"], ["40", "30,0 %", "−312", "0,71"])


def test_what_is_withheld_is_said_under_the_table_that_lacks_it(voice):
    response, jumps, _ = details(voice, WARNED)
    assert not response.notes
    assert len(jumps.notes) == 1


def test_a_share_withheld_from_a_stored_part_is_a_dash(voice):
    check = CheckResult(
        "response", "warn", "difference_in_response", -0.2, 0.003, by_arm(None, 0.8)
    )
    assert plain(next(details(voice, (check,))).cells()[0][1]) == "—"


@pytest.mark.parametrize(("n", "shown"), [(40, "40"), (9, "—")])
def test_a_warning_of_second_visits_leaves_with_its_outcome_and_how_many_firms(voice, n, shown):
    """Its row lost the outcome's name, and broke the page; how far answers are apart is no figure of everybody, and stays."""
    row = {**WARNED[2].table.iloc[0], "n_units": n}
    warned = replace(WARNED[2], table=pd.DataFrame([row]))
    strike = Strike("data_quality", lambda _: True)
    left = strike._object("CheckResult", encode(warned)["values"], "checks[2]")
    (table,) = details(voice, (decode(left),))
    assert [plain(cell) for cell in table.cells()[0]] == [shown, "—", "—", "—"]
    assert table.caption.endswith(voice.study.label("y"))
    assert len(table.notes) == 1


def test_how_many_tests_may_warn_by_chance_is_said(study):
    english = plain(how_checked(Voice(study), WARNED))
    assert "Tests made: 2; " in english
    assert "by chance alone: 0.1 on average; that do: 1." in english
    assert "None of these checks is a test" in how_checked(Voice(study), WARNED[1:2])


def test_checks_that_lack_the_same_column_stand_in_one_line(voice):
    lacking = [not_applicable(name, "no_enumerator_in_the_plan") for name in ("enumerators", "one_arm_enumerators")]  # fmt: skip
    (text,) = not_made(voice, [*WARNED, *lacking])
    assert text.markdown.count("\n- ") == 1
    assert list(not_made(voice, WARNED)) == []


@pytest.mark.parametrize(
    ("check", "english"),
    [
        (WARNED[0], "Periods answered from the first start on, beneficiaries less others: −20.0 percentage points."),
        (WARNED[1], "15.0% of firms have an answer far from their own others."),
        (WARNED[2], "Revenue: 30.0% of answers differ by more than a tenth at a second visit."),
        (CheckResult("largest_unit", "warn", "one_firm_carries:0.1"), "A single firm carries more than 10.0% of the total."),
        (CheckResult("jumps", "pass", "fewer_than_ten_found"), "There are fewer than ten such firms."),
    ],
)  # fmt: skip
def test_a_check_of_the_survey_says_what_it_found(study, check, english):
    assert plain(found(Voice(study), check)) == english


def test_complete_answers_need_no_figure(voice):
    full = pd.DataFrame({"time": ["1", "2"], "treated": [1.0, 1.0], "comparison": [1.0, 1.0]})
    assert figures.response(voice, full) is None
    alone = pd.DataFrame(
        {"time": ["1", "2"], "treated": [1.0, 0.5], "comparison": [np.nan, np.nan]}
    )
    assert figures.response(voice, alone) is None
