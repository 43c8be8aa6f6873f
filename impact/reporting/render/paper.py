"""The report on paper, through Typst: tagged for screen readers (PDF/UA-1), row headers among the tags."""

import re
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from impact.errors import RenderError
from impact.reporting.pieces import MEDIA
from impact.reporting.render import fonts
from impact.reporting.render.book import Book, read_book
from impact.reporting.render.cover import Cover
from impact.reporting.render.origins import Trail
from impact.reporting.render.pandoc import EPOCH, pandoc, publish
from impact.reporting.tree import Node, plain, raw, raw_inline, text_of, walk

HERE = Path(__file__).parent
WHOLE_ROWS = 16  # a table of at most this many rows is not broken over pages
LINE, GAP = 95, 2  # characters of a table's type on a line of the page, and between two columns
SHORT_TEXT = 16  # characters of a column's longest text up to which it takes a line of its own
LONG_WORD = 28  # characters after which a word may be broken anywhere
LONG_NAME = 20  # characters after which a name of several words may be broken between them
_WRAPS = {"Strong": "strong", "Emph": "emph", "Superscript": "super"}
_COLUMNS = {
    "answer": "answer",
    "facts": "facts",
    "key-figures": "key-figures",
    "question": "question",
}
_RUNGS = {"rung": "rung", "last-rung": "last-rung"}
_BOXES = frozenset(
    [
        "banner",
        "kicker",
        "standfirst",
        "main-figure",
        "answers",
        "asked",
        "answered",
        "aside",
        "stars",
        "reason",
        "where",
        "fact",
        "fact-name",
        "fact-text",
        "card",
        "card-name",
        "card-value",
        "card-explanation",
        "question-text",
        "question-figure",
        "rung-text",
        "rung-left",
        "ladder",
        "reading",
        "table-note",
        "first-page",
        "finding",
        "caution",
    ]
)


def render_pdf(notebook: Path, output: Path, *, cover: Cover, trail: Trail | None = None) -> None:
    """Write the PDF; with a trail codes in the margin tell where numbers come from.

    Raises
    ------
    RenderError
        When the notebook cannot be read, or pandoc or Typst fails.
    """
    book = read_book(notebook, cover.words)
    book = trail.linked(book) if trail else book
    write_pdf(book, output, cover=cover, template="page.typ")


def write_pdf(book: Book, output: Path, *, cover: Cover, template: str) -> None:
    """Write a book as a PDF with one of the templates."""
    import typst

    with tempfile.TemporaryDirectory(prefix="impact-") as name:
        folder = Path(name)
        source = folder / "report.typ"
        (folder / "media").mkdir()
        for label, drawings in book.media.items():
            (folder / "media" / f"{label}.svg").write_text(drawings["svg"], encoding="utf-8")
        house = (HERE / "house.typ").read_text(encoding="utf-8")
        (folder / "house.typ").write_text(house, encoding="utf-8")
        pandoc(
            _blocks(book.body), cover.metadata(book, _blocks), folder,
            "--to=typst", "--standalone", f"--template={HERE / template}", f"--output={source}",
        )  # fmt: skip
        try:
            pdf = typst.compile(
                str(source), root=str(folder), pdf_standards=["ua-1"], timestamp=int(EPOCH),
                font_paths=fonts.folders(), ignore_system_fonts=True,
            )  # fmt: skip
        except Exception as problem:  # noqa: BLE001 (Typst's own error class is not public)
            lines = [line for line in str(problem).splitlines() if line.strip()]
            raise RenderError(
                f"{output.name}: Typst refused the report: {lines[0] if lines else 'no reason given'}"
            ) from None
        publish(with_row_headers(pdf), output)


def _blocks(blocks: Sequence[Node]) -> list[Node]:
    changed: list[Node] = walk(list(blocks), _changed)
    return changed


