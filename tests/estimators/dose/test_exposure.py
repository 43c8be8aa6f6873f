"""Levels of exposure, continuous doses and spillovers: by hand, by other estimators, in simulation, refusals by name."""

import numpy as np
import pandas as pd
import pytest

import impact
from impact.errors import (
    MissingValueError,
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
    VaryingCohortError,
)
from impact.estimators.dose.spillovers import kilometres

KINDS = ("fair", "domestic", "none")


def firms(*, n=90, periods=6, seed=1, noise=0.3, spill=0.8):
    """Firms at fairs, at domestic events or at none; every third pair of places has nobody at either."""
    generator = np.random.default_rng(seed)
    place = np.arange(n) // 6
    far = place % 3 == 2
    kind = np.where(far, "none", np.array(KINDS)[np.arange(n) % 3])
    start = np.where(kind == "none", np.nan, 3.0 + (np.arange(n) % 2))
    dose = np.where(kind == "fair", 1 + np.arange(n) % 4, np.where(kind == "domestic", 0.5, 0.0))
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    on = time >= start[unit]
    near = (~far & (kind == "none"))[unit] & (time >= 3)
    y = generator.normal(size=n)[unit] + 0.2 * time + on * (1 + 0.5 * dose[unit]) + spill * near
    frame = pd.DataFrame({"id": unit, "t": time, "g": start[unit], "kind": kind[unit]})
    frame["y"] = y + noise * generator.normal(size=len(frame))
    frame["fairs"] = np.where(on, dose[unit], 0.0)
    frame["city"], frame["trade"] = place[unit] // 3, (place % 3)[unit]
    frame["latitude"] = 31.0 + place[unit] * 1.0
    frame["longitude"] = -7.0 + 0.01 * (unit % 6)
    return frame


COLUMNS = ["kind", "fairs", "city", "trade", "latitude", "longitude"]


def of(frame, **choices):
    options = {"cohort": "g", "covariates": COLUMNS, **choices}
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", **options)


def test_each_level_is_the_estimate_without_the_others_and_shares_its_controls():
    frame = firms()
    found = impact.ExposureLevels("kind").fit(of(frame))
    assert list(found.rows.term) == ["kind=domestic", "kind=fair"]
    for level in ("domestic", "fair"):
        alone = of(frame[frame.kind.isin([level, "none"])])
        one = impact.CallawaySantAnna().fit(alone).aggregate(by="overall")
        assert found.params[f"kind={level}"] == pytest.approx(one.params.iloc[0], rel=1e-10)
        assert found.std_errors[f"kind={level}"] == pytest.approx(one.std_errors.iloc[0], rel=1e-10)
    assert found.vcov[0, 1] > 0
    assert found.wald([("kind=domestic", "kind=fair")]).p_value < 0.01


def test_numbers_are_levels_or_groups_of_them():
    made = of(firms())
    each = impact.ExposureLevels("fairs").fit(made)
    assert list(each.rows.term) == [f"fairs={level}" for level in ("0.5", "1", "2", "3", "4")]
    cut = impact.ExposureLevels("fairs", cuts=[1, 3]).fit(made)
    assert list(cut.rows.term) == ["fairs=up to 1", "fairs=1 to 3", "fairs=more than 3"]
    assert cut.params.is_monotonic_increasing


def test_controls_of_another_level_than_the_reference_are_left_out():
    frame = firms()
    frame.loc[frame.kind == "domestic", "g"] = np.nan
    found = impact.ExposureLevels("kind", reference="none").fit(of(frame))
    alone = impact.CallawaySantAnna().fit(of(frame[frame.kind != "domestic"]))
    assert found.params["kind=fair"] == pytest.approx(
        alone.aggregate(by="overall").params.iloc[0], rel=1e-10
    )


def test_the_average_over_doses_is_the_average_over_cohorts_of_callaway_and_santanna():
    made = of(firms())
    found = impact.ContinuousDose("fairs").fit(made)
    plain = impact.CallawaySantAnna(control_group="never_treated").fit(made)
    theirs = plain.aggregate(by="overall", average="cohort")
    assert found.params["att"] == pytest.approx(theirs.params.iloc[0], rel=1e-10)
    assert found.std_errors["att"] == pytest.approx(theirs.std_errors.iloc[0], rel=1e-10)


def test_a_line_in_the_dose_is_found_with_its_slope_under_the_stronger_assumption_alone():
    made = of(firms(noise=1e-9, spill=0.0))
    weak = impact.ContinuousDose("fairs", at=[1, 3]).fit(made)
    assert list(weak.rows.term) == ["att", "att(1)", "att(3)"]
    assert weak.params["att(3)"] == pytest.approx(2.5, abs=1e-6)
    strong = impact.ContinuousDose(
        "fairs", at=[1, 3], degree=2, knots=[2], assumption="strong_parallel_trends"
    ).fit(made)
    for term in ("acr", "acr(1)", "acr(3)"):
        assert strong.params[term] == pytest.approx(0.5, abs=1e-5)
    assert "strong parallel trends assumed" in strong.method


