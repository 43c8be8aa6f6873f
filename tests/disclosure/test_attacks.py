"""Attacks on released figures: each recovers what it wants where cells are withheld one by one, and fails at the gate."""

from dataclasses import replace

import numpy as np
import pytest
from disclosure.attacker import Both, kept_today, row_of, solved, total_of
from disclosure.linked import atoms_of, count, mean, panel, tables

import impact
from impact.disclosure import Atoms, Figure, Gate, Measure, Place, Row
from impact.disclosure.log import Earlier, appended, read

EXACT = 1e-6  # relative: the attacker solves to rounding


@pytest.fixture(scope="module")
def small():
    """Cohorts of 14, 2 and 1 firms."""
    return atoms_of(panel(sizes=(14, 2, 1), never=60, periods=6))


def recovers(attack, truth):
    assert attack.today == pytest.approx(truth, rel=EXACT)
    assert attack.gated is None


def of_cohorts(atoms, periods, **how):
    treated = np.isfinite(atoms.cohort)
    made = [
        mean(atoms, Place("m", "treated", str(t), "mean"), treated, t, importance=1)
        for t in periods
    ]
    for g in np.unique(atoms.cohort):
        made += [
            mean(atoms, Place("m", f"cohort {g:g}", str(t), "mean"), atoms.cohort == g, t, **how)
            for t in periods
        ]
    return made


def test_differencing_cohorts_tells_the_mean_of_three_firms(small):
    wanted, truth = total_of(small, np.isin(small.cohort, [5.0, 6.0]), 4)
    recovers(Both.of(of_cohorts(small, [4]), small, wanted, Gate()), truth)


def test_differencing_calendar_periods_tells_one_firm_as_cohorts_come_in_one_by_one(small):
    """Effects by calendar period are about whoever is treated by then: the firm that starts last comes in by itself."""
    by_then = [small.cohort <= start for start in (4.0, 5.0, 6.0)]
    figures = [
        mean(small, Place("by_time", str(at), "", "estimate"), treated, 5)
        for at, treated in enumerate(by_then)
    ]
    wanted, truth = total_of(small, small.cohort == 6.0, 5)
    recovers(Both.of(figures, small, wanted, Gate()), truth)


def test_differencing_years_of_a_sector_tells_the_firms_that_answered_in_one_year_only():
    atoms = years_of_few()
    late = ~atoms.observed[:, 0]
    figures = []
    for period in (2, 3):
        every = np.ones(atoms.n_atoms, bool)
        figures.append(mean(atoms, Place("y", "all", str(period), "mean"), every, period))
        figures.append(
            mean(atoms, Place("y", "since the first year", str(period), "mean"), ~late, period)
        )
    wanted, truth = total_of(atoms, late, 3)
    recovers(Both.of(figures, atoms, wanted, Gate()), truth)


def years_of_few():
    of = panel(sizes=(12,), never=40, periods=4, sectors=1)
    frame = of.covariates.assign(id=of.units[of.unit_index], t=of.times[of.time_index], y=of.y)
    frame["g"] = np.where(np.isfinite(of.cohort), of.cohort, np.nan)[of.unit_index]
    frame = frame[~((frame["id"] >= 49) & (frame["t"] == 1))]
    again = impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", covariates=["sector"]
    )
    return atoms_of(again)


def test_differencing_subgroups_tells_the_small_one():
    atoms = atoms_of(panel(sizes=(25, 4), never=60, periods=6, sectors=1, seed=3))
    treated = np.isfinite(atoms.cohort)
    whole = mean(atoms, Place("s", "all", "", "estimate"), treated, 3)
    parts = [
        mean(atoms, Place("s", "first", "", "estimate"), atoms.cohort == 4.0, 3),
        mean(atoms, Place("s", "second", "", "estimate"), atoms.cohort == 5.0, 3),
    ]
    wanted, truth = total_of(atoms, atoms.cohort == 5.0, 3)
    recovers(Both.of([whole, *parts], atoms, wanted, Gate()), truth)


def test_counts_are_differenced_as_means_are(small):
    treated = np.isfinite(small.cohort)
    figures = [
        count(small, Place("n", "treated"), treated, importance=1),
        count(small, Place("n", "first"), small.cohort == 4.0),
    ]
    released = Gate().release(figures, small)
    assert {each.place.table: each.reason for each in released.withheld} == {"first": "solved"}


def test_event_times_beside_cohorts_tell_the_small_cohort():
    atoms = atoms_of(panel(sizes=(12, 11, 3), never=60, periods=8, sectors=1))
    figures = []
    for event in (0, 1):
        rows = np.zeros((atoms.n_atoms, 8))
        for cohort in (4.0, 5.0, 6.0):
            own = change(atoms, cohort, event)
            size = atoms.n[atoms.cohort == cohort].sum()
            rows += own * size / 26
            figures.append(effect(atoms, Place("e", f"{cohort:g}", str(event)), own))
        figures.append(effect(atoms, Place("e", "all", str(event)), rows, importance=1))
    wanted = change(atoms, 6.0, 1)
    truth = float((wanted * atoms.total("y")).sum())
    recovers(Both.of(figures, atoms, wanted, Gate()), truth)


