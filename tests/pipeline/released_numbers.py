"""A search of every file of a folder for numbers that stayed inside: as they are stored, and as they would be written."""

import json
import math
import re
import zipfile
from pathlib import Path

from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[2]
WRITTEN, STORED = 4, 8
"""Significant digits from which a number is told from others: on pages, where it would be rounded; in data and drawings."""
EXACT = 15  # significant digits that a number of double precision holds; those beyond are of its last operation
PAGES = frozenset({".pdf", ".docx", ".html"})  # cells of a workbook hold numbers whole
PICTURES = frozenset({".png", ".dta"})  # drawn from the same SVG; the twin, which no unit is in
GROUPED = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:[.,]\d+)?"
NUMBER = re.compile(
    rf"(?<![\d.,#\w]){GROUPED}(?![\d\w])|(?<![\d.,#\w])\d+[.,]\d+(?:[eE][-+]?\d+)?(?![\d\w])"
)
XML_OF_TEXT = re.compile(r"(document|footnotes|sharedStrings|sheet\d+|slide\d+)\.xml$")


def numbers(value):
    """Every number of a parsed JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, (int, float)) and math.isfinite(value):
        yield float(value)


def withheld(inside, folder):
    """Numbers of the results of a run, but for counts, that those of its release have not; and those that it has.

    The kit's numbers passed the gate as well, each computed once more; and the plan's files tell numbers: costs, sources' versions.
    """
    here, left = (
        set(numbers(json.loads((one / "results.json").read_text(encoding="utf-8"))))
        for one in (inside, folder)
    )
    hidden = {value for value in here - left if value != round(value)}
    kit = set(numbers(json.loads((folder / "kit" / "expected.json").read_text(encoding="utf-8"))))
    return hidden, left | kit | set(_of_the_plan())


def _of_the_plan():
    for path in (ROOT / "evaluation.yml", *sorted((ROOT / "data").glob("*.yml"))):
        for token in NUMBER.findall(path.read_text(encoding="utf-8")):
            yield _plain(token)


def forms(value, least):
    """The significant digits of a number, rounded to each length: whatever its sign, its unit, or the power of ten."""
    for length in range(least, EXACT + 1):
        digits = f"{abs(value):.{length - 1}e}".split("e")[0].replace(".", "").rstrip("0")
        if len(digits) >= least:
            yield digits


def digits_of(token):
    digits = re.sub(r"\D", "", re.split(r"[eE]", token)[0]).strip("0")
    if len(digits) <= EXACT:
        return digits
    return f"{int(digits):.{EXACT - 1}e}".split("e")[0].replace(".", "").rstrip("0")


def _plain(token):
    return float(re.sub(r"[\u00a0\u202f]|,(?=\d{3}(?!\d))", "", token).replace(",", "."))


def of_size(token, digits, values):
    """Whether a token is one of some values in its own unit, in percent, in thousands or in millions."""
    written = _plain(token)
    return any(
        abs(written / (abs(value) * scale) - 1) < 10 ** (1 - WRITTEN)
        for value in values
        for scale in (1.0, 100.0, 1e-3, 1e-6)
        if digits in set(forms(value, WRITTEN))
    )


def text_of(path):
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            parts = [
                archive.read(one).decode() for one in archive.namelist() if XML_OF_TEXT.search(one)
            ]
        return "\n".join(re.sub(r"<[^>]+>", " ", part) for part in parts)
    return path.read_text(encoding="utf-8")


def looked_at(path):
    """The text of a file, and from how many digits on a number is told from others there."""
    text = text_of(path)
    if path.suffix == ".html":
        yield re.sub(r"<(svg|script|style)\b.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL), WRITTEN
        yield text, STORED
    else:
        yield text, WRITTEN if path.suffix in PAGES else STORED


def found_in(folder, hidden, left):
    """Hidden numbers in files of a folder, by file; not those whose digits a number that left has too."""
    sought = {
        least: {form for value in hidden for form in forms(value, least)}
        - {form for value in left for form in forms(value, least)}
        for least in (WRITTEN, STORED)
    }
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in PICTURES:
            continue
        for text, least in looked_at(path):
            tokens = {match.group() for match in NUMBER.finditer(text)}
            some = {token for token in tokens if digits_of(token) in sought[least]}
            if least == WRITTEN:  # so few digits are shared by numbers of any size
                some = {token for token in some if of_size(token, digits_of(token), hidden)}
            if some:
                found.setdefault(str(path.relative_to(folder)), set()).update(some)
    return found
