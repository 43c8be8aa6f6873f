"""What the adjusted rows adjust for, and by which rule one of them is read beside the headline."""

from impact.evaluation.adjusted import BEFORE, BOTH, COVARIATES, GIVEN, beyond_strata
from impact.evaluation.adjustment_rule import Choice, chosen
from impact.evaluation.robustness import Robustness
from impact.reporting.exhibits import Text
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

BY_REGRESSION = "outcome regression"  # in the method of an estimate that weighs nobody


def adjustment(voice: Voice, part: Robustness) -> tuple[Text, ...]:
    """Say it in a paragraph; nothing where the plan adjusts for nothing."""
    names = set(part.alternatives["name"])
    sentences = []
    labels = [voice.study.label(name) for name in voice.study.plan.covariates]
    if GIVEN in names:
        own = [voice.study.label(name) for name in beyond_strata(voice.study)]
        sentences.append(
            voice.t(
                "Given covariates: by regression, at the same values of these characteristics, which makes the comparison sharper "
                "where they foretell the outcome: {columns}.",
                columns=voice.f.listed(own),
            )
        )
    if COVARIATES in names:
        sentences.append(
            voice.t(
                "Adjusted for covariates: firms are compared with firms that were like them before the start in these "
                "characteristics: {columns}.",
                columns=voice.f.listed(labels),
            )
        )
    if BEFORE in names:
        sentences += _by_rule(voice, chosen(part.alternatives, part.checks))
    sentences += _by_which_method(voice, part)
    return (Text(" ".join(sentences)),) if sentences else ()


def _by_which_method(voice: Voice, part: Robustness) -> list[str]:
    """Say which rows are right when either of two models is, and which rest on one."""
    rows = part.alternatives[part.alternatives["name"].isin([COVARIATES, BEFORE, BOTH])]
    rows = rows[rows["why_not"] == ""]
    if rows.empty:
        return []
    alone = rows["method"].str.contains(BY_REGRESSION, regex=False)
    if not alone.any():
        return [voice.t("These rows are doubly robust: right when either of their two models is.")]
    return [
        voice.t(
            "By regression on the others, which extrapolates to those it adjusts for, as something foretells without error who "
            "starts: {rows}.",
            rows=voice.f.listed(
                [said(voice.t, "alternative", name) for name in rows["name"][alone]]
            ),
        )
    ]


def _by_rule(voice: Voice, choice: Choice) -> list[str]:
    t, n = voice.t, voice.study.plan.outcome_before
    rule = t(
        "Adjusted for the outcome before: firms are compared with firms that had the same outcome in the last period before the "
        "start, and on average in up to {n} periods before it. Rule, set beforehand: where the check of the last period finds a "
        "dip or jump, this effect is read beside the main one.",
        n=voice.f.number(n),
    )
    outcome = voice.study.outcome
    if choice.adjusted is None:
        known = {
            "unusual": t("It finds one, and no adjusted effect can be estimated."),
            "usual": t("It finds none; nor can an adjusted effect be estimated."),
            "unknown": t("The check cannot be made, nor can an adjusted effect be estimated."),
        }
        return [rule, known[choice.before]]
    low, high = choice.interval
    found = {
        "adjusted": voice.amount(outcome, choice.adjusted),
        "span": voice.span(outcome, low, high),
        "main": voice.amount(outcome, choice.main),
    }
    return [rule, _read(voice, choice, found)]


def _read(voice: Voice, choice: Choice, found: dict[str, str]) -> str:
    t = voice.t
    if choice.before == "unusual":
        return t(
            "It finds one: the adjusted effect is {adjusted} (interval {span}), the main one {main}.",
            **found,
        )
    if choice.before == "usual":
        return t(
            "It finds none, so the main effect of {main} stands as planned; adjusted it is {adjusted} (interval {span}).",
            **found,
        )
    return t(
        "The check cannot be made, so both are to be read: the main effect is {main}, the adjusted one {adjusted} "
        "(interval {span}).",
        **found,
    )
