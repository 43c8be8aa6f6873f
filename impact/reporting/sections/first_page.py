"""Part 1, the minister's page: the finding as its title, one figure, three answers, the facts. No hash, p-value or method."""

from impact.evaluation.justified import justified
from impact.evaluation.programme import Event
from impact.reporting import figures
from impact.reporting.amounts import millions
from impact.reporting.exhibits import Answer, Exhibit, Exhibits, FirstPage
from impact.reporting.formats import escape
from impact.reporting.rounding import telling_digits
from impact.reporting.sections import worth_sentences as says
from impact.reporting.sections.arms import which_arms
from impact.reporting.sections.effects import shares_that_took_part
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.invented import banner
from impact.reporting.sections.rated import reason_in_a_line
from impact.reporting.sections.rounded_amounts import RoundedAmounts, in_amounts
from impact.reporting.sections.telling_percent import telling_percent
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def first_page(voice: Voice, findings: Findings) -> Exhibits:
    """Show the page that stands alone: banner where data are simulated, title, figure, answers, facts."""
    t = voice.t
    counterfactual, amounts = findings.impact.counterfactual, RoundedAmounts.of(voice, findings)
    figure = figures.actual_against_counterfactual(
        voice,
        counterfactual,
        actual=amounts.actual,
        without=amounts.without,
        gain=amounts.gain,
    )
    page = FirstPage(
        kicker=kicker(voice),
        title=title(voice, findings),
        standfirst=standfirst(voice, findings)
        + ("" if figure else figures.not_drawn_in_words(voice, counterfactual.path)),
        figure=figure,
        rows=(
            as_planned(voice, findings),
            changed(voice, findings),
            worth_it(voice, findings),
        ),
        facts=facts(voice, findings),
        how_to_read=voice.about(
            t(
                "The paler bar estimates {outcome} without {treatment}, from the firms that were not drawn. The difference is "
                "the effect."
            )
            if len(counterfactual.path) == 1
            else t(
                "The dashed line estimates {outcome} without {treatment}, from the firms compared with. The gap "
                "after the {start} is the effect."
            )
            + figures.dots_in_words(voice, counterfactual.path[["actual", "without"]])
        ),
    )
    shown: list[Exhibit] = [*banner(voice), page]
    return Exhibits(tuple(shown))


def kicker(voice: Voice) -> str:
    """Say what this is: an impact evaluation, of what, over which periods."""
    title = voice.study.schema.title.in_language(voice.study.plan.language)
    part = f" · {escape(voice.part_of_firms)}" if voice.part_of_firms else ""
    if voice.study.rehearsal is not None:
        return f"{voice.t('REHEARSAL of an impact evaluation')} · {escape(title)}{part}"
    return f"{voice.t('Impact evaluation')} · {escape(title)}{part}"


def title(voice: Voice, findings: Findings) -> str:
    """Return the finding in at most twenty words, by rule from the rating and the sign.

    Of simulated data it never reads as a finding about the world.
    """
    t, rating = voice.t, findings.evidence.rating
    code = f"{rating.verb}:{rating.direction}" if rating.direction else rating.verb
    text = voice.about(said(t, "title", code))
    if voice.study.blind:
        return t("Blind run, not a finding: {title}", title=text[:1].lower() + text[1:])
    if voice.study.truth is None:
        return text
    inside = text[:1].lower() + text[1:]
    if voice.study.rehearsal is not None:
        return t("Rehearsal, not a finding: {title}", title=inside)
    return t("Demonstration, not a finding: {title}", title=inside)


def standfirst(voice: Voice, findings: Findings) -> str:
    """Say the outcome with, without, and the difference, rounded to what the interval supports."""
    t, study = voice.t, voice.study
    shown = RoundedAmounts.of(voice, findings)
    named = (
        shown.ends[1] < 0 and findings.evidence.rating.verb != "cannot_tell"
    )  # a loss or decrease
    sentences = [
        (
            t("After their {start}, {treated} had {outcome} of about {actual} {each}.")
            if voice.a_period
            else t("After their {start}, {treated} had {outcome} of about {actual}.")
        )
        if voice.in_currency(study.outcome)
        else t("After their {start}, {whose} {outcome} averaged about {actual}."),
        t("Without {treatment}, the study estimates about {without}."),
        _difference(voice, findings, shown.ends, lowest=shown.lowest),
    ]
    told = [
        voice.about(
            sentence,
            actual=shown.actual,
            without=shown.without,
            gain=shown.gain.lstrip("\u2212") if named else shown.gain,
            low=shown.low,
            high=shown.high,
            each=voice.a_period,
        )
        for sentence in sentences
    ]
    if study.arms is not None:
        told += [which_arms(voice), t("Part 5 compares the other arms.")]
    return " ".join(told)


