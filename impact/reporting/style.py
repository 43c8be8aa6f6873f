"""How figures look: one typeface, one palette, told apart by colour-blind readers and in grey."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TREATED = "#084c4d"  # dark teal: the programme's units, solid
COMPARISON = "#968c83"  # warm grey: what they are compared with, dashed
BAND = "#d6e7e6"
INK = "#222831"
GREY = "#6b665f"  # words beside marks; 5.6 to 1 on white
PALE = "#b9b2a8"  # marks that say nothing by themselves
GRID = "#e8e4de"
DASHES = (0, (4, 2))
FULL_WIDTH = 6.7  # inches; the text width of the printed page
SMALLEST = 7.0  # points, on paper
SMALLEST_ON_PHONE = 8.25  # points: 11 px at 96 to the inch
NARROW = 5.0  # inches; drawings below it are for phones, and those of BESIDE for the column beside a question
BESIDE = 3.45

_STYLE: Any = {
    "axes.edgecolor": PALE,
    "axes.grid": False,
    "axes.labelcolor": GREY,
    "axes.labelsize": 8.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelsize": 8.5,
    "ytick.color": GREY,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def on_phone(width: float) -> bool:
    """Whether a drawing of this width is for a phone: its words larger, a row's name above its mark."""
    return BESIDE < width < NARROW


def beside(width: float) -> bool:
    """Whether a drawing of this width stands beside a question's text: as low as can be read."""
    return width <= BESIDE


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw within the house style, whatever the user's own settings."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


@cache
def typeface(*, bold: bool) -> str:
    """Return the file of the page's sans serif, for words and for those that stand out."""
    import font_source_sans_pro

    name = "SourceSansPro-Semibold.ttf" if bold else "SourceSansPro-Regular.ttf"
    return str(Path(font_source_sans_pro.font_directory) / name)


def set_in_type(figure: "Figure") -> None:
    """Give every text of a figure the typeface's own file: matplotlib's list of fonts stays as the user has it."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        words = text.get_fontproperties().copy()
        words.set_file(typeface(bold=words.get_weight() in {"bold", "semibold"}))
        text.set_fontproperties(words)
