"""The tornado: a ranking of all numbers among the workings, and on top the widest of them, with a drawing."""

from impact.economics.sensitivity import DIGITS, EFFECT
from impact.reporting.economics_workbook.assumptions import name_of
from impact.reporting.economics_workbook.cells import Formula, Look, Number, Said
from impact.reporting.economics_workbook.outline import TORNADO, Outline
from impact.reporting.economics_workbook.page import LINE, Page, cell_name
from impact.reporting.economics_workbook.scenarios import Workings

FORMATS: tuple[Number, ...] = ("text", "amount", "amount", "money", "money", "rate", "rate")
_CHANGE = 7  # first of two columns behind the drawing, right of what is printed
_COLOURS = ("#b5622f", "#084c4d")


def tornado(page: Page, outline: Outline) -> None:
    """Write the widest first, as the ranking finds them, and draw them."""
    subject = page.book.subject
    t, money = subject.t, subject.money
    page.group(TORNADO - 2, t("What moves the answer: one number at a time, from low to high"))
    words = (
        t("Number"),
        t("Low"),
        t("High"),
        t("Net present value at low, {money}", money=money),
        t("Net present value at high, {money}", money=money),
        t("Rate of return at low"),
        t("Rate of return at high"),
        t("Change at low"),
        t("Change at high"),
    )
    page.headings(TORNADO - 1, words)
    moved = [str(name) for name in subject.worth.moved["name"]]
    for place in range(outline.places):
        name = moved[place] if place < len(moved) else None
        _line(page, outline, place, _held(outline, name))
    page.where_filled((TORNADO, 0), (TORNADO + outline.places - 1, len(FORMATS) - 1))
    _drawing(page, outline, max(len(moved), 1))


def _held(outline: Outline, name: str | None) -> list[float | str]:
    """Return what a line of the tornado holds; nothing where no number moves the answer any more."""
    if name is None:
        return [""] * len(FORMATS)
    return [outline.label(name), *outline.range_of(name), *_at_ends(outline, name)]


def _at_ends(outline: Outline, name: str) -> list[float | str]:
    """Return net present values at low and high, then the rates of return."""
    subject = outline.subject
    streams = [
        subject.streams(effect=end) if name == EFFECT else subject.streams({name: end})
        for end in outline.range_of(name)
    ]
    return [
        *(float(one.value(subject.worth.appraisal.hurdle)[0]) for one in streams),
        *(subject.shown(one.rate_of_return()) for one in streams),
    ]


def _line(page: Page, outline: Outline, place: int, held: list[float | str]) -> None:
    row, last = TORNADO + place, outline.ranking + len(outline.names)
    found = f"MATCH({place + 1},$I${outline.ranking + 1}:$I${last},0)"
    for column, (number, value) in enumerate(zip(FORMATS, held, strict=True)):
        letter = "ABCDEFG"[column]
        column_of = f"${letter}${outline.ranking + 1}:${letter}${last}"
        shown = f'IFERROR(INDEX({column_of},{found}),"")'
        look: Look = "yearly" if column else "bare"
        page.put((row, column), Formula(shown, value, number, look=look))
    for column in (3, 4):
        end, value = cell_name((row, column)), held[column]
        change = "" if isinstance(value, str) else value - page.book.subject.worth.value
        formula = Formula(f'IF(ISNUMBER({end}),{end}-net_present_value,"")', change, "money")
        page.put((row, column - 3 + _CHANGE), formula)
    page.sheet.set_row(row, 2 * LINE if held[0] else LINE)


def _drawing(page: Page, outline: Outline, shown: int) -> None:
    """Draw changes of the net present value, the widest on top."""
    t, sheet = page.book.subject.t, page.title
    chart = page.book.workbook.add_chart({"type": "bar", "subtype": "clustered"})
    first, last = TORNADO, TORNADO + shown - 1
    for place, (word, colour) in enumerate(zip((t("at low"), t("at high")), _COLOURS, strict=True)):
        column = _CHANGE + place
        chart.add_series(
            {
                "name": word,
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, column, last, column],
                "fill": {"color": colour},
                "overlap": 100,
                "gap": 40,
            }
        )
    title = t("Change of the net present value, {money}", money=page.book.subject.money)
    lines = {"visible": True, "line": {"color": "#e1dbd0"}}
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": lines})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 1240, "height": 400})
    page.sheet.insert_chart(TORNADO + outline.places + 1, 0, chart)


def ranking(page: Page, outline: Outline, workings: Workings) -> None:
    """Write each number's ends, what they give, how far the answer moves, and its rank; equal ones by name."""
    t, subject = page.book.subject.t, page.book.subject
    words = (
        t("Number"),
        t("Low"),
        t("High"),
        t("Net present value at low"),
        t("Net present value at high"),
        t("Rate of return at low"),
        t("Rate of return at high"),
        t("Moves by"),
        t("Rank"),
    )
    page.headings(outline.ranking - 1, words)
    ranks = {str(name): float(place) for place, name in enumerate(subject.worth.moved["name"], 1)}
    for row, name in enumerate(outline.names, outline.ranking):
        held = _at_ends(outline, name)
        cells = [
            *(workings.value(outline.at_end(name, end)) for end in ("low", "high")),
            *(workings.rate(outline.at_end(name, end)) for end in ("low", "high")),
        ]
        low, high = (
            _end(name, end, value)
            for end, value in zip(("low", "high"), outline.range_of(name), strict=True)
        )
        page.row(row, [Said(outline.label(name)), low, high])
        for column, (cell, value) in enumerate(zip(cells, held, strict=True), 3):
            page.put((row, column), Formula(cell, value, FORMATS[column]))
        width = abs(float(held[1]) - float(held[0]))
        page.put((row, 7), Formula(f"ABS({cells[1]}-{cells[0]})", width, "money"))
        page.put((row, 8), Formula(_rank(outline, row), ranks.get(name, ""), "year"))


def _rank(outline: Outline, row: int) -> str:
    """Return the formula of a rank: how many are wider, and how many as wide down to this one."""
    first, width = f"H${outline.ranking + 1}", cell_name((row, 7))
    widths = f"{first}:H${outline.ranking + len(outline.names)}"
    part = f"ROUND({{}}/MAX({widths}),{DIGITS})"
    wider = f"SUMPRODUCT(--({part.format(widths)}>{part.format(width)}))"
    as_wide = f"SUMPRODUCT(--({part.format(f'{first}:{width}')}={part.format(width)}))"
    return f'IF({width}>0,{wider}+{as_wide},"")'


def _end(name: str, end: str, value: float) -> Formula:
    """Return an end of a range; a number without a range stays at its value."""
    if name == EFFECT:
        return Formula(f"effect_{end}", value, "amount")
    called = name_of(name)
    return Formula(f'IF({called}_{end}="",{called},{called}_{end})', value, "amount")