def change(atoms, cohort, event):
    """The change of a cohort since the period before its start, less that of the never treated, (K, T)."""
    rows = np.zeros((atoms.n_atoms, len(atoms.times)))
    at = int(cohort) - 1 + event
    for chosen, sign in ((atoms.cohort == cohort, 1.0), (np.isinf(atoms.cohort), -1.0)):
        size = atoms.n[chosen].sum()
        rows[chosen, at] += sign / size
        rows[chosen, int(cohort) - 2] -= sign / size
    return rows


def effect(atoms, place, rows, **how):
    treated = np.isfinite(atoms.cohort)
    some = np.abs(rows).max(axis=1) > 0
    sides = [tuple(map(int, np.flatnonzero(some & side))) for side in (treated, ~treated)]
    value = float((rows * atoms.total("y")).sum())
    return Figure(
        place=place,
        kind="linear",
        value=value,
        measure="y",
        rows=(Row.of(rows),),
        compared=tuple(side for side in sides if side),
        **how,
    )


def by_unit(of):
    """Each firm an atom of its own, as a table that leaves firms out tells them apart."""
    return Atoms.of(of, levels={"firm": np.arange(of.n_units)})


def left_out(atoms, place, without):
    rows = np.zeros((atoms.n_atoms, len(atoms.times)))
    for chosen, sign in (
        (np.isfinite(atoms.cohort) & (np.arange(atoms.n_atoms) != without), 1.0),
        (np.isinf(atoms.cohort), -1.0),
    ):
        rows[chosen, 4] = sign / chosen.sum()
        rows[chosen, 2] = -sign / chosen.sum()
    return effect(atoms, place, rows, importance=0 if without < 0 else 3)


def test_leaving_each_firm_out_tells_each_firms_change():
    atoms = by_unit(panel(sizes=(12,), never=40, periods=6))
    figures = [left_out(atoms, Place("loo", str(i)), i) for i in (-1, *range(12))]
    wanted = 12 * row_of(figures[0], atoms) - 11 * row_of(figures[4], atoms)
    truth = float(wanted @ atoms.total("y").ravel())
    attack = Both.of(figures, atoms, wanted.reshape(atoms.n_atoms, -1), Gate())
    recovers(attack, truth)
    released = Gate().release(figures, atoms)
    assert [figure.place.table for figure in released.figures] == ["-1"]


def test_the_mean_and_error_of_all_and_of_all_but_two_tell_both_firms():
    atoms = by_unit(panel(sizes=(12,), never=40, periods=6))
    figures = [*mean_and_error(atoms, "twelve", 12), *mean_and_error(atoms, "ten", 10)]
    kept = {figure.place: figure.value for figure in kept_today(figures, atoms)}
    two = both_firms(kept)
    truth = np.sort(atoms.total("y")[10:12, 3])
    assert two == pytest.approx(truth, rel=EXACT)
    gated = {figure.place for figure in Gate().release(figures, atoms).figures}
    assert {place.table for place in gated} == {"ten"}  # or twelve: never both


def mean_and_error(atoms, name, size):
    weights = np.zeros((atoms.n_atoms, len(atoms.times)))
    weights[:size, 3] = 1 / size
    y = atoms.total("y")[:size, 3]
    place = Place("two", name, "", "mean")
    error = float(np.sqrt(((y - y.mean()) ** 2).sum() / (size * (size - 1))))
    made = Figure(
        place=place, kind="mean", value=float(y.mean()), measure="y", rows=(Row.of(weights),)
    )
    return made, Figure(
        place=replace(place, column="std_error"),
        kind="std_error",
        value=error,
        measure="y",
        directions=(Row.of(weights),),
        beside=place,
    )


def both_firms(kept):
    """Sums and sums of squares of twelve and ten firms give those of two, hence both firms."""
    sums, squares = {}, {}
    for name, n in (("twelve", 12), ("ten", 10)):
        m, s = (kept[Place("two", name, "", column)] for column in ("mean", "std_error"))
        sums[n] = n * m
        squares[n] = s**2 * n * (n - 1) + n * m**2
    total, square = sums[12] - sums[10], squares[12] - squares[10]
    apart = np.sqrt(2 * square - total**2)
    return np.array([total - apart, total + apart]) / 2


def test_errors_alone_are_differenced_as_means_are():
    atoms = by_unit(panel(sizes=(12,), never=40, periods=6))
    errors = [mean_and_error(atoms, name, size)[1] for name, size in (("twelve", 12), ("ten", 10))]
    alone = [replace(figure, beside=None) for figure in errors]
    reasons = {each.place.table: each.reason for each in Gate().release(alone, atoms).withheld}
    assert reasons == {"twelve": "solved"}


