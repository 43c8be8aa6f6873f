"""Files that are hard to read rightly, and what each must give: the exact cells, or an error of a class with these words.

A case is a way to make the file, the schema under which it is read, and either `gives` (columns and their cells, None where
missing) or `refused` (class and words of the message). Nothing binary is kept: every file is made when the test runs.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import xlsxwriter
from arriving import schema

from impact import errors

HEAD = "id,wave,start,revenue,kind\n"
GOOD = HEAD + "007,1,2,10.5,a\n007,2,2,11,a\nNA,1,0,0,b\nNA,2,0,,b\n"
CELLS = {
    "id": ["007", "007", "NA", "NA"],
    "wave": [1, 2, 1, 2],
    "start": ["2", "2", "0", "0"],
    "revenue": [10.5, 11, 0, None],
    "kind": ["a", "a", "b", "b"],
}
SEMICOLON = {"delimiter": ";", "decimal": ","}
CANNOT = errors.UnparsableValueError
SOURCE = errors.SourceError


@dataclass(frozen=True)
class Case:
    """A file, its schema, and what must come of it."""

    ending: str
    make: Callable[[Any], None]
    gives: dict[str, list[Any]] | None = None
    refused: tuple[type[Exception], str] | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    def schema(self):
        return schema(self.columns, **self.keys)


CASES: dict[str, Case] = {}


def text(name, content, *, gives=None, refused=None, columns=None, ending="csv", **keys):
    raw = content if isinstance(content, bytes) else content.encode("utf-8")
    CASES[name] = Case(
        ending, lambda path: path.write_bytes(raw), gives, refused, columns or {}, keys
    )


def column(name, cells, *, gives=None, refused=None, of="revenue", **options):
    """A CSV file whose column ``of`` holds these cells."""
    kinds = {"id": [str(i) for i in range(len(cells))], "wave": ["1"] * len(cells)}
    rest = {"start": ["2"] * len(cells), "revenue": ["1"] * len(cells), "kind": ["a"] * len(cells)}
    table = {**kinds, **rest, of: cells}
    mark = options.get("csv", {}).get("delimiter", ",")
    lines = [mark.join(table), *(mark.join(row) for row in zip(*table.values(), strict=True))]
    found = None if gives is None else {of: gives}
    text(name, "\n".join(lines) + "\n", gives=found, refused=refused, **options)


# Bytes and encodings
text("good", GOOD, gives=CELLS)
text("byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), gives=CELLS)
text("windows line ends", GOOD.replace("\n", "\r\n"), gives=CELLS)
text("old mac line ends", GOOD.replace("\n", "\r"), gives=CELLS)
text("mixed line ends", GOOD.replace("\n", "\r\n", 2), gives=CELLS)
text("no final line end", GOOD.rstrip("\n"), gives=CELLS)
text("blank lines", GOOD.replace("\nNA,1", "\n\n\nNA,1"), gives=CELLS)
text("utf-16 declared", GOOD.encode("utf-16"), gives=CELLS, csv={"encoding": "utf-16"})
text("utf-16 undeclared", GOOD.encode("utf-16"), refused=(SOURCE, "not utf-8 text"))
text("utf-16 without mark", GOOD.encode("utf-16-le"), refused=(SOURCE, "NUL"))
text("utf-32", GOOD.encode("utf-32"), refused=(SOURCE, "utf-8"))
FES = HEAD + "Fès,1,2,1,a\n"
text("cp1252 declared", FES.encode("cp1252"), gives={"id": ["Fès"]}, csv={"encoding": "cp1252"})
text("cp1252 undeclared", FES.encode("cp1252"), refused=(SOURCE, "not utf-8 text"))
text("utf-8 declared as cp1252", FES, refused=(SOURCE, "UTF-8"), csv={"encoding": "cp1252"})
text("cp850 declared", FES.encode("cp850"), gives={"id": ["Fès"]}, csv={"encoding": "cp850"})
text("mac declared", FES.encode("mac-roman"), gives={"id": ["Fès"]}, csv={"encoding": "mac-roman"})
text(
    "arabic declared",
    (HEAD + "فاس,1,2,1,a\n").encode("cp1256"),
    gives={"id": ["فاس"]},
    csv={"encoding": "cp1256"},
)
text("letters lost before", HEAD + "F\ufffds,1,2,1,a\n", refused=(SOURCE, "letters were lost"))
text("NUL", GOOD.replace("10.5", "10\x00.5"), refused=(SOURCE, "NUL"))
text("empty", "", refused=(SOURCE, "empty file"))
text("only spaces", "  \n ", refused=(SOURCE, "empty file"))
text("only a byte order mark", b"\xef\xbb\xbf", refused=(SOURCE, "header"))
text("header only", HEAD, refused=(SOURCE, "a header and no rows"))
text("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), refused=(SOURCE, "not utf-8"))
text("a workbook named csv", b"PK\x03\x04" + bytes(range(200)), refused=(SOURCE, "not utf-8"))

# Rows and headers
text(
    "semicolons undeclared",
    GOOD.replace(",", ";"),
    refused=(errors.MissingColumnError, "delimiter"),
)
text("semicolons", GOOD.replace(",", ";").replace(".", ","), gives=CELLS, csv=SEMICOLON)
text("tabs", GOOD.replace(",", "\t"), gives=CELLS, ending="tsv")
text("bars", GOOD.replace(",", "|"), gives=CELLS, csv={"delimiter": "|"})
text("separator line of a spreadsheet", "sep=,\n" + GOOD, gives=CELLS, header_row=2)
text("two rows of titles", "Survey,,,,\n2012,,,,\n" + GOOD, gives=CELLS, header_row=3)
text("titles undeclared", "Survey,,,,\n" + GOOD, refused=(SOURCE, "name is empty"))
text("header beyond the end", GOOD, refused=(SOURCE, "no row 50"), header_row=50)
text("short row", GOOD.replace("2,11,a", "2,11"), refused=(SOURCE, "row 2 has another number"))
text("long row", GOOD.replace("11,a", "11,a,x"), refused=(SOURCE, "row 2 has another number"))
text("decimal comma splits a cell", GOOD.replace("10.5", "10,5"), refused=(SOURCE, "row 1 has"))
text("repeated name", GOOD.replace("kind", "revenue", 1), refused=(SOURCE, "repeats (column 5)"))
text("empty name", GOOD.replace("kind", "", 1), refused=(SOURCE, "is empty (column 5)"))
text("no header", GOOD.removeprefix(HEAD), refused=(errors.MissingColumnError, "0 of 5"))
text(
    "no header, other cells",
    "Ali,1,2,5,a\nAli,2,2,6,a\n",
    refused=(errors.MissingColumnError, "0 of 5"),
)
text(
    "name in capitals", GOOD.replace("kind", "Kind", 1), refused=(errors.MissingColumnError, "kind")
)
text("spaces around names", GOOD.replace("kind", " kind ", 1), gives=CELLS)
text("name with accents in two pieces", HEAD.replace("kind", "cre\u0301e") + "1,1,2,5,a\n",
     gives={"crée": ["a"]}, columns={"kind": None, "crée": {"type": "string"}})  # fmt: skip
text("further columns", GOOD.replace("\n", ",x\n"), gives=CELLS)
text("row of delimiters at the end", GOOD + ",,,,\n", gives={"id": [*CELLS["id"], None]})
text("quoted cells", GOOD.replace("007", '"007"'), gives=CELLS)
text(
    "everything quoted",
    "\n".join('"' + line.replace(",", '","') + '"' for line in GOOD.split("\n")[:-1]),
    gives=CELLS,
)
LOOSE = {"kind": {"type": "string", "categories": None}}
text("delimiter in quotes", HEAD + '1,1,2,5,"a,b"\n', gives={"kind": ["a,b"]}, columns=LOOSE)
text("doubled quotes", HEAD + '1,1,2,5,"a ""b"""\n', gives={"kind": ['a "b"']}, columns=LOOSE)
text("line end in quotes", HEAD + '1,1,2,5,"a\nb"\n', gives={"kind": ["a\nb"]}, columns=LOOSE)
text(
    "open quote",
    GOOD.replace("10.5", '"10.5'),
    refused=(SOURCE, "do not close from the one on line 2"),
)
text(
    "quotes swallow a row",
    HEAD + '1,1,2,5,"a\n1,2,2,6,a\n2,1,0,7,b"\n',
    refused=(SOURCE, "row 1 holds line ends"),
    columns=LOOSE,
)
text(
    "quotes swallow half rows",
    HEAD + '1,1,2,"5,a\n1,2,2",6\n',
    refused=(SOURCE, "line ends"),
    columns=LOOSE,
)
text(
    "quote inside a cell",
    HEAD + '1,1,2,5,a"b\n',
    refused=(SOURCE, "stray quotation mark on line 2"),
    columns=LOOSE,
)
text(
    "space before a quote",
    HEAD + '1,1,2,5, "a"\n',
    refused=(SOURCE, "stray quotation mark"),
    columns=LOOSE,
)
text("text after a quote", HEAD + '1,1,2,5,"a"b\n', refused=(SOURCE, "do not close"), columns=LOOSE)

