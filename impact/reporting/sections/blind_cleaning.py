"""That data were cleaned blind, until when, by whose signature, and what of cleaning was changed after it."""

from impact.evaluation.blind import CLEANING, BlindLog, Unblinding
from impact.evaluation.departures import Departure, departures_of_plan, departures_of_rules
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Known
from impact.reporting.exhibits import Exhibit, Text
from impact.reporting.formats import escape
from impact.reporting.sections.plan_departures import table_of
from impact.reporting.voice import Voice


def blind_cleaning(voice: Voice) -> list[Exhibit]:
    """Tell of blind cleaning where a plan had any: how long, who ended it, and what was changed afterwards."""
    t, f, blinding = voice.t, voice.f, voice.study.blinding
    if blinding is None:
        return []
    log = blinding.log
    heading = f"### {t('Cleaning the data blind')}"
    if log.unblinded is None:
        text = t(
            "Since {day} every run exchanges at random, within strata, who took part. Cleaning is not signed off, and no "
            "figure is a finding.",
            day=f.day(log.day),
        )
        return [Text(f"{heading}\n\n{text} {_before(voice, log)}")]
    found = changed_after(voice.study.plan, log.unblinded, blinding.now)
    told = [
        t(
            "Cleaning was blind from {begun}: runs exchanged at random who took part. {name} signed it off on {ended}.",
            begun=f.day(log.day),
            ended=f.day(log.unblinded.day),
            name=escape(log.unblinded.by),
        ),
        _before(voice, log),
        _lock(voice, log.unblinded),
        t("These rules of cleaning were changed after it was signed off:")
        if found
        else t("No rule of cleaning was changed after it was signed off."),
    ]
    caption = t("What of cleaning was changed after the answer was known")
    shown = table_of(voice, found, label="tab-after-unblinding", caption=caption)
    return [Text(f"{heading}\n\n{' '.join(filter(None, told))}"), *shown]


def _before(voice: Voice, log: BlindLog) -> str:
    """Say whether results with everybody's own treatment were there before cleaning was blind."""
    t, f = voice.t, voice.f
    if log.earlier is None:
        return t("What was run before the first of these days is not in this log.")
    if not log.earlier:
        return t("Before it, no finished run that was not blind was found in the reports folder.")
    return t(
        "It began after results existed. Finished runs of the plan or of its data before it: {n}; the first ended on {day}.",
        n=f.number(len(log.earlier)),
        day=f.day(log.earlier[0].finished[:10]),
    )


def changed_after(plan: Plan, signed: Unblinding, now: Known) -> list[Departure]:
    """Return what of cleaning is not as it was signed off: the plan's keys of cleaning, schema and intake plan."""
    of_plan = departures_of_plan(signed.known.written, plan)
    rules = departures_of_rules(signed.known, now)
    return [
        *(one for one in of_plan if one.key.partition(".")[0] in CLEANING),
        *(one for one in rules if one.where in {"schema", "intake"}),
    ]


def _lock(voice: Voice, signed: Unblinding) -> str:
    """Say whether the plan was locked before the answer was known."""
    t, locked = voice.t, voice.study.locked
    if locked is None:
        return t("The plan was not locked before that.")
    if locked.lock.locked_at <= signed.at:
        return t("The plan had been locked before.")
    return t("The plan was locked only after that.")
