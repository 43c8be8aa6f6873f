"""Where the table stands among the rows of a file: names, titles above them, notes below."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from impact.data.sources.source import joined_headings

LOOKED_AT = 40  # rows at the top in which the names are sought
_NUMBER = re.compile(r"[+-]?[0-9][0-9 .,'\u00a0\u202f]*%?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DATE = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}")
_NOTE = re.compile(
    r"(?:source|note|nb\b|n\.b\.|champ|lecture|remarque|\*|©|total|fait à|imprimé|printed|updated|mise à jour)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """Rows above and below the data, and whether a row of names was found at all."""

    header_row: int = 1
    heading_rows: int = 1
    footer_rows: int = 0
    found: bool = True


def place_of(top: Sequence[Sequence[str]], bottom: Sequence[Sequence[str]]) -> Place:
    """Find the rows of names and notes.

    Parameters
    ----------
    top : rows of texts
        The first of the file, empty ones too.
    bottom : rows of texts
        The last ones of the data part, as many as there are; rows without any cell left out where a reader leaves them out.
    """
    width = max((len(_filled(row)) for row in top), default=0)
    if not width:
        return Place(found=False)
    for place, row in enumerate(top[:LOOKED_AT]):
        if _names(row, width):
            return Place(place + 1, 1, _footer(bottom, width))
        following = top[place + 1] if place + 1 < len(top) else []
        if _two_rows(row, following, width):
            return Place(place + 1, 2, _footer(bottom, width))
    return Place(found=False, footer_rows=_footer(bottom, width))


def _filled(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _names(row: Sequence[str], width: int) -> bool:
    """Whether a row could be the names of all columns."""
    cells = _filled(row)
    return len(cells) == width and len(set(cells)) == width and _wordy(cells)


def _wordy(cells: Sequence[str]) -> bool:
    """Whether cells are names and not data: no date, no number but years and small ones beside words."""
    if any(_DATE.fullmatch(cell) for cell in cells):
        return False
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    years = [cell for cell in numbers if _YEAR.fullmatch(cell)]
    return len(numbers) < len(cells) and len(numbers) == len(years)


def _two_rows(row: Sequence[str], following: Sequence[str], width: int) -> bool:
    """Whether two rows make up the names: the upper one has gaps that continue the cell on the left."""
    if len(_filled(row)) < 2 or not _filled(following):
        return False
    longest = max(len(row), len(following))
    rows = [[*cells, *[""] * (longest - len(cells))] for cells in (row, following)]
    joined = joined_headings(rows)[: max(width, 1)]
    below = _filled(following)
    data = any(_DATE.fullmatch(cell) for cell in below) or any(
        _NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in below
    )
    return not data and all(joined) and len(set(joined)) == len(joined) == width


def _footer(bottom: Sequence[Sequence[str]], width: int) -> int:
    """Count the last rows that are notes: one cell in a table of several columns, or words that begin a note."""
    count = 0
    if width < 3:
        return 0
    for number, row in enumerate(reversed(bottom), start=1):
        cells = _filled(row)
        sparse = len(cells) <= 1 or (
            len(cells) <= width // 3
            and _NOTE.match(cells[0]) is not None
            and not _has_number(cells)
        )
        if not sparse:
            break
        count = number
    return count


def _has_number(cells: Sequence[str]) -> bool:
    return any(_NUMBER.fullmatch(cell) for cell in cells)
