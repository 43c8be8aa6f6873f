"""What inference costs as the panel grows: seconds and peak memory of each call in a fresh process; writes LOAD.md.

`python -m benchmarks.load 5000` measures one size and keeps the others' rows.
"""

import json
import sys
from pathlib import Path

from benchmarks.__main__ import versions
from benchmarks.measure import Spent, once

HERE = Path(__file__).parent
SIZES = (350, 5_000, 20_000)
LIMIT = 1_536  # MB, that no call may exceed
LONGEST = 3_600  # seconds before a call is given up

CALL = """
import numpy as np, pandas as pd
import impact

def panel_of(n, gaps, seed=2012):
    g = np.random.default_rng(seed)
    unit, time_ = np.repeat(np.arange(n), 20), np.tile(np.arange(1, 21), n)
    cohort = np.where(np.arange(n) % 10 == 0, 9 + (np.arange(n) // 10) % 8, 0)
    y = np.exp(2 + .5 * g.normal(size=n)[unit] + .3 * g.normal(size=n * 20))
    table = pd.DataFrame({{'id': unit, 't': time_, 'y': y, 'g': cohort[unit]}})
    table = table[g.random(len(table)) > (.1 if gaps else -1)]
    return impact.Panel.from_frame(table, unit='id', time='t', outcome='y', cohort='g', never=[0])

panel = panel_of({size}, {gaps})
{setup}
start = time.process_time(), time.perf_counter()
{call}
spent['it'] = [time.process_time() - start[0], time.perf_counter() - start[1]]
"""
BESIDE = "from impact.evaluation.parts import beside"
THREE = "panels = {'first': panel, 'second': panel.with_outcome(panel.y**.5, 'second'), 'third': panel.with_outcome(np.log(panel.y), 'third')}"
CALLS = {
    "permutation test, 1,999 assignments": ("", "impact.RandomizationInference().test(panel)"),
    "design check, 3 processes x 2,000 panels": ("", "impact.design_check(panel)"),
    "the same, two further estimators beside": (
        BESIDE,
        "impact.design_check(panel, beside=beside(panel, level=.95))",
    ),
    "specification curve, 199 assignments": ("", "impact.specification_curve(panel)"),
    "leave one out": (
        "from impact.diagnostics.leave_one_out import leave_one_out",
        "leave_one_out(panel)",
    ),
    "three outcomes together, 1,999 assignments": (
        f"{THREE}\nfrom impact.inference.families import family_test",
        "family_test(panels)",
    ),
}

HEAD = """# Benchmarks under load

Made by `make bench`: each call once, in a fresh process with one thread, on 20 periods, 10% of the units treated in eight cohorts; CPU and
wall seconds of the call, peak memory of the process, Python, libraries and data included (at most {limit:,} MB is asked). Times depend on the
machine and on what else runs there. A call that takes more than an hour is given up.

{versions}.
"""


def main(sizes=SIZES):
    """Measure the sizes and write the page, call by call."""
    path = HERE / "load.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for size in sizes:
        for gaps in (False, True):
            for name, (setup, call) in CALLS.items():
                code = CALL.format(size=size, gaps=gaps, setup=setup, call=call)
                spent = once(code, longest=LONGEST).calls.get("it", "given up")
                kept = vars(spent) if isinstance(spent, Spent) else spent
                known[f"{size}|{'gaps' if gaps else 'balanced'}|{name}"] = kept
                path.write_text(json.dumps(known, indent=0) + "\n", encoding="utf-8")
                (HERE / "LOAD.md").write_text(page(known), encoding="utf-8")


def page(known):
    """LOAD.md: a table a call, one row a size."""
    lines = [HEAD.format(limit=LIMIT, versions=versions())]
    for name in CALLS:
        lines += [
            f"## {name[0].upper()}{name[1:]}",
            "",
            "| units x 20 | CPU, s | wall, s | peak, MB |",
            "|---|---:|---:|---:|",
        ]
        for size in SIZES:
            for gaps, words in (("balanced", "balanced"), ("gaps", "10% of the rows missing")):
                found = known.get(f"{size}|{gaps}|{name}")
                if isinstance(found, dict):
                    row = f"{found['cpu']:.2f} | {found['wall']:.2f} | {found['memory']:,.0f}"
                else:
                    row = f"not measured: {found or 'not asked'} | | "
                lines.append(f"| {size:,}, {words} | {row} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SIZES)
