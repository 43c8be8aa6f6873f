"""Words large enough to read: seven points on paper, eleven pixels on a screen and on a phone. Words in figures: test_figures."""

import json
import re
import shutil
import subprocess

import pytest
from pypdf import PdfReader

POINTS, PIXELS = 7.0, 11.0
SMALLEST = """
onload = () => {
  const page = document.getElementById('f').contentDocument, found = {};
  page.querySelectorAll('details').forEach(part => { part.open = true });
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, words = text.textContent.trim();
    const size = parseFloat(page.defaultView.getComputedStyle(text.parentElement).fontSize);
    if (words) found[size] = found[size] || words.slice(0, 40);
  }
  document.title = JSON.stringify(found);
}
"""


@pytest.mark.parametrize(
    ("plan", "language"),
    [("artisans", "en"), pytest.param("jobtraining", "fr", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", ["report.pdf", "brief.pdf"])
def test_no_text_on_paper_is_under_seven_points(made_run, plan, language, name):
    sizes = {}

    def note(text, matrix, text_matrix, _, size):
        if text.strip():
            points = size * abs(text_matrix[3]) * abs(matrix[3])
            sizes.setdefault(round(points, 1), text.strip()[:40])

    for page in PdfReader(made_run(plan, language).folder / name).pages:
        page.extract_text(visitor_text=note)
    assert len(sizes) > 4
    assert {size: words for size, words in sizes.items() if size < POINTS} == {}


@pytest.mark.parametrize(("plan", "language"), [("artisans", "en"), ("jobtraining", "fr")])
@pytest.mark.parametrize("width", [1400, 390])
def test_no_text_on_a_screen_is_under_eleven_pixels(made_run, plan, language, width, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    shutil.copy(made_run(plan, language).folder / "report.html", tmp_path / "report.html")
    wrapper = tmp_path / "frame.html"
    wrapper.write_text(
        f'<iframe id="f" src="report.html" style="width:{width}px;height:900px;border:0"></iframe>'
        f"<script>{SMALLEST}</script>"
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--allow-file-access-from-files"]  # fmt: skip
    done = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom", wrapper.as_uri()],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    sizes = json.loads(re.search(r"<title>(.*)</title>", done.stdout).group(1))
    assert len(sizes) > 4
    assert {size: words for size, words in sizes.items() if float(size) < PIXELS} == {}
