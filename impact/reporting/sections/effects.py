"""Part 5: the effect over time, by cohort with the test that cohorts are equal, and for whom with tests of interaction."""

import math
from dataclasses import replace

from impact.check_result import CheckResult
from impact.evaluation.participation import EffectOnParticipants
from impact.interval import Refused
from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Text
from impact.reporting.sections.arms import of_arms
from impact.reporting.sections.believed_interval import which_interval
from impact.reporting.sections.checks import checks_table
from impact.reporting.sections.estimand import estimand
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.impact import (
    by_cohort_table,
    estimated,
    subgroups_table,
)
from impact.reporting.voice import Voice
from impact.reporting.words.register import said_why_not


def effects(voice: Voice, findings: Findings) -> Exhibits:
    """Show the main effect, its course, cohorts and subgroups."""
    t, part = voice.t, findings.impact
    axis = figures.EffectAxis.of_impact(voice, part)
    shown: list[Exhibit] = [
        Chapter(5, t("Effects"), "effects"),
        Text(estimated(voice, part.effects[0]), brief=True),
        Text(which_interval(voice, part.effects[0]), brief=True),
        *([Text(estimand(voice), brief=True)] if voice.study.compares_arms else []),
        *of_arms(voice, part.arms),
    ]
    if part.event_study is not None:
        shown += [
            Text(f"### {t('Before and after')}"),
            replace(figures.event_study(voice, part.event_study, axis), brief=True),
            Text(f"### {t('By cohort')}\n\n{equal_or_not(voice, part.equal_cohorts)}", brief=True),
        ]
    if part.by_cohort is not None:
        shown.append(by_cohort_table(voice, part))
    if len(part.subgroups):
        shown += [
            Text(f"### {t('For whom')}\n\n{for_whom(voice, part.interactions)}"),
            *figures.drawn(figures.forest_of_subgroups(voice, part.subgroups, axis)),
            subgroups_table(voice, part),
        ]
        if part.interactions:
            shown.append(
                checks_table(
                    voice,
                    part.interactions,
                    label="tab-interactions",
                    caption=t(
                        "Is the effect the same at every level of a subgroup? p-values for several subgroups (Holm)"
                    )
                    if len(part.interactions) > 1
                    else t("Is the effect the same at every level of a subgroup?"),
                )
            )
    shown.append(
        Text(
            f"### {t('Participation and exit')}\n\n{participation(voice, findings)}\n\n{exit_in_words(voice, findings)}"
        )
    )
    return Exhibits(tuple(shown))


def participation(voice: Voice, findings: Findings) -> str:
    """Say which share of the invited took part, and of how many events the number is documented; or what is not known."""
    t, f, cohorts, events = voice.t, voice.f, findings.sample.cohorts, voice.study.events
    if voice.study.by_lot:
        followed = shares_that_took_part(findings)
        if followed is None:
            return t(
                "Participation: the plan names no column of who took part; the effect is that of having been drawn."
            )
        told = t(
            "Participation: {drawn} of those drawn took part, and {others} of the others. The effect is that of having been "
            "drawn, over all of them.",
            drawn=f.percent(100 * followed[0], 0),
            others=f.percent(100 * followed[1], 0),
        )
        return " ".join([told, *on_participants(voice, findings.impact.on_participants)])
    if not cohorts["planned"].notna().any():
        return t(
            "Participation: the plan names no column of who was invited, so only who took part is known."
        )
    if cohorts[["planned", "actual"]].isna().to_numpy().any():  # sums without the cohorts withheld
        return t("Participation: withheld, as a cohort has fewer than ten firms.")
    share = cohorts["actual"].sum() / cohorts["planned"].sum()
    sentences = [
        t("Participation: {share} of the firms invited took part.", share=f.percent(100 * share, 0))
    ]
    if events:
        sentences.append(
            t(
                "Documents give the number present for {known} of {n} events.",
                known=f.number(sum(1 for one in events if one.exhibitors is not None)),
                n=f.number(len(events)),
            )
        )
    return " ".join(sentences)


