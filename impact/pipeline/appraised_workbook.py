"""economics.xlsx of a run: written where the plan names an economics file and the headline could be appraised."""

import json
from pathlib import Path

from impact.evaluation.economics_file import EconomicsFile
from impact.evaluation.store import decode
from impact.pipeline.numbers import RESULTS
from impact.reporting.economics_workbook import ECONOMICS, Subject, render_economics
from impact.reporting.markup import said
from impact.reporting.render import Cover
from impact.reporting.render.book import read_book


def write_economics(
    folder: Path, notebook: Path, *, file: EconomicsFile | None, currency: str, cover: Cover
) -> tuple[str, ...]:
    """Write the workbook of a run's appraisal, and return the names of the files written: one or none.

    Parameters
    ----------
    folder : Path
        The run's, with its results.
    notebook : Path
        The executed report, whose banner every page must show.
    file : EconomicsFile or None
    currency : str
    cover : Cover
    """
    parts = json.loads((folder / RESULTS).read_text(encoding="utf-8"))["parts"]
    worth = decode(parts["economics"]).worth if "economics" in parts else None
    if file is None or worth is None:
        return ()
    banner = said(read_book(notebook, cover.words).banner)
    subject = Subject(worth=worth, file=file, currency=currency, cover=cover, banner=banner)
    render_economics(subject, folder / ECONOMICS)
    return (ECONOMICS,)
