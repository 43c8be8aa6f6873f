"""Sentences on worth: each a function of the appraisal, the same on the first page, in part 8 and in the notebook."""

from typing import Literal

from impact.evaluation.appraised import Worth
from impact.evaluation.justified import Justified, turning
from impact.reporting.amounts import RARE, chance, file_of, label_of, money, percent, rate, yearly
from impact.reporting.formats import escape
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def in_short(voice: Voice, worth: Worth, found: Justified) -> str:
    """Answer for the first page: a word, the return against the hurdle, and how sure that is."""
    t, value = voice.t, worth.rate_of_return.value
    code = ":".join(filter(None, [found.answer, found.doubt or found.rose]))
    hurdle = rate(voice, worth.appraisal.hurdle)
    sentences = [
        voice.about(said(t, "worth_in_short", code)),
        t("No rate of return exists; hurdle: {hurdle}.", hurdle=hurdle)
        if value is None
        else t(
            "Estimated return: {rate} a year; hurdle: {hurdle}.",
            rate=rate(voice, value),
            hurdle=hurdle,
        ),
    ]
    if worth.simulated is not None:
        share = chance(voice, worth.simulated.above_hurdle)
        sentences.append(t("Simulated chance of exceeding it: {share}.", share=share))
    return " ".join(sentences)


def answer(voice: Voice, worth: Worth, found: Justified) -> list[str]:
    """Answer whether the results justify the resources, and say how sure that is, in full."""
    sentences = [_first(voice, worth, found)]
    why = worth.rate_of_return.why
    if why is not None:
        sentences.append(voice.about(said(voice.t, "no_figure_in_full", why)))
    elif found.answer == "cannot_tell":
        sentences.append(if_it_held(voice, worth))
    return [*sentences, *simulated(voice, worth)]


def _first(voice: Voice, worth: Worth, found: Justified) -> str:
    parts: list[str | None] = [found.answer, found.doubt or found.rose]
    if worth.rate_of_return.value is None and found.answer != "cannot_tell":
        parts.append("no_return")
    values = {"hurdle": rate(voice, worth.appraisal.hurdle)}
    if worth.rate_of_return.value is not None:
        values["rate"] = rate(voice, worth.rate_of_return.value)
    return voice.about(said(voice.t, "worth", ":".join(filter(None, parts))), **values)


def if_it_held(voice: Voice, worth: Worth) -> str:
    """Say the return that the estimate gives, as what it is: an estimate on assumptions."""
    if worth.rate_of_return.value is None:
        return voice.about(said(voice.t, "no_figure_in_full", str(worth.rate_of_return.why)))
    return voice.t(
        "On these assumptions the estimate gives a return of {rate} a year; the hurdle is {hurdle}.",
        rate=rate(voice, worth.rate_of_return.value),
        hurdle=rate(voice, worth.appraisal.hurdle),
    )


def simulated(voice: Voice, worth: Worth) -> list[str]:
    """Say how often the hurdle is reached when effect and assumptions are drawn; nothing where they cannot be."""
    if worth.simulated is None:
        return []
    return [
        voice.t(
            "In simulations the hurdle is exceeded in {share} of cases.",
            share=chance(voice, worth.simulated.above_hurdle),
        )
    ]


def present_value(voice: Voice, worth: Worth) -> str:
    """Say net present value and what each unit of cost brought back."""
    sentences = [
        voice.t(
            "Discounted at {hurdle}, benefits less costs are {value} (net present value).",
            hurdle=rate(voice, worth.appraisal.hurdle),
            value=money(voice, worth.value),
        )
    ]
    if worth.benefit_cost_ratio.exceeds(0):
        sentences.append(
            voice.t(
                "Each {currency} of cost brought back {ratio}.",
                currency=voice.study.plan.currency,
                ratio=voice.f.number(worth.benefit_cost_ratio.value, 2),
            )
        )
    return " ".join(sentences)


def invented(voice: Voice) -> list[str]:
    """Say of simulated data that a return made of them is an exercise."""
    if voice.study.truth is None:
        return []
    return [
        voice.t(
            "The firms are invented, so this return is an exercise and no finding on the programme."
        )
    ]


def basis(voice: Voice, worth: Worth) -> list[str]:
    """Say in which prices and over which years effects are compared, where that differs from the headline's."""
    t, file, sentences = voice.t, file_of(voice), []
    if file.base_year != file.outcome_prices:
        sentences.append(
            t(
                "Amounts in this part are in prices of {year}; the parts before are in prices of {prices}.",
                year=file.base_year,
                prices=file.outcome_prices,
            )
        )
    if file.effect.follows == "path":
        sentences += [
            t(
                "The estimated effect differs from year to year; its mean over the years seen is {mean}.",
                mean=yearly(voice, worth.appraisal.effect.mean),
            ),
            t("The effect needed is told as the same in every year."),
        ]
    return sentences


