"""What axe-core finds in the finished pages, at the widths of a desk, a tablet and a phone: nothing.

axe-core is no dependency: `npm pack axe-core` somewhere outside, and AXE_CORE names its axe.min.js.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = "axe.run(document,{resultTypes:['violations']}).then(r=>{parent.document.title='axe:'+r.violations.map(v=>v.id).join(',')+':'+r.passes.length})"


@pytest.mark.slow
@pytest.mark.parametrize("width", [1400, 900, 390])
@pytest.mark.parametrize(("plan", "language"), [("artisans", "en"), ("jobtraining", "fr")])
def test_axe_finds_nothing(plan, language, width, made_run, tmp_path):
    axe, chromium = os.environ.get("AXE_CORE"), shutil.which("chromium")
    if axe is None or chromium is None:
        pytest.skip("needs Debian's chromium, and AXE_CORE: the path of axe-core's axe.min.js")
    page = (made_run(plan, language).folder / "report.html").read_text(encoding="utf-8")
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    script = Path(axe).read_text(encoding="utf-8")
    page = page.replace("</body>", f"<script>{script}</script><script>onload=()=>{RUN}</script></body>")  # fmt: skip
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="report.html" style="width:{width}px;height:900px;border:0"></iframe>')  # fmt: skip
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--allow-file-access-from-files"]  # fmt: skip
    done = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=60000", "--dump-dom", frame.as_uri()],
        capture_output=True, text=True, check=True, timeout=180,
    )  # fmt: skip
    found = re.search(r"<title>axe:(.*):(\d+)</title>", done.stdout)
    assert found, "axe did not finish"
    assert found.group(1) == ""
    assert int(found.group(2)) > 20, "rules that passed: axe saw the page"
