"""Figures of matplotlib as bytes that are the same every time."""

import struct
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

from impact.errors import RenderError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HASH_SALT = "impact"
PNG_DPI = 144
INCH = 0.0254  # metres
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.drawing), format: "svg")"""
_BEFORE_SIZE = 33  # bytes of a PNG's signature and header: what says its size on paper comes next


def svg_of(figure: "Figure") -> bytes:
    """Return an SVG without dates, its identifiers seeded."""
    import matplotlib as mpl

    from impact.reporting.svg_canvas import SVGCanvas

    with mpl.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}):
        return SVGCanvas(figure).text().encode()


def png_of(svg: bytes) -> bytes:
    """Return an SVG as a PNG on white, `PNG_DPI` pixels to the inch, for programs that draw no SVG.

    Typst draws it, as it draws the same SVG in a PDF: a third of what drawing the figure once more takes.

    Raises
    ------
    RenderError
        When Typst cannot draw it.
    """
    import typst

    try:
        png = typst.compile(
            _PAGE, sys_inputs={"drawing": svg.decode("utf-8")},
            format="png", ppi=PNG_DPI, ignore_system_fonts=True,
        )  # fmt: skip
    except typst.TypstError as problem:
        raise RenderError(f"a figure's PNG: Typst refused its SVG: {problem.message}") from None
    return _with_resolution(png, PNG_DPI)


def _with_resolution(png: bytes, dpi: float) -> bytes:
    """Say how large a PNG is on paper, which Typst leaves out: chunk pHYs, pixels to the metre."""
    to_the_metre = round(dpi / INCH)
    chunk = b"pHYs" + struct.pack(">IIB", to_the_metre, to_the_metre, 1)
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_BEFORE_SIZE] + whole + png[_BEFORE_SIZE:]


def base64_of(data: bytes) -> str:
    """Return bytes as text."""
    return b64encode(data).decode("ascii")
