"""The canvas of figures prints what matplotlib's own does, byte by byte, whatever was drawn before."""

import io

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from impact.reporting.drawing import HASH_SALT, svg_of
from impact.reporting.style import figure_style, set_in_type
from impact.reporting.svg_canvas import SVGCanvas, _glyphs, _size

TEXTS = ("57 000 MAD", "Effet, en milliers\nde dirhams", "Étoffes & fibres <fines>", "−2,5 %", "")
DPI = 110.0


def drawn(texts, *, in_type=True, size=9.0, formula=False):
    """A figure with words on every side, some turned, in the house's typeface or in matplotlib's."""
    with figure_style():
        figure = Figure(figsize=(4.0, 3.0), dpi=DPI, layout="constrained")
        above, below = figure.subplots(2)
        for i, text in enumerate(texts):
            above.text(i, i, text, fontsize=size + i, rotation=30 * i, parse_math=formula)
            below.annotate(text, (i, 0.5), (8, 4), textcoords="offset points", weight="semibold")
        above.plot([0, 4], [0, 4], marker="o")
        below.set_xticks(range(len(texts)), texts)
        figure.suptitle(texts[1], fontsize=size)
        if in_type:
            set_in_type(figure)
    return figure


def as_matplotlib_prints(figure):
    svg = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}):
        FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None})
    return svg.getvalue()


@pytest.mark.parametrize(
    ("texts", "how"),
    [
        (TEXTS, {}),
        (TEXTS, {"size": 13.5}),  # the same words, shaped for the figure before
        (TEXTS[::-1], {}),
        (TEXTS, {"in_type": False}),
        (("$x^2$", "a\nb", "$\\alpha$ MAD"), {"formula": True}),
    ],
)
def test_a_drawing_is_matplotlibs_own(texts, how):
    assert svg_of(drawn(texts, **how)) == as_matplotlib_prints(drawn(texts, **how))


def test_a_figure_has_its_resolution_back():
    figure = drawn(TEXTS)
    svg_of(figure)
    assert figure.dpi == DPI


def test_words_of_a_second_figure_are_not_shaped_again():
    """Else the caches serve no more, as after a change inside matplotlib, and a figure costs half as much again."""
    svg_of(drawn(TEXTS))
    before = [kept.cache_info() for kept in (_size, _glyphs)]
    svg_of(drawn(TEXTS, size=11.0))
    for known, now in zip(before, (_size.cache_info(), _glyphs.cache_info()), strict=True):
        assert now.misses == known.misses
        assert now.hits > known.hits


def test_a_figure_is_laid_out_by_the_renderer_that_draws_it(monkeypatch):
    asked = []
    get = SVGCanvas.get_renderer
    monkeypatch.setattr(SVGCanvas, "get_renderer", lambda self: asked.append(get(self)) or asked[0])
    printed = []
    monkeypatch.setattr(FigureCanvasSVG, "print_svg", lambda *_, **__: printed.append(1))
    svg_of(drawn(TEXTS))
    assert len(set(map(id, asked))) == 1
    assert not printed
