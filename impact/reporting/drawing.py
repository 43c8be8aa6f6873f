"""Figures of matplotlib as bytes that are the same every time."""

import io
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HASH_SALT = "impact"


def svg_of(figure: "Figure") -> bytes:
    """Return an SVG without dates, its identifiers seeded."""
    import matplotlib as mpl

    svg = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": HASH_SALT, "svg.fonttype": "path"}):
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def png_of(figure: "Figure") -> bytes:
    """Return a PNG for programs that draw no SVG."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=144, metadata={"Software": None})
    return png.getvalue()


def base64_of(data: bytes) -> str:
    """Return bytes as text."""
    return b64encode(data).decode("ascii")