def test_a_regression_on_a_small_groups_indicator_tells_its_mean():
    """Ordinary least squares on an indicator of four firms: constant and coefficient add up to their mean."""
    atoms = atoms_of(panel(sizes=(4,), never=40, periods=6, sectors=1))
    indicator = np.isfinite(atoms.cohort)[:, None].astype(float)
    x = np.concatenate([np.ones((atoms.n_atoms, 1)), indicator], axis=1)
    weight = np.linalg.solve(x.T @ (atoms.n[:, None] * x), x.T)  # of each unit
    figures = []
    for name, own in zip(("constant", "indicator"), weight, strict=True):
        rows = np.zeros((atoms.n_atoms, 6))
        rows[:, 3] = own
        rows[np.abs(rows) < 1e-12] = 0.0
        value = float((rows * atoms.total("y")).sum())
        figures.append(
            Figure(
                place=Place("ols", name),
                kind="linear",
                value=value,
                measure="y",
                rows=(Row.of(rows),),
            )
        )
    wanted, truth = total_of(atoms, np.isfinite(atoms.cohort), 3)
    recovers(Both.of(figures, atoms, wanted, Gate()), truth)


def test_two_runs_that_part_firms_otherwise_tell_what_neither_tells():
    of = panel(sizes=(30,), never=40, periods=6, sectors=1)
    atoms = by_unit(of)
    first = [mean(atoms, Place("run", "all"), np.isfinite(atoms.cohort), 4)]
    without_three = np.isfinite(atoms.cohort) & (np.arange(atoms.n_atoms) >= 3)
    second = [mean(atoms, Place("run", "without"), without_three, 4)]
    wanted, truth = total_of(atoms, np.isfinite(atoms.cohort) & ~without_three, 4)
    assert solved([*first, *second], atoms, wanted) == pytest.approx(truth, rel=EXACT)
    once = Gate().release(first, atoms)
    log = appended("", Earlier.of(once, atoms, run="first"))
    again = Gate().release(second, atoms, earlier=read(log))
    assert [each.reason for each in again.withheld] == ["solved_with_earlier"]
    assert Gate().release(second, atoms).figures  # alone it may leave


def test_raw_and_winsorised_means_tell_the_largest_firms_excess():
    of = panel(sizes=(30,), never=40, periods=6, sectors=1)
    atoms = by_unit(of)
    raw = atoms.measures["y"].outcome
    cut = np.minimum(raw, np.quantile(raw, 0.99))
    atoms = replace(atoms, measures={**atoms.measures, "cut": Measure(cut, True, moved_from="y")})
    every = np.ones(atoms.n_atoms, bool)
    figures = [mean(atoms, Place("w", "raw", str(t)), every, t, importance=1) for t in range(6)]
    figures += [
        replace(mean(atoms, Place("w", "cut", str(t)), every, t), measure="cut") for t in range(6)
    ]
    reasons = {str(each.place): each.reason for each in Gate().release(figures, atoms).withheld}
    changed = [t for t in range(6) if (raw[:, t] != cut[:, t]).any()]
    assert reasons == {f"w/cut/{t}": "solved" for t in changed}
    assert changed


def test_a_total_of_zero_tells_everyone():
    of = panel(sizes=(30,), never=40, periods=6, sectors=1)
    atoms = by_unit(of)
    nothing = replace(atoms.measures["y"], outcome=np.zeros_like(atoms.measures["y"].outcome))
    atoms = replace(atoms, measures={"y": nothing})
    figure = mean(atoms, Place("z", "all"), np.ones(atoms.n_atoms, bool), 2)
    assert [each.reason for each in Gate().release([figure], atoms).withheld] == ["all_zero"]


def test_two_firms_that_make_up_a_mean_are_not_told():
    of = panel(sizes=(30,), never=40, periods=6, sectors=1)
    atoms = by_unit(of)
    outcome = atoms.measures["y"].outcome.copy()
    outcome[:2] *= 10_000
    atoms = replace(atoms, measures={"y": replace(atoms.measures["y"], outcome=outcome)})
    figure = mean(atoms, Place("d", "all"), np.isfinite(atoms.cohort), 2)
    assert [each.reason for each in Gate().release([figure], atoms).withheld] == ["dominated"]


@pytest.mark.parametrize(
    ("share", "reasons"), [(0.5, []), (0.9, ["few_beyond"]), (1.0, ["few_beyond"])]
)
def test_a_quantile_needs_units_on_both_sides(share, reasons):
    atoms = by_unit(panel(sizes=(30,), never=40, periods=6, sectors=1))
    figure = Figure(
        place=Place("q", "p"),
        kind="quantile",
        measure="y",
        compared=(tuple(range(70)),),
        share=share,
    )
    assert [each.reason for each in Gate().release([figure], atoms).withheld] == reasons


def test_tables_leave_whole_where_every_group_is_large():
    atoms = atoms_of(panel(sizes=(60, 50), never=200, periods=4, sectors=2))
    released = Gate().release(tables(atoms), atoms)
    assert not released.withheld
