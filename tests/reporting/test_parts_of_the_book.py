"""The eleven parts of the report, of both plans and in both languages: what must be in them, and what must never be."""

import math
import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest
from embedded import quick
from reporting.test_sentences import PARTS_OF_THE_BOOK, words

from impact.disclosure.declared.kept_back import KeptBack
from impact.evaluation.appraised import Economics
from impact.evaluation.departure_reasons import Reasons
from impact.interval import Refused
from impact.reporting.exhibits import Banner, Callout, Chapter, FirstPage, Question, Table, Text
from impact.reporting.figures import power_curve
from impact.reporting.figures.event_times import EffectAxis
from impact.reporting.markup import said as without_markup
from impact.reporting.rounding import adding_up, decimals
from impact.reporting.sections import first_page as first_page_module
from impact.reporting.sections.answered_questions import answered_questions
from impact.reporting.sections.departures import departures, withheld
from impact.reporting.sections.effects import equal_or_not, exit_in_words, participation
from impact.reporting.sections.evidence import Evidence
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import (
    as_planned,
    changed,
    first_page,
    standfirst,
    title,
    worth_it,
)
from impact.reporting.sections.how_sure import exaggerated
from impact.reporting.sections.lessons import drafts
from impact.reporting.sections.plan_departures import all_departures
from impact.reporting.sections.rated import ladder, what_took
from impact.reporting.sections.references import cited
from impact.reporting.sections.why import doses, on_scales
from impact.reporting.voice import Voice
from impact.reporting.words.findings import TITLES

PLANS = ("evaluation.yml", "evaluation-jobtraining.yml")
ENGLISH = r"\b(?:the|of|and|with|without|firms?|beneficiaries|effect|interval|years?|is|are|not)\b"
FRENCH = r"\b(?:les?|des|avec|sans|entreprises?|bénéficiaires?|effet|est|sont|pas)\b"


def findings_of(study, parts):
    names = {"data_quality": "quality"}
    return Findings(
        **{names.get(name, name): part for name, part in parts.items()}, plan=study.plan
    )


@cache
def findings_on(plan):
    """A quick study of a plan and all it found, computed once however pytest orders what asks for it."""
    study, parts = quick(plan)
    return study, findings_of(study, parts)


@pytest.fixture(scope="module", params=PLANS)
def found(request):
    return findings_on(request.param)


@pytest.fixture(scope="module", params=["en", "fr"])
def told(request, found):
    study, findings = found
    return Voice(study.changed(language=request.param)), findings


@pytest.fixture(scope="module")
def whole(told):
    """Every part of a book, its figures drawn, once for all tests that read it whole."""
    return [part(*told) for part in PARTS_OF_THE_BOOK]


def book(whole):
    return "\n".join(map(words, whole))


def page(voice, findings):
    return next(one for one in first_page(voice, findings).items if isinstance(one, FirstPage))


def sentences(text):
    plain = without_markup(text)
    return [one for one in re.split(r"(?<=[.?!])\s+", plain) if one]


def test_the_book_has_its_parts_in_order(whole):
    chapters = [item.number for part in whole for item in part.items if isinstance(item, Chapter)]
    assert chapters == list(range(2, 12))


def test_no_table_has_more_than_seven_columns(whole):
    tables = [item for part in whole for item in part.items if isinstance(item, Table)]
    assert len(tables) > 10
    assert [item.label for item in tables if len(item.headings) > 7] == []


def test_page_one_keeps_to_its_lengths(told):
    one = page(*told)
    assert len(one.title.split()) <= 20
    for row in one.rows:
        assert len(row.answer.split()) <= 40
    for text in (one.standfirst, one.how_to_read, *(row.answer for row in one.rows)):
        for sentence in sentences(text):
            assert len(sentence.split()) <= 25, sentence


def test_page_one_names_no_method_hash_or_p_value(told):
    one = page(*told)
    text = " ".join([one.title, one.standfirst, *(row.answer for row in one.rows)])
    assert not re.search(r"\bp [=<]|SHA|Callaway|permutation|randomi[sz]ation", text)


