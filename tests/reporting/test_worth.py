"""Whether it was worth the money: given an appraisal, the sentence; and the appraisals that must not give it."""

import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from economics.programmes import assumptions, programme
from embedded import study_of
from reporting.test_sentences import words

from impact.economics.assumption import Assumption
from impact.economics.break_even import (
    break_even_effect,
    break_even_persistence,
    break_even_years,
)
from impact.economics.figure import Figure
from impact.economics.more_data import MoreData
from impact.economics.sensitivity import by_class, over_horizons, over_persistence, tornado
from impact.economics.simulation import simulate
from impact.evaluation.appraised import Economics, Worth, _in_percent, _stream
from impact.evaluation.justified import Justified, justified, turning
from impact.evaluation.rating import Rating
from impact.reporting import figures
from impact.reporting.amounts import chance, percent
from impact.reporting.exhibits import Figure as Picture
from impact.reporting.exhibits import Table, Text
from impact.reporting.figures import canvas
from impact.reporting.figures.canvas import Unit
from impact.reporting.markup import said as without_markup
from impact.reporting.sections import appraisal_tables as tables
from impact.reporting.sections import worth_sentences as says
from impact.reporting.sections.first_page import changed
from impact.reporting.sections.first_page import worth_it as worth_it_of_page_one
from impact.reporting.sections.lessons import _on_worth
from impact.reporting.sections.worth_it import who_gains, worth_it
from impact.reporting.sections.worth_the_money import worth_the_money
from impact.reporting.voice import Voice

INF = float("inf")


@pytest.fixture(autouse=True)
def unpainted(monkeypatch):
    """Figures with their words and no picture: how they look is asked elsewhere."""

    def keep(_, **words):
        told = {name: words[name] for name in ("label", "caption", "alt", "how_to_read")}
        return Picture(**told, svg=b"", png=b"")

    monkeypatch.setattr(canvas.Figure, "from_matplotlib", keep)


@pytest.fixture(scope="module")
def study():
    return study_of()


@pytest.fixture(params=["en", "fr"])
def voice(request, study):
    return Voice(study.changed(language=request.param))


@pytest.fixture
def english(study):
    return Voice(study)


@cache
def worth_of(effect=200_000.0, *, error=10_000.0, bounded=True, **choices):
    """The appraisal of 5.6 million USD for fifty firms whose gain lasts nineteen years."""
    appraisal = programme(effect=effect, std_error=error, **choices)
    interval = (effect - 1.96 * error, effect + 1.96 * error) if bounded else (-INF, INF)
    central, needed = appraisal.central, break_even_effect(appraisal)
    return Worth(
        appraisal=appraisal,
        conf_low=interval[0],
        conf_high=interval[1],
        stream=_stream(appraisal),
        rate_of_return=central.rate_of_return(),
        benefit_cost_ratio=central.benefit_cost_ratio(appraisal.hurdle),
        value=float(central.value(appraisal.hurdle)[0]),
        needed=needed,
        needed_percent=_in_percent(needed, appraisal.without),
        needed_persistence=break_even_persistence(appraisal),
        needed_years=break_even_years(appraisal),
        horizons=over_horizons(appraisal, (10, 15, 20)),
        moved=tornado(appraisal, interval=interval),
        lasting=over_persistence(appraisal, interval=interval),
        classes=by_class(appraisal),
        simulated=simulate(appraisal, draws=400) if bounded else None,
    )


def rated(steps=3, *, verb="probably", direction="higher"):
    return Rating(steps=steps, start=3, taken=(), verb=verb, direction=direction)


def answered(voice, worth, rating):
    text = " ".join(says.answer(voice, worth, justified(worth, rating)))
    return re.sub(r"[\u00a0\u202f]", " ", without_markup(text)).replace("\u2019", "'")


def test_a_return_above_the_hurdle_is_said_and_nothing_of_failing(english):
    text = answered(english, worth_of(300_000.0), rated())
    assert text.startswith("On these assumptions the programme returned 1")
    assert "above the hurdle of 10%." in text
    assert "In simulations the hurdle is exceeded in more than 99% of cases." in text
    assert not re.search(r"below|cannot be told|yet", text)


