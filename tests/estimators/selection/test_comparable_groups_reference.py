"""Matching, entropy balancing, inverse probability and balance against R on the training data (lalonde, 614 people).

MatchIt 4.5.1, ebal 0.1.8, glm. The reference's build of MatchIt has the fault that its changelog names (issue 163, "calipers would
not work properly on some systems"): distances of propensities, all below one, were cut to whole numbers, so every control is as near
as any other and the next lower propensity is taken. Its 39 numbers of nearest neighbours follow from that rule, below.
"""

import numpy as np
import pandas as pd
import pytest

import impact
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.matching import Matches, nearest_controls
from impact.estimators.selection.propensity import logit

# R's logit stops at a tolerance of 1e-8 of the deviance
PROPENSITY = {"rtol": 1e-8, "atol": 1e-8}
NAMES = ("age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75")
RACES = {"raceblack": "black", "racehispan": "hispan", "racewhite": "white"}


@pytest.fixture(scope="module")
def golden(reference):
    table = pd.read_csv(reference / "golden" / "robust.csv.gz", low_memory=False)
    return table[table.dataset == "lalonde"]


@pytest.fixture(scope="module")
def people(reference):
    frame = pd.read_csv(reference / "data" / "r" / "lalonde.csv").assign(year=1)
    frame["row"] = np.arange(len(frame))
    frame["first"] = np.where(frame.treat == 1, 1, np.nan)
    for name, column in RACES.items():
        frame[column] = (frame.race == name.removeprefix("race")).astype(float)
    return frame


@pytest.fixture(scope="module")
def panel(people):
    return impact.Panel.from_frame(
        people,
        unit="row",
        time="year",
        outcome="re78",
        cohort="first",
        covariates=[*NAMES, "white", "race"],
    )


@pytest.fixture(scope="module")
def propensity(people):
    made = Compared.of(
        np.zeros((614, 1)),
        people.treat.to_numpy() == 1,
        people[list(NAMES)].to_numpy(float),
        names=NAMES,
    )
    return logit(made).probability


def difference(people, weight):
    treated = people.treat.to_numpy() == 1
    y = people.re78.to_numpy()
    return (
        weight[treated] @ y[treated] / weight[treated].sum()
        - weight[~treated] @ y[~treated] / weight[~treated].sum()
    )


def summary(people, weight, propensity):
    """What MatchIt's summary gives, by the names of the reference."""
    kept = weight > 0
    covariates = [*NAMES, "white", "propensity"]
    frame = people.assign(propensity=propensity)
    names = {"unit": "row", "time": "year", "outcome": "re78", "cohort": "first"}
    whole = impact.Panel.from_frame(frame, **names, covariates=covariates)
    weighed = whole.with_weight(np.where(kept, weight, 1.0)).subset(kept, reason="left_out")
    table = impact.balance(weighed, covariates, before=whole).table.set_index("covariate")
    found = table.normalised_difference.rename(
        {"propensity": "distance", **{column: name for name, column in RACES.items()}}
    ).add_prefix("smd:")
    found["diff_in_means"] = difference(people, weight)
    treated = people.treat.to_numpy() == 1
    found["n_treated"], found["n_control"] = (kept & treated).sum(), (kept & ~treated).sum()
    return found


def held(golden, case, found, **tolerance):
    theirs = golden[golden.case == f"matchit/lalonde/{case}"].set_index("term").estimate
    np.testing.assert_allclose(found[theirs.index].astype(float), theirs, **tolerance)
    return len(theirs)


def weights_of(panel, weighed):
    """Weights of all units, zero for those left out."""
    found = np.zeros(panel.n_units)
    found[np.searchsorted(panel.units, weighed.units)] = weighed.weight
    return found


def test_two_neighbours_without_replacement_equal_matchit(golden, panel, people, propensity):
    matching = impact.NearestNeighbours(
        NAMES, distance="propensity", neighbours=2, reuse="without_replacement"
    )
    weight = weights_of(panel, matching.weigh(panel))
    found = summary(people, weight, propensity)
    assert held(golden, "nearest_ratio2", found, **PROPENSITY) == 13


def test_coarsened_exact_matching_equals_matchit(golden, panel, people, propensity):
    cut = impact.CoarsenedExact(
        ["age", "educ", "re74", "re75", "married", "nodegree"], exact=["race"]
    )
    weighed = cut.weigh(panel)
    found = summary(people, weights_of(panel, weighed), propensity)
    assert held(golden, "cem", found, rtol=1e-10, atol=1e-14) == 12
    assert weighed.sample.dropped == {
        "treated_without_anyone_alike": 120,
        "like_no_treated_unit": 354,
    }


def next_lower(propensity, treated, *, again):
    """The faulty build's rule: the highest propensity below one's own, the last of equal ones; else the lowest left."""
    mine, theirs = np.flatnonzero(treated), np.flatnonzero(~treated)
    free, found = np.ones(len(theirs), dtype=bool), []
    for unit in mine[np.argsort(-propensity[mine], kind="stable")]:
        left = theirs[free]
        lower = left[propensity[left] < propensity[unit] - 1e-12]
        if lower.size:
            near = lower[propensity[lower] >= propensity[lower].max() - 1e-12][-1]
        else:
            near = left[propensity[left].argmin()]
        free[np.searchsorted(theirs, near)] = again
        found.append((unit, near))
    pairs = np.array(found)
    return Matches(pairs[:, 0], pairs[:, 1:])


