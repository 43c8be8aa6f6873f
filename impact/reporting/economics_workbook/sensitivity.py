"""The tab of sensitivity: how the answer moves with each assumption, horizon and persistence; and what this run simulated."""

from impact.reporting.economics_workbook.cells import Formula, Given, Input
from impact.reporting.economics_workbook.outline import Outline
from impact.reporting.economics_workbook.page import Book, Page
from impact.reporting.economics_workbook.rates import ratio_formula
from impact.reporting.economics_workbook.scenarios import Workings
from impact.reporting.economics_workbook.this_run import of_this_run
from impact.reporting.economics_workbook.tornado import ranking, tornado
from impact.reporting.words.register import REGISTER, said


def sensitivity_tab(book: Book) -> None:
    """Write the tables on top, and the workings that they read below what is printed."""
    t = book.subject.t
    page = book.page(f"7 {t('Sensitivity')}", (52, 22, 22, 22, 22, 22, 22))
    outline = Outline(book.subject)
    page.said(
        2,
        t(
            "All tables on this page follow the assumptions, but for the grey cells at its end, which are values of this "
            "run. Their workings, a row a scenario, stand below what is printed."
        ),
    )
    workings = Workings(page, outline.workings, tuple(outline.scenarios()))
    tornado(page, outline)
    _horizons(page, outline, workings)
    _lasting(page, outline, workings)
    of_this_run(page, outline.of_this_run)
    page.group(outline.reasons - 1, t("Workings"))
    for row, code in enumerate(REGISTER["no_figure"], outline.reasons):
        page.put((row, 0), Given(said(t, "no_figure", code), look="label", name=f"why_{code}"))
    ranking(page, outline, workings)
    workings.write()
    page.sheet.print_area(0, 0, outline.reasons - 2, page.last)
    page.sheet.set_h_pagebreaks([outline.horizons - 2])
    page.sheet.freeze_panes(2, 1)


def _horizons(page: Page, outline: Outline, workings: Workings) -> None:
    """Write the figures over other numbers of years."""
    subject = page.book.subject
    t, hurdle = subject.t, subject.worth.appraisal.hurdle
    page.group(outline.horizons - 2, t("Over how many years it is counted"))
    words = (
        t("Years counted, that of the first cost included"),
        t("Net present value"),
        t("Benefits over costs"),
        t("Rate of return"),
    )
    page.headings(outline.horizons - 1, words)
    for place, (horizon, cell) in enumerate(outline.horizon_cells()):
        number = outline.at_horizon(place)
        streams = workings.streams(number)
        value, cost = workings.value(number), workings.present_cost(number)
        ratio = subject.shown(streams.benefit_cost_ratio(hurdle))
        rate = subject.shown(streams.rate_of_return())
        cells = [
            Formula(cell, float(horizon), "year"),
            Formula(value, float(streams.value(hurdle)[0]), "money"),
            Formula(ratio_formula(f"({value}+{cost})", cost), ratio, "factor"),
            Formula(workings.rate(number), rate, "rate"),
        ]
        page.row(outline.horizons + place, cells, lines=_lines(rate))


def _lasting(page: Page, outline: Outline, workings: Workings) -> None:
    """Write the rate of return over the share of the effect that is kept from year to year."""
    subject = page.book.subject
    t = subject.t
    page.group(outline.lasting - 2, t("How long the effect lasts"))
    words = (
        t("Share of the effect kept from year to year"),
        t("Rate of return"),
        t("Rate of return at the low end of the effect's interval"),
        t("Rate of return at the high end"),
    )
    page.headings(outline.lasting - 1, words[: 1 + len(outline.effects)], lines=3)
    for place, share in enumerate(subject.worth.lasting["persistence"]):
        numbers = [outline.at_share(place, effect) for effect in range(len(outline.effects))]
        rates = [subject.shown(workings.streams(one).rate_of_return()) for one in numbers]
        cells = [
            Formula(workings.rate(one), rate, "rate")
            for one, rate in zip(numbers, rates, strict=True)
        ]
        kept = Input(float(share), "factor", limits=(0.0, 1.0))
        page.row(outline.lasting + place, [kept, *cells], lines=max(map(_lines, rates)))


def _lines(shown: float | str) -> int:
    return 2 if isinstance(shown, str) else 1
