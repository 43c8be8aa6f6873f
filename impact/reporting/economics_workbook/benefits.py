"""The tab of benefits: what a beneficiary earns with and without the programme, and its worth to the country, by year."""

import numpy as np

from impact.reporting.economics_workbook.assumptions import name_of
from impact.reporting.economics_workbook.cells import Formula, Given, Said
from impact.reporting.economics_workbook.page import Book, Page, cell_name

WORTH = ("value_added_ratio", "1-displacement", "shadow_benefit")
"""What a unit of the outcome is worth to the country, as a product."""


def participants_formula(codes: tuple[str, ...], names: dict[str, str]) -> str:
    """Return the formula of those who took part, each counted by the share of the effect that is theirs."""
    products = []
    for code in codes:
        parts = (f"{code}.{part}" for part in ("number", "take_up", "share"))
        products.append("*".join(names.get(part, name_of(part)) for part in parts))
    return "+".join(products)


def benefits_tab(book: Book) -> None:
    """Write the way from an effect on a beneficiary to a benefit of the country."""
    t = book.subject.t
    page = book.page(f"5 {t('Benefits')}", (10, 10, 13, 15, 11, 11, 11, 16, 16, 16, 18, 18))
    page.said(
        2,
        t(
            "With and without the programme: without it, the outcome of a beneficiary grows on its own; the programme adds the "
            "effect, as far as it lasts. The benefit of the country is the value added in it, less what others lost."
        ),
        lines=2,
    )
    _scalars(page)
    _by_year(page, 9)
    page.sheet.freeze_panes(10, 2)


def _scalars(page: Page) -> None:
    """Write the numbers that all years share."""
    subject = page.book.subject
    t, appraisal = subject.t, subject.worth.appraisal
    values = appraisal.assumptions.central
    codes = tuple(one.code for one in appraisal.assumptions.classes)
    worth = values["value_added_ratio"] * (1 - values["displacement"]) * values["shadow_benefit"]
    rows: list[tuple[str, Formula]] = [
        (
            t("Participants, each counted by the share of the effect that is theirs"),
            Formula(participants_formula(codes, {}), float(appraisal.participants(values)), "amount", "participants"),
        ),
        (
            t("Worth to the country of one {currency} of the outcome", currency=subject.currency),
            Formula("*".join(f"({part})" for part in WORTH), worth, "factor", "worth_of_outcome"),
        ),
        (
            t("Year of the first cost"),
            Formula("MIN(cost_year)", float(appraisal.costs.first_year), "year", "first_year"),
        ),
        (
            t("Years from the first cost to the first benefit"),
            Formula("first_benefits-first_year", float(appraisal.delay), "year", "delay"),
        ),
    ]  # fmt: skip
    for row, (label, formula) in enumerate(rows, 4):
        page.wide((row, 0), 6, Said(label))
        page.put((row, 7), formula)


def _by_year(page: Page, row: int) -> None:
    subject = page.book.subject
    t = subject.t
    money = subject.money
    page.headings(
        row,
        (
            t("Year no."),
            t("Year"),
            t("Years since first benefits"),
            t("Effect of the year seen, {money}", money=money),
            t("Share kept"),
            t("Part of the year it lasts"),
            t("Growth without"),
            t("Gain of a beneficiary, {money}", money=money),
            t("Outcome without, {money}", money=money),
            t("Outcome with, {money}", money=money),
            t("Benefit of the country, {money}", money=money),
            t("The same of an effect of one"),
        ),
        lines=4,
    )
    first, last = row + 1, row + subject.years
    for place, values in enumerate(_values(page).T, first):
        page.year(place, _year(place, [float(value) for value in values]))
    page.name("position", (first, 0), (last, 0))
    page.name("benefit_by_year", (first, 10), (last, 10))
    page.name("benefit_of_one", (first, 11), (last, 11))
    page.until_the_horizon((first, 0), (last, 11))


def _values(page: Page) -> np.ndarray:
    """Return what the formulas of a year give, (12, years)."""
    subject = page.book.subject
    appraisal = subject.worth.appraisal
    given, by_year = appraisal.assumptions.central, appraisal.effect.by_year
    position = np.arange(float(subject.years))
    since, seen = position - appraisal.delay, appraisal.effect.years
    central, unit = subject.streams(), appraisal.streams(effect=np.ones(seen))
    counted = position < appraisal.horizon
    gain, without = subject.padded(central.gain[0]), subject.padded(central.without[0])
    return np.array(
        [
            position,
            appraisal.costs.first_year + position,
            since,
            by_year[np.clip(since, 0, seen - 1).astype(int)],
            given["persistence"] ** np.maximum(since - (seen - 1), 0.0),
            np.clip(given["stops_after"] - since, 0.0, 1.0) * (since >= 0) * counted,
            (1 + given["growth"]) ** since,
            gain,
            without,
            gain + without,
            subject.padded(central.benefit[0]),
            subject.padded(unit.benefit[0]),
        ]
    )


def _year(row: int, held: list[float]) -> list[Given | Formula]:
    """Return the cells of a year; a year after the horizon has neither gain nor outcome."""
    year, since, effect, kept, lasts, grown, gain, without = (
        cell_name((row, column)) for column in (0, 2, 3, 4, 5, 6, 7, 8)
    )
    grows = f"IF(gain_grows=1,{grown},1)"
    lasting = f"IF(AND({year}<horizon,{since}>=0),MAX(MIN(stops_after-{since},1),0),0)"
    return [
        Given(held[0], "year"),
        Formula(f"first_year+{year}", held[1], "year"),
        Formula(f"{year}-delay", held[2], "year"),
        Formula(f"INDEX(effect_by_year,MAX(MIN({since},ROWS(effect_by_year)-1),0)+1)", held[3], "money"),
        Formula(f"IF({since}<ROWS(effect_by_year),1,persistence^({since}-ROWS(effect_by_year)+1))", held[4], "factor"),
        Formula(lasting, held[5], "factor"),
        Formula(f"(1+growth)^{since}", held[6], "factor"),
        Formula(f"{effect}*{kept}*{lasts}*{grows}", held[7], "money"),
        Formula(f"IF({year}<horizon,without*{grown},0)", held[8], "money"),
        Formula(f"{without}+{gain}", held[9], "money"),
        Formula(f"{gain}*participants*worth_of_outcome", held[10], "money"),
        Formula(f"{kept}*{lasts}*{grows}*participants*worth_of_outcome", held[11], "amount"),
    ]  # fmt: skip
