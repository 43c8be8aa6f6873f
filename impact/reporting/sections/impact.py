"""Section on the effect: by how much, how sure, for whom, and since when."""

import math
from typing import Any

import pandas as pd

from impact.disclosure.merging import AND
from impact.evaluation.parts import Impact, OutcomeEffect
from impact.reporting import figures
from impact.reporting.exhibits import Callout, Exhibit, Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.believed_interval import which_interval
from impact.reporting.sections.checks import checks_table
from impact.reporting.sections.estimand import estimand
from impact.reporting.sections.robustness import missing
from impact.reporting.sections.telling_percent import telling_percent
from impact.reporting.voice import Voice
from impact.reporting.words.register import said
from impact.terms import SMALLEST_SHOWN


def estimated(voice: Voice, effect: OutcomeEffect) -> str:
    """Say an outcome's estimate and interval without a verb on the programme; never "no effect" for "cannot tell"."""
    verdict = effect.verdict
    code = "estimate:higher" if verdict.conf_low > 0 else "estimate:lower"
    if verdict.conf_low <= 0 <= verdict.conf_high:
        found = math.isfinite(verdict.smallest_detectable)
        code = "includes_zero" if found else "includes_zero:nothing_detectable"
    return said(voice.t, "finding", code, **values_of(voice, effect))


def values_of(voice: Voice, effect: OutcomeEffect) -> dict[str, str]:
    """Write what sentences on an effect are filled with: its size without a sign, for higher and lower, or with it."""
    t, f, verdict = voice.t, voice.f, effect.verdict
    zero_inside = verdict.conf_low <= 0 <= verdict.conf_high
    size = voice.amount(effect.outcome, verdict.estimate if zero_inside else abs(verdict.estimate))
    percent = telling_percent(voice, effect)
    if percent is not None:
        size += f" ({_signed(voice, percent[0])})"
    rest = t(
        "{level} interval: {span}, {p}",
        level=voice.confidence,
        span=voice.span(effect.outcome, verdict.conf_low, verdict.conf_high),
        p=f.p_clause(verdict.p_value),
    )
    return {
        "treatment": escape(voice.nouns.treatment),
        "of_treatment": escape(voice.nouns.of_treatment),
        "name": voice.name(effect.outcome),
        "size": size,
        "each": voice.each,
        "rest": rest,
        "mde": voice.amount(effect.outcome, verdict.smallest_detectable),
    }


def _signed(voice: Voice, percent: float) -> str:
    text = voice.f.percent(percent)
    return f"+{text}" if percent > 0 else text


def effects_table(voice: Voice, effects: tuple[OutcomeEffect, ...]) -> Table:
    """Show every outcome's effect with the interval to believe; the clustered one is in the CSV file and in the figure."""
    t, f = voice.t, voice.f
    return Table(
        label="tab-effects",
        caption=t("Average effect on beneficiaries after the start, {each}", each=voice.each)
        if voice.rate is None
        else t("Average effect on beneficiaries after the start"),
        frame=pd.DataFrame([_effect_row(voice, effect) for effect in effects]),
        headings={
            "outcome": t("Outcome"),
            "shown": t("Effect"),
            "percent": t("In percent"),
            "interval": t("Interval to believe"),
            "p_value": t("p‑value"),
            "believed": t("By"),
            "detectable": t("Smallest detectable"),
        },
        formats={
            "shown": str,
            "percent": str,
            "interval": str,
            "p_value": f.p_value,
            "detectable": str,
        },
        notes=(
            voice.plainly(
                t(
                    "In percent of the mean that beneficiaries would have had without {treatment}: observed mean less effect."
                )
            ),
            *_of_logarithms(voice, effects),
            t(
                "Smallest detectable: the effect that studies of this size find in 80% of cases, by the width of the interval."
            )
            if voice.study.compares_arms or voice.study.from_moments
            else t(
                "Smallest detectable: the effect that the believed test finds in 80% of studies of this size, simulated from these data."
            ),
        ),
    )


def _of_logarithms(voice: Voice, effects: tuple[OutcomeEffect, ...]) -> list[str]:
    logged = any(voice.study.column(effect.outcome).scale == "log" for effect in effects)
    note = voice.t("Of a logarithm: in percent of the level, 100 (exp(effect) − 1), ends alike.")
    return [note] if logged else []


