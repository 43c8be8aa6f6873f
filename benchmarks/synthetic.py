"""Synthetic differences with placebo standard errors against diff-diff, in one run; writes SYNTHETIC.md."""

import statistics
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import once

PAGE = Path(__file__).parent / "SYNTHETIC.md"
UNITS, PERIODS, TREATED, BEFORE, PLACEBOS, ROUNDS = 200, 14, 20, 8, 200, 3

SETTING = (
    f"{UNITS} units, {TREATED} of them treated, {PERIODS} periods, {BEFORE} of them before; estimate and {PLACEBOS} placebos, each with "
    f"weights of its own. CPU seconds, median of {ROUNDS} fresh processes, contenders interleaved. Standard errors differ by the "
    "placebos that are drawn. `python -m benchmarks.synthetic` makes this page."
)

TABLE = f"""
import numpy as np, pandas as pd
generator = np.random.default_rng(1)
path = generator.normal(size=({UNITS}, 1)) * 2 + .5 * np.cumsum(generator.normal(size=({UNITS}, {PERIODS})), axis=1)
path += generator.normal(size={PERIODS}) + generator.normal(size=path.shape)
unit, period = np.repeat(np.arange({UNITS}), {PERIODS}), np.tile(np.arange({PERIODS}), {UNITS})
frame = pd.DataFrame(dict(id=unit, t=period, y=path.ravel(), treated=(unit < {TREATED}).astype(int)))
frame['g'] = np.where(frame.treated == 1, {BEFORE}.0, np.nan)
"""

CALLS = {
    "impact": f"""
import impact
panel = impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g')
def fit(placebos={PLACEBOS}):
    found = impact.SyntheticDiD(variance='placebo', replications=placebos).fit(panel).aggregate(by='overall')
    return found.params.iloc[0], found.std_errors.iloc[0]
""",
    "diff-diff": f"""
from diff_diff import SyntheticDiD
def fit(placebos={PLACEBOS}):
    asked = dict(outcome='y', treatment='treated', unit='id', time='t', post_periods=list(range({BEFORE}, {PERIODS})))
    found = SyntheticDiD(variance_method='placebo', n_bootstrap=placebos, seed=1).fit(frame, **asked)
    return found.att, found.se
""",
}

# a few placebos first, so that nobody is charged for what is loaded or compiled once
TIMED = """
fit(2)
start = time.process_time(), time.perf_counter()
estimate, std_error = fit()
spent['it'] = [time.process_time() - start[0], time.perf_counter() - start[1]]
spent['found'] = f'{float(estimate):.6f} ({float(std_error):.6f})'
"""


def measured():
    """CPU seconds of each round by contender, and what each found; contenders interleaved."""
    seconds = {name: [] for name in CALLS}
    found = {}
    for _ in range(ROUNDS):
        for name, call in CALLS.items():
            run = once(TABLE + call + TIMED).calls
            if "found" not in run:
                raise SystemExit(f"{name}: {run}")
            seconds[name].append(run["it"].cpu)
            found[name] = run["found"]
    return seconds, found


def page(seconds, found):
    """The table, ratios to ours."""
    median = {name: statistics.median(times) for name, times in seconds.items()}
    named = {name: name if name == "impact" else f"{name} {version(name)}" for name in CALLS}
    lines = [
        f"| {named[name]} | {median[name]:.2f} | {median[name] / median['impact']:.1f} | {found[name]} |"
        for name in CALLS
    ]
    return "\n".join(
        [
            "# Synthetic differences-in-differences by placebos",
            "",
            SETTING,
            "",
            "| package | CPU seconds | times ours | effect (standard error) |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(*measured()), encoding="utf-8")
