"""Processor seconds of many runs: `impact batch` beside a plain loop of papermill over the same notebooks; writes BATCH.md.

    python -m benchmarks.batch [runs of the batch] [rounds of the loop]

The loop is what a user of papermill writes: its API over the seven notebooks of a run, a new kernel each, every notebook shown as
HTML by nbconvert. It makes no report, PDF, Word file, workbook, ledger or certificate; the batch makes all of them. Beside a folder
of reports its notebooks find what those before have computed (`impact.pipeline.answers`); without one each computes all it needs.
Beside both, what a run computes: as the batch's own processes count it (`benchmarks.computing_host`), so that the rest of a run is
what carrying it out costs; and by itself, in one process (`benchmarks.one_process`), where notebooks share memory.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.computing_host import ACCOUNT

HERE = Path(__file__).parent
PLAN = "evaluation-jobtraining.yml"
RUNS, ROUNDS = 40, 8
SEEDS = "1,2,3"  # of what is computed without notebooks
PACKAGES = ("papermill", "nbconvert", "ipykernel", "pandas", "scipy", "matplotlib", "typst")
BATCH = """
from impact.cli import main
from impact.pipeline.batch.execute import WarmRuns
WarmRuns.module = "benchmarks.computing_host"
main()
"""
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


def used(words, folder=HERE.parent, told=None):
    """Seconds of the processor and of the clock, of a process and of all that it waited for."""
    quiet, began = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}, time.monotonic()
    paths = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, **(told or {})}
    process = subprocess.Popen([sys.executable, "-c", *words], cwd=folder, env=environment, **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{words[1:]} failed; see `make report PLAN={PLAN}`")
    return np.array([usage.ru_utime + usage.ru_stime, time.monotonic() - began])


def of_batch(runs, *, computing=True):
    """Seconds of a batch whose runs differ in their seed, so that no run finds what another has simulated, its certificates, and
    what computing one of its runs takes: as counted in it, and by itself in one process.
    """
    with tempfile.TemporaryDirectory() as reports:
        seeds = ",".join(map(str, range(1, runs + 1)))
        account = Path(reports) / ".account"
        orders = ["batch", PLAN, "--grid", f"seed={seeds}", "--reports", reports]
        spent = used([BATCH, *orders], told={ACCOUNT: str(account)})
        made = list(Path(reports).glob("*/run.json"))
        if len(made) != runs:
            raise SystemExit(f"{len(made)} of {runs} runs have a certificate")
        certificates = [json.loads(path.read_text()) for path in made]
        counted = sum(map(float, account.read_text().split())) / runs
        alone = of_one_process(made[0].parent) if computing else None
        return spent, certificates, (counted, alone)


def of_one_process(made):
    """Median processor seconds of what a run computes, over some seeds; as many side by side as runs of the batch were.

    Two that share a processor's caches each take longer than one alone.
    """
    words = [sys.executable, "-m", "benchmarks.one_process", PLAN, str(made)]
    beside = [
        subprocess.Popen([*words, SEEDS], cwd=HERE.parent, stdout=subprocess.PIPE)
        for _ in range(os.cpu_count())
    ]
    told = [process.communicate()[0] for process in beside]
    if any(process.returncode for process in beside):
        raise SystemExit("what a run computes could not be computed in one process")
    return statistics.median(chain.from_iterable(map(json.loads, told)))


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


def page(runs, batch, one, said, computing, rounds, loops):
    """The tables, of a loop whose notebooks find what those before have computed, and of one in which they do not."""
    each, more = batch / runs, (batch - one) / (runs - 1)
    finding, alone = (loop[0] / rounds for loop in loops)
    more, each = more[0], each[0]
    counted, alone_in_one = computing
    carried_out = statistics.mean(one["cpu_s"]["total"] for one in said) - counted
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
        "What a run computes is counted in its own processes (`benchmarks/computing_host.py`): the cells of its notebooks, reading its data, making its",
        "pages. The rest of a run is what carrying it out costs: forks, papermill, shells, copies, certificate.",
        "",
        "The same computation in one process (`benchmarks/one_process.py`): data read, every part computed, every section shown, every page made,",
        "without papermill, kernels, copies or certificate. It is less than what is counted in a run, as nothing is read back that another process left,",
        "and memory, figures' letters and whatever else is used first is used first once, not once in each of seven notebooks.",
        "",
        f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ".",
        "",
        "| | runs measured | by the clock, s | CPU, s | CPU a run, s | of a batch's run |",
        "|---|---:|---:|---:|---:|---:|",
        f"| `impact batch`, one run | 1 | {one[1]:.0f} | {one[0]:.1f} | {one[0]:.1f} | |",
        f"| `impact batch`, as many side by side as there are processors ({os.cpu_count()}) | {runs} | {batch[1]:.0f} | {batch[0]:.1f} | {each:.1f} | 1 |",
        f"| one more run of it | | | | {more:.1f} | |",
        f"| of a run, its computation: cells, data, pages | {runs} | | | {counted:.1f} | |",
        f"| a run over its computation | {runs} | | | {carried_out:.2f} | |",
        f"| the same computation in one process, no notebook, as many side by side | {3 * os.cpu_count()} | | | {alone_in_one:.1f} | |",
        f"| one more run over that one process | | | | {more - alone_in_one:.1f} | |",
        f"| plain loop, notebooks finding what those before have computed | {rounds} | {loops[0][1]:.0f} | {loops[0][0]:.1f} | {finding:.1f} | {finding / each:.1f} |",
        f"| plain loop, each notebook by itself | {rounds} | {loops[1][1]:.0f} | {loops[1][0]:.1f} | {alone:.1f} | {alone / each:.1f} |",
        "",
        "Seconds by the clock are of a machine that others may have used meanwhile. Rounds of a loop cost about the same, as each starts anew; where fewer were measured than runs of the batch, ratios are of averages.",
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
    one, *_ = of_batch(1, computing=False)
    batch, said, computing = of_batch(runs)
    after = (
        [of_loop(parts[1], finding=finding) for finding in (True, False)]
        if parts[1:]
        else [np.zeros(2), np.zeros(2)]
    )
    loops = [sum(both) for both in zip(before, after, strict=True)]
    found = page(runs, batch, one, said, computing, rounds, loops)
    (HERE / "BATCH.md").write_text(found, encoding="utf-8")
