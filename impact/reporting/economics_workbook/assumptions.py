"""The tab of assumptions: every number that may be changed, with its range and where it is from."""

from impact.economics.assumption import LIMITS
from impact.evaluation.economics_file import Number
from impact.reporting.economics_workbook import cells
from impact.reporting.economics_workbook.cells import Formula, Given, Input, Said
from impact.reporting.economics_workbook.found import found
from impact.reporting.economics_workbook.lines import CHECK, Lines
from impact.reporting.economics_workbook.page import Book

SPARE_YEARS, SPARE_CURRENCIES = 4, 2  # empty rows for further prices and currencies
_FORMATS: dict[str, cells.Number] = {
    "number": "count",
    "stops_after": "count",
    "household_size": "count",
    "growth": "rate",
}
MANY = 1e9  # the highest number that a cell without an upper limit takes


def name_of(assumption: str) -> str:
    """Return the defined name of an assumption's cell: ``fairs_number`` for ``fairs.number``."""
    return assumption.replace(".", "_")


def assumptions_tab(book: Book) -> None:
    """Write what the study found, rules, assumptions and prices."""
    t = book.subject.t
    page = book.page(f"3 {t('Assumptions')}", (52, 15, 15, 15, 13, 92))
    page.said(
        2,
        t(
            "Yellow cells are yours to change; everything else in this workbook follows. Beside each stands its source, or "
            "in italics the reason why it is assumed. Low and high are its range; without one, it is taken as certain."
        ),
        lines=2,
    )
    lines = Lines(page, row=4)
    found(lines)
    _rules(lines)
    for one in book.subject.file.classes:
        _numbers(lines, one.label.in_language(book.subject.cover.language), f"{one.code}.")
    page.sheet.set_h_pagebreaks([lines.row + 1])
    _numbers(lines, t("From the effect to a benefit of the country"), "")
    _prices(lines)
    _currencies(lines)
    page.name("assumption_checks", (0, CHECK), (lines.row, CHECK))
    page.sheet.freeze_panes(2, 1)


def _rules(lines: Lines) -> None:
    """Write dates, horizon, hurdle and how the gain runs."""
    subject = lines.page.book.subject
    t, file = subject.t, subject.file
    lines.begin(t("Dates and rules"))
    years = (2.0, float(subject.years))
    lines.line(
        t("Year of the first benefits"),
        Input(file.first_benefits.year, "year", "first_benefits", (1900, 2200)),
        grounds=file.first_benefits,
    )
    lines.line(
        t("Years counted, that of the first cost included"),
        Input(file.horizon.years, "year", "horizon", years),
        grounds=file.horizon,
    )
    for place, other in enumerate(_other_horizons(lines), 1):
        lines.line(
            t("Another number of years, shown beside"),
            Input(other, "year", f"other_horizon_{place}", years),
            grounds=file.horizon,
        )
    lines.line(
        t("Hurdle: the rate of return to be reached"),
        Input(file.hurdle.rate, "rate", "hurdle", (0.0001, 0.9999)),
        grounds=file.hurdle,
    )
    lines.line(
        t("Gain grows with the outcome without the programme"),
        Input(float(file.effect.gain_grows), "yes_no", "gain_grows"),
        grounds=file.effect,
    )


def _other_horizons(lines: Lines) -> list[int]:
    horizon = lines.page.book.subject.file.horizon
    return sorted({*horizon.others} - {horizon.years})


def _numbers(lines: Lines, title: str, prefix: str) -> None:
    """Write the assumptions whose names begin so; those without a class where nothing is given."""
    subject = lines.page.book.subject
    lines.begin(title)
    for name, number in subject.file.numbers().items():
        if name.startswith(prefix) if prefix else "." not in name:
            _number(lines, name, number)


def _number(lines: Lines, name: str, number: Number) -> None:
    t = lines.page.book.subject.t
    lowest, highest = LIMITS[name.rpartition(".")[-1]]
    limits = (lowest, min(highest, MANY))
    called = name_of(name)
    value, low, high = (lines.place(column) for column in range(1, 4))
    fine = (
        f"AND(ISNUMBER({value}),{value}>={limits[0]!r},{value}<={limits[1]!r},"
        f'OR({low}="",AND(ISNUMBER({low}),{low}>={limits[0]!r},{low}<={value})),'
        f'OR({high}="",AND(ISNUMBER({high}),{high}<={limits[1]!r},{high}>={value})))'
    )
    lines.line(
        number.label.in_language(lines.page.book.subject.cover.language),
        Input(number.value, _format(name), called, limits),
        Input(number.low, _format(name), f"{called}_low", limits),
        Input(number.high, _format(name), f"{called}_high", limits),
        check=Formula(f'IF({fine},"","{t("out of range")}")', ""),
        grounds=number,
    )


def _format(name: str) -> cells.Number:
    own = name.rpartition(".")[-1]
    return _FORMATS.get(own, "factor")


def _prices(lines: Lines) -> None:
    """Write the price index, with empty rows for further years."""
    subject = lines.page.book.subject
    t, index = subject.t, subject.file.price_index
    lines.begin(t("Price index of the country"), t("Year"), t("Level"))
    first = lines.row
    for year, level in sorted(index.by_year.items()):
        lines.cells([Given(float(year), "year"), Input(level, "factor", "", (1e-6, MANY))], index)
    for _ in range(SPARE_YEARS):
        lines.cells([Input(None, "year"), Input(None, "factor", "", (1e-6, MANY))])
    lines.page.name("price_year", (first, 0), (lines.row - 1, 0))
    lines.page.name("price_level", (first, 1), (lines.row - 1, 1))


def _currencies(lines: Lines) -> None:
    """Write the exchange rates of the base year, with empty rows for further currencies."""
    subject = lines.page.book.subject
    t, file = subject.t, subject.file
    lines.begin(
        t("Exchange rates, average of {year}", year=file.base_year),
        t("Currency"),
        t("{currency} for one", currency=subject.currency),
    )
    first = lines.row
    lines.cells([Said(subject.currency), Given(1.0, "factor")])
    for code, one in file.exchange_rates.items():
        lines.cells([Said(code), Input(one.rate, "factor", "", (1e-9, MANY))], one)
    for _ in range(SPARE_CURRENCIES):
        lines.cells([Input(None), Input(None, "factor", "", (1e-9, MANY))])
    lines.page.name("currency_code", (first, 0), (lines.row - 1, 0))
    lines.page.name("currency_rate", (first, 1), (lines.row - 1, 1))
