"""The table of runs: a line each, what it found and where its files are."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from impact.reporting.proposal.speech import Speech
from impact.reporting.site.contents import Site, drawn_span, unit_drawn
from impact.reporting.site.pictures import interval_picture
from impact.reporting.site.records import FINISHED, MOST_STEPS, Headline, RunRecord, Span
from impact.reporting.site.shell import OWN_NAMES, _, link
from impact.reporting.words.register import REGISTER, said
from impact.terms import Language

WHOLE = 100.0  # below it an effect keeps decimals


def runs_table(site: Site, speech: Speech, *, sortable: bool = True) -> str:
    """Write the table of a site's runs; a script may sort it."""
    t = speech.t
    heads = [
        ("name", t("Evaluation")),
        *((f"part{at}", capital(column)) for at, column in enumerate(site.parts)),
        ("outcome", t("Outcome")),
        ("effect", t("Effect and interval")),
        ("rating", t("Evidence")),
        ("status", t("Status")),
        ("", t("Open")),
    ]
    head = "".join(
        f'<th scope="col"{f""" data-sort="{key}" """ if key and sortable else ""}>{_(words)}</th>'
        for key, words in heads
    )
    line, words = _Line(site, speech), [words for _key, words in heads]
    rows = "\n".join(line.of(one, words) for one in site.runs)
    caption = _(t("All runs"))
    return (
        f'<div class="table-wrap" tabindex="0" role="group" aria-label="{caption}"><table id="runs">'
        f'<caption class="unseen">{caption}</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


@dataclass(frozen=True)
class _Line:
    """Lines of a site's table, in one language."""

    site: Site
    speech: Speech

    def of(self, one: RunRecord, heads: Sequence[str]) -> str:
        """Return the row of a run; ``heads`` are the words above its cells."""
        headline, t = one.headline, self.speech.t
        sort = {
            "name": f"{one.title.get(self.speech.language, '')} {one.name}",
            "outcome": headline.label if headline else "",
            "effect": _sortable(drawn_span(headline) if headline else None),
            "rating": "" if headline is None or headline.steps is None else str(headline.steps),
            "status": one.status,
            **({"language": self._language(one)} if self.site.languages else {}),
            "path": one.path if one.status in FINISHED else "",
            **{f"part{at}": one.part.get(column, "") for at, column in enumerate(self.site.parts)},
        }
        data = "".join(f' data-{key}="{_(value)}"' for key, value in sort.items())
        cells = [
            *(_(one.part.get(column, "")) for column in self.site.parts),
            self._outcome(headline),
            self._effect(one),
            self._evidence(headline),
            f'{_(said(t, "run_status", one.status))}<span class="small">{self._when(one)}</span>',
            self._files(one),
        ]
        body = "".join(
            f'<td data-label="{_(head)}">{f"<div>{cell}</div>" if cell else ""}</td>'
            for head, cell in zip(heads[1:], cells, strict=True)
        )
        return f'<tr{data}><th scope="row">{self._name(one)}</th>{body}</tr>'

    def _name(self, one: RunRecord) -> str:
        t, title = self.speech.t, one.title.get(self.speech.language) or one.name
        marks = [
            *([t("REHEARSAL · simulated data, no finding")] if one.rehearsal else []),
            *([t("BLIND · treatment exchanged at random, no finding")] if one.blind else []),
            *(
                [t("Departures from the locked plan: {n}", n=self.speech.f.number(one.departures))]
                if one.departures
                else []
            ),
            *([t("Plan locked after results existed")] if one.locked_late else []),
            *([t("Invented data")] if one.simulated and not one.rehearsal else []),
        ]
        told = "".join(f'<span class="mark">{_(mark)}</span>' for mark in marks)
        shown = f"<bdi>{_(title)}</bdi>"
        if "report.html" in one.files:
            shown = f'<a href="{_(one.link)}/report.html">{shown}</a>'
        small = [f"<bdi>{_(one.name)}</bdi>"] if title != one.name else []
        if self.site.languages and (language := self._language(one)):
            small.append(f'<span lang="{language}">{OWN_NAMES[language]}</span>')
        below = f'<span class="small">{" · ".join(small)}</span>' if small else ""
        return f"{shown}{below}{told}"

    @staticmethod
    def _language(one: RunRecord) -> Language | Literal[""]:
        """Return the language of a run's report, where it has one."""
        return one.language if one.status in FINISHED else ""

    def _outcome(self, headline: Headline | None) -> str:
        if headline is None:
            return ""
        return f'{_(headline.label)}<span class="small">{_(headline.unit)}</span>'

    def _effect(self, one: RunRecord) -> str:
        headline = one.headline
        if headline is None or headline.effect is None:
            return ""
        f, effect = self.speech.f, headline.effect
        lines = [
            spanned(
                self.speech, effect, f.number if abs(effect.estimate) >= WHOLE else f.significant
            )
        ]
        if headline.percent is not None:
            digits = 0 if abs(headline.percent.estimate) >= 1 else 1
            lines.append(
                spanned(self.speech, headline.percent, lambda value: f.percent(value, digits))
            )
        drawn = drawn_span(headline)
        picture = (
            "" if drawn is None else interval_picture(drawn, self.site.axes[unit_drawn(headline)])
        )
        first, *rest = lines
        small = "".join(f'<span class="small">{_(line)}</span>' for line in rest)
        return f"{_(first)}{small}{picture}"

    def _evidence(self, headline: Headline | None) -> str:
        if headline is None or headline.steps is None:
            return ""
        steps, t = headline.steps, self.speech.t
        dots = f'<span class="on">{"●" * steps}</span><span class="off">{"○" * (MOST_STEPS - steps)}</span>'
        known = headline.answer in REGISTER["answer"]
        answer = said(t, "answer", str(headline.answer)) if known else ""
        return (
            f'<span class="of"><span class="rating" aria-hidden="true">{dots}</span> {_(rated(self.speech, steps))}</span>'
            f'<span class="small">{_(answer)}</span>'
        )

    def _when(self, one: RunRecord) -> str:
        if one.status in FINISHED:
            return _(one.finished)
        full = _(said(self.speech.t, "run_status_in_full", one.status))
        # errors are written in one language, whatever a report's is
        return f'{full} <span lang="en">{_(one.reason)}</span>' if one.reason else full

    def _files(self, one: RunRecord) -> str:
        t = self.speech.t
        return " ".join(
            link(
                f"{one.link}/{name}",
                said(t, "run_file", name),
                about=t("{what}: {whose}", what=said(t, "run_file", name), whose=one.name),
            )
            for name in REGISTER["run_file"]
            if name in one.files
        )


def rated(speech: Speech, steps: int) -> str:
    """Say a rating: ``2 of 5``."""
    return speech.t("{n} of {most}", n=speech.f.number(steps), most=speech.f.number(MOST_STEPS))


def capital(name: str) -> str:
    """Let a column's name begin a heading."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def spanned(speech: Speech, span: Span, write: Callable[[float | None], str]) -> str:
    """Write an effect and its interval: ``+354 (−15,415 to 16,222)``."""
    sign = "+" if span.estimate > 0 else ""
    return f"{sign}{write(span.estimate)} ({speech.f.interval(span.low, span.high, write)})"


def _sortable(span: Span | None) -> str:
    return "" if span is None or not math.isfinite(span.estimate) else repr(span.estimate)
