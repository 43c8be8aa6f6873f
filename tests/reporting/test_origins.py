"""From a number to its result: links on the page, codes in the margin of paper, one table that both lead to."""

import re
import zipfile

import nbformat
import pandas as pd
import pytest
from reporting.demonstration import COVER, figure

from impact.reporting.exhibits import Chapter, Exhibits, Table, Text
from impact.reporting.formats import Formats
from impact.reporting.places import Place, Places, places_of
from impact.reporting.reading import tokens_of
from impact.reporting.render import Trail, render_docx, render_html, render_pdf
from impact.reporting.render.book import read_book
from impact.reporting.render.tracing import passages_of
from impact.reporting.rendered import blocks_of
from impact.reporting.sources import UNTOLD, Sources

RESULTS = {
    "headline": {"estimate": 8958.202829244356, "n_treated": 48},
    "parts": {"sample": {"share": 0.8543046357615894, "list": [3.0, 7.0]}},
}
WORDS = {
    name: name
    for name in (
        "data", "code", "cell", "numbers", "numbers_note", "numbers_all", "number_code", "as_written", "value", "result", "computed_in",
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of one paragraph, a table and a figure, in every format."""
    folder = tmp_path_factory.mktemp("origins")
    f = Formats("en")
    gain, share = f.number(RESULTS["headline"]["estimate"]), f.percent(85.43046357615894, 0)
    frame = pd.DataFrame({"who": ["all"], "gain": [RESULTS["headline"]["estimate"]]})
    items = Exhibits(
        (
            Chapter(5, "Effects of 8,958", "effects"),
            Text(f"**Revenue rose by {gain} MAD.** Of {f.number(48)} firms {share} met {f.number(7)}; see [{gain}](#effects)."),
            Table("tab-a", "Gain", frame, {"who": "Who", "gain": "Gain"}, {"gain": f.number}),
            figure("fig-a", how_to_read=f"The line stands at {gain}."),
        ),
        written=f.written,
    )  # fmt: skip
    cell = nbformat.v4.new_code_cell("study.impact()", id="a")
    for data, metadata in items.bundles():
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    (folder / "notebooks").mkdir()
    notebook = folder / "notebooks" / "03_impact.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    sources = Sources(files={"results.json": RESULTS}, sentences=(), decimal=".")
    book = read_book(notebook, COVER.words)
    trail = Trail(passages_of(book, sources), places_of(notebook.parent), WORDS)
    for name, render in (("html", render_html), ("pdf", render_pdf), ("docx", render_docx)):
        render(notebook, folder / f"report.{name}", cover=COVER, trail=trail)
    return folder


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def row_of(html, code):
    found = re.findall(rf'<tr id="{code}".*?</tr>', html, re.DOTALL)
    assert len(found) == 1
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", found[0]))


def test_each_number_of_the_text_leads_to_the_row_of_its_value(html):
    links = re.findall(r'<a href="#(n\d+)" class="n"[^>]*>([^<]+)</a>', html)
    assert [text for _, text in links] == ["8,958", "48", "85", "8,958"]
    rows = [row_of(html, code) for code, _ in links]
    assert "8958.202829244356 results.json headline.estimate 03_impact , cell 1" in rows[0]
    assert "48.0 results.json headline.n_treated" in rows[1]
    assert "85.43046357615894 results.json parts.sample.share" in rows[2]
    assert links[0][0] == links[3][0], "one row for a number however often it is written"
    assert html.index("<details>") < html.index('id="n1"') < html.index("</details>")


def test_a_small_integer_that_any_list_holds_by_chance_is_no_link(html):
    assert re.search(r"met\s+7;", html)


def test_a_number_that_a_result_equals_by_chance_leads_nowhere(tmp_path):
    """Panels and permutations are round; a p-value of few permutations is too; ten firms are no 1,000 percent."""
    results = {
        "size": [10.0],
        "time": [2000.0],
        "curve": {"p_value": [0.12]},
        "headline": {"n_treated": 48, "effect": 2750.5},
    }
    sources = Sources(files={"results.json": results}, sentences=(), decimal=".")
    f = Formats("en")
    shown = [f.number(1000), f.number(2000), f.number(0.12, 2), f.number(48), f.number(2750.5, 1)]
    text = Text("Of {} and {} panels p is {}; {} firms gain {}.".format(*shown))
    cell = nbformat.v4.new_code_cell("study.impact()", id="a")
    for data, metadata in Exhibits((text,), written=f.written).bundles():
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    notebook = tmp_path / "03_impact.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    trail = Trail(
        passages_of(read_book(notebook, COVER.words), sources), places_of(tmp_path), WORDS
    )
    render_html(notebook, tmp_path / "report.html", cover=COVER, trail=trail)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="#n\d+" class="n"[^>]*>([^<]+)</a>', page) == ["48", "2,750.5"]


def test_a_count_of_few_digits_leads_to_the_field_that_its_writer_named_and_to_no_other(tmp_path):
    """Five events are no five periods: what nobody named has no address, in the ledger either."""
    results = {
        "n_before": 11,
        "n_treated": 48,
        "histogram": [48, 5],
        "rating": {"steps": 5},
        "event_time": [5, 11],
    }
    sources = Sources(files={"results.json": results}, sentences=(), decimal=".")
    f = Formats("en")
    treated = f.counted(f"{f.number(48)} firms", 48, "n_treated")
    steps = f.counted(f"{f.number(5)} of 5", 5, "steps")
    wrong = f.counted(f"{f.number(11)} events", 11, "steps")
    items = (Text(f"{treated}, rated {steps}."), Text(f"{wrong} of {f.number(48)}."))
    cell = nbformat.v4.new_code_cell("study.impact()", id="a")
    for data, metadata in Exhibits(items, written=f.written).bundles():
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    notebook = tmp_path / "03_impact.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    passages = passages_of(read_book(notebook, COVER.words), sources)
    keys = [[source.key for source in passage.sources] for passage in passages]
    assert keys[0][:2] == ["results.json#n_treated", "results.json#rating.steps"]
    assert keys[1] == [UNTOLD, UNTOLD], "11 is no number of steps, and no other field is guessed"


def test_a_digest_leads_to_the_first_that_begins_as_it_is_shown():
    digests = {"a.csv": "12345678" + "a" * 56, "b.csv": "12345678" + "b" * 56}
    sources = Sources(files={"run.json": {"inputs": digests}}, sentences=(), decimal=".")

    def source(text):
        return sources.of(next(one for one in tokens_of([text]) if one.numeral), text, {})

    assert source("Data 12345678bb, read").key == "run.json#inputs.b.csv"
    assert source("Data 12345678, read").key == "run.json#inputs.a.csv"
    assert source("Data 12345678bc, read") is None
    assert source("Data 1234567b, read") is None


def test_marks_of_notes_are_the_pages_own(tmp_path):
    results = {"table": {"value": [1.0]}}
    sources = Sources(files={"results.json": results}, sentences=(), decimal=".")
    f = Formats("en")
    frame = pd.DataFrame({"who": ["all[^1]"], "gain": [f.number(1)]})
    item = Table(
        "tab-a", "Gain", frame, {"who": "Who", "gain": "Gain"}, footnotes=("Without one.",)
    )
    cell = nbformat.v4.new_code_cell("study.impact()", id="a")
    for data, metadata in Exhibits((item,), written=f.written).bundles():
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    notebook = tmp_path / "03_impact.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    passages = passages_of(read_book(notebook, COVER.words), sources)
    marked = [
        passage for passage in passages if re.fullmatch(r"all\s1|1\s*Without one\.", passage.text)
    ]
    assert len(marked) == 2
    assert {passage.sources[0].key for passage in marked} == {"pages"}


def test_links_and_headings_that_the_contents_repeat_hold_no_link_inside(html):
    assert re.search(r'<a href="#effects">8,958</a>', html)
    assert not re.search(r"<a [^>]*>[^<]*<a ", html)
    assert "Effects of 8,958</h2>" in re.sub(r"\s+", " ", html)


def test_each_exhibit_says_where_its_data_and_code_are(html):
    line = '<a href="notebooks/03_impact.ipynb">03_impact</a>, cell 1'
    assert html.count(line) >= 3
    assert 'data <a href="tables/tab-a.csv">tables/tab-a.csv</a> · code ' + line in html
    assert 'data <a href="results.json">results.json</a> · code ' + line in html


def test_paper_has_the_codes_in_the_margin_and_their_rows(folder):
    text = " ".join(blocks_of(folder / "report.pdf"))
    assert re.search(r"\bn1\u20133\b", text)
    assert text.count("8958.202829244356") == 1
    assert b"/Scope/Row" in (folder / "report.pdf").read_bytes()


def test_the_word_file_says_it_in_words_and_links_nowhere_outside(folder):
    with zipfile.ZipFile(folder / "report.docx") as package:
        relations = package.read("word/_rels/document.xml.rels").decode()
    assert 'TargetMode="External"' not in relations
    text = " ".join(blocks_of(folder / "report.docx"))
    assert "data tables/tab-a.csv · code 03_impact, cell 1" in text
    assert "n1" not in text


def test_a_key_names_the_cell_that_computed_its_part():
    places = Places({"impact": Place("03_impact.ipynb", 7)}, {})
    assert places.of_key("results.json#headline.estimate") == Place("03_impact.ipynb", 7)
    assert places.of_key("results.json#parts.impact.values.effects[0]").cell == 7
    assert places.of_key("results.json#parts.sample.share") is None
    assert places.of_key("data/programme.yml#cost.amount") is None


def test_a_share_of_three_digits_that_fields_of_other_names_hold_leads_nowhere():
    """Shares of a thousand simulated panels have three digits: 95.8% held is no power of 0.958; a place of more digits is its own."""
    results = {
        "power": {"power": [0.5, 0.958]},
        "table": {"coverage": [0.958, 0.922], "estimate": [0.4747552966474967]},
        "headline": {"share": 0.4747552966474967},
    }
    sources = Sources(files={"results.json": results}, sentences=(), decimal=".")
    assert sources.exactly(95.8).key == UNTOLD
    assert sources.exactly(0.958).key == UNTOLD
    assert sources.exactly(92.2).key == "results.json#table.coverage[1]"
    assert sources.exactly(0.4747552966474967).key == "results.json#table.estimate[0]"


OTHERS = {
    "results.json": {"checks": {"limits": [5.0, 7.0, 12.0, 95.0], "year": "1989"}},
    "shares": {"beyond": [47.91666666666667]},
    "schema.yml": {"source": {"en": "Cheng and Hoekstra (2013), JHR 48(3)"}},
    "run.json": {"reasons": {"secondary": "Lost in 1989 with a server that held 12 files"}},
}
NOTES = {
    "48": [47.91666666666667],
    "5": [5.0],
    "7": [7.0],
    "12": [12.0],
    "95": [95.0],
    "95%": ["level"],
}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Parts 5 to 7", ["words: Parts 5 to 7"] * 2),
        (
            "Lost in 1989 with a server that held 12 files",
            ["run.json#reasons.secondary"] * 2,
        ),
        (
            "Of Cheng and Hoekstra (2013), JHR 48(3). Rows.",
            ["schema.yml#source.en"] * 3,
        ),
        ("It is 48", ["shares#beyond[0]"]),
        ("A 95% interval", ["run.json#plan.alpha"]),
        ("In 1989", ["results.json#checks.year"]),
        ("Found by 12 firms", [UNTOLD]),
        ("Bands hold 95% of 12", ["words: Bands hold 95% of {n}", UNTOLD]),
    ],
)
def test_what_a_sentence_or_a_file_says_itself_comes_from_there_and_not_from_a_result_that_equals_it(
    text, keys
):
    sentences = ("Parts 5 to 7", "Bands hold 95% of {n}", "{a} to 7")
    sources = Sources(files=OTHERS, sentences=sentences, decimal=".")
    numerals = [token for token in tokens_of([text]) if token.numeral]
    assert [sources.of(token, text, NOTES).key for token in numerals] == keys


def test_a_level_beside_a_result_that_is_written_alike_is_not_said_to_be_the_plans():
    sources = Sources(files=OTHERS, sentences=(), decimal=".")
    text = "In 95% of studies a 95% interval holds it"
    first, _ = [token for token in tokens_of([text]) if token.numeral]
    notes = {"95": [95.0, 95.2], "95%": ["level"]}
    found = sources.of(first, text, notes)
    assert (found.key, found.value) == (UNTOLD, 95.0)
