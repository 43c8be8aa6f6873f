"""Base files of each format, ways to damage them, and a second reader of each that shares no code with ours."""

import io
import random
import re
import struct
import zipfile
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pandas as pd
import pyreadstat
from arriving import schema

FORMATS = ("csv", "xlsx", "ods", "dta", "sav", "parquet", "duckdb")
COLUMNS = ["id", "wave", "start", "revenue", "kind"]
SCHEMA = schema({"revenue": {"missing": [-99]}, "start": {"type": "integer"}})
FRAME = pd.DataFrame(
    {
        "id": [f"QZX{i:03d}" for i in range(1, 13) for _ in range(4)],
        "wave": [1.0, 2.0, 3.0, 4.0] * 12,
        "start": [3.0] * 24 + [0.0] * 24,
        "revenue": [48213.25 + 317.5 * i for i in range(48)],
        "kind": ["a", "b", "a"] * 16,
    }
)
FRAME.loc[[5, 17], "revenue"] = [-99.0, np.nan]
WORDS = [
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b";",
    b"\x00",
    b" ",
    b".",
    b"-",
    b"9",
    b"\xef\xbb\xbf",
    b"\xc3\xa9",
    b"e5",
    b"NA",
]


def base(path):
    """Write the panel in the format of a path's ending, and return its bytes."""
    kind = path.suffix[1:]
    if kind == "csv":
        FRAME.astype({"wave": int, "start": int}).to_csv(path, index=False)
    elif kind == "xlsx":
        FRAME.to_excel(path, index=False, engine="xlsxwriter")
    elif kind == "ods":
        path.write_bytes(ods_of(FRAME))
    elif kind == "dta":
        pyreadstat.write_dta(FRAME, str(path), column_labels={"revenue": "Revenue"})
    elif kind == "sav":
        pyreadstat.write_sav(FRAME, str(path), column_labels={"revenue": "Revenue"})
    elif kind == "duckdb":
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as database:
            database.register("frame", FRAME)
            database.execute("create table panel as select * from frame")
    else:
        FRAME.to_parquet(path)
    return path.read_bytes()


def ods_of(frame):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        if np.isnan(value):
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'

    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in {"office": "office", "table": "table", "text": "text"}.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Panel">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
            'manifest:media-type="text/xml"/></manifest:manifest>',
        )
        archive.writestr("content.xml", content)
    return made.getvalue()


def mutated(content, kind, seed):
    """Damage a file: its bytes, or in workbooks half the time the XML inside."""
    chance = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    if kind in {"xlsx", "ods"} and chance.random() < 0.6:
        return _inside(content, chance)
    return _bytes(content, chance)


def _inside(content, chance):
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        chosen = chance.choice(
            [
                n
                for n in old.namelist()
                if re.search(r"sheet1\.xml$|sharedStrings|content\.xml|workbook\.xml$", n)
            ]
        )
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, _bytes(part, chance) if name == chosen else part)
    return made.getvalue()


def _bytes(content, chance):
    made = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 4, 12])):
        at = chance.randrange(len(made))
        way = chance.random()
        if way < 0.35:
            made[at] = chance.randrange(256)
        elif way < 0.5:
            made[at : at + 1] = chance.choice(WORDS)
        elif way < 0.65:
            made[at:at] = chance.choice(WORDS)
        elif way < 0.75:
            del made[at : at + chance.randrange(1, 40)]
        elif way < 0.85:
            made[at:at] = made[at : at + chance.randrange(1, 60)]
        elif way < 0.93:
            made[at] ^= 1 << chance.randrange(8)
        else:
            made = made[: max(30, at)]
    return bytes(made)


class UnreadableError(Exception):
    """The second reader does not read the file either."""


def second_reading(path):
    """Read a file with code that shares nothing with ours, as rows of (id, wave, start, revenue, kind)."""
    kind = path.suffix[1:]
    try:
        table = READERS[kind](path)
        return [_row(table, i) for i in range(len(table["id"]))]
    except Exception as problem:
        raise UnreadableError from problem


def rows_of(frame):
    def plain(value):
        return None if value is None or pd.isna(value) else value

    return [tuple(map(plain, row)) for row in zip(*(frame[name] for name in COLUMNS), strict=True)]


def _row(table, i):
    texts = (table["id"][i], table["kind"][i])
    numbers = [_number(table[name][i]) for name in ("wave", "start", "revenue")]
    if numbers[2] == -99:
        numbers[2] = None
    first, last = (_text(value) for value in texts)
    return (first, numbers[0], numbers[1], numbers[2], last)


def _text(value):
    if value is None or pd.isna(value):
        return None
    if isinstance(value, float):
        value = str(int(value)) if value == int(value) else repr(value)
    return str(value).strip() or None


def _number(value):
    if value is None or pd.isna(value):
        return None
    text = str(value).strip()
    if not text:
        return None
    if not text.isascii():
        raise InvalidOperation
    return float(Decimal(text))


def _csv(path):
    rows = _cells(path.read_bytes().decode("utf-8-sig"))
    header = [name.strip() for name in rows[0]]
    body = [row for row in rows[1:] if row != [""]]
    if any(len(row) != len(header) for row in body):
        raise ValueError("ragged")
    return {name: [row[i] for row in body] for i, name in enumerate(header)}


