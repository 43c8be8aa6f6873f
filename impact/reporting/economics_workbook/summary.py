"""The second tab: the answer, whether the inputs are in order, and the projection beside it."""

from collections.abc import Sequence

from impact.reporting.economics_workbook.cells import Cell, Formula, Given, Number, Said
from impact.reporting.economics_workbook.checks import checks
from impact.reporting.economics_workbook.page import Book, Page
from impact.reporting.economics_workbook.rates import percent_of
from impact.reporting.economics_workbook.subject import Subject

_FIRST = 4


def summary_tab(book: Book) -> None:
    """Write the figures, sentences that follow them, checks of the inputs, and what was projected."""
    t = book.subject.t
    page = book.page(f"2 {t('Summary')}", (52, 24, 50), upright=True)
    page.group(_FIRST - 1, t("Do the results justify the resources?"))
    row = _figures(page)
    row = checks(page, row + 1)
    _beside(page, row + 1)


def _figures(page: Page) -> int:
    """Write the results, each beside what it says, then what they are held against; return the row after it."""
    subject = page.book.subject
    sentences, see = _sentences(subject), subject.t("see the checks below")
    row = _FIRST
    for label, name, value, number in _results(subject):
        shown = Formula(f'IF(checks_failed=0,{name},"{see}")', value, number, look="result")
        page.row(row, [Said(label, "strong"), shown, sentences.get(name, Said(""))], lines=2.4)
        row += 1
    for label, formula in _against(subject):
        page.row(row, [Said(label), formula])
        row += 1
    return row


def _results(subject: Subject) -> list[tuple[str, str, float | str, Number]]:
    t, worth, money = subject.t, subject.worth, subject.money
    ratio, needed = subject.shown(worth.benefit_cost_ratio), subject.shown(worth.needed)
    share = subject.shown(percent_of(worth.needed, worth.appraisal.without))
    value, a_year = "net_present_value", "break_even_effect"
    return [
        (t("Rate of return"), "rate_of_return", subject.shown(worth.rate_of_return), "rate"),
        (t("Net present value at the hurdle, {money}", money=money), value, worth.value, "money"),
        (t("Benefits over costs, at the hurdle"), "benefit_cost_ratio", ratio, "factor"),
        (t("Break-even effect, {money} a firm and year", money=money), a_year, needed, "money"),
        (
            t("Break-even effect, share of the outcome without the programme"),
            "break_even_of_without",
            share,
            "rate",
        ),
    ]


def _against(subject: Subject) -> list[tuple[str, Formula]]:
    """Return hurdle, effect and its interval."""
    t, worth = subject.t, subject.worth
    hurdle, effect = worth.appraisal.hurdle, worth.appraisal.effect.mean
    shown = [
        (t("Hurdle: the rate of return to be reached"), Formula("hurdle", hurdle, "rate")),
        (
            t("Effect, mean of the years seen, {prices}", prices=subject.money),
            Formula("effect", effect, "money"),
        ),
    ]
    if subject.bounded:
        shown += [
            (t("Low end of its interval"), Formula("effect_low", worth.conf_low, "money")),
            (t("High end of its interval"), Formula("effect_high", worth.conf_high, "money")),
        ]
    return shown


def _sentences(subject: Subject) -> dict[str, Formula]:
    """Return sentences that follow the figures beside them."""
    t, worth = subject.t, subject.worth
    reached = t("With these numbers the hurdle is reached: the benefits pay for the costs.")
    missed = t("With these numbers the hurdle is not reached: at it the costs exceed the benefits.")
    found = {
        "net_present_value": _chosen([("net_present_value>0", reached, worth.value > 0)], missed)
    }
    if not subject.bounded:
        return found
    needed = worth.needed.value
    cases = [
        ("NOT(ISNUMBER(break_even_effect))", "", needed is None),
        (
            "effect_high<break_even_effect",
            t("The whole interval of the effect lies below it."),
            needed is not None and worth.conf_high < needed,
        ),
        (
            "effect_low>break_even_effect",
            t("The whole interval of the effect lies above it."),
            needed is not None and worth.conf_low > needed,
        ),
    ]
    within = t("It lies within the interval of the effect: the effect may be large enough or not.")
    return found | {"break_even_effect": _chosen(cases, within)}


def _chosen(cases: Sequence[tuple[str, str, bool]], otherwise: str) -> Formula:
    """Return a formula that says the first sentence whose condition holds."""
    formula, value = f'"{otherwise}"', otherwise
    for condition, sentence, holds in reversed(cases):
        formula = f'IF({condition},"{sentence}",{formula})'
        value = sentence if holds else value
    return Formula(f'IF(checks_failed=0,{formula},"")', value, look="label")


def _beside(page: Page, row: int) -> None:
    """Write the simulation of this run and the projection."""
    subject = page.book.subject
    t, simulated, projected = subject.t, subject.worth.simulated, subject.file.projected
    page.group(row, t("Beside it: values that do not follow changes"))
    shown: list[tuple[str, float, str]] = []
    if simulated is not None:
        reached = t("Probability that the hurdle is reached")
        draws = t(
            "Share of {n} draws of effect and assumptions in this run",
            n=subject.f.number(simulated.draws),
        )
        shown.append((reached, simulated.above_hurdle, draws))
    if projected is not None:
        language, source = subject.cover.language, projected.source
        told = source if isinstance(source, str) else source.in_language(language)
        label = t("Projected: {what}", what=projected.label.in_language(language))
        shown.append((label, projected.rate, told))
    for place, (label, rate, told) in enumerate(shown, row + 1):
        cells: list[Cell] = [
            Said(label),
            Given(rate, "rate", look="of_this_run"),
            Said(told, "source"),
        ]
        page.row(place, cells, lines=1 + max(len(label) // 50, len(told) // 48))
