"""Linear algebra runs on one thread inside, on the user's threads outside, and nesting costs nothing."""

import json
import os
import subprocess
import sys

import impact.one_thread
from impact.one_thread import one_thread

THREADS = """
from threadpoolctl import threadpool_info
def threads(): return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
"""


def in_a_child(code, threads="2"):
    done = subprocess.run(
        [sys.executable, "-c", f"import json, numpy\n{THREADS}\n{code}"],
        env=os.environ | {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_block_has_one_thread_whatever_the_environment_says():
    found = in_a_child("""
from impact.one_thread import one_thread
before = threads()
with one_thread():
    inside = threads()
print(json.dumps([before, inside, threads()]))
""")
    before, inside, after = found
    assert set(inside) == {1}
    assert after == before


def test_a_pool_that_is_loaded_later_is_found_too():
    inside = in_a_child("""
from impact.one_thread import one_thread
with one_thread(): pass
import scipy.linalg
with one_thread():
    print(json.dumps(threads()))
""")
    assert set(inside) == {1}


def test_threads_come_back_only_when_the_last_block_ends_be_it_by_an_error():
    found = in_a_child("""
from impact.one_thread import one_thread
before = threads()
@one_thread()
def inner(): raise KeyError
with one_thread():
    try: inner()
    except KeyError: pass
    inside = threads()
print(json.dumps([before, inside, threads()]))
""")
    before, inside, after = found
    assert set(inside) == {1}
    assert after == before


def test_a_reduction_and_its_scores_run_on_one_thread():
    inside = in_a_child("""
import impact, pandas as pd, numpy as np
from impact.moments.features import changes
from impact.moments.scores import cross_products
frame = pd.DataFrame({"i": np.repeat(range(60), 4), "t": list(range(4)) * 60, "g": np.repeat([0, 2, 3], 80)})
panel = impact.Panel.from_frame(frame.assign(y=frame.t * frame.i % 7), unit="i", time="t", outcome="y", cohort="g", never=[0])
moments = impact.PathMoments.from_panel(panel)
features = changes(moments, [(2, 1), (3, 1)])
seen = []
def watched(points):
    seen.append(threads())
    return features.evaluate(points)
cross_products(watched, moments.scaled_means, moments.cohort_groups)
print(json.dumps(sorted({n for each in seen for n in each})))
""")
    assert inside == [1]


def test_pools_are_looked_for_once_and_set_by_the_outer_block_alone(monkeypatch):
    with one_thread():
        pass
    monkeypatch.setattr(impact.one_thread, "_search", None)
    with one_thread():
        monkeypatch.setattr(impact.one_thread, "_pools", None)
        for _ in range(5):
            with one_thread():
                pass
