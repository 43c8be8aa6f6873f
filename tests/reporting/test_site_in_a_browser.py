"""The site in a real Chromium: filters, order, keyboard, links, phone, print, an empty console; axe-core finds nothing.

axe-core is no dependency: `npm pack axe-core` somewhere outside, and AXE_CORE names its axe.min.js.
"""

import os
from pathlib import Path

import pytest
from pypdf import PdfReader
from reporting.browser import browsing
from reporting.site_runs import facts, many_runs, results, write_run
from reporting.test_explorer import curve

from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.pipeline.site import write_comparison, write_index
from impact.pipeline.store import certify
from impact.reporting.site.explorer import explorer_page
from impact.reporting.site.specifications import Specifications
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("index.html", "index.fr.html", "compare_before_with_after.html", "artisans-0-rev/explorer.html", "artisans-1-rev/explorer.html")  # fmt: skip
SHOWN = "[...document.querySelectorAll('#runs tbody tr')].filter(row => row.getClientRects().length).length"
NAMED = "[...document.querySelectorAll('#runs tbody tr')].map(row => row.dataset.name)"
CHOSEN = "[...document.querySelectorAll('#choices fieldset input:checked')].map(one => one.value).join(' ')"
FOUND = "document.querySelector('#found .large').textContent"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = many_runs(tmp_path_factory.mktemp("browsed") / "reports")
    for at, language in enumerate(("en", "fr")):
        plan = read_plan(ROOT / "evaluation.yml").told({"language": language})
        page = explorer_page(Specifications(curve(), plan), Voice(Study(plan, ROOT)), unit="MAD")
        (folder / f"artisans-{at}-rev" / "explorer.html").write_bytes(page)
    for name, estimate in (("before", 9000.0), ("after", 9500.0)):
        told = facts(inputs={"data.csv": name}, impact="0.1.0", versions={"numpy": "2.4.6"})
        run = write_run(folder / name, found=results(estimate))
        (run / "run.json").unlink()
        certify(run, told)
    (folder / "photos").mkdir()
    write_index(folder)
    write_comparison(folder / "before", folder / "after", to=None, language="en")
    return folder


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


def choose(tab, name, value):
    tab(f"(() => {{ const one = document.forms.filters.elements[{name!r}]; one.value = {value!r}; one.dispatchEvent(new Event('input', {{bubbles: true}})); }})()")  # fmt: skip


def focus(tab, selector):
    tab(f"document.querySelector({selector!r}).focus()")


def test_search_filters_and_reset_show_the_runs_that_fit(reports, tab):
    tab.console.clear()
    tab.open(reports / "index.html")
    assert tab(SHOWN) == 15
    focus(tab, "input[type=search]")
    tab.type("fes pottery")  # without the accent of the name
    assert tab(SHOWN) == 2
    assert tab("document.getElementById('shown').textContent") == "2 of 15 shown"
    choose(tab, "outcome", "Employment")
    assert tab(SHOWN) == 1
    tab.press("Enter")  # sends nothing anywhere
    focus(tab, "button[type=reset]")
    tab.press(" ")
    assert tab("new Promise(done => setTimeout(() => done(" + SHOWN + "), 50))") == 15
    for name, value, n in (("part0", "Fès", 6), ("rating", "3", 4), ("status", "released", 2), ("language", "fr", 2), ("status", "foreign", 1)):  # fmt: skip
        choose(tab, name, value)
        assert tab(SHOWN) == n, (name, value)
        choose(tab, name, "")
    assert tab.console == []


def test_the_explorer_is_worked_by_keyboard(reports, tab):
    tab.console.clear()
    tab.open(reports / "artisans-0-rev" / "explorer.html", width=400)
    own = tab(FOUND)
    assert "place" in own
    focus(tab, "fieldset:last-of-type input:checked")
    tab.press("ArrowDown")
    assert tab(FOUND) != own
    focus(tab, "#all")
    tab.press("Enter")
    assert tab(FOUND).startswith("15 of 15 combinations")
    assert tab(CHOSEN).strip() == ""
    focus(tab, "#walk")
    tab.press("Home")
    assert "place 1 of 15" in tab(FOUND)
    tab.press("ArrowRight")
    assert "place 2 of 15" in tab(FOUND)
    focus(tab, "#plan")
    tab.press(" ")
    assert tab(FOUND) == own
    assert tab.console == []


