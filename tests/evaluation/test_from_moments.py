"""A report from moments: the numbers of the data where sums give them, and elsewhere that they do not."""

from dataclasses import replace

import numpy as np
import pytest
from panels import long_frame

import impact
from impact.errors import NotInMomentsError, PlanError
from impact.evaluation.from_moments.described import quality_of, sample_of
from impact.evaluation.from_moments.effects import impact_of
from impact.evaluation.from_moments.missing import missing_parts
from impact.evaluation.from_moments.preflight import preflight_of_moments
from impact.evaluation.from_moments.sureness import certainty_of, robustness_of
from impact.evaluation.grounds import grounds_of
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.rating import rating
from impact.evaluation.robustness import linear_alternatives, row_of
from impact.evaluation.sample_tables import flow, mean_paths
from impact.evaluation.side_by_side import side_by_side
from impact.evaluation.study import Study
from impact.inference.choose import headline_intervals

SAME = 1e-10  # sums of the same numbers in another order
SCHEMA = """
version: 1
title: {en: Firms, fr: Entreprises}
source: {en: Made up, fr: Inventé}
unit: id
time: {column: t, frequency: integer}
cohort: {column: g}
columns:
  id: {type: integer, label: {en: Firm, fr: Entreprise}}
  t: {type: integer, label: {en: Wave, fr: Vague}}
  g: {type: integer, label: {en: First, fr: Premier}}
  y: {type: number, label: {en: Revenue, fr: Revenu}}
  x: {type: number, label: {en: Other, fr: Autre}}
"""


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """One study of the data and one of their moments."""
    folder = tmp_path_factory.mktemp("firms")
    frame = long_frame(n=60, periods=6, cohorts=(4, 5), gaps=0.02)
    frame["y"] += 20
    frame = frame.drop(columns=["w", "village"])
    frame.assign(g=frame.g.astype("Int64")).to_csv(folder / "firms.csv", index=False)
    (folder / "firms.yml").write_text(SCHEMA)
    plan = {
        "name": "firms",
        "title": {"en": "Firms", "fr": "Entreprises"},
        "data": "firms.csv",
        "schema": "firms.yml",
        "outcomes": ["y"],
        "secondary": ["x"],
        "exposure": ["x"],
        "design_draws": 200,
        "permutations": 99,
    }
    data = Study(Plan.of(plan), folder)
    made = impact.PathMoments.from_panel(data.panel())
    made.save(folder / "firms.moments", small_cells="include")
    return data, data.changed(data="firms.moments")


@pytest.fixture(scope="module")
def effects(studies):
    return impact_of(studies[1])


def close(one, other):
    np.testing.assert_allclose(
        np.asarray(one, dtype=float), np.asarray(other, dtype=float), rtol=SAME, atol=SAME
    )


def test_the_headline_and_every_estimator_beside_it_are_those_of_the_data(studies, effects):
    data, _ = studies
    overall = data.estimator().fit(data.panel()).aggregate(by="overall")
    assert effects.effects[0].overall.table.estimate[0] == pytest.approx(
        overall.table.estimate[0], rel=SAME
    )
    theirs = side_by_side(data, data.panel())
    assert (effects.estimators["why_not"] == theirs["why_not"]).all()
    numbers = ["estimate", "std_error", "conf_low", "conf_high"]
    close(effects.estimators[numbers], theirs[numbers])
    percent = overall.percent().table
    close(effects.effects[0].percent.table.estimate, percent.estimate)


def test_the_leave_one_out_interval_is_that_of_the_data(studies, effects):
    data, _ = studies
    found = effects.effects[0].intervals.set_index("inference")
    theirs = data.estimator().fit(data.panel()).aggregate(by="overall")
    theirs = theirs.under(impact.Clustered("CRV3")).table.iloc[0]
    close(found.loc["crv3_t", ["conf_low", "conf_high"]], theirs[["conf_low", "conf_high"]])
    clustered = headline_intervals(data.panel(), among=("clustered",)).table.iloc[0]
    close(found.loc["clustered", ["conf_low", "conf_high"]], clustered[["conf_low", "conf_high"]])


