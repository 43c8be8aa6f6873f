"""Sentences in two languages: English in the code, French in ``locales/fr.po``."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from impact.data.french import typeset
from impact.errors import ImpactError
from impact.reporting.words.nouns import DEFAULT, Nouns
from impact.terms import Language

_EMPTY_BRACKETS = re.compile(r"[ \u00a0]\(\)")  # of a column without a unit
_CATALOGUE = Path(__file__).parents[1] / "locales" / "fr.po"


class MissingTranslationError(ImpactError):
    """A sentence has no French in ``locales/fr.po``."""


def t(sentence: str) -> str:
    """Mark a sentence of the register for the catalogue; it is said later, in the reader's language, by `Words`."""
    return sentence


class Words:
    """Sentences in one language: ``t = Words("fr"); t("Revenue rose by {x}.", x="5 %")``.

    English sentences in the code are the keys; ``locales/fr.po`` holds the French. Values arrive formatted and, where they
    come from data, escaped. Sentences speak of firms and beneficiaries; a plan's own nouns are put in their place.
    """

    def __init__(self, language: Language, nouns: Nouns | None = None) -> None:
        self.language = language
        self.nouns = nouns or DEFAULT[language]

    def __call__(self, sentence: str, **values: Any) -> str:
        """Return the sentence in this language with its values filled in."""
        if self.language == "fr":
            translated = _french().get(sentence)
            if not translated:
                raise MissingTranslationError(f"no French for: {sentence}")
            sentence = translated
        sentence = self.nouns.put_into(sentence)
        if not values:
            return sentence
        said = sentence.format(**values)
        return _EMPTY_BRACKETS.sub("", said) if "" in values.values() else said


@cache
def _french() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with _CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    return {str(message.id): typeset(str(message.string)) for message in catalogue if message.id}


def sentences(language: Language, nouns: Nouns | None = None) -> list[str]:
    """Return every sentence that the package may say in a language, placeholders and all."""
    known = _french()
    chosen = known.values() if language == "fr" else known.keys()
    return [(nouns or DEFAULT[language]).put_into(sentence) for sentence in chosen]
