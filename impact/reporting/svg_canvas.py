"""A canvas of matplotlib that prints SVG, on which a text is shaped once in a process, whatever its size and its figure.

Words are half of what a figure costs: matplotlib shapes each to lay a figure out and again to draw it, in every figure anew,
and reads a typeface's heights in its file each time it asks how tall a text is. What is printed is the same, byte by byte.
"""

import io
from functools import cache, lru_cache
from typing import Any

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

DPI = FigureCanvasSVG.fixed_dpi
TEXTS_KEPT = 4096  # a run's figures have some hundreds
_UNDATED = {"Date": None, "Creator": None}
_HEIGHTS = {
    "OS/2": ("sTypoAscender", "sTypoDescender", "sTypoLineGap"),
    "hhea": ("ascent", "descent", "lineGap"),
}
"""Where a typeface says how tall it is, the first of them that it has: matplotlib's order."""


class SVGCanvas(FigureCanvasSVG):
    """A figure's canvas that lays it out with the renderer that then draws it."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self._renderer: Any = None

    def text(self) -> str:
        """Return the drawing, without a date or a program's name."""
        figure, svg = self.figure, io.StringIO()
        dpi, figure.dpi = figure.dpi, DPI
        self._renderer = self._onto(svg, image_dpi=dpi, metadata=_UNDATED)
        try:
            figure.draw(self._renderer)
            self._renderer.finalize()
        finally:
            figure.dpi, self._renderer = dpi, None
        return svg.getvalue()

    def get_renderer(self) -> Any:
        """Return what draws, to whoever asks how large a text is: a canvas without it is printed to nothing once for that."""
        return self._renderer or self._onto(io.StringIO())

    def _onto(self, svg: io.StringIO, **options: Any) -> Any:
        width, height = self.figure.get_size_inches() * DPI
        return _Renderer(width, height, svg, **options)


class _Renderer(RendererSVG):
    def __init__(self, *size_and_file: Any, **options: Any) -> None:
        super().__init__(*size_and_file, **options)  # type: ignore[no-untyped-call]
        self._text2path = _ShapedOnce()

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        """Ascent, descent and line gap in points; matplotlib asks a renderer that has this before it opens the typeface."""
        units, ascent, descent, gap = _heights(str(prop.get_file() or findfont(prop)))
        scale = 1 / units * prop.get_size_in_points()
        return ascent * scale, -descent * scale, gap * scale


class _ShapedOnce(TextToPath):
    """Sizes and outlines of texts that name their typeface's file; formulas and others are as matplotlib makes them."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        file = prop.get_file()
        if ismath or file is None:
            return super().get_text_width_height_descent(s, prop, ismath)
        scale = prop.get_size_in_points() / self.FONT_SCALE
        width, height, descent = _size(str(file), s)
        return width * scale, height * scale, descent * scale

    def get_glyphs_with_font(
        self,
        font: Any,
        s: str,
        glyph_map: Any = None,
        return_new_glyphs_only: bool = False,  # noqa: FBT001, FBT002 (matplotlib's own)
        **how: Any,
    ) -> Any:
        if not return_new_glyphs_only or any(how.values()):
            return super().get_glyphs_with_font(font, s, glyph_map, return_new_glyphs_only, **how)
        placed, outlines = _glyphs(font.fname, s)
        return placed, {name: outlines[name] for name in outlines if name not in glyph_map}, []


@cache
def _heights(file: str) -> tuple[int, int, int, int]:
    """Return the units of an em, and ascent, descent and line gap in them."""
    font: Any = get_font(file)
    units = font.get_sfnt_table("head")["unitsPerEm"]
    tables = ((font.get_sfnt_table(name), keys) for name, keys in _HEIGHTS.items())
    table, keys = next(found for found in tables if found[0])
    ascent, descent, gap = (table[key] for key in keys)
    return units, ascent, descent, gap


@lru_cache(TEXTS_KEPT)
def _size(file: str, text: str) -> tuple[float, float, float]:
    """Return width, height and descent of a text at the size of outlines, of which every other size is a multiple."""
    prop = FontProperties(fname=file, size=TextToPath.FONT_SCALE)
    found: Any = TextToPath().get_text_width_height_descent(text, prop, ismath=False)
    return tuple(found)


@lru_cache(TEXTS_KEPT)
def _glyphs(file: str, text: str) -> tuple[list[Any], dict[str, Any]]:
    """Return where each letter of a text stands, and the outline of each, by name."""
    font: Any = get_font(file)
    font.set_size(TextToPath.FONT_SCALE, TextToPath.DPI)
    shaped: Any = TextToPath()
    placed, outlines, _ = shaped.get_glyphs_with_font(font, text)
    return placed, outlines
