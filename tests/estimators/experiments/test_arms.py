"""Comparisons of arms by hand, what endlines alone allow, several arms, and what is refused by name."""

import numpy as np
import pandas as pd
import pytest
from panels import panel

import impact
from impact.errors import (
    EstimationError,
    ImpactError,
    MissingValueError,
    NoComparisonError,
    NotAvailableError,
    NotIdentifiedError,
    UnknownNameError,
    UsageError,
    VaryingCohortError,
)
from impact.estimators.many_of import many_of

ESTIMATORS = [impact.DifferenceInMeans, impact.Ancova]


def trial(*, n=90, periods=6, seed=3, effects=(0.0, 1.0, 2.0)):
    """Three arms drawn by lot within two strata, three rounds before and three after."""
    generator = np.random.default_rng(seed)
    arm = generator.permutation(np.arange(n) % 3)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    level = generator.normal(10, 2, n)
    y = level[unit] + 0.2 * time + np.array(effects)[arm[unit]] * (time > 3)
    frame = pd.DataFrame({"id": unit, "t": time, "y": y + generator.normal(size=len(unit))})
    frame["arm"] = np.array(["none", "event", "fair"])[arm[unit]]
    frame["g"] = np.where(arm[unit] > 0, 4.0, np.nan)
    frame["village"], frame["half"] = frame.id // 3, frame.id % 2
    return frame


def arms_of(frame, **choices):
    return panel(frame, **{"cohort": None, "covariates": ["arm"], **choices})


OF_ARMS = {"arm": "arm", "control": "none", "start": 4}


def test_means_of_units_from_the_start_on_are_compared():
    frame = trial()
    after = frame[frame.t > 3].groupby("id").y.mean()
    arm = frame.groupby("id").arm.first()
    found = impact.DifferenceInMeans(**OF_ARMS).fit(arms_of(frame))
    assert list(found.rows.term) == ["event vs none", "fair vs none", "fair vs event"]
    for term, row in found.table.set_index("term").iterrows():
        a, b = (after[arm == name] for name in term.split(" vs "))
        assert row.estimate == pytest.approx(a.mean() - b.mean(), rel=1e-12)
        assert row.std_error == pytest.approx(
            np.sqrt(a.var() / len(a) + b.var() / len(b)), rel=1e-10
        )
        assert (row.n_treated, row.n_control) == (len(a), len(b))


def test_pooled_rounds_equal_the_regression_of_mckenzie_with_errors_by_unit():
    frame = trial()
    found = impact.Ancova(**OF_ARMS, vcov="CRV1").fit(arms_of(frame))
    before = frame[frame.t < 4].groupby("id").y.mean()
    rows = frame[frame.t >= 4]
    X = np.column_stack(
        [
            np.ones(len(rows)),
            rows.arm == "event",
            rows.arm == "fair",
            before[rows.id],
            rows.t == 5,
            rows.t == 6,
        ]
    ).astype(float)
    bread = np.linalg.inv(X.T @ X)
    b = bread @ X.T @ rows.y
    scores = (
        pd.DataFrame(X * (rows.y - X @ b).to_numpy()[:, None]).groupby(rows.id.to_numpy()).sum()
    )
    n, k, g = *X.shape, len(scores)
    vcov = g / (g - 1) * (n - 1) / (n - k) * bread @ scores.T.to_numpy() @ scores.to_numpy() @ bread
    np.testing.assert_allclose(found.params[:2], b[1:3], rtol=1e-10)
    np.testing.assert_allclose(found.params.iloc[2], b[2] - b[1], rtol=1e-10)
    np.testing.assert_allclose(found.vcov[:2, :2], vcov[1:3, 1:3], rtol=1e-9)
    assert found.vcov[2, 2] == pytest.approx(vcov[1, 1] + vcov[2, 2] - 2 * vcov[1, 2], rel=1e-9)


