"""A blind run from the command line to its pages, and the run after cleaning was signed off."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
PAGES = ("report.html", "codebook.html")
PACKED = ("report.docx", "brief.docx", "tables.xlsx")


def impact(folder, *words):
    done = subprocess.run(
        [*IMPACT, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def words_in(path):
    """All text of a page, whatever it is packed in."""
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        return "".join(archive.read(name).decode() for name in names)


@pytest.mark.slow
def test_every_page_of_a_blind_run_is_marked_and_none_after_it_is_signed_off(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    values = yaml.safe_load((ROOT / "evaluation-jobtraining.yml").read_text(encoding="utf-8"))
    quick = {**values, "permutations": 99, "design_draws": 200}
    (tmp_path / "plan.yml").write_text(yaml.safe_dump(quick), encoding="utf-8")
    told = ("run", "plan.yml", "--notebooks", str(ROOT / "notebooks"))
    assert "BLIND" in impact(tmp_path, *told, "--blind")
    folder = tmp_path / "reports" / values["name"]
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert found["headline"]["blind"]
    assert all("BLIND" in words_in(folder / name) for name in (*PAGES, *PACKED))
    assert all("BLIND" in one.read_text() for one in (folder / "notebooks").glob("0*.ipynb"))
    impact(tmp_path, "unblind", "plan.yml", "--by", "Amina B.")
    assert "BLIND" not in impact(tmp_path, *told)
    assert not any("BLIND" in words_in(folder / name) for name in (*PAGES, *PACKED))
    assert "Amina B. signed it off on" in words_in(folder / "report.html")
    open_ = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert not open_["headline"]["blind"]
    assert open_["headline"]["estimate"] != found["headline"]["estimate"]
