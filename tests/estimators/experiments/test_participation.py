"""Invitation and participation: against fixest and estimatr, by hand, the shapes of Anderson and Rubin's set, and refusals."""

import numpy as np
import pandas as pd
import pytest

import impact
from impact.errors import NotAvailableError, NotIdentifiedError, UnknownNameError, UsageError
from impact.estimators.experiments.participation import anderson_rubin


def invited(*, n=300, share=0.6, uninvited=0.0, effect=2.0, seed=1, second=0.0):
    """Half are invited in turn; some of them come, those who would do better anyway more often."""
    generator = np.random.default_rng(seed)
    ability = generator.normal(size=n)
    frame = pd.DataFrame({"id": np.arange(n), "t": 1, "invited": np.arange(n) % 2})
    frame["other"] = generator.integers(0, 2, n)
    rank = generator.normal(size=n) + ability
    frame["came"] = (rank > np.quantile(rank, 1 - share)) & (frame.invited == 1)
    frame["came"] |= (rank > np.quantile(rank, 1 - uninvited)) & (frame.invited == 0)
    frame["came"] = frame.came.astype(float)
    frame["y"] = (
        5 + 2 * ability + effect * frame.came + second * frame.other + generator.normal(size=n)
    )
    frame["village"] = frame.id // 10
    return frame


def made(frame, **choices):
    named = [name for name in frame if name not in {"id", "t", "y", "village"}]
    return impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", covariates=named, **choices
    )


MODEL = impact.TwoStageLeastSquares(["invited"], participation="came", vcov="HC1")


def test_two_stage_least_squares_equals_fixest_with_effects_and_its_first_stage_f(reference):
    frame = pd.read_csv(reference / "data" / "r" / "base_did.csv")
    frame["z"] = frame.x1 + ((7 * frame.id + 3 * frame.period) % 10) / 5
    panel = impact.Panel.from_frame(
        frame, unit="id", time="period", outcome="y", covariates=["x1", "z"]
    )
    model = impact.TwoStageLeastSquares(["z"], participation="x1", effects_of=("unit", "time"))
    golden = pd.read_csv(reference / "golden" / "fixest.csv.gz").set_index("case")
    theirs, ours = golden.loc["fixest/iv/base_did/~id"], model.fit(panel)
    np.testing.assert_allclose(ours.params, [theirs.estimate], rtol=1e-8)
    np.testing.assert_allclose(ours.std_errors, [theirs.se], rtol=1e-6)
    assert ours.df == theirs.df
    found = impact.participation(panel, model)
    np.testing.assert_allclose(
        found.first_stage_f, golden.loc["fixest/iv/base_did/ivf"].estimate, rtol=1e-8
    )


@pytest.mark.parametrize(("vcov", "kind"), [("iid", "classical"), ("HC2", "HC2")])
def test_two_stage_least_squares_equals_estimatr(reference, vcov, kind):
    frame = pd.read_csv(reference / "data" / "r" / "lalonde.csv").assign(one=1)
    panel = impact.Panel.from_frame(
        frame, unit="id", time="one", outcome="re78", covariates=["educ", "age", "nodegree"]
    )
    model = impact.TwoStageLeastSquares(
        ["nodegree"], participation="educ", covariates=["age"], vcov=vcov
    )
    golden = pd.read_csv(reference / "golden" / "robust.csv.gz")
    theirs = golden[golden.case == f"estimatr/lalonde/iv/{kind}"].set_index("term")
    ours = model.fit(panel)
    np.testing.assert_allclose(ours.params, theirs.estimate[["educ", "age"]], rtol=1e-8)
    np.testing.assert_allclose(ours.std_errors, theirs.se[["educ", "age"]], rtol=1e-6)


def test_the_effect_on_participants_is_that_of_the_invitation_over_the_share_it_moves():
    frame = invited(uninvited=0.2)
    found = impact.participation(made(frame), MODEL)
    by = frame.groupby("invited")[["y", "came"]].mean()
    itt, moved = by.loc[1] - by.loc[0]
    assert found.invitation.params.iloc[0] == pytest.approx(itt)
    assert found.first_stage.params.iloc[0] == pytest.approx(moved)
    assert found.participation.params.iloc[0] == pytest.approx(itt / moved)
    table = found.first_stage.table.iloc[0]
    assert found.effective_f == pytest.approx(table.statistic**2)  # one instrument
    assert found.critical_value == pytest.approx(
        23.1085, abs=1e-3
    )  # Montiel Olea and Pflueger's table
    assert list(found.table.effect) == ["invitation", "first_stage", "participation"]
    assert found.check().status == "pass"