@pytest.mark.parametrize(
    ("steps", "verb", "said"),
    [(5, "did", "revenue rose, yet"), (3, "probably", "revenue probably rose, yet"), (2, "may_have", "revenue may have risen, yet")],
)  # fmt: skip
def test_a_positive_effect_and_a_failing_return_stand_in_one_sentence(english, steps, verb, said):
    text = answered(english, worth_of(100_000.0), rated(steps, verb=verb))
    first = text.partition(". ")[0]
    assert said in first
    assert "below the hurdle of 10%" in first
    assert "returned 2" in first or "returned −" in first or "returned 1" in first

    short = says.in_short(
        english, worth_of(100_000.0), justified(worth_of(100_000.0), rated(steps, verb=verb))
    )
    assert short.startswith("No, on these assumptions, although revenue ")


@pytest.mark.parametrize("effect", [-5_000.0, 100_000.0, 193_000.0, 300_000.0])
@pytest.mark.parametrize("steps", [1, 3])
def test_page_one_says_the_same_in_three_sentences(voice, effect, steps):
    worth, rating = worth_of(effect), rated(steps)
    found = justified(worth, rating)
    short = says.in_short(voice, worth, found)
    begins = {"above": ("Yes", "Oui"), "below": ("No,", "Non"), "cannot_tell": ("Cannot", "Pas de")}
    assert short.startswith(begins[found.answer])
    assert len(short.split()) <= 40
    assert short.count(". ") <= 2
    if worth.rate_of_return.value is not None:
        assert f"{100 * worth.rate_of_return.value:.1f}".replace("-", "").split(".")[0] in short


def test_an_effect_that_may_be_none_is_not_said_to_have_risen(english):
    for direction in (None, "not_noticeably", "lower"):
        text = answered(
            english, worth_of(100_000.0), rated(3, verb="probably", direction=direction)
        )
        assert text.startswith("On these assumptions the programme returned")
        assert "rose" not in text


@pytest.mark.parametrize("steps", [0, 1])
def test_weak_evidence_carries_no_answer_however_sure_the_return_is(english, steps):
    for effect in (1_000.0, 900_000.0):
        text = answered(english, worth_of(effect), rated(steps, verb="cannot_tell"))
        assert text.startswith("This cannot be told: the evidence for an effect is too weak.")
        assert "the programme returned" not in text
        assert "On these assumptions the estimate gives a return of" in text


def test_a_chance_between_one_and_nine_in_ten_cannot_be_told(english):
    worth = worth_of(193_000.0, error=40_000.0)
    assert 0.1 < worth.simulated.above_hurdle < 0.9
    text = answered(english, worth, rated())
    assert text.startswith("This cannot be told: effect and assumptions leave both answers open.")
    assert "the programme returned" not in text


def test_a_value_on_the_other_side_of_the_hurdle_than_the_draws_cannot_be_told():
    worth = worth_of(300_000.0)
    found = justified(replace(worth, value=-1.0), rated())
    assert found == Justified("cannot_tell", "chance")


def test_no_return_is_said_in_words_and_never_as_a_number(voice):
    worth = worth_of(-5_000.0, error=100.0)
    assert worth.rate_of_return.why == "no_gain"
    text = answered(voice, worth, rated(direction="lower"))
    assert ("did not reach the hurdle of 10%" in text) or ("n'a pas atteint le seuil" in text)
    assert ("No rate of return exists" in text) or ("n'existe pas de taux" in text)
    assert not re.search(r"nan|None|inf\b|−0[^,.\d]|returned|rendement du programme", text)


def test_several_returns_are_no_return_and_the_hurdle_still_decides(english):
    worth = worth_of(300_000.0)
    several = Figure(why="several_returns", all_values=(0.1, 0.4))
    text = answered(english, replace(worth, rate_of_return=several), rated())
    assert text.startswith("On these assumptions the programme reached the hurdle of 10%.")
    assert "several rates" in text


def test_without_a_bounded_interval_nothing_is_simulated_but_break_even_is_told(voice):
    worth = worth_of(bounded=False)
    assert justified(worth, rated()) == Justified("cannot_tell", "no_interval")
    text = answered(voice, worth, rated())
    assert ("no bounded interval" in text) or ("pas d'intervalle borné" in text)
    assert "simul" not in text.lower()
    needed = says.effect_needed(voice, worth)
    assert ("any value" in needed) or ("toute valeur" in needed)
    assert figures.simulated_returns(voice, worth) is None
    assert says.more_data(voice, worth) == ""
    assert figures.return_over_persistence(voice, worth) is not None


