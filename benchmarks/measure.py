"""Fair timing: fresh processes, contenders interleaved, medians of CPU and wall time; peak memory of the process."""

import json
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass

ROUNDS = 7
LONGEST = 400  # seconds a process may take before it is given up


@dataclass(frozen=True)
class Spent:
    """What a call took: CPU (user and system, all threads) and wall seconds; peak memory of its process in MB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Run:
    """One process: what each of its calls took, or why it failed, and the CPU seconds of the whole."""

    calls: dict
    process: float


def once(code, *, longest=LONGEST):
    """Run code in a fresh interpreter; it leaves ``spent``: name of a call to [CPU, wall] or to a text."""
    wrapped = (
        f"import time, json\nspent = {{}}\n{code}\nimport resource\n"
        "print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", wrapped],
            capture_output=True,
            text=True,
            check=False,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        return Run({}, float("nan"))
    if done.returncode:
        return Run(
            {"it": (done.stderr.strip().splitlines() or ["killed, out of memory"])[-1]},
            float("nan"),
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent, memory = json.loads(done.stdout.strip().splitlines()[-1])
    calls = {
        name: took if isinstance(took, str) else Spent(*took, memory)
        for name, took in spent.items()
    }
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(calls, used)


def medians(contenders, rounds=ROUNDS):
    """Interleave processes (name to code); return (process, call) to the median, or to a text saying why there is none."""
    runs = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, code in contenders.items():
            runs[name].append(once(code))
    return {
        (name, call): _median([run.calls[call] for run in found if call in run.calls])
        for name, found in runs.items()
        for call in found[0].calls
    }


def process_medians(contenders, rounds=ROUNDS):
    """Interleave processes (name to code); return name to the median CPU seconds of the whole process."""
    runs = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, code in contenders.items():
            runs[name].append(once(code).process)
    return {name: statistics.median(found) for name, found in runs.items()}


def _median(found):
    if any(isinstance(run, str) for run in found):
        return next(run for run in found if isinstance(run, str))
    return Spent(
        *(
            statistics.median(getattr(run, name) for run in found)
            for name in ("cpu", "wall", "memory")
        )
    )
