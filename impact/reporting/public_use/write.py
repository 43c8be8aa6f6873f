"""Write the report of a public-use file: a page in each language, and its tables as CSV."""

from pathlib import Path
from typing import get_args

from impact.data.formulas import without_formulas
from impact.evaluation.study import Study
from impact.reporting.public_use.report import PublicUse, report
from impact.reporting.public_use.tables import changes, figures, linked, risk
from impact.reporting.render.book import book_of
from impact.reporting.render.cover import Cover
from impact.reporting.render.page import write_page
from impact.reporting.render.pandoc import publish
from impact.reporting.voice import Voice
from impact.terms import Language


def write_report(study: Study, told: PublicUse, folder: Path) -> None:
    """Write ``report.en.html``, ``report.fr.html`` and four CSV files.

    Parameters
    ----------
    study : Study
        The public one.
    told : PublicUse
    folder : Path
        It exists.
    """
    made, pairs = told.made, told.pairs
    for language in get_args(Language):
        voice = Voice(study.changed(language=language).on(study.data))
        shown = [(1, data) for data, _ in report(voice, told).bundles()]
        words = _fixed_words(voice)
        write_page(
            book_of(shown, words), folder / f"report.{language}.html", cover=_cover(voice, words)
        )
    english = Voice(study.changed(language="en").on(study.data))
    sheets = {
        "risk": risk(english, made),
        "changes": changes(english, made),
        "attacks": linked(english, made),
        **({"exhibits": figures(english, pairs)} if pairs else {}),
    }
    for name, sheet in sheets.items():
        text = without_formulas(sheet.raw).to_csv(index=False, lineterminator="\n")
        publish(text.encode("utf-8"), folder / f"{name}.csv")


def _cover(voice: Voice, words: dict[str, str]) -> Cover:
    t, study, language = voice.t, voice.study, voice.study.plan.language
    return Cover(
        title=t("Public-use file: what it hides and what it says"),
        subtitle=study.plan.title.in_language(language),
        disclaimer=t(
            "The views in this report are those of its authors, not of the programme's funder."
        ),
        provenance=(
            (t("Identifier"), study.plan.name),
            (t("Source of the data"), study.schema.source_in(language)),
        ),
        language=language,
        words=words,
    )


def _fixed_words(voice: Voice) -> dict[str, str]:
    t = voice.t
    return {
        "kind": t("De-identified data"),
        "contents": t("Contents"),
        "table": t("Table"),
        "figure": t("Figure"),
        "skip": t("Skip to content"),
        "provenance": t("Provenance"),
        "how_to_read": t("How to read."),
    }
