"""Processor seconds of many runs: `impact batch` beside a plain loop of papermill over the same notebooks; writes BATCH.md.

    python -m benchmarks.batch [runs of the batch] [rounds of the loop]

The loop is what a user of papermill writes: its API over the seven notebooks of a run, a new kernel each, every notebook shown as
HTML by nbconvert. It makes no report, PDF, Word file, workbook, ledger or certificate; the batch makes all of them. Beside a folder
of reports its notebooks find what those before have computed (`impact.pipeline.answers`); without one each computes all it needs.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PLAN = "evaluation-jobtraining.yml"
RUNS, ROUNDS = 40, 8
PACKAGES = ("papermill", "nbconvert", "ipykernel", "pandas", "scipy", "matplotlib", "typst")
BATCH = "from impact.cli import main; main()"
LOOP = """
import sys
from pathlib import Path
import papermill
from nbconvert import HTMLExporter
plan, folder, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
for seed in range(1, rounds + 1):
    for notebook in sorted(Path("notebooks").glob("0[1-7]_*.ipynb")):
        out = folder / f"{seed}-{notebook.name}"
        papermill.execute_notebook(notebook, out, parameters={"plan": plan, "seed": seed}, progress_bar=False)
        page, _ = HTMLExporter().from_filename(str(out))
        out.with_suffix(".html").write_text(page, encoding="utf-8")
"""


def used(words, folder=HERE.parent):
    """Processor seconds of a process and of all that it waited for."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    paths = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths}
    process = subprocess.Popen([sys.executable, "-c", *words], cwd=folder, env=environment, **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{words[1:]} failed; see `make report PLAN={PLAN}`")
    return usage.ru_utime + usage.ru_stime


def of_batch(runs):
    """Seconds of a batch whose runs differ in their seed, so that no run finds what another has simulated, and its certificates."""
    with tempfile.TemporaryDirectory() as reports:
        seeds = ",".join(map(str, range(1, runs + 1)))
        grid = ["--grid", f"seed={seeds}", "--reports", reports, "--jobs", "1"]
        spent = used([BATCH, "batch", PLAN, *grid])
        said = [json.loads(path.read_text()) for path in Path(reports).glob("*/run.json")]
    if len(said) != runs:
        raise SystemExit(f"{len(said)} of {runs} runs have a certificate")
    return spent, said


def of_loop(rounds, *, finding):
    """Seconds of the loop, in a copy of the project; ``finding`` says whether notebooks find what those before have computed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("data", "notebooks"):
            shutil.copytree(HERE.parent / part, folder / part)
        shutil.copy(HERE.parent / PLAN, folder)
        (folder / "out").mkdir()
        if finding:
            (folder / "reports").mkdir()
        spent = used([LOOP, PLAN, str(folder / "out"), str(rounds)], folder)
        pages = list((folder / "out").glob("*.html"))
    if len(pages) != 7 * rounds:
        raise SystemExit(f"{len(pages)} of {7 * rounds} notebooks were shown")
    return spent


def by_step(said):
    """Mean seconds of each step of a run as certificates have them, the largest first; what they do not name is the rest."""
    names = {name for one in said for name in one["cpu_s"]}
    mean = {name: statistics.mean(one["cpu_s"].get(name, 0.0) for one in said) for name in names}
    total = mean.pop("total")
    steps = sorted(mean.items(), key=lambda step: -step[1])
    return [*steps, ("rest", total - sum(mean.values())), ("total", total)]


def page(runs, batch, one, said, rounds, loops):
    """The tables, of a loop whose notebooks find what those before have computed, and of one in which they do not."""
    each, more = batch / runs, (batch - one) / (runs - 1)
    finding, alone = (loop / rounds for loop in loops)
    lines = [
        "# Benchmark of a batch",
        "",
        f"Made by `python -m benchmarks.batch {runs} {rounds}`: runs of `{PLAN}` that differ in their seed (no run finds what another has",
        "simulated), and in the same session a plain loop of papermill: its API over the same seven notebooks, a new kernel each, every",
        "notebook shown as HTML by nbconvert. CPU seconds (user and system) of all processes. The batch also makes each run's report in",
        "HTML, PDF and Word, its workbooks, ledger and certificate, and the index; the loop none of them.",
        "",
        "Since notebooks opened by hand keep what they compute for the next (`reports/.answers`), a loop gains by it too: from the second",
        "notebook of a round on it computes less. Both loops are shown, as the project is shipped and in a folder without reports.",
        "",
        f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".",
        "",
        "| | runs measured | CPU, s | CPU a run, s | of a batch's run |",
        "|---|---:|---:|---:|---:|",
        f"| `impact batch`, one run | 1 | {one:.1f} | {one:.1f} | |",
        f"| `impact batch` | {runs} | {batch:.1f} | {each:.1f} | 1 |",
        f"| one more run of it | | | {more:.1f} | |",
        f"| plain loop, notebooks finding what those before have computed | {rounds} | {loops[0]:.1f} | {finding:.1f} | {finding / each:.1f} |",
        f"| plain loop, each notebook by itself | {rounds} | {loops[1]:.1f} | {alone:.1f} | {alone / each:.1f} |",
        "",
        "Rounds of a loop cost about the same, as each starts anew; where fewer were measured than runs of the batch, ratios are of averages.",
        "",
        "Where a run of the batch spends it, mean over its runs as their certificates have it:",
        "",
        "| step | CPU, s |",
        "|---|---:|",
        *(f"| {name} | {spent:.2f} |" for name, spent in by_step(said)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    runs, rounds = map(int, sys.argv[1:3] or (RUNS, ROUNDS))
    # half of the loops before and half after: other work on the machine is in both
    parts = [part for part in (rounds - rounds // 2, rounds // 2) if part]
    before = [of_loop(parts[0], finding=finding) for finding in (True, False)]
    one, _ = of_batch(1)
    batch, said = of_batch(runs)
    after = (
        [of_loop(parts[1], finding=finding) for finding in (True, False)]
        if parts[1:]
        else [0.0, 0.0]
    )
    loops = [sum(both) for both in zip(before, after, strict=True)]
    found = page(runs, batch, one, said, rounds, loops)
    (HERE / "BATCH.md").write_text(found, encoding="utf-8")
