"""What every section speaks with: the study, its language's words and its numbers."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from impact.evaluation.study import Study
from impact.reporting.formats import DASH, Formats, escape
from impact.reporting.words.catalogue import Words


@dataclass(frozen=True)
class Voice:
    """A study in its language. ``t`` writes sentences, ``f`` numbers."""

    study: Study

    @cached_property
    def t(self) -> Words:
        """Sentences."""
        return Words(self.study.plan.language)

    @cached_property
    def f(self) -> Formats:
        """Numbers."""
        return Formats(self.study.plan.language)

    def name(self, column: str) -> str:
        """Return a column's label, safe in Markdown."""
        return escape(self.study.label(column))

    def level(self, column: str, level: str) -> str:
        """Write a level of a column: yes or no for a boolean one."""
        if self.study.column(column).type != "boolean":
            return level
        return self.t("yes") if float(level) else self.t("no")

    def in_currency(self, outcome: str) -> bool:
        """Whether an outcome is an amount of the study's currency."""
        return self.study.unit(outcome).startswith(self.study.plan.currency)

    def amount(self, outcome: str, value: float | None) -> str:
        """Write a value of an outcome: with its currency where it has one."""
        if not self.in_currency(outcome):
            return self.f.significant(value)
        text = self.f.number(value)
        return text if text == DASH else f"{text}\u00a0{self.study.plan.currency}"

    def span(self, outcome: str, low: float | None, high: float | None) -> str:
        """Write an interval of an outcome, the currency once."""
        if low is not None and high is not None and math.isinf(low) | math.isinf(high):
            return self.f.interval(low, high, lambda value: self.amount(outcome, value))
        plain = self.f.number if self.in_currency(outcome) else self.f.significant
        text = self.f.interval(low, high, plain)
        return f"{text}\u00a0{self.study.plan.currency}" if self.in_currency(outcome) else text

    def detectable(self, value: float, write: Callable[[float | None], str]) -> str:
        """Write a smallest detectable effect; where it is infinite, that no effect is large enough."""
        return self.t("none, however large") if math.isinf(value) else write(value)

    @property
    def each(self) -> str:
        """What effects are averages over: ``per quarter and firm``."""
        t = self.t
        words = {
            "year": t("per year and firm"),
            "quarter": t("per quarter and firm"),
            "month": t("per month and firm"),
            "integer": t("per period and firm"),
        }
        return words[self.study.schema.time.frequency]

    @property
    def in_clusters(self) -> bool:
        """Whether the data name clusters above the firm, which are then what was assigned."""
        return self.study.schema.cluster not in {None, self.study.schema.unit}

    def assigned(self, n_firms: int, n_clusters: int | None = None) -> str:
        """Count what the programme was assigned to: clusters where the data name any, firms otherwise.

        Parameters
        ----------
        n_firms, n_clusters : int
            Firms, and clusters above the firm among them; None where firms are assigned one by one.
        """
        t = self.t
        if n_clusters is None or not self.in_clusters:
            return t("1 firm") if n_firms == 1 else t("{n} firms", n=self.f.number(n_firms))
        what = self.name(str(self.study.schema.cluster))
        if n_clusters == 1:
            return t("1 cluster ({what})", what=what)
        return t("{n} clusters ({what})", n=self.f.number(n_clusters), what=what)

    def plain(self, outcome: str) -> Callable[[float | None], str]:
        """Return the function that writes an outcome's values in tables, where the unit stands in the caption."""
        return self.f.number if self.in_currency(outcome) else self.f.significant

    @property
    def confidence(self) -> str:
        """Confidence level in words: ``95%``."""
        return self.f.percent(100 * self.study.level, 0)
