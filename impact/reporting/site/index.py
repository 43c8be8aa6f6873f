"""The index over all runs: a table that works as it stands; a script adds search, filters and order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from impact.reporting.proposal.speech import Speech
from impact.reporting.site.contents import IN_PERCENT, Site
from impact.reporting.site.line import capital, rated, runs_table
from impact.reporting.site.multiplicity import ROUNDING, Multiplicity
from impact.reporting.site.records import FINISHED, RunRecord
from impact.reporting.site.shell import OTHER, OWN_NAMES, Page, _, link, table
from impact.reporting.words.register import REGISTER, said
from impact.terms import Language

SMALL_SUM = 0.1  # of sizes: below it a third figure is written, as one test's may be 0.001
USUAL_FOLDER = "reports"
"""Where runs stand unless somebody names another folder: no name for a reader."""


def index_page(site: Site, language: Language) -> bytes:
    """Return the index in one language."""
    return _Index(site, Speech.of(language)).page()


@dataclass(frozen=True)
class _Index:
    site: Site
    speech: Speech

    def page(self) -> bytes:
        t, site, language = self.speech.t, self.site, self.speech.language
        other = OTHER[language]
        title = (
            t("All evaluations")
            if site.name == USUAL_FOLDER
            else t("All evaluations in {folder}", folder=site.name)
        )
        body = "\n".join(
            [
                '<header class="top">',
                f'<nav class="languages" aria-label="{_(t("Language"))}">',
                f'<span aria-current="page">{OWN_NAMES[language]}</span>',
                link(f"index.{other}.html", OWN_NAMES[other], language=other),
                "</nav>",
                f'<p class="kicker">{_(t("Impact evaluation"))}</p><h1>{_(title)}</h1>',
                f'<p class="standfirst">{_(self._counted())}</p></header>',
                '<main id="content">',
                self._filters(),
                runs_table(site, self.speech),
                f'<p class="reading">{_(self._how_to_read())}</p>',
                self._together(),
                self._comparisons(),
                "</main>",
            ]
        )
        return Page(language, title, body, script="index.js").html()

    def _counted(self) -> str:
        t, f, runs = self.speech.t, self.speech.f, self.site.runs
        counts = {
            status: sum(one.status == status for one in runs) for status in REGISTER["run_status"]
        }
        told = [
            t("{status}: {n}", status=said(t, "run_status", status), n=f.number(n))
            for status, n in counts.items()
            if n
        ]
        if not told:
            return t("There is no run here yet.")
        line = t("Runs: {n} ({statuses}).", n=f.number(len(runs)), statuses=f.listed(told))
        if not counts["internal"]:
            return line
        stays = t(
            "Figures of internal runs have not passed the disclosure gate: this page stays with them."
        )
        return f"{line} {stays}"

    def _filters(self) -> str:
        """The controls, which a script shows: without it the table is whole."""
        t, runs = self.speech.t, self.site.runs
        outcomes = _once(one.headline.label for one in runs if one.headline is not None)
        ratings = sorted(
            {
                one.headline.steps
                for one in runs
                if one.headline is not None and one.headline.steps is not None
            }
        )
        statuses = [
            status for status in REGISTER["run_status"] if any(one.status == status for one in runs)
        ]
        kinds: list[tuple[str, str, list[tuple[str, str]]]] = [
            *(
                (
                    f"part{at}",
                    capital(column),
                    [(level, level) for level in _once(one.part.get(column, "") for one in runs)],
                )
                for at, column in enumerate(self.site.parts)
            ),
            ("outcome", t("Outcome"), [(label, label) for label in outcomes]),
            (
                "rating",
                t("Evidence"),
                [(str(steps), rated(self.speech, steps)) for steps in ratings],
            ),
            (
                "status",
                t("Status"),
                [(status, said(t, "run_status", status)) for status in statuses],
            ),
            ("language", t("Language"), [(one, OWN_NAMES[one]) for one in self.site.languages]),
        ]
        chosen = "".join(self._select(*kind) for kind in kinds if kind[2])
        return (
            '<form id="filters" hidden>'
            f'<label>{_(t("Search"))}<input type="search" name="words" autocomplete="off"></label>{chosen}'
            f'<button type="reset">{_(t("Show all"))}</button>'
            f'<output id="shown" data-words="{_(t("{n} of {all} shown"))}"></output></form>'
        )

    def _select(self, name: str, label: str, options: Sequence[tuple[str, str]]) -> str:
        every = f'<option value="">{_(self.speech.t("all"))}</option>'
        rest = "".join(
            f'<option value="{_(value)}">{_(words)}</option>' for value, words in options
        )
        return f'<label>{_(label)}<select name="{name}">{every}{rest}</select></label>'

    def _how_to_read(self) -> str:
        t, f, axes = self.speech.t, self.speech.f, self.site.axes
        told = t(
            "In the pictures the point is the effect, the line its interval and the upright line zero. A point is hollow where "
            "the interval includes zero; an arrow says that it goes on beyond the picture."
        )
        if IN_PERCENT in axes:
            reach = f.percent(100 * axes[IN_PERCENT].reach / 100, 0)
            told += " " + t(
                "Pictures are in percent where that is known, all from −{reach} to {reach}; others have one scale a unit.",
                reach=reach,
            )
        return told

    def _together(self) -> str:
        """Say of each batch, and of all runs, how many results chance alone would have made look like findings."""
        t, runs = self.speech.t, self.site.runs
        told = [
            self._multiplicity(
                batch.name, batch.asked, [one for one in runs if one.batch == batch.link]
            )
            for batch in self.site.batches
        ]
        if Multiplicity.of(runs).tests > 1:
            told.append(self._multiplicity(t("All runs of this folder"), len(runs), runs))
        if not told:
            return ""
        heads = (
            t("Batch"), t("Runs"), t("Finished"),
            t("Tests"), t("Beyond chance, one by one"), t("Expected by chance alone"), t("After Holm"),
        )  # fmt: skip
        note = t(
            "Each hypothesis with a p-value is a test. {chance} Holm's rule counts all tests of a line together; runs that "
            "differ by language, level or random numbers alone are one test, of the largest p-value at the highest level. "
            "Rehearsals and blind runs are not counted.",
            chance=self._chance(),
        )
        caption = t("Several results together")
        return (
            f"<section><h2>{_(caption)}</h2>"
            + table(caption, heads, told, numbers=range(1, len(heads)), titled=True)
            + f'<p class="reading">{_(note)}</p></section>'
        )

    def _chance(self) -> str:
        """Say how often a test is beyond chance where nothing changed, at the level of the runs that count."""
        t, f = self.speech.t, self.speech.f
        levels = {round(one.level, 6) for one in self.site.runs if one.finds}
        if len(levels) != 1:
            return t(
                "Where nothing changed, a test is beyond chance all the same as often as its level allows: one in twenty at "
                "95%."
            )
        level = 100 * levels.pop()
        return t(
            "Where nothing changed, {share} of tests at {level} are beyond chance all the same.",
            share=f.percent(100 - level, _decimals(100 - level)),
            level=f.percent(level, _decimals(level)),
        )

    def _multiplicity(self, name: str, asked: int, runs: Sequence[RunRecord]) -> tuple[str, ...]:
        f, found = self.speech.f, Multiplicity.of(runs)
        finished = sum(one.status in FINISHED for one in runs)
        figures = (asked, finished, found.tests, found.below)
        return (
            f"<bdi>{_(name)}</bdi>",
            *map(f.number, figures),
            f.number(found.by_chance, 2 if found.by_chance >= SMALL_SUM else 3),
            f.number(found.below_holm),
        )

    def _comparisons(self) -> str:
        t, pages = self.speech.t, self.site.comparisons
        known = "".join(
            f"<li>{link(one.link, t('{first} and {second}', first=one.first, second=one.second))}</li>"
            for one in pages
        )
        listed = f"<ul>{known}</ul>" if known else ""
        made_by = t("A page on what changed between two runs is made by this command:")
        tick = t("Tick two runs in the table to fill in their names.")
        return (
            f'<section id="compare"><h2>{_(t("Two runs compared"))}</h2>{listed}<p>{_(made_by)} '
            '<code id="command" data-command="impact compare-runs">impact compare-runs A B</code></p>'
            f'<p id="ticked" data-word="{_(t("compare"))}" hidden>{_(tick)}</p></section>'
        )


def _decimals(percent: float) -> int:
    """Return 0 of a whole number of percent, else 1."""
    return 0 if abs(percent - round(percent)) < ROUNDING else 1


def _once(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value})
