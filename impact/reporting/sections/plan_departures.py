"""What departs from the plan as it was locked: its keys, the rules of its data, and what the results show."""

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from impact.evaluation.departures import (
    Departure,
    departures_of_plan,
    departures_of_results,
    departures_of_rules,
)
from impact.evaluation.plan_lock import Locked
from impact.evaluation.reported import Reported
from impact.evaluation.study import Study
from impact.reporting.exhibits import Exhibit, Table
from impact.reporting.formats import escape
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

LONGEST = 160  # characters of a plan's value in a cell
_NOTHING: tuple[object, ...] = (None, [], {})


def all_departures(study: Study, findings: Findings) -> list[Departure]:
    """Hold the plan executed, the rules of its data and the results against the plan; of moments the results say it themselves."""
    planned, locked = study.planned, study.locked
    found = departures_of_plan(planned, study.plan)
    if locked is not None:
        found += departures_of_rules(locked.lock.known, locked.now)
    if not study.from_moments:
        shown = Reported.of(findings.impact, findings.certainty, findings.robustness)
        told = {(one.key, one.done) for one in found}
        found += [
            one
            for one in departures_of_results(planned, shown)
            if (one.key, one.done) not in told and not _withheld(one, findings)
        ]
    return found


def _withheld(one: Departure, findings: Findings) -> bool:
    """Whether something may be missing because a release withholds it, of which the next section tells."""
    return findings.kept_back is not None and one.kind == "removed"


def lock_in_words(voice: Voice) -> str:
    """Say whether the plan was locked, when and by whom, and whether its file is still the same."""
    t, locked = voice.t, voice.study.locked
    if locked is None:
        return t(
            "The plan was not locked: compared are its file, what the run was told, and the results."
        )
    return " ".join(filter(None, _locked_in_words(voice, locked)))


def results_before_lock(voice: Voice, locked: Locked) -> str:
    """Say whether results were there when the plan was locked; nothing where the lock does not know."""
    t, earlier = voice.t, locked.lock.earlier
    if earlier is None:
        return ""
    if not earlier:
        return t("No finished run of the plan or of its data was found in the reports folder then.")
    return t(
        "It was locked after results existed. Finished runs of the plan or of its data by that day: {n}; the first ended on {day}.",
        n=voice.f.number(len(earlier)),
        day=voice.f.day(earlier[0].finished[:10]),
    )


def _locked_in_words(voice: Voice, locked: Locked) -> Iterator[str]:
    t, lock = voice.t, locked.lock
    yield t(
        "On {day} {name} locked the plan.",
        day=voice.f.day(lock.day),
        name=escape(lock.by),
    )
    yield results_before_lock(voice, locked)
    yield (
        t("Its file is the same, byte for byte.")
        if locked.same_bytes
        else t("Its file was changed since.")
    )
    there, changed = (voice.f.number(len(names)) for names in (locked.there, locked.changed))
    if locked.rehearsed:
        yield t(
            "Data are simulated here. Other files that it names, there on that day: {there}; of these changed since: {changed}.",
            there=there,
            changed=changed,
        )
        return
    yield t(
        "Files that it names: {n}; there on that day: {there}; of these changed since: {changed}.",
        there=there,
        n=voice.f.number(len(lock.known.files)),
        changed=changed,
    )


def table_of(
    voice: Voice, found: list[Departure], *, label: str = "tab-plan-departures", caption: str = ""
) -> list[Exhibit]:
    """Show each departure: where, of which key, planned and done, what it bears on, and the evaluator's reason."""
    t, reasons, language = voice.t, voice.study.reasons, voice.study.plan.language
    if not found:
        return []
    rows = [
        {
            "where": said(t, "departed_in", f"found:{one.where}"),
            "key": one.key,
            "planned": _shortened(value_in_words(voice, one.planned)) or t("none"),
            "done": _done(voice, one),
            "bears_on": said(t, "bears_on", f"bears:{one.bears_on}"),
            "reason": reasons.given(one, language) or t("no reason given"),
        }
        for one in sorted(found, key=lambda one: ("what", "how", "words").index(one.bears_on))
    ]
    headings = {
        "where": t("Found in"),
        "key": t("Key"),
        "planned": t("Planned"),
        "done": t("Done"),
        "bears_on": t("Bears on"),
        "reason": t("Reason"),
    }
    caption = caption or t("What departs from the plan, key by key")
    frame = pd.DataFrame(rows, columns=list(headings))
    return [Table(label, caption=caption, frame=frame, headings=headings)]


def _done(voice: Voice, one: Departure) -> str:
    if not one.done:
        return said(voice.t, "departed", f"departed:{one.kind}")
    order = f" ({said(voice.t, 'departed', 'departed:order')})" if one.kind == "order" else ""
    return _shortened(value_in_words(voice, one.done)) + order


def value_in_words(voice: Voice, written: str) -> str:
    """Write a plan's value for a reader: fractions with his decimal mark, of texts in two languages his own, keys with values."""
    try:
        return _in_words(voice, json.loads(written))
    except ValueError:
        return written


def _in_words(voice: Voice, value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        exponent = Decimal(repr(value)).normalize().as_tuple().exponent
        return voice.f.number(value, max(-int(exponent), 0))
    if isinstance(value, Mapping):
        if set(value) == {"en", "fr"}:
            return str(value[voice.study.plan.language])
        told = ((key, _in_words(voice, one)) for key, one in value.items() if one not in _NOTHING)
        return "; ".join(f"{key}: {words}" for key, words in told)
    if isinstance(value, list):
        return ", ".join(_in_words(voice, one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
