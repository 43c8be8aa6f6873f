"""How many other estimators agree, said of none, of one and of several; and what a level of the dose is called."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from embedded import study_of

from impact.reporting.sections.impact import agreement
from impact.reporting.sections.why import _level
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def english():
    return Voice(study_of("evaluation-jobtraining.yml", language="en"))


@pytest.mark.parametrize(
    ("estimates", "said"),
    [
        ([90.0], "No other estimator has an answer here."),
        ([90.0, np.nan], "No other estimator has an answer here."),
        ([90.0, 80.0], "The one other estimator points the same way: 80 USD, beside 90 USD."),
        ([90.0, -80.0], "does not point the same way: −80 USD, beside 90 USD."),
        ([90.0, 0.0], "does not point the same way"),
        ([90.0, 90.0, 90.0], "2 of 2 other estimators. All of them give 90 USD."),
        ([90.0, 80.0, -10.0], "1 of 2 other estimators. All of them lie between −10 USD and 90 USD."),
    ],
)  # fmt: skip
def test_estimators_that_agree_are_counted_where_there_are_several(english, estimates, said):
    part = SimpleNamespace(estimators=pd.DataFrame({"estimate": estimates}))
    assert said in agreement(english, part).replace("\u00a0", " ")


def test_the_level_of_nothing_is_nothing_and_not_nothing_or_less(english):
    assert _level(english, np.nan, 0.0) == "0"
    assert _level(english, np.nan, 2.0) == "2 or less"
    assert _level(english, 3.0, np.nan) == "3 or more"
