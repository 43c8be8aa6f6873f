"""`make bench`: cost of import, and of the first estimates, against peers in the same run."""

from pathlib import Path

from benchmarks.measure import ROUNDS, medians

DATA = """
import numpy as np, pandas as pd
generator = np.random.default_rng(1)
N, T = {n}, 14
unit, time_ = np.repeat(np.arange(N), T), np.tile(np.arange(1, T + 1), N)
cohort = generator.choice([0, 5, 7, 9], N, p=[.7, .1, .1, .1])
y = generator.normal(size=N)[unit] + .1 * time_ + (time_ >= cohort[unit]) * (cohort[unit] > 0) + generator.normal(size=N * T)
frame = pd.DataFrame({{'id': unit, 't': time_, 'y': y, 'g': cohort[unit]}})
frame['d'] = ((frame.g > 0) & (frame.t >= frame.g)).astype(float)
frame['rel'] = np.where(frame.g > 0, frame.t - frame.g, -1)
if {gaps}: frame = frame[generator.random(len(frame)) > .1]
"""
OURS = """
import impact
def panel(): return impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g', never=[0])
impact.{estimator}().fit(impact.Panel.from_frame(frame[frame.id < 500], unit='id', time='t', outcome='y', cohort='g', never=[0]))
start = time.process_time(); impact.{estimator}().fit(panel()); spent = time.process_time() - start
"""
PEER = """
import pyfixest
pyfixest.feols({formula!r}, frame[frame.id < 500], vcov={{'CRV1': 'id'}})
start = time.process_time(); pyfixest.feols({formula!r}, frame, vcov={{'CRV1': 'id'}}); spent = time.process_time() - start
"""
FORMULAS = {
    "TwoWayFixedEffects": "y ~ d | id + t",
    "EventStudy": "y ~ i(rel, ref=-1) | id + t",
}
SIZES = (1_000, 20_000)


def import_cost():
    cost = medians(
        {"pandas": "import pandas", "impact": "import pandas, impact"}, rounds=3 * ROUNDS
    )
    return cost["impact"][0] - cost["pandas"][0]


def estimates():
    for size in SIZES:
        for gaps in (False, True):
            data = DATA.format(n=size, gaps=gaps)
            for estimator, formula in FORMULAS.items():
                cost = medians(
                    {
                        "ours": data + OURS.format(estimator=estimator),
                        "pyfixest": data + PEER.format(formula=formula),
                    },
                    rounds=3,
                )
                yield estimator, size, gaps, cost["ours"][1], cost["pyfixest"][1]


def main():
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`: medians of CPU seconds in fresh processes, contenders interleaved in one run. Times depend on the",
        "machine; ratios much less. Validation of the data is included in ours; imports and a warm-up on 500 units are in neither.",
        "",
        f"`import impact` beyond `import pandas`: {import_cost():.3f} s of CPU (asked: at most 0.1 s).",
        "",
        "| estimator, panel in memory | units x 14 periods | gaps | impact, s | pyfixest, s | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for estimator, size, gaps, ours, peer in estimates():
        words = "10% missing" if gaps else "none"
        lines.append(
            f"| {estimator} | {size:,} | {words} | {ours:.3f} | {peer:.3f} | {peer / ours:.1f} |"
        )
    text = "\n".join(lines) + "\n"
    Path(__file__).with_name("RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
