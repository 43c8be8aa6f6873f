"""The appraisal with all that it rests on: its notebook, and what of it stands in the annex."""

from impact.evaluation.appraised import Economics, Worth
from impact.reporting import figures
from impact.reporting.exhibits import Exhibit, Exhibits, Text
from impact.reporting.sections import appraisal_tables as tables
from impact.reporting.sections import worth_sentences as says
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def worth_it(voice: Voice, part: Economics) -> Exhibits:
    """Show the whole appraisal; of a study without one, what it lacks."""
    if part.worth is None:
        return Exhibits((Text(said(voice.t, "unappraised", str(part.why))),))
    t, worth = voice.t, part.worth
    opening = [
        *says.invented(voice),
        says.if_it_held(voice, worth),
        *says.simulated(voice, worth),
        says.present_value(voice, worth),
        t("How far the estimate itself may be believed is rated in part 7 of the report."),
    ]
    return Exhibits(
        (
            Text(f"## {t('The answer on these assumptions')}\n\n" + " ".join(opening)),
            *what_it_takes(voice, worth),
            *what_it_hinges_on(voice, worth),
            *who_gains(voice, worth),
            assumed_and_projected(voice),
            *in_full(voice, worth),
        )
    )


def what_it_takes(voice: Voice, worth: Worth) -> list[Exhibit]:
    """Show break-even: how large the effect, how long it must last."""
    sentences = [
        *says.basis(voice, worth),
        says.effect_needed(voice, worth),
        says.lasting_needed(voice, worth),
    ]
    return [
        Text(f"### {voice.t('What it would take')}\n\n" + "\n\n".join(sentences)),
        *figures.drawn(figures.return_over_persistence(voice, worth)),
    ]


def what_it_hinges_on(voice: Voice, worth: Worth) -> list[Exhibit]:
    """Show what moves the answer, all of it at once, and whether more data would."""
    sentences = [says.hinges(voice, worth), says.more_data(voice, worth)]
    shown = "\n\n".join(filter(None, sentences))
    return [
        *([Text(f"### {voice.t('What it hinges on')}\n\n{shown}")] if shown else []),
        *figures.drawn(figures.tornado(voice, worth)),
        *figures.drawn(figures.simulated_returns(voice, worth)),
    ]


def who_gains(voice: Voice, worth: Worth) -> list[Exhibit]:
    """Show beneficiaries by class."""
    t = voice.t
    loses = bool((worth.classes["present"] < 0).any())
    title = t("Who gains, who loses") if loses else t("Who gains")
    shown = f"### {title}\n\n{says.gainers(voice, worth)}".rstrip()
    return [Text(shown), tables.beneficiaries(voice, worth)]


def what_is_assumed(voice: Voice) -> list[Exhibit]:
    """Show the numbers that may move the answer, and the projection beside which it may be read."""
    ranged = tables.ranged(voice)
    return [assumed_and_projected(voice), *([ranged] if ranged else [])]


def assumed_and_projected(voice: Voice) -> Text:
    """Say what is an assumption, where all numbers stand, and what was projected."""
    t = voice.t
    sentences = [
        t("What has no source is marked as an assumption, with its reason."),
        t("The annex has every number, those taken as certain too."),
    ]
    shown = "\n\n".join(filter(None, [" ".join(sentences), says.projected(voice)]))
    return Text(f"### {t('What is assumed')}\n\n{shown}")


def in_full(voice: Voice, worth: Worth) -> list[Exhibit]:
    """Show all that it rests on and all that follows: assumptions, costs, years, horizons, ranges."""
    ranges = tables.ranges(voice, worth)
    return [
        Text(f"### {voice.t('The appraisal in full')}"),
        tables.assumed(voice),
        tables.costs(voice),
        tables.years(voice, worth),
        tables.horizons(voice, worth),
        *([ranges] if ranges else []),
    ]