def on_participants(voice: Voice, found: EffectOnParticipants | Refused | None) -> list[str]:
    """Say what taking part did to those who did because they were drawn, and what holds if the lot moved few."""
    t, outcome = voice.t, voice.study.outcome
    if found is None:
        return []
    if isinstance(found, Refused):
        why = said_why_not(t, found.error)
        return [t("The effect of taking part has no answer: {why}.", why=why)]
    sentences = [
        t(
            "On those who took part because they were drawn it is {estimate} ({level} interval: {span}), if being drawn did "
            "nothing but that.",
            estimate=voice.amount(outcome, found.estimate),
            level=voice.confidence,
            span=voice.span(outcome, found.conf_low, found.conf_high),
        )
    ]
    if found.strength.status != "pass":
        sentences.append(t("The lot moved participation too little for this interval to be relied on."))  # fmt: skip
    low, high = found.pieces[0] if found.pieces else (0.0, 0.0)
    if found.kind == "interval":
        span = voice.span(outcome, low, high)
        sentences.append(t("However little it moved it, effects of {span} are not excluded (Anderson and Rubin).", span=span))  # fmt: skip
    elif found.kind == "everything":
        sentences.append(t("However little it moved it, no effect at all is excluded (Anderson and Rubin)."))  # fmt: skip
    elif found.kind == "two_rays":
        between = voice.span(outcome, high, found.pieces[1][0])
        sentences.append(t("However little it moved it, only effects of {span} are excluded (Anderson and Rubin).", span=between))  # fmt: skip
    return sentences


def shares_that_took_part(findings: Findings) -> tuple[float, float] | None:
    """Return which share of those drawn took part, and of the others; None where the plan names no participation."""
    found = next((one for one in findings.sample.checks if one.name == "compliance"), None)
    if found is None or found.table is None:
        return None
    drawn, others = map(float, found.table["took_part"])
    return drawn, others


def exit_in_words(voice: Voice, findings: Findings) -> str:
    """Say what the data show of firms that closed: their exits where the plan names them, and zeros of the outcome."""
    t, f = voice.t, voice.f
    if voice.study.from_moments:
        return t("Exit: which firms closed is not available from moments, so it is not estimated.")
    rows = findings.quality.distribution.set_index("group")
    zeros = {side: float(rows.loc[side, "zeros"]) for side in ("treated", "comparison")}
    told = voice.study.plan.survey.status
    if told is not None and told.exit and voice.study.plan.waves == "panel":
        exits = t("Exit: part 4 compares how often firms of both groups close.")
    else:
        exits = t("Exit: the plan names no column of which firms closed, so it is not estimated.")
    known = not any(math.isnan(share) for share in zeros.values()) and any(zeros.values())
    if not known or not voice.in_currency(voice.study.outcome):  # only of money is a zero a closure
        return exits
    counted = t(
        "Zero outcomes, which may be closures, are {treated} of those of beneficiaries and {other} of those of the comparison group.",
        treated=f.percent(100 * zeros["treated"], 0),
        other=f.percent(100 * zeros["comparison"], 0),
    )
    return f"{exits} {counted}"


def equal_or_not(voice: Voice, check: CheckResult) -> str:
    """Say whether cohorts' effects can be told apart; never that they are equal."""
    t = voice.t
    if check.p_value is None or check.status == "not_applicable":
        return t("Whether cohorts' effects differ was not tested: one cohort, or none to compare.")
    p = voice.f.p_clause(check.p_value)
    if check.p_value <= voice.study.plan.alpha:
        return t("Cohorts' effects differ by more than chance would give ({p}).", p=p)
    return t(
        "Cohorts' effects differ by no more than chance could give ({p}); this does not show them equal.",
        p=p,
    )


def for_whom(voice: Voice, checks: tuple[CheckResult, ...]) -> str:
    """Say in which subgroups named by the plan the effect differs beyond chance."""
    t = voice.t
    tested = [check for check in checks if check.p_value is not None]
    if not tested:
        return t("No difference between subgroups could be tested.")
    alpha = voice.study.plan.alpha
    differing = [check for check in tested if check.p_value is not None and check.p_value <= alpha]
    if not differing:
        return t("Between the subgroups that the plan names, no difference exceeds chance.")
    return t(
        "Subgroups that the plan names and between whose levels effects differ beyond chance: {n} of {all}.",
        n=voice.f.number(len(differing)),
        all=voice.f.number(len(tested)),
    )
