"""Where the evaluation or the programme did not go as planned, and what the report withholds; both read off plan and results."""

from collections.abc import Iterator

import pandas as pd

from impact.errors import DisclosureError
from impact.evaluation.departures import Departure
from impact.evaluation.parts import NotMeasured
from impact.interval import Refused
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.sections.disclosure_log import disclosure_log
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.plan_departures import all_departures, lock_in_words, table_of
from impact.reporting.voice import Voice
from impact.reporting.words.register import REGISTER, said, said_why_not
from impact.terms import SMALLEST_SHOWN

Row = tuple[str, str, str]
WITHHELD = DisclosureError.__name__


def departures(voice: Voice, findings: Findings) -> list[Exhibit]:
    """Show what departs from the plan key by key, and what was planned, what was done and why; or that nothing departs."""
    t = voice.t
    heading = f"### {t('Departures from the plan')}"
    compared = lock_in_words(voice)
    found = all_departures(voice.study, findings)
    by_key = table_of(voice, found)
    rows = [
        *_outcomes(voice, findings),
        *_interval(voice, findings),
        *_without_answer(voice, findings),
        *_events(voice),
    ]
    opening = Text(f"{heading}\n\n{compared}{_without_reason(voice, found)}")
    if not rows and not by_key:
        nothing = t("None: all that the plan names was done as it says.")
        return [Text(f"{heading}\n\n{nothing} {compared}")]
    if not rows:
        return [opening, *by_key]
    table = Table(
        label="tab-departures",
        caption=t("Planned, done, and why"),
        frame=pd.DataFrame(rows, columns=["planned", "done", "reason"]),
        headings={"planned": t("Planned"), "done": t("Done"), "reason": t("Reason")},
    )
    return [opening, *by_key, table]


def _without_reason(voice: Voice, found: list[Departure]) -> str:
    """Count departures, and those that nobody explained."""
    if not found:
        return ""
    reasons, language = voice.study.reasons, voice.study.plan.language
    unexplained = sum(reasons.given(one, language) is None for one in found)
    told = voice.t(
        "Departures, key by key: {n}; of these without a reason by the evaluator: {unexplained}.",
        n=voice.f.number(len(found)),
        unexplained=voice.f.number(unexplained),
    )
    return f" {told}"


def _outcomes(voice: Voice, findings: Findings) -> Iterator[Row]:
    """Outcomes that the plan asks for and the data cannot show."""
    for one in findings.impact.secondary:
        if isinstance(one, NotMeasured):
            planned = voice.t("Effect on: {what}", what=one.label)
            yield planned, voice.t("not estimated"), said(voice.t, "unmeasured", one.why)


def _interval(voice: Voice, findings: Findings) -> Iterator[Row]:
    """The interval, where the default was not kept or no interval holds."""
    t, effect = voice.t, findings.headline
    default = said(t, "inference", "permutation")
    planned = t("Interval by {name}, the default", name=default)
    if effect.verdict.believed != "permutation":
        done = t("Interval by {name}", name=said(t, "inference", effect.verdict.believed))
        yield planned, done, t("it did better on simulated panels, or the default had no answer")
    elif effect.design is not None and effect.design.why == "none_holds":
        yield planned, t("kept"), said(t, "failed", "interval")


def _without_answer(voice: Voice, findings: Findings) -> Iterator[Row]:
    """Numbers that were asked for and have no answer; of those that a release withholds the next section tells."""
    t, rows = voice.t, findings.robustness.alternatives
    quantiles = findings.robustness.quantiles
    of_quantiles = (quantiles,) if isinstance(quantiles, Refused) else ()
    for one in (*findings.headline.refused, *findings.certainty.refused, *of_quantiles):
        if one.inference in REGISTER["refused"] and one.error != WITHHELD:
            what = said(t, "refused", one.inference)
            yield what, t("not computed"), said_why_not(t, one.error)
    for row in rows[rows["estimate"].isna() & (rows["why_not"] != WITHHELD)].itertuples():
        yield said(t, "alternative", row.name), t("not computed"), said_why_not(t, row.why_not)


