"""How long firms stay: against a published trial, statsmodels' formulas by hand, and firms followed one by one."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.diagnostics.outcomes.exit_durations import durations_of, kaplan_meier, log_rank_test
from impact.errors import NotAvailableError

# Freireich and others (1963), weeks in remission of 42 children with leukaemia, 6-MP against placebo, minus for censored
# (Collett, Modelling Survival Data, 3rd ed., table 1.1; Kleinbaum and Klein, Survival Analysis, 3rd ed., p. 17)
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_a_published_trial():
    """Log-rank 16.79 and Kaplan-Meier of 6-MP as Kleinbaum and Klein print them (pp. 66 and 69)."""
    weeks = np.array(TREATED + PLACEBO)
    treated = np.arange(42) < 21
    statistic, p_value = log_rank_test(abs(weeks), weeks > 0, treated, np.zeros(42, dtype=int))
    assert round(statistic, 2) == 16.79
    assert p_value < 0.001
    curve = kaplan_meier(abs(weeks[treated]), weeks[treated] > 0).set_index("period")
    printed = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert curve.staying.round(4).to_dict() == printed
    assert list(curve.at_risk) == [21, 17, 15, 12, 11, 7, 6]


def left(frame, exits):
    """Firms leave for good: id to their last period."""
    last = frame.id.map(exits).fillna(np.inf)
    return frame[frame.t <= last]


def drawn_exits(frame, *, treated_rate=0.05, rate=0.15, seed=0):
    """Last periods by a constant rate of leaving, another one from the start on."""
    generator, exits = np.random.default_rng(seed), {}
    for unit, own in frame.groupby("id"):
        start = own.g.iloc[0]
        for t in range(2, 9):
            under = t >= start
            if generator.random() < (treated_rate if under else rate):
                exits[unit] = t - 1
                break
    return exits


def test_each_firm_is_followed_from_the_last_period_before_a_start():
    frame = left(long_frame(n=40, gaps=0.1), drawn_exits(long_frame(n=40)))
    made = panel(frame)
    seen = frame.groupby("id").t.agg(["max", set])
    cohort = frame.groupby("id").g.first()
    records = []
    for place, start in enumerate((4, 6)):
        for unit in sorted(seen.index):
            own, first = cohort[unit] == start, cohort[unit]
            if start - 1 not in seen["set"][unit] or not (own or np.isnan(first) or first > start):
                continue
            end = 8 if own or np.isnan(first) else int(first) - 1
            left_at = seen["max"][unit] + 1
            exited = left_at <= end
            periods = (left_at if exited else end) - (start - 1)
            if periods > 0:
                records.append((unit, place, own, exited, periods))
    found = durations_of(made, control_group="not_yet_treated", anticipation=0)
    ours = zip(
        np.asarray(made.units)[found.unit],
        found.start,
        found.treated,
        found.exited,
        found.periods,
        strict=True,
    )
    assert [tuple(one) for one in ours] == records


def test_hazards_differ_by_a_regression_with_a_constant_for_each_start_and_period():
    made = panel(left(long_frame(n=80), drawn_exits(long_frame(n=80))))
    found = durations_of(made, control_group="never_treated", anticipation=0)
    rows = [
        (unit, f"{start}-{k}", float(treated), float(exited and k == periods))
        for unit, start, treated, exited, periods in zip(
            found.unit, found.start, found.treated, found.exited, found.periods, strict=True
        )
        for k in range(1, periods + 1)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "cell", "treated", "exit"])
    X = np.column_stack([frame.treated, pd.get_dummies(frame.cell, dtype=float)])
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ frame.exit
    scores = pd.DataFrame(X * (frame.exit - X @ beta).to_numpy()[:, None])
    meat = scores.groupby(frame.unit.to_numpy()).sum().to_numpy()
    n, k, clusters = len(frame), X.shape[1], frame.unit.nunique()
    factor = clusters / (clusters - 1) * (n - 1) / (n - k)
    error = np.sqrt(factor * (bread @ meat.T @ meat @ bread)[0, 0])
    result = impact.exit_durations(made, control_group="never_treated")
    assert result.hazard_difference == pytest.approx(beta[0], rel=1e-9)
    assert result.std_error == pytest.approx(error, rel=1e-9)


def test_a_programme_that_keeps_firms_alive_is_seen_and_one_that_does_not_is_not():
    frame = long_frame(n=200, cohorts=(4,), share=0.5)
    helped = impact.exit_durations(panel(left(frame, drawn_exits(frame, treated_rate=0.02))))
    assert helped.conf_high < 0
    assert helped.log_rank_p_value < 0.05
    assert helped.check().status == "warn"
    same = impact.exit_durations(panel(left(frame, drawn_exits(frame, treated_rate=0.15, seed=3))))
    assert same.check().status == "pass"
    assert set(same.table.arm) == {"treated", "untreated"}
    assert "log-rank" in repr(same)


def test_firms_that_must_live_to_start_are_no_effect():
    """Late starters lived until then: counted from the first period they would seem to leave less."""
    frame = long_frame(n=400, cohorts=(7,), share=0.5)
    exits = drawn_exits(frame, treated_rate=0.15, seed=1)
    gone = frame.id.map(exits) < 6  # before the base period: they never started
    frame["g"] = frame.g.where(~gone)
    found = impact.exit_durations(panel(left(frame, exits)))
    assert abs(found.hazard_difference) < 2 * found.std_error


def test_where_nobody_leaves_there_is_nothing_to_compare():
    check = impact.exit_durations(panel()).check()
    assert (check.status, check.why) == ("not_applicable", "nobody_left")


def test_repeated_cross_sections_are_refused_by_name():
    frame = long_frame().assign(id=lambda f: np.arange(len(f)))
    with pytest.raises(NotAvailableError, match="nobody is seen twice"):
        impact.exit_durations(panel(frame, waves="repeated_cross_sections"))
