"""How the numbers of an appraisal are written: amounts, rates, chances, and assumptions by their kind."""

import math

from impact.economics.sensitivity import EFFECT
from impact.evaluation.economics_file import EconomicsFile
from impact.reporting.formats import Formats
from impact.reporting.rounding import decimals
from impact.reporting.voice import Voice

MILLION = 1e6
SEVERAL = 2  # from here on the French count in the plural
WHOLE = 10.0  # percent from which no decimals are written
RARE = 0.005  # share of simulated cases that would be written as 0%
SHARES = frozenset(
    {"take_up", "share", "value_added_ratio", "displacement", "persistence", "growth"}
)
COUNTS = frozenset({"number", "stops_after"})


def file_of(voice: Voice) -> EconomicsFile:
    """Return the economics file of a study that was appraised."""
    file = voice.study.economics
    assert file is not None  # noqa: S101 (narrowing for mypy; a Worth exists)
    return file


def money(voice: Voice, value: float) -> str:
    """Write an amount of the study's currency, in millions where it is that large."""
    currency = voice.study.plan.currency
    if abs(value) < MILLION:
        return f"{voice.f.number(value)}\u00a0{currency}"
    text = Formats(voice.study.plan.language).number(value / MILLION, 1)
    voice.f.written.note(text, value)
    return millions(voice, text, round(value / MILLION, 1), currency)


def millions(voice: Voice, text: str, number: float, currency: str) -> str:
    """Write so many millions: in French they are several from two on."""
    if (
        abs(number) < SEVERAL
    ):  # a sentence of its own, told from the other by its space, for French has another word
        return voice.t("{n}\u00a0million {currency}", n=text, currency=currency)
    return voice.t("{n} million {currency}", n=text, currency=currency)


def yearly(voice: Voice, value: float) -> str:
    """Write an effect on a firm in a year."""
    each = voice.t("per year and firm")
    return f"{voice.f.number(value)}\u00a0{voice.study.plan.currency} {each}"


def rate(voice: Voice, value: float) -> str:
    """Write a rate a year, or another share, in percent."""
    share = 100 * value
    return voice.f.percent(share, 0 if abs(share - round(share)) < 1e-9 else 1)


def percent(voice: Voice, value: float) -> str:
    """Write a number that is in percent already: whole where it is large, with two digits where it is small."""
    if value == 0 or abs(value) >= WHOLE:
        return voice.f.percent(value, 0)
    return voice.f.percent(value, min(1 - math.floor(math.log10(abs(value))), 6))


def chance(voice: Voice, share: float) -> str:
    """Write a simulated share: one that is next to nothing, or to all, is neither 0% nor 100%."""
    if share < RARE:
        return voice.t("less than 1%")
    if share > 1 - RARE:
        return voice.t("more than 99%")
    return voice.f.percent(100 * share, 0)


def label_of(voice: Voice, name: str) -> str:
    """Return what a number of the appraisal is called, as plain text."""
    if name == EFFECT:
        return voice.t("Estimated effect, {currency} a year", currency=voice.study.plan.currency)
    return file_of(voice).numbers()[name].label.in_language(voice.study.plan.language)


def written(voice: Voice, name: str, value: float) -> str:
    """Write a number of the appraisal as its kind is written: a share, a count, a factor; an effect as an amount."""
    kind = name.rpartition(".")[-1]
    if kind in SHARES:
        return rate(voice, value)
    counted = kind in COUNTS or name == EFFECT
    return voice.f.number(value, 0 if counted else decimals([value]))
