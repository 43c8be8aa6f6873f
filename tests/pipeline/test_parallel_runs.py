"""Many runs at once, in which every name, number and figure is one run's own."""

import base64
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from pipeline.many_runs import write_cities, write_short_notebooks
from pypdf import PdfReader

from impact.pipeline.run import run as run_alone
from impact.pipeline.store import read_run
from impact.pipeline.verify import verify

pytestmark = pytest.mark.slow
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
RUNS = int(os.environ.get("IMPACT_RUNS", "6"))  # 200 is what a night has time for
CITY = re.compile(r"Kq\d{3}zj")
LONG = re.compile(r"-?\d+\.\d{9,}")  # a number so long is one result's own
OF_COUNTS = {"fig-flow", "fig-weights"}  # draw numbers of firms alone, which all cities share
NAMED_IN = {
    "report.html", "report.pdf", "report.docx", "brief.pdf", "brief.docx", "tables.xlsx", "numbers.json", "run.json",
}  # fmt: skip
NUMBERED_IN = {
    "report.html", "tables.xlsx", "numbers.json", "tables/tab-effects.csv", "tables/tab-estimators.csv", "tables/tab-panel.csv",
    "notebooks/03_impact.ipynb", "notebooks/06_report.ipynb",
}  # fmt: skip
OF_THE_SCHEMA = {"codebook.html", "codebook.csv", "codebook.xml"}  # list every label of a column


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    return write_cities(tmp_path_factory.mktemp("many") / "été {plan}", RUNS)


@pytest.fixture(scope="module")
def notebooks(cities):
    return write_short_notebooks(cities.plan.parent / "notebooks")