@pytest.mark.parametrize(
    ("effect", "where"),
    [(50_000.0, "above the whole"), (193_000.0, "inside the"), (500_000.0, "lies above that")],
)
def test_the_break_even_effect_is_told_against_the_interval(english, effect, where):
    text = says.effect_needed(english, worth_of(effect))
    assert where in text
    assert "MAD per year and firm" in text
    assert "%" in text.partition("of revenue without")[0]


def test_a_break_even_effect_without_a_percentage_or_at_all_says_why(english):
    worth = worth_of()
    nothing = says.effect_needed(
        english, replace(worth, needed_percent=Figure(why="nothing_without"))
    )
    assert "%" not in nothing.partition(". ")[0]
    nobody = says.effect_needed(english, replace(worth, needed=Figure(why="no_beneficiaries")))
    assert nobody == "No effect would be large enough: on these assumptions nobody gains from it."


def test_how_long_the_effect_must_last(english):
    text = says.lasting_needed(english, worth_of(300_000.0))
    assert re.search(r"Of the estimated effect \d+\.\d% would have to be kept", text)
    assert re.search(r"last \d+\.\d years", text)
    assert "not be reached" in says.lasting_needed(english, worth_of(10_000.0))


def test_what_turns_the_answer_is_counted_and_named(english):
    believed = assumptions(
        displacement=Assumption(0.0, 0.0, 0.6), growth=Assumption(0.02, 0.0, 0.04)
    )
    worth = worth_of(220_000.0, error=1_000.0, believed=believed)
    assert list(turning(worth)["name"]) == ["displacement"]
    text = says.hinges(english, worth)
    assert "other Moroccan artisans lost" in text
    assert "by themselves: 1 of 2" in text
    assert figures.tornado(english, worth).caption.endswith("1")
    certain = worth_of(220_000.0, bounded=False)
    assert says.hinges(english, certain) == ""
    assert figures.tornado(english, certain) is None


def test_one_more_round_is_worth_little_or_says_how_much(english):
    worth = worth_of()
    little = replace(worth, more_data=MoreData(goes_ahead=False, changes=0.0, worth=0.0))
    assert "hardly change" in says.more_data(english, little)
    much = replace(worth, more_data=MoreData(goes_ahead=True, changes=0.25, worth=2.34e6))
    text = says.more_data(english, much).replace("\u00a0", " ")
    assert "in 25% of cases, and be worth at most 2.3 million MAD" in text


def test_the_projection_is_called_one_and_no_evidence(voice):
    text = says.projected(voice)
    assert ("projection is no evidence" in text) or ("projection n'est pas une preuve" in text)
    assert ("24.1%" in text) or ("24,1\u00a0%" in text)


def test_a_simulated_share_is_never_zero_or_all(english):
    assert [chance(english, share) for share in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "less than 1%",
        "less than 1%",
        "50%",
        "more than 99%",
        "more than 99%",
    ]


@pytest.mark.parametrize("effect", [-5_000.0, 100_000.0, 193_000.0, 300_000.0])
def test_sentences_keep_to_25_words(voice, effect):
    worth = replace(worth_of(effect, error=40_000.0), more_data=MoreData(True, 0.2, 1e6))
    for rating in (rated(1, verb="cannot_tell"), rated(2, verb="may_have"), rated()):
        shown = worth_the_money(voice, findings_of(worth, rating)).items
        texts = [one.markdown for one in shown if isinstance(one, Text)]
        for line in "\n".join(texts).splitlines():
            plain = re.sub(r"\([^)]*\)\.$", ".", without_markup(line))  # a source is no sentence
            for sentence in re.split(r"(?<=[.?])\s+", plain.replace("\u00a0", " ")):
                assert len(sentence.split()) <= 25, sentence


def findings_of(worth, rating, why=None):
    """What the sections on worth ask of all findings."""
    return SimpleNamespace(
        economics=Economics(worth, why),
        evidence=SimpleNamespace(rating=rating),
        impact=SimpleNamespace(counterfactual=SimpleNamespace(gain=9_000.0)),
    )


def test_part_8_begins_with_the_answer_and_the_brief_takes_that_alone(voice):
    worth, rating = worth_of(100_000.0), rated()
    chapter, first, *rest = worth_the_money(voice, findings_of(worth, rating)).items
    assert chapter.number == 8
    assert first.markdown.startswith(says.answer(voice, worth, justified(worth, rating))[0])
    assert first.brief
    assert not any(getattr(item, "brief", False) for item in rest)
    drawn = {item.label for item in rest if isinstance(item, Picture)}
    assert drawn == {"fig-persistence", "fig-tornado", "fig-simulated"}


