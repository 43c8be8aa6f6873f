"""What the study found, at the head of the assumptions: effect, its interval and the outcome without the programme."""

from impact.reporting.economics_workbook.cells import Cell, Formula, Given, Input
from impact.reporting.economics_workbook.lines import Lines


def found(lines: Lines) -> None:
    """Write the study's numbers as it found them, then in prices of the base year, with which all other tabs reckon."""
    subject = lines.page.book.subject
    t, file = subject.t, subject.file
    lines.begin(t("What the study found, {currency} a firm and year", currency=subject.currency))
    at = t("in prices of {year}", year=file.outcome_prices)
    _effect(lines, at)
    lines.line(
        t("Outcome without the programme, {prices}", prices=at),
        Input(subject.worth.appraisal.without / subject.price_ratio, "amount", "without_found"),
        grounds=t("This study: the comparison, taken as that of the first year of benefits"),
    )
    lines.begin(t("The same in prices of the base year"))
    _frame(lines)
    _effect_in_base_prices(lines, t("in prices of {year}", year=file.base_year))


def _effect(lines: Lines, at: str) -> None:
    """Write the effect: one number for all years seen, or one for each."""
    subject = lines.page.book.subject
    t, ratio, effect = subject.t, subject.price_ratio, subject.worth.appraisal.effect
    first = lines.row + 1
    years = f"{lines.place(1)[0]}{first + 1}:{lines.place(1)[0]}{first + effect.years}"
    mean = effect.mean / ratio
    lines.line(
        t("Effect, mean of the years seen, {prices}", prices=at),
        Formula(f"AVERAGE({years})", mean, "amount", "effect_found")
        if subject.follows_path
        else Input(mean, "amount", "effect_found"),
        *_ends(lines),
        grounds=t("This study: the mean of the effects by year; the interval believed, around it")
        if subject.follows_path
        else t("This study: the headline and the interval believed"),
    )
    for year, value in enumerate(effect.by_year, 1):
        found_in_year = float(value) / ratio
        lines.line(
            t("Effect in year {n} since the start, {prices}", n=year, prices=at),
            Input(found_in_year, "amount")
            if subject.follows_path
            else Formula("effect_found", found_in_year, "amount"),
            grounds=t("This study: the effect by year since the start")
            if subject.follows_path
            else (subject.file.effect if year == 1 else ""),
        )
    lines.page.name("effect_found_by_year", (first, 1), (lines.row - 1, 1))


def _ends(lines: Lines) -> tuple[Cell, Cell]:
    subject = lines.page.book.subject
    if not subject.bounded:
        none = Given(subject.t("no bound"))
        return none, none
    low, high = (
        Input(end / subject.price_ratio, "amount", f"effect_found_{name}")
        for name, end in (("low", subject.worth.conf_low), ("high", subject.worth.conf_high))
    )
    return low, high


def _frame(lines: Lines) -> None:
    """Write base year, year of the outcome's prices, and the factor from one to the other."""
    subject = lines.page.book.subject
    t, file = subject.t, subject.file
    lines.line(t("Base year"), Given(float(file.base_year), "year", "base_year"))
    lines.line(
        t("Year of the outcome's prices"),
        Given(float(file.outcome_prices), "year", "outcome_prices"),
    )
    of_base, of_outcome = (
        f"INDEX(price_level,MATCH({year},price_year,0))" for year in ("base_year", "outcome_prices")
    )
    lines.line(
        t("Prices of the base year over those of the outcome"),
        Formula(f"IFERROR({of_base}/{of_outcome},0)", subject.price_ratio, "factor", "price_ratio"),
    )


def _effect_in_base_prices(lines: Lines, at: str) -> None:
    subject = lines.page.book.subject
    t, worth = subject.t, subject.worth
    effect = worth.appraisal.effect
    ends = [
        Formula(f"effect_found_{name}*price_ratio", end, "amount", f"effect_{name}")
        for name, end in (("low", worth.conf_low), ("high", worth.conf_high))
        if subject.bounded
    ]
    lines.line(
        t("Effect, mean of the years seen, {prices}", prices=at),
        Formula("effect_found*price_ratio", effect.mean, "amount", "effect"),
        *ends,
    )
    first = lines.row
    for year, value in enumerate(effect.by_year, 1):
        lines.line(
            t("Effect in year {n} since the start, {prices}", n=year, prices=at),
            Formula(f"INDEX(effect_found_by_year,{year})*price_ratio", float(value), "amount"),
        )
    lines.page.name("effect_by_year", (first, 1), (lines.row - 1, 1))
    lines.line(
        t("Outcome without the programme, {prices}", prices=at),
        Formula("without_found*price_ratio", worth.appraisal.without, "amount", "without"),
    )
