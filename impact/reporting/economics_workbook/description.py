"""The first tab: what the workbook is, what it rests on, how to use it, and where it comes from."""

from collections.abc import Sequence

from impact.reporting.economics_workbook.cells import Cell, Formula, Given, Input, Said
from impact.reporting.economics_workbook.page import Book, Page

_LINE = 105  # characters of a paragraph on one line


def description_tab(book: Book) -> None:
    """Write programme, rationale, the tabs and the run."""
    subject = book.subject
    t, cover = subject.t, subject.cover
    page = book.page(f"1 {t('Description and rationale')}", (34, 78), upright=True)
    page.said(3, cover.title, "strong", lines=2)
    page.said(4, cover.subtitle)
    row = _paragraphs(page, 6, t("What it answers"), _rationale(page))
    row = _paragraphs(page, row + 1, t("What is counted, and what is not"), _counted(page))
    row = _legend(page, row + 1)
    row = _tabs(page, row + 1)
    page.group(row + 1, t("Where it comes from"))
    for place, (name, value) in enumerate(cover.provenance, row + 2):
        page.row(place, [Said(name), Said(value)])
    page.said(row + 3 + len(cover.provenance), cover.disclaimer, lines=2)


def _rationale(page: Page) -> list[str]:
    t = page.book.subject.t
    return [
        t(
            "Do the results justify the resources? The effect that the study estimated is set against what the programme "
            "cost, with the programme and without it, over years beyond those that anybody saw."
        ),
        t(
            "The economic rationale: firms that gain a market or a skill sell more; what is left of the additional sales when "
            "inputs are paid is income of the country. The rate of return is the rate at which this income pays for the costs."
        ),
        t(
            "A positive effect and a failing return can both be true: what counts is also how many gained, how long it lasts "
            "and what was spent."
        ),
    ]


def _counted(page: Page) -> list[str]:
    t = page.book.subject.t
    return [
        t(
            "Without the programme the outcome of a firm grows too; only the difference counts. Benefits are value added, not "
            "revenue, less what other firms of the country lost."
        ),
        t(
            "Costs are those of all payers, in constant prices of one year, by one exchange rate. Transfers inside the "
            "country are neither cost nor benefit."
        ),
        t(
            "Factors for prices that do not tell the worth to the country, and for the burden of taxes, stand at 1 unless "
            "somebody has a reason to change them."
        ),
    ]


def _paragraphs(page: Page, row: int, title: str, texts: Sequence[str]) -> int:
    """Write a group of paragraphs; return the row after it."""
    page.group(row, title)
    for place, text in enumerate(texts, row + 1):
        page.said(place, text, "label", lines=1 + len(text) // _LINE)
    return row + 1 + len(texts)


def _legend(page: Page, row: int) -> int:
    """Write what the looks of cells mean; return the row after it."""
    t = page.book.subject.t
    page.group(row, t("How to read it"))
    shown: list[tuple[Cell, str]] = [
        (Input(0.8, "factor"), t("A cell to change: an assumption, a cost, a price, the effect")),
        (Formula("8*10", 80.0, "money"), t("A formula: it follows, down to the rate of return")),
        (Formula("1/5", 0.2, "rate", look="result"), t("A result of the appraisal")),
        (
            Given(0.37, "rate", look="of_this_run"),
            t("A value of this run, which no formula follows: searches and simulation"),
        ),
    ]
    for place, (cell, text) in enumerate(shown, row + 1):
        page.row(place, [cell, Said(text)])
    after = row + 1 + len(shown)
    page.said(
        after,
        t(
            "Where a number does not exist, its cell says why; it is never zero in its place. The report stays as it is, "
            "whatever is changed here."
        ),
        lines=2,
    )
    return after + 1


def _tabs(page: Page, row: int) -> int:
    """Write what is where, with links; return the row after it."""
    t = page.book.subject.t
    page.group(row, t("Tabs"))
    tabs = (
        (t("Summary"), t("The figures, whether the hurdle is reached, whether the inputs are in order")),
        (t("Assumptions"), t("Every number that may be changed, with its source or reason")),
        (t("Costs"), t("Who paid what when, in constant prices")),
        (t("Benefits"), t("With and without the programme, by year")),
        (t("Rate of return"), t("Costs, benefits and net benefits by year, discounted")),
        (t("Sensitivity"), t("How the answer moves: tornado, horizons, persistence, simulation")),
        (t("Beneficiaries"), t("Who gains how much")),
    )  # fmt: skip
    for number, (name, text) in enumerate(tabs, 2):
        place = row + number - 1
        link = f"internal:'{number} {name}'!A1"
        page.sheet.write_url(place, 0, link, page.book.style("link"), string=f"{number} {name}")
        page.put((place, 1), Said(text))
    return row + 1 + len(tabs)
