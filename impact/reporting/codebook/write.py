"""The three files of a codebook, each whole or not at all, the same bytes for the same study."""

from pathlib import Path

import impact
from impact.reporting.codebook.ddi import ddi
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.page import page
from impact.reporting.codebook.sheet import sheet
from impact.reporting.render.pandoc import publish
from impact.reporting.voice import Voice

CODEBOOKS = ("codebook.xml", "codebook.csv", "codebook.html")


def write_codebook(codebook: Codebook, voice: Voice, folder: Path) -> tuple[Path, ...]:
    """Write the codebook as DDI-Codebook XML, CSV and HTML.

    Parameters
    ----------
    codebook : Codebook
    voice : Voice
        Of the study: the page is in its language.
    folder : Path
        It exists.
    """
    contents = (ddi(codebook, version=impact.__version__), sheet(codebook), page(codebook, voice))
    paths = tuple(folder / name for name in CODEBOOKS)
    for path, content in zip(paths, contents, strict=True):
        publish(content, path)
    return paths
