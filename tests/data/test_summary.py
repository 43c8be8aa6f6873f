"""What a panel prints: counts, and neither an id nor a value."""

import re

import numpy as np
import pytest
from panels import long_frame, panel

CANARY = "Zineb-0661-secret"


def made():
    frame = long_frame(n=40, gaps=0.1)
    frame["id"] = [f"{CANARY}-{value:03d}" for value in frame.id]
    frame["y"] = 54321.25 + frame.y.round(3)
    frame.loc[[3, 9], "y"] = np.nan
    frame.loc[frame.id == frame.id.iloc[0], "g"] = 1
    return panel(frame, missing_outcome="drop", cluster="village")


@pytest.mark.parametrize("written", [repr, str, lambda p: p._repr_html_(), lambda p: p.summary()])
def test_a_panel_prints_counts_and_never_ids_or_values(written):
    shown = made()
    text = written(shown)
    assert CANARY not in text
    assert "5432" not in text
    numbers = {int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text)}
    treated = int(np.isfinite(shown.cohort).sum())
    assert {
        shown.n_units,
        len(shown.y),
        shown.n_periods,
        treated,
        shown.sample.n_clusters,
    } <= numbers
    for cohort in shown.cohorts:
        assert f"from {cohort:g}" in text
    for word in ("always treated", "missing outcome", "% of units by periods", "never treated"):
        assert word in text
    assert len(text.splitlines()) < 30


def test_a_balanced_panel_with_units_as_clusters_says_so():
    text = repr(panel(long_frame()))
    assert "480 (all of units by periods)" in text
    assert re.search(r"clusters +the units", text)


def test_many_cohorts_are_counted_together():
    frame = long_frame(n=200, periods=40, cohorts=tuple(range(2, 38)), share=0.02)
    text = repr(panel(frame))
    assert re.search(r"in \d+ later cohorts", text)
    assert len(text.splitlines()) < 25


def test_a_sample_prints_its_counts():
    sample = made().sample
    for text in (repr(sample), sample._repr_html_()):
        assert f"{sample.n_units}" in text
        assert "missing outcome" in text
