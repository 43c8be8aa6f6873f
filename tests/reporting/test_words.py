"""Numbers and sentences as readers of English and French expect them."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from impact.data.french import typeset
from impact.reporting.formats import Formats, escape
from impact.reporting.words.catalogue import MissingTranslationError, Words

ROOM = Path(__file__).resolve().parents[2] / "impact"
EN, FR = Formats("en"), Formats("fr")


def sentences():
    """Every sentence that the code gives to ``t("...")``, nested in an f-string or not."""
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "t"
            )
            if (
                named
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield node.args[0].value


NOUNS = {
    "whose",
    "Whose",
    "treated",
    "Treated",
    "of_treated",
    "outcome",
    "of_outcome",
    "treatment",
    "Treatment",
    "of_treatment",
    "to_treatment",
    "start",
}
"""Places that `Voice.about` fills: each language takes those that its grammar needs."""


def places(sentence):
    return set(re.findall(r"{(\w+)}", sentence)) - NOUNS


def test_every_sentence_has_its_french_with_the_same_places_to_fill():
    with (ROOM / "reporting" / "locales" / "fr.po").open("rb") as file:
        french = {message.id: message.string for message in read_po(file) if message.id}
    found = set(sentences())
    assert len(found) > 200
    assert found - set(french) == set()
    assert set(french) - found == set(), "sentences that nobody says any more"
    for english, translated in french.items():
        assert translated
        assert places(english) == places(translated), english


def test_a_column_without_a_unit_leaves_no_empty_brackets():
    for language, said in (("en", "Effect by cohort"), ("fr", "Effet par cohorte")):
        t = Words(language)
        assert t("Effect by cohort ({unit})", unit="") == said
        assert t("Effect by cohort ({unit})", unit="MAD") == f"{said} (MAD)"


def test_a_sentence_without_french_is_an_error_not_english():
    with pytest.raises(MissingTranslationError):
        Words("fr")("Nobody translated this.")


@pytest.mark.parametrize(
    ("value", "digits", "english", "french"),
    [
        (1234567.891, 0, "1,234,568", "1\u202f234\u202f568"),
        (-1234.5, 1, "\u22121,234.5", "\u22121\u202f234,5"),
        (0.0049, 2, "0.00", "0,00"),
        (-0.001, 1, "0.0", "0,0"),
        (float("nan"), 0, "\u2014", "\u2014"),
        (None, 0, "\u2014", "\u2014"),
        (float("inf"), 0, "∞", "∞"),
        (float("-inf"), 0, "\u2212∞", "\u2212∞"),
    ],
)
def test_numbers(value, digits, english, french):
    assert EN.number(value, digits) == english
    assert FR.number(value, digits) == french


def test_percent_p_values_times_and_months():
    assert (EN.percent(12.34), FR.percent(12.34)) == ("12.3%", "12,3\u00a0%")
    assert (EN.p_value(0.0004), FR.p_value(0.0354)) == ("< 0.001", "0,035")
    assert (EN.p_clause(0.2), EN.p_clause(0.0001)) == (
        "p\u00a0=\u00a00.200",
        "p\u00a0<\u00a00.001",
    )
    assert (EN.time("2013Q1"), FR.time("2013Q1"), FR.time(1988)) == ("2013 Q1", "T1 2013", "1988")
    assert (EN.month("2013-01"), FR.month("2013-08"), EN.month(None)) == (
        "January 2013",
        "août 2013",
        "\u2014",
    )
    assert FR.interval(-1, 2.5, lambda x: FR.number(x, 1)) == "\u22121,0 à 2,5"


def test_escaped_text_keeps_its_words_and_loses_its_powers():
    assert escape("a*b_c\n<b>") == r"a\*b\_c \<b\>"


def test_french_has_its_no_break_spaces_wherever_a_sentence_has_a_space_before_a_sign():
    assert typeset("Fini ; oui ? non ! à 5 % : « mot »") == (
        "Fini\u202f; oui\u202f? non\u202f! à 5\u00a0%\u00a0: «\u00a0mot\u00a0»"
    )
    with (ROOM / "reporting" / "locales" / "fr.po").open("rb") as file:
        french = [typeset(str(message.string)) for message in read_po(file) if message.id]
    for sentence in french:
        assert not re.search(r"(?: |[^\s\u00a0\u202f])[;!?](?=\s|$)", sentence), sentence
        assert not re.search(r"[ \u202f][:%»]|[a-zé)}][:%](?=\s|$)", sentence), sentence
        assert not re.search(r"« ", sentence), sentence
        assert not re.search(r"\d\.\d", sentence), sentence


@pytest.mark.parametrize(
    ("low", "high", "english", "french"),
    [
        (1.0, 2.0, "1 to 2", "1 à 2"),
        (1.0, float("inf"), "1 or more", "1 ou plus"),
        (float("-inf"), 2.0, "2 or less", "2 ou moins"),
        (float("-inf"), float("inf"), "any value", "toute valeur"),
        (float("nan"), 2.0, "\u2014", "\u2014"),
    ],
)
def test_an_unbounded_end_is_said_in_words(low, high, english, french):
    assert EN.interval(low, high, EN.number) == english
    assert FR.interval(low, high, FR.number) == french


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [(99.0, "99th", "99ᵉ"), (97.5, "97.5th", "97,5ᵉ"), (1, "1st", "1ᵉ"), (12, "12th", "12ᵉ"), (22, "22nd", "22ᵉ")],
)  # fmt: skip
def test_ranks(value, english, french):
    assert (EN.ordinal(value), FR.ordinal(value)) == (english, french)