@pytest.mark.parametrize(
    ("case", "reuse"),
    [
        ("nearest_ps_rep", "with_replacement"),
        ("nearest_ps_norep", "without_replacement"),
        ("nearest_caliper.1", "without_replacement"),
    ],
)
def test_the_references_nearest_neighbours_are_the_next_lower_propensity_and_ours_are_nearer(
    golden, people, propensity, case, reuse
):
    treated = people.treat.to_numpy() == 1
    theirs = next_lower(propensity, treated, again=reuse == "with_replacement")
    found = summary(people, theirs.weights(np.ones(614)), propensity)
    assert held(golden, case, found, **PROPENSITY) == 13
    ours = nearest_controls(
        propensity[:, None],
        treated,
        exact=np.zeros(614, dtype=int),
        neighbours=1,
        reuse=reuse,
        order=propensity,
    )
    apart = [
        np.abs(propensity[each.treated] - propensity[each.control[:, 0]]).mean()
        for each in (ours, theirs)
    ]
    assert apart[0] < apart[1]


def test_nearest_neighbours_give_the_published_balance_of_matchits_vignette(
    panel, people, propensity
):
    """Printed in MatchIt's vignette "Getting Started", 1:1 without replacement: standardised differences after matching."""
    printed = {"distance": 0.9739, "age": 0.0718, "educ": -0.1290, "raceblack": 1.0259}
    matching = impact.NearestNeighbours(NAMES, distance="propensity", reuse="without_replacement")
    found = summary(people, weights_of(panel, matching.weigh(panel)), propensity)
    for name, value in printed.items():
        assert round(found[f"smd:{name}"], 4) == value


def test_entropy_balancing_equals_ebal_in_all_429_weights(golden, panel, people):
    weighed = impact.EntropyBalancing(NAMES).weigh(panel)
    theirs = golden[golden.method == "ebal_w"].set_index("term").estimate
    assert len(theirs) == 429
    weight = weights_of(panel, weighed)
    ours = pd.Series(weight, index="w:" + people.id)[theirs.index]
    np.testing.assert_allclose(ours / ours.sum(), theirs, rtol=1e-11)
    left = impact.balance(weighed, NAMES, before=panel).table.normalised_difference
    np.testing.assert_allclose(left, 0, atol=1e-10)


def test_inverse_probability_equals_glm(golden, panel, people, propensity):
    theirs = golden[golden.method == "ipw"].set_index("term").estimate
    treated = people.treat.to_numpy() == 1
    y = people.re78.to_numpy()
    for whom, term in (("treated", "ATT_hajek"), ("everybody", "ATE_hajek")):
        weighed = impact.InverseProbability(NAMES, whom=whom).weigh(panel)
        found = difference(people, weights_of(panel, weighed))
        np.testing.assert_allclose(found, theirs[term], **PROPENSITY)
    odds = np.where(treated, 0, propensity / (1 - propensity))
    unnormalised = y[treated].mean() - odds @ y / treated.sum()
    np.testing.assert_allclose(unnormalised, theirs["ATT_ht"], **PROPENSITY)


def test_differences_and_variance_ratios_before_equal_matchits_summary(golden, people, propensity):
    covariates = [*NAMES, "white", "propensity"]
    frame = people.assign(propensity=propensity)
    names = {"unit": "row", "time": "year", "outcome": "re78", "cohort": "first"}
    whole = impact.Panel.from_frame(frame, **names, covariates=covariates)
    table = impact.balance(whole, covariates).table.set_index("covariate")
    table = table.rename({"propensity": "distance", **{v: k for k, v in RACES.items()}})
    theirs = golden[golden.method == "smd"].set_index("term")
    assert len(theirs) == 10
    ours = table.loc[theirs.index]
    np.testing.assert_allclose(ours.normalised_difference, theirs.estimate, **PROPENSITY)
    known = theirs.stat.notna()
    np.testing.assert_allclose(ours.variance_ratio[known], theirs.stat[known], **PROPENSITY)
    assert list(ours.normalised_difference) == list(ours.normalised_difference_before)


def test_the_logit_of_the_propensities_equals_glm(golden, people, propensity):
    theirs = golden[golden.case == "ps/lalonde/logit"].set_index("term").estimate
    X = np.column_stack([np.ones(614), people[list(NAMES)].to_numpy(float)])
    index = X @ theirs[["const", *NAMES]].to_numpy()
    np.testing.assert_allclose(propensity, 1 / (1 + np.exp(-index)), **PROPENSITY)


def test_a_panel_of_one_period_with_weights_is_taken_by_estimators(panel, people):
    """The weighted difference of means, by two estimators that need no second period."""
    weighed = impact.EntropyBalancing(NAMES).weigh(panel)
    by_hand = difference(people, weights_of(panel, weighed))
    for estimator in (impact.PooledOLS(time_effects=False), impact.DifferenceInMeans()):
        found = estimator.fit(weighed)
        assert found.params.iloc[-1] == pytest.approx(by_hand, rel=1e-10)
