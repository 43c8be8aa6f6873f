"""Names from data are words in every kind of table, never markup."""

import json
from html.parser import HTMLParser

import pypandoc
import pytest

from impact.table_markup import (
    Grid,
    GridRow,
    as_html,
    as_latex,
    as_markdown,
    as_text,
    latex_escaped,
    markdown_escaped,
)

HOSTILE = "<script>alert(1)</script> | a & b % c_d $e$ #1 {x} \\input{y} ~ ^ `z` *w* [u](v)"


def grid(word=HOSTILE):
    return Grid(
        corner="term",
        columns=(word, "other"),
        body=(
            GridRow(
                word,
                (("1.5", "-2"), ("[0, ∞]", "")),
            ),
        ),
        facts=(GridRow("outcome", ((word, "y"),)),),
        remarks=(word,),
    )


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.heads, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "th":
            self.heads.append(dict(attrs)["scope"])

    def handle_data(self, data):
        self.words.append(data)


def test_html_has_heads_with_scope_and_no_tag_of_the_datas():
    page = Seen()
    page.feed(as_html(grid()))
    assert set(page.tags) == {"table", "thead", "tbody", "tr", "th", "td", "br", "p"}
    assert page.heads == ["col", "col", "col", "row", "row"]
    assert page.words.count(HOSTILE) == 4  # a head, a term, an outcome, a remark: as they were


@pytest.mark.parametrize(
    ("kind", "write"), [("latex", as_latex), ("gfm", as_markdown), ("html", as_html)]
)
def test_pandoc_reads_every_word_back_as_it_was(kind, write):
    """A referee that is not ours: three columns, and four times the hostile word."""
    document = json.loads(pypandoc.convert_text(write(grid()), "json", format=kind))
    table = next(block for block in document["blocks"] if block["t"] == "Table")
    assert len(table["c"][2]) == 3
    text = pypandoc.convert_text(
        write(grid()), "plain", format=kind, extra_args=["--columns=400", "--wrap=none"]
    )
    quoted = text.replace("‘", "`")  # LaTeX sets a backtick as a quotation mark
    assert quoted.count(HOSTILE) == 4


def test_a_pipe_in_a_name_makes_no_cell_in_markdown():
    lines = as_markdown(grid()).splitlines()[:5]
    bare = [line.replace("\\|", "") for line in lines]
    assert {line.count("|") for line in bare} == {4}
    assert "<" not in "".join(lines)
    assert markdown_escaped("a_b*c*\n`d`[e]$f$&") == r"a\_b\*c\* \`d\`\[e\]\$f\$&amp;"


def test_a_remark_that_begins_like_an_item_is_no_list_in_markdown():
    for word, shown in (
        ("- x", r"\- x"),
        ("1. x", r"1\. x"),
        ("2) x", r"2\) x"),
        ("x - y", "x - y"),
    ):
        assert as_markdown(grid(word)).splitlines()[-1] == shown


def test_latex_escapes_every_sign_that_it_would_read_as_a_command():
    assert latex_escaped("a & b % c_d $e #1 {x} \\y ~ ^") == (
        r"a \& b \% c\_d \$e \#1 \{x\} \textbackslash{}y \textasciitilde{} \textasciicircum{}"
    )
    rows = as_latex(grid()).splitlines()[2:8]
    cells = [row.replace(r"\&", "").count("&") for row in rows if row.endswith(r"\\")]
    assert cells == [2, 2, 2, 2]


def test_a_bracket_after_the_end_of_a_line_opens_no_argument_in_latex():
    text = as_latex(
        Grid("t", ("m",), (GridRow("[5pt] a", (("1",),)), GridRow("*", (("2",),))), (), ())
    )
    assert "\n{[}5pt] a &" in text
    assert "\n{*} &" in text


def test_a_minus_before_a_number_is_a_minus_in_latex():
    assert latex_escaped("[-1.5, -∞] well-known") == r"{[}$-$1.5, $-$$\infty$] well-known"


def test_text_stays_aligned_with_a_name_of_several_lines():
    lines = as_text(grid("two\nlines")).splitlines()
    assert lines[0] == "term       two lines  other"
    assert lines[2] == "two lines        1.5     -2"
