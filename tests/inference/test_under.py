"""One verb asks any inference of any estimate; what has no answer says why."""

import numpy as np
import pandas as pd
import pytest
from estimators.test_contract import DIFFERENCES
from panels import long_frame, panel
from scipy import stats

import impact
from impact.errors import NotAvailableError, UnknownNameError, UsageError
from impact.inference.named import NAMED, inference_named
from impact.simulate.untreated_paths import UntreatedPaths

# clusters change the values of the one, which weighs by clustered covariances, and factors by horizon of the others
CLUSTERS_WITHIN = {"efficient_trends", "lpdid", "lpdid_equal"}
SAME = 1e-9  # relative; the same sums in another order


def whole_villages(n_villages=14, size=4, treated=6, effect=0.0, seed=1, periods=4):
    """Villages of firms that were treated as a whole, with shocks that a village's firms share."""
    generator = np.random.default_rng(seed)
    village = np.repeat(np.arange(n_villages), size)
    rows = []
    shared = generator.normal(size=(n_villages, periods))
    for t in range(periods):
        y = generator.normal(size=len(village)) + 2 * shared[village, t]
        y += effect * ((village < treated) & (t >= 2))
        g = np.where(village < treated, 2.0, np.nan)
        unit = np.arange(len(village))
        rows.append(
            pd.DataFrame(
                {"id": unit, "t": t, "y": y, "g": g, "village": village, "x": np.cos(13 * unit + t)}
            )
        )
    return pd.concat(rows)


def clustered(frame=None, **choices):
    frame = whole_villages() if frame is None else frame
    return panel(frame, cluster="village", **choices)


@pytest.mark.parametrize("name", NAMED)
def test_every_inference_answers_for_every_average_in_one_verb(name):
    made = panel(long_frame(n=80))
    estimate = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    found = estimate.under(NAMED[name])
    assert found.inference == name
    assert found.estimate == pytest.approx(estimate.params.iloc[0], rel=SAME)
    assert found.conf_low < found.estimate < found.conf_high
    assert 0 <= found.p_value <= 1
    assert list(found.tidy()["inference"]) == [name]
    assert "<table" in found._repr_html_()
    assert found.confint().iloc[0].tolist() == [name, found.conf_low, found.conf_high]
    assert found.params[name] == found.estimate
    with pytest.raises(UsageError, match="level"):
        found.confint(0.5)


def test_the_level_is_the_estimates_own_unless_one_is_named():
    made = panel(long_frame(n=80))
    estimate = impact.CallawaySantAnna(level=0.8).fit(made).aggregate(by="overall")
    narrow, wide = (
        estimate.under(impact.Permutation()),
        estimate.under(impact.Permutation(level=0.95)),
    )
    assert (narrow.level, wide.level) == (0.8, 0.95)
    assert wide.conf_low < narrow.conf_low < narrow.conf_high < wide.conf_high


def test_several_parameters_are_refused_with_the_verbs_that_make_one():
    refused = impact.CallawaySantAnna().fit(panel()).under(impact.Permutation())
    assert isinstance(refused, impact.Refused)
    assert "aggregate" in refused.why


def test_an_estimate_from_a_file_says_that_it_has_no_data():
    read = impact.Estimate.from_json(impact.TwoWayFixedEffects().fit(panel()).to_json())
    with pytest.raises(NotAvailableError, match="read from a file"):
        read.under(impact.Permutation())


@pytest.mark.parametrize(
    "name", sorted(set(DIFFERENCES) - CLUSTERS_WITHIN)
)  # it weighs by clustered covariances
def test_clusters_named_afterwards_are_clusters_named_before(name):
    frame = whole_villages()
    free, before = panel(frame, covariates=["village", "x"]), clustered(frame)
    estimator = DIFFERENCES[name]
    one = estimator.fit(free).under(impact.Clustered("CRV0", by="village"))
    two = estimator.fit(before).under(impact.Clustered("CRV0"))
    pd.testing.assert_series_equal(one.params, estimator.fit(free).params)
    np.testing.assert_allclose(one.std_errors, two.std_errors, rtol=1e-9)
    assert "village" in one.method