def test_a_language_has_no_word_of_the_other_and_french_its_signs(told, whole):
    voice, findings = told
    text = re.sub(r"\$\$.*?\$\$|`[^`]*`", "x", book(whole))
    for reference in sorted(cited(voice, findings), key=len, reverse=True):
        text = text.replace(reference, "").replace(_escaped(reference), "")
    if voice.study.plan.language == "en":
        assert not re.findall(f".{{0,40}}{FRENCH}.{{0,40}}", text)
        return
    assert not re.findall(f".{{0,40}}{ENGLISH}.{{0,40}}", text)
    assert not re.findall(r".{0,30}\d\.\d.{0,10}", text)
    assert not re.findall(r".{0,30} [;:!?%»](?=\s|$).{0,10}", text)


def _escaped(text):
    from impact.reporting.formats import escape

    return escape(text)


def test_one_is_never_counted_in_the_plural(whole):
    text = book(whole)
    assert not re.findall(r"(?<![\d,.\u202f])1[ \u00a0](?:firms|exhibitors|beneficiaries|outcomes|periods|entreprises|exposants|bénéficiaires)\b", text)  # fmt: skip


def test_a_plan_without_a_programme_has_none_of_its_words(told, whole):
    voice, _ = told
    if voice.study.programme is None:
        assert not re.findall(r"(?i)\b(?:cit(?:y|ies)|villes?|fairs?|salons?|artisans?|exhibitors?)\b", book(whole))  # fmt: skip


def test_only_simulated_data_carry_a_banner_and_their_title_is_no_finding(told):
    voice, findings = told
    banners = [one for one in first_page(voice, findings).items if isinstance(one, Banner)]
    assert bool(banners) == (voice.study.truth is not None)
    said = title(voice, findings)
    assert said.startswith(("Demonstration", "Démonstration")) == bool(banners)


def test_the_ladder_ends_at_the_rating_of_page_one(told):
    voice, findings = told
    assert (
        ladder(voice, findings.evidence.rating, "chosen").final == changed(voice, findings).rating
    )


def test_every_title_has_at_most_twenty_words_with_the_word_that_marks_a_demonstration(told):
    voice, _ = told
    for sentence in TITLES.values():
        assert len(voice.about(voice.t(sentence)).split()) + 5 <= 25


def test_money_is_never_computed_from_nothing(told):
    voice, findings = told
    answered = worth_it(voice, findings)
    assert answered.rating is None
    without = replace(findings, economics=Economics(None, "no_economics_file"))
    text = answered.answer if findings.economics.worth is None else worth_it(voice, without).answer
    assert not re.search(r"%|million", text.replace("million USD", "").replace("millions USD", ""))


@pytest.fixture(scope="module")
def artisans():
    study, findings = findings_on(PLANS[0])
    return Voice(study), findings


def with_interval(findings, low, high):
    effect = findings.headline
    verdict = replace(effect.verdict, conf_low=low, conf_high=high)
    effects = (replace(effect, verdict=verdict), *findings.impact.effects[1:])
    return replace(findings, impact=replace(findings.impact, effects=effects))


def test_the_standfirst_claims_a_gain_only_if_the_title_may_and_the_interval_excludes_zero(
    artisans, monkeypatch
):
    voice, findings = artisans
    above = with_interval(findings, 900.0, 17_000.0)
    assert above.evidence.rating.verb == "cannot_tell"
    assert "the evidence is too weak to say what made it" in standfirst(voice, above)
    assert "gain" not in standfirst(voice, above)
    monkeypatch.setattr(Evidence, "rating", replace(above.evidence.rating, verb="probably"))
    assert "The gain is about" in standfirst(voice, above)
    including = standfirst(voice, with_interval(findings, -900.0, 17_000.0))
    assert "gain" not in including
    assert "compatible with the data" in including


