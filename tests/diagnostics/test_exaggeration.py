"""Power, wrong sign and exaggeration of significant estimates: against simulation."""

import numpy as np
import pytest

from impact.diagnostics.exaggeration import exaggeration
from impact.errors import NotAvailableError


@pytest.mark.parametrize(("effect", "error"), [(2.0, 3.28), (1.0, 1.0), (-3.0, 1.0), (0.3, 3.0)])
def test_the_closed_form_is_what_a_million_studies_show(effect, error):
    estimates = np.random.default_rng(1).normal(effect, error, 2_000_000)
    significant = estimates[np.abs(estimates) > 1.959963984540054 * error]
    found = exaggeration(effect, error)
    assert found.power == pytest.approx(len(significant) / len(estimates), rel=0.01)
    assert found.wrong_sign == pytest.approx(np.mean(significant * effect < 0), abs=0.005)
    assert found.exaggeration_ratio == pytest.approx(
        np.abs(significant).mean() / abs(effect), rel=0.01
    )


def test_a_powerful_study_exaggerates_nothing():
    found = exaggeration(10.0, 1.0)
    assert found.power == pytest.approx(1)
    assert found.exaggeration_ratio == pytest.approx(1)
    assert found.wrong_sign == pytest.approx(0)


@pytest.mark.parametrize(("effect", "error"), [(0.0, 1.0), (1.0, np.inf), (1.0, 0.0)])
def test_without_an_effect_or_an_error_it_is_refused(effect, error):
    with pytest.raises(NotAvailableError):
        exaggeration(effect, error)
