"""Workbooks are zip archives of XML: sizes, checksums, entities and repeats are looked at before anything is parsed."""

import re
import zipfile
from pathlib import Path
from xml.parsers.expat import ParserCreate

from impact.data.sources.source import MAX_COLUMNS, too_large
from impact.errors import SourceError

MAX_MEMBERS = 2_000
MAX_UNPACKED = 1 << 30  # bytes; a million rows of ten columns need half
MAX_RATIO = 150  # unpacked to packed; sheets of real surveys stay below 40
RATIO_FROM = 8 << 20  # bytes below which a ratio says nothing: small sheets of zeros pack well
BLOCK = 1 << 20
OVERLAP = 512  # bytes kept from one block to the next, so that no tag is cut in two
MAX_SHEET_CELLS = 60_000_000  # the parser lays out a sheet as a full rectangle, 24 bytes a cell

_CELL_ENDS = (b"</c>", b"</table:table-cell>")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb'<c [^>]*?r="([A-Z]{1,4})([0-9]{1,8})"')
_ERROR = re.compile(rb'<c [^>]*?t="e"|calcext:value-type="error"')
_NOT_COMPUTED = re.compile(
    rb'<c (?![^>]*t="str")[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_NO_STRING = re.compile(rb't="s"[^>]*>\s*<v[^>]*>(?![0-9]{1,9}</v>)')
_UNTYPED = re.compile(  # content without a type, or a type without its value
    rb'<table:table-cell(?![^>]*office:value-type="string"'
    rb'|(?=[^>]*office:value-type="(?:float|percentage|currency)")[^>]*office:value='
    rb'|(?=[^>]*office:value-type="date")[^>]*office:date-value='
    rb'|(?=[^>]*office:value-type="time")[^>]*office:time-value='
    rb'|(?=[^>]*office:value-type="boolean")[^>]*office:boolean-value=)[^>]*>\s*<text:p'
)
_REPEAT = re.compile(
    rb'<table:(table-cell|table-row)\b[^>]*?number-(?:columns|rows)-repeated="([0-9]+)"[^>]*?(/?)>'
)


def check_archive(path: Path) -> None:
    """Refuse a workbook that would unpack too large, is damaged, or holds what a reader would misread.

    Raises
    ------
    SourceError
        Too many or too large members, a ratio of bombs, a broken checksum, XML entities, cells that are errors or formulas that
        were never computed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_sizes(members, path.name)
            for member in members:
                _look_at(archive, member, path.name)
    except SourceError:
        raise
    except Exception as problem:  # noqa: BLE001 (zipfile and zlib raise anything on a damaged archive)
        raise SourceError(
            f"{path.name}: damaged or not a workbook ({type(problem).__name__}); save it again"
        ) from None


def _refuse_sizes(members: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    names = {member.filename for member in members}
    bomb = any(
        member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size) for member in members
    )
    if bomb or unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise SourceError(
            f"{name}: would unpack to more than its size can honestly hold; save it again, without empty formatted cells"
        )
    if len(names) < len(members):
        raise SourceError(f"{name}: damaged: a part stands in it twice; save it again")
    if any(member.flag_bits & 1 for member in members):
        raise SourceError(f"{name}: protected by a password; save it without")


def _look_at(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Read a member whole, which verifies its checksum, a block at a time; look at XML for traps."""
    xml = member.filename.endswith((".xml", ".rels"))
    sheet = "worksheets/" in member.filename or member.filename == "content.xml"
    before, rows, columns = b"", 0, 0
    strict = ParserCreate(namespace_separator=" ")
    with archive.open(member) as stream:
        while block := stream.read(BLOCK):
            text = before + block
            if xml:
                if _ENTITY.search(text):
                    raise SourceError(
                        f"{name}: its XML declares entities; save it again from a spreadsheet"
                    )
                strict.Parse(block)
            whole, before = _whole_cells(text)
            if xml and sheet:
                _refuse_cells(whole, name)
                for part in (whole, before):  # empty cells may follow the last whole one
                    at = _last_place(part)
                    rows, columns = max(rows, at[0]), max(columns, at[1])
    if xml:
        strict.Parse(b"", True)  # calamine reads on where tags do not close
    if columns > MAX_COLUMNS or rows * columns > MAX_SHEET_CELLS or too_large(rows, columns):
        raise SourceError(f"{name}: a sheet reaches too far; delete stray cells far from the table")


def _whole_cells(text: bytes) -> tuple[bytes, bytes]:
    """Split a block after its last cell that is whole: half a cell looks like a damaged one."""
    ends = [text.rfind(mark) + len(mark) for mark in _CELL_ENDS if mark in text]
    cut = max(ends, default=len(text))
    return text[:cut], text[cut:] if ends else text[-OVERLAP:]


def _refuse_cells(text: bytes, name: str) -> None:
    if _ERROR.search(text):
        raise SourceError(
            f"{name}: holds cells that are errors (as #N/A or #DIV/0!); correct or empty them"
        )
    if _UNTYPED.search(text) or _NO_STRING.search(text):
        raise SourceError(f"{name}: damaged: a cell has content and no type; save it again")
    if _NOT_COMPUTED.search(text):
        raise SourceError(
            f"{name}: holds formulas that were never computed; open it in a spreadsheet and save it"
        )


def _last_place(text: bytes) -> tuple[int, int]:
    """Largest row and column that cells of a block name, or that filled cells repeat to."""
    rows = columns = 0
    places = _PLACE.findall(text)
    if places:
        rows = max(int(row) for _, row in places)
        columns = max(_number(letters) for letters in {letters for letters, _ in places})
    for kind, count, empty in _REPEAT.findall(text):
        times = int(count)
        if not empty and kind == b"table-cell":
            columns = max(columns, times)
        elif kind == b"table-row" and times > rows and _filled(text, kind, count):
            rows = times
    return rows, columns


def _filled(text: bytes, kind: bytes, count: bytes) -> bool:
    """Whether a repeated row holds more than an empty cell."""
    at = text.find(b'repeated="' + count + b'"')
    row = text[at : text.find(b"</table:" + kind, at)]
    return b"office:value" in row or b"<text:p" in row


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
