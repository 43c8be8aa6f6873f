"""The main job through the command line: finished reports, published numbers, and bad ends that leave nothing behind."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from reporting.recalculated import cells_of, names_of, place
from reporting.test_workbook import sheets_of

from impact import __version__
from impact.cli import main
from impact.pipeline.store import MADE, building, read_run

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
FEW = ["--set", "permutations=199"]
FRENCH = ["--language", "fr"]
SMALL = "evaluation-jobtraining.yml"  # where any plan would do


def impact(*words, cwd=ROOT, **options):
    return subprocess.run(
        [*IMPACT, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=400, **options
    )


def run_plan(plan, reports, *words, **options):
    return impact("run", plan, "--reports", reports, *FEW, *words, **options)


@pytest.fixture(scope="module")
def artisans(made_run):
    made = made_run("artisans", "en")
    return made.folder, made


@pytest.fixture(scope="module")
def jobtraining(made_run):
    return made_run("jobtraining", "fr").folder


FIGURES = [
    "fig-counterfactual",
    "fig-theory",
    "fig-timeline",
    "fig-exposure",
    "fig-flow",
    "fig-balance",
    "fig-paths",
    "fig-event-study",
    "fig-subgroups",
    "fig-specifications",
    "fig-persistence",
    "fig-tornado",
    "fig-simulated",
    "fig-elsewhere",
    "fig-weights",
    "fig-power",
    "fig-intervals",
    "fig-honest",
    "fig-side-by-side",
]


def test_a_run_is_complete_and_certified(artisans):
    folder, done = artisans
    facts = read_run(folder)
    for name in (
        "report.html",
        "report.pdf",
        "tables.xlsx",
        "indicators.xlsx",
        "economics.xlsx",
        "results.json",
        "tables/tab-effects.csv",
        "figures/fig-event-study.svg",
    ):
        assert name in facts["outputs"]
    assert set(facts["inputs"]) == {
        "evaluation.yml",
        "data/raw/enquete_2010_2011.csv",
        "data/raw/enquete_2012.xlsx",
        "data/raw/enquete_2013.dta",
        "data/raw/enquete_2014.sav",
        "data/raw/intake.yml",
        "data/raw/liste_artisans.csv",
        "data/raw/participants_salons.tsv",
        "data/raw/presences.csv",
        "data/raw/rapprochement_confirme.csv",
        "data/artisans.yml",
        "data/artisans_truth.json",
        "data/economics.yml",
        "data/evidence.yml",
        "data/indicators.yml",
        "data/programme.yml",
    }
    assert facts["parameters"]["permutations"] == 199
    assert facts["seed"] == 2012
    assert facts["versions"]["pandas"] == pd.__version__
    assert "done: 03_impact" in done.stderr
    top = {path.name for path in folder.iterdir() if path.is_file()}
    assert {Path(line).name for line in done.stdout.splitlines()[1:]} == top
    assert str(ROOT) not in "".join(
        p.read_text(encoding="utf-8") for p in folder.rglob("*.ipynb")
    ).replace("\\\\", "")


def test_the_report_answers_first_and_says_how_sure(artisans):
    folder, _ = artisans
    html = (folder / "report.html").read_text(encoding="utf-8")
    headline = json.loads((folder / "results.json").read_text())["headline"]
    assert f"{headline['estimate']:,.0f}" in html
    believed = ("permutation", "design_check:holds_within_error")
    assert (headline["believed"], headline["why"]) == believed
    assert "No interval was clearly better; the usual clustered one held it in" in " ".join(
        html.split()
    )
    for words in (
        "Demonstration, not a finding",
        "Summary of findings",
        "Smallest detectable",
        "Parallel trends",
        "Limitations",
        "Event study",
        "As planned",
        "How sure are we?",
        "simulated from these data",
    ):
        assert words in html
    assert not re.search(r"\bno effect\b|\bnan\b|\bNone\b|\bnull\b", html)
    labels = re.findall(r'<figure[^>]* id="([^"]+)"', html)
    assert len(labels) == len(set(labels)) == html.count("<figure")
    assert set(FIGURES) <= set(labels)
    assert sum(label.endswith("-in-short") for label in labels) == 7  # one for each question
    assert html.count("<table") >= 14


def test_every_table_of_the_report_is_a_sheet_with_the_numbers_of_the_results(artisans):
    folder, _ = artisans
    found, _ = sheets_of(folder / "tables.xlsx")
    html = (folder / "report.html").read_text(encoding="utf-8")
    labels = re.findall(r'<table[^>]* id="tab-([^"]+)"', html)
    assert [name.split(" ")[1] for name in [*found][1:]] == [label[:28] for label in labels]
    values = [cell[0] for sheet in found.values() for cell in sheet.values() if len(cell) == 2]
    parts = json.loads((folder / "results.json").read_text())["parts"]["impact"]["values"]
    for row in parts["by_cohort"]["values"]["table"]:
        assert any(value == pytest.approx(row["estimate"], rel=1e-14) for value in values)


def test_the_workbook_of_the_appraisal_has_the_numbers_of_the_results(artisans):
    folder, _ = artisans
    names, cells = names_of(folder / "economics.xlsx"), cells_of(folder / "economics.xlsx")
    parts = json.loads((folder / "results.json").read_text())["parts"]["economics"]["values"]
    worth = parts["worth"]["values"]
    for name, figure in (
        ("rate_of_return", worth["rate_of_return"]["values"]["value"]),
        ("break_even_effect", worth["needed"]["values"]["value"]),
        ("net_present_value", worth["value"]),
    ):
        sheet, cell = names[name]
        assert cells[(sheet, *place(cell))] == pytest.approx(figure, rel=1e-14)
    banner = cells[(2, 1, 0)]
    assert banner.startswith("Invented data")


def test_every_link_of_the_page_leads_somewhere_in_its_run(artisans):
    folder, _ = artisans
    html = (folder / "report.html").read_text(encoding="utf-8")
    targets = set(re.findall(r'<a [^>]*href="([^"]+)"', html))
    places = {f"#{name}" for name in re.findall(r' id="([^"]+)"', html)}
    assert [t for t in targets - places if t[0] == "#" or not (folder / t).is_file()] == []
    numbers = re.findall(r'<a href="#n\d+" class="n"', html)
    assert len(numbers) >= 60
    facts = json.loads((folder / "results.json").read_text())["headline"]
    assert f"{facts['estimate']!r}" in html


def test_the_true_effect_of_the_simulation_is_inside_the_believed_interval(artisans):
    folder, _ = artisans
    headline = json.loads((folder / "results.json").read_text())["headline"]
    truth = json.loads((ROOT / "data" / "artisans_truth.json").read_text())["overall"]["effect_mad"]
    assert headline["conf_low"] < truth < headline["conf_high"]


def test_published_fixed_effects_of_the_training_grants_are_in_the_results(jobtraining):
    """Wooldridge, example 14.1: grant -.252 (.151), grant_1 -.422 (.210), d88 -.080 (.109), d89 -.247 (.133), n = 162."""
    model = json.loads((jobtraining / "results.json").read_text())["parts"]["panel_models"][
        "values"
    ]["own_model"]["values"]
    rows = {row["term"]: row for row in model["table"]}
    printed = {
        "grant": (-0.252, 0.151),
        "grant_1": (-0.422, 0.210),
        "time=1988": (-0.080, 0.109),
        "time=1989": (-0.247, 0.133),
    }
    for term, (value, error) in printed.items():
        assert round(rows[term]["estimate"], 3) == value
        assert round(rows[term]["std_error"], 3) == error
    assert model["sample"]["n_obs"] == 162
    html = (jobtraining / "report.html").read_text(encoding="utf-8")
    assert "\u22120,252" in html


@pytest.mark.longer
def test_the_same_plan_and_data_give_the_same_bytes_in_another_place_and_time_zone(
    jobtraining, tmp_path
):
    folder = jobtraining
    copy = tmp_path / "elsewhere"
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "evaluation-jobtraining.yml", copy)
    env = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "5", "LANG": "C", "COLUMNS": "40"}
    done = run_plan(SMALL, tmp_path / "reports", *FRENCH, cwd=copy, env=env)
    assert done.returncode == 0, done.stderr
    other = tmp_path / "reports" / "jobtraining"
    names = sorted(read_run(folder)["outputs"])
    released = [n for n in names if n.startswith(("tables/", "figures/")) or n in ("results.json",)]
    assert len(released) > 20
    for name in released:
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name
    # the cover names the code's git revision, which a copy outside the repository does not have
    without = [
        re.sub(r" \([0-9a-f]{10}\)", "", (f / "report.html").read_text(encoding="utf-8"))
        for f in (folder, other)
    ]
    assert without[0] == without[1]


@pytest.mark.slow  # by default one is compared in another place and time zone
def test_the_same_plan_twice_gives_the_same_pages(jobtraining, tmp_path):
    done = run_plan(SMALL, tmp_path, *FRENCH)
    assert done.returncode == 0, done.stderr
    for name in ("report.html", "report.pdf", "results.json"):
        assert (tmp_path / "jobtraining" / name).read_bytes() == (
            jobtraining / name
        ).read_bytes(), name


def test_a_changed_missing_or_added_file_is_found(artisans, tmp_path):
    folder, _ = artisans
    copy = tmp_path / "artisans"
    shutil.copytree(folder, copy)
    assert impact("check", copy).returncode == 0
    (copy / "tables" / "extra.csv").write_text("x")
    assert "does not belong" in impact("check", copy).stderr
    (copy / "tables" / "extra.csv").unlink()
    (copy / "report.html").write_text("other")
    done = impact("check", copy)
    assert (done.returncode, "was changed" in done.stderr) == (6, True)
    (copy / "run.json").unlink()
    assert "no run.json" in impact("check", copy).stderr


@pytest.fixture
def project(tmp_path):
    """A copy of the project's data, plans and notebooks, to be broken."""
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("evaluation.yml", "evaluation-jobtraining.yml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def insert_cell(path, source):
    content = json.loads(path.read_text(encoding="utf-8"))
    cell = {
        "cell_type": "code",
        "id": "bad",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }
    content["cells"].insert(3, cell)
    path.write_text(json.dumps(content), encoding="utf-8")


def left_behind(project):
    """What stands in the folder of reports beside locks and what runs leave for the next."""
    reports = project / "reports"
    return (
        [path.name for path in reports.iterdir() if path.name != MADE and path.suffix != ".lock"]
        if reports.exists()
        else []
    )


def spoil_amount(path):
    content = path.read_bytes()
    spoiled = re.sub(rb";\d+\xa0\d{3},\d\d;", b";97 783 DH;", content, count=1)
    assert spoiled != content
    path.write_bytes(spoiled)


BEFORE_A_KERNEL = {
    "unknown plan key": (
        2,
        "did you mean seed",
        lambda p: change(p / "evaluation.yml", "seed:", "sead:"),
    ),
    "unknown outcome": (
        2,
        "outcomes: revenu_mad is not declared in the schema; did you mean revenue_mad",
        lambda p: change(p / "evaluation.yml", "[revenue_mad,", "[revenu_mad,"),
    ),
    "unknown cohort": (
        2,
        "cohort: first_fare is not declared in the schema; did you mean first_fair",
        lambda p: change(p / "evaluation.yml", "cohort: first_fair", "cohort: first_fare"),
    ),
    "missing data": (
        3,
        "no such data file",
        lambda p: (p / "data" / "raw" / "presences.csv").unlink(),
    ),
    "missing schema": (3, "no such file", lambda p: (p / "data" / "artisans.yml").unlink()),
    "missing plan": (2, "no such file", lambda p: (p / "evaluation.yml").unlink()),
    "missing notebook": (
        2,
        "03_impact.ipynb: no such notebook in notebooks;",
        lambda p: (p / "notebooks" / "03_impact.ipynb").unlink(),
    ),
    "bad number in the data": (
        3,
        "cannot be read as a number",
        lambda p: spoil_amount(p / "data" / "raw" / "enquete_2010_2011.csv"),
    ),
}


@pytest.mark.parametrize("name", BEFORE_A_KERNEL)
def test_what_is_wrong_is_said_with_its_own_exit_code_and_nothing_is_left(project, name):
    code, words, spoil = BEFORE_A_KERNEL[name]
    spoil(project)
    done = run_plan("evaluation.yml", "reports", cwd=project)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "97 783" not in done.stderr
    assert left_behind(project) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("alfa=0.1", "did you mean alpha"),
        ("alpha=0", "alpha:"),
        ("permutations=1", "permutations:"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_parameter_that_the_plan_would_refuse_stops_plan_and_run(project, command, told, words):
    done = impact(command, "evaluation.yml", "--set", told, cwd=project)
    assert (done.returncode, words in done.stderr) == (2, True)
    assert left_behind(project) == []


def test_the_command_says_its_version(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["impact", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"impact {__version__}\n"


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("run --comparison-group x", "--set comparison_group="),
        ("batch --alpha=2", "--grid alpha="),
        ("run --foo", ""),
        ("check --alpha", ""),
    ],
)
def test_an_option_that_is_a_choice_of_the_plan_is_told_how_it_is_set(
    words, way, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["impact", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert way in said
    assert bool(way) is ("A choice of the plan" in said)


def test_a_killed_kernel_has_its_own_error_and_leaves_nothing(project):
    insert_cell(
        project / "notebooks" / "01_data_quality.ipynb", "import os\nos.kill(os.getpid(), 9)"
    )
    done = run_plan(SMALL, "reports", cwd=project)
    assert (done.returncode, "the kernel died" in done.stderr) == (5, True), done.stderr
    assert left_behind(project) == []


def test_a_failing_cell_is_named_without_its_text(project):
    insert_cell(
        project / "notebooks" / "01_data_quality.ipynb", "raise ValueError('Zineb 0661 secret')"
    )
    done = run_plan(SMALL, "reports", cwd=project)
    assert done.returncode == 5
    assert "01_data_quality, cell 4: ValueError" in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert left_behind(project) == []


@pytest.mark.longer
def test_a_full_disk_has_its_own_exit_code_and_keeps_the_earlier_report(project, jobtraining):
    shutil.copytree(jobtraining, project / "reports" / "jobtraining")
    before = read_run(project / "reports" / "jobtraining")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # noqa: E731
    done = run_plan(SMALL, "reports", cwd=project, preexec_fn=limit)
    assert done.returncode == 6, done.stderr
    assert "space and permissions" in done.stderr
    assert read_run(project / "reports" / "jobtraining") == before
    assert left_behind(project) == ["jobtraining"]


def kernels(folder):
    """Processes whose command line or folder belongs to a run started in ``folder``."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str((path / "cwd").readlink()).startswith(str(folder)):
                found.append(int(path.name))
        except OSError:
            continue
    return found


def stopped(project, sign, *, at):
    """How a run ends that is sent a signal once so many of its processes work, and what it said."""
    child = subprocess.Popen(
        [*IMPACT, "run", SMALL, "--reports", "reports"],
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        # a shell in the background ignores Ctrl-C, and a child inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        deadline = time.monotonic() + 180
        while len(kernels(project)) < at and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(kernels(project)) >= at
        child.send_signal(sign)
        _, told = child.communicate(timeout=60)
    finally:  # a machine too busy to start it fails this test, and no other
        child.kill()
        child.communicate()
    deadline = time.monotonic() + 10
    while kernels(project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernels(project) == []
    return child.returncode, told


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_while_libraries_are_imported_leaves_nothing(project, sign):
    code, told = stopped(project, sign, at=2)  # the command, and the process that imports
    assert code == (130 if sign == signal.SIGINT else -9)
    assert ("stopped; what was under way was not published" in told) == (code == 130)
    assert not (project / "reports").exists()


@pytest.mark.longer
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_leaves_the_earlier_report_and_no_kernel(project, jobtraining, sign):
    shutil.copytree(jobtraining, project / "reports" / "jobtraining")
    before = read_run(project / "reports" / "jobtraining")
    # the command, the process that imports, the run, the parent of its notebooks, a notebook, its kernel
    code, told = stopped(project, sign, at=6)
    assert code == (130 if sign == signal.SIGINT else -9)
    assert ("stopped; what was under way was not published" in told) == (code == 130)
    if sign == signal.SIGINT:
        assert left_behind(project) == ["jobtraining"]
    assert read_run(project / "reports" / "jobtraining") == before
    with building(
        project / "reports", "jobtraining"
    ) as folder:  # the next run sweeps what a killed one left
        partial = [path for path in (project / "reports").iterdir() if path.suffix == ".partial"]
        assert partial == [folder]
        shutil.copytree(jobtraining, folder, dirs_exist_ok=True)


@pytest.mark.longer
def test_a_second_run_of_the_same_data_simulates_nothing_and_has_the_same_bytes(project):
    def made():
        assert run_plan(SMALL, "reports", cwd=project).returncode == 0
        folder = project / "reports" / "jobtraining"
        return {
            name: digest
            for name, digest in read_run(folder)["outputs"].items()
            if not name.startswith("notebooks/")  # they tell when their cells ran
        }

    def kept():
        """When each file was written, and when it was read last."""
        found = [path for path in (project / "reports" / MADE).rglob("*") if path.is_file()]
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}

    first, before = made(), kept()
    second, after = made(), kept()
    assert first == second
    assert len(before) > 2  # the letters, and a design check for each outcome
    assert before.keys() == after.keys()
    assert all(after[name][0] == before[name][0] for name in before)
    assert all(after[name][1] > before[name][1] for name in before)


def test_a_notebook_runs_through_plain_papermill_with_another_outcome(tmp_path):
    out = tmp_path / "out.ipynb"
    words = [
        "-m",
        "papermill",
        ROOT / "notebooks" / "03_impact.ipynb",
        out,
        "-p",
        "plan",
        SMALL,
        "-p",
        "outcome",
        "lscrap",
        "-p",
        "permutations",
        "99",
    ]
    done = subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert "Log scrap rate" in out.read_text(encoding="utf-8")
