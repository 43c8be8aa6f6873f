"""The disclosure log of a release: how many figures stayed inside, by part of the results and by rule."""

import pandas as pd

from impact.disclosure.declared.kept_back import KeptBack
from impact.disclosure.merging import AND
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.formats import Formats
from impact.reporting.sections.impact import in_cohorts
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said


def disclosure_log(voice: Voice, kept_back: KeptBack) -> list[Exhibit]:
    """Show what the gate kept back; disclosure.json names each figure."""
    t, f = voice.t, voice.f
    opening = t(
        "All figures of this report passed one gate together, and beside all that earlier releases of the same data showed. "
        "A dash stands where a figure was withheld. The rating was made again from what is shown here; where it rests on a "
        "figure that was withheld, it may differ from the one in the report that stays inside."
    )
    if kept_back.public_files:
        opening += " " + t(
            "A public-use file of single firms was made of the same data ({names}): nothing is proven of these figures beside "
            "it, and whoever published both accepted that by name.",
            names=voice.f.listed([f"`{name}`" for name in kept_back.public_files]),
        )
    heading = f"### {t('What is withheld')}\n\n{opening}"
    rows = [
        (names_of_parts(t)[part], said(t, "withheld", reason), limit_in_words(f, limit), n)
        for part, reason, limit, n in kept_back.counted()
    ]
    merged = [Text(text)] if (text := _left_as_one(voice, kept_back)) else []
    if not rows:
        return [Text(f"{heading} {t('Nothing had to be withheld.')}"), *merged]
    table = Table(
        label="tab-withheld",
        caption=t("Figures withheld, by part and rule"),
        frame=pd.DataFrame(rows, columns=["what", "why", "limit", "n"]),
        headings={
            "what": t("Part"),
            "why": t("Rule"),
            "limit": t("Limit"),
            "n": t("Figures withheld"),
        },
        formats={"n": f.number},
    )
    return [Text(heading), table, *merged]


def _left_as_one(voice: Voice, kept_back: KeptBack) -> str:
    """Say which effects were merged, and by which rule; nothing where none were."""
    t, effects = voice.t, [each for each in kept_back.merged if each.place.column == "estimate"]
    if not effects:
        return ""
    names = [
        in_cohorts(voice, AND.join(place.row.removeprefix("cohort=") for place in each.places))
        for each in effects
    ]
    first = effects[0]
    rule = said(t, "merged", first.axis, n=voice.f.number(first.fewest))
    return f"{t('Effects by cohort, of {groups}.', groups=voice.f.listed(names))} {rule}"


def names_of_parts(t: Words) -> dict[str, str]:
    """Return how each part of the results is called."""
    return {
        "data_quality": t("Data quality"),
        "sample": t("Sample"),
        "impact": t("Impact"),
        "certainty": t("How sure are we?"),
        "panel_models": t("Panel models"),
        "robustness": t("Robustness"),
        "economics": t("Worth the money"),
        "kit": t("Referee's kit"),
    }


def limit_in_words(f: Formats, limit: float) -> str:
    """Write the number of a rule: a share in percent, else a count; nothing where the rule has none."""
    if not limit:
        return ""
    return f.percent(100 * limit, 0) if limit < 1 else f.number(limit)
