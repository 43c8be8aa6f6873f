"""The two pages before there is data: the advice, what a study could tell, what none of them can, and what that rests on."""

import math
from typing import Any

import pandas as pd

from impact.evaluation.economics_file import BeforeData, Number
from impact.evaluation.evaluability import Evaluability
from impact.reporting.amounts import SHARES, chance, percent
from impact.reporting.exhibits import Callout, Exhibits, Table, Text
from impact.reporting.figures.evaluability import plausible_against_detectable
from impact.reporting.formats import escape
from impact.reporting.voice import Voice

SHOWN_APART = 0.01  # two shares of right decisions
BELIEVED_SHARES = frozenset({"permanent", "attrition"})


def evaluability_title(voice: Voice, found: Evaluability) -> str:
    """Say go, go smaller, or no impact evaluation, in a line."""
    t = voice.t
    hurdle = voice.f.percent(100 * found.file.hurdle.rate, 0)
    return {
        "known_before": t(
            "No impact evaluation for this question: the return exceeds {hurdle} anyhow",
            hurdle=hurdle,
        )
        if found.pays_if_plausible
        else t(
            "No impact evaluation for this question: the return stays below {hurdle} anyhow",
            hurdle=hurdle,
        ),
        "go": t("Go: the planned study can tell a good return from a poor one"),
        "go_smaller": t("Go smaller: a smaller study tells as well"),
        "go_larger": t("Go larger or not at all: the planned study cannot tell"),
        "no_design_tells": t("No impact evaluation: none of these studies can tell"),
    }[found.advice]


def evaluability_pages(voice: Voice, found: Evaluability) -> Exhibits:
    """Show both pages."""
    t = voice.t
    return Exhibits(
        (
            Callout("finding", advice(voice, found)),
            Text(f"## {t('What the return needs')}\n\n{needs(voice, found)}"),
            Text(f"## {t('What a study could tell')}\n\n{tells(voice, found)}"),
            plausible_against_detectable(voice, found),
            Text(f"## {t('What no study here can tell')}\n\n{cannot_tell(voice, found)}"),
            designs(voice, found),
            beliefs(voice, found),
            Text(method(voice, found)),
        )
    )


def advice(voice: Voice, found: Evaluability) -> str:
    """Say what follows, and the share of right decisions that it follows from."""
    t, f, planned = voice.t, voice.f, found.planned
    hurdle = f.percent(100 * found.file.hurdle.rate, 0)
    share = {name: chance(voice, float(planned[name])) for name in ("right", "before")}
    if found.advice == "known_before":
        told = (
            t(
                "Whatever a study finds, the return exceeds {hurdle}: so it is with {before} of the effects that are plausible.",
                hurdle=hurdle,
                before=share["before"],
            )
            if found.pays_if_plausible
            else t(
                "Whatever a study finds, the return stays below {hurdle}: so it is with {before} of the effects that are plausible.",
                hurdle=hurdle,
                before=share["before"],
            )
        )
        return f"{told} {t('A study can only say how large the effect is, not whether it pays.')}"
    told = t(
        "The planned study decides right in {right} of cases whether the return exceeds {hurdle}; without a study it is {before}.",
        right=share["right"],
        before=share["before"],
        hurdle=hurdle,
    )
    enough = f.percent(100 * _believed(found).right_enough.value, 0)
    if found.advised is None:
        rest = t(
            "None of the studies reaches {enough}, from which on a study tells.", enough=enough
        )
    elif found.advice == "go":
        rest = t("That is enough: {enough} is asked for.", enough=enough)
    else:
        rest = t(
            "The cheapest study that reaches {enough} is “{design}”, with {right}.",
            enough=enough,
            design=_name(voice, found, found.advised),
            right=chance(voice, float(found.designs["right"].iloc[found.advised])),
        )
    return f"{told} {rest}"


