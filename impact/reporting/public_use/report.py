"""The report of a public-use file, section by section; no figure of the original data has more than three digits that count."""

import math
from dataclasses import dataclass

from impact.disclosure.public_use.choices import PublicUseChoices
from impact.disclosure.public_use.deidentified import Deidentified
from impact.disclosure.public_use.utility import Figure, Pair
from impact.reporting.exhibits import Banner, Callout, Exhibits, Text
from impact.reporting.formats import DASH
from impact.reporting.public_use.tables import (
    DIGITS,
    changes,
    figures,
    linked,
    risk,
    rounded,
    share_of,
)
from impact.reporting.voice import Voice


@dataclass(frozen=True)
class PublicUse:
    """What the report tells.

    Attributes
    ----------
    made : Deidentified
    pairs : tuple of Pair
        Figures restricted beside public; empty where nothing may be compared.
    lost : tuple of (key, column)
        What the plan lost.
    beside : tuple of str
        Runs of the same data, by id, of which figures were released.
    """

    made: Deidentified
    pairs: tuple[Pair, ...]
    lost: tuple[tuple[str, str], ...]
    beside: tuple[str, ...] = ()

    @property
    def headline(self) -> Pair | None:
        """The headline; None where restricted figures stay inside."""
        return next((pair for pair in self.pairs if pair.exhibit == "headline"), None)


def report(voice: Voice, told: PublicUse) -> Exhibits:
    """Show the report."""
    t = voice.t
    simulated = t("The data are simulated: no real firm is in them.")
    return Exhibits(
        (
            *([Banner(simulated)] if voice.study.plan.truth else []),
            Callout("finding" if _survives(told) else "caution", finding(voice, told)),
            Text(f"## {t('Who could be found')}\n\n{_found(voice, told.made)}"),
            risk(voice, told.made).table,
            Text(f"## {t('What was changed')}\n\n{_how(voice, told.made)}"),
            changes(voice, told.made).table,
            Text(f"## {t('Original against public')}\n\n{_compared(voice, told)}"),
            *([figures(voice, told.pairs).table] if told.pairs else []),
            Text(f"## {t('What remains')}\n\n{_remains(voice)}"),
            linked(voice, told.made).table,
            Text(_limits(voice, told)),
        )
    )


def _survives(told: PublicUse) -> bool:
    return told.headline is not None and told.headline.verdict == "survives"


def finding(voice: Voice, told: PublicUse) -> str:
    """Say whether the headline survives, and what whoever knows firms can find."""
    t, f, made = voice.t, voice.f, told.made
    sentences = [_on_the_headline(voice, told)]
    sentences.append(
        t(
            "Each combination of what may be known of a firm is shared by {k} firms or more; {before} were alone before.",
            k=f.number(made.after.smallest),
            before=f.number(made.before.uniques),
        )
    )
    whole = next(one for one in made.linked if one.known is None and not one.also_quasi)
    if not math.isnan(whole.found):
        sentences.append(
            t(
                "Who has a firm's books finds it all the same: exact amounts of all its periods lead to {share} of firms.",
                share=share_of(voice, whole.found),
            )
        )
    return " ".join(sentences)


def _on_the_headline(voice: Voice, told: PublicUse) -> str:
    t, pair = voice.t, told.headline
    if pair is None:
        return t(
            "Figures of the original data stay inside, and nothing is compared: beside the file they would tell of fewer than "
            "ten firms."
        )
    said_by = {
        "survives": t("Whoever has the public file alone concludes the same."),
        "weakened": t(
            "Whoever has the public file alone concludes less than from the original data."
        ),
        "lost": t("The headline does not survive: do not use the public file for it."),
    }[pair.verdict]
    if pair.verdict == "survives" and not pair.same_sign:
        said_by += " " + t("The sign turns, which at this precision says nothing.")
    return (
        said_by
        + " "
        + t(
            "Original: {restricted}. Public: {public}.",
            restricted=_with_interval(voice, pair.outcome, rounded(pair.restricted)),
            public=_with_interval(voice, pair.outcome, pair.public),
        )
    )


def _with_interval(voice: Voice, outcome: str, figure: Figure) -> str:
    if math.isnan(figure.value):
        return DASH
    span = voice.span(outcome, figure.conf_low, figure.conf_high)
    return f"**{voice.amount(outcome, figure.value)}** ({span})"