def _cells(text):
    """One letter at a time: quoted or not."""
    rows, row, cell, quoted, at = [], [], "", False, 0
    while at < len(text):
        letter = text[at]
        if quoted and text[at : at + 2] == '""':
            cell, at = cell + '"', at + 1
        elif letter == '"' and (quoted or not cell):
            quoted = not quoted
        elif letter == "," and not quoted:
            row, cell = [*row, cell], ""
        elif letter in "\r\n" and not quoted:
            at += text[at : at + 2] == "\r\n"
            rows, row, cell = [*rows, [*row, cell]], [], ""
        else:
            cell += letter
        at += 1
    return [*rows, [*row, cell]] if row or cell else rows


def _xlsx(path):
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as archive:
        strings = [
            "".join(node.text or "" for node in item.iter(f"{main}t"))
            for item in ET.fromstring(archive.read("xl/sharedStrings.xml")).iter(  # noqa: S314 (made here)
                f"{main}si"
            )
        ]
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (made here)
    grid = {}
    for cell in sheet.iter(f"{main}c"):
        letters, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r")).groups()
        value = cell.find(f"{main}v")
        if value is not None and value.text is not None:
            kind = cell.get("t")
            grid[int(row), letters] = strings[int(value.text)] if kind == "s" else (
                value.text if kind == "str" else float(value.text)
            )  # fmt: skip
    return _grid(grid)


def _grid(grid):
    first = min(row for row, _ in grid)
    names = {letters: str(grid[row, letters]).strip() for row, letters in grid if row == first}
    last = max(row for row, _ in grid)
    body = range(first + 1, last + 1)
    return {name: [grid.get((row, letters)) for row in body] for letters, name in names.items()}


def _ods(path):
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    with zipfile.ZipFile(path) as archive:
        content = ET.fromstring(archive.read("content.xml"))  # noqa: S314 (made here)
    rows = []
    for row in content.iter(f"{table}table-row"):
        cells = []
        for cell in row:
            number = cell.get(f"{office}value")
            text = "".join(cell.itertext())
            kind = cell.get(f"{office}value-type")
            cells.append(float(number) if kind == "float" else (text or None))
        rows.append(cells)
    width = len(rows[0])
    rows = [row + [None] * (width - len(row)) for row in rows]
    while all(cell is None for cell in rows[-1]):
        rows.pop()
    return {str(name).strip(): [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


def _dta(path):
    return pd.read_stata(path, convert_categoricals=False, convert_dates=False).to_dict("list")


def _sav(path):
    """The system file's dictionary, record by record, then its cases, eight bytes a value."""
    raw = path.read_bytes()
    if raw[:4] != b"$FL2" or struct.unpack("<i", raw[72:76])[0] not in {0, 1}:
        raise ValueError("header")
    packed, cases = struct.unpack("<i", raw[72:76])[0], struct.unpack("<i", raw[80:84])[0]
    at, variables = 176, []
    while (kind := struct.unpack("<i", raw[at : at + 4])[0]) != 999:
        if kind == 2:
            width, labelled, missing = struct.unpack("<iii", raw[at + 4 : at + 16])
            name = raw[at + 24 : at + 32].decode().strip()
            at += 32
            if labelled:
                at += 4 + -(-struct.unpack("<i", raw[at : at + 4])[0] // 4) * 4
            at += 8 * abs(missing)
            variables.append((name, width))
        elif kind == 7:
            size, count = struct.unpack("<ii", raw[at + 8 : at + 16])
            at += 16 + size * count
        else:
            raise ValueError("record")
    words = (
        _unpacked(raw[at + 8 :])
        if packed
        else iter(raw[i : i + 8] for i in range(at + 8, len(raw), 8))
    )
    table = {name.lower(): [] for name, width in variables if width >= 0}
    last = ""
    for _ in range(cases):
        for name, width in variables:
            word = next(words)
            if width < 0:
                table[last][-1] += word.decode()
                continue
            last = name.lower()
            if width:
                table[last].append(word[:width].decode())
            else:
                value = struct.unpack("<d", word)[0]
                table[last].append(None if value == -1.7976931348623157e308 else value)
    return table


def _unpacked(raw):
    at = 0
    while at + 8 <= len(raw):
        codes, at = raw[at : at + 8], at + 8
        for code in codes:
            if code == 253:
                yield raw[at : at + 8]
                at += 8
            elif code == 254:
                yield b" " * 8
            elif code == 255:
                yield struct.pack("<d", -1.7976931348623157e308)
            elif 0 < code < 252:
                yield struct.pack("<d", code - 100.0)


def _parquet(path):
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _duckdb(path):
    """Only its own library reads it: blocks have sums of their bytes, so that what is damaged is refused."""
    with duckdb.connect(str(path), read_only=True) as database:
        return database.execute("select * from panel").fetchdf().to_dict("list")


READERS = {
    "csv": _csv, "xlsx": _xlsx, "ods": _ods, "dta": _dta, "sav": _sav, "parquet": _parquet, "duckdb": _duckdb,
}  # fmt: skip
