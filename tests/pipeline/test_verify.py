"""A rendered report is held to its run: each changed digit and each turned word is found, and nothing else is."""

import random
import re
import subprocess
import sys
from collections import Counter
from html import escape, unescape
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pypandoc
import pytest
from pypdf import PdfReader

from impact.errors import SourceError, StorageError, VerificationError
from impact.pipeline.verify import compare, verify
from impact.reporting.ledger import LEDGER, read_ledger
from impact.reporting.reading import tokens_of
from impact.reporting.rendered import blocks_of

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
PLANS = {"artisans": "evaluation.yml", "jobtraining": "evaluation-jobtraining.yml"}
PLAN_IN = {"en": "artisans", "fr": "jobtraining"}  # by default each plan in one language
FEW = 50  # digits changed in a page, and in a paper, by default
MUTATIONS = {
    "html": 334,
    "pdf": 333,
    "docx": 333,
}  # one digit each; 1,000 in all, among the slow checks
TOGETHER = 9  # mutations in one copy of a report: each is to be listed where it stands
SEED = 2012
TURNED = {
    "en": {"higher": "lower", "more": "less", "rose": "fell", "above": "below", "larger": "smaller"},
    "fr": {"hausse": "baisse", "plus": "moins", "supérieur": "inférieur", "dessus": "dessous"},
}  # fmt: skip
BY_ROUNDING = 0.04  # of a page's numerals, at most: found by their rounded value and not by the value that was written
UNACCOUNTED = 4  # numerals of a whole report that the run cannot trace, at most; each is listed in numbers.json