def test_a_study_without_an_appraisal_says_in_part_8_what_is_missing(voice):
    shown = worth_the_money(voice, findings_of(None, rated(), "no_economics_file"))
    text = words(shown)
    assert len(shown.items) == 2
    assert ("Two things are missing" in text) or ("Il manque deux choses" in text)
    assert ("names no economics file" in text) or ("ne nomme pas de fichier" in text)
    first = worth_it_of_page_one(voice, findings_of(None, rated(), "no_economics_file")).answer
    assert ("Not answered here." in first) or ("Sans réponse ici." in first)


def test_a_return_of_invented_firms_is_called_an_exercise(voice):
    found = findings_of(worth_of(100_000.0), rated())
    assert voice.study.truth is not None
    text = words(worth_the_money(voice, found))
    assert ("no finding on the programme" in text) or ("non un résultat sur le programme" in text)
    real = Voice(voice.study.changed(truth=None))
    assert "invented" not in words(worth_the_money(real, found))
    assert worth_it_of_page_one(voice, found).reason
    assert worth_it_of_page_one(real, found).reason == ""


@pytest.mark.parametrize(
    ("effect", "steps", "said"),
    [
        (300_000.0, 3, "On its assumptions the programme reached the hurdle."),
        (100_000.0, 3, "On its assumptions the programme did not reach the hurdle."),
        (300_000.0, 1, "Whether it was worth the money cannot be told."),
    ],
)
def test_the_lesson_on_worth_follows_the_answer(english, effect, steps, said):
    lesson = _on_worth(english, findings_of(worth_of(effect), rated(steps)))
    assert lesson.finding == said


def test_only_a_study_without_an_appraisal_has_the_lesson_that_it_is_not_answered(english):
    lesson = _on_worth(english, findings_of(None, rated(), "no_economics_file"))
    assert lesson.finding == "Whether it was worth the money is not answered."


def told_of(voice, effect, **choices):
    """The whole appraisal of the case's file, as its notebook shows it, of another effect."""
    believed = voice.study.economics.beliefs()
    costs = voice.study.economics.cost_stream("MAD", "en")
    worth = worth_of(effect, believed=believed, **choices)
    appraisal = worth.appraisal.changed(costs=costs)
    return worth_it(voice, Economics(replace(worth, appraisal=appraisal)))


@pytest.mark.parametrize("effect", [-50_000.0, 0.0, 35_000.0, 600_000.0, 1e8])
@pytest.mark.parametrize("bounded", [True, False])
def test_the_appraisal_never_shows_a_number_that_is_none(voice, effect, bounded):
    shown = told_of(voice, effect, bounded=bounded)
    text = words(shown)
    assert not re.search(r"\b(?:nan|NaN|None|inf)\b|∞|−0(?:[.,]0+)?(?![\d.,])", text)
    assert all(len(item.headings) <= 7 for item in shown.items if isinstance(item, Table))
    for one in shown.figures():
        assert len(one.caption.split()) <= 12
    if voice.study.plan.language == "fr":
        assert not re.search(r"\d\.\d", text)
        assert not re.findall(r".{0,30} [;:!?%»](?=\s|$).{0,10}", text)


def test_every_number_beside_the_estimate_has_a_source_or_is_called_an_assumption(voice):
    shown = told_of(voice, 35_000.0)
    table = next(
        i for i in shown.items if isinstance(i, Table) and i.label == "tab-assumed-in-full"
    )
    numbers = voice.study.economics.numbers()
    assert len(table.frame) == len(numbers) + 5 + len(voice.study.economics.exchange_rates)
    assert table.frame["grounds"].str.len().min() > 10
    marked = table.frame["grounds"].str.match("Assumption|Hypothèse")
    assumed = [one.assumed for one in numbers.values()]
    assert list(marked)[-len(assumed) :] == assumed


def test_only_numbers_with_a_range_stand_in_part_8(voice):
    numbers = voice.study.economics.numbers().values()
    table = tables.ranged(voice)
    assert len(table.frame) == sum(one.low is not None for one in numbers)
    assert "—" not in set(table.frame["range"])


def test_a_loss_brings_nothing_back_and_nobody_gains(english):
    worth = worth_of(-50_000.0)
    assert "brought back" in says.present_value(english, worth_of())
    assert "brought back" not in says.present_value(english, worth)
    assert says.gainers(english, worth) == ""


def test_a_small_break_even_effect_is_not_written_as_none(english):
    assert [percent(english, value) for value in (251.3, 12.0, 3.21, 0.0123)] == [
        "251%",
        "12%",
        "3.2%",
        "0.012%",
    ]