def _difference(
    voice: Voice, findings: Findings, ends: tuple[float, float], *, lowest: float
) -> str:
    """Call the difference a gain or a loss only where the title above may say so."""
    t, (low, high) = voice.t, ends
    if low == high:
        return t("No interval could be given for the difference.")
    if low <= 0 <= high:
        return t(
            "The difference is about {gain}, but anything from {low} to {high} is compatible with the data."
        )
    if findings.evidence.rating.verb == "cannot_tell":
        return t(
            "The difference is about {gain}, from {low} to {high}; the evidence is too weak to say what made it."
        )
    if voice.in_currency(voice.study.outcome):
        return _gain(voice, ends, lowest=lowest)
    return _step(voice, ends, lowest=lowest)


def _gain(voice: Voice, ends: tuple[float, float], *, lowest: float) -> str:
    t, (_, high) = voice.t, ends
    if high < 0:
        return t("The loss is about {gain}, and could lie anywhere from {low} to {high}.")
    if not lowest:  # rounded to nothing
        return t("The gain is about {gain}, and could be next to nothing or as large as {high}.")
    return t("The gain is about {gain}, and could be as small as {low} or as large as {high}.")


def _step(voice: Voice, ends: tuple[float, float], *, lowest: float) -> str:
    """Say a difference that is no money without calling it a gain: more homicides are none."""
    t, (_, high) = voice.t, ends
    if high < 0:
        return t(
            "The decrease is about {gain}; the difference could lie anywhere from {low} to {high}."
        )
    if not lowest:
        return t(
            "The increase is about {gain}, and could be next to nothing or as large as {high}."
        )
    return t("The increase is about {gain}, and could be as small as {low} or as large as {high}.")


def as_planned(voice: Voice, findings: Findings) -> Answer:
    """Answer whether the programme was carried out as planned, and who else met it."""
    t, f, cohorts = voice.t, voice.f, findings.sample.cohorts
    took_part, events = findings.quality.sample.n_treated, voice.study.events
    if not events:
        answer = [
            t(
                "Not examined: this study was given no record of delivery. Drawn: {treated}.",
                treated=voice.count_of_treated(took_part),
            )
            if voice.study.by_lot
            else t(
                "Not examined: this study was given no record of delivery. Took part: {treated}.",
                treated=voice.count_of_treated(took_part),
            )
        ]
    else:
        answer = [delivery(voice, events)]
    if voice.study.by_lot and (shares := shares_that_took_part(findings)) is not None:
        answer.append(
            t(
                "Of those drawn {drawn} took part.",
                drawn=f.percent(100 * shares[0], 0),
            )
        )
    if cohorts["planned"].notna().all():  # a sum without the cohorts withheld would be too small
        invited = int(cohorts["planned"].sum())
        answer.append(
            f.counted(
                t(
                    "Of {invited} invited firms, {actual} took part.",
                    invited=f.number(invited),
                    actual=f.number(took_part),
                ),
                took_part,
                "n_treated",
            )
        )
    answer += [
        sentence
        for sentence in [contaminated(voice, findings)]
        if sentence and findings.sample.contamination
        and findings.sample.contamination.above_limit
    ]  # fmt: skip
    return Answer(
        question=t("Was the programme carried out as planned?"),
        answer=" ".join(answer),
        where=t("Parts 3 and 4"),
    )


def delivery(voice: Voice, events: tuple[Event, ...]) -> str:
    """Say of how many events the month is documented, how many of these came late, and how many were not done."""
    t, f = voice.t, voice.f
    dated = [one for one in events if one.actual]
    late = sum(1 for one in dated if one.planned and one.actual and one.actual > one.planned)
    undone = sum(1 for one in events if one.delivery == "no")
    sentence = (
        t(
            "Known: a month is documented for each of the {n} events; {late} of these came later than planned."
        )
        if len(dated) == len(events)
        else t(
            "Known: a month is documented for {dated} of {n} events; {late} of these came later than planned."
        )
        if len(dated) + undone == len(events)
        else t(
            "Only partly known: a month is documented for {dated} of {n} events; {late} of these came later than planned."
        )
    )
    told = sentence.format(n=f.number(len(events)), dated=f.number(len(dated)), late=f.number(late))
    return f"{told} {t('Not done: {n}.', n=f.number(undone))}" if undone else told


def contaminated(voice: Voice, findings: Findings) -> str:
    """Say which share of the comparison group met an activity of the programme; nothing where it was not asked or is hidden."""
    found = findings.sample.contamination
    if found is None or found.any_share is None:
        return ""
    return voice.t(
        "Of the firms compared with, {share} met another activity of the programme.",
        share=voice.f.percent(100 * found.any_share, 0),
    )


