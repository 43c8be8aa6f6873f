"""The book in every format: one page for the minister, tags and headings, a brief of four pages, and nothing of the data alive."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from reporting import demonstration
from reporting.demonstration import COVER, executed, exhibits, figure

from impact.reporting.exhibits import (
    Answer,
    Banner,
    Card,
    Chapter,
    FirstPage,
    KeyFigures,
    Ladder,
    Question,
    Table,
    Text,
)
from impact.reporting.formats import escape
from impact.reporting.markup import blocks
from impact.reporting.render import render_brief, render_docx, render_html, render_pdf
from impact.reporting.render.book import read_book
from impact.reporting.tree import clean, text_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = [
    "![](/etc/passwd)", "<img src=x onerror=alert(1)>", "\\include{/etc/passwd}", "`<b>`{=html}", '#read("/etc/passwd")', "=cmd|' /C calc'!A0",
    "[x](file:///etc/passwd)", "[x]{onclick=alert(1)}", "```{=typst}\n#panic()\n```", "] #panic() [", '"; panic(); "', "\\", "\u202eevil\u202c",
    "مرحبا بالعالم", "w" * 200, "<!--x-->", "]]>", "&lt;script&gt;", "{{7*7}}", "\x00\x07", "= heading", "- item", "/ term: x", "@ref", "<label>",
    "https://evil.example/x",
]  # fmt: skip


def read(*command):
    return subprocess.run(
        command, capture_output=True, text=True, check=True, errors="replace"
    ).stdout


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    source = executed(folder / "n.ipynb", exhibits())
    for name, render in (
        ("report.html", render_html),
        ("report.pdf", render_pdf),
        ("report.docx", render_docx),
        ("brief.pdf", render_brief),
        ("brief.docx", render_brief),
    ):
        render(source, folder / name, cover=COVER)
    return folder


def part(docx, name):
    with zipfile.ZipFile(docx) as archive:
        return archive.read(name).decode("utf-8")


def test_the_first_page_of_the_pdf_is_one_page_without_hashes(book):
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian's poppler-utils)")
    one = read("pdftotext", "-layout", "-l", "1", book / "report.pdf", "-")
    two = read("pdftotext", "-layout", "-f", "2", "-l", "2", book / "report.pdf", "-")
    assert "difference-in-differences" in one
    assert "Contents" in two
    assert "4df4f6a40f92" not in one
    assert "4df4f6a40f92" in read("pdftotext", book / "report.pdf", "-")
    assert "Simulated data" in two


def test_the_first_page_prints_from_the_browser_on_one_page(book, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None or shutil.which("pdftotext") is None:
        pytest.skip("needs Debian's chromium and poppler-utils")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-pdf-header-footer",
    ]
    printed = tmp_path / "printed.pdf"
    read(
        chromium,
        *flags,
        f"--user-data-dir={tmp_path}",
        f"--print-to-pdf={printed}",
        (book / "report.html").as_uri(),
    )
    assert "differences" in read("pdftotext", "-layout", "-l", "1", printed, "-")
    second = read("pdftotext", "-f", "2", "-l", "2", printed, "-")
    assert "Summary of findings" in second
    assert "Simulated data" in second, "the banner stands above every printed page"


def test_row_headers_are_tagged_as_such_in_the_pdf(book):
    pdf = (book / "report.pdf").read_bytes()
    assert pdf.count(b"/Scope/Row") == 6
    if shutil.which("pdfinfo"):
        tags = read("pdfinfo", "-struct-text", book / "report.pdf")
        assert re.search(r"/Scope /Row\s+(?:/\w.*\s+)*\"Export revenue\"", tags)


def test_the_word_document_has_headings_captions_table_heads_and_alternative_texts(book):
    document = part(book / "report.docx", "word/document.xml")
    for mark in (
        'w:val="Heading1"',
        'w:val="Title"',
        "<w:tblHeader",
        'w:val="TableCaption"',
        'w:val="ImageCaption"',
        "<w:cantSplit/>",
        '<w:br w:type="page"/>',
    ):
        assert mark in document, mark
    assert 'descr="Two lines that part after the first fair."' in document
    assert 'descr="data:' not in document
    assert "Simulated data" in part(book / "report.docx", "word/header9.xml")
    assert "Did the fairs raise revenue?" in part(book / "report.docx", "docProps/core.xml")


def test_a_column_of_numbers_in_word_has_room_for_its_longest_number(book):
    document = ET.fromstring(part(book / "report.docx", "word/document.xml"))  # noqa: S314 (our own file)
    a_character = 5.2  # points at 8.5 points of size
    numbers = 0
    for table in document.iter(f"{W}tbl"):
        widths = [int(column.get(f"{W}w")) / 20 for column in table.iter(f"{W}gridCol")]
        for row in table.iter(f"{W}tr"):
            for width, cell in zip(widths, row.iter(f"{W}tc"), strict=False):
                text = "".join(words.text or "" for words in cell.iter(f"{W}t"))
                if re.fullmatch(r"[\d.,\u2212%]+", text):
                    numbers += 1
                    assert width - 6 >= a_character * len(text), (text, width)
    assert numbers


def test_the_word_document_opens_in_libreoffice(book, tmp_path):
    office = shutil.which("soffice")
    if office is None or shutil.which("lowriter") is None:
        pytest.skip("needs Debian's libreoffice-writer")
    read(office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "pdf", "--outdir", tmp_path, book / "report.docx")  # fmt: skip
    assert (tmp_path / "report.pdf").stat().st_size > 10_000


def test_the_brief_has_the_funders_sections_on_at_most_four_pages(book):
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian's poppler-utils)")
    text = read("pdftotext", book / "brief.pdf", "-")
    places = [text.index(demonstration.WORDS[name]) for name in (
        "program_overview", "key_findings", "evaluation_questions", "detailed_findings", "mcc_learning", "evaluation_methods",
    )]  # fmt: skip
    assert places == sorted(places)
    assert int(re.search(r"Pages:\s+(\d+)", read("pdfinfo", book / "brief.pdf")).group(1)) <= 4
    assert "Could another trend" not in text  # not marked for the brief
    assert re.findall(r"Table (\d+)\.", text) == ["1"], "numbered anew"
    assert "Key findings" in part(book / "brief.docx", "word/document.xml")


def hostile_book(text, drawn):
    frame = pd.DataFrame({"text": [text], "n": [1]})
    said = escape(text)
    return [
        Banner(said, said),
        FirstPage(
            said,
            said,
            said,
            replace(drawn, how_to_read=said),
            (Answer(said, said, 2, said, said),),
            ((said, said),),
        ),
        Chapter(2, text, text),
        Text(said),
        Table(
            text,
            text,
            frame,
            {"text": text, "n": text},
            {"n": str},
            notes=(text,),
            footnotes=(text,),
            group="text",
        ),
        KeyFigures((Card(text, text, text),)),
        Ladder(3, ((said, 2),), 2, said, said),
        Question(
            said,
            said,
            replace(drawn, label="fig-q", source=((text, text), ("x", "../../etc/passwd"))),
        ),
    ]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    drawn = figure()
    items = [item for text in HOSTILE for item in hostile_book(text, drawn)]
    source = executed(folder / "n.ipynb", items)
    cover = type(COVER)(
        "<b>t</b>", *[COVER.subtitle, HOSTILE[0], ((HOSTILE[1], HOSTILE[4]),)], "en", COVER.words
    )
    for name, render in (
        ("report.html", render_html),
        ("report.pdf", render_pdf),
        ("report.docx", render_docx),
        ("brief.pdf", render_brief),
    ):
        render(source, folder / name, cover=cover)
    return folder


def test_no_text_of_data_comes_alive_in_the_page(hostile):
    html = (hostile / "report.html").read_text(encoding="utf-8")
    body = html[html.index("<body") :]
    tags = re.findall(r"<[a-z][^>]*>", body, flags=re.IGNORECASE)
    assert not [
        tag
        for tag in tags
        if re.search(r"<(?:script|iframe|object|embed|form|base|svg|link|meta|b)\b", tag)
    ]
    assert not [tag for tag in tags if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))]
    addresses = re.findall(r'\s(?:src|href|srcset)="([^"]*)"', " ".join(tags))
    own = ("#", "data:image/svg+xml;base64,")
    assert [address for address in addresses if not address.startswith(own)] == []
    assert "root:x:" not in html
    assert "\u202e" not in html


def test_no_text_of_data_comes_alive_on_paper(hostile):
    pdf = (hostile / "report.pdf").read_bytes()
    assert b"/URI" not in pdf
    if shutil.which("pdftotext"):
        flat = re.sub(r"[\s\u200b]+", "", read("pdftotext", hostile / "report.pdf", "-"))
        for text in ("![](/etc/passwd)", '#read("/etc/passwd")', "]#panic()[", "=heading", "-item"):
            assert text in flat, text
        assert "root:x:" not in flat


def test_no_text_of_data_comes_alive_in_word(hostile):
    with zipfile.ZipFile(hostile / "report.docx") as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    assert b'TargetMode="External"' not in whole["word/_rels/document.xml.rels"]
    assert b"instrText" not in whole["word/document.xml"]
    assert not any(b"root:x:" in content for content in whole.values())
    assert {name.rsplit(".", 1)[-1] for name in whole if "/media/" in name} == {"png"}


def test_pictures_addresses_and_raw_markup_of_our_own_texts_stay_text():
    tree = blocks(
        "![a](/etc/passwd) <b>x</b> [y](http://x.example) [z](../x) `<i>`{=html} [good](#here)"
    )
    kinds = [node["t"] for node in tree[0]["c"]]
    assert "Image" not in kinds
    assert "RawInline" not in kinds
    assert kinds.count("Link") == 1
    assert "/etc/passwd" in text_of(tree)


def test_a_link_to_a_place_that_is_missing_loses_its_link_and_keeps_its_words(tmp_path):
    source = executed(tmp_path / "n.ipynb", [Text("See [there](#nowhere).")])
    tree = read_book(source, COVER.words).body
    assert "Link" not in str(tree)
    assert text_of(tree) == "See there."


def test_apostrophes_are_those_of_print_inside_words_and_after_a_plural():
    assert clean("the exhibitors' revenue, d'un salon, firms'") == (
        "the exhibitors\u2019 revenue, d\u2019un salon, firms\u2019"
    )
    assert clean("a 5' door, 'quoted' text") == "a 5' door, 'quoted' text"