def needs(voice: Voice, found: Evaluability) -> str:
    """Say the break-even effect, and set it against what is plausible."""
    t, f, believed = voice.t, voice.f, _believed(found)
    beliefs_ = found.file.beliefs()
    participants = sum(
        one.number.value * one.take_up.value * one.share.value for one in beliefs_.classes
    )
    most = max(one.high for one in believed.plausible)
    return " ".join(
        [
            t(
                "For a return of {hurdle} over {years} years, each of {n} participants must gain {needed} a year: {percent} of "
                "what such a firm sells.",
                hurdle=f.percent(100 * found.file.hurdle.rate, 0),
                years=f.number(found.file.horizon.years),
                n=f.number(participants),
                needed=f"{f.number(found.needed)}\u00a0{found.plan.currency}",
                percent=percent(voice, found.needed_percent),
            ),
            t("The largest effect taken as plausible is {most}.", most=f.percent(most, 0)),
        ]
    )


def tells(voice: Voice, found: Evaluability) -> str:
    """Say what the planned study and the best one would find of an effect."""
    t, f, planned = voice.t, voice.f, found.planned
    smallest = float(planned["smallest_detectable"])
    best = found.designs[~found.designs["one_event"]].sort_values(["finds", "planned"]).iloc[-1]
    told = [
        t(
            "With {treated} firms that took part and {comparison} others, the planned study finds an effect from {smallest} on.",
            treated=f.number(int(planned["treated"])),
            comparison=f.number(int(planned["comparison"])),
            smallest=f.percent(smallest, 0),
        )
        if math.isfinite(smallest)
        else t("The planned study finds no effect, however large.")
    ]
    if not math.isnan(float(planned["finds"])):
        finds, most = (chance(voice, float(one["finds"])) for one in (planned, best))
        told.append(
            t("Of plausible effects above zero it would find {finds}.", finds=finds)
            if best["planned"]
            else t(
                "Of plausible effects above zero it would find {finds}; “{design}” would find {best}.",
                finds=finds,
                design=_name(voice, found, int(best["design"])),
                best=most,
            )
        )
    return " ".join(told)


def cannot_tell(voice: Voice, found: Evaluability) -> str:
    """List what stays unknown whatever the data say: single events, how long effects last, what was assumed."""
    t, f, planned, one = voice.t, voice.f, found.planned, found.one_event
    points = []
    if one is not None:
        smallest = float(one["smallest_detectable"])
        points.append(
            t(
                "The effect of a single event: with {treated} firms only one of {smallest} or more would be found. Events cannot be "
                "compared with each other.",
                treated=f.number(int(one["treated"])),
                smallest=f.percent(smallest, 0),
            )
            if math.isfinite(smallest)
            else t(
                "The effect of a single event: with {treated} firms none would be found, however large. Events cannot be compared "
                "with each other.",
                treated=f.number(int(one["treated"])),
            )
        )
    years = int(planned["rounds_after"])
    kept = f.percent(100 * found.file.assumptions.persistence.value, 0)
    points.append(
        t(
            "How long effects last beyond the one year surveyed: {persistence} of them are assumed to be kept from year to year.",
            persistence=kept,
        )
        if years == 1
        else t(
            "How long effects last beyond the {years} years surveyed: {persistence} of them are assumed to be kept from year to year.",
            years=f.number(years),
            persistence=kept,
        )
    )
    points.append(t("What no survey of these firms measures, as sales taken from others."))
    sure, unsure = (float(planned[name]) for name in ("right", "right_unsure"))
    if sure - unsure >= SHOWN_APART:
        points[-1] += " " + t(
            "With all assumptions over their ranges {unsure} of decisions are right, against {sure} with each at its value.",
            unsure=chance(voice, unsure),
            sure=chance(voice, sure),
        )
    return "\n".join(f"- {point}" for point in points)


