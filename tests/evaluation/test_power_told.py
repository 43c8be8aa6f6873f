"""What is told of power and of intervals with zero inside is told of the same simulated studies, and of informative intervals."""

import numpy as np
import pandas as pd
import pytest

from impact.evaluation.parts import unlikely_signs
from impact.inference.choose import HeadlineIntervals, Verdict


def test_an_effect_as_large_as_the_smallest_detectable_one_has_the_power_that_defines_it():
    detectable = 3.5
    verdict = Verdict("randomization", "design_check:x", detectable, -1.0, 8.0, 0.1, detectable)
    assert unlikely_signs(verdict, level=0.95).power == pytest.approx(0.80, abs=1e-4)


def test_without_a_detectable_effect_power_is_that_of_the_interval():
    verdict = Verdict("clustered", "smallest_cohort:30", 1.96, 0.0, 3.92, 0.05, np.inf)
    assert unlikely_signs(verdict, level=0.95).power == pytest.approx(0.5, abs=1e-3)


def test_an_interval_that_is_the_whole_line_is_no_evidence_for_zero():
    table = pd.DataFrame(
        {
            "inference": ["cr2", "cr3", "clustered"],
            "conf_low": [-np.inf, -np.inf, -0.1],
            "conf_high": [np.inf, 3.0, 0.2],
            "p_value": [1.0, 0.3, 0.4],
        }
    )
    found = HeadlineIntervals(table=table, randomization=None, refused=())
    assert found.including_zero(("cr2", "cr3", "clustered")) == ("cr3", "clustered")
