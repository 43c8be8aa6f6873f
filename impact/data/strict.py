"""What every declared model shares: keys and values as declared, and texts in both languages."""

from pydantic import BaseModel, ConfigDict

from impact.data.french import typeset
from impact.terms import Language


class Strict(BaseModel):
    """Keys and values as declared: an unknown key is refused, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(Strict):
    """A text in both languages of the reports."""

    en: str
    fr: str

    def in_language(self, language: Language) -> str:
        """Return the text in one language, French with its no-break spaces."""
        return typeset(self.fr) if language == "fr" else self.en


def both_languages(text: str | Words | None) -> dict[str, str]:
    """Return a text by language, one without a language in each; empty where there is none."""
    if text is None:
        return {}
    words = Words(en=text, fr=text) if isinstance(text, str) else text
    return words.model_dump()