def test_rounds_pooled_or_averaged_are_the_same_comparison_on_a_balanced_panel():
    made = arms_of(trial())
    pooled, averaged = (impact.Ancova(**OF_ARMS, rounds=r).fit(made) for r in ("pooled", "mean"))
    np.testing.assert_allclose(pooled.params, averaged.params, rtol=1e-10)


def test_a_baseline_that_foretells_the_outcome_narrows_the_interval():
    made = arms_of(trial())
    means, ancova = (kind(**OF_ARMS).fit(made) for kind in ESTIMATORS)
    assert (ancova.std_errors < 0.7 * means.std_errors).all()


def test_blocks_average_their_own_differences_by_size():
    frame = trial()
    made = arms_of(frame, strata=["half"])
    found = impact.DifferenceInMeans(**OF_ARMS).fit(made).table.set_index("term")
    after = frame[frame.t > 3].groupby("id")[["y", "half"]].mean()
    arm = frame.groupby("id").arm.first()
    by = [
        after.y[(arm == "fair") & (after.half == h)].mean()
        - after.y[(arm == "none") & (after.half == h)].mean()
        for h in (0, 1)
    ]
    assert found.estimate["fair vs none"] == pytest.approx(np.mean(by), rel=1e-10)
    assert impact.DifferenceInMeans(**OF_ARMS).fit(made).df == made.n_units - 6


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_whoever_is_ever_treated_is_the_arm_where_no_column_is_named(kind):
    frame = trial().query("arm != 'event'")
    named = kind(**OF_ARMS).fit(arms_of(frame))
    of_cohorts = kind().fit(panel(frame, covariates=[]))
    assert of_cohorts.rows.term == ["treated"]
    np.testing.assert_allclose(of_cohorts.params.to_numpy(), named.params.to_numpy())
    np.testing.assert_allclose(of_cohorts.vcov, named.vcov)


def test_percent_is_over_the_mean_of_the_arm_compared_with():
    found = impact.DifferenceInMeans(**OF_ARMS).fit(arms_of(trial()))
    percent = found.percent()
    np.testing.assert_allclose(
        percent.params, 100 * found.params / np.array(found.spec["counterfactual_mean"])
    )
    assert (percent.std_errors > 0).all()
    with pytest.raises(EstimationError, match="do not average"):
        found.aggregate(by="overall")
    one = found.select(["fair vs none"])
    assert one.aggregate(by="overall") is not None