def _events(voice: Voice) -> Iterator[Row]:
    """Events that were not done, came later or elsewhere than planned, or were planned anew and have no documented month."""
    t, f, language = voice.t, voice.f, voice.study.plan.language
    undocumented = t("no reason is documented")
    for one in voice.study.events:
        name = one.name.in_language(language)
        planned = t("{what}: {when}", what=name, when=f.month(one.planned))
        if one.delivery == "no":
            yield planned if one.planned else name, said(t, "delivery", "no"), undocumented
        elif one.planned and one.actual and one.actual > one.planned:
            yield planned, t("held in {month}", month=f.month(one.actual)), undocumented
        elif one.planned and one.replanned and not one.actual:
            yield planned, t("planned anew for {month}", month=f.month(one.replanned)), undocumented
        if one.place_planned and one.place_actual and one.place_planned != one.place_actual:
            places = (
                place.in_language(language) for place in (one.place_planned, one.place_actual)
            )
            where, held = places
            yield (
                t("{what}: {when}", what=name, when=where),
                t("place: {place}", place=held),
                undocumented,
            )


def withheld(voice: Voice, findings: Findings) -> list[Exhibit]:
    """Show by table and rule how many figures the report withholds, never which."""
    if findings.kept_back is not None:
        return disclosure_log(voice, findings.kept_back)
    t, f = voice.t, voice.f
    rule = t(
        "No count or effect of fewer than {n} firms is shown, nor a range that would tell of one.",
        n=f.number(SMALLEST_SHOWN),
    )
    heading = f"### {t('What is withheld')}\n\n{rule}"
    counted = [(what, why, n) for what, why, n in _withheld(voice, findings) if n]
    if not counted:
        return [Text(f"{heading} {t('Nothing had to be withheld under this rule.')}")]
    table = Table(
        label="tab-withheld",
        caption=t("Figures withheld, by table and rule"),
        frame=pd.DataFrame(counted, columns=["what", "why", "n"]),
        headings={"what": t("Table"), "why": t("Rule"), "n": t("Figures withheld")},
        formats={"n": f.number},
    )
    return [Text(heading), table]


def _withheld(voice: Voice, findings: Findings) -> Iterator[tuple[str, str, int]]:
    t, impact, sample = voice.t, findings.impact, findings.sample
    few = t("fewer than ten beneficiaries")
    firms = t("fewer than ten firms")
    started = sample.cohorts["actual"]
    yield (
        t("Effects by cohort"),
        few,
        int((started != 0).sum()) if impact.by_cohort is None else 0,
    )
    yield (
        t("Effects by subgroup"),
        few,
        int((impact.subgroups["n_treated"] < SMALLEST_SHOWN).sum()),
    )
    yield t("Effects by period since the start"), few, _event_times_left_out(findings)
    asked = [name for name in ("planned", "actual") if not sample.cohorts[name].isna().all()]
    yield t("Cohorts"), firms, int(sample.cohorts[asked].isna().sum().sum())
    yield t("Sample by stage"), firms, int(sample.flow.iloc[1:].isna().sum().sum())
    met = sample.contamination
    if met is not None:
        hidden = int(met.activities["n_met"].isna().sum()) + (met.any_share is None)
        yield t("Activities that the comparison group met"), firms, hidden
    left_out = findings.certainty.leave_one_out
    if left_out is not None:
        each = (left_out.cohorts, left_out.groups)
        hidden = sum(1 for one in each if one.n and one.low is None)
        yield (
            t("Without one cohort or event"),
            t("a range that would tell of one"),
            hidden,
        )


def _event_times_left_out(findings: Findings) -> int:
    """Count event times that some cohort reaches in the data and that the event study does not show."""
    times = [str(time) for time in findings.sample.paths["time"]]
    started = findings.sample.cohorts.loc[findings.sample.cohorts["actual"] != 0, "period"]
    reached = {
        at - times.index(period)
        for period in started
        if period in times
        for at in range(len(times))
    }
    return max(len(reached) - len(findings.impact.counterfactual.path), 0)
