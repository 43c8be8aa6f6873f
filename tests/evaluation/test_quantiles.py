"""Where in the outcome the effect lies: shown where ten beneficiaries are beyond a quantile, rounded, or refused by name."""

from dataclasses import replace

import numpy as np
import pytest
from evaluation.facts import firms, study_of

from impact.estimators.distribution import ChangesInChanges
from impact.evaluation.outcomes import quantiles_of
from impact.interval import Refused


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("quantiles"), firms())


def test_of_thirty_beneficiaries_the_median_alone_is_shown(study):
    found = quantiles_of(study, study.panel())
    assert list(found["quantile"]) == [0.5]
    row = found.iloc[0]
    assert row.conf_low < 10 < row.conf_high


def test_effects_are_rounded_to_the_second_figure_of_an_interval_rounded_outward(study):
    row = quantiles_of(study, study.panel()).iloc[0]
    whole = ChangesInChanges(quantiles=[0.25, 0.5, 0.75], seed=study.plan.seed, level=study.level)
    exact = whole.fit(study.panel()).table.set_index("term").loc["quantile=0.5"]
    step = 10 ** (np.floor(np.log10(row.conf_high - row.conf_low)) - 1)
    assert row.conf_low <= exact.conf_low
    assert row.conf_high >= exact.conf_high
    assert abs(row.estimate - exact.estimate) <= step / 2
    assert row.estimate / step == pytest.approx(round(row.estimate / step))


def test_a_panel_without_anyone_seen_before_is_refused_by_name(study):
    panel = study.panel()
    nobody = replace(panel, cohort=np.where(np.isfinite(panel.cohort), panel.times[0], np.inf))
    refused = quantiles_of(study, nobody)
    assert isinstance(refused, Refused)
    assert refused.inference == "quantiles"