def _effect_row(voice: Voice, effect: OutcomeEffect) -> dict[str, Any]:
    """One outcome: what readers see, and the raw figures beside it for the CSV file."""
    t, f, plain = voice.t, voice.f, voice.plain(effect.outcome)
    row, verdict = effect.overall.table.iloc[0], effect.verdict
    percent = telling_percent(voice, effect)
    return {
        "outcome": voice.with_unit(effect.outcome),
        "estimate": verdict.estimate,
        "conf_low": verdict.conf_low,
        "conf_high": verdict.conf_high,
        "p_value": verdict.p_value,
        "std_error": float(row["std_error"]),
        "clustered_low": float(row["conf_low"]),
        "clustered_high": float(row["conf_high"]),
        "smallest_detectable": verdict.smallest_detectable,
        "shown": plain(verdict.estimate),
        "percent": f.percent(percent[0] if percent else None),
        "interval": f.interval(verdict.conf_low, verdict.conf_high, plain),
        "believed": said(t, "short_inference", verdict.believed),
        "detectable": voice.detectable(verdict.smallest_detectable, plain),
    }


def impact(voice: Voice, part: Impact) -> Exhibits:
    """Show findings, event study, cohorts and subgroups."""
    t = voice.t
    main = part.effects[0]
    shown: list[Exhibit] = [
        Text(f"## {voice.about(t('Effect {of_treatment}'))}"),
        Callout("finding", "\n\n".join(estimated(voice, effect) for effect in part.effects)),
        Text(which_interval(voice, main) + " " + estimand(voice)),
        effects_table(voice, part.effects),
    ]
    if part.event_study is not None:
        axis = figures.EffectAxis.of_impact(voice, part)
        shown += [
            Text(f"### {t('Before and after')}"),
            figures.event_study(voice, part.event_study, axis),
        ]
    if part.before_trends is not None:
        shown.append(
            checks_table(
                voice,
                (part.before_trends,),
                label="tab-before-trends",
                caption=t("Trends before treatment"),
            )
        )
    if part.by_cohort is not None:
        shown.append(by_cohort_table(voice, part))
    elif not voice.study.compares_arms:
        shown.append(
            Text(t("Effects by cohort are not shown: a cohort has fewer than ten beneficiaries."))
        )
    if len(part.subgroups):
        shown.append(subgroups_table(voice, part))
    shown += _other_estimators(voice, part)
    return Exhibits(tuple(shown))


def impact_in_full(voice: Voice, part: Impact) -> list[Exhibit]:
    """Show what the part on effects leaves to the annex: method, every interval, other estimators, weights."""
    t = voice.t
    return [
        Text(f"## {t('The effect in full')}\n\n" + estimand(voice)),
        effects_table(voice, part.effects),
        *_trends_and_cohorts(voice, part),
        *_other_estimators(voice, part),
    ]


def _trends_and_cohorts(voice: Voice, part: Impact) -> list[Exhibit]:
    t = voice.t
    if voice.study.compares_arms:
        return []
    caption = t("Trends before treatment, and equal cohorts")
    return [
        checks_table(
            voice,
            (*((part.before_trends,) if part.before_trends else ()), part.equal_cohorts),
            label="tab-before-trends",
            caption=caption if part.before_trends else t("Equal cohorts"),
        )
    ]


def _other_estimators(voice: Voice, part: Impact) -> list[Exhibit]:
    t = voice.t
    return [
        Text(
            f"### {t('The same effect by other estimators')}\n\n"
            + (
                t("All of them compare everyone drawn with all others.")
                if part.weights is None
                else t(
                    "The data were reduced once to sums by cohort and observed periods, and every estimator was computed from these. "
                    "They do not all estimate the same average."
                )
            )
        ),
        _estimators(voice, part.estimators),
        *_weights(voice, part),
    ]


def _weights(voice: Voice, part: Impact) -> list[Exhibit]:
    t = voice.t
    title = f"### {t('Which comparisons carry the result')}"
    if part.weights is None:
        return []
    if part.weights.empty:
        why = t(
            "Not shown: a cohort has fewer than ten firms, and the weights would tell how many."
        )
        return [Text(f"{title}\n\n{why}")]
    return [Text(title), figures.weights(voice, part.weights)]


def agreement(voice: Voice, part: Impact) -> str:
    """Say how many other estimators point the same way, and how far all of them reach."""
    t, outcome = voice.t, voice.study.outcome
    found = part.estimators["estimate"].dropna().astype(float)
    main, others = found.iloc[0], found.iloc[1:]
    alike = int((others * main > 0).sum())
    if len(others) == 0:
        return t("No other estimator has an answer here.")
    if len(others) == 1:
        told = {
            name: voice.amount(outcome, value)
            for name, value in (("other", others.iloc[0]), ("main", main))
        }
        if alike:
            return t("The one other estimator points the same way: {other}, beside {main}.", **told)
        return t(
            "The one other estimator does not point the same way: {other}, beside {main}.", **told
        )
    low, high = (voice.amount(outcome, float(end)) for end in (found.min(), found.max()))
    counted = {"same": voice.f.number(alike), "n": voice.f.number(len(others))}
    if low == high:
        return t(
            "In the direction of the main estimate: {same} of {n} other estimators. All of them give {amount}.",
            amount=low,
            **counted,
        )
    return t(
        "In the direction of the main estimate: {same} of {n} other estimators. All of them lie between {low} and {high}.",
        low=low,
        high=high,
        **counted,
    )


