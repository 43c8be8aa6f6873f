"""What is read of run.json and results.json, whoever wrote them, and what many results tell together."""

import math

import pytest
from reporting.site_runs import facts, results

from impact.reporting.proposal.speech import Speech
from impact.reporting.site.compare import _Compare
from impact.reporting.site.compared import Difference
from impact.reporting.site.contents import Site
from impact.reporting.site.index import index_page
from impact.reporting.site.json_values import LONGEST, in_languages, number, text
from impact.reporting.site.multiplicity import Multiplicity, holm
from impact.reporting.site.pictures import Axis, interval_picture
from impact.reporting.site.records import RunRecord, Span, record_of


def record(told=None, found=None, **changes):
    return record_of(facts() if told is None else told, results() if found is None else found, name="a", link="./a", files=(), **changes)  # fmt: skip


def test_a_finished_run_is_read_with_effect_rating_and_part():
    one = record(
        facts(plan={"only": {"city": ["Fès", "Meknès"], "sector": "Leather"}, "alpha": 0.1})
    )
    assert (one.status, one.level, one.finished) == ("internal", 0.9, "2026-11-28")
    assert one.part == {"city": "Fès, Meknès", "sector": "Leather"}
    assert one.headline.effect == Span(9000, 1000, 17000)
    assert (one.headline.steps, one.headline.answer, one.headline.direction) == (
        3,
        "probably",
        "higher",
    )


def test_parameters_that_tell_a_run_from_others_are_among_its_parts():
    told = {
        "plan": "p.yml",
        "language": "fr",
        "only": {"city": ["Fès"]},
        "comparison_group": "never_treated",
    }
    assert record(facts(parameters=told)).part == {
        "city": "Fès",
        "comparison_group": "never_treated",
    }


def test_a_released_run_a_blind_one_and_a_rehearsal_are_told_apart():
    assert record(facts(released="2026-11-29T01:00:00+00:00")).status == "released"
    assert record(facts(blind={"blind": True})).blind
    assert not record(facts(blind={"blind": False, "unblinded": "2026-11-29"})).blind
    assert record(found={**results(), "REHEARSAL": {"simulated": True}}).rehearsal


def changed(**headline):
    found = results()
    return {**found, "headline": {**found["headline"], **headline}}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([], {}), ("x", 3), ({"run_id": "a", "plan": "b"}, results()), (facts(run_id=""), results()), (facts(), {"headline": []}),
        (facts(), changed(estimate="9000")), (facts(), changed(estimate=True)), (facts(), changed(conf_low=2e9)),
        (facts(), changed(estimate=math.nan)), (facts(), changed(outcome=None)),
    ],
)  # fmt: skip
def test_what_no_run_writes_is_damaged_and_not_an_error(told, found):
    assert record(told, found).status == "damaged"


def test_an_interval_without_end_and_a_rating_out_of_range_are_read_as_they_are():
    open_ended = changed(conf_high={"type": "infinity", "values": "+"})
    open_ended["rating"]["values"]["steps"] = 99
    headline = record(found=open_ended).headline
    assert headline.effect.high == math.inf
    assert headline.steps is None


def test_texts_lose_control_characters_half_characters_and_length():
    assert text("a\x00b\x1b[31m\u202egnp.exe\n") == "a b [31m gnp.exe"
    text("\ud800").encode("utf-8")
    assert len(text("x" * 10_000)) == LONGEST
    assert (text(3), text(None), text(["a"])) == ("", "", "")
    assert number(10**400) is None
    assert in_languages({"fr": "Oui ?"}) == {"en": "Oui ?", "fr": "Oui\u202f?"}


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_chance_alone_is_counted_over_tests_that_were_made_on_real_starts():
    p_values = (0.001, 0.04, 0.3)
    runs = [record(facts(plan={"anticipation": at}), results(p=p)) for at, p in enumerate(p_values)]
    again = record(
        facts(plan={"anticipation": 0, "language": "fr", "name": "other"}), results(p=0.001)
    )
    lost = RunRecord(name="b", link="./b", status="failed")
    blind = record(facts(plan={"anticipation": 7}, blind={"blind": True}))
    rehearsed = record(facts(plan={"anticipation": 8}, rehearsal=True))
    found = Multiplicity.of([*runs, again, lost, blind, rehearsed])
    assert (found.tests, found.below, found.below_holm) == (3, 2, 1)
    assert found.by_chance == pytest.approx(0.15)


