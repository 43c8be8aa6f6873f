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


def test_pools_are_looked_for_once_and_set_by_the_outer_block_alone(monkeypatch):
    with one_thread():
        pass
    monkeypatch.setattr(impact.one_thread, "_search", None)
    with one_thread():
        monkeypatch.setattr(impact.one_thread, "_pools", None)
        for _ in range(5):
            with one_thread():
                pass


def test_a_pool_that_is_loaded_inside_a_block_is_held_by_the_next_one_and_given_back():
    before, inside, after = in_a_child("""
from impact.one_thread import one_thread
before = threads()
with one_thread():
    import scipy.linalg
    with one_thread():
        inside = threads()
print(json.dumps([before, inside, threads()]))
""")
    assert set(inside) == {1}
    assert set(before) == set(after) == {2}


def test_permutations_design_checks_and_specifications_run_on_one_thread():
    """Small products lose on two threads what these spend on waiting for each other."""
    inside, after = in_a_child("""
import impact
from impact.diagnostics import specification_curve as curve
from impact.estimators.comparisons import side_sums
seen = {}
def noting(name, call):
    def noted(*args, **options):
        seen.setdefault(name, []).append(max(threads()))
        return call(*args, **options)
    return noted
panel = impact.example_panel()
side_sums.BothSides.of = noting("inference", side_sums.BothSides.of)
curve.CentredOutcomes.statistics = noting("curve", curve.CentredOutcomes.statistics)
impact.RandomizationInference(permutations=99).test(panel)
impact.Permutation(permutations=99).of(panel, impact.CallawaySantAnna())
impact.design_check(panel, draws=200)
impact.specification_curve(panel, permutations=19)
print(json.dumps([seen, threads()]))
""")
    assert {name: set(counts) for name, counts in inside.items()} == {
        "inference": {1},
        "curve": {1},
    }
    assert set(after) == {2}
