"""The site is built without a warning, loads nothing from elsewhere, and every link in it leads somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from reporting.browser import browsing
from site_links import Page, is_outside

import impact

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ADDRESS = re.compile(r"""(?:@import\s+["']?|url\(["']?)((?:https?:)?//[^"')\s]+)""")

AXED = (
    "index.html",
    "tutorial.html",
    "estimators.html",
    "coming-from-stata-or-r.html",
    "reference/results.html",
)

pytestmark = [pytest.mark.longer, pytest.mark.xdist_group("docs site")]  # built once


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-b",
            "html",
            "-W",
            "--keep-going",
            "-q",
            "-d",
            folder / "trees",
            DOCS,
            folder / "html",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_docs_is_a_page_of_the_site(site, pages):
    wanted = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert wanted <= {path.relative_to(site) for path in pages}
    start = (site / "index.html").read_text(encoding="utf-8")
    assert [
        str(each)
        for each in wanted
        if each.parent == Path() and f'"{each}"' not in start and str(each) != "index.html"
    ] == []


def test_no_page_loads_anything_from_elsewhere(site, pages):
    for path, page in pages.items():
        assert len(page.loaded) >= 3, path
        for target in page.loaded:
            assert not is_outside(target), f"{path.name}: {target}"
            assert (
                target.startswith("data:") or (path.parent / unquote(target).split("?")[0]).exists()
            ), target
    for sheet in [*site.rglob("*.css"), *site.rglob("*.svg")]:
        assert ADDRESS.findall(sheet.read_text(encoding="utf-8")) == [], sheet.name


def test_every_link_within_the_site_leads_to_a_page_and_a_place_in_it(pages):
    for path, page in pages.items():
        for link in page.links:
            if is_outside(link) or link.startswith(("mailto:", "data:")):
                continue
            target, _, place = link.partition("#")
            file = (path.parent / unquote(target)).resolve() if target else path
            assert file.exists(), f"{path.name}: {link}"
            if place and file in pages:
                assert unquote(place) in pages[file].ids, f"{path.name}: {link}"


def test_every_public_name_is_on_the_site_with_its_example(site):
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in (site / "reference").glob("*.html")
    )
    for name in set(impact.__all__) - {"__version__"}:
        assert f'id="impact.{name}"' in text, name
    own = {getattr(impact, name).__name__ for name in set(impact.__all__) - {"__version__"}}
    assert text.count(">Examples<") >= len(own)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.mark.parametrize("width", [400, 1400])
def test_no_page_is_wider_than_its_screen_or_says_anything_in_the_console(pages, tab, width):
    for path in pages:
        tab.open(path, width=width)
        assert tab("document.documentElement.scrollWidth") <= width, path.name
    assert tab.console == []


def test_a_search_in_the_browser_finds_an_estimator_without_a_network(site, tab):
    tab.open(f"{(site / 'search.html').as_uri()}?q=CallawaySantAnna")
    found = "document.querySelectorAll('#search-results li a').length"
    tab(
        f"new Promise(done => {{ const wait = () => {found} ? done() : setTimeout(wait, 50); wait(); }})"
    )
    shown = tab("document.querySelector('#search-results').textContent")
    assert "CallawaySantAnna" in shown
    assert tab.console == []


@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_nothing_in_the_pages_of_the_site(site, tab, width):
    axe = os.environ.get("AXE_CORE")
    if axe is None:
        pytest.skip("needs AXE_CORE: the path of axe-core's axe.min.js")
    for name in AXED:
        tab.open(site / name, width=width)
        tab(Path(axe).read_text(encoding="utf-8"))
        told = tab(
            "axe.run(document).then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"
        )
        assert told == [], name
