"""Variances of survey designs: against R survey 4.1.1, stratum by stratum by hand, and strata with one sampling unit."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.covariance.choice import Clustered
from impact.covariance.survey_design import linearised
from impact.errors import NotAvailableError, NotIdentifiedError, RangeError


def schools(reference, outcome):
    frame = pd.read_csv(reference / "data" / "r" / "apiclus1.csv").assign(one=1)
    return impact.Panel.from_frame(
        frame,
        unit="cds",
        time="one",
        outcome=outcome,
        covariates=["ell", "meals", "mobility", "fpc"],
        cluster="dnum",
        weight="pw",
    )


@pytest.mark.parametrize(("case", "population"), [("glm", "fpc"), ("glm_nofpc", None)])
def test_regressions_of_a_cluster_sample_equal_svyglm(reference, case, population):
    """svyglm(api00 ~ ell + meals + mobility, svydesign(~dnum, weights = ~pw, fpc = ~fpc))."""
    design = impact.SurveyDesign(population=population)
    model = impact.PooledOLS(["ell", "meals", "mobility"], time_effects=False, vcov=design)
    ours = model.fit(schools(reference, "api00"))
    golden = pd.read_csv(reference / "golden" / "robust.csv.gz")
    theirs = golden[golden.case == f"survey/apiclus1/{case}"]
    np.testing.assert_allclose(ours.params, theirs.estimate, rtol=1e-8)
    np.testing.assert_allclose(ours.std_errors, theirs.se, rtol=1e-6)
    assert set(theirs.df) == {ours.df}


def test_the_total_of_a_cluster_sample_equals_svytotal(reference):
    design = impact.SurveyDesign(population="fpc")
    ours = impact.PopulationTotal(design=design).fit(schools(reference, "enroll"))
    golden = pd.read_csv(reference / "golden" / "robust.csv.gz").set_index("case")
    theirs = golden.loc["survey/apiclus1/total"]
    np.testing.assert_allclose(ours.params, [theirs.estimate], rtol=1e-10)
    np.testing.assert_allclose(ours.std_errors, [theirs.se], rtol=1e-8)
    assert ours.df == 14  # 15 districts


def test_strata_add_up_by_hand():
    generator = np.random.default_rng(1)
    scores = generator.normal(size=(60, 2))
    stratum, unit = np.repeat([0, 1, 2], 20), np.tile(np.repeat(np.arange(5), 4), 3)
    found = linearised(scores, (unit, stratum, np.repeat([10, 5, 50], 20)))
    by_hand = np.zeros((2, 2))
    for h, there in enumerate([10, 5, 50]):
        sums = np.array([scores[(stratum == h) & (unit == i)].sum(axis=0) for i in range(5)])
        by_hand += (1 - 5 / there) * 5 * np.cov(sums.T)
    np.testing.assert_allclose(found.vcov, by_hand)
    assert (found.n_units, found.n_strata) == (15, 3)
    one = linearised(scores, (np.arange(60), np.zeros(60, dtype=int)))
    np.testing.assert_allclose(one.vcov, 60 * np.cov(scores.T))


def test_a_stratum_of_one_sampling_unit_is_refused_or_taken_as_said():
    scores = np.arange(10.0)[:, None]
    unit, stratum = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]), np.repeat([0, 1], [8, 2])
    with pytest.raises(NotIdentifiedError, match=r"1 strata with one sampling unit.*lonely="):
        linearised(scores, (unit, stratum))
    sure = linearised(scores, (unit, stratum), lonely="certainty").vcov[0, 0]
    sums = np.array([1.0, 5, 9, 13, 17])
    assert sure == pytest.approx(4 * np.var(sums[:4], ddof=1))
    centre = linearised(scores, (unit, stratum), lonely="centre").vcov[0, 0]
    assert centre == pytest.approx(sure + (17 - sums.mean()) ** 2)
    with pytest.raises(NotIdentifiedError, match="one sampling unit says nothing"):
        linearised(scores, (unit * 0, stratum * 0))
    with pytest.raises(RangeError, match="differs within a stratum"):
        linearised(scores, (unit, stratum * 0, np.arange(10) // 2 + 9))
    with pytest.raises(RangeError, match="fewer sampling units than were drawn"):
        linearised(scores, (unit, stratum * 0, np.full(10, 3)))


def test_one_stratum_is_clustered_errors_with_their_first_factor():
    made = panel(long_frame(), cluster="village", weight="w")
    design, plain = (
        impact.PooledOLS(["x"], vcov=vcov).fit(made).std_errors
        for vcov in (impact.SurveyDesign(), "CRV0")
    )
    np.testing.assert_allclose(design, np.sqrt(15 / 14) * plain)


def test_trials_and_invitations_take_the_design_too():
    frame = long_frame(cohorts=(4,), share=0.5, n=80)
    frame["region"], frame["drawn"] = frame.village % 2, 40
    frame["invited"] = frame.g.notna() * 1.0
    made = panel(
        frame, cluster="village", weight="w", covariates=["region", "drawn", "invited", "x"]
    )
    by_columns = impact.SurveyDesign(units="village", strata="region", population="drawn")
    ancova = impact.Ancova(vcov=by_columns).fit(made)
    assert ancova.std_errors.iloc[0] > 0
    assert "within strata" in ancova.method
    means = impact.DifferenceInMeans(vcov=by_columns).fit(made)
    assert means.df == 20 - 2 + 1 - 2  # villages, regions, two means
    late = made.covariates.invited.to_numpy() * made.exposed
    invited = panel(frame.assign(late=late), cluster="village", covariates=["late"])
    model = impact.TwoStageLeastSquares(["late"], vcov=impact.SurveyDesign())
    assert np.isfinite(model.fit(invited).std_errors).all()


def test_a_trial_clusters_by_the_column_that_is_named():
    frame = long_frame(cohorts=(4,), share=0.5, n=80)
    made = panel(frame, covariates=["village", "x"])
    named = panel(frame, cluster="village", covariates=["x"])
    for kind in (impact.Ancova, impact.DifferenceInMeans):
        ours = kind(vcov=Clustered("CRV1", by="village")).fit(made)
        np.testing.assert_allclose(ours.vcov, kind(vcov="CRV1").fit(named).vcov)
    with pytest.raises(NotAvailableError, match="does not vary within units"):
        impact.DifferenceInMeans(vcov=Clustered(by="x")).fit(made)
