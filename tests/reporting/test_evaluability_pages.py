"""The two pages before there is data: the advice in words, what cannot be told, never a figure that is none."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from impact.evaluation.economics_file import read_economics
from impact.evaluation.evaluability import evaluability
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.reporting.exhibits import EXHIBIT, Exhibits
from impact.reporting.sections.evaluability import (
    advice,
    cannot_tell,
    evaluability_pages,
    evaluability_title,
    needs,
    tells,
)
from impact.reporting.tree import text_of
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["en", "fr"])
def voice(request):
    plan = read_plan(ROOT / "evaluation.yml").changed(language=request.param)
    return Voice(Study(plan, ROOT))


@pytest.fixture(scope="module")
def found():
    plan = read_plan(ROOT / "evaluation.yml")
    path = ROOT / "data" / "economics.yml"
    return evaluability(plan, read_economics(path, currency="MAD", language="en"), draws=300)


def seen(exhibits: Exhibits) -> str:
    blocks = [data[EXHIBIT]["blocks"] for data, _ in exhibits.bundles()]
    return text_of(blocks)


def of(found, advice, *, advised=None, **planned):
    designs = found.designs.copy()
    for name, value in planned.items():
        designs.loc[designs["planned"], name] = value
    return replace(found, advice=advice, advised=advised, designs=designs)


@pytest.mark.parametrize(
    ("code", "advised", "english", "french"),
    [
        ("known_before", None, "stays below 10%", "reste sous 10"),
        ("go", 1, "Go: the planned study", "Feu vert"),
        ("go_smaller", 0, "Go smaller", "Voir plus petit"),
        ("go_larger", 3, "Go larger or not at all", "Voir plus grand"),
        ("no_design_tells", None, "No impact evaluation: none", "aucune de ces études"),
    ],
)
def test_every_advice_has_its_title_and_its_reason(voice, found, code, advised, english, french):
    asked = of(found, code, advised=advised, right=0.83, before=0.6)
    expected = english if voice.study.plan.language == "en" else french
    assert expected in evaluability_title(voice, asked)
    said = advice(voice, asked)
    if code != "known_before":
        assert "83" in said
        assert "60" in said
        assert "90" in said  # the share from which on a study tells
    if code == "go_larger":
        assert "300" in said


def test_ten_firms_a_fair_are_said_to_tell_nothing_of_a_single_fair(voice, found):
    said = cannot_tell(voice, found)
    smallest = voice.f.percent(float(found.one_event["smallest_detectable"]), 0)
    assert smallest in said
    assert "10" in said
    without = of(found, "go").designs
    without.loc[without["one_event"], "smallest_detectable"] = float("inf")
    endless = cannot_tell(voice, replace(found, designs=without))
    assert ("however large" in endless) or ("si grand soit-il" in endless)


def test_the_return_is_set_against_what_is_plausible(voice, found):
    said = needs(voice, found)
    assert voice.f.percent(found.needed_percent, 0) in said
    assert voice.f.percent(26.0, 0) in said


def test_a_study_that_finds_nothing_says_so(voice, found):
    said = tells(voice, of(found, "no_design_tells", smallest_detectable=float("inf")))
    assert ("no effect, however large" in said) or ("aucun effet, si grand soit-il" in said)


def test_what_the_assumptions_leave_open_is_told_only_where_it_makes_a_difference(voice, found):
    assert "83" in cannot_tell(voice, of(found, "go", right=0.93, right_unsure=0.83))
    assert "83" not in cannot_tell(voice, of(found, "go", right=0.83, right_unsure=0.829))


def test_pages_show_no_missing_number_and_every_assumption_with_its_grounds(voice, found):
    told = replace(found, file=read_economics(
        ROOT / "data" / "economics.yml", currency="MAD", language=voice.study.plan.language
    ))  # fmt: skip
    text = seen(evaluability_pages(voice, told))
    assert not re.search(r"\bnan\b|None|\binf\b|[-−]0\b(?![.,])", text)
    for number in ("value_added_ratio", "persistence", "displacement"):
        label = getattr(told.file.assumptions, number).label.in_language(voice.study.plan.language)
        assert label.replace("'", "’") in text.replace("'", "’")


def test_what_is_small_and_what_is_nearly_certain_is_not_rounded_away(voice, found):
    asked = of(found, "go", advised=1, right=0.999, before=0.5)
    assert "99" in advice(voice, asked)
    assert "100" not in advice(voice, asked)
    small = needs(voice, replace(found, needed_percent=0.42))
    assert re.search(r"0[.,]42\W*%", small)


def test_one_year_surveyed_is_one_year(voice, found):
    asked = of(found, "go", advised=1, rounds_after=1)
    said = cannot_tell(voice, asked)
    assert "one year surveyed" in said or "la seule année" in said
    assert not re.search(r"\b1 (years|ans)\b", said)


def test_the_planned_study_is_not_set_beside_itself(voice, found):
    asked = of(found, "go", advised=1, finds=1.0)
    asked.designs.loc[~asked.designs["planned"], "finds"] = 0.5
    assert "“" not in tells(voice, asked)
    assert "«" not in tells(voice, asked)


def test_shares_are_written_in_percent_as_in_the_report(voice, found):
    text = seen(evaluability_pages(voice, found))
    value_added = "60 % (50 % à 70 %)" if voice.study.plan.language == "fr" else "60% (50% to 70%)"
    assert value_added in re.sub(r"[\u00a0\u202f]", " ", text)
