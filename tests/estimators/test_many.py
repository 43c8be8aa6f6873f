"""Every estimator answers for many assignments and outcomes at once, and each answer is what fitting anew gives."""

import numpy as np
import pytest
from estimators.test_contract import DIFFERENCES, MODELS
from panels import long_frame, panel

import impact
from impact.estimators.many import cluster_sums
from impact.estimators.many_of import many, many_of, overall
from impact.estimators.refitted import Refitted
from impact.estimators.weighted import Weighted
from impact.inference.assignments import assignments

SAME = 1e-8  # relative; the same sums in another order
OF_THE_DRAWN = {
    "TwoStageLeastSquares"
}  # who took part was not drawn: exchanging participants is refused by name
EVERY = {
    **{name: one for name, one in {**DIFFERENCES, **MODELS}.items() if name not in OF_THE_DRAWN},
    "poisson": impact.ExtendedTWFE(family="poisson"),
}
NOT_ADDITIVE = {
    "efficient_trends",
    "RandomEffects",
    "CorrelatedRandomEffects",
    "poisson",
}  # ratios, or weights that are estimated


def assigned_frame(gaps=0.1, n=60):
    """Firms in groups of three that started together."""
    frame = long_frame(gaps=gaps, n=n)
    first = frame.groupby("id").g.first().fillna(99)
    place = first.groupby(first).cumcount() // 3
    frame["group"] = (first * 100 + place).loc[frame.id].to_numpy()
    frame["y"] = np.exp(frame.y / 10)
    return frame


def without_unit_effects(made):
    """Outcomes (N, T) less unit effects, from dummies of units and periods."""
    units, periods = (np.eye(n) for n in made.wide.shape)
    dummies = np.hstack([units[made.unit_index], periods[made.time_index]])
    effects = np.linalg.lstsq(dummies, made.y, rcond=None)[0]
    return made.wide - effects[: made.n_units, None]


def drawn_labels(asked, seed=2):
    strata = np.zeros(len(asked.labels), dtype=int)
    drawn = assignments(asked.labels, strata, draws=3, generator=np.random.default_rng(seed))
    return drawn.labels


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_each_assignment_is_what_fitting_with_its_cohorts_gives(name, gaps):
    made, estimator = panel(assigned_frame(gaps)), EVERY[name]
    asked = many(made, estimator)
    labels = np.concatenate([asked.labels[None], drawn_labels(asked)])
    found = asked.evaluate(labels, np.nan_to_num(asked.panel.wide)[:, None, :])
    for place, assigned in enumerate(labels):
        refit = overall(made.with_cohort(asked.cohorts[assigned]), estimator)
        assert found.effect[0, place] == pytest.approx(refit.values[0], rel=SAME)


@pytest.mark.parametrize("name", sorted(set(EVERY) - NOT_ADDITIVE))
def test_taking_a_constant_effect_out_is_evaluating_outcomes_without_it(name):
    made = panel(assigned_frame())
    asked = many(made, EVERY[name])
    outcome = np.nan_to_num(asked.panel.wide)[:, None, :]
    exposed = (asked.panel.times >= asked.panel.cohort[:, None]) & ~np.isnan(asked.panel.wide)
    labels = drawn_labels(asked)
    one = asked.evaluate(labels, outcome).t(0.4)
    two = asked.evaluate(labels, outcome - 0.4 * exposed[:, None, :]).t()
    np.testing.assert_allclose(one, two, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(NOT_ADDITIVE))
def test_an_estimator_that_is_no_sum_of_outcomes_says_so_instead_of_pretending(name):
    made = panel(assigned_frame())
    asked = many(made, EVERY[name])
    assert isinstance(asked, Refitted)
    assert not asked.additive
    found = impact.Permutation(permutations=19).of(made, EVERY[name])
    assert "at no effect" in found.why
    assert isinstance(impact.ConleyTaber().of(made, EVERY[name]), impact.Refused)