def started(cities, notebooks, reports, *, runs, jobs):
    grid = "city=" + ",".join(list(cities.effects)[:runs])
    words = ["--grid", grid, "--reports", reports, "--notebooks", notebooks, "--jobs", jobs]
    return subprocess.Popen(
        [*IMPACT, "batch", "plan.yml", *map(str, words)],
        cwd=cities.plan.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def parallel(cities, notebooks):
    reports = cities.plan.parent / "parallel"
    batch = started(cities, notebooks, reports, runs=RUNS, jobs=4)
    _, said = batch.communicate()
    assert batch.returncode == 0, said
    return reports


def folder_of(reports, city):
    return reports / f"crafts-{city.lower()}"


@cache
def text_of(path):
    """Everything that a file says, its markup left in."""
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(path) as parts:
            members = [name for name in sorted(parts.namelist()) if name.endswith(".xml")]
            return "\n".join(parts.read(name).decode() for name in members)
    return path.read_text(encoding="utf-8")


def files_in(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def numbers_in(path):
    """Numbers of at least ten digits, as a file of any format would write them; 8.2000000000001 has two."""
    written = {f"{float(found):.12g}" for found in LONG.findall(text_of(path))}
    return {number for number in written if len(re.sub(r"e.*|\D", "", number).lstrip("0")) >= 10}


def test_every_result_is_that_of_its_own_data_by_hand(cities, parallel):
    for city, effect in cities.effects.items():
        results = json.loads(text_of(folder_of(parallel, city) / "results.json"))
        assert results["headline"]["estimate"] == pytest.approx(effect, rel=1e-9), city


def test_the_name_of_a_run_stands_in_its_own_files_and_no_other_does(cities, parallel):
    for city in cities.effects:
        for name, path in files_in(folder_of(parallel, city)).items():
            if name in OF_THE_SCHEMA:
                continue
            names = set(CITY.findall(text_of(path)))
            assert names <= {city}, name
            if name in NAMED_IN or name.endswith(".ipynb"):
                assert names, name


def test_every_long_number_of_a_file_is_one_of_its_own_run(cities, parallel):
    owners = defaultdict(set)
    for city in cities.effects:
        for number in numbers_in(folder_of(parallel, city) / "results.json"):
            owners[number].add(city)
    for city in cities.effects:
        for name, path in files_in(folder_of(parallel, city)).items():
            found = [owners[number] for number in numbers_in(path) if number in owners]
            assert all(city in whose for whose in found), name
            if name in NUMBERED_IN:
                assert {city} in found, name


def test_every_numeral_of_a_page_is_the_one_that_its_run_wrote_there(cities, parallel):
    for city in cities.effects:
        folder = folder_of(parallel, city)
        for page in ("report.html", "report.pdf", "report.docx", "brief.pdf", "brief.docx"):
            assert verify(folder / page, folder) == [], (city, page)
        ledger = json.loads(text_of(folder / "numbers.json"))
        results = json.loads(text_of(folder / "results.json"))
        sources = [
            numeral["source"]
            for entries in ledger["files"].values()
            for entry in entries
            for numeral in entry.get("numerals", ())
        ]
        held = [
            one
            for one in sources
            if one
            and not one["rounded"]
            and one["key"].startswith("results.json#headline.")
            and "[" not in one["key"]
        ]
        assert len(held) > 10
        for source in held:
            key = source["key"].removeprefix("results.json#headline.")
            assert results["headline"][key] == source["value"], (city, key)


def pictures(page):
    """Pictures of a page, as files."""
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text_of(page))
    return {sha256(base64.b64decode(one)).hexdigest() for one in found}


def test_every_figure_is_its_runs_own_and_the_page_shows_that_one(cities, parallel):
    drawn = defaultdict(list)
    shown = defaultdict(set)
    for city in cities.effects:
        folder = folder_of(parallel, city)
        figures = {path.stem: sha256(path.read_bytes()).hexdigest() for path in (folder / "figures").iterdir()}  # fmt: skip
        assert {"fig-event-study", "fig-counterfactual", "fig-paths"} <= set(figures)
        on_page = pictures(folder / "report.html")
        assert {figures["fig-event-study"], figures["fig-counterfactual"]} <= on_page
        for name, digest in figures.items():
            drawn[name].append(digest)
        for digest in on_page:
            shown[digest].add(city)
    for name, digests in drawn.items():
        alike = 1 if name in OF_COUNTS else len(cities.effects)
        assert len(set(digests)) == alike, name
    of_data = {digest for name, all_of in drawn.items() if name not in OF_COUNTS for digest in all_of}  # fmt: skip
    assert all(len(shown[digest]) == 1 for digest in of_data & set(shown))


def pictures_of_word(path):
    with zipfile.ZipFile(path) as parts:
        return [sha256(parts.read(name)).hexdigest() for name in parts.namelist() if "/media/" in name]  # fmt: skip


def test_no_two_word_files_share_a_picture_of_data(cities, parallel):
    owners = defaultdict(set)
    for city in cities.effects:
        found = pictures_of_word(folder_of(parallel, city) / "report.docx")
        assert found
        for digest in found:
            owners[digest].add(city)
    everybody = set(cities.effects)
    assert all(len(whose) == 1 or whose == everybody for whose in owners.values())


CHECKS = (
    test_every_result_is_that_of_its_own_data_by_hand,
    test_the_name_of_a_run_stands_in_its_own_files_and_no_other_does,
    test_every_long_number_of_a_file_is_one_of_its_own_run,
    test_every_numeral_of_a_page_is_the_one_that_its_run_wrote_there,
    test_every_figure_is_its_runs_own_and_the_page_shows_that_one,
    test_no_two_word_files_share_a_picture_of_data,
)


@pytest.mark.parametrize(
    "name",
    [
        "report.html", "report.pdf", "report.docx", "brief.pdf", "tables.xlsx", "results.json", "numbers.json", "run.json",
        "notebooks/05_robustness.ipynb", "tables/tab-effects.csv", "tables/tab-panel.csv", "figures/fig-event-study.svg",
        "figures/fig-paths.svg",
    ],
)  # fmt: skip
def test_one_file_of_another_run_would_be_found(cities, parallel, tmp_path, name):
    first, second = list(cities.effects)[:2]
    for city in (first, second):
        shutil.copytree(folder_of(parallel, city), folder_of(tmp_path, city))
    shutil.copy(folder_of(parallel, second) / name, folder_of(tmp_path, first) / name)
    two = replace(cities, effects={city: cities.effects[city] for city in (first, second)})
    found = []
    for check in CHECKS:
        try:
            check(two, tmp_path)
        except AssertionError:
            found.append(check.__name__)
    assert found


def released(folder):
    """Every file that must be the same whatever happened meanwhile."""
    return {
        name: (folder / name).read_bytes()
        for name in read_run(folder)["outputs"]
        if not name.startswith("notebooks/")
    }


def test_runs_drawn_by_lot_have_the_bytes_of_the_same_run_made_alone(cities, parallel, notebooks):
    for city in random.Random(1).sample(list(cities.effects), max(2, RUNS // 50)):  # noqa: S311
        done = run_alone(
            cities.plan, reports=cities.plan.parent / "alone", notebooks=notebooks,
            changes={"only": {"city": [city]}, "name": f"crafts-{city.lower()}"}, fresh=True,
        )  # fmt: skip
        assert released(done.folder) == released(folder_of(parallel, city)), city


def finished_in(reports, cities):
    """Each run that is published, and when it was finished."""
    folders = [folder_of(reports, city) for city in cities.effects]
    return {folder: read_run(folder)["finished"] for folder in folders if folder.exists()}


def processes_in(folder):
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            found += [path.name] if (path / "cwd").readlink().is_relative_to(folder) else []
        except OSError:
            continue
    return found


def seconds_until(condition, limit_s):
    began = time.monotonic()
    while not condition() and time.monotonic() < began + limit_s:
        time.sleep(0.05)
    assert condition(), f"not after {limit_s} s"
    return time.monotonic() - began


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
def test_a_batch_killed_twice_and_resumed_has_the_bytes_of_the_undisturbed_one(
    cities, parallel, notebooks, record_property
):
    lot = random.Random(2)  # noqa: S311
    reports = cities.plan.parent / "killed"
    made = {}
    for _ in range(2):
        batch = started(cities, notebooks, reports, runs=RUNS, jobs=2)
        enough = len(made) + lot.randint(1, max(RUNS // 4, 1))
        midway = lambda enough=enough: len(finished_in(reports, cities)) >= enough  # noqa: E731
        seconds_until(lambda midway=midway: midway() and processes_in(reports), 60 * RUNS)
        time.sleep(lot.uniform(0, 5))
        batch.kill()
        batch.communicate()
        assert batch.returncode == -signal.SIGKILL
        record_property("seconds to the end of the last child", seconds_until(lambda: not processes_in(reports), 3))  # fmt: skip
        now = finished_in(reports, cities)
        assert made.items() < now.items()
        assert len(now) < RUNS
        made = now
        record_property("runs made before a kill", len(made))
    assert made
    batch = started(cities, notebooks, reports, runs=RUNS, jobs=2)
    _, said = batch.communicate()
    assert batch.returncode == 0, said
    record = json.loads((reports / "crafts-batch" / "batch.json").read_text(encoding="utf-8"))
    resumed = {reports / run["name"] for run in record["runs"] if run["resumed"]}
    assert resumed == made.keys()
    assert made.items() <= finished_in(reports, cities).items()
    for city in cities.effects:
        assert released(folder_of(reports, city)) == released(folder_of(parallel, city)), city
    assert not [path for path in reports.iterdir() if path.suffix in {".work", ".partial"}]
