"""Tables of an appraisal: what is assumed and what has a source, costs, years, horizons, ranges, who gains."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from impact.evaluation.appraised import Worth
from impact.evaluation.economics_file import Grounded, Number
from impact.reporting.amounts import file_of, label_of, rate, written
from impact.reporting.exhibits import Table
from impact.reporting.formats import DASH
from impact.reporting.voice import Voice


def assumed(voice: Voice) -> Table:
    """Show every number that is not the study's own, with its range, and its source or the reason why it is assumed."""
    return _grounded(
        voice,
        [*_conventions(voice), *_numbers(voice, file_of(voice).numbers())],
        label="tab-assumed-in-full",
        caption=voice.t("What the appraisal rests on beside the estimate"),
    )


def ranged(voice: Voice) -> Table | None:
    """Show those of them that have a range; None where all are taken as certain."""
    numbers = {name: one for name, one in file_of(voice).numbers().items() if one.assumption.ranges}
    if not numbers:
        return None
    return _grounded(
        voice,
        [*_numbers(voice, numbers)],
        label="tab-assumed",
        caption=voice.t("Numbers that may move the answer, each with its range"),
    )


def _grounded(voice: Voice, rows: list[dict[str, str]], *, label: str, caption: str) -> Table:
    t = voice.t
    return Table(
        label=label,
        caption=caption,
        frame=pd.DataFrame(rows),
        headings={
            "label": t("Quantity"),
            "value": t("Value"),
            "range": t("Range"),
            "grounds": t("Source, or why it is assumed"),
        },
        group="group",
    )


def _conventions(voice: Voice) -> Iterator[dict[str, str]]:
    t, f, file = voice.t, voice.f, file_of(voice)
    currency = voice.study.plan.currency
    follows = (
        t("mean of the years seen")
        if file.effect.follows == "mean"
        else t("path of the years seen")
    )
    rows: list[tuple[str, str, Grounded]] = [
        (t("Prices of"), _year(voice, file.base_year), file.price_index),
        *(
            (
                t("{currency} for one {other}", currency=currency, other=code),
                f.number(one.rate, 2),
                one,
            )
            for code, one in file.exchange_rates.items()
        ),
        (t("First year of benefits"), _year(voice, file.first_benefits.year), file.first_benefits),
        (t("Years counted"), f.number(file.horizon.years), file.horizon),
        (t("Hurdle, a year"), rate(voice, file.hurdle.rate), file.hurdle),
        (t("Effect carried on"), follows, file.effect),
    ]
    for label, value, grounds in rows:
        yield {
            "group": t("Conventions"),
            "label": label,
            "value": value,
            "range": DASH,
            "grounds": grounds_in_words(voice, grounds),
        }


def _numbers(voice: Voice, numbers: Mapping[str, Number]) -> Iterator[dict[str, str]]:
    file, language = file_of(voice), voice.study.plan.language
    groups = {one.code: one.label.in_language(language) for one in file.classes}
    for name, number in numbers.items():
        code = name.rpartition(".")[0]
        yield {
            "group": groups.get(code, voice.t("From effect to benefit, and costs")),
            "label": number.label.in_language(language),
            "value": written(voice, name, number.value),
            "range": _range(voice, name, number),
            "grounds": grounds_in_words(voice, number),
        }


def _range(voice: Voice, name: str, number: Number) -> str:
    one = number.assumption
    if not one.ranges:
        return DASH
    return voice.f.interval(
        one.low,
        one.high,
        lambda value: DASH if value is None else written(voice, name, value),
    )


def grounds_in_words(voice: Voice, grounds: Grounded) -> str:
    """Write a source; of an assumption that it is one, and why."""
    words = grounds.grounds_in(voice.study.plan.language)
    if not grounds.assumed:
        return words
    return f"{voice.t('Assumption')}{voice.colon} {words}"


def _year(voice: Voice, year: int) -> str:
    return voice.f.written.note(str(year), year)


def costs(voice: Voice) -> Table:
    """Show what was spent, by year and payer, at the prices of the year and at those of the base year."""
    t, f, file, language = voice.t, voice.f, file_of(voice), voice.study.plan.language
    currency = voice.study.plan.currency
    prices = file.prices(currency)
    rows = [
        {
            "year": one.year,
            "payer": one.payer.in_language(language),
            "amount": one.amount,
            "currency": one.currency,
            "constant": prices.constant(one.amount, year=one.year, currency=one.currency),
            "grounds": grounds_in_words(voice, one),
        }
        for one in sorted(file.costs, key=lambda one: one.year)
    ]
    return Table(
        label="tab-costs",
        caption=t(
            "Costs by year and payer, as spent and in {currency} of {year}",
            currency=currency,
            year=_year(voice, file.base_year),
        ),
        frame=pd.DataFrame(rows),
        headings={
            "year": t("Year"),
            "payer": t("Paid by"),
            "amount": t("Spent"),
            "currency": t("Currency"),
            "constant": t("In constant prices"),
            "grounds": t("Source, or why it is assumed"),
        },
        formats={"year": str, "amount": f.number, "constant": f.number},
    )