def string(text: str) -> str:
    """Return a text as Typst's literal: nothing in it is markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _changed(node: Node) -> Node | list[Node]:
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return raw_inline("typst", f"#{string(_breakable(str(content)))};")
    if kind in _WRAPS:
        return _wrapped(_WRAPS[kind], content or [])
    if kind == "Code":
        return raw_inline("typst", f"#raw({string(content[1])});")  # type: ignore[index]
    if kind == "Math":
        block = str(content[0]["t"] == "DisplayMath").lower()  # type: ignore[index]
        alt = string(content[1])  # type: ignore[index]
        start = raw_inline("typst", f"#math.equation(alt: {alt}, block: {block}, ")
        return [start, node, raw_inline("typst", ");")]
    return _structure(node)


def _breakable(word: str) -> str:
    """Let a long word break: an address or a key of results between its parts, a name between its words."""
    address = re.search(r"[./]", word) is not None
    if len(word) <= (LONG_WORD if address else LONG_NAME):
        return word
    parts = re.split(r"(?<=[./])(?=[^\d])" if address else r"(?<=_)(?=\w)", word)
    return "\u200b".join(
        part[i : i + LONG_WORD] for part in parts for i in range(0, len(part), LONG_WORD)
    )


def _wrapped(function: str, content: Sequence[Node]) -> list[Node]:
    return [raw_inline("typst", f"#{function}["), *content, raw_inline("typst", "];")]


def _structure(node: Node) -> Node | list[Node]:
    kind = node["t"]
    if kind == "Link":
        return _link(node)
    if kind == "Span":
        classes = node["c"][0][1]
        known = next(
            (name for name in ("rating", "on", "off", "left-over", "codes") if name in classes),
            None,
        )
        return _wrapped(f"span-{known}", node["c"][1]) if known else list(node["c"][1])
    if kind == "Header":
        return _header(node)
    if kind == "Div":
        return _div(node)
    if kind == "Figure":
        return _figure(node)
    return _table(node) if kind == "Table" else node


def _link(node: Node) -> list[Node]:
    target = node["c"][2][0]
    inside: list[Node] = node["c"][1]
    # the code of a number stands in the margin; addresses outside the document are words
    led = target.startswith("#") and "n" not in node["c"][0][1]
    return _wrapped(f"link(<{target[1:]}>)", inside) if led else inside


def _header(node: Node) -> list[Node]:
    level, (name, classes, _), content = node["c"]
    if level == 1:  # the title is no heading in a PDF; chapters are its first level
        return [plain(raw_inline("typst", "#report-title["), *content, raw_inline("typst", "]"))]
    kind = "true" if "unlisted" not in classes else "false"
    start = f"#report-heading({level - 1}, {string(name)}, outlined: {kind})["
    return [plain(raw_inline("typst", start), *content, raw_inline("typst", "]"))]


def _div(node: Node) -> list[Node]:
    (_, classes, _), content = node["c"]
    kind = next(
        (name for name in classes if name in _COLUMNS or name in _BOXES or name in _RUNGS), None
    )
    if "callout" in classes:
        kind = "caution" if "caution" in classes else "finding"
    if kind is None:
        return list(content)
    if kind not in _COLUMNS and kind not in _RUNGS:
        return [raw("typst", f"#box-{kind}["), *content, raw("typst", "]")]
    # children were changed already: each begins and ends with a raw block of its own
    return [raw("typst", f"#box-{kind}["), *_columns(content), raw("typst", "]")]


def _columns(content: Sequence[Node]) -> list[Node]:
    """Part what was a list of boxes at their outer borders."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for block in content:
        text = block["c"][1] if block["t"] == "RawBlock" else ""
        parts[-1].append(block)
        depth += text.startswith("#box-")
        if text == "]":
            depth -= 1
            if depth == 0:
                parts.append([])
    whole = [part for part in parts if part]
    return list(
        chain.from_iterable(
            [*([raw("typst", "][")] if i else []), *part] for i, part in enumerate(whole)
        )
    )


def _figure(node: Node) -> list[Node]:
    (name, _, _), caption, content = node["c"]
    picture = next(item for item in content[0]["c"] if item["t"] == "Image")
    path = "media/" + picture["c"][2][0].removeprefix(MEDIA) + ".svg"
    alt = string(plain_words(picture["c"][1]))
    start = f"#report-figure({string(path)}, alt: {alt}, name: {string(name)}, caption: ["
    words = caption[1][0]["c"] if caption[1] else []
    return [plain(raw_inline("typst", start), *words, raw_inline("typst", "])"))]


def plain_words(content: Sequence[Node]) -> str:
    """Return words that were made literals already as plain text."""
    literal = re.compile(r'#"((?:[^"\\]|\\.)*)";', re.DOTALL)

    def said(node: Node) -> str:
        if node["t"] == "RawInline":
            return "".join(
                re.sub(r"\\(.)", r"\1", found) for found in literal.findall(node["c"][1])
            )
        return text_of(node)

    return "".join(said(node) for node in content).replace("\u200b", "")


