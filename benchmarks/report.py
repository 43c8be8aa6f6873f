"""Processor seconds of a whole report of the embedded case, by step, in fresh processes; writes REPORT.md."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 3
PACKAGES = ("papermill", "ipykernel", "pandas", "scipy", "matplotlib", "typst")
RUN = "from impact.cli import main; main()"
STEPS = {
    "plan": "the run itself: imports, plan and data read and checked",
    "warm_parent": "the process that notebooks are forked from: its imports",
    "report.html": "web page (pandoc)",
    "report.pdf": "PDF (pandoc, Typst)",
    "total": "**whole run**",
}


def of_one_run():
    """What `impact run` and all its processes used, and what its certificate says of the steps."""
    with tempfile.TemporaryDirectory() as reports:
        words = [sys.executable, "-c", RUN, "run", "evaluation.yml", "--reports", reports]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run = subprocess.Popen(words, cwd=HERE.parent, **quiet)
        _, status, used = os.wait4(run.pid, 0)
        if status:
            raise SystemExit("the run failed; see `make report`")
        facts = json.loads((Path(reports) / "artisans" / "run.json").read_text(encoding="utf-8"))
    steps = facts["cpu_s"] | {"total": used.ru_utime + used.ru_stime}
    return {name: (spent, facts["durations_s"].get(name)) for name, spent in steps.items()}


def page(runs):
    """The table of medians."""
    lines = [
        "# Benchmark of a report",
        "",
        f"Made by `make bench`: `impact run` of the embedded case, medians of {len(runs)} runs, CPU seconds (user and system) of all",
        "processes. A notebook's figure is its papermill process and its kernel.",
        "",
        f"Python {sys.version.split()[0]}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        + ".",
        "",
        "| | CPU, s | wall, s |",
        "|---|---:|---:|",
    ]
    for name in sorted(runs[0], key="total".__eq__):
        cpu = statistics.median(run[name][0] for run in runs)
        walls = [run[name][1] for run in runs]
        wall = "" if walls[0] in (None, 0) else f"{statistics.median(walls):.1f}"
        lines.append(f"| {STEPS.get(name, name)} | {cpu:.1f} | {wall} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "REPORT.md").write_text(page([of_one_run() for _ in range(ROUNDS)]), encoding="utf-8")
