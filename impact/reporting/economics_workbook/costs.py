"""The tab of costs: who paid what when, the same in constant prices, and by year."""

from collections.abc import Sequence

import numpy as np

from impact.evaluation.economics_file import Spent
from impact.reporting.economics_workbook.cells import Cell, Formula, Given, Input, Said
from impact.reporting.economics_workbook.page import Book, Page, cell_name

SPARE = 6  # empty rows for further costs
COLUMNS = {"year": 0, "payer": 1, "amount": 2, "taxed": 4, "rate": 5, "price": 6, "constant": 7}
_HEAD, _SOURCE = 4, 8
_WIDTH = 74  # characters of a source on one line of its cell


def costs_tab(book: Book) -> None:
    """Write each cost with its source, then the costs of each year and of each payer."""
    t = book.subject.t
    page = book.page(f"4 {t('Costs')}", (11, 32, 16, 16, 16, 16, 16, 18, 72))
    page.said(
        2,
        t(
            "Amounts as they were spent become constant prices by one exchange rate, that of the base year, and the "
            "country's price index. Empty yellow rows take further costs."
        ),
    )
    after = _costs(page)
    _by_year(page, after + 1)
    _by_payer(page, after + 2)
    page.sheet.freeze_panes(2, 0)


def _costs(page: Page) -> int:
    """Write the list of costs; return the row after it."""
    subject = page.book.subject
    t = subject.t
    words = (
        t("Year"),
        t("Payer"),
        t("Amount"),
        t("Currency"),
        t("Paid by taxpayers"),
        t("Exchange rate"),
        t("Price index"),
        subject.money,
    )
    page.headings(_HEAD, words)
    source = Said(t("Source, or reason of the assumption"), "heading_of_words")
    page.put((_HEAD, _SOURCE), source)
    first, costs = _HEAD + 1, [*subject.file.costs, *[None] * SPARE]
    last = first + len(costs) - 1
    for row, cost in enumerate(costs, first):
        text, assumed = ("", False) if cost is None else subject.grounds(cost)
        page.row(
            row, [*_typed(page, cost), *_followed(page, row, cost)], lines=1 + len(text) // _WIDTH
        )
        page.put((row, _SOURCE), Said(text, "assumption" if assumed else "source"))
    for name, column in COLUMNS.items():
        page.name(f"cost_{name}", (first, column), (last, column))
    total = float(subject.worth.appraisal.costs.by_payer["constant"].sum())
    page.row(last + 1, [Said(t("All"), "strong"), *[Said("")] * 6])
    page.put((last + 1, 7), Formula("SUM(cost_constant)", total, "money", look="result"))
    return last + 2


def _typed(page: Page, cost: Spent | None) -> list[Cell]:
    """Return the cells of a cost that are to be changed; empty ones for a further cost."""
    held: Sequence[float | str | None] = (None,) * 5
    if cost is not None:
        payer = cost.payer.in_language(page.book.subject.cover.language)
        held = (float(cost.year), payer, cost.amount, cost.currency, float(cost.taxpayers))
    year, payer_named, amount, currency, taxed = held
    return [
        Input(year, "year"),
        Input(payer_named),
        Input(amount, "money", "", (0.0, 1e15)),
        Input(currency),
        Input(taxed, "yes_no"),
    ]