def _table(node: Node) -> list[Node]:
    (name, _, _), caption, columns, head, bodies, _ = node["c"]
    rows = bodies[0][3]
    numeric = [spec[0]["t"] == "AlignRight" for spec in columns]
    lengths = [_longest(rows, i) for i in range(len(columns))]
    heads = [plain_words(cell[4][0]["c"]) for row in head[1] for cell in row[1][:1] if cell[4]]
    word = max(map(len, " ".join([*heads, *_texts(rows, 0)]).split()), default=0)
    widths = ", ".join(_widths(numeric, lengths, word=word))
    sides = ", ".join("right" if number else "left" for number in numeric)
    line: list[Node] = [
        raw_inline(
            "typst",
            f"#report-table(name: {string(name)}, breakable: {str(len(rows) > WHOLE_ROWS).lower()}, "
            f"columns: ({widths},), align: ({sides},), caption: [",
        ),
        *(caption[1][0]["c"] if caption[1] else []),
        raw_inline("typst", "], table.header("),
        *chain.from_iterable(_cell(cell) for row in head[1] for cell in row[1]),
        raw_inline("typst", "), "),
        *chain.from_iterable(_row(row, len(columns)) for row in rows),
        raw_inline("typst", ")"),
    ]
    return [plain(*line)]


def _widths(numeric: Sequence[bool], lengths: Sequence[int], *, word: int) -> list[str]:
    """Give columns of numbers and of short texts a line of their own, and others shares of the rest.

    The first column takes a share though its texts be short, as it fills the line, but where that is too narrow for the
    longest word in it.

    Parameters
    ----------
    numeric : sequence of bool
    lengths : sequence of int
        Characters of the longest text of each.
    word : int
        Characters of the longest word of the first, its heading included.
    """
    shares = [
        0 if number or (i and length <= SHORT_TEXT) else max(15, min(length, 70))
        for i, (number, length) in enumerate(zip(numeric, lengths, strict=True))
    ]
    rest = LINE - sum(
        length + GAP for share, length in zip(shares, lengths, strict=True) if not share
    )
    narrow = shares[0] * rest < (word + GAP) * sum(shares)
    if narrow and lengths[0] <= SHORT_TEXT and any(shares[1:]):
        shares[0] = 0
    return [f"{share}fr" if share else "auto" for share in shares]


def _row(row: list[list[object]], columns: int) -> list[Node]:
    if "group" in row[0][1]:  # type: ignore[operator]
        return _cell(row[1][0], f"table.cell(colspan: {columns}, fill: ground)")  # type: ignore[arg-type]
    return list(chain.from_iterable(_cell(cell) for cell in row[1]))  # type: ignore[arg-type]


def _cell(cell: list[object], before: str = "") -> list[Node]:
    blocks = cell[4]
    words = blocks[0]["c"] if blocks else []  # type: ignore[index]
    return [raw_inline("typst", f"{before}["), *words, raw_inline("typst", "], ")]


def _longest(rows: Sequence[list[list[list[object]]]], column: int) -> int:
    """Return how many characters the longest text of a column has."""
    return max(map(len, _texts(rows, column)), default=0)


def _texts(rows: Sequence[list[list[list[object]]]], column: int) -> list[str]:
    return [
        plain_words(row[1][column][4][0]["c"])  # type: ignore[index]
        for row in rows
        if len(row[1]) > column and row[1][column][4]
    ]


_ROW = re.compile(rb"/Type\s*/StructElem\s*/S\s*/TR\b.*?/K\s*\[\s*(\d+) 0 R", re.DOTALL)
_HEADERS = re.compile(rb"/Headers\s*\[[^\]]*\]")


def with_row_headers(pdf: bytes) -> bytes:
    """Tag the first cell of each row as its header; Typst has no word for it yet. No byte moves, so the file stays whole."""
    content = bytearray(pdf)
    objects = {
        int(found.group(1)): (found.start(2), found.end(2))
        for found in re.finditer(rb"\n(\d+) 0 obj\b(.*?)\nendobj", pdf, re.DOTALL)
    }
    for start, end in list(objects.values()):
        row = _ROW.search(pdf, start, end)
        if row and int(row.group(1)) in objects:
            _tag_header(content, *objects[int(row.group(1))])
    return bytes(content)


def _tag_header(content: bytearray, start: int, end: int) -> None:
    text = bytes(content[start:end])
    kind = re.search(rb"/S\s*/TD\b", text)
    headers = _HEADERS.search(text)
    if not kind or not headers:
        return
    scope = b"/Scope/Row".ljust(headers.end() - headers.start())
    text = text[: headers.start()] + scope + text[headers.end() :]
    place = kind.end() - 1
    content[start:end] = text[:place] + b"H" + text[place + 1 :]
