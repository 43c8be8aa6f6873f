"""Files that are small and would fill the memory are refused by what they declare, before anything is parsed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SECONDS = 0.5  # of processor time, without the imports that any reading needs
MEGABYTES = 150  # beyond what the interpreter and its libraries take

SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>%s</sheetData></worksheet>"
)
NAMES = "id,wave,start,revenue,kind"


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)


def sheet(path, cells):
    archive(path, {"xl/worksheets/sheet1.xml": SHEET % cells})


def million_columns(path):
    path.write_text(",".join(f"c{i}" for i in range(1_000_000)) + "\n1\n", encoding="utf-8")


def many_rows(path):
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x"]))
    with pq.ParquetWriter(path, pa.schema([("id", column.type)])) as writer:
        long = pa.table({"id": pa.concat_arrays([column] * 1000)})
        for _ in range(25):
            writer.write_table(long, row_group_size=1_000_000)


ODS = (
    '<?xml version="1.0"?><office:document-content><table:table-row>'
    '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="%d"><text:p>1</text:p>'
    "</table:table-cell></table:table-row></office:document-content>"
)
BOMBS = {
    "zeros.xlsx": lambda path: archive(path, {"xl/worksheets/sheet1.xml": b"0" * (300 << 20)}),
    "members.xlsx": lambda path: archive(path, {f"xl/{i}.xml": "x" for i in range(5000)}),
    "far_cell.xlsx": lambda path: sheet(
        path, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "two_corners.xlsx": lambda path: sheet(
        path,
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="CV1048576"><v>1</v></c></row>',
    ),
    "entities.xlsx": lambda path: archive(
        path,
        {"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'},
    ),
    "repeated.ods": lambda path: archive(path, {"content.xml": ODS % 10**9}),
    "entities.ods": lambda path: archive(
        path, {"content.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}
    ),
    "columns.csv": million_columns,
    "rows.parquet": many_rows,
    "list.yml": lambda path: path.write_text("a: [" + "1," * 200_000 + "1]", encoding="utf-8"),
    "deep.yml": lambda path: path.write_text("a: " + "[" * 20_000, encoding="utf-8"),
    "dashes.yml": lambda path: path.write_text("a:\n " + "- " * 20_000 + "\n", encoding="utf-8"),
    "braces.yml": lambda path: path.write_text("a: " + "{b: " * 5000, encoding="utf-8"),
    "large.yml": lambda path: path.write_text("a: " + "x" * (2 << 20), encoding="utf-8"),
}

MEASURED = """
import resource, sys, time
from pathlib import Path
import pyarrow, pyarrow.parquet, pandas, yaml
import impact.data.readers, impact.data.sources.child
from impact.data.schema import read_schema
from impact.data.sources.door import READERS, read_source
from impact.data.sources.child import READERS as CHILD
from impact.data.sources.source import Layout
from impact.errors import ImpactError
path, declared = Path(sys.argv[1]), read_schema(sys.argv[2])
before, at = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    if path.suffix == ".yml":
        read_schema(path)
    elif path.suffix in READERS:
        CHILD[READERS[path.suffix]](path, layout=Layout())
    else:
        read_source(path, layout=declared)
except ImpactError as refused:
    spent = time.process_time() - at
    print(spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, refused)
"""


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "schema.yml"
    words = "{en: x, fr: x}"
    columns = "".join(f"  {name}: {{type: string, label: {words}}}\n" for name in NAMES.split(","))
    path.write_text(
        f"version: 1\ntitle: {words}\nsource: x\nunit: id\ntime: {{column: wave, frequency: integer}}\n"
        f"columns:\n{columns}",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_and_in_little_memory(tmp_path, declared, name):
    path = tmp_path / name
    BOMBS[name](path)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), str(declared)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr[-500:]
    seconds, megabytes, words = done.stdout.split(" ", 2)
    assert float(seconds) < SECONDS, words
    assert float(megabytes) < MEGABYTES, words
    assert words.startswith(name)
