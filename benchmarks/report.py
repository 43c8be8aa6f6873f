"""Processor seconds of a whole report of the embedded case, by step, alone and in a warm batch; writes REPORT.md.

A machine that is shared runs the same instructions at a speed that changes by the second: a loop of additions, timed before each
run, says by how much, so that seconds can be read.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS, AGAIN = 3, 6
LANGUAGES = ("en", "fr")
ADDITIONS = 2_000_000
PACKAGES = ("papermill", "ipykernel", "pandas", "scipy", "matplotlib", "typst")
COMMAND = "from impact.cli import main; main()"
STEPS = {
    "plan": "the run itself: plan and data read and checked; alone with its imports",
    "warm_parent": "the processes that notebooks are forked from",
    "report.html": "web page (pandoc)",
    "report.pdf": "PDF (pandoc, Typst)",
    "rest": "what no step names: workbook, explorer, certificate, ends of processes",
    "total": "**whole run**",
}


def done(*words):
    """Have a command done, and return the seconds of the processor that it and all its processes used."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *words], cwd=HERE.parent, **quiet)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"impact {words[0]} failed; see `make report`")
    return used.ru_utime + used.ru_stime


def steps_of(folder, total=None):
    """Seconds of each step as a certificate says them, and of all that it does not name."""
    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))["cpu_s"]
    whole = total or said["total"]
    return said | {"total": whole, "rest": whole - sum(said.values()) + said["total"]}


def alone():
    """Steps of `impact run` in a folder without reports: everything imported, and every design check simulated."""
    with tempfile.TemporaryDirectory() as reports:
        total = done("run", "evaluation.yml", "--reports", reports)
        return steps_of(Path(reports) / "artisans", total)


def warm(loops):
    """Steps of runs of a batch, one after the other, that find their design checks simulated; between them the loop is timed."""
    with tempfile.TemporaryDirectory() as reports:
        languages = f"language={','.join(LANGUAGES)}"
        batch = ["batch", "evaluation.yml", "--grid", languages]
        batch += ["--jobs", "1", "--reports", reports]
        done(*batch)
        found = []
        for _ in range(AGAIN):
            loops.append(additions())
            done(*batch, "--force")
            found += [steps_of(Path(reports) / f"artisans-{one}") for one in LANGUAGES]
        return found


def additions():
    """Processor seconds of the same additions each time."""
    began, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    return time.process_time() - began


def page(cold, warmed, loops):
    """The table of medians."""
    names = {name for run in (*cold, *warmed) for name in run}
    lines = [
        "# Benchmark of a report",
        "",
        "Made by `make bench` (`python -m benchmarks.report`): the embedded case, CPU seconds (user and system) of all processes. Alone: `impact run`",
        f"in a folder without reports, medians of {len(cold)}. Warm: one run of a batch, one run at a time, which finds everything imported and its",
        f"design checks simulated, medians of {len(warmed)}.",
        "",
        f"The machine is shared. The same {ADDITIONS:,} additions in Python took it {min(loops):.2f} to {max(loops):.2f} CPU seconds, median {statistics.median(loops):.2f}, in the same minutes.",
        "",
        f"Python {sys.version.split()[0]}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        + ".",
        "",
        "| | alone | warm |",
        "|---|---:|---:|",
    ]  # fmt: skip
    for name in sorted(names, key=lambda name: (name == "total", name == "rest", name)):
        medians = [statistics.median(run.get(name, 0.0) for run in runs) for runs in (cold, warmed)]
        lines.append(f"| {STEPS.get(name, name)} | {medians[0]:.1f} | {medians[1]:.1f} |")
    totals = [[run["total"] for run in runs] for runs in (cold, warmed)]
    ends = [f"{min(each):.1f} to {max(each):.1f}" for each in totals]
    lines.append(f"| least and most of whole runs | {ends[0]} | {ends[1]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    loops = [additions()]
    cold = [alone() for _ in range(ROUNDS)]
    warmed = warm(loops)
    loops.append(additions())
    (HERE / "REPORT.md").write_text(page(cold, warmed, loops), encoding="utf-8")
