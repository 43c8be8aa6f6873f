"""Two pages about a study that was not done yet, as a PDF."""

from pathlib import Path

from impact.reporting.exhibits import Exhibits
from impact.reporting.render import Cover
from impact.reporting.render.book import book_of
from impact.reporting.render.paper import write_pdf
from impact.reporting.voice import Voice


def write_two_pages(
    voice: Voice, shown: Exhibits, output: Path, *, kind: str, title: str, disclaimer: str
) -> None:
    """Write exhibits under a title, which the kind of document and whose views they are frame."""
    t, plan = voice.t, voice.study.plan
    words = {
        "kind": kind,
        "table": t("Table"),
        "figure": t("Figure"),
        "how_to_read": t("How to read."),
    }
    cover = Cover(
        title=title,
        subtitle=plan.title.in_language(plan.language),
        disclaimer=disclaimer,
        provenance=(),
        language=plan.language,
        words=words,
    )
    bundles = [(1, data) for data, _ in shown.bundles()]
    write_pdf(book_of(bundles, words), output, cover=cover, template="two_pages.typ")
