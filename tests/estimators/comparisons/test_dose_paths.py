"""Doses that go up and down: the absorbing case is the other algorithm, definitions by hand, refusals by name."""

import numpy as np
import pandas as pd
import pytest
from estimators import golden
from panels import long_frame, panel

import impact
from impact.errors import MissingValueError, NotIdentifiedError, UnknownNameError, UsageError

SAME = {"rtol": 1e-10, "atol": 1e-12}  # the same sums in another order
CHAISE = impact.DeChaisemartinDHaultfoeuille


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("single", ["pooled", "ignored"])
def test_a_treatment_that_stays_is_a_path_of_doses(weight, single):
    frame = long_frame(cohorts=(3, 4, 6), share=0.15)
    frame["on"] = (frame.t >= frame.g).astype(float)
    made = panel(frame, weight=weight, covariates=["on"])
    one = CHAISE(single_cohorts=single).fit(made)
    two = CHAISE(single_cohorts=single, dose="on").fit(made)
    assert list(one.rows.term) == list(two.rows.term)
    np.testing.assert_allclose(two.params, one.params, **SAME)
    np.testing.assert_allclose(two.vcov, one.vcov, **SAME)
    overall = [each.aggregate(by="overall") for each in (one, two)]
    np.testing.assert_allclose(overall[1].params, overall[0].params, **SAME)
    np.testing.assert_allclose(overall[1].std_errors, overall[0].std_errors, **SAME)


def test_switchers_with_all_effects_are_those_of_the_package(reference):
    """DIDmultiplegtDYN 2.1.2, effects 2, placebo 1, same_switchers = TRUE, on mpdta."""
    theirs = golden.numbers(reference, "dcdh", case="dcdh/mpdta/e2p1_controls")
    frame = golden.panel(reference, "mpdta").frame()
    frame["on"] = frame.exposed.astype(float)
    by_dose = impact.Panel.from_frame(
        frame, unit="unit", time="time", outcome="lemp", covariates=["on"]
    )
    options = {"effects": 2, "placebos": 1, "switchers": "same", "single_cohorts": "ignored"}
    for ours in (
        CHAISE(**options).fit(golden.panel(reference, "mpdta")),
        CHAISE(**options, dose="on").fit(by_dose),
    ):
        rows = theirs[theirs.method.isin(["dcdh_effects", "dcdh_placebos"])]
        golden.agrees(ours.table.set_index("term").loc[rows.term.str.lower()], rows)
        golden.agrees(ours.aggregate(by="overall").table, theirs[theirs.method == "dcdh_avg"])


def fairs(*, n=40, periods=6, seed=2, effect=1.5, noise=0.2):
    """Firms that go to no fair, to one, to one or two for some time, or that stop going."""
    generator = np.random.default_rng(seed)
    shapes = np.array(
        [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 1, 1, 1, 1],
            [0, 0, 0, 2, 0, 0],
            [1, 1, 1, 1, 1, 1],
            [1, 1, 0, 0, 1, 1],
        ]
    )
    dose = shapes[np.arange(n) % 5].astype(float)
    y = generator.normal(size=(n, 1)) + 0.3 * np.arange(periods) + effect * dose
    y = y + noise * generator.normal(size=y.shape)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    return pd.DataFrame({"id": unit, "t": time, "y": y.ravel(), "fairs": dose.ravel()})


def of_doses(frame):
    return impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", covariates=["fairs"])


def test_an_effect_proportional_to_the_dose_is_found_per_unit_of_it():
    made = of_doses(fairs(noise=1e-9))
    found = CHAISE(dose="fairs").fit(made)
    # from one fair on, 2 fairs for one period then none, and back to none then one again, by hand
    by_length = {
        "effect_1": 1.5 * (1 + 2 + 1) / 3,
        "effect_2": 1.5 * (1 + 0 + 1) / 3,
        "effect_3": 1.5 * (1 + 0 + 0) / 3,
        "effect_4": 1.5 * (1 + 0) / 2,
    }
    for term, value in by_length.items():
        assert found.params[term] == pytest.approx(value, abs=1e-6)
    assert found.params["placebo_1"] == pytest.approx(0, abs=1e-6)
    assert found.aggregate(by="overall").params.iloc[0] == pytest.approx(1.5, abs=1e-6)
    scaled = CHAISE(dose="fairs", effects=1, scale="per_dose").fit(made)
    assert scaled.params["effect_1"] == pytest.approx(1.5, abs=1e-6)
    assert "per unit of dose" in scaled.estimand


def test_effects_are_means_by_hand_with_controls_of_the_same_first_dose():
    frame = fairs(noise=1.0)
    wide = frame.set_index(["id", "t"]).y.unstack()  # noqa: PD010 (a repeated pair must fail)
    kind = np.arange(40) % 5
    change = {at: wide[at] - wide[1] for at in (2, 3)}
    later = wide[3] - wide[2]
    stayed = (kind == 0) | (kind == 2)
    first = change[2][kind == 1].mean() - change[2][stayed].mean()
    second = later[kind == 2].mean() - later[kind == 0].mean()
    left = -(change[2][kind == 4].mean() - change[2][kind == 3].mean())
    found = CHAISE(dose="fairs").fit(of_doses(frame))
    assert found.params["effect_1"] == pytest.approx((first + second + left) / 3, rel=1e-10)


def test_standard_errors_are_those_of_many_samples():
    """Monte Carlo: the spread of 80 estimates and the mean standard error, within a fifth."""
    made = [
        CHAISE(dose="fairs")
        .fit(of_doses(fairs(seed=seed, noise=1.0, n=60)))
        .aggregate(by="overall")
        for seed in range(80)
    ]
    spread = np.std([each.params.iloc[0] for each in made], ddof=1)
    assert np.mean([each.std_errors.iloc[0] for each in made]) == pytest.approx(spread, rel=0.2)


def test_placebos_jointly_and_equal_effects_are_tested_by_restrictions():
    found = CHAISE(dose="fairs", effects=2, placebos=2).fit(of_doses(fairs(noise=1.0)))
    joint = found.wald(["placebo_1"])
    assert 0 < joint.p_value <= 1
    assert found.wald([("effect_1", "effect_2")]).p_value < 0.01


def test_what_a_path_of_doses_cannot_answer_is_refused_by_name():
    frame = fairs()
    with pytest.raises(UnknownNameError, match="fair"):
        CHAISE(dose="fair").fit(of_doses(frame))
    with pytest.raises(UsageError, match="scale='per_dose'"):
        CHAISE(scale="per_dose")
    with pytest.raises(UsageError, match="switchers='same'"):
        CHAISE(switchers="same")
    gone = frame.assign(fairs=frame.fairs.where(frame.id > 0))
    with pytest.raises(MissingValueError, match="fairs: missing in 6 observations"):
        CHAISE(dose="fairs").fit(of_doses(gone))
    with pytest.raises(NotIdentifiedError, match="no unit leaves its first dose"):
        CHAISE(dose="fairs").fit(of_doses(frame.assign(fairs=1.0)))
    frame = long_frame().assign(on=lambda f: (f.t >= f.g).astype(float))
    overall = CHAISE(dose="on").fit(panel(frame, covariates=["on"])).aggregate(by="overall")
    refused = overall.under(impact.Permutation(permutations=19))
    assert isinstance(refused, impact.Refused)
    assert "a path of doses is not a cohort" in refused.why
