"""Figures of matplotlib as bytes that are the same every time."""

import io
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HASH_SALT = "impact"
PNG_DPI = 144


def svg_of(figure: "Figure") -> bytes:
    """Return an SVG without dates, its identifiers seeded."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}), _drawn_once(figure):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(svg, metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def png_of(figure: "Figure") -> bytes:
    """Return a PNG for programs that draw no SVG, of a figure laid out as its SVG was."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    png = io.BytesIO()
    with _drawn_once(figure):
        figure.dpi = PNG_DPI
        figure.set_layout_engine("none")
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(png, metadata={"Software": None})
    return png.getvalue()


@contextmanager
def _drawn_once(figure: "Figure") -> Iterator[None]:
    """Have a figure printed by its format's own canvas, and give it back its resolution and layout.

    ``savefig`` draws a figure with a layout twice, the first time for the layout alone, which a drawing makes anyway.
    """
    dpi, layout = figure.dpi, figure.get_layout_engine()
    try:
        yield
    finally:
        figure.dpi = dpi
        if layout is not None:
            figure.set_layout_engine(layout)


def base64_of(data: bytes) -> str:
    """Return bytes as text."""
    return b64encode(data).decode("ascii")
