"""The documentation is whole: every page is listed, every link leads somewhere, every public name and command has its place."""

import re
import shlex
import sys
from collections import Counter
from pathlib import Path

import pytest
from command_line_page import PAGE as COMMAND_LINE
from command_line_page import commands, is_group, rewritten
from site_links import anchors_of, is_outside, links_of

import impact

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "sphinx"))

from pages_as_read import LIST, MARK, listed, unlisted  # noqa: E402 (modules of the site's own)
from public_names import autodoc_of, names_in  # noqa: E402

PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("reference/*.md")])
SPARED = {"impact plan": "check"}
"""What a group does where no command of it is named."""
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")


def name_of(page):
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_in_it(page):
    for target in links_of(page.read_text(encoding="utf-8")):
        if not is_outside(target) and not target.startswith("mailto:"):
            path, _, heading = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.exists(), target
            assert file.is_relative_to(ROOT), target
            if heading:
                assert heading in anchors_of(file.read_text(encoding="utf-8")), target


def test_pages_that_the_index_does_not_list_come_among_its_guides():
    tomorrow = {"index", "tutorial", "reference/index", "a-page-of-tomorrow"}
    assert unlisted(INDEX, tomorrow) == ["a-page-of-tomorrow"]
    guides = next(each for each in LIST.findall(INDEX) if "How-to" in each)
    assert MARK in guides


def test_what_the_index_lists_is_there_once_and_stands_in_its_text():
    names = re.findall(r"^[a-z][a-z/-]+$", "\n".join(LIST.findall(INDEX)), re.MULTILINE)
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert set(names) == listed(INDEX)
    assert [name for name in names if not (DOCS / f"{name}.md").exists()] == []
    assert {f"{name}.md" for name in names} <= set(links_of(INDEX))


def test_every_schema_is_named_in_the_reference():
    named = set(links_of((DOCS / "reference" / "schemas.md").read_text(encoding="utf-8")))
    assert {f"../schemas/{path.name}" for path in (DOCS / "schemas").glob("*.json")} <= named


def test_every_public_name_has_its_place_in_the_reference_once():
    told = []
    for page in (DOCS / "reference").glob("*.md"):
        rooms = re.findall(r"^```\{public-names\} (\S+)$", page.read_text("utf-8"), re.MULTILINE)
        assert all(names_in(room) for room in rooms), page.name
        told += [name for room in rooms for name in names_in(room)]
    assert Counter(told) == Counter(set(impact.__all__) - {"__version__"})


def test_a_second_name_of_a_class_says_which():
    assert "Another name of `impact.RandomizationInference`" in autodoc_of("Permutation")
    assert "autoclass" in autodoc_of("RandomizationInference")
    assert "autofunction" in autodoc_of("read_panel")


def test_the_page_of_the_command_line_says_what_the_command_line_says():
    text = COMMAND_LINE.read_text(encoding="utf-8")
    assert rewritten(text) == text, "run tests/docs/command_line_page.py"


def shown_commands():
    """Every command line of ours in a block of shell, or set in, with the page that shows it."""
    for page in [ROOT / "README.md", *PAGES]:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        blocks += re.findall(r"^    ((?:\.venv/bin/)?impact .*)$", text, re.MULTILINE)
        for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] in {"impact", ".venv/bin/impact"}:
                yield page.relative_to(ROOT).as_posix(), words[1:]


def test_every_command_that_a_page_shows_exists_with_its_options():
    known = commands()
    shown = list(shown_commands())
    assert len(shown) >= 15
    for page, words in shown:
        name = f"impact {words[0]}"
        assert name in known, f"{page}: {name}"
        if is_group(known[name]):  # a group may take something else for one of its commands
            inner = f"{name} {words[1]}"
            name = inner if inner in known else f"{name} {SPARED[name]}"
        options = {each for option in known[name].params for each in option.opts}
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used <= options | {"--help"}, f"{page}: {name}"
