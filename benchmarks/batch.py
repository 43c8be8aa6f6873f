"""Processor seconds of many runs: `impact batch` beside a plain loop of papermill over the same notebooks; writes BATCH.md.

    python -m benchmarks.batch [runs of the batch] [rounds of the loop]

The loop is what a user of papermill writes: its API over the seven notebooks of a run, a new kernel each, every notebook shown as
HTML by nbconvert. It makes no report, PDF, Word file, workbook, ledger or certificate; the batch makes all of them.
"""

import json
import os
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


def used(words):
    """Processor seconds of a process and of all that it waited for."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-c", *words], cwd=HERE.parent, **quiet)
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


def of_loop(rounds):
    """Seconds of the loop."""
    with tempfile.TemporaryDirectory() as folder:
        spent = used([LOOP, PLAN, folder, str(rounds)])
        pages = list(Path(folder).glob("*.html"))
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


def page(runs, batch, one, said, rounds, loop):
    """The tables; a loop of fewer rounds is said to be one."""
    each, more = batch / runs, (batch - one) / (runs - 1)
    lines = [
        "# Benchmark of a batch",
        "",
        f"Made by `python -m benchmarks.batch {runs} {rounds}`: runs of `{PLAN}` that differ in their seed (no run finds what another has",
        "simulated), and in the same session a plain loop of papermill: its API over the same seven notebooks, a new kernel each, every",
        "notebook shown as HTML by nbconvert, and none given what another has computed. CPU seconds (user and system) of all processes. The",
        "batch also makes each run's report in HTML, PDF and Word, its workbooks, ledger and certificate, and the index; the loop none of them.",
        "",
        f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".",
        "",
        "| | runs measured | CPU, s | CPU a run, s |",
        "|---|---:|---:|---:|",
        f"| `impact batch`, one run | 1 | {one:.1f} | {one:.1f} |",
        f"| `impact batch` | {runs} | {batch:.1f} | {each:.1f} |",
        f"| one more run of it | | | {more:.1f} |",
        f"| plain loop of papermill | {rounds} | {loop:.1f} | {loop / rounds:.1f} |",
        "",
        f"A run of the loop costs {loop / rounds / each:.1f} times a run of the batch. Rounds of the loop cost about the same, as each starts",
        "anew; where fewer were measured than runs of the batch, the ratio is of averages.",
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
    # half of the loop before and half after: other work on the machine is in both
    before = of_loop(rounds - rounds // 2)
    one, _ = of_batch(1)
    batch, said = of_batch(runs)
    after = of_loop(rounds // 2) if rounds > 1 else 0.0
    found = page(runs, batch, one, said, rounds, before + after)
    (HERE / "BATCH.md").write_text(found, encoding="utf-8")