def designs(voice: Voice, found: Evaluability) -> Table:
    """Tabulate the studies."""
    t, f = voice.t, voice.f

    def share(value: float) -> str:
        return chance(voice, value)

    def detectable(value: float) -> str:
        return voice.detectable(value, lambda number: f.percent(number, 0))

    rows = found.designs.assign(
        name=[_name(voice, found, int(one)) for one in found.designs["design"]],
        rounds=[
            f"{f.number(before)} + {f.number(after)}"
            for before, after in found.designs[["rounds_before", "rounds_after"]].to_numpy()
        ],
    )
    return Table(
        label="tab-designs",
        caption=t("Studies that could be made, and what each would tell"),
        frame=rows,
        headings={
            "name": t("Study"),
            "treated": t("Took part"),
            "comparison": t("Others"),
            "rounds": t("Rounds"),
            "smallest_detectable": t("Finds from"),
            "finds": t("Plausible effects found"),
            "right": t("Right decisions"),
            "right_unsure": t("Right, all unsure"),
        },
        formats={
            "treated": f.number,
            "comparison": f.number,
            "smallest_detectable": detectable,
            "finds": share,
            "right": share,
            "right_unsure": share,
        },
        notes=(
            t(
                "Rounds before and after the start, one a year. A decision: does the return exceed the hurdle? Without a study "
                "{before} are right. All unsure: every assumption drawn over its range.",
                before=share(float(found.planned["before"])),
            ),
        ),
    )


def beliefs(voice: Voice, found: Evaluability) -> Table:
    """Tabulate what was assumed or read, with its grounds."""
    t, language, believed = voice.t, voice.study.plan.language, _believed(found)
    numbers: list[tuple[str, Number]] = [
        *(
            (name, getattr(believed, name))
            for name in ("mean", "variation", "permanent", "autocorrelation", "attrition")
        ),
        *(
            (name.rpartition(".")[-1], one)
            for name, one in found.file.numbers().items()
            if _matters(found, name, one)
        ),
    ]
    rows: list[dict[str, Any]] = [
        {
            "label": one.label.in_language(language),
            "value": _range(
                voice, one.value, one.low, one.high, share=name in SHARES | BELIEVED_SHARES
            ),
            "grounds": _grounds(voice, one),
        }
        for name, one in numbers
    ]
    rows += [
        {
            "label": one.label.in_language(language),
            "value": _range(voice, one.low / 100, one.low / 100, one.high / 100, share=True),
            "grounds": one.grounds_in(language),
        }
        for one in believed.plausible
    ]
    return Table(
        label="tab-beliefs",
        caption=t("What this rests on"),
        frame=pd.DataFrame(rows),
        headings={
            "label": t("Number"),
            "value": t("Value (range)"),
            "grounds": t("Source or reason"),
        },
    )


def method(voice: Voice, found: Evaluability) -> str:
    """Say how the figures were made."""
    t, f = voice.t, voice.f
    return t(
        "Outcomes of each study are simulated as the table believes them; its estimator is that of the plan, its interval the one "
        "that holds on the design. True effects are drawn from the plausible ranges. The decision says yes when the estimate exceeds "
        "the effect that the return needs. Level of intervals: {level}; seed: {seed}.",
        level=f.percent(100 * (1 - found.plan.alpha), 0),
        seed=str(found.plan.seed),
    )


def _matters(found: Evaluability, name: str, one: Number) -> bool:
    """Whether the advice hangs on a number: not on households, on growth of a gain in money, on factors of one."""
    if name == "household_size" or (name == "growth" and not found.file.effect.gain_grows):
        return False
    return one.assumption.ranges or one.value != 1.0


def _believed(found: Evaluability) -> BeforeData:
    assert found.file.before_data is not None  # noqa: S101 (narrowing for mypy; there is no advice without it)
    return found.file.before_data


def _name(voice: Voice, found: Evaluability, design: int) -> str:
    return escape(_believed(found).designs[design].label.in_language(voice.study.plan.language))


def _range(
    voice: Voice, value: float, low: float | None, high: float | None, *, share: bool = False
) -> str:
    def write(number: float) -> str:
        number = round(100 * number, 6) if share else number
        digits = next((d for d in range(4) if round(number, d) == number), 4)
        return voice.f.percent(number, digits) if share else voice.f.number(number, digits)

    if low is None or high is None or low == high:
        return write(value)
    ends = voice.f.interval(low, high, lambda number: write(number or 0.0))
    return ends if value == low else f"{write(value)} ({ends})"


def _grounds(voice: Voice, one: Number) -> str:
    grounds = one.grounds_in(voice.study.plan.language)
    return voice.t("assumption: {reason}", reason=grounds) if one.assumed else grounds
