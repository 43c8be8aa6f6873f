"""What a plan calls its units, its treated units and its programme, put into sentences that say firm and beneficiary.

Sentences are written once, of firms and beneficiaries; a plan of states and grantees has them say so. Only the sentence is
rewritten, never the values filled into it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from impact.terms import Language

Gender = Literal["m", "f"]
_VOWELS = "aeiouyàâéèêëîïôûh"  # French nouns in h are taken as mute, as héritier
_AGREEING = (  # feminine and masculine, as French sentences on firms have them
    ("aucune", "aucun"),
    ("une", "un"),
    ("seule", "seul"),
    ("seules", "seuls"),
    ("toute", "tout"),
    ("toutes", "tous"),
    ("certaines", "certains"),
    ("vue", "vu"),
    ("vues", "vus"),
    ("celles", "ceux"),
)

_ARTICLES = frozenset(
    {"aucune", "une", "toute", "toutes", "certaines", "celles"}
)  # of the noun after them


@dataclass(frozen=True)
class Noun:
    """A noun in one language: ``Noun("firm", "firms")``; gender matters in French only."""

    one: str
    many: str
    gender: Gender = "m"

    def form(self, plural: str, *, capital: bool) -> str:
        """Return the form that takes the place of a word with this ending (``s`` or nothing)."""
        word = self.many if plural else self.one
        return word[:1].upper() + word[1:] if capital else word

    @property
    def ends_with_its_head(self) -> bool:
        """Whether nothing follows what it is: ``small firm``, not ``household with an offer``, which takes no possessive."""
        return self.one.split()[-1] != self.many.split()[-1] or len(self.many.split()) == 1

    @property
    def elides(self) -> bool:
        """Whether French articles lose their vowel before it."""
        return self.one[:1].lower() in _VOWELS


@dataclass(frozen=True)
class Nouns:
    """The nouns of one plan in one language.

    Attributes
    ----------
    unit, treated : Noun
    treatment : str
        With its article, as ``the fairs`` or ``les salons``.
    start : str
        Without one, as ``first fair`` or ``premier salon``.
    """

    language: Language
    unit: Noun
    treated: Noun
    treatment: str
    start: str

    def put_into(self, sentence: str) -> str:
        """Return a sentence of firms and beneficiaries with this plan's words."""
        if self == DEFAULT[self.language]:
            return sentence
        if self.language == "fr":
            return _in_french(sentence, unit=self.unit, treated=self.treated)
        return _in_english(sentence, unit=self.unit, treated=self.treated)

    @property
    def of_treatment(self) -> str:
        """The treatment after of: ``of the fairs``, ``des salons``."""
        return self.of(self.treatment)

    def of(self, noun: str) -> str:
        """Return a noun with its article after of: ``of the fairs``, ``des salons``, ``du chiffre d'affaires``."""
        if self.language == "en":
            return f"of {noun}"
        return _contracted(noun, {"le ": "du ", "les ": "des "}, otherwise="de ")

    @property
    def to_treatment(self) -> str:
        """The treatment after to: ``to the fairs``, ``aux salons``."""
        if self.language == "en":
            return f"to {self.treatment}"
        return _contracted(self.treatment, {"le ": "au ", "les ": "aux "}, otherwise="à ")


DEFAULT: Mapping[Language, Nouns] = {
    "en": Nouns(
        language="en",
        unit=Noun("firm", "firms"),
        treated=Noun("beneficiary", "beneficiaries"),
        treatment="the programme",
        start="start",
    ),
    "fr": Nouns(
        language="fr",
        unit=Noun("entreprise", "entreprises", "f"),
        treated=Noun("bénéficiaire", "bénéficiaires"),
        treatment="le programme",
        start="début",
    ),
}


def _contracted(noun: str, articles: Mapping[str, str], *, otherwise: str) -> str:
    for article, contracted in articles.items():
        if noun.startswith(article):
            return contracted + noun.removeprefix(article)
    return otherwise + noun


def _in_english(sentence: str, *, unit: Noun, treated: Noun) -> str:
    for stem, singular, plural, noun in (
        ("firm", "", "s", unit),
        ("beneficiar", "y", "ies", treated),
    ):
        pattern = rf"\b([Aa]n? )?(?<![{{\w])({stem})({plural}|{singular})\b(?!\}})('(?!s))?"

        def put(found: re.Match[str], noun: Noun = noun, plural: str = plural) -> str:
            article, word, ending, apostrophe = found.groups(default="")
            form = noun.form("s" if ending == plural else "", capital=word[0].isupper())
            whose = "'s" if apostrophe and not form.endswith("s") else apostrophe
            return f"{_article(article, form)}{form}{whose}"

        sentence = re.sub(pattern, put, sentence, flags=re.IGNORECASE)
    return sentence


def _article(article: str, noun: str) -> str:
    if not article:
        return ""
    return f"{article[0]}{'n' if noun[0].lower() in 'aeiou' else ''} "


def _in_french(sentence: str, *, unit: Noun, treated: Noun) -> str:
    if unit.gender == "m":
        sentence = _masculine(sentence)
    for stem, noun in (("entreprise", unit), ("bénéficiaire", treated)):
        pattern = rf"\b([dlDL]['’]|[dD]e |[lL][ea] )?(?<![{{\w])({stem})(s?)\b(?!\}})"

        def put(found: re.Match[str], noun: Noun = noun) -> str:
            article, word, plural = found.groups(default="")
            form = noun.form(plural, capital=word[0].isupper())
            return f"{_french_article(article, noun)}{form}"

        sentence = re.sub(pattern, put, sentence, flags=re.IGNORECASE)
    return sentence


def _french_article(article: str, noun: Noun) -> str:
    """Elide or write out ``de`` and ``le`` as the noun that follows asks for."""
    if not article:
        return ""
    letter = article[0]
    if noun.elides:
        return f"{letter}'"
    if letter in "dD":
        return f"{letter}e "
    return f"{letter}{'a' if noun.gender == 'f' else 'e'} "


def _masculine(sentence: str) -> str:
    """Let what agrees with ``entreprise`` agree with a masculine noun: articles before it, participles after it."""
    before = "|".join(feminine for feminine, _ in _AGREEING)
    pairs = dict(_AGREEING)

    def other(found: re.Match[str]) -> str:
        word = found[0]
        changed = pairs[word.lower()]
        return changed.capitalize() if word[0].isupper() else changed

    def phrase(found: re.Match[str]) -> str:
        text = re.sub(rf"\b({before})\b", other, found[0], flags=re.IGNORECASE)
        return re.sub(r"(\w)ée(s?)\b", r"\1é\2", text)

    after = "|".join(word for word, _ in _AGREEING if word not in _ARTICLES)  # une fois is no firm
    counted = (
        r"(?:\(\{\w+\} )?"  # a number of them in brackets: {firms} entreprises ({treated} traitées)
    )
    agreeing = rf"(?:jamais|pas|encore|non|\w+ées?|{after})\b"
    around = rf"(?:\b(?:{before})\b (?:les )?)*\bentreprises?\b(?: {counted}{agreeing})*"
    return re.sub(around, phrase, sentence, flags=re.IGNORECASE)
