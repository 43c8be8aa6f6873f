"""The specification explorer of a run: every combination that was computed, and where a choice lies among them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from impact.reporting.figures.certainty import choice_name
from impact.reporting.site.shell import Page, _, link, table
from impact.reporting.site.specifications import Dimension, Specification, Specifications
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

SIDE = 1000.0  # units of the drawing, which is stretched to its place
LEAST = 2.0  # t statistics that the curve always has room for
SLACK = 0.06  # of the height, above and below
MOST_TICKS = 6
WHOLE = 100.0  # from here on effects are written without decimals
REPORT = "report.html"


def explorer_page(specifications: Specifications, voice: Voice, *, unit: str) -> bytes:
    """Return the page in the plan's language.

    Parameters
    ----------
    specifications : Specifications
    voice : Voice
        Of a study, whose data are not read.
    unit : str
        Of the headline's outcome.
    """
    return _Explorer(specifications, voice, unit).page()


@dataclass(frozen=True)
class _Explorer:
    specifications: Specifications
    voice: Voice
    unit: str

    def page(self) -> bytes:
        t, plan = self.voice.t, self.voice.study.plan
        title = t("Where does a choice lie among all of them?")
        body = "\n".join(
            [
                '<header class="top">',
                self._banner(),
                self._kicker(),
                f"<h1>{_(title)}</h1>",
                f'<p class="standfirst">{_(self._standfirst())}</p></header>',
                '<main id="content">',
                "<div>",
                self._found(),
                '<form id="choices">',
                self._curve(),
                *(self._fieldset(at, one) for at, one in enumerate(self.specifications.dimensions)),
                "</form></div>",
                f'<p class="reading">{_(self._how_to_read())}</p>',
                f"<details><summary>{_(t('All specifications as a table'))}</summary>{self._table()}</details>",
                "</main>",
            ]
        )
        window = f"{title} · {plan.name}"
        return Page(plan.language, window, body, script="explorer.js").html()

    def _kicker(self) -> str:
        plan = self.voice.study.plan
        report = link(REPORT, plan.title.in_language(plan.language))
        return f'<p class="kicker">{_(self.voice.t("Specifications"))} · {report}</p>'

    def _banner(self) -> str:
        t, study = self.voice.t, self.voice.study
        if study.blind:
            words = t("BLIND · treatment exchanged at random, no finding")
        elif study.rehearsal is not None:
            words = t("REHEARSAL · simulated data, no finding")
        elif study.plan.truth is not None:
            words = t("Demonstration on invented firms: no figure describes a real one.")
        else:
            return ""
        return f'<p class="banner">{_(words)}</p>'

    def _standfirst(self) -> str:
        t, f, curve = self.voice.t, self.voice.f, self.specifications.curve
        return t(
            "{n} combinations of choices were computed with the run, each against {permutations} other assignments: {same} "
            "have the same sign, {beyond} are beyond chance one by one. Choose below; the page holds no firm's data.",
            n=f.number(len(curve.table)),
            permutations=f.number(curve.permutations),
            same=f.percent(100 * curve.share_same_sign, 0),
            beyond=f.percent(100 * curve.share_significant, 0),
        )

    def _how_to_read(self) -> str:
        return self.voice.t(
            "Each grey mark is one combination, from the lowest t statistic (effect over its standard error) on the left to "
            "the highest on the right; teal: those with the choices made. Below, each line shows on the same places where the "
            "combinations with that choice lie: a choice whose marks gather on one side drives the result. Effects on "
            "different scales have different units, t statistics do not. Beyond chance: at most one in twenty other "
            "assignments gives a t statistic of that size."
        )

    def _found(self) -> str:
        """The sentence on what is chosen, with which a script goes on; at first it is on the plan's own choice."""
        t, own = self.voice.t, self.specifications.own
        one = t("Effect {estimate}: t statistic {statistic}, {p}; place {place} of {all}.")
        many = t(
            "{n} of {all} combinations have these choices. Effect above zero: {positive}; beyond chance one by one: {beyond}."
        )
        marked = t("This is the plan's own choice.")
        rows = self.specifications.rows
        first = self._said(own) if own is not None else self._said_of_all()
        planned = "" if own is None else marked
        return (
            f'<div class="found" id="found" aria-live="polite" data-one="{_(one)}" data-many="{_(many)}" '
            f'data-beyond="{_(t("Beyond chance."))}" data-within="{_(t("Within what chance gives."))}" '
            f'data-planned="{_(marked)}" data-own="{"" if own is None else own}" data-all="{self.voice.f.number(len(rows))}">'
            f'<p class="large">{_(first)}</p><p class="more">{_(planned)}</p></div>'
        )

    def _said(self, at: int) -> str:
        t, f, one = self.voice.t, self.voice.f, self.specifications.rows[at]
        return t(
            "Effect {estimate}: t statistic {statistic}, {p}; place {place} of {all}.",
            estimate=self._estimate(one),
            statistic=f.number(one.statistic, 2),
            p=f.p_clause(one.p_value),
            place=f.number(at + 1),
            all=f.number(len(self.specifications.rows)),
        )

    def _said_of_all(self) -> str:
        t, f, rows = self.voice.t, self.voice.f, self.specifications.rows
        return t(
            "{n} of {all} combinations have these choices. Effect above zero: {positive}; beyond chance one by one: {beyond}.",
            n=f.number(len(rows)),
            all=f.number(len(rows)),
            positive=f.number(sum(one.estimate > 0 for one in rows)),
            beyond=f.number(sum(one.beyond_chance for one in rows)),
        )

    @cached_property
    def _limits(self) -> tuple[float, float]:
        found = [one.statistic for one in self.specifications.rows if math.isfinite(one.statistic)]
        low, high = min(-LEAST, *found), max(LEAST, *found)
        slack = SLACK * (high - low)
        return low - slack, high + slack

    def _height(self, statistic: float) -> float:
        low, high = self._limits
        share = (min(max(statistic, low), high) - low) / (high - low)
        return round(SIDE * (1 - share), 1)

    def _across(self, at: int) -> float:
        return round(SIDE * (at + 0.5) / len(self.specifications.rows), 1)

    def _curve(self) -> str:
        t, rows, own = self.voice.t, self.specifications.rows, self.specifications.own
        every = "".join(
            f"M{self._across(at)} {self._height(one.statistic)}h.01" for at, one in enumerate(rows)
        )
        place = (
            "" if own is None else f"M{self._across(own)} {self._height(rows[own].statistic)}h.01"
        )
        needle = "" if own is None else f"M{self._across(own)} 0V{SIDE:.0f}"
        ticks = list(self._ticks())
        marks = "".join(
            f'<text x="-6" y="{self._height(value) / 10:.2f}%" dy="4" text-anchor="end">{_(words)}</text>'
            for value, words in ticks
        )
        lines = "".join(f"M0 {self._height(value)}H{SIDE:.0f}" for value, _words in ticks)
        words = t("t statistics of all combinations, from the lowest to the highest")
        back = t("The plan's own choice")
        return (
            f'<div class="grid"><p class="small">{_(t("t statistic"))}</p><div>'
            f'<svg class="curve" role="img" aria-label="{_(words)}">{marks}'
            f'<svg viewBox="0 0 {SIDE:.0f} {SIDE:.0f}" preserveAspectRatio="none" width="100%" height="100%">'
            f'<path class="lines" d="{lines}"/><path class="zero" d="M0 {self._height(0.0)}H{SIDE:.0f}"/>'
            f'<path class="every" d="{every}"/><path class="needle" id="needle" d="{needle}"/>'
            f'<path class="chosen" id="chosen" d="{place}"/><path class="one" id="one" d="{place}"/></svg></svg>'
            f'<input class="walk" id="walk" type="range" min="1" max="{len(rows)}" value="{1 if own is None else own + 1}" '
            f'aria-label="{_(t("Walk through all combinations"))}" disabled></div></div>'
            f'<p><button type="button" class="action" id="plan" hidden>{_(back)}</button> '
            f'<button type="button" class="action" id="all" hidden>{_(t("All combinations"))}</button></p>'
        )

    def _ticks(self) -> Iterator[tuple[float, str]]:
        low, high = self._limits
        step = next(
            size * 10**power
            for power in range(-1, 300)
            for size in (1, 2, 5)
            if (high - low) / (size * 10**power) <= MOST_TICKS
        )
        for at in range(math.ceil(low / step), math.floor(high / step) + 1):
            yield at * step, self.voice.f.number(at * step, 0 if step >= 1 else 1)

    def _fieldset(self, at: int, one: Dimension) -> str:
        t, own = self.voice.t, self.specifications.own
        chosen = None if own is None else self.specifications.rows[own].choices[at]
        options = [self._option(at, "", t("any"), "", checked=chosen is None)]
        for place, value in enumerate(one.values):
            marks = "".join(
                f"M{self._across(n)} 0V10"
                for n, row in enumerate(self.specifications.rows)
                if row.choices[at] == place
            )
            strip = (
                '<svg class="strip" aria-hidden="true" viewBox="0 0 1000 10" preserveAspectRatio="none">'
                f'<path d="{marks}"/></svg>'
            )
            words = choice_name(self.voice, one.name, value)
            options.append(self._option(at, str(place), words, strip, checked=chosen == place))
        name = said(t, "dimension", one.name)
        return f"<fieldset><legend>{_(name)}</legend>{''.join(options)}</fieldset>"

    def _option(self, at: int, value: str, words: str, strip: str, *, checked: bool) -> str:
        state = " checked" if checked else ""
        return (
            f'<div class="grid"><label class="option"><input type="radio" name="{at}" value="{value}"{state} disabled>'
            f'<span>{_(words)}</span><span class="n"></span></label>{strip or "<span></span>"}</div>'
        )

    def _table(self) -> str:
        t, f, names = self.voice.t, self.voice.f, self.specifications.dimensions
        heads = (
            t("Place"),
            *(said(t, "dimension", one.name) for one in names),
            t("Effect"),
            t("t statistic"),
            "p",
        )
        words = [
            [choice_name(self.voice, one.name, value) for value in one.values] for one in names
        ]
        rows = [
            (
                f.number(at + 1),
                *(_(own[place]) for own, place in zip(words, one.choices, strict=True)),
                _(self._estimate(one)),
                f.number(one.statistic, 2),
                _(f.p_value(one.p_value)),
            )
            for at, one in enumerate(self.specifications.rows)
        ]
        data = [
            {"c": " ".join(map(str, one.choices)), "y": f"{self._height(one.statistic)}"}
            | {"up": str(int(one.estimate > 0)), "far": str(int(one.beyond_chance))}
            | {"p": f.p_clause(one.p_value)}
            for one in self.specifications.rows
        ]
        figures = range(len(heads) - 3, len(heads))
        caption = t("All specifications, by t statistic")
        return table(
            caption, heads, rows, numbers=figures, data=data, titled=True, identity="every"
        )

    def _estimate(self, one: Specification) -> str:
        """Write an effect in the unit of its scale: money, log points, or ranks as a share of all firms."""
        scale = self._scale(one)
        if scale == "level":
            return f"{self._level(one.estimate)} {self.unit}".rstrip()
        kind = self.voice.t("in logarithms") if scale == "log1p" else self.voice.t("in ranks")
        return f"{self.voice.f.number(one.estimate, 3)} {kind}"

    @cached_property
    def _level(self) -> Callable[[float | None], str]:
        f, rows = self.voice.f, self.specifications.rows
        sizes = [abs(one.estimate) for one in rows if self._scale(one) == "level"]
        return f.number if max(sizes, default=0.0) >= WHOLE else f.significant

    def _scale(self, one: Specification) -> str:
        names = [each.name for each in self.specifications.dimensions]
        if "scale" not in names:
            return str(self.specifications.curve.table["scale"].iloc[0])
        at = names.index("scale")
        return str(self.specifications.dimensions[at].values[one.choices[at]])
