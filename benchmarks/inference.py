"""Inference against peers: the wild cluster bootstrap, permutation tests, simulated panels; writes INFERENCE.md.

Each contender has a set-up (not timed) and a call, made twice: the first warms up and compiles, the second is timed.
"""

from pathlib import Path

from benchmarks.__main__ import versions
from benchmarks.measure import Spent, medians

HERE = Path(__file__).parent
ROUNDS = 5

DATA = """
import numpy as np, pandas as pd
def table(n, periods, start, share, clusters, seed=1):
    g = np.random.default_rng(seed)
    unit, t = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    treat = (np.arange(n) % 10 < 10 * share).astype(int)[unit]
    cluster = unit % clusters
    y = g.normal(size=n)[unit] + g.normal(size=(clusters, periods))[cluster, t - 1] * .3 + g.normal(size=n * periods)
    return pd.DataFrame({'id': unit, 't': t, 'y': y, 'treat': treat, 'post': (t >= start).astype(int), 'cl': cluster,
                         'd': treat * (t >= start), 'g': np.where(treat == 1, float(start), np.nan)})
"""
CALL = """
{setup}
def call():
    {call}
call()
start = time.process_time(), time.perf_counter()
for _ in range({times}): call()
spent['it'] = [(time.process_time() - start[0]) / {times}, (time.perf_counter() - start[1]) / {times}]
"""

WILD = "frame = table(1000, 8, 5, .3, 40)\nX = np.column_stack([frame.d, *[(frame.t == k) * 1. for k in range(2, 9)]])\ny, cl, unit = frame.y.to_numpy(), frame.cl.to_numpy(), frame.id.to_numpy()"
WITHIN = (
    WILD
    + "\nNAMES = ['d', *(f'p{k}' for k in range(2, 9))]\nmean = lambda v: v - (np.bincount(unit, weights=v) / 8)[unit]\nXd, yd = np.column_stack([mean(c) for c in X.T]), mean(y)"
)
CHANGES = "frame = table(1000, 8, 5, .1, 40)\nwide = frame.pivot(index='id', columns='t', values='y').to_numpy()\ncross = pd.DataFrame({'dy': wide[:, 4:].mean(axis=1) - wide[:, :4].mean(axis=1), 'treat': frame.treat.to_numpy()[::8]})"
PANELS = "frame = table(2000, 8, 5, .1, 40).assign(first=lambda f: f.g.fillna(0).astype(int))"

