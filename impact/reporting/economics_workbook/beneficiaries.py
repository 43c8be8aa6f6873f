"""The tab of beneficiaries: who gains how much, by class."""

from impact.reporting.economics_workbook.assumptions import name_of
from impact.reporting.economics_workbook.cells import Cell, Formula, Number, Said
from impact.reporting.economics_workbook.page import Book, Page, cell_name


def beneficiaries_tab(book: Book) -> None:
    """Write participants, persons and present benefits of each class."""
    subject = book.subject
    t = subject.t
    page = book.page(f"8 {t('Beneficiaries')}", (44, 13, 13, 14, 16, 16, 16, 20, 16, 20))
    page.said(
        2,
        t(
            "Persons are those who live in the households of participants. Not all who took part gain: a class whose share of "
            "the effect is zero has none of the benefits."
        ),
    )
    money = subject.money
    page.headings(
        4,
        (
            t("Class"), t("Invited"), t("Take-up"), t("Participants"), t("Persons in households"), t("Share of the effect"),
            t("Counted as"), t("Present benefits, {money}", money=money), t("Share of all benefits"),
            t("Each participant, {money}", money=money),
        ),
        lines=3,
    )  # fmt: skip
    classes = subject.file.classes
    for row, one in enumerate(classes, 5):
        label = one.label.in_language(subject.cover.language)
        page.row(row, [Said(label), *_class(page, row, one.code)], lines=1 + len(label) // 46)
    _all(page, 5, 5 + len(classes))
    page.sheet.freeze_panes(5, 1)


def _class(page: Page, row: int, code: str) -> list[Cell]:
    subject = page.book.subject
    worth = subject.worth
    number, take_up, share = (name_of(f"{code}.{part}") for part in ("number", "take_up", "share"))
    values = worth.appraisal.assumptions.central
    held = worth.classes.set_index("code").loc[code]
    weight = float(worth.appraisal.weight(code, values))
    took_part, counted, present = (cell_name((row, column)) for column in (3, 6, 7))
    nobody = subject.t("nobody")
    part = float(held["share"])
    return [
        Formula(number, values[f"{code}.number"], "count"),
        Formula(take_up, values[f"{code}.take_up"], "rate"),
        Formula(f"{number}*{take_up}", float(held["participants"]), "count"),
        Formula(f"{took_part}*household_size", float(held["persons"]), "count"),
        Formula(share, values[f"{code}.share"], "rate"),
        Formula(f"{took_part}*{share}", weight, "count"),
        Formula(
            f"IF(participants=0,0,present_benefit*{counted}/participants)",
            float(held["present"]),
            "money",
        ),
        Formula(
            f'IF(participants=0,"{nobody}",{counted}/participants)',
            nobody if part != part else part,  # noqa: PLR0124 (a missing number is not itself)
            "rate",
        ),
        Formula(
            f'IF({took_part}=0,"{nobody}",{present}/{took_part})',
            float(held["each"]) if float(held["participants"]) else nobody,
            "money",
        ),
    ]


def _all(page: Page, first: int, row: int) -> None:
    """Write the sums."""
    classes = page.book.subject.worth.classes
    page.row(row, [Said(page.book.subject.t("All"), "strong")])
    for column, name in ((3, "participants"), (4, "persons"), (7, "present")):
        cells = f"{cell_name((first, column))}:{cell_name((row - 1, column))}"
        total = float(classes[name].sum())
        number: Number = "money" if name == "present" else "count"
        page.put((row, column), Formula(f"SUM({cells})", total, number, look="result"))
