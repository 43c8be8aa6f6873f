"""Reductions and scores run on one thread whatever the environment says."""

import numpy as np
import pytest
from panels import long_frame, panel
from threadpoolctl import threadpool_info, threadpool_limits

import impact
from impact.moments import reduce
from impact.moments.feature_products import cross_products
from impact.moments.features import changes
from impact.moments.scatter import scatter_root


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def _two_threads():
    with threadpool_limits(2, user_api="blas"):
        if blas_threads() == {1}:
            pytest.fail("this build of numpy cannot be given two threads; nothing would be tested")
        yield


def test_features_are_multiplied_on_one_thread():
    moments = impact.PathMoments.from_panel(panel(long_frame(n=60)))
    features = changes(moments, [(2, 1), (3, 1)])
    seen = set()

    def watched(paths):
        seen.update(blas_threads())
        return features.evaluate(paths)

    cross_products(watched, moments.scaled_means, moments.cohort_groups)
    assert seen == {1}
    assert 2 in blas_threads()


def test_a_panel_is_reduced_on_one_thread(monkeypatch):
    seen = set()

    def watched(scatter):
        seen.update(blas_threads())
        return scatter_root(scatter)

    monkeypatch.setattr(reduce, "scatter_root", watched)
    made = impact.PathMoments.from_panel(panel(long_frame(n=300)))
    assert seen == {1}
    assert np.isfinite(made.scatter2).all()
