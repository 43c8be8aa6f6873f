"""Values of this run: what a sheet cannot find again, as it takes a search or a simulation."""

from collections.abc import Iterator

import numpy as np

from impact.economics.simulation import Simulated
from impact.reporting.economics_workbook.cells import Given, Number, Said
from impact.reporting.economics_workbook.page import LINE, Page
from impact.reporting.economics_workbook.subject import Subject
from impact.reporting.words.register import said


def of_this_run(page: Page, row: int) -> None:
    """Write searches, simulation and the worth of more data, grey, as they do not follow changes."""
    subject = page.book.subject
    page.group(row, subject.t("Values of this run: they do not follow changes"))
    for place, (label, value, number) in enumerate(_values(subject), row + 1):
        page.wide((place, 0), 2, Said(label))
        page.put((place, 3), Given(value, number, look="of_this_run"))
        if isinstance(value, str):
            page.sheet.set_row(place, 3 * LINE)


def _values(subject: Subject) -> Iterator[tuple[str, float | str, Number]]:
    t, worth = subject.t, subject.worth
    kept, years = subject.shown(worth.needed_persistence), subject.shown(worth.needed_years)
    yield t("Share of the effect that must be kept from year to year"), kept, "rate"
    yield t("Years that the effect must last in full"), years, "amount"
    if worth.simulated is not None:
        yield from _simulated(subject, worth.simulated)
    if worth.more_data is not None:
        changes = t("Probability that one more round of data changes the decision")
        yield changes, worth.more_data.changes, "rate"
        most = t("What one more round of data may cost at most, {money}", money=subject.money)
        yield most, worth.more_data.worth, "amount"


def _simulated(subject: Subject, simulated: Simulated) -> Iterator[tuple[str, float | str, Number]]:
    """Return what the draws say; a rate below which so many lie is none where those lose all they cost."""
    t, money = subject.t, subject.money
    yield t("Draws of effect and assumptions"), float(simulated.draws), "money"
    yield t("Probability that the hurdle is reached"), simulated.above_hurdle, "rate"
    yield t("Mean net present value, {money}", money=money), simulated.mean_value, "money"
    table = simulated.quantiles.set_index("quantile")
    for quantile, word in (
        (0.05, t("5 of 100 draws lie below")),
        (0.5, t("half of the draws lie below")),
        (0.95, t("95 of 100 draws lie below")),
    ):
        value, rate = (float(table.loc[quantile, name]) for name in ("value", "return"))
        shown = said(t, "no_figure", "no_gain") if np.isnan(rate) else rate
        yield t("Net present value: {part}", part=word), value, "money"
        yield t("Rate of return: {part}", part=word), shown, "rate"
