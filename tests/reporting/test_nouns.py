"""Sentences are written of firms and beneficiaries; a plan's own nouns take their place, in both languages."""

import pytest

from impact.reporting.words.catalogue import Words
from impact.reporting.words.nouns import DEFAULT, Noun, Nouns

ENGLISH = Nouns("en", Noun("state", "states"), Noun("exhibitor", "exhibitors"), "the fairs", "fair")
FRENCH = Nouns(
    "fr", Noun("État", "États", "m"), Noun("exposant", "exposants"), "les salons", "premier salon"
)


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("Leaving out any one firm", "Leaving out any one state"),
        ("a beneficiary of {n} firms", "an exhibitor of {n} states"),
        ("Beneficiaries' outcome", "Exhibitors' outcome"),
        ("{firms} and affirmed", "{firms} and affirmed"),
    ],
)
def test_english_sentences_take_the_plans_nouns(sentence, written):
    assert ENGLISH.put_into(sentence) == written


def test_a_plural_that_does_not_end_in_s_has_a_possessive_of_its_own():
    offered = Noun("household offered credit", "households offered credit")
    of_people = Nouns("en", Noun("person", "people"), offered, "the offer", "offer")
    assert of_people.put_into("of beneficiaries' and of firms'") == (
        "of households offered credit's and of people's"
    )


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("toutes les entreprises", "tous les États"),
        ("toute entreprise de l'analyse", "tout État de l'analyse"),
        ("Une seule entreprise forme", "Un seul État forme"),
        ("Entreprises non observées à toutes les périodes", "États non observés à toutes les périodes"),
        ("les entreprises jamais traitées", "les États jamais traités"),
        ("aux entreprises une fois leurs achats payés", "aux États une fois leurs achats payés"),
        ("à 0 % des entreprises une période", "à 0 % des États une période"),
        ("moins de dix bénéficiaires, de bénéficiaires", "moins de dix exposants, d'exposants"),
        ("l'entreprise, le bénéficiaire", "l'État, l'exposant"),
    ],
)  # fmt: skip
def test_french_sentences_agree_with_the_plans_nouns(sentence, written):
    assert FRENCH.put_into(sentence) == written


def test_a_plan_without_words_of_its_own_leaves_sentences_as_they_are():
    for language in ("en", "fr"):
        assert DEFAULT[language].put_into("an entreprise, a firm") == "an entreprise, a firm"


def test_the_programme_contracts_with_what_stands_before_it():
    assert (FRENCH.of_treatment, FRENCH.to_treatment) == ("des salons", "aux salons")
    assert (ENGLISH.of_treatment, ENGLISH.to_treatment) == ("of the fairs", "to the fairs")
    assert DEFAULT["fr"].of_treatment == "du programme"


def test_values_filled_in_are_left_as_they_are():
    assert Words("en", ENGLISH)("{what} of firms", what="firm A") == "firm A of states"


def test_a_noun_with_words_behind_it_takes_no_possessive():
    heads = [Noun("small firm", "small firms"), Noun("person", "people"), Noun("sheep", "sheep")]
    behind = [
        Noun("household with an offer", "households with an offer"),
        Noun("household offered credit", "households offered credit"),
    ]
    assert [noun.ends_with_its_head for noun in (*heads, *behind)] == [True] * 3 + [False] * 2