def effect_needed(voice: Voice, worth: Worth) -> str:
    """Say which effect reaches the hurdle, and where it lies to the believed interval of the estimate."""
    t, needed = voice.t, worth.needed
    if needed.value is None:
        return voice.about(said(t, "no_figure_in_full", str(needed.why)))
    first = t(
        "Reaching the hurdle takes an effect of {needed}.", needed=yearly(voice, needed.value)
    )
    if worth.needed_percent.value is not None:
        first = voice.about(
            t(
                "Reaching the hurdle takes an effect of {needed}: {percent} of {outcome} without {treatment}."
            ),
            needed=yearly(voice, needed.value),
            percent=percent(voice, worth.needed_percent.value),
        )
    interval = voice.f.interval(worth.conf_low, worth.conf_high, voice.f.number)
    where = said(
        t,
        "needed",
        to_interval(worth),
        level=voice.confidence,
        span=f"{interval}\u00a0{voice.study.plan.currency}",
    )
    return f"{first} {where}"


def to_interval(worth: Worth) -> Literal["above", "inside", "below"]:
    """Return where the break-even effect lies to the believed interval."""
    needed = worth.needed.value
    assert needed is not None  # noqa: S101 (narrowing for mypy; callers checked)
    if needed > worth.conf_high:
        return "above"
    return "below" if needed < worth.conf_low else "inside"


def lasting_needed(voice: Voice, worth: Worth) -> str:
    """Say how much of the estimated effect must be kept from year to year, or how many years it must last in full."""
    t, kept, years = voice.t, worth.needed_persistence, worth.needed_years
    if kept.value is None:
        return voice.about(said(t, "no_figure_in_full", str(kept.why)))
    sentences = [
        t(
            "Of the estimated effect {share} would have to be kept from year to year; {assumed} is assumed.",
            share=rate(voice, kept.value),
            assumed=rate(voice, worth.appraisal.assumptions.persistence.value),
        )
    ]
    if years.value is not None:
        sentences.append(
            t(
                "In full it would have to last {n} years.",
                n=voice.f.number(years.value, 1),
            )
        )
    return " ".join(sentences)


def hinges(voice: Voice, worth: Worth) -> str:
    """Say which number moves the answer most, and how many turn it by themselves; nothing where none has a range."""
    t, f, moved = voice.t, voice.f, worth.moved
    if moved.empty:
        return ""
    most = moved.iloc[0]
    low, high = sorted((float(most["value_low"]), float(most["value_high"])))
    return " ".join(
        [
            t("The answer hinges most on: {label}.", label=escape(label_of(voice, most["name"]))),
            t(
                "Over its range the net present value runs from {low} to {high}.",
                low=money(voice, low),
                high=money(voice, high),
            ),
            t(
                "Numbers that turn the answer by themselves: {n} of {total}.",
                n=f.number(len(turning(worth))),
                total=f.number(len(moved)),
            ),
        ]
    )


def more_data(voice: Voice, worth: Worth) -> str:
    """Say what one more round of data is worth; nothing where that cannot be worked out."""
    found = worth.more_data
    if found is None:
        return ""
    if found.changes < RARE:
        return voice.t("One more round of data would hardly change the decision.")
    return voice.t(
        "One more round of data would change the decision in {share} of cases, and be worth at most {worth}.",
        share=chance(voice, found.changes),
        worth=money(voice, found.worth),
    )


def gainers(voice: Voice, worth: Worth) -> str:
    """Say which class most of the benefits go to; nothing where nobody gains."""
    known = worth.classes.dropna(subset=["share"])
    if known.empty or known["present"].sum() <= 0:
        return ""
    most = known.loc[known["share"].idxmax()]
    labels = {one.code: one.label for one in file_of(voice).classes}
    return voice.t(
        "By assumption {share} of the benefits go to: {label}.",
        share=voice.f.percent(100 * most["share"], 0),
        label=escape(labels[most["code"]].in_language(voice.study.plan.language)),
    )


def projected(voice: Voice) -> str:
    """Set the projected return beside, as what it is; nothing where the file has none."""
    one, language = file_of(voice).projected, voice.study.plan.language
    if one is None:
        return ""
    source = one.source if isinstance(one.source, str) else one.source.in_language(language)
    return voice.t(
        "For comparison, {label} was projected to return {rate} a year. A projection is no evidence ({source}).",
        label=escape(one.label.in_language(language)),
        rate=rate(voice, one.rate),
        source=escape(source),
    )
