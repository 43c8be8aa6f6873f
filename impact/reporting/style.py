"""How figures look: one palette, told apart by colour-blind readers and in grey."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TREATED = "#b5482a"
COMPARISON = "#1f5f8b"
BAND = "#c9dcea"
INK = "#222831"
GREY = "#8a929c"
FULL_WIDTH = 6.7  # inches; the text width of the printed page

_STYLE: Any = {
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.color": "#e6e9ec",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.color": INK,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw within the house style, whatever the user's own settings."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield
