"""The tab of the rate of return: net benefits by year, discounted, and the figures of the whole appraisal."""

import numpy as np

from impact.economics.rate_of_return import discount_factors
from impact.reporting.economics_workbook.cells import Formula, Given, Said
from impact.reporting.economics_workbook.page import Book, Page, cell_name
from impact.reporting.economics_workbook.rates import percent_of, ratio_formula

_FIGURES, _TABLE = 4, 14


def stream_tab(book: Book) -> None:
    """Write the figures, then the stream that they are made of."""
    t = book.subject.t
    page = book.page(f"6 {t('Rate of return')}", (12, 12, 20, 20, 20, 16, 20, 20))
    page.said(
        2,
        t(
            "The rate of return is the rate at which discounted net benefits add up to zero; where there is none, the cell "
            "says why. Year 0 is that of the first cost."
        ),
    )
    for row, (label, formula) in enumerate([*_present(page), *_results(page)], _FIGURES):
        page.wide((row, 0), 4, Said(label))
        page.wide((row, 5), 7, formula)
    _by_year(page)
    page.sheet.freeze_panes(_TABLE + 1, 2)


def _present(page: Page) -> list[tuple[str, Formula]]:
    """Return present values: of costs, of benefits, and of the benefits of an effect of one."""
    subject = page.book.subject
    t, appraisal = subject.t, subject.worth.appraisal
    unit = appraisal.streams(effect=np.ones(appraisal.effect.years)).benefit
    central = appraisal.central
    cost, benefit, of_one = (
        float(appraisal.present(each)[0]) for each in (central.cost, central.benefit, unit)
    )
    return [
        (
            t("Present costs, {money}", money=subject.money),
            Formula("SUMPRODUCT(cost_by_year,discount)", cost, "money", "present_cost"),
        ),
        (
            t("Present benefits, {money}", money=subject.money),
            Formula("SUMPRODUCT(benefit_by_year,discount)", benefit, "money", "present_benefit"),
        ),
        (
            t("Present benefits of an effect of one, {money}", money=subject.money),
            Formula("SUMPRODUCT(benefit_of_one,discount)", of_one, "amount", "present_of_one"),
        ),
    ]


def _results(page: Page) -> list[tuple[str, Formula]]:
    """Return what the appraisal comes to."""
    subject = page.book.subject
    t, worth = subject.t, subject.worth
    rate = "IF(ISNUMBER(estimate_return),IRR(net_by_year,estimate_start),estimate_return)"
    ratio = ratio_formula("present_benefit", "present_cost")
    needed = "IF(present_of_one<=0,why_no_beneficiaries,present_cost/present_of_one)"
    of_without = "IF(without>0,break_even_effect/without,why_nothing_without)"
    share = f"IF(ISNUMBER(break_even_effect),{of_without},break_even_effect)"
    figures = (worth.rate_of_return, worth.benefit_cost_ratio, worth.needed)
    rate_held, ratio_held, needed_held = (subject.shown(figure) for figure in figures)
    share_held = subject.shown(percent_of(worth.needed, worth.appraisal.without))

    def result(formula: str, held: float | str, name: str, *, rate: bool = False) -> Formula:
        return Formula(formula, held, "rate" if rate else "money", name, "result")

    return [
        (t("Rate of return"), result(rate, rate_held, "rate_of_return", rate=True)),
        (
            t("Net present value at the hurdle, {money}", money=subject.money),
            result("SUMPRODUCT(net_by_year,discount)", worth.value, "net_present_value"),
        ),
        (
            t("Benefits over costs, at the hurdle"),
            Formula(ratio, ratio_held, "factor", "benefit_cost_ratio", "result"),
        ),
        (
            t("Break-even effect, {money} a firm and year", money=subject.money),
            result(needed, needed_held, "break_even_effect"),
        ),
        (
            t("Break-even effect, share of the outcome without the programme"),
            result(share, share_held, "break_even_of_without", rate=True),
        ),
    ]


def _by_year(page: Page) -> None:
    subject = page.book.subject
    t, worth, money = subject.t, subject.worth, subject.money
    words = (
        t("Year no."),
        t("Year"),
        t("Cost, {money}", money=money),
        t("Benefit, {money}", money=money),
        t("Net benefit, {money}", money=money),
        t("Discount factor"),
        t("Discounted, {money}", money=money),
        t("Discounted, added up"),
    )
    page.headings(_TABLE, words)
    cost, benefit, net = (
        subject.padded(worth.stream[name].to_numpy(float)) for name in ("cost", "benefit", "net")
    )
    factor = discount_factors(subject.years, worth.appraisal.hurdle)
    held = np.array([cost, benefit, net, factor, net * factor, np.cumsum(net * factor)]).T
    first, last = _TABLE + 1, _TABLE + subject.years
    for year, values in enumerate(held):
        page.year(first + year, _year(page, first + year, year, [float(each) for each in values]))
    for name, column in (("cost_by_year", 2), ("net_by_year", 4), ("discount", 5)):
        page.name(name, (first, column), (last, column))
    page.until_the_horizon((first, 0), (last, 7))


def _year(page: Page, row: int, year: int, held: list[float]) -> list[Given | Formula]:
    number, cost, benefit, net, factor, discounted = (
        cell_name((row, column)) for column in (0, 2, 3, 4, 5, 6)
    )
    first_year = page.book.subject.worth.appraisal.costs.first_year
    before = f"{cell_name((row - 1, 7))}+" if year else ""
    return [
        Given(float(year), "year"),
        Formula(f"first_year+{number}", float(first_year + year), "year"),
        Formula(f"IF({number}<horizon,INDEX(cost_economic,{number}+1),0)", held[0], "money"),
        Formula(f"INDEX(benefit_by_year,{number}+1)", held[1], "money"),
        Formula(f"{benefit}-{cost}", held[2], "money"),
        Formula(f"(1+hurdle)^-{number}", held[3], "factor"),
        Formula(f"{net}*{factor}", held[4], "money"),
        Formula(f"{before}{discounted}", held[5], "money"),
    ]