# Numbers that stand as text
COMMA, BOTH = {"csv": SEMICOLON}, {"csv": {**SEMICOLON, "thousands": "."}}
SPACE = {"csv": {**SEMICOLON, "thousands": " "}}
column("scientific notation", ["1.05e1", "2E-1"], gives=[10.5, 0.2])
column("signs", ["+5", "-5.0", "+.5"], gives=[5, -5, 0.5])
column("spaces around", [" 10.5 ", "\u00a011"], gives=[10.5, 11])
column("decimal commas", ["10,5", "11"], gives=[10.5, 11], **COMMA)
column(
    "points under decimal commas", ["10.5", "11,5"], refused=(CANNOT, "row 1 mixes points"), **COMMA
)
column("words with points under decimal commas", ["n.c.", "11,5"], refused=(CANNOT, "row 1 cannot be read as a number"), **COMMA)  # fmt: skip
column("thousands undeclared", ["1.234", "12.500", "500"], refused=(CANNOT, "csv.thousands"))
column("thousands undeclared, a proof of decimals", ["1.234", "12.5"], gives=[1.234, 12.5])
column("thousands undeclared, a long number", ["1.234", "1234"], gives=[1.234, 1234])
column("thousandths", ["0.234", "1.234"], gives=[0.234, 1.234])
column("decimal points declared", ["1.234", "12.500"], gives=[1.234, 12.5], csv={"decimal": "."})
column("thousands points", ["1.234", "1.234.567,5", "500"], gives=[1234, 1234567.5, 500], **BOTH)
column(
    "thousands points astray", ["12.34", "1.234"], refused=(CANNOT, "row 1 mixes points"), **BOTH
)
column("thousands spaces", ["1 234,5", "12 000"], gives=[1234.5, 12000], **SPACE)
column(
    "narrow spaces", ["1\u202f234", "12\u00a0000", "1\u2009000"], gives=[1234, 12000, 1000], **SPACE
)
column(
    "narrow spaces undeclared",
    ["1\u202f234", "5"],
    refused=(CANNOT, "row 1 cannot be read as a number"),
)
column("spaces astray", ["12 34", "5"], refused=(CANNOT, "row 1 cannot be read"), **SPACE)
column("swiss apostrophes", ["1'234.5", "1\u2019000"], gives=[1234.5, 1000], csv={"thousands": "'"})
column("currency", ["100 MAD", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("percent", ["10%", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("brackets of accountants", ["(500)", "5"], refused=(CANNOT, "row 1 cannot be read"))
column("minus sign of typography", ["\u2212500", "5"], refused=(CANNOT, "row 1 cannot be read"))
column("arabic digits", ["١٢", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("full-width digits", ["１２", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("superscript", ["5²", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("hexadecimal", ["0x1A", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("underscore", ["1_000", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("nan", ["nan", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("inf", ["inf", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column("NA undeclared", ["NA", "5"], refused=(CANNOT, "row 1 cannot be read as a number"))
column(
    "error of a spreadsheet", ["#N/A", "5"], refused=(CANNOT, "row 1 cannot be read as a number")
)
column("overflow", ["1e400", "5"], refused=(errors.InfiniteValueError, "row 1"))
column(
    "twenty digits",
    ["0.12345678901234567890", "5"],
    refused=(CANNOT, "more digits than a number keeps"),
)
column("zeros that are no digits", ["1.50000000000000000000", "5"], gives=[1.5, 5])
column("beyond 2^53", ["9007199254740993", "5"], refused=(CANNOT, "row 1 is too long"))
column("2^53 - 1", ["9007199254740991", "5"], gives=[2**53 - 1, 5])
column(
    "below the range",
    ["-1", "5"],
    refused=(errors.RangeError, "row 1"),
    columns={"revenue": {"minimum": 0}},
)
column("half a wave", ["1.5", "1"], refused=(CANNOT, "row 1 is no whole number"), of="wave")
column("whole waves with a point", ["1.0", "2."], gives=[1, 2], of="wave")

# Codes
CODES = {"revenue": {"missing": [-99, "NA", {"code": "NSP", "reason": "unknown"}]}}
column("codes", ["-99", "-99.0", "NA", "NSP", "5"], gives=[None] * 4 + [5], columns=CODES)
column(
    "codes with decimal commas",
    ["-99", "-99,00", "5"],
    gives=[None, None, 5],
    columns=CODES,
    **COMMA,
)
column("codes in scientific notation", ["-9.9e1", "5"], gives=[None, 5], columns=CODES)
column("a code in other letters", ["na", "5"], refused=(CANNOT, "row 1"), columns=CODES)
column(
    "a code of a category",
    ["9", "a"],
    gives=[None, "a"],
    of="kind",
    columns={"kind": {"missing": [9]}},
)
column(
    "a code of an id",
    ["99", "099"],
    gives=[None, "099"],
    of="id",
    columns={"id": {"missing": [99]}},
)
column("yes and no in French", ["oui", "non"], refused=(CANNOT, "rows 1 and 2 are neither"), of="kind",
       columns={"kind": {"type": "boolean", "categories": None}})  # fmt: skip
column("true and false", ["TRUE", "false", "1", "0.0"], gives=[1, 0, 1, 0], of="kind",
       columns={"kind": {"type": "boolean", "categories": None}})  # fmt: skip
column("unknown category", ["a", "c"], refused=(CANNOT, "row 2 is none of the declared"), of="kind")
column("category in capitals", ["a", "B"], refused=(CANNOT, "row 2 is none"), of="kind")

# Ids
column("leading zeros", ["007", "07", "7"], gives=["007", "07", "7"], of="id")
column(
    "long digits",
    ["9007199254740993", "12345678901234567890"],
    gives=["9007199254740993", "12345678901234567890"],
    of="id",
)
column("scientific ids", ["1E5", "100000"], gives=["1E5", "100000"], of="id")
column("accents that differ", ["Fes", "Fès"], gives=["Fes", "Fès"], of="id")
ALIKE = {
    "composed and decomposed": ("Fès", "Fe\u0300s"),
    "case": ("m001", "M001"),
    "space after": ("M001", "M001 "),
    "no-break space": ("M 001", "M\u00a0001"),
    "two spaces": ("M 001", "M  001"),
    "zero width": ("M001", "M\u200b001"),
    "soft hyphen": ("M001", "M0\u00ad01"),
    "byte order mark inside": ("M001", "M001\ufeff"),
    "direction mark": ("M001", "\u200fM001"),
    "cyrillic": ("MAC", "М\u0410С"),
    "greek": ("TAX", "Τ\u0391X"),
    "full width": ("M001", "Ｍ００１"),
    "arabic digits": ("M12", "M\u0661\u0662"),
    "dashes": ("M-1", "M\u20131"),
    "apostrophes": ("L'atelier", "L\u2019atelier"),
    "ligature": ("fin", "\ufb01n"),
}
for _name, (_one, _other) in ALIKE.items():
    column(
        f"alike: {_name}",
        [_one, _other, "X"],
        refused=(CANNOT, "id: ids on rows 1 and 2 look alike"),
        of="id",
    )

# Periods
QUARTER = {"columns": {"wave": {"type": "period"}, "start": {"type": "string"}},
           "time": {"column": "wave", "frequency": "quarter"}}  # fmt: skip
YEAR = {"columns": {"wave": {"type": "period"}, "start": {"type": "string"}},
        "time": {"column": "wave", "frequency": "year"}}  # fmt: skip
column("years with commas", ["2012,0", "2013,0"], gives=["2012", "2013"], of="wave", **YEAR, **COMMA)  # fmt: skip
column("years with commas, undeclared", ["2012,0"], refused=(CANNOT, "wave: row 1"), of="wave", csv={"delimiter": ";"}, **YEAR)  # fmt: skip
column("quarters", ["2012Q1", "2012-Q2"], gives=["2012Q1", "2012-Q2"], of="wave", **QUARTER)
column("iso dates", ["2012-01-01", "2012-04-01"], gives=["2012Q1", "2012Q2"], of="wave", **QUARTER)
column(
    "day first", ["01/04/2012"], gives=["2012Q2"], of="wave", csv={"dates": "day_first"}, **QUARTER
)
column(
    "month first",
    ["04/01/2012"],
    gives=["2012Q2"],
    of="wave",
    csv={"dates": "month_first"},
    **QUARTER,
)
column(
    "day first, undeclared", ["01/04/2012"], refused=(CANNOT, "wave: row 1"), of="wave", **QUARTER
)
column(
    "no such day",
    ["31/02/2012"],
    refused=(CANNOT, "wave: row 1"),
    of="wave",
    csv={"dates": "day_first"},
    **QUARTER,
)
column(
    "a day within",
    ["02/04/2012"],
    refused=(CANNOT, "wave: row 1"),
    of="wave",
    csv={"dates": "day_first"},
    **QUARTER,
)


# Workbooks
def book(
    name, rows, *, gives=None, refused=None, columns=None, more=None, sheets=("Data",), **keys
):
    def make(path):
        with xlsxwriter.Workbook(path) as made:
            day = made.add_format({"num_format": "yyyy-mm-dd"})
            for title in sheets:
                sheet = made.add_worksheet(title)
                for i, row in enumerate(rows):
                    for j, cell in enumerate(row):
                        if isinstance(cell, (dt.date, dt.datetime)):
                            sheet.write_datetime(i, j, cell, day)
                        elif cell is not None:
                            sheet.write(i, j, cell)
                if more is not None:
                    more(sheet)

    CASES[name] = Case("xlsx", make, gives, refused, columns or {}, keys)


NAMES = HEAD.strip().split(",")
ROWS = [
    NAMES,
    ["007", 1, 2, 10.5, "a"],
    ["007", 2, 2, 11, "a"],
    ["NA", 1, 0, 0, "b"],
    ["NA", 2, 0, None, "b"],
]
book("workbook", ROWS, gives=CELLS)
book("workbook with titles", [["Survey"], [], *ROWS], gives=CELLS, header_row=3)
book("workbook with titles undeclared", [["Survey"], [], *ROWS], refused=(SOURCE, "is empty"))
book("named sheet", ROWS, gives=CELLS, sheets=("Data", "Notes"), sheet="Data")
book("several sheets", ROWS, refused=(SOURCE, "2 sheets"), sheets=("Data", "Notes"))
book("no such sheet", ROWS, refused=(SOURCE, "no sheet `Wave 1`"), sheet="Wave 1")
book("empty sheet", [], refused=(SOURCE, "d.xlsx"))
book("number ids", [NAMES, [7, 1, 2, 1, "a"]], gives={"id": ["7"]})
book("mixed ids", [NAMES, [7, 1, 2, 1, "a"], ["A7", 1, 2, 1, "a"]], gives={"id": ["7", "A7"]})
book(
    "half an id",
    [NAMES, [7.5, 1, 2, 1, "a"], ["A7", 1, 2, 1, "a"]],
    refused=(CANNOT, "id: row 1 is no whole"),
)
book(
    "sixteen digits",
    [NAMES, [1234567890123456, 1, 2, 1, "a"]],
    refused=(CANNOT, "id: row 1 is no whole"),
)
book(
    "text among numbers",
    [NAMES, ["1", 1, 2, 5.5, "a"], ["2", 1, 2, "six", "a"]],
    refused=(CANNOT, "revenue: row 2"),
)
book(
    "codes among numbers",
    [NAMES, ["1", 1, 2, -99, "a"], ["2", 1, 2, "NA", "a"]],
    gives={"revenue": [None, None]},
    columns=CODES,
)
book(
    "numbers as text",
    [NAMES, ["1", 1, 2, "10,5", "a"], ["2", 1, 2, 3.25, "a"]],
    gives={"revenue": [10.5, 3.25]},
    csv={"decimal": ","},
)
book(
    "a date for a number",
    [NAMES, ["1", 1, 2, dt.date(2012, 1, 1), "a"]],
    refused=(errors.SchemaError, "revenue: stored as date"),
)
book(
    "a date for an id",
    [NAMES, [dt.date(2012, 1, 1), 1, 2, 1, "a"]],
    refused=(errors.SchemaError, "id: stored as date"),
)
book(
    "dates for quarters",
    [NAMES, ["1", dt.date(2012, 4, 1), "2", 1, "a"]],
    gives={"wave": ["2012Q2"]},
    **QUARTER,
)
book(
    "dates and text",
    [NAMES, ["1", dt.date(2012, 4, 1), "2", 1, "a"], ["1", "2012Q1", "2", 1, "a"]],
    refused=(errors.SchemaError, "wave: stored as other (text on row 2, date elsewhere)"),
    **QUARTER,
)
book(
    "true for a number",
    [NAMES, ["1", 1, 2, True, "a"]],
    refused=(errors.SchemaError, "revenue: stored as boolean"),
)
book(
    "merged cells",
    ROWS,
    refused=(SOURCE, "merged cells"),
    more=lambda s: s.merge_range(6, 0, 7, 0, "x"),
)
book(
    "an error cell",
    ROWS,
    refused=(SOURCE, "errors"),
    more=lambda s: s.write_formula(4, 3, "=NA()", None, "#N/A"),
)
book(
    "a formula never computed",
    ROWS,
    refused=(SOURCE, "never computed"),
    more=lambda s: s.write_formula(4, 3, "=1+1", None, ""),
)
book(
    "a computed formula",
    ROWS,
    gives={"revenue": [10.5, 11, 0, 2]},
    more=lambda s: s.write_formula(4, 3, "=1+1", None, 2),
)
book(
    "repeated name in a workbook",
    [[*NAMES[:4], "id"], ROWS[1]],
    refused=(SOURCE, "repeats (column 5)"),
)
book(
    "stray cell far below",
    ROWS,
    gives={"id": [*CELLS["id"], *[None] * 6]},
    more=lambda s: s.write(10, 3, 5),
)


# Stata, SPSS, Parquet, DuckDB
FRAME = pd.DataFrame(
    {
        "id": ["1", "2"],
        "wave": [1.0, 1.0],
        "start": [2.0, 0.0],
        "revenue": [5.0, -98.0],
        "kind": ["a", "b"],
    }
)


def stored(
    name,
    ending,
    frame,
    *,
    gives=None,
    refused=None,
    columns=None,
    keys=None,
    tables=("panel",),
    **options,
):
    def make(path):
        if ending == "parquet":
            pq.write_table(pa.table(frame), path)
        elif ending == "duckdb":
            with duckdb.connect(str(path)) as connection:
                for table in tables:
                    connection.from_df(frame).create(table)
        else:
            write = pyreadstat.write_dta if ending == "dta" else pyreadstat.write_sav
            write(frame, str(path), **options)

    CASES[name] = Case(ending, make, gives, refused, columns or {}, keys or {})


PLAIN = {"id": ["1", "2"], "start": ["2", "0"], "revenue": [5, -98]}
LABELS = {"variable_value_labels": {"revenue": {-98: "Refused"}}}
REFUSED = {"revenue": {"missing": [{"code": -98, "reason": "refused"}]}}
for _kind in ("dta", "sav"):
    stored(f"{_kind}", _kind, FRAME, gives=PLAIN)
    stored(
        f"{_kind}: a labelled refusal undeclared",
        _kind,
        FRAME,
        refused=(errors.SchemaError, "value labels"),
        **LABELS,
    )
    stored(
        f"{_kind}: a labelled refusal",
        _kind,
        FRAME,
        gives={"revenue": [5, None]},
        columns=REFUSED,
        **LABELS,
    )
    stored(
        f"{_kind}: dates",
        _kind,
        FRAME.assign(revenue=[dt.date(2012, 1, 1)] * 2),
        refused=(errors.SchemaError, "revenue: stored as date"),
    )
stored("stata letters", "dta", FRAME.assign(revenue=pd.Series([5, "a"], dtype=object)), gives={"revenue": [5, None]},
       missing_user_values={"revenue": ["a"]})  # fmt: skip
stored(
    "spss user-missing",
    "sav",
    FRAME,
    gives={"revenue": [5, None]},
    missing_ranges={"revenue": [{"lo": -99, "hi": -90}]},
)
stored(
    "spss user-missing text",
    "sav",
    FRAME,
    gives={"kind": ["a", None]},
    missing_ranges={"kind": ["b"]},
)


def with_nul(path):
    pyreadstat.write_sav(FRAME.assign(id=["M0001", "M0002"]), str(path))
    path.write_bytes(path.read_bytes().replace(b"M0001", b"M0\x0001"))


CASES["spss text with a NUL"] = Case("sav", with_nul, refused=(SOURCE, "NUL"))
TABLE = {
    "id": ["1", "2"],
    "wave": [1, 1],
    "start": [2, 0],
    "revenue": [5.0, 6.0],
    "kind": ["a", "b"],
}
stored("parquet", "parquet", TABLE, gives={"id": ["1", "2"], "start": ["2", "0"]})
stored(
    "parquet: dictionary",
    "parquet",
    {**TABLE, "kind": pa.array(["a", "b"]).dictionary_encode()},
    gives={"kind": ["a", "b"]},
)
stored(
    "parquet: bytes",
    "parquet",
    {**TABLE, "id": [b"1", b"2"]},
    refused=(errors.SchemaError, "id: stored as other"),
)
stored(
    "parquet: lists",
    "parquet",
    {**TABLE, "revenue": [[1.0], [2.0]]},
    refused=(errors.SchemaError, "stored as other"),
)
stored(
    "parquet: infinite",
    "parquet",
    {**TABLE, "revenue": [np.inf, 1.0]},
    refused=(errors.InfiniteValueError, "revenue: infinite on row 1"),
)
stored(
    "parquet: not a number",
    "parquet",
    {**TABLE, "revenue": [np.nan, 1.0]},
    gives={"revenue": [None, 1]},
)
stored(
    "parquet: float32 code",
    "parquet",
    {**TABLE, "revenue": pa.array([-9.9, 1.0], pa.float32())},
    gives={"revenue": [None, 1]},
    columns={"revenue": {"missing": [-9.9]}},
)
stored(
    "parquet: long ids",
    "parquet",
    {**TABLE, "id": [2**53 + 1, 2**62 + 1]},
    gives={"id": [str(2**53 + 1), str(2**62 + 1)]},
)
stored(
    "parquet: unsigned ids",
    "parquet",
    {**TABLE, "id": pa.array([2**64 - 1, 1], pa.uint64())},
    gives={"id": [str(2**64 - 1), "1"]},
)
stored(
    "parquet: long numbers",
    "parquet",
    {**TABLE, "revenue": [2**53 + 1, 1]},
    refused=(CANNOT, "revenue: row 1 is too long"),
)
stored(
    "parquet: moments",
    "parquet",
    {**TABLE, "start": [dt.datetime(2012, 1, 1, 10, tzinfo=dt.UTC)] * 2},
    refused=(errors.SchemaError, "start: stored as datetime"),
)
stored(
    "parquet: no rows",
    "parquet",
    {name: pa.array([], pa.string()) for name in TABLE},
    refused=(SOURCE, "no rows"),
)
stored("duckdb", "duckdb", FRAME, gives=PLAIN, keys={"table": "panel"})
stored("duckdb: its only table", "duckdb", FRAME, gives=PLAIN)
stored(
    "duckdb: table undeclared",
    "duckdb",
    FRAME,
    refused=(SOURCE, "a database of 2 tables; name one"),
    tables=("panel", "other"),
)
stored(
    "duckdb: no such table",
    "duckdb",
    FRAME,
    refused=(SOURCE, "no table `other`"),
    keys={"table": "other"},
)
stored(
    "duckdb: a name that is code",
    "duckdb",
    FRAME,
    refused=(SOURCE, "no table"),
    keys={"table": 'panel"; DROP TABLE panel; --'},
)
for _kind in ("xlsx", "ods", "xls", "dta", "sav", "parquet", "duckdb"):
    text(f"no {_kind} file at all", "not a real file" * 40, ending=_kind, refused=(SOURCE, "d." + _kind),
         **({"table": "panel"} if _kind == "duckdb" else {}))  # fmt: skip