@pytest.mark.parametrize(
    ("verb", "said"),
    [("cannot_tell", "about −8,000, from"), ("probably", "The loss is about 8,000,")],
)
def test_a_difference_that_is_not_called_a_loss_keeps_its_sign(artisans, monkeypatch, verb, said):
    voice, findings = artisans
    names = {
        "actual": "40,000",
        "without": "48,000",
        "gain": "−8,000",
        "low": "−15,000",
        "high": "−1,000",
    }
    shown = SimpleNamespace(**names, ends=(-15_000.0, -1000.0), lowest=1000.0)
    monkeypatch.setattr(first_page_module.RoundedAmounts, "of", lambda *_: shown)
    monkeypatch.setattr(Evidence, "rating", replace(findings.evidence.rating, verb=verb))
    assert said in standfirst(voice, findings)


def test_who_took_part_counts_cohorts_too_small_to_be_shown(told):
    voice, findings = told
    hidden = findings.sample.cohorts.assign(actual=float("nan"))
    withheld = replace(findings, sample=replace(findings.sample, cohorts=hidden))
    assert as_planned(voice, withheld) == as_planned(voice, findings)


@pytest.fixture(scope="module")
def logged(found):
    """The findings on sales told of a logarithm: the sentences, not the numbers, are at stake."""
    study, findings = found
    if "lscrap" not in study.plan.outcomes:
        pytest.skip("this plan has no logarithm")
    outcomes = ("lscrap", *(name for name in study.plan.outcomes if name != "lscrap"))
    return Voice(study.changed(outcomes=outcomes)), with_interval(findings, 0.04, 0.2)


def test_no_estimate_of_a_subgroup_leaves_the_scale(artisans):
    voice, findings = artisans
    far = findings.impact.subgroups.assign(estimate=-1e6)
    axis = EffectAxis.of_impact(voice, replace(findings.impact, subgroups=far))
    assert axis.low < -1e6


def test_participation_is_no_ratio_of_what_is_left_after_withholding(artisans):
    voice, findings = artisans
    cohorts = findings.sample.cohorts.copy()
    cohorts.loc[cohorts.index[0], "actual"] = float("nan")
    withheld = replace(findings, sample=replace(findings.sample, cohorts=cohorts))
    assert "withheld" in participation(voice, withheld)


def test_rounded_numbers_add_up_as_shown():
    assert list(adding_up(57_041, 48_083, low=-38, high=17_145)) == [57000, 48000, 9000, 0, 17000]
    assert list(adding_up(57_041, 48_083, low=-380, high=17_145)) == [
        57000,
        48100,
        8900,
        -400,
        17100,
    ]
    total, without, gain, *_ = adding_up(57_400, 48_600, low=0, high=17_000)
    assert total - without == gain


def test_a_small_difference_of_means_far_apart_is_not_told_to_the_last_dirham():
    shown = list(adding_up(37_648, 37_293, low=-15_415, high=16_222))
    assert shown == [37_600, 37_300, 300, -15_400, 16_200]


def test_exits_that_the_plan_names_are_not_said_to_be_unknown(artisans):
    voice, findings = artisans
    assert "part 4 compares" in exit_in_words(voice, findings)
    unnamed = Voice(voice.study.changed(survey={}))
    assert "names no column of which firms closed" in exit_in_words(unnamed, findings)


def test_rounded_numbers_carry_no_zeros_that_rounding_took_away():
    assert decimals(adding_up(1.7055, 1.5961, low=0.0352, high=0.2066)) == 2
    rounded = adding_up(21.04, 18.24, low=-0.264, high=5.593)  # half is 2.9: tenths still tell
    assert decimals(rounded) == 1
    assert rounded[0] - rounded[1] == pytest.approx(rounded[2])
    assert decimals([57_000.0, 9_000.0]) == 0


def test_an_outcome_that_is_no_money_gains_nothing(logged):
    text = standfirst(logged[0], logged[1]) + worth_it(*logged).answer
    assert not re.search(r"gain|value added|had the|a year", text)
    assert "'s the " not in title(*logged)
    assert "the log scrap rate" not in changed(*logged).question