def _found(voice: Voice, made: Deidentified) -> str:
    t = voice.t
    names = [voice.name(name) for name in made.columns.known]
    return t(
        "Taken as known from outside: {listed}, and when each firm started, which is never withheld. A trait that changes over "
        "time counts with its whole path. A withheld value counts as a value of its own, so that firms with it are "
        "{k} or more too.",
        listed=voice.f.listed(names) or DASH,
        k=voice.f.number(made.choices.k),
    )


def _compared(voice: Voice, told: PublicUse) -> str:
    t = voice.t
    sentences = [
        t(
            "Both are computed by the same code: the public ones from the file as anybody reads it, by the plan that lies "
            "beside it. Figures of the original data are rounded to {n} digits, so that little follows from the two together "
            "about the values that were changed.",
            n=voice.f.number(DIGITS),
        )
    ]
    if told.lost:
        keys = sorted({key for key, _ in told.lost})
        sentences.append(
            t(
                "The public plan lacks what needs columns or files that stay inside, under these keys: {listed}.",
                listed=", ".join(f"`{key}`" for key in keys),
            )
        )
    return " ".join(sentences)


def _how(voice: Voice, made: Deidentified) -> str:
    t, f, choices = voice.t, voice.f, made.choices
    sentences = [
        t(
            "Values are withheld of whole combinations, the least important trait first, and given back wherever the rule "
            "still holds: {k} firms a combination, in {l} tenths of the first sensitive column. Nothing is left to chance.",
            k=f.number(choices.k),
            l=f.number(choices.diversity),
        ),
        _on_starts(voice, choices, made),
    ]
    return " ".join(sentences)


def _on_starts(voice: Voice, choices: PublicUseChoices, made: Deidentified) -> str:
    t, f = voice.t, voice.f
    changed = {one.change for one in made.changes}
    if "start_moved" in changed:
        return t(
            "Starts that fewer than {k} firms shared were moved to the nearest other one, by {n} periods at most: effects by "
            "period since the start are no longer exact.",
            k=f.number(choices.k),
            n=f.number(made.furthest),
        )
    if "unit_left_out" in changed:
        return t(
            "Firms whose start fewer than {k} shared are not in the file.", k=f.number(choices.k)
        )
    return t(
        "Every start is shared by {k} firms or more, and none was moved.", k=f.number(choices.k)
    )


def _remains(voice: Voice) -> str:
    t = voice.t
    sentence = t(
        "Amounts are a fingerprint that no withholding of traits hides. Whoever knows some amounts of a firm exactly (its "
        "accountant, a bank, the tax office) looks for the nearest path in the file. Tried here on {outcome}: amounts of "
        "randomly chosen periods of each firm, known to the last digit.",
    )
    return voice.about(sentence)


def _limits(voice: Voice, told: PublicUse) -> str:
    t, made = voice.t, told.made
    points = [
        t(
            "Who learns from the file alone that all firms of a combination are alike in another column than the first "
            "sensitive one, learns it of each of them."
        ),
        t(
            "The periods in which a firm answered are not treated as known; the table of risk says how many firms they "
            "single out."
        ),
        _on_releases(voice, told.beside),
        t(
            "What is known of firms was declared by a person. What nobody thought of is not protected."
        ),
    ]
    if made.columns.cluster is not None:
        points.append(
            t(
                "Clusters have new ids, yet each keeps its size and its firms: a cluster of a known size may be recognised."
            )
        )
    if made.columns.weight is not None:
        points.append(
            t(
                "Weights are as they were: who knows how the sample was drawn may read a stratum off them."
            )
        )
    return "\n".join(f"- {point}" for point in points)


def _on_releases(voice: Voice, runs: tuple[str, ...]) -> str:
    """Say what is known of figures of the same data beside the file."""
    t = voice.t
    if not runs:
        return t(
            "No figures of these data had been released when the file was made. Whoever releases some later must accept the "
            "file by its name: the disclosure gate proves nothing of figures beside rows of single firms."
        )
    return t(
        "Figures of the same data were released ({runs}), and whoever made this file accepted that by name: the disclosure "
        "gate proves nothing of them beside rows of single firms.",
        runs=voice.f.listed([f"`{run}`" for run in runs]),
    )
