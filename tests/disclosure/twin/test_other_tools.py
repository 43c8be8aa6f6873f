"""Tools that are not ours find the released numbers in the twin: the embedded case and panels of published studies.

Two disagreements are choices of theirs, and stand here by name. With gaps diff-diff averages effects by treated units observed, we and did by
cohort size (its effects by cohort and period are ours); and it takes a cohort of one unit by itself in imputation's variance.
"""

import warnings

import numpy as np
import pytest
from disclosure.twin.other_tools import by_other_tools
from disclosure.twin.referees import ASKED
from estimators import golden
from shared_reference import REFERENCE

from impact.disclosure.twin.protection import ENOUGH
from impact.disclosure.twin.twin import agreement, twin_of
from impact.pipeline.plan import study_of

EXACT = 1e-9
DIFFERENTLY = {
    ("evaluation.yml", "diff-diff", "callaway_santanna"),
    ("evaluation.yml", "diff-diff", "other_comparison"),
    ("castle", "diff-diff", "imputation"),
}
FOUND = {
    "evaluation.yml": "numbers",
    "evaluation-jobtraining.yml": "numbers",
    "mpdta": "numbers",
    "castle": "numbers",
    "base_stagg": "numbers",
    "df_hom": "cells",
}


def panel_named(name):
    if name.endswith(".yml"):
        from pathlib import Path

        return study_of(Path(__file__).resolve().parents[3] / name, {}).panel()
    if not REFERENCE.is_dir():
        pytest.skip("the reference data sets are not here")
    return golden.panel(REFERENCE, name)


def differences(name):
    """The twin of a panel, and (tool, number, estimate off, standard error off) of it."""
    twin = twin_of(panel_named(name), ASKED, seed=1)
    ours = {one.asked.name: (one.value, one.std_error) for one in twin.answered}
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        for tool, number, estimate, std_error in by_other_tools(twin.frame):
            if number in ours:
                off = np.abs(np.array(ours[number]) - [estimate, std_error]) / max(
                    np.abs(ours[number])
                )
                found.append((tool, number, *off))
    return twin, found


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_other_tools_find_the_released_numbers_in_the_twin(name):
    pytest.importorskip("pyfixest")
    pytest.importorskip("diff_diff")
    twin, found = differences(name)
    assert twin.keeps == FOUND[name]
    assert max(max(missed) for missed in agreement(twin).values()) < EXACT
    assert twin.left >= ENOUGH
    for tool, number, *off in found:
        if (name, tool, number) in DIFFERENTLY:
            assert max(off) > 1e-4, "it agrees now: take it off the list"
        else:
            assert max(off) < EXACT, (tool, number, off)
    assert len(found) >= 5
