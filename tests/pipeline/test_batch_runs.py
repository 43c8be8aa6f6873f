"""Batches that really run: killed and resumed, in parallel, on a cluster; the same bytes, nothing mixed, nobody left alive."""

import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pipeline.crafts import write_project

from impact.pipeline.run import run as run_alone
from impact.pipeline.store import read_run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc"),
]
ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-c", "from impact.cli import main; main()"]
SOON_S = 3.0
KILLS = int(os.environ.get("IMPACT_KILLS", "3"))  # 20 is what a night has time for
NAMES = ["crafts-fes", "crafts-marrakech"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("batch") / "été à Fès {plan}").parent


def command(reports, *words, grid="city=*", notebooks=ROOT / "notebooks"):
    told = [
        "batch",
        "plan.yml",
        "--grid",
        grid,
        "--reports",
        reports,
        "--notebooks",
        notebooks,
        *words,
    ]
    return [*IMPACT, *map(str, told)]


def batch(project, reports, *words, **options):
    keys = {name: options.pop(name) for name in ("grid", "notebooks") if name in options}
    return subprocess.run(
        command(reports, *words, **keys), cwd=project, capture_output=True, text=True, timeout=900, **options
    )  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(project):
    reports = project / "undisturbed"
    done = batch(project, reports, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    return reports


def aside(reports):
    """Folders in which something is being made."""
    return [path.name for path in reports.iterdir() if path.suffix in {".work", ".partial"}]


def released(folder):
    """Every file that must be the same whatever happened meanwhile."""
    names = read_run(folder)["outputs"]
    return {
        name: (folder / name).read_bytes() for name in names if not name.startswith("notebooks/")
    }


def processes(folder):
    """Processes that work somewhere in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str((path / "cwd").readlink()).startswith(str(folder)):
                found.append(int(path.name))
        except OSError:
            continue
    return found


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_every_run_has_its_own_numbers_and_only_those(undisturbed):
    shown = {name: released(undisturbed / name) for name in NAMES}
    own = [name for name in shown["crafts-fes"] if name.startswith(("figures/", "tables/"))]
    same = [
        name for name in own if shown["crafts-fes"][name] == shown["crafts-marrakech"].get(name)
    ]
    assert len(own) > 20
    assert len(same) <= len(own) / 2  # what has no number of firms, as headings alone
    for name, other in zip(NAMES, reversed(["Fes", "Marrakech"]), strict=True):
        # letters of typefaces and pictures may spell a name
        page = re.sub(r"base64,[\w+/=]+", "", shown[name]["report.html"].decode())
        assert "A part of the firms" in page
        assert other not in page
        numbers = json.loads(shown[name]["numbers.json"])
        headline = json.loads(shown[name]["results.json"])["headline"]
        assert headline["outcome"] == "sales"
        assert numbers


def test_a_run_of_a_parallel_batch_has_the_bytes_of_the_run_made_alone_with_new_kernels(
    project, undisturbed
):
    done = run_alone(
        project / "plan.yml",
        reports=project / "alone",
        notebooks=ROOT / "notebooks",
        changes={"only": {"city": ["Marrakech"]}, "name": "crafts-marrakech"},
        fresh=True,
    )
    assert released(done.folder) == released(undisturbed / "crafts-marrakech")


def test_no_path_of_this_machine_is_in_a_notebook(project, undisturbed):
    for path in undisturbed.rglob("*.ipynb"):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        assert str(project) not in text
        assert ascii(str(project))[1:-1] not in text


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_batch_leaves_nobody_and_its_resumption_equals_an_undisturbed_one(
    project, undisturbed, seed
):
    reports = project / f"killed-{seed}"
    child = subprocess.Popen(
        command(reports, "--jobs", "1"), cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    first = reports / NAMES[0] / "run.json"
    try:
        if seed % 2:  # in the second run; else anywhere in the first
            assert until(first.is_file, 300)
        time.sleep(random.Random(seed).uniform(2, 40 if seed % 2 == 0 else 8))  # noqa: S311
    finally:
        child.kill()
        child.communicate()
    assert until(lambda: not processes(reports), SOON_S)
    made = {
        name: read_run(reports / name)["finished"] for name in NAMES if (reports / name).exists()
    }
    done = batch(project, reports, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    record = json.loads((reports / "crafts-batch" / "batch.json").read_text(encoding="utf-8"))
    assert {run["name"] for run in record["runs"] if run["resumed"]} == set(made)
    for name in NAMES:
        assert released(reports / name) == released(undisturbed / name)
    for name, finished in made.items():
        assert read_run(reports / name)["finished"] == finished
    assert aside(reports) == []


def test_ctrl_c_ends_everything_with_its_own_code_and_leaves_nothing_half_made(project):
    reports = project / "stopped"
    child = subprocess.Popen(
        command(reports, "--jobs", "1"), cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    assert until(lambda: [*reports.glob(".crafts-fes.*.partial")], 120)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode == 130
    assert until(lambda: not processes(reports), SOON_S)
    record = json.loads((reports / "crafts-batch" / "batch.json").read_text(encoding="utf-8"))
    assert [run["status"] for run in record["runs"]] == ["stopped", "not_started"]
    assert aside(reports) == []


def test_a_run_that_takes_too_long_is_stopped_and_named(project):
    reports = project / "late"
    done = batch(project, reports, "--jobs", "1", "--timeout", "4", grid="city=Fes")
    assert done.returncode == 5, done.stderr
    assert "not finished after 4 s" in done.stderr
    assert until(lambda: not processes(reports), SOON_S)
    assert not (reports / "crafts-fes").exists()


BAD = {
    "the kernel dies": ("import os\nos.kill(os.getpid(), 9)", 5, "the kernel died"),
    "no memory": ("x = bytearray(1 << 36)", 5, "not enough memory"),
    "no room": ("raise OSError(28, 'No space left on device')", 6, "check space"),
    "an error with a value": ("raise ValueError('Zineb 0661 secret')", 5, "ValueError"),
}
NOTEBOOKS = ["01_data_quality", "02_sample_and_comparability", "03_impact", "04_panel_models", "05_robustness", "07_worth_it", "06_report"]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("notebook", NOTEBOOKS if os.environ.get("IMPACT_NIGHT") else ["03_impact"])
def test_what_ends_a_notebook_has_its_name_and_code_and_leaves_no_report(
    project, tmp_path, notebook, bad
):
    cell, code, words = BAD[bad]
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    path = tmp_path / "notebooks" / f"{notebook}.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"].insert(
        3, {"cell_type": "code", "id": "bad", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
    )  # fmt: skip
    path.write_text(json.dumps(content), encoding="utf-8")
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))  # noqa: E731
    reports = tmp_path / "reports"
    done = batch(
        project, reports, grid="city=Fes", notebooks=tmp_path / "notebooks", preexec_fn=limit
    )
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert not (reports / "crafts-fes").exists()
    assert until(lambda: not processes(tmp_path), SOON_S)
    logged = (reports / "crafts-batch" / "logs" / "crafts-fes.log").read_text(encoding="utf-8")
    assert words in logged
    assert "secret" not in logged


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.fixture
def cluster():
    """A scheduler and two worker processes of one run each; the address, and the workers."""
    pytest.importorskip("distributed", reason="a cluster needs the package distributed")
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = subprocess.Popen([*dask, "--host", address, "--no-dashboard", "--no-show"], **quiet)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],
            **quiet,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_worker_of_a_cluster_that_is_killed_loses_nothing_and_mixes_nothing(
    project, undisturbed, cluster
):
    address, workers = cluster
    reports = project / "cluster"
    child = subprocess.Popen(
        command(reports, "--scheduler", address, "--jobs", "2"),
        cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    logs = reports / "crafts-batch" / "logs"
    assert until(lambda: len(list(logs.glob("*.log"))) == 2, 200), child.communicate(timeout=9)
    assert until(lambda: all("03_impact" in path.read_text() for path in logs.glob("*.log")), 200)
    workers[0].kill()
    _, said = child.communicate(timeout=600)
    assert child.returncode == 0, said
    for name in NAMES:
        assert released(reports / name) == released(undisturbed / name)
    assert until(lambda: not processes(reports), SOON_S)


def test_a_cluster_that_does_not_answer_is_named(project):
    done = batch(project, project / "none", "--scheduler", f"tcp://127.0.0.1:{free_port()}")
    assert done.returncode == 5
    assert "nobody answers" in done.stderr
