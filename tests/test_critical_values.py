"""Critical values of simultaneous bands: right, the same whoever asked before, and worked out once."""

import numpy as np
import pytest
from scipy.stats import norm, t

from impact import critical_values
from impact.critical_values import simultaneous_critical_value


def covariance(k, seed=1):
    root = np.random.default_rng(seed).normal(size=(k, k))
    return root @ root.T


@pytest.mark.parametrize(("df", "reference"), [(np.inf, norm()), (7.0, t(7))])
def test_one_parameter_has_the_pointwise_value(df, reference):
    value = simultaneous_critical_value(np.diag([4.0, 0.0]), df=df)
    assert value == pytest.approx(reference.ppf(0.975), rel=1e-12)


def test_independent_parameters_have_sidaks_value():
    value = simultaneous_critical_value(np.diag([1.0, 4.0, 9.0, 16.0]), level=0.95)
    assert value == pytest.approx(norm.ppf((1 + 0.95**0.25) / 2), abs=0.02)  # 20,000 draws


def test_a_parameter_that_another_determines_adds_nothing():
    pair = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert simultaneous_critical_value(pair) == pytest.approx(norm.ppf(0.975), abs=0.03)


def test_values_do_not_depend_on_what_was_asked_before():
    def alone(k, df):
        for cached in (
            critical_values._normals,
            critical_values._chi_squares,
            critical_values._largest,
        ):
            cached.cache_clear()
        return simultaneous_critical_value(covariance(k), df=df)

    wanted = [(5, np.inf), (40, 9.0), (17, np.inf), (33, 9.0)]
    first = [alone(k, df) for k, df in wanted]
    assert [simultaneous_critical_value(covariance(k), df=df) for k, df in wanted] == first


def test_a_band_is_drawn_once_for_all_levels_and_scales(monkeypatch):
    vcov = covariance(12, seed=5)
    narrow, wide = (simultaneous_critical_value(vcov, level=level) for level in (0.8, 0.95))
    assert narrow < wide
    monkeypatch.setattr(critical_values, "_root", None)
    assert simultaneous_critical_value(4 * vcov, level=0.8) == narrow