def _followed(page: Page, row: int, cost: Spent | None) -> list[Cell]:
    """Return the cells of a cost that follow: its exchange rate, its price index and what it is in constant prices."""
    subject = page.book.subject
    t, file = subject.t, subject.file
    year, amount, currency, rate, price = (cell_name((row, column)) for column in (0, 2, 3, 5, 6))
    rate_of = f'IFERROR(INDEX(currency_rate,MATCH({currency},currency_code,0)),"{t("no rate")}")'
    level, none = f"INDEX(price_level,MATCH({year},price_year,0))", t("no index")
    price_of = f'IFERROR(IF({level}>0,{level},"{none}"),"{none}")'
    constant = f"{amount}*{rate}*INDEX(price_level,MATCH(base_year,price_year,0))/{price}"
    held: tuple[float | str, float | str, float] = ("", "", 0.0)
    if cost is not None:
        prices = file.prices(subject.currency)
        at, paid_in = cost.year, cost.currency
        real = prices.constant(cost.amount, year=at, currency=paid_in)
        held = (prices.rate(paid_in), file.price_index.by_year[at], real)
    return [
        Formula(f'IF({amount}="","",{rate_of})', held[0], "factor"),
        Formula(f'IF({amount}="","",{price_of})', held[1], "factor"),
        Formula(f"IF(AND(ISNUMBER({rate}),ISNUMBER({price})),{constant},0)", held[2], "money"),
    ]


def _by_year(page: Page, row: int) -> None:
    """Write the costs of each year: of taxpayers, of others, and what both cost the country."""
    subject = page.book.subject
    t, appraisal = subject.t, subject.worth.appraisal
    page.group(row, t("By year and by payer, {money}", money=subject.money))
    words = (t("Year no."), t("Year"), t("Paid by others"), t("Paid by taxpayers"), t("Cost to the country"))  # fmt: skip
    page.headings(row + 1, words)
    first, last = row + 2, row + 1 + subject.years
    others, taxes = (
        appraisal.costs.by_year(appraisal.horizon, taxpayers=paid) for paid in (False, True)
    )
    streams = (others, taxes, np.asarray(appraisal.central.cost[0]))
    for year, held in enumerate(np.array([subject.padded(one) for one in streams]).T):
        page.year(first + year, _year(page, first + year, year, [float(each) for each in held]))
    for name, column in (("others", 2), ("taxes", 3), ("economic", 4)):
        page.name(f"cost_{name}", (first, column), (last, column))
    page.until_the_horizon((first, 0), (last, 4))


def _year(page: Page, row: int, year: int, held: list[float]) -> list[Given | Formula]:
    called, others, taxes = (cell_name((row, column)) for column in (1, 2, 3))
    first_year = page.book.subject.worth.appraisal.costs.first_year
    total = f"({others}+{taxes}*excess_burden)*overrun*shadow_cost"
    return [
        Given(float(year), "year"),
        Formula(f"first_year+{cell_name((row, 0))}", float(first_year + year), "year"),
        Formula(f'SUMIFS(cost_constant,cost_year,{called},cost_taxed,"<>1")', held[0], "money"),
        Formula(f"SUMIFS(cost_constant,cost_year,{called},cost_taxed,1)", held[1], "money"),
        Formula(total, held[2], "money"),
    ]


def _by_payer(page: Page, row: int) -> None:
    """Write beside it what each payer paid in all; payers of the empty rows are in the last line."""
    subject = page.book.subject
    t, table, language = subject.t, subject.worth.appraisal.costs.by_payer, subject.cover.language
    payers = list(dict.fromkeys(cost.payer.in_language(language) for cost in subject.file.costs))
    first = row + 1
    last = first + len(payers)
    page.wide((row, 5), 6, Said(t("Payer"), "heading_of_words"))
    for place, words in enumerate([*payers, t("Other payers")], first):
        page.wide((place, 5), 6, Said(words))
    page.put((row, 7), Said(t("All years"), "heading"))
    for place, payer in enumerate(payers, first):
        paid = float(table.loc[table["payer"] == payer, "constant"].sum())
        sums = f"SUMIF(cost_payer,{cell_name((place, 5))},cost_constant)"
        page.put((place, 7), Formula(sums, paid, "money"))
    listed = f"{cell_name((first, 5))}:{cell_name((last - 1, 5))}"
    others = f"SUMPRODUCT((COUNTIF({listed},cost_payer)=0)*cost_constant)"
    page.put((last, 7), Formula(others, 0.0, "money"))