def test_what_is_not_appraised_says_why(voice):
    for why, english, french in (
        ("no_economics_file", "names no economics file", "ne nomme pas de fichier"),
        ("not_in_money", "not in money", "pas en argent"),
    ):
        text = words(worth_it(voice, Economics(None, why)))
        assert (english in text) or (french in text)
        assert not re.search(r"\d", text)


def test_costs_are_shown_by_year_and_payer_in_both_prices(english):
    shown = told_of(english, 35_000.0)
    table = next(i for i in shown.items if isinstance(i, Table) and i.label == "tab-costs")
    rows = table.frame[table.frame["currency"] == "USD"]
    assert list(rows["year"]) == [2012, 2013]
    rate = english.study.economics.exchange_rates["USD"].rate
    assert rows["constant"].iloc[0] == pytest.approx(rows["amount"].iloc[0] * rate)
    assert rows["constant"].iloc[1] < rows["amount"].iloc[1] * rate  # prices rose in 2013
    total = english.study.economics.cost_stream("MAD", "en").by_payer["constant"].sum()
    assert table.frame["constant"].sum() == pytest.approx(total)


def test_the_band_of_returns_is_drawn_where_an_end_has_none(voice):
    worth = worth_of(20_000.0, error=15_000.0)
    assert worth.lasting["return_low"].isna().all()
    assert isinstance(figures.return_over_persistence(voice, worth), Picture)
    lost = worth.lasting.assign(**{"return": np.nan})
    assert figures.return_over_persistence(voice, replace(worth, lasting=lost)) is None
    empty = replace(worth.simulated, histogram=pd.DataFrame(columns=["left", "right", "count"]))
    assert figures.simulated_returns(voice, replace(worth, simulated=empty)) is None
    few = pd.DataFrame({"why": ["no_cost"], "count": [worth.simulated.draws * 0.6]})
    mostly_none = replace(worth.simulated, without_return=few)
    assert figures.simulated_returns(voice, worth) is not None
    assert figures.simulated_returns(voice, replace(worth, simulated=mostly_none)) is None


def with_file(study, **changes):
    other = study.changed()
    other.__dict__["economics"] = study.economics.model_copy(update=changes)
    return other


def test_prices_of_two_years_and_a_path_are_told_before_the_effect_needed(study):
    follows = study.economics.effect.model_copy(update={"follows": "path"})
    voice = Voice(with_file(study, outcome_prices=2013, effect=follows))
    told = " ".join(says.basis(voice, worth_of()))
    assert "in prices of 2012; the parts before are in prices of 2013" in told
    assert "its mean over the years seen is 200,000\u00a0MAD" in told
    assert says.basis(Voice(study), worth_of()) == []


def test_gains_before_losses_are_not_called_gains_before_costs(english):
    worth = replace(worth_of(), rate_of_return=Figure(why="gain_before_cost"))
    assert "the first years bring a net gain, later ones a net loss" in says.if_it_held(
        english, worth
    )


def test_who_loses_is_not_headed_as_who_gains(english):
    text = "\n".join(
        piece.markdown
        for piece in who_gains(english, worth_of(-50_000.0))
        if hasattr(piece, "markdown")
    )
    assert "Who gains, who loses" in text
    kept = who_gains(english, worth_of(50_000.0))[0].markdown
    assert "loses" not in kept


@pytest.mark.parametrize(
    ("largest", "words"), [(900.0, "MAD"), (9e4, "thousand MAD"), (9e6, "million MAD")]
)
def test_an_axis_of_money_counts_in_what_its_amounts_are(english, largest, words):
    assert Unit.of_money(english, "MAD", largest).words == words


@pytest.mark.parametrize(
    ("found", "said"),
    [((0.41, -2.1, 2.3), "+0.4%"), ((0.02, -2.1, 2.3), "is 0.0%"), ((12.4, 2.0, 20.0), "+12%")],
)
def test_a_small_effect_is_not_written_as_none_with_a_sign(english, found, said):
    findings = SimpleNamespace(
        evidence=SimpleNamespace(rating=rated(3, verb="cannot_tell", direction=None)),
        headline=SimpleNamespace(
            verdict_percent=found,
            outcome="revenue_mad",
            verdict=SimpleNamespace(estimate=1.0, conf_low=0.0, conf_high=2.0),
        ),
    )
    assert said in without_markup(changed(english, findings).answer)