def years(voice: Voice, worth: Worth) -> Table:
    """Show the yearly stream with and without the programme."""
    t, f = voice.t, voice.f
    names = ("without", "with_programme", "cost", "benefit", "net", "discounted")
    return Table(
        label="tab-years",
        caption=t(
            "Year by year, {currency} of {year}",
            currency=voice.study.plan.currency,
            year=_year(voice, file_of(voice).base_year),
        ),
        frame=worth.stream,
        headings={
            "year": t("Year"),
            "without": t("Without, a firm"),
            "with_programme": t("With, a firm"),
            "cost": t("Cost"),
            "benefit": t("Benefit"),
            "net": t("Net"),
            "discounted": t("Discounted"),
        },
        formats={"year": str, **dict.fromkeys(names, f.number)},
        notes=(
            t("The first two columns are of one firm, the others of the programme as a whole."),
        ),
    )


def horizons(voice: Voice, worth: Worth) -> Table:
    """Show returns if other numbers of years are counted."""
    t, f = voice.t, voice.f
    return Table(
        label="tab-horizons",
        caption=t("If other numbers of years are counted"),
        frame=worth.horizons,
        headings={
            "horizon": t("Years counted"),
            "return": t("Return a year"),
            "value": t("Net present value, {currency}", currency=voice.study.plan.currency),
            "ratio": t("Benefits over costs"),
        },
        formats={
            "horizon": f.number,
            "return": lambda value: f.percent(100 * value),
            "value": f.number,
            "ratio": lambda value: f.number(value, 2),
        },
        notes=_dashed(voice, worth.horizons["return"]),
    )


def ranges(voice: Voice, worth: Worth) -> Table | None:
    """Show what each number does to the answer at the ends of its range, the widest first; None where none has a range."""
    t, f = voice.t, voice.f
    if worth.moved.empty:
        return None
    rows = [
        {
            **row,
            "label": label_of(voice, row["name"]),
            "range": f.interval(
                row["low"],
                row["high"],
                lambda value, name=row["name"]: written(voice, name, value),  # type: ignore[misc]
            ),
        }
        for row in worth.moved.to_dict("records")
    ]
    percent = lambda value: f.percent(100 * value)  # noqa: E731 (a format, not a function)
    return Table(
        label="tab-ranges",
        caption=t(
            "Each number at the low and the high end of its range, the others as they are; net present value, {currency}",
            currency=voice.study.plan.currency,
        ),
        frame=pd.DataFrame(rows),
        headings={
            "label": t("Quantity"),
            "range": t("Range"),
            "value_low": t("Value, low end"),
            "value_high": t("Value, high end"),
            "return_low": t("Return, low end"),
            "return_high": t("Return, high end"),
        },
        formats={
            "value_low": f.number,
            "value_high": f.number,
            "return_low": percent,
            "return_high": percent,
        },
        notes=_dashed(voice, pd.concat([worth.moved["return_low"], worth.moved["return_high"]])),
    )


def _dashed(voice: Voice, returns: "pd.Series[Any]") -> tuple[str, ...]:
    if not returns.isna().any():
        return ()
    return (voice.t("A dash: no rate of return exists there."),)


def beneficiaries(voice: Voice, worth: Worth) -> Table:
    """Show who gains: firms, persons in their households, and the present value of what they gain."""
    t, f, language = voice.t, voice.f, voice.study.plan.language
    labels = {one.code: one.label.in_language(language) for one in file_of(voice).classes}
    return Table(
        label="tab-beneficiaries",
        caption=t("Benefits by class, by assumption; present values in {currency}", currency=voice.study.plan.currency),
        frame=worth.classes.assign(label=[labels[code] for code in worth.classes["code"]]),
        headings={
            "label": t("Class"),
            "participants": t("Took part"),
            "persons": t("Persons in their households"),
            "present": t("Benefits"),
            "share": t("Share"),
            "each": t("For each"),
        },
        formats={
            "participants": f.number,
            "persons": f.number,
            "present": f.number,
            "share": lambda value: f.percent(100 * value, 0),
            "each": f.number,
        },
    )  # fmt: skip
