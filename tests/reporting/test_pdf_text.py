"""A PDF is read without its drawings, to the same words."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader

from impact.reporting.pdf_text import lines_of, without_drawings


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with words among many lines."""
    figure = Figure(figsize=(5, 4))
    axes = figure.subplots()
    axes.plot(range(500), [n % 7 for n in range(500)])
    axes.set_title("57 000 MAD (1 2 m 3 4 l) of 10 firms")
    axes.set_xlabel("a (b (c) d) q Q")
    path = tmp_path_factory.mktemp("drawn") / "page.pdf"
    figure.savefig(path, metadata={"CreationDate": None})
    return path


def test_the_words_of_a_page_are_those_that_stand_among_its_drawings(drawn: Path) -> None:
    whole = PdfReader(drawn).pages[0].extract_text().splitlines()
    assert lines_of(drawn) == whole
    assert "57 000 MAD (1 2 m 3 4 l) of 10 firms" in whole


def test_most_of_a_figure_is_drawings(drawn: Path) -> None:
    content = PdfReader(drawn).pages[0].get_contents()
    assert content is not None
    held = content.get_data()
    assert len(without_drawings(held)) < len(held) / 2


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"0 0 m 167.2 0 l\nh\nf\n", b"\nf\n"),
        (b"q 1 0 0 -1 65 801 cm/c0 cs 1 .9 scn 0 0 m 1 0 l h f\nQ\nBT", b"\nBT"),
        (b"BT (1 2 m 3 4 l) Tj ET ", b"BT (1 2 m 3 4 l) Tj ET "),
        (b"BT ( q 1 w Q ) Tj ET ", b"BT ( q 1 w Q ) Tj ET "),
        (b"BT (a (1 2 m ) \\( 3 4 l ) Tj ET ", b"BT (a (1 2 m ) \\( 3 4 l ) Tj ET "),
        (b"q 2 0 0 2 0 0 cm /x0 Do Q ", b"q 2 0 0 2 0 0 cm /x0 Do Q "),
        (b"1 2 m BI /W 1 ID 3 4 l EI ", b"1 2 m BI /W 1 ID 3 4 l EI "),
    ],
    ids=["path", "painted", "string", "state_in_string", "brackets", "picture", "inline_picture"],
)
def test_paths_go_and_whatever_shows_something_stays(content: bytes, left: bytes) -> None:
    assert without_drawings(content).split() == left.split()