@pytest.mark.parametrize("vcov", ["HC1", "HC3", "CRV1", "CRV2"])
def test_no_effect_of_participation_is_in_the_set_as_no_effect_of_the_invitation_is_in_its_interval(
    vcov,
):
    for effect in (0.0, 0.4, 0.8, 1.2):
        panel = made(invited(effect=effect, share=0.3), cluster="village")
        model = impact.TwoStageLeastSquares(["invited"], participation="came", vcov=vcov)
        found = impact.participation(panel, model)
        low, high = found.invitation.confint().iloc[0, 1:]
        if vcov != "CRV2":  # its degrees of freedom are the instrument's own
            assert found.anderson_rubin.contains(0.0) == (low <= 0 <= high)
        assert found.anderson_rubin.kind == "interval"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("instruments", [["invited"], ["invited", "other"]])
def test_the_set_holds_the_values_that_are_not_rejected_one_by_one(seed, instruments):
    frame = invited(share=[0.5, 0.1, 0.02, 0.01][seed], seed=seed)
    model = impact.TwoStageLeastSquares(instruments, participation="came", vcov="HC1")
    panel = made(frame)
    found = anderson_rubin(model.regressions(panel))
    for value in np.concatenate([np.linspace(-40, 40, 41), [-1e4, 1e4]]):
        shifted = panel.with_outcome(panel.y - value * frame.came.to_numpy(), "y")
        reduced = impact.PooledOLS(instruments, time_effects=False, vcov="HC1").fit(shifted)
        assert found.contains(value) == (reduced.wald(instruments).p_value >= 0.05), value


def test_a_weak_invitation_gives_rays_or_everything_and_warns():
    kinds = {}
    for seed in range(30):
        frame = invited(n=301, share=0.05, uninvited=0.04, seed=seed, effect=4.0)
        found = impact.participation(made(frame), MODEL)  # 151 and 150 never have the same share
        kinds[found.anderson_rubin.kind] = found
    assert {"two_rays", "everything"} <= set(kinds) <= {"interval", "two_rays", "everything"}
    assert "every value" in repr(kinds["everything"])
    assert kinds["two_rays"].anderson_rubin.pieces[0][0] == -np.inf
    assert kinds["everything"].check().status == "warn"


def test_instruments_that_contradict_each_other_leave_no_value():
    frame = invited(second=5.0)  # the other one moves the outcome by itself
    frame["came"] = np.maximum(frame.came, frame.other * (frame.id % 3 == 0))
    model = impact.TwoStageLeastSquares(["invited", "other"], participation="came", vcov="HC1")
    found = impact.participation(made(frame), model)
    assert found.anderson_rubin.kind == "empty"
    assert "no value" in repr(found)


def test_what_moves_nobody_is_refused_by_name():
    frame = invited()
    model = impact.TwoStageLeastSquares
    with pytest.raises(
        NotIdentifiedError, match="invited: does not vary: an instrument that is the same for all"
    ):
        MODEL.fit(made(frame.assign(invited=1)))
    with pytest.raises(NotIdentifiedError, match="came: does not vary: all or none took part"):
        MODEL.fit(made(frame.assign(came=0.0)))
    with pytest.raises(NotIdentifiedError, match="nobody takes part because of it"):
        MODEL.fit(made(frame.assign(came=(frame.id // 2 % 2).astype(float))))
    with pytest.raises(NotIdentifiedError, match="given effects and the other columns"):
        model(["invited"], participation="came", effects_of=("unit",)).fit(made(frame))
    with pytest.raises(UnknownNameError, match="invted"):
        model(["invted"], participation="came").fit(made(frame))
    with pytest.raises(UsageError, match="each once"):
        model(["came"], participation="came")
    with pytest.raises(UsageError, match="name the column that says who was invited"):
        model([])
    effect = MODEL.fit(made(frame))
    refused = effect.under(impact.Permutation(permutations=19))
    assert "participation was not drawn" in refused.why
    with pytest.raises(NotAvailableError, match="fit it on the Panel"):
        MODEL.fit(impact.PathMoments.from_panel(impact.example_panel()))


def test_the_take_up_of_microcredit_in_moroccan_villages(reference):
    frame = pd.read_csv(reference / "data" / "crepon_morocco" / "crepon_morocco_endline.csv")
    frame = frame.assign(one=1, row=np.arange(len(frame)))
    panel = impact.Panel.from_frame(
        frame,
        unit="row",
        time="one",
        outcome="profit_MAD",
        covariates=["treatment", "takeup"],
        cluster="village_id",
    )
    model = impact.TwoStageLeastSquares(["treatment"], participation="takeup")
    found = impact.participation(panel, model)
    np.testing.assert_allclose(found.invitation.params, [1966.015645], rtol=1e-9)
    np.testing.assert_allclose(found.first_stage.params, [0.158824], rtol=1e-5)  # nobody uninvited
    np.testing.assert_allclose(
        found.participation.params, found.invitation.params.iloc[0] / 0.15882353, rtol=1e-6
    )
    assert found.anderson_rubin.kind == "interval"
