"""The page on two runs: what changed in data, plan and code, and what became of the results."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impact.reporting.proposal.speech import Speech
from impact.reporting.site.compared import Compared, Difference, changed
from impact.reporting.site.contents import Site
from impact.reporting.site.json_values import number, text
from impact.reporting.site.line import runs_table
from impact.reporting.site.shell import Page, _, table
from impact.reporting.words.register import said
from impact.terms import Language

HEADLINE = "headline"  # the part of the results that is open when the page is, and on paper
MOST_SHOWN = 50  # changes of a part that the page lists; it says how many more there are
SHA_256 = re.compile("[0-9a-f]{64}")
OF_A_HASH = 16  # signs of a hash that are shown, as in a lock's message
DIGITS = 6  # of a value that changed
TOLD_IN_PERCENT = 1e6  # beyond it, as between p-values of nothing, a percentage says no more than that a number changed


def compare_page(compared: Compared, language: Language) -> bytes:
    """Return the page in one language."""
    return _Compare(compared, Speech.of(language)).page()


@dataclass(frozen=True)
class _Compare:
    compared: Compared
    speech: Speech

    def page(self) -> bytes:
        t, found = self.speech.t, self.compared
        names = {"first": found.first.record.name, "second": found.second.record.name}
        title = t("What changed from {first} to {second}", **names)
        site = Site("", (found.first.record, found.second.record))
        body = "\n".join(
            [
                f'<header class="top"><p class="kicker">{_(t("Two runs compared"))}</p>',
                f"<h1>{_(title)}</h1>",
                f'<p class="standfirst">{_(self._in_short())}</p></header>',
                '<main id="content">',
                runs_table(site, self.speech, sortable=False),
                self._section(
                    t("Data"), found.files, t("File"), empty=t("Both read the same files.")
                ),
                self._section(t("Plan"), found.plan, t("Key"), empty=t("Both have the same plan.")),
                self._section(
                    t("Code"), found.code, t("Version"), empty=t("Both ran the same code.")
                ),
                self._results(),
                "</main>",
            ]
        )
        return Page(self.speech.language, title, body).html()

    def _in_short(self) -> str:
        t, found = self.speech.t, self.compared
        results = [one for part in found.results.values() for one in part]
        return self.speech.f.listed(
            [
                self._counted(t("Data"), found.files),
                self._counted(t("Plan"), found.plan),
                self._counted(t("Code"), found.code),
                self._counted(t("Results"), results),
            ]
        )

    def _counted(self, name: str, differences: Sequence[Difference]) -> str:
        t, f = self.speech.t, self.speech.f
        n = sum(one.kind != "same" for one in differences)
        if not n:
            return t("{name}: the same", name=name)
        return t(
            "{name}: {n} of {all} changed", name=name, n=f.number(n), all=f.number(len(differences))
        )

    def _section(
        self, title: str, differences: tuple[Difference, ...], head: str, *, empty: str
    ) -> str:
        found = changed(differences)
        shown = self._table(title, head, found) if found else f"<p>{_(empty)}</p>"
        return f"<section><h2>{_(title)}</h2>{shown}</section>"

    def _table(self, title: str, head: str, found: Sequence[Difference]) -> str:
        t, record = self.speech.t, self.compared
        heads = (head, record.first.record.name, record.second.record.name, t("Difference"))
        rows = [
            (
                self._place(one.place),
                _(self._value(one.first)) if one.kind != "only_second" else "",
                _(self._value(one.second)) if one.kind != "only_first" else "",
                _(self._difference(one)),
            )
            for one in found[:MOST_SHOWN]
        ]
        listed = table(title, heads, rows, titled=True)
        if len(found) <= MOST_SHOWN:
            return listed
        more = self.speech.f.number(len(found) - MOST_SHOWN)
        return f'{listed}<p class="reading">{_(t("And {n} more.", n=more))}</p>'

    def _place(self, place: str) -> str:
        """Name a place: versions and revision in words, everything else by its path."""
        t = self.speech.t
        if place == "git.changed":
            return _(t("Files changed since the revision"))
        if place == "git.revision":
            return _(t("Revision"))
        return f"<code>{_(text(place.removeprefix('versions.')) or '–')}</code>"

    def _difference(self, one: Difference) -> str:
        f = self.speech.f
        first, second = number(one.first), number(one.second)
        if (
            one.kind == "changed"
            and first
            and second is not None
            and one.relative not in {None, float("inf")}
        ):
            change = 100 * (second - first) / abs(first)
            digits = 0 if abs(change) >= 10 else 2
            if abs(change) < TOLD_IN_PERCENT:
                return f"{'+' if change > 0 else ''}{f.percent(change, digits)}"
        return said(self.speech.t, "difference", one.kind)

    def _value(self, value: Any) -> str:
        found = number(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.speech.f.number(value)
        if found is not None:
            return self.speech.f.significant(found, DIGITS)
        if isinstance(value, bool):
            return self.speech.t("yes") if value else self.speech.t("no")
        if value is None:
            return "–"
        shown = text(str(value))
        return shown[:OF_A_HASH] if SHA_256.fullmatch(shown) else shown

    def _results(self) -> str:
        """Count what changed of each part, and list it, the largest change first."""
        t, f, results = self.speech.t, self.speech.f, self.compared.results
        kinds = ("same", "changed", "only_first", "only_second")
        heads = (t("Part of the results"), *(said(t, "difference", kind) for kind in kinds))
        counts = [
            (
                f"<code>{_(text(name))}</code>",
                *(f.number(sum(one.kind == kind for one in part)) for kind in kinds),
            )
            for name, part in results.items()
        ]
        lists = "".join(
            f"<details{' open' if name == HEADLINE else ''}><summary>{_(self._counted(text(name), part))}</summary>"
            f"{self._table(text(name), t('Place in the results'), found)}</details>"
            for name, part in results.items()
            if (found := changed(part))
        )
        same = (
            "" if lists else f"<p>{_(t('Every stored result is the same to the last digit.'))}</p>"
        )
        title = t("Results")
        listed = table(title, heads, counts, numbers=range(1, len(heads)), titled=True)
        return f"<section><h2>{_(title)}</h2>{same}{listed}{lists}</section>"