@pytest.mark.parametrize(
    "name", ["event_study", "sun_abraham", "two_stage", "lpdid", "dcdh", "stacked"]
)
def test_linear_estimators_are_their_weights_with_gaps_and_weights_of_units(name):
    made = panel(assigned_frame(), weight="w")
    asked = many(made, EVERY[name])
    assert isinstance(asked, Weighted)
    own = asked.weights(asked.labels[None])[0]
    total = (own * np.nan_to_num(asked.panel.wide)).sum()
    assert total == pytest.approx(overall(made, EVERY[name]).values[0], rel=SAME)


@pytest.mark.parametrize("name", ["cs", "twfe", "imputation", "etwfe"])
def test_leaving_one_out_is_fitting_without_it(name):
    made = panel(assigned_frame(n=30))
    without = many(made, EVERY[name]).without_each_cluster()
    for unit in range(0, 30, 7):
        part = made.subset(np.arange(30) != unit, reason="left_out")
        assert without[unit] == pytest.approx(overall(part, EVERY[name]).values[0], rel=SAME)


@pytest.mark.parametrize("name", ["cs", "twfe", "imputation", "sun_abraham"])
def test_scores_of_clusters_add_up_over_their_units(name):
    """By hand: outcomes less unit effects and means by label and period, times the weights, summed, squared, summed."""
    made = panel(assigned_frame(), cluster="group")
    asked = many(made, EVERY[name])
    weights, wide = asked.weights(asked.labels[None])[0], without_unit_effects(made)
    mean = np.array(
        [np.nanmean(wide[asked.labels == code], axis=0) for code in range(len(asked.cohorts))]
    )
    scores = np.nansum(weights * (wide - mean[asked.labels]), axis=1)
    by_hand = sum(scores[made.cluster == code].sum() ** 2 for code in np.unique(made.cluster))
    found = asked.evaluate(asked.labels[None], np.nan_to_num(made.wide)[:, None, :])
    assert found.variance[0, 0] == pytest.approx(by_hand, rel=SAME)
    assert (cluster_sums(made, scores, axis=0) ** 2).sum() == pytest.approx(by_hand, rel=SAME)


LEVELS_CANCEL = ["cs", "twfe", "imputation", "etwfe", "sun_abraham", "two_stage", "lpdid", "dcdh"]


@pytest.mark.parametrize("cluster", [None, "group"])
@pytest.mark.parametrize("name", LEVELS_CANCEL)
def test_what_a_firm_always_has_more_of_changes_no_inference_with_gaps(name, cluster):
    """With gaps, means by label and period would be of other firms each period, and take in their levels."""
    frame = assigned_frame()
    apart = frame.assign(y=frame.y + 100 * np.random.default_rng(1).random(60)[frame.id])
    made, moved = (panel(each, cluster=cluster) for each in (frame, apart))
    for inference in (
        impact.Clustered("CRV2"),
        impact.Permutation(permutations=19, within="none"),  # strata follow levels
        impact.WildBootstrap(draws=19),
        impact.GroupT(),
    ):
        here, there = (inference.of(each, EVERY[name]) for each in (made, moved))
        if isinstance(here, impact.Refused):
            continue
        assert here.std_error == pytest.approx(there.std_error, rel=1e-6)
        assert here.p_value == pytest.approx(there.p_value, abs=1e-6)


def test_the_number_asked_for_is_the_number_answered_for():
    """Another average, and one event time, not the overall effect."""
    made = panel(assigned_frame())
    cells = impact.CallawaySantAnna(base_period="universal").fit(made)
    for one in (
        cells.aggregate(by="overall", average="event_time"),
        cells.aggregate(by="event_time").select(["event_time=-2"]),
    ):
        asked = many_of(one.origin)
        found = asked.evaluate(asked.labels[None], np.nan_to_num(made.wide)[:, None, :])
        assert found.effect[0, 0] == pytest.approx(one.values[0], rel=SAME)
