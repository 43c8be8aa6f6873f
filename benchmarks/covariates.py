"""Callaway-Sant'Anna given five covariates against csdid and differences, in one run; writes COVARIATES.md."""

import statistics
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import once

PAGE = Path(__file__).parent / "COVARIATES.md"
SIZE, PERIODS, COVARIATES, ROUNDS = 100_000, 8, 5, 3

SETTING = (
    f"{SIZE:,} units, {PERIODS} periods, five cohorts and never treated, {COVARIATES} covariates, doubly robust, never treated as "
    "controls, all 35 effects and their average with analytic standard errors; from a table in memory. CPU seconds, median of "
    f"{ROUNDS} fresh processes, contenders interleaved. `python -m benchmarks.covariates` makes this page."
)

TABLE = """
import numpy as np, pandas as pd
def table(n, periods={periods}, p={covariates}):
    generator = np.random.default_rng(1)
    X = generator.normal(size=(n, p))
    ever = generator.random(n) < 1 / (1 + np.exp(.4 - .3 * X[:, 0]))
    g = np.where(ever, generator.choice([3, 4, 5, 6, 7], n), 0)
    unit, time_ = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    y = generator.normal(size=n)[unit] + .1 * time_ * (1 + X[unit, 0]) + (g[unit] > 0) * (time_ >= g[unit])
    made = pd.DataFrame({{'id': unit, 't': time_, 'y': y + generator.normal(size=n * periods), 'g': g[unit]}})
    return made.assign(**{{f'x{{j}}': X[unit, j] for j in range(p)}})
names = [f'x{{j}}' for j in range({covariates})]
formula = 'y ~ ' + ' + '.join(names)
"""

# a small fit first, so that nobody is charged for what is loaded or compiled once
CALLS = {
    "impact": """
import impact
def fit(frame):
    panel = impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g', never=[0], covariates=names)
    found = impact.CallawaySantAnna(control_group='never_treated', covariates=names).fit(panel).aggregate(by='overall')
    return found.params.iloc[0], found.std_errors.iloc[0]
""",
    "csdid": """
from csdid.att_gt import ATTgt
def fit(frame):
    found = ATTgt(yname='y', tname='t', idname='id', gname='g', control_group='nevertreated', xformla=formula, data=frame)
    overall = found.fit(est_method='dr', bstrap=False).aggte('simple', bstrap=False).atte
    return overall['overall_att'], overall['overall_se']
""",
    "differences": """
from differences import ATTgt
def fit(frame):
    data = frame.assign(g=frame.g.where(frame.g > 0)).set_index(['id', 't'])
    found = ATTgt(data=data, cohort_column='g')
    found.fit(formula, est_method='dr', control_group='never_treated', n_jobs=1, progress_bar=False)
    return found.aggregate('simple').iloc[0, :2]
""",
}

TIMED = """
import contextlib, io
frame = table({size})
with contextlib.redirect_stdout(io.StringIO()):
    fit(table(2000))
    start = time.process_time(), time.perf_counter()
    estimate, std_error = fit(frame)
    spent['it'] = [time.process_time() - start[0], time.perf_counter() - start[1]]
spent['found'] = f'{{float(estimate):.8f}} ({{float(std_error):.8f}})'
"""


def measured():
    """CPU seconds of each round by contender, and what each found; contenders interleaved."""
    table = TABLE.format(periods=PERIODS, covariates=COVARIATES)
    seconds = {name: [] for name in CALLS}
    found = {}
    for _ in range(ROUNDS):
        for name, call in CALLS.items():
            run = once(table + call + TIMED.format(size=SIZE)).calls
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
            "# Callaway-Sant'Anna given covariates",
            "",
            SETTING,
            "",
            "| package | CPU seconds | times ours | average effect (standard error) |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(*measured()), encoding="utf-8")