def test_counts_paths_and_the_baseline_are_those_of_the_data(studies):
    data, reduced = studies
    found, quality = sample_of(reduced), quality_of(reduced)
    panel = data.panel()
    assert found.flow.equals(flow(data, panel))
    close(
        found.paths.drop(columns="time"),
        mean_paths(panel).drop(columns="time"),
    )
    theirs = impact.diagnostics.balance.baseline_table(panel)
    numbers = ["treated", "comparison", "sd_treated", "sd_comparison", "normalised_difference", "p_value"]  # fmt: skip
    close(found.baseline[numbers], theirs[numbers])
    lost = next(check for check in found.checks if check.name == "attrition")
    known = impact.diagnostics.balance.attrition(panel)
    assert (lost.status, lost.why) == (known.status, known.why)
    close([lost.statistic, lost.p_value], [known.statistic, known.p_value])
    described = impact.diagnostics.quality.describe(panel)
    close(quality.distribution[["mean", "sd", "observed"]], described[["mean", "sd", "observed"]])
    assert quality.distribution[["p50", "p90", "p99", "zeros"]].isna().to_numpy().all()


def test_other_choices_are_those_of_the_data_where_sums_give_them(studies):
    data, reduced = studies
    found = robustness_of(reduced).alternatives.set_index("name")
    theirs = {
        name: row_of(name, family, compute)
        for name, family, compute in linear_alternatives(data, data.panel())
    }
    assert set(found.index) == set(theirs)
    for name, row in found.iterrows():
        if not row["why_not"]:
            assert row["estimate"] == pytest.approx(theirs[name]["estimate"], rel=SAME)
    assert "capped_at_95" not in found.index


def test_what_moments_cannot_check_has_not_been_passed(studies, effects):
    _, reduced = studies
    sample, certainty, robustness = (
        part(reduced) for part in (sample_of, certainty_of, robustness_of)
    )
    grounds = grounds_of(
        reduced.plan, impact=effects, sample=sample, certainty=certainty, robustness=robustness
    )
    found = rating(grounds)
    unmade = {step.reason for step in found.taken if step.state == "could_not_be_made"}
    assert {"interval", "scale", "single_unit_or_event", "contamination"} <= unmade
    assert "contamination" not in found.not_asked
    assert found.steps == 0
    assert effects.effects[0].design is None
    assert effects.effects[0].verdict.believed == "crv3_t"  # few treated, and no unit to exchange
    bounds = {one.restriction.kind for one in certainty.honest}
    assert bounds == {"relative_magnitudes", "smoothness"}


def test_every_refusal_says_that_moments_are_why(effects):
    assert {one.error for one in effects.effects[0].refused} == {NotInMomentsError.__name__}
    assert {one.inference for one in effects.effects[0].refused} >= {"permutation", "design_check"}
    assert [one.why for one in effects.secondary] == ["not_available_from_moments"]


def test_units_of_a_study_of_moments_are_refused_by_name(studies):
    _, reduced = studies
    with pytest.raises(NotInMomentsError, match="sums and no unit"):
        reduced.panel()


def test_a_plan_with_moments_is_checked_and_says_what_will_be_missing(studies):
    data, reduced = studies
    check_study(reduced)
    found = preflight_of_moments(reduced)
    assert found.remarks[0].code == "from_moments"
    assert found.remarks[0].n == len(missing_parts(reduced))
    assert {"other_outcomes", "other_columns"} <= set(missing_parts(reduced))
    assert "subgroups" not in missing_parts(reduced)
    theirs = impact.evaluation.preflight.Preflight.of(data).arms
    for one, other in zip(found.arms, theirs, strict=True):
        assert one.answered == pytest.approx(other.answered, rel=SAME)
        assert replace(one, answered=0) == replace(other, answered=0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outcomes": ("x",), "secondary": ()}, "outcomes: the moments are of y"),
        ({"winsorise": 0.99}, "winsorise: sums cannot be capped"),
        ({"waves": "repeated_cross_sections"}, "waves: moments are sums over paths"),
    ],
)
def test_choices_that_need_units_are_refused_before_a_run(studies, changes, words):
    with pytest.raises(PlanError, match=words):
        check_study(studies[1].changed(**changes))
