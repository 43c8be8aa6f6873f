"""The two typefaces of the house: folders for Typst, subsets for the page."""

import json
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from impact.data.kept_text import keep_text, kept_text

SERIF, SANS = "Source Serif Pro", "Source Sans Pro"
_FACES = (  # package, file, family, weight, style
    ("font_source_serif_pro", "SourceSerifPro-Regular.ttf", SERIF, 400, "normal"),
    ("font_source_serif_pro", "SourceSerifPro-It.ttf", SERIF, 400, "italic"),
    ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf", SERIF, 600, "normal"),
    ("font_source_sans_pro", "SourceSansPro-Regular.ttf", SANS, 400, "normal"),
    ("font_source_sans_pro", "SourceSansPro-Semibold.ttf", SANS, 600, "normal"),
)
HOUSE = (
    "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180))))
    + "\u2002\u202f\u2009\u2011\u2013\u2014\u2212\u2026\u2019\u201c\u201d"
    + "\u25cf\u25cb\u2192\u2193\u2191\u221e\u2264\u2265\u1d49"
)
"""Letters that every page carries, whatever it says: so a typeface is cut once a process, not once a page (0.2 s each)."""
_cut: dict[int, str] = {}
"""The house's letters of a face, as the page has them, where this process knows them."""

_NAMES, _ENGLISH = (
    (1, 2),
    0x409,
)  # family and style (OpenType, name table), in the language that all typefaces have


def folders() -> list[str]:
    """Return the folders of the typefaces' files."""
    names = dict.fromkeys(package for package, *_ in _FACES)
    return [str(Path(str(files(name))) / "files") for name in names]


def css(letters: Iterable[str] = (), *, body: str = SERIF) -> str:
    """Return style rules that carry the letters in use, so that the page looks the same everywhere.

    A page whose ``body`` is sans serif has the other typeface in its headings alone. Letters beyond the house's come in
    rules of their own, where the typefaces have them.
    """
    rare = frozenset(letters) - frozenset(HOUSE)
    faces = [
        at
        for at, (_, _, family, weight, _) in enumerate(_FACES)
        if body == SERIF or family == SANS or weight > 400
    ]
    own = [(face, "".join(sorted(rare & _letters(face)))) for face in faces if rare]
    return "\n".join(
        [
            *(_rule(face, _house(face)) for face in faces),
            *(_rule(face, _woff(face, more), only_for=more) for face, more in own if more),
        ]
    )


def share_in(folder: Path) -> None:
    """Have processes that share a folder cut the house's letters out of the typefaces once (1 s), by what these are."""
    told = sha256(HOUSE.encode())
    for face in range(len(_FACES)):
        told.update(_file(face).read_bytes())
    path = folder / f"letters-{told.hexdigest()}.json"
    if (kept := kept_text(path)) is not None:
        _cut.update(enumerate(json.loads(kept)))
    else:
        keep_text(path, json.dumps([_house(face) for face in range(len(_FACES))]))


def _house(face: int) -> str:
    if face not in _cut:
        _cut[face] = _woff(face, HOUSE)
    return _cut[face]


def _file(face: int) -> Path:
    package, name, *_ = _FACES[face]
    return Path(str(files(package))) / "files" / name


@lru_cache
def _letters(face: int) -> frozenset[str]:
    """Return the letters that a typeface has."""
    from fontTools.ttLib import TTFont

    with TTFont(_file(face), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@lru_cache(maxsize=32)
def _woff(face: int, used: str) -> str:
    """Return the letters in use of one typeface, in base 64."""
    return b64encode(_subset(_file(face), used)).decode("ascii")


def _rule(face: int, data: str, *, only_for: str = "") -> str:
    """Return the rule of one typeface; ``only_for`` some letters where another has those that this one has not."""
    _, _, family, weight, style = _FACES[face]
    points = ",".join(f"U+{ord(one):X}" for one in only_for)
    kept_to = f";unicode-range:{points}" if points else ""
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
        f"src:url(data:font/woff;base64,{data}) format('woff'){kept_to}}}"
    )


def _subset(path: Path, used: str) -> bytes:
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = ["kern", "liga", "tnum", "lnum", "ccmp", "locl", "mark"]
    options.recalc_timestamp = False
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(text=used)
    kept = BytesIO()
    with subset.load_font(str(path), options) as font:
        names = font["name"]
        del font[
            "name"
        ]  # with it the cutter looks through all tables for texts in use (half of its time); no feature here has one
        cutter.subset(font)
        names.names = [
            one
            for one in names.names
            if one.nameID in _NAMES and one.isUnicode() and one.langID == _ENGLISH
        ]
        font["name"] = names
        font.flavor = "woff"
        font.save(kept)
    return kept.getvalue()
