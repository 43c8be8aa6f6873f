"""What every section speaks with: the study, its language's words and its numbers."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from impact.evaluation.study import Study
from impact.evaluation.wording import Noun as WordedNoun
from impact.reporting.formats import DASH, Formats, escape
from impact.reporting.words.catalogue import Words
from impact.reporting.words.nouns import Noun, Nouns
from impact.reporting.words.register import said
from impact.reporting.written import CHOSEN_LEVEL

WHOLE = 100.0  # money whose usual amount is smaller needs decimals: a wage of 5.25 is not 5
A_RATE = ("per ", "par ", "a ", "an ", "each ", "/")
"""How a unit goes on that says for how long, or for what, money is paid."""


@dataclass(frozen=True)
class Voice:
    """A study in its language. ``t`` writes sentences, ``f`` numbers.

    Attributes
    ----------
    study : Study
    drawings : Path, optional
        Folder in which a run keeps its drawings.
    """

    study: Study
    drawings: Path | None = None

    @cached_property
    def t(self) -> Words:
        """Sentences."""
        return Words(self.study.plan.language, self.nouns)

    @cached_property
    def nouns(self) -> Nouns:
        """What the plan calls its units, those treated, the treatment and its start."""
        language, words = self.study.plan.language, self.study.plan.words

        def noun(one: WordedNoun) -> Noun:
            return Noun(one.one(language), one.many(language), "f" if one.feminine else "m")

        return Nouns(
            language=language,
            unit=noun(words.unit),
            treated=noun(words.treated),
            treatment=words.treatment.in_language(language),
            start=words.start.in_language(language),
        )

    @property
    def who(self) -> dict[str, str]:
        """Places of sentences that name the headline, the treated and the treatment."""
        nouns, label = self.nouns, self.study.label(self.study.outcome)
        outcome = self._outcome(label)
        ends_in_s = nouns.treated.many.endswith("s")
        whose = f"{nouns.treated.many}'" if ends_in_s else f"{nouns.treated.many}'s"
        of = "of" if nouns.language == "en" else "des"
        return {
            "whose": whose,
            "Whose": whose[:1].upper() + whose[1:],
            "treated": nouns.treated.many,
            "Treated": nouns.treated.form("s", capital=True),
            "of_treated": f"{of} {nouns.treated.many}",
            "outcome": outcome,
            "own": outcome.removeprefix("the "),
            "of_outcome": nouns.of(outcome),
            "treatment": nouns.treatment,
            "Treatment": nouns.treatment[:1].upper() + nouns.treatment[1:],
            "of_treatment": nouns.of_treatment,
            "to_treatment": nouns.to_treatment,
            "start": nouns.start,
        }

    def _outcome(self, label: str) -> str:
        """The headline inside a sentence: ``revenue``, ``le chiffre d'affaires``, or ``le résultat (ventes)``."""
        phrase = self.study.column(self.study.outcome).phrase
        if phrase is not None:
            return phrase.in_language(self.nouns.language)
        inside = inside_a_sentence(label)
        return inside if self.nouns.language == "en" else f"le résultat ({inside})"

    def about(self, sentence: str, **values: str) -> str:
        """Fill a sentence of this language with nouns, made safe in markup, and with values, which are so already."""
        who = {name: escape(text) for name, text in self.who.items()}
        return _possessed(sentence, self.nouns).format(**who, **values)

    def plainly(self, sentence: str, **values: str) -> str:
        """Fill a sentence that is no markup, as a caption, with nouns and values."""
        return _possessed(sentence, self.nouns).format(**self.who, **values)

    @cached_property
    def f(self) -> Formats:
        """Numbers."""
        return Formats(self.study.plan.language)

    def name(self, column: str) -> str:
        """Return a column's label, safe in Markdown."""
        return escape(self.study.label(column))

    def level(self, column: str, level: str) -> str:
        """Write a level of a column: its label, or yes or no for a boolean one."""
        told = self.study.column(column)
        if told.type != "boolean":
            return told.level_in(level, self.study.plan.language)
        return self.t("yes") if float(level) else self.t("no")

    @cached_property
    def part_of_firms(self) -> str:
        """Name the columns and labels by which a part of the firms is kept, as plain text; empty where all are."""
        truths = {"true": "1", "false": "0"}
        return "; ".join(
            f"{self.study.label(column)}{self.colon} "
            + ", ".join(self.level(column, truths.get(label, label)) for label in labels)
            for column, labels in self.study.plan.only.items()
        )

    def with_unit(self, outcome: str) -> str:
        """Write an outcome's label, with its unit in brackets where it has one."""
        unit = self.study.unit(outcome)
        return f"{self.study.label(outcome)} ({unit})" if unit else self.study.label(outcome)

    def unit(self, outcome: str) -> str:
        """The unit of an outcome, for a sentence that needs one: of a number without any, its own."""
        return self.study.unit(outcome) or self.t("units of the outcome")

    def in_currency(self, outcome: str) -> bool:
        """Whether an outcome is an amount of the study's currency."""
        return self.study.unit(outcome).startswith(self.study.plan.currency)

    def in_whole(self, outcome: str) -> bool:
        """Whether an outcome is money in amounts so large that nothing behind the decimal mark counts."""
        return self.in_currency(outcome) and not self.study.usual_size(outcome) < WHOLE

    def amount(self, outcome: str, value: float | None) -> str:
        """Write a value of an outcome: with its currency where it has one."""
        text = self.plain(outcome)(value)
        if not self.in_currency(outcome):
            return text
        return text if text == DASH else f"{text}\u00a0{self.study.plan.currency}"

    def rounded(self, outcome: str, shown: float, exact: float, *, digits: int) -> str:
        """Write a rounded value with its own decimals, noted as the exact one it was rounded from."""
        money = self.in_currency(outcome)
        places = 0 if self.in_whole(outcome) else digits
        text = Formats(self.study.plan.language).number(shown, places)
        self.f.written.note(text, exact)
        return f"{text}\u00a0{self.study.plan.currency}" if money and text != DASH else text

    def span(self, outcome: str, low: float | None, high: float | None) -> str:
        """Write an interval of an outcome, the currency once."""
        if low is not None and high is not None and math.isinf(low) | math.isinf(high):
            return self.f.interval(low, high, lambda value: self.amount(outcome, value))
        text = self.f.interval(low, high, self.plain(outcome))
        return f"{text}\u00a0{self.study.plan.currency}" if self.in_currency(outcome) else text

    def detectable(self, value: float, write: Callable[[float | None], str]) -> str:
        """Write a smallest detectable effect; where it is infinite, that no effect is large enough."""
        return self.t("none, however large") if math.isinf(value) else write(value)

    @property
    def colon(self) -> str:
        """A colon as the language sets it."""
        return ":" if self.study.plan.language == "en" else "\u00a0:"

    @property
    def each(self) -> str:
        """What effects are averages over: ``per quarter and firm``."""
        if self.rate is not None:
            return self.t("on average over periods and firms")
        return said(self.t, "each", f"every:{self.study.schema.time.frequency}")

    @property
    def a_period(self) -> str:
        """For how long the headline's money is: ``a quarter``; nothing where its unit names no length, as a price's."""
        if self.rate is not None:
            return self.rate
        return said(self.t, "a_period", f"every:{self.study.schema.time.frequency}")

    @cached_property
    def rate(self) -> str | None:
        """What the headline's unit says behind its currency where that is no period of the data: ``per hour``, or nothing."""
        outcome = self.study.outcome
        if not self.in_currency(outcome):
            return None
        rest = (
            self.study.unit(outcome)
            .removeprefix(self.study.plan.currency)
            .partition(",")[0]
            .strip()
        )
        if not rest.startswith(A_RATE):
            return ""
        period = said(self.t, "each", f"every:{self.study.schema.time.frequency}").split()[:2]
        return None if rest.startswith(" ".join(period)) else rest

    def count_of_treated(self, n: int) -> str:
        """Count treated units: ``48 exhibitors``."""
        t = self.t
        said = t("1 beneficiary") if n == 1 else t("{n} beneficiaries", n=self.f.number(n))
        return self.f.counted(said, n, "n_treated")

    @property
    def in_clusters(self) -> bool:
        """Whether the data name clusters above the firm, which are then what was assigned."""
        return self.study.cluster is not None

    def assigned(self, n_firms: int, n_clusters: int | None = None, *, of: str = "") -> str:
        """Count what the programme was assigned to: clusters where the data name any, firms otherwise.

        Parameters
        ----------
        n_firms, n_clusters : int
            Firms, and clusters above the firm among them; None where firms are assigned one by one.
        of : str, optional
            The field of the results that counts the firms.
        """
        t = self.t
        if n_clusters is None or not self.in_clusters:
            said = t("1 firm") if n_firms == 1 else t("{n} firms", n=self.f.number(n_firms))
            return self.f.counted(said, n_firms, of) if of else said
        what = self.name(str(self.study.cluster))
        if n_clusters == 1:
            return t("1 cluster ({what})", what=what)
        return t("{n} clusters ({what})", n=self.f.number(n_clusters), what=what)

    def plain(self, outcome: str) -> Callable[[float | None], str]:
        """Return the function that writes an outcome's values in tables, where the unit stands in the caption."""
        return self.f.number if self.in_whole(outcome) else self.f.significant

    @property
    def test_size(self) -> str:
        """Share of tests that may find an effect where there is none, in words: ``5%``."""
        return self.f.written.note(self.f.percent(100 * self.study.plan.alpha, 0), CHOSEN_LEVEL)

    @property
    def confidence(self) -> str:
        """Confidence level in words: ``95%``."""
        return self.f.written.note(self.f.percent(100 * self.study.level, 0), CHOSEN_LEVEL)


def _possessed(sentence: str, nouns: Nouns) -> str:
    """Drop the outcome's article after a possessive, or say it with ``of``, where the noun does not end with its head.

    ``states' log homicide rate``; ``the revenue of households with an offer``.
    """
    if nouns.treated.ends_with_its_head:
        return re.sub(r"(\{[wW]hose\}) \{outcome\}", r"\1 {own}", sentence)
    whole = re.sub(r"\{whose\} \{outcome\}", "the {own} {of_treated}", sentence)
    return re.sub(r"\{Whose\} \{outcome\}", "The {own} {of_treated}", whole)


def inside_a_sentence(label: str) -> str:
    """Let a label stand inside a sentence: its first letter small, unless it is an acronym's."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
