"""Pages made of an executed notebook: self-contained, the same bytes twice, and inert whatever the data say."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest

from impact.errors import RenderError
from impact.reporting.drawing import base64_of
from impact.reporting.exhibits import Callout, Card, Figure, KeyFigures, Table, Text
from impact.reporting.formats import escape
from impact.reporting.render import Cover, render_html, render_pdf

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=//x>", "javascript:alert(1)",
    "[x](javascript:alert(1))", "![x](http://x/y.png)", "<a href='javascript:1'>x</a>", "`<b>`{=html}", "```{=html}\n<script>1</script>\n```",
    "::: {.x onclick=alert(1)}\nx\n:::", "[x]{onclick=alert(1)}", "$\\href{javascript:1}{x}$", "\\input{x}", '#import "x"', '#read("x")',
    '#link("http://x")[y]', "</table><script>1</script>", '"><script>1</script>', "' onmouseover='1", "&lt;script&gt;", "<style>*{}</style>",
    "<meta http-equiv=refresh content=0>", "<base href=//x>", "<form action=//x>", "<object data=x>", "<embed src=x>", "<link rel=stylesheet href=//x>",
    "<math><mtext><script>1</script>", "{{7*7}}", "${7*7}", "<!--x-->", "<![CDATA[x]]>", "http://evil.example/x", "www.evil.example", "@import url(//x)",
    '<img src="media:fig-a:svg">', "=cmd|' /C calc'!A0", "~~x~~", "^[x]", "[^1]: x", "<x@y.z>", "| a | b |", "\\<script\\>",
]  # fmt: skip
COVER = Cover(
    title="A title & <more>",
    subtitle="Sub",
    disclaimer="Views.",
    provenance=(("Run", "abc"),),
    language="fr",
    words={
        "kind": "Évaluation",
        "contents": "Sommaire",
        "table": "Tableau",
        "figure": "Figure",
        "skip": "Aller",
        "provenance": "Provenance",
        "how_to_read": "Lecture.",
    },
)


def notebook(path, items):
    cell = nbformat.v4.new_code_cell("secret_code = 1", id="a")
    for item in items:
        data, metadata = item._repr_mimebundle_()
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def figure(label="fig-a"):
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(5, 2))
    canvas.subplots().plot(np.arange(5), np.arange(5) ** 2)
    return Figure.from_matplotlib(
        canvas, label=label, caption="Une figure", alt="Une courbe qui monte"
    )


def exhibits():
    frame = pd.DataFrame({"groupe": ["a", "b"], "effet": [1.5, -2.0]})
    return [
        Text("## Titre\n\nTexte avec $y_{it} = \\alpha_i$ et\n\n$$x^2$$"),
        KeyFigures((Card("Effet", "8 000 MAD", "de 1 à 2"), Card("N", "50", "firmes"))),
        Callout("finding", "**Important.**"),
        Table(
            "tab-a",
            "Un tableau",
            frame,
            {"groupe": "Groupe", "effet": "Effet"},
            {"effet": "{:.1f}".format},
            notes=("Une note.",),
        ),
        figure(),
    ]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    source = notebook(folder / "n.ipynb", exhibits())
    render_html(source, folder / "report.html", cover=COVER)
    render_pdf(source, folder / "report.pdf", cover=COVER)
    return folder


def test_the_page_carries_everything_and_needs_nothing(pages):
    html = (pages / "report.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in html
    assert "Content-Security-Policy" in html
    assert "<script" not in html
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", html)
    assert html.count("<math") == 2
    assert 'scope="row"' in html
    assert 'alt="Une courbe qui monte"' in html
    assert "<figcaption>" in html
    assert "secret_code" not in html
    assert "A title &amp; &lt;more&gt;" in html
    assert "Une note." in html


def test_the_page_holds_each_drawing_for_paper_and_for_a_phone(pages, tmp_path):
    html = (pages / "report.html").read_text(encoding="utf-8")
    assert re.search(r'<img src="data:image/svg\+xml;base64,PD94[^"]+" alt="Une courbe', html)
    drawn = replace(figure(), svg=b"<svg>wide</svg>", narrow_svg=b"<svg>narrow</svg>")
    told = Text('Say "media:fig-a:svg".')
    render_html(notebook(tmp_path / "n.ipynb", [drawn, told]), tmp_path / "n.html", cover=COVER)
    page = (tmp_path / "n.html").read_text(encoding="utf-8")
    for tag, svg in (("srcset", drawn.narrow_svg), ("img src", drawn.svg)):
        assert f'{tag}="data:image/svg+xml;base64,{base64_of(svg)}"' in page
    assert page.count("media:fig-a") == 1, "what a text says stays what it says"


def test_the_pdf_is_tagged_and_says_its_words(pages):
    pdf = (pages / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian's poppler-utils)")
    text = subprocess.run(
        ["pdftotext", pages / "report.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for word in (
        "A title & <more>",
        "Titre",
        "Important.",
        "Un tableau",
        "8 000 MAD",
        "Une figure",
    ):
        assert word in text
    tags = subprocess.run(
        ["pdfinfo", pages / "report.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"Tagged:\s+yes", tags)


def test_the_same_notebook_gives_the_same_bytes_elsewhere(pages, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[3]); from pathlib import Path; from reporting.test_render import COVER;"
        "from impact.reporting.render import render_html, render_pdf; n, o = map(Path, sys.argv[1:3]);"
        "render_html(n, o / 'report.html', cover=COVER); render_pdf(n, o / 'report.pdf', cover=COVER)"
    )
    from pathlib import Path

    tests = Path(__file__).resolve().parents[1]
    subprocess.run(
        [sys.executable, "-c", code, pages / "n.ipynb", tmp_path, tests],
        check=True, cwd=tmp_path, env={"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "77", "LANG": "C", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(tests.parent)},
    )  # fmt: skip
    for name in ("report.html", "report.pdf"):
        assert (tmp_path / name).read_bytes() == (pages / name).read_bytes(), name


def test_figures_are_the_same_bytes_twice():
    assert figure() == figure()


def test_nothing_in_the_data_comes_alive(tmp_path):
    frame = pd.DataFrame({"text": PAYLOADS, "n": range(len(PAYLOADS))})
    items = [
        Table(
            PAYLOADS[0],
            PAYLOADS[1],
            frame,
            {"text": PAYLOADS[2], "n": "n"},
            {"n": str},
            notes=tuple(PAYLOADS),
        ),
        *(Text(f"Before {escape(payload)} after") for payload in PAYLOADS),
        KeyFigures(tuple(Card(payload, payload, payload) for payload in PAYLOADS[:4])),
    ]
    source = notebook(tmp_path / "n.ipynb", items)
    render_html(source, tmp_path / "report.html", cover=COVER)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    body = html[html.index("<body") :]
    for live in (
        "<script",
        "<iframe",
        "<object",
        "<embed",
        "<form",
        "<base",
        "<svg",
        "<style",
        "<link",
        "<meta",
    ):
        assert live not in body.lower(), live
    tags = re.findall(r"<[a-z][^>]*>", body, flags=re.IGNORECASE)
    assert not [
        tag for tag in tags if re.search(r"\son\w+\s*=|javascript:", tag, flags=re.IGNORECASE)
    ]
    assert not [
        tag for tag in tags if re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", tag)
    ]
    render_pdf(source, tmp_path / "report.pdf", cover=COVER)
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "report.pdf", "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        flat = re.sub(r"\s+", "", text)
        for payload in ("<script>alert(1)</script>", '#read("x")', "=cmd|'/CcalcA0'"[:4]):
            assert payload.replace(" ", "") in flat


def test_spreadsheets_get_text_not_formulas(tmp_path):
    frame = pd.DataFrame(
        {"=a": ["=1+1", "+x", "-x", "@x", "\tx", "fine"], "n": [-1.0, 2, 3, 4, 5, 6]}
    )
    Table("t", "c", frame, {"=a": "a"}).to_csv(tmp_path / "t.csv")
    read = pd.read_csv(tmp_path / "t.csv")
    assert list(read.columns) == ["'=a", "n"]
    assert read["'=a"].str.startswith("'").tolist() == [True] * 5 + [False]
    assert read.n.tolist() == [-1.0, 2, 3, 4, 5, 6]


def test_a_refused_rendering_leaves_nothing_behind(tmp_path):
    (tmp_path / "n.ipynb").write_text("not a notebook")
    with pytest.raises(RenderError):
        render_html(tmp_path / "n.ipynb", tmp_path / "report.html", cover=COVER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.ipynb"]


@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_is_wider_than_its_screen(pages, tmp_path, width):
    """In a frame of a phone's width, as a headless browser measures it: the document does not scroll sideways."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    wrapper = tmp_path / "frame.html"
    shutil.copy(pages / "report.html", tmp_path / "report.html")
    wrapper.write_text(
        f'<iframe id="f" src="report.html" style="width:{width}px;height:900px;border:0"></iframe>'
        "<script>onload=()=>{const d=document.getElementById('f').contentDocument.documentElement;"
        "document.title=d.scrollWidth+'/'+d.clientWidth}</script>"
    )
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--allow-file-access-from-files",
    ]
    done = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom", wrapper.as_uri()],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    inner, outer = map(int, re.search(r"<title>(\d+)/(\d+)</title>", done.stdout).groups())
    assert outer > 300
    assert inner <= outer
