"""Changes-in-changes and quantile difference-in-differences by their definitions, and what theory says of them.

No published number is reproduced here: the data of Athey and Imbens's application are not public with this package.
"""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.errors import NoComparisonError, NotAvailableError, UsageError
from impact.estimators.many_of import many, overall

SAME = {"rtol": 1e-10}
QUICK = {"draws": 0}


def two_by_two(n=25, *, zeros=False, seed=0):
    """Two groups, two periods, outcomes with ties where there are zeros."""
    generator = np.random.default_rng(seed)
    unit = np.repeat(np.arange(2 * n), 2)
    time = np.tile([0, 1], 2 * n)
    treated = unit >= n
    y = np.exp(generator.normal(0.3 * treated + 0.4 * time, 1.0))
    if zeros:
        y[generator.random(len(y)) < 0.3] = 0.0
    cohort = np.where(treated, 1.0, np.nan)
    return pd.DataFrame({"id": unit, "t": time, "y": y, "g": cohort, "w": 1.0 + unit % 3})


def made(frame, **choices):
    return panel(frame, covariates=[], **choices)


def inverse(values, share):
    """The least value whose share of values at or below it reaches a share."""
    return next(v for v in sorted(values) if np.mean(values <= v) >= share - 1e-12)


def groups(frame):
    wide = frame.pivot_table("y", "id", "t")
    own = frame.groupby("id").g.first().notna().to_numpy()
    y = wide.to_numpy()
    return y[~own, 0], y[~own, 1], y[own, 0], y[own, 1]


@pytest.mark.parametrize("zeros", [False, True])
def test_changes_in_changes_by_its_definition(zeros):
    frame = two_by_two(zeros=zeros)
    y00, y01, y10, y11 = groups(frame)
    without = np.array([inverse(y01, np.mean(y00 <= y)) for y in y10])
    found = impact.ChangesInChanges(quantiles=[0.3, 0.5], **QUICK).fit(made(frame))
    expected = [y11.mean() - without.mean()]
    expected += [inverse(y11, q) - inverse(without, q) for q in (0.3, 0.5)]
    np.testing.assert_allclose(found.params, expected, **SAME)


@pytest.mark.parametrize("zeros", [False, True])
def test_quantile_differences_by_their_definition(zeros):
    frame = two_by_two(zeros=zeros)
    y00, y01, y10, y11 = groups(frame)
    reached = [np.mean(y10 <= y) for y in y10]
    without = y10 + [inverse(y01, r) - inverse(y00, r) for r in reached]
    found = impact.QuantileDiD(quantiles=[0.5], **QUICK).fit(made(frame))
    expected = [y11.mean() - without.mean(), inverse(y11, 0.5) - inverse(without, 0.5)]
    np.testing.assert_allclose(found.params, expected, **SAME)


def test_weights_are_as_many_units():
    frame = two_by_two()
    copies = [frame.assign(id=frame.id + 1000 * k)[frame.w > k] for k in range(3)]
    for kind in (impact.ChangesInChanges, impact.QuantileDiD):
        weighted = kind(**QUICK).fit(made(frame, weight="w"))
        repeated = kind(**QUICK).fit(made(pd.concat(copies)))
        np.testing.assert_allclose(weighted.params, repeated.params, **SAME)


def test_staggered_starts_are_one_group_of_treated_units_and_periods():
    """Each cohort and period by hand, against those not yet treated, seen then and in the last period before the start."""
    frame = long_frame(n=50, gaps=0.1)
    wide = frame.pivot_table("y", "id", "t")
    cohort = frame.groupby("id").g.first()
    observed, without = [], []
    for g in (4, 6):
        for t in range(g, 9):
            both = wide[[g - 1, t]].dropna()
            first = cohort[both.index]
            own, others = both[first == g], both[~(first <= t)]
            observed += list(own[t])
            without += [
                inverse(others[t].to_numpy(), np.mean(others[g - 1] <= y)) for y in own[g - 1]
            ]
    found = impact.ChangesInChanges(quantiles=[0.5], **QUICK).fit(made(frame))
    expected = [
        np.mean(observed) - np.mean(without),
        inverse(np.array(observed), 0.5) - inverse(np.array(without), 0.5),
    ]
    np.testing.assert_allclose(found.params, expected, **SAME)