def changed(voice: Voice, findings: Findings) -> Answer:
    """Answer whether the outcome changed because of the programme: verb, best estimate, rating and its reasons."""
    t, f, rating = voice.t, voice.f, findings.evidence.rating
    percent = telling_percent(voice, findings.headline)
    code = f"{rating.verb}:not_noticeably" if rating.direction == "not_noticeably" else rating.verb
    parts = [said(t, "answer", code)]
    if percent is not None:
        digits = telling_digits(percent)  # an effect of 0.4% is none of +0%
        parts.append(
            t(
                "The best estimate is {percent} ({level} interval: {span}).",
                percent=f"{'+' if round(percent[0], digits) > 0 else ''}{f.percent(percent[0], digits)}",
                level=voice.confidence,
                span=f.interval(percent[1], percent[2], lambda value: f.percent(value, digits)),
            )
        )
    elif findings.headline.verdict_percent is not None:
        parts.append(in_amounts(voice, findings))
    if rating.direction is None:
        parts.append(t("This is not proof that nothing changed."))
    return Answer(
        question=voice.about(t("Did {whose} {outcome} change because of {treatment}?")),
        answer=" ".join(parts),
        rating=rating.steps,
        reason=reason_in_a_line(voice, rating),
        where=t("Parts 5 to 7"),
    )


def worth_it(voice: Voice, findings: Findings) -> Answer:
    """Answer whether the results justify the resources; where nothing was appraised, the cost and what is missing."""
    t, worth = voice.t, findings.economics.worth
    if worth is None:
        text, reason = " ".join(unappraised(voice)), ""
    else:
        found = justified(worth, findings.evidence.rating)
        text = says.in_short(voice, worth, found)
        reason = "" if voice.study.truth is None else t("An exercise: the firms are invented")
    return Answer(
        question=t("Do the results justify the resources?"),
        answer=text,
        reason=reason,
        where=t("Part 8"),
    )


def unappraised(voice: Voice) -> list[str]:
    """Say that this is not answered, what it cost where that is known, and what an answer needs."""
    t = voice.t
    return [
        t("Not answered here."),
        *_cost(voice),
        t("An answer needs value added, and how long effects last; neither is known.")
        if voice.in_currency(voice.study.outcome)
        else t(
            "An answer needs the worth of the effect in money, and how long effects last; neither is known."
        ),
    ]


def _cost(voice: Voice) -> list[str]:
    programme = voice.study.programme
    if programme is None or programme.cost is None:
        return [voice.t("No cost was reported.")]
    return [voice.t("Announced cost: {cost}.", cost=cost_in_words(voice))]


def cost_in_words(voice: Voice) -> str:
    """Write the programme's cost: ``5.7 million USD`` or ``900,000 USD``."""
    programme = voice.study.programme
    assert programme is not None  # noqa: S101 (narrowing for mypy; callers checked)
    assert programme.cost is not None  # noqa: S101
    cost = programme.cost
    if cost.amount >= 1e6:
        count = cost.amount / 1e6
        return millions(voice, voice.f.significant(count, 2), count, cost.currency)
    return f"{voice.f.number(cost.amount)}\u00a0{cost.currency}"


def facts(voice: Voice, findings: Findings) -> tuple[tuple[str, str], ...]:
    """Return where, when, who, cost and design, as far as the plan tells."""
    t, f, study, sample = voice.t, voice.f, voice.study, findings.quality.sample
    times = [f.time(label) for label in findings.sample.paths["time"]]
    programme = study.programme
    shown = [
        (t("When"), f"{times[0]} – {times[-1]}" if len(times) > 1 else times[0]),
        (
            t("Who"),
            (
                t(
                    "{treated}, {others} for comparison",
                    treated=voice.count_of_treated(sample.n_treated),
                    others=voice.assigned(sample.n_never, of="n_never"),
                )
                if sample.n_never
                else t(
                    "{treated}, later starters for comparison",
                    treated=voice.count_of_treated(sample.n_treated),
                )
            )
            + _in_clusters(voice, findings),
        ),
        (t("Design"), _design(voice, findings)),
    ]
    if programme is not None and programme.places is not None:
        place = programme.places.text.in_language(study.plan.language)
        shown.insert(0, (t("Where"), escape(place)))
    if programme is not None and programme.cost is not None:
        shown.insert(-1, (t("Cost"), cost_in_words(voice)))
    if study.from_moments:
        shown.append((t("Data"), t("sums over groups of firms (moments)")))
    return tuple(shown)


def _in_clusters(voice: Voice, findings: Findings) -> str:
    """Say in how many clusters both are, where whole clusters were drawn."""
    part = findings.sample
    if not (voice.study.by_lot and voice.in_clusters):
        return ""
    return voice.t(
        "; in {n} and {other} clusters ({what})",
        n=voice.f.number(part.treated_clusters),
        other=voice.f.number(part.other_clusters),
        what=voice.name(str(voice.study.cluster)),
    )


def _design(voice: Voice, findings: Findings) -> str:
    t = voice.t
    if voice.study.by_lot and not voice.study.compares_arms:
        return t("starts drawn by lot")
    if voice.study.plan.assignment == "randomised":
        return t("clusters drawn by lot") if voice.in_clusters else t("drawn by lot")
    if (findings.sample.cohorts["actual"] != 0).sum() > 1:  # those withheld started too
        return t("difference-in-differences, staggered starts")
    return t("difference-in-differences")