@pytest.mark.longer
def test_columns_sort_by_keyboard_and_say_so(reports, tab):
    tab.open(reports / "index.html")
    focus(tab, "th[data-sort=effect] button")
    tab.press("Enter")
    effects = "[...document.querySelectorAll('#runs tbody tr')].map(row => row.dataset.effect).filter(x => x).map(Number)"
    assert tab(effects) == sorted(tab(effects))
    assert (
        tab("document.querySelector('th[data-sort=effect]').getAttribute('aria-sort')")
        == "ascending"
    )
    assert tab(NAMED)[-1] == "photos" or tab("[...document.querySelectorAll('#runs tbody tr')].at(-1).dataset.effect") == ""  # fmt: skip
    tab.press("Enter")
    assert tab(effects) == sorted(tab(effects), reverse=True)


@pytest.mark.longer
def test_two_ticked_runs_stand_in_the_command(reports, tab):
    tab.open(reports / "index.html")
    for name in ("before", "after"):
        tab(f"document.querySelector('tr[data-path$={name}] .pick input').click()")
    command = tab("document.getElementById('command').textContent")
    assert command == f"impact compare-runs {reports}/before {reports}/after"


@pytest.mark.longer
@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_opens_something(page, reports, tab):
    tab.open(reports / page)
    links = tab("[...document.links].map(one => one.href)")
    assert links
    for link in dict.fromkeys(links):
        path, _, anchor = link.partition("#")
        target = Path(path.removeprefix("file://"))
        if page.endswith("explorer.html") and target.name == "report.html":
            assert target.is_file()
        elif anchor and target == reports / page:
            assert tab(f"document.getElementById({anchor!r}) !== null"), link
        else:
            from urllib.parse import unquote

            assert Path(unquote(str(target))).exists(), link


@pytest.mark.longer
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1400, 900, 400])
@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_wider_than_its_page_and_the_console_stays_empty(page, width, script, reports, tab):  # fmt: skip
    tab.console.clear()
    tab.open(reports / page, width=width, script=script)
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert tab("document.documentElement.scrollWidth") <= width
    smallest = tab(
        "Math.min(...[...document.querySelectorAll('body *')].filter(one => [...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())"
        " && one.getClientRects().length && one.closest('script,style') === null).map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert smallest >= 11
    assert tab.console == []


@pytest.mark.longer
@pytest.mark.parametrize("page", PAGES)
def test_every_page_prints_with_its_table_and_without_its_controls(page, reports, tab, tmp_path):
    tab.open(reports / page)
    tab.printed(tmp_path / "page.pdf")
    pages = PdfReader(tmp_path / "page.pdf").pages
    text = "".join(one.extract_text() for one in pages)
    assert 1 <= len(pages) <= 5
    assert "Show all" not in text
    assert "15 of 15" not in text
    languages_of_runs = tab("document.querySelectorAll('#runs [lang=fr]').length")
    assert text.count("Français") == languages_of_runs  # none from the choice of the page's own


@pytest.mark.longer
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1400, 400])
def test_axe_finds_nothing(page, width, reports, tab):
    axe = os.environ.get("AXE_CORE")
    if axe is None:
        pytest.skip("needs AXE_CORE: the path of axe-core's axe.min.js")
    tab.ask("Page.setBypassCSP", enabled=True)  # the page itself lets no other script run
    try:
        tab.open(reports / page, width=width)
        tab("document.querySelectorAll('details').forEach(part => { part.open = true })")
        tab(f"{Path(axe).read_text(encoding='utf-8')}; 0")
        found = tab("axe.run(document, {resultTypes: ['violations']}).then(r => ({bad: r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 120)), good: r.passes.length}))")  # fmt: skip
    finally:
        tab.ask("Page.setBypassCSP", enabled=False)
    assert found["bad"] == []
    assert found["good"] > 20, "rules that passed: axe saw the page"


@pytest.mark.longer
def test_a_script_of_somebody_else_does_not_run_in_a_page(reports, tab, tmp_path):
    page = (reports / "index.html").read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    evil = (
        "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
    )
    other.write_text(page.replace("</main>", f"{evil}</main>"), encoding="utf-8")
    tab.open(other)
    assert tab("document.title") != "taken"
    assert any("Content Security Policy" in line for line in tab.console)
    tab.console.clear()
