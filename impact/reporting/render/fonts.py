"""The two typefaces of the house: folders for Typst, subsets for the page."""

from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

SERIF, SANS = "Source Serif Pro", "Source Sans Pro"
_FACES = (  # package, file, family, weight, style
    ("font_source_serif_pro", "SourceSerifPro-Regular.ttf", SERIF, 400, "normal"),
    ("font_source_serif_pro", "SourceSerifPro-It.ttf", SERIF, 400, "italic"),
    ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf", SERIF, 600, "normal"),
    ("font_source_sans_pro", "SourceSansPro-Regular.ttf", SANS, 400, "normal"),
    ("font_source_sans_pro", "SourceSansPro-Semibold.ttf", SANS, 600, "normal"),
)
_ALWAYS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "\u00a0\u202f\u2009\u2019\u2013\u2014\u2212\u2026\u00ab\u00bb\u201c\u201d"
)


def folders() -> list[str]:
    """Return the folders of the typefaces' files."""
    names = dict.fromkeys(package for package, *_ in _FACES)
    return [str(Path(str(files(name))) / "files") for name in names]


def css(letters: Iterable[str], *, body: str = SERIF) -> str:
    """Return style rules that carry the letters in use, so that the page looks the same everywhere.

    A page whose ``body`` is sans serif has the other typeface in its headings alone.
    """
    used = "".join(sorted({*letters, *_ALWAYS}))
    faces = [
        at
        for at, (_, _, family, weight, _) in enumerate(_FACES)
        if body == SERIF or family == SANS or weight > 400
    ]
    return "\n".join(_rule(face, used) for face in faces)


@lru_cache(maxsize=32)
def _rule(face: int, used: str) -> str:
    package, name, family, weight, style = _FACES[face]
    data = b64encode(_subset(Path(str(files(package))) / "files" / name, used)).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


def _subset(path: Path, used: str) -> bytes:
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = ["kern", "liga", "tnum", "lnum", "ccmp", "locl", "mark"]
    options.recalc_timestamp = False
    options.notdef_outline = True
    options.name_IDs = [1, 2]
    cutter = subset.Subsetter(options)
    cutter.populate(text=used)
    kept = BytesIO()
    with subset.load_font(str(path), options) as font:
        cutter.subset(font)
        font.flavor = "woff"
        font.save(kept)
    return kept.getvalue()