TASKS = {
    "wild cluster bootstrap, 9,999 draws, 40 clusters, 1,000 units x 8": {
        "impact, from arrays, interval included": (
            f"{WILD}\nfrom impact.covariance.cluster_regression import ClusterRegression\nfrom impact.inference.wild_bootstrap import WildClusterBootstrap",
            "WildClusterBootstrap().test(ClusterRegression.of_arrays(y, X, cl, unit=unit))",
            5,
        ),
        "wildboottest": (
            f"{WITHIN}\nimport statsmodels.api as sm\nfrom wildboottest.wildboottest import wildboottest\nmodel = sm.OLS(yd, pd.DataFrame(Xd, columns=NAMES))",
            "wildboottest(model, B=9999, cluster=frame.cl, param='d', show=False, seed=1, parallel=False)",
            3,
        ),
        "pyfixest": (
            f"{WITHIN}\nimport pyfixest as pf\ndata = pd.DataFrame(np.column_stack([yd, Xd]), columns=['y', *NAMES]).assign(cl=cl)\nfit = pf.feols('y ~ 0 + ' + ' + '.join(NAMES), data, vcov={{'CRV1': 'cl'}})",
            "fit.wildboottest(reps=9999, param='d', seed=1)",
            3,
        ),
        "diff-diff": (
            f"{WITHIN}\nimport diff_diff as dd\nbeta = np.linalg.lstsq(Xd, yd, rcond=None)[0]",
            "dd.wild_bootstrap_se(Xd, yd, yd - Xd @ beta, cl, 0, n_bootstrap=9999, seed=1)",
            1,
        ),
    },
    "2,000 permutations of a difference-in-differences, 1,000 units x 8": {
        "impact, from a panel, studentised, interval included": (
            "frame = table(1000, 8, 5, .1, 40)\nimport impact\npanel = impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g')",
            "impact.RandomizationInference(permutations=2000).test(panel)",
            5,
        ),
        "pyfixest ritest of the collapsed changes, coefficient": (
            f"{CHANGES}\nimport pyfixest as pf\nfit = pf.feols('dy ~ treat', cross, vcov='hetero')",
            "fit.ritest('treat', reps=2000, type='randomization-c', rng=np.random.default_rng(1))",
            3,
        ),
        "pyfixest ritest of the collapsed changes, t": (
            f"{CHANGES}\nimport pyfixest as pf\nfit = pf.feols('dy ~ treat', cross, vcov='hetero')",
            "fit.ritest('treat', reps=2000, type='randomization-t', rng=np.random.default_rng(1))",
            1,
        ),
        "diff-diff": (
            "frame = table(1000, 8, 5, .1, 40)\nimport diff_diff as dd",
            "dd.permutation_test(frame, 'y', 'treat', 'post', 'id', n_permutations=2000, seed=1)",
            1,
        ),
    },
    "500 simulated panels of 2,000 x 8 by Callaway-Sant'Anna": {
        "impact, simulation included": (
            f"{PANELS}\nimport impact\nfrom impact.estimators.comparisons.by_unit import Comparisons\nfrom impact.inference.strata import permutation_strata\nfrom impact.simulate.untreated_paths import UntreatedPaths\npanel = impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g')",
            """generator = np.random.default_rng(1)
    design = Comparisons.of(panel, impact.CallawaySantAnna())
    paths = UntreatedPaths.of(panel, strata=permutation_strata(panel), group=np.full(2000, -1), generator=generator)
    for _ in range(2):
        found = design.evaluate(design.labels[None], design.changes(paths.draw('resampled', 250, generator)))""",
            3,
        ),
        "diff-diff, 10 fits x 50": (
            f"{PANELS}\nimport diff_diff as dd",
            "for _ in range(10): dd.CallawaySantAnna().fit(frame, outcome='y', unit='id', time='t', first_treat='first', aggregate='simple')",
            1,
        ),
        "csdid, 5 fits x 100": (
            f"{PANELS}\nfrom csdid.att_gt import ATTgt",
            "for _ in range(5): ATTgt(yname='y', tname='t', idname='id', gname='first', data=frame.copy()).fit(est_method='reg', bstrap=False).aggte('simple', bstrap=False, cband=False)",
            1,
        ),
    },
}
CASE = "from impact.pipeline import open_study\nstudy = open_study(plan='evaluation.yml').study\npanel = study.panel(winsorise=0.0)"
TASKS |= {
    "Honest bounds, five periods before and five after, ten values each": {
        f"impact, {restriction}, breakdown value included": (
            f"""from impact.diagnostics.honest import HonestBounds
g = np.random.default_rng(1)
root = g.normal(size=(10, 10))
sigma = .05 * (root @ root.T / 10 + .3 * np.eye(10))
beta = g.normal(size=10) * .3 + np.repeat([0, 2.], 5)
asked = HonestBounds(restriction='{restriction}', values=tuple(np.linspace(0, 2, 10)))""",
            "asked.of_path(beta, sigma, n_before=5)",
            1,
        )
        for restriction in ("relative_magnitudes", "smoothness", "relative_smoothness")
    },
    "The embedded case, 600 firms x 20 quarters with gaps": {
        "impact, specification curve, 672 specifications x 199 permutations": (
            f"{CASE}\nimport impact",
            "found = impact.specification_curve(panel); assert len(found.table) == 672",
            1,
        ),
        "impact, design check, 3 processes x 2,000 panels x 99 permutations": (
            f"{CASE}\nimport impact",
            "impact.design_check(panel, group=study.groups)",
            1,
        ),
    },
}
TIMES = {"diff-diff, 10 fits x 50": 50, "csdid, 5 fits x 100": 100}

HEAD = """# Benchmarks of inference

Made by `make bench`: medians of CPU seconds (user and system, all threads) of {rounds} interleaved rounds in fresh processes; the second
call of each is timed. Peers are given data with unit effects taken out, or collapsed to one change a unit, which they do not need to
pay for; they return p-values, ours intervals by inversion as well. What no peer offers is shown alone.

{versions}.
"""


def main():
    """Measure every task and write the page."""
    lines = [HEAD.format(rounds=ROUNDS, versions=versions())]
    for task, contenders in TASKS.items():
        found = medians(
            {
                name: DATA + CALL.format(setup=setup, call=call, times=times)
                for name, (setup, call, times) in contenders.items()
            },
            rounds=ROUNDS,
        )
        lines += [f"## {task}", "", "| | CPU, s | wall, s | times ours |", "|---|---:|---:|---:|"]
        base = next(iter(found.values()))
        for (name, _), spent in found.items():
            if not isinstance(spent, Spent):
                lines.append(f"| {name} | not measured: {spent[:90]} | | |")
                continue
            scale = TIMES.get(name, 1)
            cpu, wall = scale * spent.cpu, scale * spent.wall
            ratio = "" if name.startswith("impact") else f"{cpu / base.cpu:.1f}"
            lines.append(f"| {name} | {cpu:.3f} | {wall:.3f} | {ratio} |")
        lines.append("")
        (HERE / "INFERENCE.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