def test_scales_that_disagree_are_the_first_sentence_of_why(artisans):
    voice, findings = artisans
    scales = findings.certainty.scales
    apart = on_scales(voice, replace(scales, agree=False))
    assert apart.startswith("The answer depends on the scale")
    assert on_scales(voice, replace(scales, agree=True)).startswith("Levels, logarithms and ranks")


def test_exaggeration_is_told_only_of_an_estimate_under_what_the_study_detects(artisans):
    voice, findings = artisans
    assert exaggerated(voice, findings)
    effect = findings.headline
    seen = replace(effect, verdict=replace(effect.verdict, smallest_detectable=1.0))
    effects = (seen, *findings.impact.effects[1:])
    assert (
        exaggerated(voice, replace(findings, impact=replace(findings.impact, effects=effects)))
        == []
    )


def test_the_power_told_is_the_one_that_its_figure_marks(artisans):
    voice, findings = artisans
    effect = findings.headline
    share = voice.f.percent(100 * effect.design.power_at(effect.verdict.estimate), 0)
    drawn = power_curve(voice, effect.design, effect.verdict.estimate)
    assert f"only {share} of such studies" in exaggerated(voice, findings)[0]
    assert share in drawn.caption


def test_cohorts_are_never_said_to_be_equal(artisans):
    voice, findings = artisans
    check = findings.impact.equal_cohorts
    assert "does not show them equal" in equal_or_not(voice, replace(check, p_value=0.4))
    assert "differ by more than chance" in equal_or_not(voice, replace(check, p_value=0.01))


def test_every_step_of_the_ladder_that_a_figure_took_shows_it_with_its_limit(artisans):
    voice, findings = artisans
    attrition = next(s for s in findings.evidence.rating.taken if s.reason == "attrition")
    assert "; the limit is " in what_took(voice, attrition)
    assert any(character.isdigit() for character in what_took(voice, attrition))
    blank = replace(attrition, figures={})
    assert not any(character.isdigit() for character in what_took(voice, blank))


def test_effects_by_dose_are_told_as_a_comparison_or_what_they_lack_is_named(artisans):
    voice, findings = artisans
    shown = doses(voice, findings.impact.by_dose, "permutation")
    assert "not the effect of receiving more" in shown[0].markdown
    assert "names no column of how much" in doses(voice, None, "permutation")[0].markdown
    refused = Refused("effects_by_dose", "few", "NotAvailableError")
    lacking = doses(voice, refused, "permutation")
    assert len(lacking) == 1
    assert "Two levels with ten exhibitors each are needed" in lacking[0].markdown


def test_departures_are_read_off_plan_and_results_and_none_is_said_where_there_are_none(artisans):
    voice, findings = artisans
    table = next(one for one in departures(voice, findings) if isinstance(one, Table))
    planned = list(table.frame["planned"])
    assert "Effect on: Profit" in planned
    assert "New York fair: August 2012" in planned
    assert not any("Tokyo" in one for one in planned)
    first = voice.study.plan.outcomes[:1]
    plain = Voice(voice.study.changed(programme=None, outcomes=first, secondary=()))
    as_planned = replace(findings, impact=replace(findings.impact, secondary=()))
    effect = replace(as_planned.headline, design=None, refused=())
    impact = replace(as_planned.impact, effects=(effect,))
    certainty = replace(findings.certainty, refused=())
    nothing = departures(plain, replace(as_planned, impact=impact, certainty=certainty))
    assert [type(one) for one in nothing] == [Text]
    assert "None:" in nothing[0].markdown


def test_real_results_depart_from_their_own_plan_in_nothing_and_from_another_by_its_keys(found):
    study, findings = found
    assert all_departures(study, findings) == []
    other = study.plan.changed(outcomes=study.plan.outcomes[:1], alpha=0.1, estimators=())
    keys = {one.key for one in all_departures(replace(study, written=other), findings)}
    several = {"outcomes"} if len(study.plan.outcomes) > 1 else set()
    assert keys == {"alpha", "estimators", *several}


