"""A PDF is read to the same words by two readers that have nothing in common."""

from collections import Counter
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader, PdfWriter

from impact.errors import SourceError
from impact.reporting.pdf_text import lines_of

WORDS = "57 000 MAD (1 2 m 3 4 l) of 10 firms"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with words among many lines."""
    figure = Figure(figsize=(5, 4))
    axes = figure.subplots()
    axes.plot(range(500), [n % 7 for n in range(500)])
    axes.set_title(WORDS)
    axes.set_xlabel("a (b (c) d) q Q \u2212 3 \u00b7 \u00e9")
    path = tmp_path_factory.mktemp("drawn") / "page.pdf"
    figure.savefig(path, metadata={"CreationDate": None})
    return path


def words(lines: list[str]) -> Counter[str]:
    return Counter(" ".join(lines).split())


def test_the_words_of_a_page_are_those_that_stand_among_its_drawings(drawn: Path) -> None:
    whole = PdfReader(drawn).pages[0].extract_text().splitlines()
    assert words(lines_of(drawn)) == words(whole)
    assert WORDS in lines_of(drawn)


def test_what_is_no_pdf_or_wants_a_password_is_refused_by_name(drawn: Path, tmp_path: Path) -> None:
    broken, locked = tmp_path / "broken.pdf", tmp_path / "locked.pdf"
    broken.write_bytes(drawn.read_bytes()[200:900])
    writer = PdfWriter(clone_from=drawn)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(locked)
    for path in (broken, locked):
        with pytest.raises(SourceError, match=rf"^{path.name}: not a PDF that can be read"):
            lines_of(path)
