"""Checks of what stands in the cells to change: the figures of the summary are shown only while all of them hold."""

from impact.reporting.economics_workbook.cells import Formula, Said
from impact.reporting.economics_workbook.page import Page
from impact.reporting.economics_workbook.subject import Subject

_WIDTH = 48  # characters of a rule on one line of its cell


def checks(page: Page, row: int) -> int:
    """Write what must hold of the inputs, by the rules of the economics file; return the row after it."""
    t = page.book.subject.t
    page.group(row, t("Are the inputs in order?"))
    fine, mend = t("fine"), t("to be mended")
    first = row + 1
    rules = _rules(page.book.subject)
    for place, (rule, text) in enumerate(rules, first):
        checked = Formula(f'IF({rule},"{fine}","{mend}")', fine)
        page.row(place, [Said(text), checked], lines=1 + len(text) // _WIDTH)
    last = row + len(rules)
    _warn(page, (first, last), mend)
    page.name("checks", (first, 1), (last, 1))
    failed = Formula(f'COUNTIF(checks,"{mend}")', 0.0, "year", "checks_failed", "result")
    page.row(last + 1, [Said(t("Checks that fail"), "strong"), failed])
    return last + 2


def _warn(page: Page, rows: tuple[int, int], mend: str) -> None:
    look = {"bold": True, "font_color": "#ffffff", "bg_color": "#9c3d1f"}
    red = page.book.workbook.add_format(look)
    rule = {"type": "cell", "criteria": "==", "value": f'"{mend}"', "format": red}
    page.sheet.conditional_format(rows[0], 1, rows[1], 1, rule)


def _rules(subject: Subject) -> list[tuple[str, str]]:
    t = subject.t
    late = '(cost_year<>"")*(cost_year>=first_year+horizon)'
    return [
        (
            f'COUNTIF(assumption_checks,"{t("out of range")}")=0',
            t("Each assumption lies within its limits and its range"),
        ),
        (
            f'COUNTIF(cost_rate,"{t("no rate")}")=0',
            t("Each currency of a cost has an exchange rate"),
        ),
        (f'COUNTIF(cost_price,"{t("no index")}")=0', t("Each year of a cost has a price index")),
        (
            'AND(COUNTIF(price_level,"<=0")=0,COUNT(price_level)=COUNT(price_year))',
            t("Each year of the price index has a level above zero"),
        ),
        ('COUNTIF(cost_amount,"<0")=0', t("No cost is below zero")),
        (f"SUMPRODUCT({late})=0", t("No cost lies after the years counted")),
        (
            "AND(first_benefits>=first_year,delay<horizon)",
            t("Benefits begin between the first cost and the last year counted"),
        ),
        (
            f"AND({_counted(subject)})",
            t("All numbers of years are whole, from 2 to {n}", n=subject.years),
        ),
        ("AND(hurdle>0,hurdle<1)", t("The hurdle is a rate between 0 and 1")),
        *(
            [("effect_low<=effect_high", t("The low end of the effect lies below its high end"))]
            if subject.bounded
            else []
        ),
    ]


def _counted(subject: Subject) -> str:
    """Return the condition on the horizon and the others shown beside it."""
    others = len({*subject.file.horizon.others} - {subject.file.horizon.years})
    names = ["horizon", *(f"other_horizon_{place}" for place in range(1, others + 1))]
    return ",".join(f"{name}>=2,{name}<={subject.years},{name}=INT({name})" for name in names)