def named_estimators(voice: Voice, rows: pd.DataFrame) -> pd.DataFrame:
    """Put each estimator's words beside its code."""
    return rows.assign(words=[said(voice.t, "estimator", name) for name in rows["name"]])


def _estimators(voice: Voice, rows: pd.DataFrame) -> Table:
    t, study = voice.t, voice.study
    plain = voice.plain(study.outcome)
    numbers = ("estimate", "std_error", "conf_low", "conf_high")
    named = named_estimators(voice, rows)
    return Table(
        label="tab-estimators",
        caption=t(
            "Estimators side by side, with what each averages ({unit})",
            unit=study.unit(study.outcome),
        ),
        frame=named.assign(
            what=[said(t, "estimand", code) for code in rows["estimand"]],
        ),
        headings={
            "words": t("Estimator"),
            "what": t("What is averaged"),
            "estimate": t("Effect"),
            "std_error": t("Standard error"),
            "conf_low": t("Interval from"),
            "conf_high": t("to"),
        },
        formats=dict.fromkeys(numbers, plain),
        notes=(
            t(
                "Clustered intervals of each estimator's own kind, which may be too narrow with few beneficiaries."
            ),
            *missing(voice, named),
        ),
    )


def by_cohort_table(voice: Voice, part: Impact) -> Table:
    """Show the effect on each cohort, where every cohort may be shown; a release shows small ones together."""
    t, outcome = voice.t, voice.study.outcome
    assert part.by_cohort is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    table = part.by_cohort.table
    frame = table.assign(when=[in_cohorts(voice, cohort) for cohort in table["cohort"]])
    plain, counted = voice.plain(outcome), table["n_treated"].notna().any()
    together = table["cohort"].astype(str).str.contains(AND, regex=False).any()
    return Table(
        label="tab-cohort-effects",
        caption=t("Effect by cohort ({unit})", unit=voice.study.unit(outcome)),
        frame=frame,
        headings={
            "when": t("Start"),
            **({"n_treated": t("Beneficiaries")} if counted else {}),
            "estimate": t("Effect"),
            "std_error": t("Standard error"),
            "conf_low": t("Interval from"),
            "conf_high": t("to"),
        },
        formats={
            **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), plain),
            "n_treated": voice.f.number,
        },
        notes=(
            t("Clustered intervals, which may be too narrow where a cohort has few beneficiaries."),
            *(
                [
                    t(
                        "Cohorts of few firms are shown together, as the average by the weights that the main effect gives them. The disclosure log names the rule."
                    )
                ]
                if together
                else []
            ),
        ),
    )


def in_cohorts(voice: Voice, cohort: Any) -> str:
    """Write when a cohort starts, or several do that are shown as one."""
    times = [voice.f.time(one) for one in str(cohort).split(AND)]
    if len(times) == 1:
        return times[0]
    return voice.t("{times} and {last} together", times=", ".join(times[:-1]), last=times[-1])


def subgroups_table(voice: Voice, part: Impact) -> Table:
    """Show the effect at each level of the plan's subgroups."""
    t, f, study, subgroups = voice.t, voice.f, voice.study, part.subgroups
    plain = voice.plain(study.outcome)
    hidden = t("not shown")
    frame = subgroups.assign(
        who=[
            t("{what}: {level}", what=study.label(name), level=voice.level(name, level))
            for name, level in zip(subgroups["subgroup"], subgroups["level"], strict=True)
        ],
        n_shown=[
            f.number(n) if n >= SMALLEST_SHOWN else f"< {SMALLEST_SHOWN}"
            for n in subgroups["n_treated"]
        ],
        effect=[plain(value) if value == value else hidden for value in subgroups["estimate"]],  # noqa: PLR0124
        interval=[
            f.interval(low, high, plain)
            for low, high in zip(subgroups["conf_low"], subgroups["conf_high"], strict=True)
        ],
    )
    kept = [
        "who",
        "subgroup",
        "level",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n_shown",
        "effect",
        "interval",
    ]
    return Table(
        label="tab-subgroups",
        caption=t("Effect by subgroup named in the plan ({unit})", unit=study.unit(study.outcome)),
        frame=frame[kept],
        headings={
            "who": t("Subgroup"),
            "n_shown": t("Beneficiaries"),
            "effect": t("Effect"),
            "interval": t("Interval"),
        },
        formats=dict.fromkeys(("n_shown", "effect", "interval"), str),
        notes=(
            t(
                "Intervals by {name}. A subgroup that would tell of fewer than ten beneficiaries is not shown.",
                name=said(t, "inference", part.effects[0].verdict.believed),
            ),
        ),
    )