def test_changes_in_changes_do_not_depend_on_the_scale_and_quantile_differences_do():
    frame = two_by_two(n=60)
    logs = frame.assign(y=np.log(frame.y))
    for kind, same in ((impact.ChangesInChanges, True), (impact.QuantileDiD, False)):
        level, log = (
            kind(quantiles=[0.25, 0.5, 0.75], **QUICK).fit(made(f)) for f in (frame, logs)
        )
        without = np.log(level.spec["counterfactual"][1:])
        assert np.allclose(without, log.spec["counterfactual"][1:], rtol=1e-9) == same


def test_a_shift_common_to_all_leaves_difference_in_differences():
    """Where everybody moves by the same amount, all three agree, and nobody treated gives nothing."""
    frame = two_by_two(n=40)
    before = frame.y.to_numpy().reshape(-1, 2)[:, :1]
    frame["y"] = np.hstack(
        [before, before + 2 + np.where(frame.g.notna()[::2], 0.5, 0)[:, None]]
    ).ravel()
    data = made(frame)
    assert impact.QuantileDiD(**QUICK).fit(data).params["average"] == pytest.approx(0.5)
    assert impact.DifferenceInDifferences().fit(data).params.iloc[0] == pytest.approx(0.5)


def test_bootstrap_is_of_whole_clusters_and_repeats_with_its_seed():
    data = made(long_frame(n=60), cluster="village")
    one, again = (impact.ChangesInChanges(draws=30).fit(data) for _ in range(2))
    np.testing.assert_array_equal(one.vcov, again.vcov)
    other = impact.ChangesInChanges(draws=30, seed=1).fit(data)
    assert not np.array_equal(one.vcov, other.vcov)
    assert one.df == data.sample.n_clusters - 1
    assert impact.ChangesInChanges(draws=0).fit(data).std_errors.isna().all()


def test_every_verb_that_makes_sense_works_and_the_others_are_refused_by_name():
    data = made(long_frame(n=30))
    estimator = impact.ChangesInChanges(draws=10)
    estimate = estimator.fit(data)
    assert estimate.aggregate(by="overall").rows.term == ["average"]
    for refused in (
        lambda: estimate.aggregate(by="cohort"),
        lambda: estimate.influence(data),
        estimate.weights,
        estimate.percent,
    ):
        with pytest.raises(NotAvailableError):
            refused()
    assert "average" in str(impact.compare([estimate, impact.QuantileDiD(draws=10).fit(data)]))


def test_permutation_and_leave_one_out_fit_anew():
    data = made(long_frame(n=30))
    estimator = impact.ChangesInChanges(quantiles=[0.5], draws=5)
    asked = many(data, estimator)
    assert asked.refits
    shuffled = np.roll(asked.labels, 1)
    found = asked.evaluate(shuffled[None], np.nan_to_num(data.wide)[:, None, :])
    refit = overall(data.with_cohort(asked.cohorts[shuffled]), estimator)
    assert found.effect[0, 0] == pytest.approx(refit.params.iloc[0], rel=1e-9)
    interval = impact.Permutation(permutations=19).of(data, estimator)
    assert interval.conf_low < interval.estimate < interval.conf_high
    frame = long_frame(n=30)
    kept = overall(made(frame[frame.id != 3]), estimator)
    assert asked.without_each_cluster()[3] == pytest.approx(kept.params.iloc[0], rel=1e-9)


def test_what_cannot_be_answered_is_refused_by_name():
    frame = two_by_two()
    with pytest.raises(NoComparisonError, match="beside a control"):
        impact.ChangesInChanges(anticipation=1).fit(made(frame))
    with pytest.raises(UsageError, match="median"):
        impact.ChangesInChanges(quantiles=[50])


@pytest.mark.slow
def test_intervals_hold_where_the_model_does():
    """Outcomes exp of a level and a shock; the treated's level is higher; effect one on all quantiles; 200 panels of 200."""
    covered = []
    for seed in range(200):
        generator = np.random.default_rng(seed)
        level = generator.normal(size=200) + 0.5 * (np.arange(200) >= 120)
        before, after = (np.exp(level / 2 + generator.normal(size=200) / 4 + s) for s in (0, 0.2))
        after = after + (np.arange(200) >= 120)
        frame = pd.DataFrame({"id": np.repeat(np.arange(200), 2), "t": np.tile([0, 1], 200)})
        frame["y"] = np.column_stack([before, after]).ravel()
        frame["g"] = np.where(frame.id >= 120, 1.0, np.nan)
        table = impact.ChangesInChanges(quantiles=[0.5], draws=100).fit(made(frame)).table
        covered.append((table.conf_low <= 1) & (table.conf_high >= 1))
    share = np.mean(covered, axis=0)
    assert (share > 0.9).all()
    assert (share < 0.99).all()