def test_one_hypothesis_at_several_levels_and_seeds_is_one_test_of_its_largest_p_value():
    runs = [
        record(facts(plan={"alpha": alpha, "seed": seed}), results(p=p))
        for alpha, seed, p in ((0.35, 1, 0.04), (0.1, 2, 0.06), (0.05, 3, 0.05))
    ]
    for found in (Multiplicity.of(runs), Multiplicity.of(runs[::-1])):
        assert (found.tests, found.below, found.below_holm) == (1, 0, 0)
        assert found.by_chance == pytest.approx(0.05)


def test_the_index_says_how_often_chance_alone_is_found_at_the_level_of_its_runs():
    runs = [record(facts(plan={"alpha": 0.35, "anticipation": at}), results()) for at in (0, 1)]
    page = index_page(Site("reports", tuple(runs)), "en").decode()
    assert "35% of tests at 65% are beyond chance" in page
    assert "<td>0.70" in page.replace(' class="number"', "") or ">0.70<" in page
    others = [*runs, record(facts(plan={"alpha": 0.05, "anticipation": 2}), results())]
    assert "one in twenty at 95%" in index_page(Site("reports", tuple(others)), "en").decode()


def test_a_point_is_hollow_only_where_the_interval_includes_zero():
    axis = Axis.of([Span(1, -1, 3), Span(2, 1, 3)])
    assert 'class="hole"' in interval_picture(Span(1, -1, 3), axis)
    assert 'class="hole"' not in interval_picture(Span(2, 1, 3), axis)


def test_one_huge_interval_does_not_flatten_the_others_and_ends_in_an_arrow():
    spans = [Span(1, -1, 3)] * 5 + [Span(0, -1e9, 1e9), Span(0, -math.inf, math.inf)]
    axis = Axis.of(spans)
    assert axis.reach == pytest.approx(3 * 1.05)
    assert "L0.0" in interval_picture(spans[-1], axis)
    assert "L1000.0" in interval_picture(spans[-2], axis)
    assert Axis.of([]).reach == Axis.of([Span(0, 0, 0)]).reach == 1.0


def test_three_effects_of_different_size_all_fit_into_their_pictures():
    spans = [Span(5, 1, 10), Span(9, -1, 24), Span(3, -2, 8)]
    assert Axis.of(spans).reach > 24


def test_an_index_tells_runs_in_two_languages_apart_and_names_no_usual_folder():
    runs = tuple(record(facts(plan={"language": language})) for language in ("en", "fr"))
    page = index_page(Site("reports", runs), "fr").decode()
    assert "<h1>Toutes les évaluations</h1>" in page
    assert '<select name="language">' in page
    assert [page.count(f'<span lang="{one}">') for one in ("en", "fr")] == [1, 1]
    alone = index_page(Site("Fès 2026", runs[:1]), "fr").decode()
    assert "<h1>Toutes les évaluations du dossier Fès 2026</h1>" in alone
    assert '<select name="language">' not in alone
    assert "data-language" not in alone


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [(2.0, 3.0, "+50%"), (200.0, 201.0, "+0.50%"), (7e-255, 3e-63, "changed")],
)
def test_a_change_beyond_any_percentage_is_said_to_be_one(first, second, said):
    page = _Compare(None, Speech.of("en"))
    told = page._difference(Difference("p_value", "changed", first, second))
    assert told.replace("\u202f", "") == said
