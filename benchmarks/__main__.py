"""`make bench`: cost of import, and of every estimator against peers in the same run; writes RESULTS.md and its figure."""

import json
import platform
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.contenders import DATA, LINEAR_SET, PEERS, SLOW, of_peer, ours, timed
from benchmarks.measure import ROUNDS, Spent, medians, once, process_medians

HERE = Path(__file__).parent
SIZES = (1_000, 100_000)
LARGE = 1_200_000
ROUNDS_OF = {1_000: 3, 100_000: 2, LARGE: 1}
PACKAGES = (
    "pyfixest",
    "diff-diff",
    "csdid",
    "differences",
    "polars-reg",
    "wildboottest",
    "linearmodels",
    "pandas",
    "numpy",
    "duckdb",
)
FROM_PARQUET = """
import pyarrow.parquet as pq, resource
names = ['id', 't', 'y', 'g']
import impact
warm = impact.Panel.from_frame(table(300, {gaps}), unit='id', time='t', outcome='y', cohort='g', never=[0])
for name in {names}: getattr(impact, name)().fit(warm)
start = time.process_time(), time.perf_counter()
{body}
spent['it'] = [time.process_time() - start[0], time.perf_counter() - start[1]]
"""
READ = "data = pq.read_table(r'{path}', columns=names)"
WHOLE = """data = pq.read_table(r'{path}', columns=names).to_pandas()
moments = impact.PathMoments.from_panel(impact.Panel.from_frame(data, unit='id', time='t', outcome='y', cohort='g', never=[0]))
for name in {names}: getattr(impact, name)().fit(moments)"""
DATABASE = """import duckdb
with duckdb.connect(config={{'memory_limit': '1GB'}}) as connection:
    moments = impact.PathMoments.from_sql(connection, r'{path}', unit='id', time='t', outcome='y', cohort='g', never=[0])
for name in {names}: getattr(impact, name)().fit(moments)"""
BANDS = """
import numpy as np
from impact.critical_values import simultaneous_critical_value
A = np.random.default_rng(1).normal(size=({k}, {k})); V = A @ A.T
simultaneous_critical_value(V)
start = time.process_time(), time.perf_counter()
simultaneous_critical_value(V)
spent['it'] = [time.process_time() - start[0], time.perf_counter() - start[1]]
"""


def measured(size, gaps):
    """Every contender of one size, processes interleaved: (estimator, contender) to what it took."""
    processes = {f"impact, {start}": ours(start) for start in ("table", "panel", "moments")}
    for peer in dict.fromkeys(who for _, who in PEERS):
        calls = of_peer(peer, lambda name, who: _asked(name, who, size))
        if calls:
            processes[peer] = calls
    found = medians(
        {name: timed(calls, size=size, gaps=gaps) for name, calls in processes.items()},
        rounds=ROUNDS_OF[size],
    )
    return {(call, name): spent for (name, call), spent in found.items()}


def _asked(name, who, size):
    """Whether a peer is asked for an estimator: slow ones at 1,000 units only, none at the large size, where memory ends."""
    if size <= SIZES[0]:
        return True
    if (name, who) in SLOW:
        return False
    return size < LARGE


def parquet(gaps):
    """From a Parquet file of 16.8 million rows to the whole set, against merely reading it; in memory and through DuckDB."""
    names = list(LINEAR_SET)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/artisans.parquet"
        once(f"{DATA}\ntable({LARGE}, {gaps})[['id', 't', 'y', 'g']].to_parquet(r'{path}')")
        bodies = {"mere read": READ, "in memory": WHOLE, "DuckDB, 1 GB": DATABASE}
        found = medians(
            {
                name: DATA
                + FROM_PARQUET.format(
                    gaps=gaps, names=names, body=body.format(path=path, names=names)
                )
                for name, body in bodies.items()
            },
            rounds=2,
        )
    return {name: spent for (name, _), spent in found.items()}


def import_cost():
    """CPU seconds of `import impact` beyond `import pandas`."""
    cost = process_medians(
        {"pandas": "import pandas", "impact": "import pandas, impact"}, rounds=3 * ROUNDS
    )
    return cost["impact"] - cost["pandas"]


def main(sizes=(*SIZES, LARGE)):
    """Measure and write."""
    known = measured_before(sizes)
    for size in sizes:
        for gaps in (False, True):
            known[size, gaps] = measured(size, gaps)
            report(known, None, None, None)
    bands = {k: medians({"band": BANDS.format(k=k)}, rounds=5)["band", "it"] for k in (20, 84)}
    files = {gaps: parquet(gaps) for gaps in (False, True)} if LARGE in sizes else None
    report(known, files, bands, import_cost())


def measured_before(sizes):
    """What results.json holds of other sizes, so that one size can be measured again."""
    path = HERE / "results.json"
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    known = {}
    for row in rows:
        key = row.pop("units"), row.pop("gaps")
        pair = row.pop("estimator"), row.pop("contender")
        if key[0] not in sizes:
            known.setdefault(key, {})[pair] = row.get("failed") or Spent(**row)
    return known


def report(known, files, bands, imported):
    """Write RESULTS.md, the figure and the raw numbers."""
    from benchmarks.page import figure, page

    raw = [
        {
            "units": size,
            "gaps": gaps,
            "estimator": name,
            "contender": who,
            **(vars(spent) if isinstance(spent, Spent) else {"failed": spent}),
        }
        for (size, gaps), found in sorted(known.items())
        for (name, who), spent in found.items()
    ]
    (HERE / "results.json").write_text(json.dumps(raw, indent=0) + "\n", encoding="utf-8")
    text = page(known, files, bands, imported, versions=versions())
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    figure(known, HERE / "results.png")


def versions():
    """Versions of everything that was timed."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return f"Python {platform.python_version()}, " + ", ".join(found)


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or (*SIZES, LARGE))