@pytest.mark.parametrize("name", ["did", "cs", "imputation", "twfe", "sun_abraham"])
def test_crv3_is_the_jackknife_over_clusters_by_hand(name):
    frame = whole_villages()
    estimator = DIFFERENCES[name]
    whole = estimator.fit(clustered(frame))
    found = whole.under(impact.Clustered("CRV3", by="village"))
    changes = []
    for village in frame.village.unique():
        part = estimator.fit(clustered(frame[frame.village != village]))
        changes.append(part.params.reindex(whole.params.index) - whole.params)
    by_hand = (13 / 14) * np.array(changes).T @ np.array(changes)
    known = found.std_errors.notna()
    np.testing.assert_allclose(found.std_errors[known] ** 2, np.diag(by_hand)[known], rtol=1e-8)
    assert found.df == 13


def test_the_four_means_know_the_covariance_that_is_theirs_by_its_common_name():
    own = impact.DifferenceInDifferences().fit(clustered())
    assert own.under(impact.Clustered("CRV1")).std_errors.equals(own.std_errors)


def test_a_mean_of_the_estimate_under_clusters_is_under_clusters_too():
    frame = whole_villages()
    free = panel(frame, covariates=["village"])
    cells = impact.CallawaySantAnna().fit(free)
    one = cells.under(impact.Clustered("CRV1", by="village")).aggregate(by="overall")
    two = cells.aggregate(by="overall").under(impact.Clustered("CRV1", by="village"))
    assert one.std_errors.iloc[0] == pytest.approx(two.std_errors.iloc[0], rel=0.05)


def test_crv2_of_two_periods_and_equal_villages_is_welchs_test_of_village_means():
    frame = whole_villages(periods=3).query("t != 0").assign(g=lambda f: f.g)
    made = clustered(frame)
    overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    found = overall.under(impact.Clustered("CRV2"))
    wide = frame.groupby(["village", "t"]).y.mean().unstack()  # noqa: PD010 (a repeated pair must fail)
    moved = wide[2] - wide[1]
    a, b = moved[:6], moved[6:]
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert found.params.iloc[0] == pytest.approx(a.mean() - b.mean(), rel=SAME)
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    assert found.std_errors.iloc[0] == pytest.approx(error, rel=1e-8)
    # Satterthwaite under equal variances, where Welch's own uses the variances found
    v = np.array([1 / 6, 1 / 8])
    assert found.df == pytest.approx(v.sum() ** 2 / (v[0] ** 2 / 5 + v[1] ** 2 / 7))
    assert welch.df != found.df


def test_permuting_villages_is_permuting_their_means():
    """Equal villages, complete panel: firms clustered by village and the panel of village means are one test."""
    frame = whole_villages(n_villages=9, treated=4)
    means = frame.groupby(["village", "t"], as_index=False).agg(y=("y", "mean"), g=("g", "first"))
    asked = impact.Permutation(within="none")
    one = asked.of(clustered(frame), impact.CallawaySantAnna())
    two = asked.of(
        panel(means.rename(columns={"village": "id"}), covariates=()), impact.CallawaySantAnna()
    )
    assert one.enumerated
    assert (one.permutations, one.n_assigned) == (126, 9)
    assert one.p_value == pytest.approx(two.p_value)
    assert one.conf_low == pytest.approx(two.conf_low, rel=1e-6)


@pytest.mark.parametrize("name", ["cs", "imputation", "etwfe"])
def test_the_wild_bootstrap_works_through_weights_and_agrees_with_the_regressions_own(name):
    """Two periods: every estimator here is the regression, so bootstraps differ by their studentising only."""
    made = clustered(whole_villages(effect=1.0, periods=3).query("t != 0"))
    weighed = impact.WildBootstrap().of(made, DIFFERENCES[name])
    regressed = impact.WildBootstrap().of(made, impact.TwoWayFixedEffects())
    assert weighed.n_clusters == regressed.n_clusters == 14
    assert weighed.enumerated == regressed.enumerated is False
    assert weighed.p_value == pytest.approx(regressed.p_value, abs=0.03)
    assert weighed.conf_low == pytest.approx(regressed.conf_low, abs=0.2 * weighed.std_error)


