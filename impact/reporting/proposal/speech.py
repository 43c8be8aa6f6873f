"""Doubts, faults and rows in one language."""

from dataclasses import dataclass
from typing import Self

from impact.data.proposal.doubt import Doubt, Value
from impact.errors import Fault, Rows
from impact.reporting.formats import Formats
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said
from impact.terms import Language


@dataclass(frozen=True, eq=False)
class Speech:
    """Sentences and numbers of one language, without a plan whose nouns they would take.

    Examples
    --------
    >>> from impact.data.proposal.doubt import Doubt
    >>> from impact.reporting.proposal.speech import Speech
    >>> Speech.of("fr").doubt(Doubt.of("several_sheets", n=2))
    '2 feuilles\u00a0: celle qui a le plus de cellules est prise'
    """

    language: Language
    t: Words
    f: Formats

    @classmethod
    def of(cls, language: Language) -> Self:
        """Make it of a language."""
        return cls(language, Words(language), Formats(language))

    def doubt(self, doubt: Doubt) -> str:
        """Say what is unsure."""
        values = {name: self._value(name, value) for name, value in doubt.values.items()}
        return said(self.t, "doubt", doubt.code, **values)

    def fault(self, fault: Fault) -> str:
        """Say what cells break."""
        return said(self.t, "fault", fault.code, rows=self.rows(fault.rows))

    def rows(self, rows: Rows) -> str:
        """Name rows: ``rows 2, 5 and 9``; nothing where none are known."""
        if not rows.n:
            return ""
        more = rows.n - len(rows.first)
        words = [str(row) for row in rows.first]
        words += [self.t("{n} more", n=self.f.number(more))] if more else []
        if len(words) == 1:
            return self.t("row {row}", row=words[0])
        return self.t("rows {rows} and {last}", rows=", ".join(words[:-1]), last=words[-1])

    def _value(self, name: str, value: Value) -> str:
        """Say what a doubt is about."""
        match value:
            case Doubt():
                return self.doubt(value)
            case Fault():
                return self.fault(value)
            case Rows():
                return self.rows(value)
            case str():
                return self._text(name, value)
        return self.f.percent(100 * value, 0) if isinstance(value, float) else self.f.number(value)

    def _text(self, name: str, text: str) -> str:
        """Say a kind of identifier or a type in the register's words; names and codes stay what they are."""
        if name == "what":
            return said(self.t, "identifier", text)
        return said(self.t, "column_type", f"type:{text}") if name == "type" else text
