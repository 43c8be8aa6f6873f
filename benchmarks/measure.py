"""Fair timing: every contender in a fresh process, interleaved, medians of CPU time and peak memory."""

import json
import resource
import statistics
import subprocess
import sys

ROUNDS = 7


def once(code):
    """Run code in a fresh interpreter; return CPU seconds of the whole process and of its marked part, and peak memory in MB."""
    wrapped = f"import time, json\n{code}\nprint(json.dumps(globals().get('spent', None)))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", wrapped], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, json.loads(done.stdout.strip().splitlines()[-1])


def medians(contenders, rounds=ROUNDS):
    """Interleave contenders (name to code) and return name to (median CPU of the process, median of its ``spent``)."""
    found = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, code in contenders.items():
            found[name].append(once(code))
    return {
        name: (
            statistics.median(cpu for cpu, _ in runs),
            statistics.median(s for _, s in runs) if runs[0][1] is not None else None,
        )
        for name, runs in found.items()
    }