def test_words_stand_for_inferences_and_an_unknown_one_names_the_nearest():
    assert inference_named("permutation") == impact.Permutation()
    with pytest.raises(UnknownNameError, match="crv3_t"):
        inference_named("crv3")


def test_what_a_design_cannot_answer_is_refused_with_its_reason_not_with_silence():
    made = panel(long_frame(n=40, cohorts=(4, 6), share=0.5))  # nobody is never treated
    for inference in (impact.ConleyTaber(), impact.FermanPinto()):
        refused = inference.of(made, impact.CallawaySantAnna())
        assert isinstance(refused, impact.Refused)
        assert "never-treated" in refused.why


@pytest.mark.slow
@pytest.mark.parametrize("draws", [400])
def test_with_two_of_eight_villages_treated_what_is_recommended_keeps_its_level(draws):
    """True nulls: the normal interval rejected 24% of the time; permutation of villages cannot reject at all with 28 ways."""
    rejected = {"clustered": 0, "believed": 0}
    generator = np.random.default_rng(5)
    for seed in generator.integers(1_000_000, size=60):
        made = clustered(whole_villages(n_villages=8, treated=2, seed=int(seed)))
        overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
        check = impact.design_check(
            made, draws=draws, permutations=49, processes=("resampled", "gaussian")
        )
        assert check.recommended in {
            "permutation",
            "wild_bootstrap",
            "crv2_satterthwaite",
            "crv3_t",
        }
        believed = overall.under(inference_named(check.recommended))
        rejected["clustered"] += overall.pvalues.iloc[0] <= 0.05
        rejected["believed"] += believed.p_value <= 0.05
    assert rejected["believed"] <= 8  # of 60; three Monte Carlo errors above 5%
    assert rejected["clustered"] > rejected["believed"]


def test_simulated_villages_share_shocks_as_the_panels_own_do():
    made = clustered(whole_villages(n_villages=60, treated=10))
    paths = UntreatedPaths.of(
        made,
        strata=np.zeros(made.n_units, dtype=int),
        group=np.full(made.n_units, -1),
        generator=np.random.default_rng(1),
    )
    for process in ("resampled", "gaussian"):
        drawn = paths.draw(process, 200, np.random.default_rng(2))[40:]
        by_village = drawn.reshape(50, 4, 200, 4).mean(axis=1)
        between, whole = by_village.var(axis=0).mean(), drawn.var(axis=0).mean()
        # intraclass correlation .8: the variance of a mean of four over that of one is .8 + .2/4
        assert between / whole == pytest.approx(0.85, abs=0.06)


def test_what_is_no_inference_is_refused_with_an_example_of_one():
    one = impact.CallawaySantAnna().fit(panel()).aggregate(by="overall")
    for asked in ("permutation", impact.Permutation):
        with pytest.raises(UsageError, match="Permutation"):
            one.under(asked)


def test_a_panel_without_cohorts_has_nothing_to_exchange_and_says_so():
    free = panel(long_frame(), cohort=None, covariates=["x"])
    slope = impact.PooledOLS(regressors=["x"]).fit(free).select(["x"])
    found = slope.under(impact.Permutation(permutations=19))
    assert isinstance(found, impact.Refused)
    assert "cohort" in found.why


def test_clusters_above_the_unit_are_counted_in_print():
    made = impact.TwoWayFixedEffects().fit(clustered())
    assert "56 units (24 treated) in 14 clusters, 224 observations" in made.summary()


def test_the_design_check_takes_a_panel_and_says_so():
    made = panel()
    for given in (long_frame(), impact.PathMoments.from_panel(made)):
        with pytest.raises((NotAvailableError, UsageError), match="design_check"):
            impact.design_check(given)