def test_standard_errors_of_the_curve_are_the_jackknifes():
    made = of(firms(noise=1.0))
    estimator = impact.ContinuousDose(
        "fairs", degree=2, assumption="strong_parallel_trends", at=[1]
    )
    found = estimator.fit(made)
    every = np.arange(made.n_units)
    without = np.array(
        [estimator.fit(made.subset(every != unit, reason="left_out")).params for unit in every]
    )
    n = len(every)
    jackknife = np.sqrt((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.std_errors, jackknife, rtol=0.08)


def test_untreated_firms_near_treated_ones_are_no_controls():
    made = of(firms(noise=1e-9))
    found = impact.Spillovers(within=["trade", "city"]).fit(made)
    assert list(found.rows.term) == ["treated", "same trade and city"]
    assert found.params["same trade and city"] == pytest.approx(0.8, abs=1e-6)
    naive = impact.CallawaySantAnna().fit(made).aggregate(by="overall").params.iloc[0]
    alone = impact.CallawaySantAnna().fit(of(firms(noise=1e-9, spill=0.0)))
    truth = alone.aggregate(by="overall").params.iloc[0]
    assert found.params["treated"] == pytest.approx(truth, abs=1e-6)
    assert naive < truth - 0.1


def test_rings_by_distance_find_the_same():
    made = of(firms(noise=1e-9))
    found = impact.Spillovers(coordinates=["latitude", "longitude"], rings=[10, 50]).fit(made)
    assert list(found.rows.term) == ["treated", "0 to 10 km"]
    assert found.params["0 to 10 km"] == pytest.approx(0.8, abs=1e-6)


def test_distances_are_those_on_the_globe():
    """Casablanca to Marrakech as the crow flies, about 217 km; one degree of latitude, 111.2 km."""
    places = np.array([33.5731, 31.6295]), np.array([-7.5898, -7.9811])
    away = kilometres(*places, *places)
    assert away[0, 1] == pytest.approx(219, abs=3)
    assert away[0, 0] == 0
    north = kilometres(np.array([0.0]), np.array([0.0]), np.array([1.0]), np.array([0.0]))
    assert north[0, 0] == pytest.approx(111.195, abs=0.001)


def test_what_exposure_cannot_answer_is_refused_by_name():
    frame, made = firms(), of(firms())
    with pytest.raises(UnknownNameError, match="kinds: not among"):
        impact.ExposureLevels("kinds").fit(made)
    with pytest.raises(UnknownNameError, match="reference='nobody'"):
        impact.ExposureLevels("kind", reference="nobody").fit(made)
    turned = frame.assign(kind=np.where((frame.id == 0) & (frame.t > 3), "domestic", frame.kind))
    with pytest.raises(VaryingCohortError, match="1 units have several words"):
        impact.ExposureLevels("kind").fit(of(turned))
    with pytest.raises(UsageError, match="holds words"):
        impact.ContinuousDose("kind").fit(made)
    with pytest.raises(NotIdentifiedError, match="not above zero for"):
        impact.ContinuousDose("fairs").fit(of(frame.assign(fairs=frame.fairs * (frame.id > 0))))
    with pytest.raises(NotIdentifiedError, match="different doses"):
        impact.ContinuousDose("fairs", degree=5).fit(made)
    with pytest.raises(MissingValueError, match="latitude: missing for 1 units"):
        holes = frame.assign(latitude=frame.latitude.where(frame.id != 3))
        impact.Spillovers(coordinates=["latitude", "longitude"], rings=[5]).fit(of(holes))
    with pytest.raises(UsageError, match="say who is near"):
        impact.Spillovers()
    with pytest.raises(NotIdentifiedError, match="no untreated unit is elsewhere"):
        impact.Spillovers(coordinates=["latitude", "longitude"], rings=[50_000]).fit(made)
    with pytest.raises(NotAvailableError, match="not from scores of units"):
        replicated = impact.SyntheticControl(variance="none", steps=10)
        impact.ExposureLevels("kind", estimator=replicated).fit(made)
    for estimator in (impact.ContinuousDose("fairs"), impact.ExposureLevels("kind")):
        first = estimator.fit(made)
        refused = first.select([first.rows.term[0]]).under(impact.Permutation(permutations=19))
        assert isinstance(refused, impact.Refused)
        assert "exchanging cohorts" in refused.why