@pytest.mark.parametrize("cluster", [None, "village"])
def test_an_endline_alone_is_a_panel_of_its_arms(cluster):
    frame = (
        trial()
        .query("t == 5 and arm != 'event'")
        .assign(village=lambda f: f.id // 3 * 2 + f.g.notna())
    )
    made = panel(frame, cluster=cluster, covariates=[])
    found = impact.DifferenceInMeans().fit(made)
    treated = frame.g.notna()
    assert found.params.iloc[0] == pytest.approx(frame.y[treated].mean() - frame.y[~treated].mean())
    assert made.sample.n_treated == treated.groupby(frame.id).first().sum()
    with pytest.raises(
        NotIdentifiedError, match=r"no unit is seen before the start.*DifferenceInMeans"
    ):
        impact.Ancova().fit(made)


def test_other_people_in_each_round_have_means_but_no_baseline():
    frame = trial().drop(columns="id")
    made = impact.Panel.from_frame(
        frame, unit=None, time="t", outcome="y", covariates=["arm"], waves="repeated_cross_sections"
    )
    found = impact.DifferenceInMeans(**OF_ARMS).fit(made).params
    after = frame[frame.t > 3].groupby("arm").y.mean()
    assert found["fair vs none"] == pytest.approx(after["fair"] - after["none"])
    with pytest.raises(NotIdentifiedError, match="no unit is seen before the start and after it"):
        impact.Ancova(**OF_ARMS).fit(made)


OTHERS = [
    impact.CallawaySantAnna,
    impact.DifferenceInDifferences,
    impact.TwoWayFixedEffects,
    impact.EventStudy,
    impact.SunAbraham,
    impact.Imputation,
    impact.TwoStage,
    impact.ExtendedTWFE,
    impact.StackedDiD,
    impact.LocalProjectionsDiD,
    impact.LeeWooldridge,
    impact.LongDifference,
    impact.DeChaisemartinDHaultfoeuille,
    impact.EfficientDiD,
    impact.FixedEffects,
]


@pytest.mark.parametrize("kind", OTHERS)
def test_what_needs_a_period_before_refuses_an_endline_alone_by_name(kind):
    made = panel(trial().query("t == 5 and arm != 'event'"), covariates=[])
    with pytest.raises(ImpactError):
        kind().fit(made)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_faulty_arms_are_refused_by_name(kind):
    frame = trial()
    made = arms_of(frame)
    with pytest.raises(UsageError, match="control: say which arm"):
        kind(arm="arm", start=4).fit(made)
    with pytest.raises(NoComparisonError, match="no unit is in the control arm"):
        kind(arm="arm", control="nobody", start=4).fit(made)
    with pytest.raises(UnknownNameError, match="amr: not among"):
        kind(arm="amr", control="none", start=4).fit(made)
    with pytest.raises(UsageError, match="start: 6 periods and no cohort column"):
        kind(arm="arm", control="none").fit(made)
    with pytest.raises(VaryingCohortError, match="arm: changes within 1 units"):
        kind(**OF_ARMS).fit(
            arms_of(frame.assign(arm=frame.arm.mask((frame.id == 3) & (frame.t == 6), "other")))
        )
    with pytest.raises(MissingValueError, match="arm: missing in 6 observations"):
        kind(**OF_ARMS).fit(arms_of(frame.assign(arm=frame.arm.mask(frame.id == 3))))
    with pytest.raises(NoComparisonError, match="all units are in one arm"):
        kind(**OF_ARMS).fit(arms_of(frame[frame.arm == "none"]))
    with pytest.raises(NotIdentifiedError, match="fewer than two units"):
        lone = frame.arm.mask(
            (frame.arm == "event") & (frame.id != frame.id[frame.arm == "event"].iloc[0]), "fair"
        )
        kind(**OF_ARMS).fit(arms_of(frame.assign(arm=lone)))


def test_a_stratum_without_spread_and_a_collinear_covariate_are_refused_by_name():
    frame = trial()
    with pytest.raises(NotIdentifiedError, match=r"a stratum has fewer than two.*strata='effects'"):
        impact.DifferenceInMeans(**OF_ARMS).fit(arms_of(frame, strata=["village"]))
    effects = impact.DifferenceInMeans(**OF_ARMS, strata="effects")
    assert np.isfinite(effects.fit(arms_of(frame, strata=["village"])).std_errors).all()
    again = arms_of(frame.assign(one=1.0), covariates=["arm", "one"])
    with pytest.raises(NotIdentifiedError, match="baseline mean, one"):
        impact.Ancova(["one"], **OF_ARMS).fit(again)


def test_units_without_a_baseline_are_counted():
    frame = trial()
    made = arms_of(frame[~((frame.id < 4) & (frame.t < 4))])
    found = impact.Ancova(**OF_ARMS).fit(made)
    assert found.sample.dropped["not_compared_after_the_start"] == 4
    assert found.nobs == 3 * (90 - 4)


CHOICES = [
    (impact.DifferenceInMeans, {}),
    (impact.DifferenceInMeans, {"strata": "effects"}),
    (impact.Ancova, {}),
    (impact.Ancova, {"slopes": "by_arm", "rounds": "mean"}),
]


@pytest.mark.parametrize(("kind", "choices"), CHOICES)
@pytest.mark.parametrize("cluster", [None, "village"])
def test_other_assignments_give_what_new_fits_give(kind, choices, cluster):
    frame = trial()
    estimator = kind(**OF_ARMS, **choices)
    made = arms_of(frame, strata=["half"], cluster=cluster)
    asked = many_of(estimator.fit(made).select(["fair vs none"]).origin)
    generator = np.random.default_rng(5)
    labels = np.array([asked.labels, generator.permutation(asked.labels)])
    found = asked.evaluate(labels, np.nan_to_num(made.wide)[:, None, :])
    for place, label in enumerate(labels):
        arm = np.array(["event", "fair", "none"])[label]
        again = frame.assign(arm=frame.id.map(dict(zip(made.units, arm, strict=True))))
        new = kind(**OF_ARMS, **choices, vcov="CRV0")
        new = new.fit(arms_of(again, strata=["half"], cluster=cluster)).select(["fair vs none"])
        np.testing.assert_allclose(found.effect[0, place], new.params.iloc[0], rtol=1e-9)
        np.testing.assert_allclose(found.variance[0, place], new.vcov[0, 0], rtol=1e-9)


def test_a_permutation_that_leaves_a_stratum_without_an_arm_gives_no_number():
    frame = trial(n=18)
    made = arms_of(frame, strata=["half"])
    asked = many_of(impact.DifferenceInMeans(**OF_ARMS).fit(made).select(["fair vs none"]).origin)
    half = frame.groupby("id").half.first().to_numpy()
    apart = np.where(half == 1, 2, np.where(asked.labels == 2, 0, asked.labels))
    effect = asked.evaluate(apart[None], np.nan_to_num(made.wide)[:, None, :]).effect
    assert np.isnan(effect).all()


def test_pairs_change_sides_together():
    frame = trial(n=40, effects=(0.0, 1.5, 1.5))
    frame["pair"] = frame.id // 2
    frame["arm"] = np.where(frame.id % 2 == (frame.pair % 2), "fair", "none")
    made = arms_of(frame, strata=["pair"])
    found = impact.DifferenceInMeans(**OF_ARMS).fit(made)
    after = frame[frame.t > 3].groupby(["pair", "arm"]).y.mean().unstack()  # noqa: PD010
    apart = after.fair - after.none
    assert found.params.iloc[0] == pytest.approx(apart.mean())
    assert found.std_errors.iloc[0] == pytest.approx(apart.std() / np.sqrt(20))
    asked = many_of(found.origin)
    turned = 1 - asked.labels
    effect = asked.evaluate(np.array([asked.labels, turned]), np.nan_to_num(made.wide)[:, None, :])
    np.testing.assert_allclose(effect.effect[0], [apart.mean(), -apart.mean()])


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_arms_have_every_inference_or_a_reason(kind):
    frame = trial()
    effect = kind(**OF_ARMS).fit(arms_of(frame)).select(["fair vs none"])
    interval = effect.under(impact.Permutation(permutations=199))
    assert interval.estimate == pytest.approx(effect.params.iloc[0])
    assert interval.conf_low == pytest.approx(effect.confint().low[0], abs=0.3)
    assert "no sum of weighted outcomes" in effect.under(impact.WildBootstrap(draws=99)).why
    crv3 = effect.under(impact.Clustered("CRV3"))
    assert crv3.params.iloc[0] == pytest.approx(interval.estimate)
    with pytest.raises(NotAvailableError, match="do not average into one effect; select one"):
        impact.leave_one_out(arms_of(frame), kind(**OF_ARMS))
    with pytest.raises(NotAvailableError, match="not by the arms of arm"):
        impact.design_check(panel(frame, covariates=["arm"]), kind(**OF_ARMS))


def test_a_trial_of_two_arms_has_leave_one_out_families_and_the_design_check():
    made = panel(trial(n=24).query("arm != 'event'"), covariates=[])
    found = impact.leave_one_out(made, impact.Ancova())
    assert found.unit_low < found.estimate < found.unit_high
    ancova = impact.Ancova().fit(made)
    assert "ANCOVA" in repr(impact.compare([ancova, impact.DifferenceInMeans().fit(made)]))
    checked = impact.design_check(
        made,
        impact.Ancova(),
        candidates=["permutation"],
        processes=("resampled",),
        draws=20,
        permutations=19,
    )
    assert checked.recommended == "permutation"
    family = impact.family_test({"a": made, "b": made}, impact.Ancova(), permutations=19)
    assert len(family.table) == 2