def impact(*words):
    return subprocess.run(
        [*IMPACT, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=400
    )


class Runs(dict):
    """Folders of runs by plan and language, each made when a test first asks for it."""

    def __init__(self, made):
        self.made = made

    def __missing__(self, key):
        self[key] = self.made(*key).folder
        return self[key]


@pytest.fixture(scope="module")
def runs(made_run):
    return Runs(made_run)


@pytest.fixture(scope="module")
def word_file(runs, tmp_path_factory):
    """Return the Word file of the English run; the page saved as one while the run writes none."""
    own = runs["artisans", "en"] / "report.docx"
    if own.is_file():
        return own
    path = tmp_path_factory.mktemp("word") / "report.docx"
    page = runs["artisans", "en"] / "report.html"
    pypandoc.convert_file(str(page), "docx", outputfile=str(path))
    return path


def each_run():
    """Each plan once by default, each language once; the other two pairs among the slow checks."""
    pairs = [
        pytest.param(*pair, marks=() if PLAN_IN[pair[1]] == pair[0] else pytest.mark.slow)
        for pair in product(PLANS, ("en", "fr"))
    ]
    return pytest.mark.parametrize(("plan", "language"), pairs)


@each_run()
def test_nothing_is_found_in_an_untouched_report(runs, plan, language):
    run = runs[plan, language]
    pages = [path for path in run.iterdir() if path.stem in {"report", "brief"}]
    assert len(pages) == 5
    for path in pages:
        assert verify(path, run) == [], path.name


def test_nothing_is_found_in_an_untouched_word_file(runs, word_file):
    assert verify(word_file, runs["artisans", "en"]) == []


@each_run()
def test_few_numerals_of_a_report_have_no_source_and_none_of_page_one(runs, plan, language):
    ledger = read_ledger(runs[plan, language] / LEDGER)
    first = [entry for entry in ledger.files["report.pdf"] if entry.text][:25]
    assert [n.written for entry in first for n in entry.numerals if n.source is None] == []
    for name in ledger.files:
        assert len(ledger.unaccounted(name)) <= UNACCOUNTED, ledger.unaccounted(name)


@each_run()
def test_few_numerals_of_a_page_are_traced_by_rounding_alone(runs, plan, language):
    numerals = [
        numeral
        for entry in read_ledger(runs[plan, language] / LEDGER).files["report.html"]
        for numeral in entry.numerals
    ]
    rounded = [numeral.written for numeral in numerals if numeral.source and numeral.source.rounded]
    assert len(rounded) <= len(numerals) * BY_ROUNDING, rounded


def mutated(text, place, rng):
    other = rng.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def digits(texts):
    return [(i, m.start()) for i, text in enumerate(texts) for m in re.finditer("[0-9]", text)]


def copies(texts, count, rng):
    """Return texts with one digit changed in several places, and how many numerals were changed."""
    places = digits(texts)
    while count > 0:
        chosen = rng.sample(places, min(TOGETHER, count))
        count -= len(chosen)
        changed = list(texts)
        for number, place in chosen:
            changed[number] = mutated(changed[number], place, rng)
        yield chosen, changed


def numerals_changed(before, after):
    numeral = re.compile(r"\d+(?:[.,]\d+)*")
    return [
        new
        for one, other in zip(before, after, strict=True)
        for old, new in zip(numeral.findall(one), numeral.findall(other), strict=True)
        if old != new
    ]


def few_or_all(kind):
    return [FEW, pytest.param(MUTATIONS[kind], marks=pytest.mark.slow)]


def assert_each_is_listed(texts, changed, found):
    expected = numerals_changed(texts, changed)
    assert len([f for f in found if f.kind == "number"]) == len(expected), (expected, found)


@pytest.mark.parametrize("digits_changed", few_or_all("html"))
def test_every_changed_digit_of_a_page_is_listed(runs, tmp_path, digits_changed):
    run, rng = runs["artisans", "en"], random.Random(SEED)  # noqa: S311 (no secret)
    page = (run / "report.html").read_text(encoding="utf-8")
    hidden = re.compile(
        r"(<(?:style|script|title)\b.*?</(?:style|script|title)>|<[^>]*>|&[#\w]+;)", re.DOTALL
    )
    pieces = hidden.split(page)
    shown = pieces[::2]  # text between what is markup
    for _, changed in copies(shown, digits_changed, rng):
        path = tmp_path / "report.html"
        path.write_text(
            "".join(a + b for a, b in zip(changed, [*pieces[1::2], ""], strict=True)),
            encoding="utf-8",
        )
        assert_each_is_listed(shown, changed, verify(path, run))


@pytest.mark.parametrize("digits_changed", few_or_all("pdf"))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_changed_digit_of_a_pdf_is_listed(runs, language, digits_changed):
    run, rng = runs[PLAN_IN[language], language], random.Random(SEED)  # noqa: S311 (no secret)
    lines, ledger = blocks_of(run / "report.pdf"), read_ledger(run / LEDGER)
    for _, changed in copies(lines, digits_changed, rng):
        assert_each_is_listed(lines, changed, compare(changed, ledger, name="report.pdf"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["brief.pdf", pytest.param("report.pdf", marks=pytest.mark.slow)])
def test_a_paper_is_read_to_the_words_that_another_reader_finds_in_it(runs, language, name):
    path = runs[PLAN_IN[language], language] / name
    found = Counter(token.text for token in tokens_of(blocks_of(path)))
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert found == Counter(token.text for token in tokens_of(pages))
    assert found.total() > 1000


@pytest.mark.slow
def test_every_changed_digit_of_a_word_file_is_listed(runs, word_file, tmp_path):
    run, rng = runs["artisans", "en"], random.Random(SEED)  # noqa: S311 (no secret)
    with ZipFile(word_file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    pieces = re.split(r"(<w:t(?: [^>]*)?>[^<]*</w:t>)", parts["word/document.xml"].decode())
    # unescaped, as the digits of "&#39;" are no digits of the report
    runs_of_text = [unescape(re.sub("<[^>]*>", "", piece)) for piece in pieces[1::2]]
    for _, changed in copies(runs_of_text, MUTATIONS["docx"], rng):
        texts = [f'<w:t xml:space="preserve">{escape(text)}</w:t>' for text in changed]
        document = "".join(a + b for a, b in zip(pieces[::2], [*texts, ""], strict=True))
        path = tmp_path / "report.docx"
        with ZipFile(path, "w") as package:
            for name, content in (parts | {"word/document.xml": document.encode()}).items():
                package.writestr(name, content)
        assert_each_is_listed(runs_of_text, changed, verify(path, run))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "name", ["report.html", pytest.param("report.pdf", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("most", [1, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_turned_word_of_direction_is_listed(runs, language, name, most):
    run = runs[PLAN_IN[language], language]
    blocks, ledger, turned = blocks_of(run / name), read_ledger(run / LEDGER), 0
    for said, opposite in (pair for a, b in TURNED[language].items() for pair in ((a, b), (b, a))):
        holding = [n for n, block in enumerate(blocks) if re.search(rf"\b{said}\b", block)]
        for number in holding[:most]:
            block = blocks[number]
            changed = [
                *blocks[:number],
                re.sub(rf"\b{said}\b", opposite, block, count=1),
                *blocks[number + 1 :],
            ]
            assert [f.said for f in compare(changed, ledger, name=name)] == [opposite], block
            turned += 1
    assert turned >= 5


def test_a_new_sentence_is_held_to_the_numbers_and_the_sign_of_the_run(runs):
    run = runs["artisans", "en"]
    blocks, ledger = blocks_of(run / "report.html"), read_ledger(run / LEDGER)

    def found_in(sentence):
        return [(f.kind, f.said) for f in compare([*blocks[:40], sentence, *blocks[40:]], ledger)]

    assert found_in("We thank everybody who answered our questions.") == []
    assert found_in("An editor adds that it cost 7,431,977 dirhams.") == [("number", "7,431,977")]
    assert found_in("To our regret the exhibitors fell behind.") == [("direction", "fell")]


def test_a_not_that_was_struck_out_or_put_in_is_listed(runs):
    run = runs["artisans", "en"]
    blocks, ledger = blocks_of(run / "report.html"), read_ledger(run / LEDGER)
    number = next(i for i, text in enumerate(blocks) if re.search(r"\bnot\b", text))
    struck = [
        *blocks[:number],
        re.sub(r"\bnot\b ", "", blocks[number], count=1),
        *blocks[number + 1 :],
    ]
    assert [f.kind for f in compare(struck, ledger)] == ["negation"]


def test_the_command_ends_with_a_code_of_its_own_when_something_is_found(runs, tmp_path):
    run = runs["artisans", "en"]
    done = impact("verify", run / "report.html", run)
    assert (done.returncode, done.stderr) == (0, "")
    edited = tmp_path / "edited.html"
    page = (run / "report.html").read_text(encoding="utf-8")
    edited.write_text(page.replace("</main>", "<p>It cost 7,431,977.</p></main>"), encoding="utf-8")
    done = impact("verify", edited, run)
    assert done.returncode == VerificationError.exit_code
    assert "7,431,977" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_no_report_or_no_run_is_refused_by_name(runs, tmp_path):
    broken = tmp_path / "report.docx"
    broken.write_bytes(b"not a package")
    with pytest.raises(SourceError, match="save it again"):
        verify(broken, runs["artisans", "en"])
    broken.rename(tmp_path / "report.pdf")
    with pytest.raises(SourceError, match="export it again"):
        verify(tmp_path / "report.pdf", runs["artisans", "en"])
    with pytest.raises(SourceError, match=r"\.html, \.pdf, \.docx"):
        verify(tmp_path / "report.odt", runs["artisans", "en"])
    with pytest.raises(StorageError, match="run it again"):
        verify(runs["artisans", "en"] / "report.html", tmp_path)
