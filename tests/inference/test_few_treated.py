"""Few treated units: one engine for many assignments and outcomes, and every interval against what it should be by hand."""

import numpy as np
import pytest
from panels import long_frame, panel
from scipy import stats

import impact
from impact.estimators.comparisons.by_unit import Comparisons
from impact.estimators.comparisons.pair_scores import FEW
from impact.estimators.linear_scores import imputation, two_way
from impact.estimators.many_of import many
from impact.estimators.weighted import effective_clusters
from impact.inference.assignments import assignments
from impact.inference.few_treated import ConleyTaber, FermanPinto, group_t
from impact.inference.score_t import LeaveOneOutT, SatterthwaiteT
from impact.inference.situation import Situation

SAME = 1e-9  # relative; the same sums in another order


def fitted(made, estimator):
    row = estimator.fit(made).aggregate(by="overall").table.iloc[0]
    return row.estimate, row.std_error


def design_of(made, estimator=None):
    design = Comparisons.of(made, estimator or impact.CallawaySantAnna())
    return design, design.changes(made.wide)[:, None, :]


@pytest.mark.parametrize("gaps", [0.0, 0.15])
@pytest.mark.parametrize("control", ["not_yet_treated", "never_treated"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_every_assignment_is_what_refitting_with_its_cohorts_gives(gaps, control, weight):
    made = panel(long_frame(gaps=gaps), weight=weight)
    estimator = impact.CallawaySantAnna(control_group=control)
    design, changes = design_of(made, estimator)
    drawn = assignments(
        design.labels, np.zeros(60, dtype=int), draws=5, generator=np.random.default_rng(2)
    )
    fewer = drawn.labels[0].copy()  # such as when some units of a permuted family lack the outcome
    fewer[np.flatnonzero(fewer == 0)[:4]] = len(design.cohorts) - 1
    every = np.concatenate([drawn.labels, fewer[None]])
    found = design.evaluate(every, changes)
    for i, labels in enumerate(every):
        effect, error = fitted(made.with_cohort(design.cohorts[labels]), estimator)
        assert found.effect[0, i] == pytest.approx(effect, rel=SAME)
        assert np.sqrt(found.variance[0, i]) == pytest.approx(error, rel=SAME)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_how_much_is_held_at_once_does_not_matter(gaps, monkeypatch):
    made = panel(long_frame(gaps=gaps))
    design, changes = design_of(made)
    strata, generator = np.zeros(60, dtype=int), np.random.default_rng(4)
    labels = assignments(design.labels, strata, draws=11, generator=generator).labels
    scales = np.arange(1, FEW + 2)[:, None]  # as many outcomes as are scored by what is laid out
    changes = changes * scales
    whole = design.evaluate(labels, changes, slopes=True)
    monkeypatch.setattr("impact.estimators.comparisons.by_unit.MOST", 240)
    monkeypatch.setattr("impact.estimators.comparisons.squared_scores.CHUNK", 500)
    parts = design.evaluate(labels, changes, slopes=True)
    for name, values in vars(whole).items():
        np.testing.assert_allclose(getattr(parts, name), values, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_many_outcomes_at_once_are_each_outcome_alone(gaps):
    made = panel(long_frame(gaps=gaps))
    design, _ = design_of(made)
    generator = np.random.default_rng(5)
    outcomes = [made.y + generator.normal(size=len(made.y)) * k for k in range(4)]
    panels = [made.with_outcome(y, "y") for y in outcomes]
    changes = np.stack([design.changes(p.wide) for p in panels], axis=1)
    found = design.evaluate(design.labels[None], changes)
    wide = np.nan_to_num(np.stack([p.wide for p in panels], axis=1))
    linear = {
        "CRV1": (two_way(made)[0], impact.TwoWayFixedEffects()),
        "CRV3": (two_way(made)[2], impact.TwoWayFixedEffects(vcov="CRV3")),
    }
    for s, p in enumerate(panels):
        effect, error = fitted(p, impact.CallawaySantAnna())
        assert found.effect[s, 0] == pytest.approx(effect, rel=SAME)
        assert np.sqrt(found.variance[s, 0]) == pytest.approx(error, rel=SAME)
        for scores, estimator in linear.values():
            row = estimator.fit(p).table.iloc[0]
            assert scores.evaluate(wide)[0][s] == pytest.approx(row.estimate, rel=SAME)
            assert scores.evaluate(wide)[1][s] == pytest.approx(row.std_error, rel=SAME)
        for averages in ("own", "leave_one_out"):
            scores = imputation(made, leave_one_out=averages == "leave_one_out")
            effect, error = fitted(p, impact.Imputation(averages=averages))
            assert scores.evaluate(wide)[0][s] == pytest.approx(effect, rel=SAME)
            assert scores.evaluate(wide)[1][s] == pytest.approx(error, rel=SAME)


def test_taking_an_effect_out_is_the_same_before_and_after():
    made = panel(long_frame(gaps=0.1))
    design, changes = design_of(made)
    drawn = assignments(
        design.labels, np.zeros(60, dtype=int), draws=8, generator=np.random.default_rng(2)
    )
    removed = made.with_outcome(made.y - 0.7 * made.exposed, "y")
    before = design.evaluate(drawn.labels, changes, slopes=True).t(0.7)
    after = design.evaluate(drawn.labels, design.changes(removed.wide)[:, None, :]).t()
    np.testing.assert_allclose(before, after, rtol=1e-7)


def two_periods_frame(treated=6, untreated=20, seed=3):
    frame = long_frame(n=treated + untreated, periods=2, cohorts=(2,), share=0.0, seed=seed)
    frame.loc[frame.id < treated, "g"] = 2
    return frame


def two_periods(**sizes):
    return panel(two_periods_frame(**sizes))


def situation_of(made, estimator=None, level=0.95):
    return Situation.of(many(made, estimator or impact.CallawaySantAnna()), level=level)


def interval_of(made, inference, level=0.95, seed=1):
    found = situation_of(made, level=level)
    return inference.intervals(found, found.outcomes, np.random.default_rng(seed))


def test_with_two_periods_crv2_is_welchs_unbiased_variance_with_bell_mccaffrey_df():
    made = two_periods()
    found = interval_of(made, SatterthwaiteT())
    moved = np.diff(made.wide, axis=1).ravel()
    a, b = moved[:6], moved[6:]
    error = np.sqrt(a.var(ddof=1) / 6 + b.var(ddof=1) / 20)
    df = (1 / 6 + 1 / 20) ** 2 / (1 / 6**2 / 5 + 1 / 20**2 / 19)
    width = stats.t.ppf(0.975, df) * error
    centre = a.mean() - b.mean()
    assert found.low[0] == pytest.approx(centre - width, rel=1e-6)
    assert found.high[0] == pytest.approx(centre + width, rel=1e-6)


def test_leave_one_out_intervals_are_the_jackknife_of_the_mean_differences():
    """(n - 1)/n times a group's jackknife is the squared leave-one-out deviations: sum (x - mean)^2 / (n - 1)^2."""
    made = two_periods()
    found = interval_of(made, LeaveOneOutT())
    moved = np.diff(made.wide, axis=1).ravel()
    squares = sum(((g - g.mean()) ** 2).sum() / (len(g) - 1) ** 2 for g in (moved[:6], moved[6:]))
    width = stats.t.ppf(0.975, 25) * np.sqrt(squares)
    assert (found.high - found.low)[0] / 2 == pytest.approx(width, rel=1e-6)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_unit_effects_add_up_to_the_estimate(gaps):
    made = panel(long_frame(gaps=gaps))
    found = situation_of(made)
    units = found.effects(found.outcomes)
    assert units.weight.sum() == pytest.approx(1)
    assert units.overall[0] == pytest.approx(fitted(made, impact.CallawaySantAnna())[0], rel=SAME)


def test_conley_taber_with_one_treated_unit_takes_the_quantile_of_the_untreated_absolute_changes():
    """Analytic case: two periods, one treated unit: its change, give or take the untreated ones' recentred quantile."""
    made = two_periods(treated=1, untreated=400)
    found = interval_of(made, ConleyTaber(), level=0.9)
    moved = np.diff(made.wide, axis=1).ravel()
    spread = (moved[1:] - moved[1:].mean()) * np.sqrt(400 / 399) * np.sqrt(1 + 1 / 400)
    centre = moved[0] - moved[1:].mean()
    reach = np.quantile(np.abs(spread), 0.9)
    # 499 draws of the 400 changes: the quantile is good to about two standard errors of a 10% quantile
    assert found.low[0] == pytest.approx(centre - reach, abs=0.3 * spread.std())
    assert found.high[0] == pytest.approx(centre + reach, abs=0.3 * spread.std())


@pytest.mark.parametrize("inference", [ConleyTaber(), FermanPinto()])
def test_an_interval_leaves_out_zero_exactly_where_its_p_value_rejects(inference):
    """With unequal tails they disagreed in 15-24% of rejections (DEFINITIONS 26)."""
    frame = long_frame(n=60, cohorts=(4, 6), share=0.05, effect=0.0)
    frame.loc[frame.id < 4, "g"] = 4
    made = panel(frame)
    found = situation_of(made)
    generator = np.random.default_rng(3)
    skewed = generator.exponential(size=(60, 600, 8)).cumsum(axis=2)  # unequal tails
    answer = inference.intervals(found, skewed, generator)
    leaves_out = (answer.low > 0) | (answer.high < 0)
    assert 5 < leaves_out.sum() < 200
    np.testing.assert_array_equal(leaves_out, answer.p_value <= 0.05)


def test_ferman_pinto_is_conley_taber_where_spread_has_nothing_to_do_with_size():
    frame = two_periods_frame(treated=4, untreated=60)
    frame.loc[frame.t == 1, "y"] = 7.0  # everybody is of one size
    made = panel(frame)
    one, two = interval_of(made, ConleyTaber()), interval_of(made, FermanPinto())
    assert two.low[0] == pytest.approx(one.low[0], rel=1e-9)


def test_ferman_pinto_is_wider_than_conley_taber_when_the_treated_are_large_and_large_means_noisy():
    generator = np.random.default_rng(8)
    frame = long_frame(n=300, periods=2, cohorts=(2,), share=0.0)
    size = np.where(np.arange(300) < 5, 10.0, generator.uniform(1, 10, 300))
    frame["y"] = size[frame.id] * (5 + generator.normal(size=len(frame)))
    frame.loc[frame.id < 5, "g"] = 2
    made = panel(frame)
    one, two = interval_of(made, ConleyTaber()), interval_of(made, FermanPinto())
    # the treated have size 10 where the mean squared size is 37: spread sqrt(100/37) = 1.64 as large
    ratio = (two.high - two.low)[0] / (one.high - one.low)[0]
    assert ratio == pytest.approx(1.64, abs=0.35)


def test_group_t_of_one_unit_a_group_is_the_t_of_unit_effects():
    made = two_periods()
    found = situation_of(made)
    units = found.effects(found.outcomes)
    answer = group_t(units, np.arange(6), level=0.95)
    effect = units.effect[:, 0]
    width = stats.t.ppf(0.975, 5) * effect.std(ddof=1) / np.sqrt(6)
    assert (answer.high - answer.low)[0] / 2 == pytest.approx(width, rel=1e-6)


def test_effective_clusters_are_harmonic_in_the_two_groups():
    """Carter, Schnepel and Steigerwald with independent errors: (sum gamma)^2 / sum gamma^2, gamma = 1/n^2 a unit."""
    asked = many(two_periods(treated=6, untreated=20), impact.CallawaySantAnna())
    weights = asked.weights(asked.labels[None])[0]
    found = effective_clusters((weights**2).sum(axis=1))
    assert found == pytest.approx((1 / 6 + 1 / 20) ** 2 / (1 / 6**3 + 1 / 20**3), rel=1e-9)