def test_every_question_of_the_plan_is_answered_in_its_order(artisans):
    voice, findings = artisans
    _, table = answered_questions(voice, findings)
    asked = [one.question.en for one in voice.study.plan.questions]
    assert list(table.frame["question"]) == asked
    answers = dict(zip(asked, table.frame["answer"], strict=True))
    assert all(answers.values())
    assert answers["Do firms employ more people?"].startswith("Not answered")
    assert "95% interval" in answers[asked[0]]
    assert "of the comparison group met" in answers["Who else met the programme?"]
    unasked = voice.study.changed(questions=[])
    assert answered_questions(Voice(unasked), findings) == []
    assert answered_questions(Voice(replace(unasked, written=voice.study.plan)), findings)


def test_what_a_release_withholds_is_no_departure_from_the_plan(artisans):
    voice, findings = artisans
    fewer = replace(
        findings, impact=replace(findings.impact, subgroups=findings.impact.subgroups.iloc[:0])
    )
    assert [one.key for one in all_departures(voice.study, fewer)] == ["subgroups"]
    assert all_departures(voice.study, replace(fewer, kept_back=KeptBack())) == []


def test_what_a_release_withholds_is_in_no_table_of_departures(artisans):
    voice, findings = artisans
    rows = findings.robustness.alternatives
    struck = rows.assign(estimate=math.nan, why_not="DisclosureError")
    told = departures(
        voice, replace(findings, robustness=replace(findings.robustness, alternatives=struck))
    )
    frame = next(one.frame for one in told if isinstance(one, Table))
    assert not frame["planned"].str.contains("aw values").any()
    assert not frame["done"].str.contains("withheld").any()


def test_a_departure_stands_beside_the_evaluators_reason_or_that_none_is_given(artisans):
    voice, findings = artisans
    other = voice.study.plan.changed(alpha=0.1, outcomes=voice.study.plan.outcomes[:1])
    reasons = Reasons.of({"alpha": "The funder asks for 95%"}, name="evaluation.departures.yml")
    text, table, *_ = departures(
        Voice(replace(voice.study, written=other, reasons=reasons)), findings
    )
    found = dict(zip(table.frame["key"], table.frame["reason"], strict=True))
    assert found == {"outcomes": "no reason given", "alpha": "The funder asks for 95%"}
    assert "Departures, key by key: 2; of these without a reason by the evaluator: 1." in (
        text.markdown
    )


def test_what_is_withheld_is_counted_by_table_and_rule_without_a_value(artisans):
    voice, findings = artisans
    assert "Nothing had to be withheld" in withheld(voice, findings)[0].markdown
    hidden = replace(findings, impact=replace(findings.impact, by_cohort=None))
    table = withheld(voice, hidden)[1]
    assert table.frame.to_dict("records") == [
        {"what": "Effects by cohort", "why": "fewer than ten exhibitors", "n": 2}
    ]


def test_no_sentence_of_prose_stands_in_two_parts_of_the_book(whole):
    seen = {}
    for number, part in enumerate(whole):
        for sentence in prose(part):
            assert seen.setdefault(sentence, number) == number, sentence


def prose(exhibits):
    """Sentences of a part's paragraphs, answers and questions, of eight words or more."""
    texts = []
    for one in exhibits.items:
        if isinstance(one, FirstPage):
            texts += [one.standfirst, one.how_to_read, *(row.answer for row in one.rows)]
        elif isinstance(one, Text | Callout):
            texts += re.split(r"\n+", one.markdown)
        elif isinstance(one, Question):
            texts.append(one.sentence)
    return {one for text in texts for one in sentences(text) if len(one.split()) >= 8}


def test_a_lesson_on_contamination_is_drafted_only_above_the_limit(artisans):
    voice, findings = artisans
    touched = replace(findings.sample.contamination, above_limit=True)
    calm = replace(touched, above_limit=False)

    def said(contamination):
        sample = replace(findings.sample, contamination=contamination)
        return [one.finding for one in drafts(voice, replace(findings, sample=sample))]

    lesson = "Many firms of the comparison group met the programme too."
    assert lesson in said(touched)
    assert lesson not in said(calm)
