"""Tests of a survey's answers hold their size where firms differ in how they answer but groups do not, few treated or many."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from diagnostics.surveys import amounts, rounded_to, surveyed
from scipy import stats

from impact.diagnostics.survey.back_checks import back_check
from impact.diagnostics.survey.digits import last_digits
from impact.diagnostics.survey.dropout import dropout
from impact.diagnostics.survey.durations import duration_by_arm
from impact.diagnostics.survey.enumerators import enumerators
from impact.diagnostics.survey.heaping import heaping_change
from impact.diagnostics.survey.response import response
from impact.diagnostics.survey.zeros import zeros_change

DRAWS = 120
MOST = stats.binom.ppf(
    1 - 1e-4, DRAWS, 0.05
)  # rejections of a test of 5%: one right test in 10,000 has more
DESIGNS = {"8 of 60": (60, 8), "30 of 90": (90, 30)}
N_PERIODS, LATE = 8, 4


@cache
def survey(n, n_treated, seed):
    """Firms with habits of their own of silence, zeros and rounding; and who asked them, for how long, and again."""
    rng = np.random.default_rng(seed)
    wide = amounts(n, N_PERIODS, seed=seed)
    rounding, idling, silence = (rng.beta(a, b, (n, 1)) for a, b in ((1, 1), (0.4, 4), (0.5, 4)))
    wide = np.where(rng.random(wide.shape) < rounding, rounded_to(wide, 500), wide)
    wide[rng.random(wide.shape) < idling] = 0
    wide[:, LATE:][rng.random((n, N_PERIODS - LATE)) < silence] = np.nan
    panel = surveyed(wide, np.where(np.arange(n) < n_treated, LATE + 1.0, np.nan))
    rows = len(panel.y)
    shift = rng.integers(0, 6, (n, 2))[panel.unit_index, (panel.time_index >= LATE).astype(int)]
    minutes = rng.lognormal(3.5, 0.3, n)[panel.unit_index] * rng.lognormal(0, 0.2, rows)
    again = np.full(rows, np.nan)
    asked = rng.choice(rows, 60, replace=False)
    again[asked] = panel.y[asked] * (1 + rng.normal(0, 0.1, 60))
    return panel, pd.Series(shift).map(str), minutes, again


TESTS = {
    "response": lambda panel, *_: response(panel),
    "dropout": lambda panel, *_: dropout(panel),
    "zeros_change": lambda panel, *_: zeros_change(panel),
    "heaping_change": lambda panel, *_: heaping_change(panel),
    "last_digits": lambda panel, *_: last_digits(panel),
    "enumerators": lambda panel, names, *_: enumerators(panel, names),
    "duration_by_arm": lambda panel, _, minutes, __: duration_by_arm(panel, minutes),
    "back_check": lambda panel, _, __, again: back_check(panel, panel.y, again, outcome="y"),
}


@pytest.mark.longer
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("test", TESTS)
def test_where_nothing_is_wrong_no_more_than_chance_allows_is_found(test, design):
    p = [TESTS[test](*survey(*DESIGNS[design], seed)).p_value for seed in range(DRAWS)]
    assert np.mean([value is None for value in p]) < 0.1  # nobody dropped out, and no p-value
    assert sum(value is not None and value <= 0.05 for value in p) <= MOST
