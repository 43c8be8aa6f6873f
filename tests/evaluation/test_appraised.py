"""From a study to its appraisal: the believed effect a year, its uncertainty, and what cannot be appraised."""

from dataclasses import replace

import numpy as np
import pytest
from embedded import study_of

from impact.economics.more_data import one_more_round
from impact.errors import PlanError
from impact.evaluation.appraised import Economics, appraisal_of
from impact.evaluation.parts import Impact

NORMAL = 1.959963985


@pytest.fixture(scope="module")
def study():
    return study_of(
        permutations=199, design_draws=200, subgroups=[], secondary=[], outcomes=["revenue_mad"]
    )


@pytest.fixture(scope="module")
def impact(study):
    return Impact.of(study)


def with_file(study, **changes):
    """Return the study with its economics file changed in memory."""
    other = study.changed()
    other.__dict__["economics"] = study.economics.model_copy(update=changes)
    return other


def appraised(study, impact):
    return appraisal_of(study, study.economics, impact)


def following_the_path(study):
    return with_file(study, effect=study.economics.effect.model_copy(update={"follows": "path"}))


def test_a_years_effect_is_four_quarters_of_the_believed_one(study, impact):
    appraisal, (low, high) = appraised(study, impact)
    verdict = impact.effects[0].verdict
    assert appraisal.effect.years == 2  # 2013 and 2014
    assert appraisal.effect.mean == pytest.approx(4 * verdict.estimate)
    assert (low, high) == pytest.approx((4 * verdict.conf_low, 4 * verdict.conf_high))
    assert appraisal.effect.std_error == pytest.approx((high - low) / 2 / NORMAL)
    assert appraisal.without == pytest.approx(4 * impact.counterfactual.without)


def test_the_estimated_path_is_the_event_study_year_by_year(study, impact):
    path, _ = appraised(following_the_path(study), impact)
    events = impact.event_study.table.set_index("event_time")["estimate"]
    expected = [4 * events.loc[0:3].mean(), 4 * events.loc[4:7].mean()]
    np.testing.assert_allclose(path.effect.by_year, expected)


def test_the_paths_covariance_is_the_event_studys_scaled_to_the_believed_inference(study, impact):
    path, _ = appraised(following_the_path(study), impact)
    _, (low, high) = appraised(study, impact)
    at = np.asarray(impact.event_study.rows.event_time, dtype=float)
    weights = np.array([(at >= 0) & (at < 4), (at >= 4) & (at < 8)]) / 4
    clustered = 16 * weights @ np.asarray(impact.event_study.vcov) @ weights.T
    believed = (high - low) / 2 / NORMAL
    scale = (believed / (4 * impact.effects[0].overall.std_errors.iloc[0])) ** 2
    np.testing.assert_allclose(path.effect.covariance, scale * clustered)
    correlation = path.effect.covariance[0, 1] / np.sqrt(np.prod(np.diag(path.effect.covariance)))
    assert 0 < correlation < 1


def test_the_interval_of_a_path_lies_around_the_mean_of_its_years(study, impact):
    path, (low, high) = appraised(following_the_path(study), impact)
    steady, (believed_low, believed_high) = appraised(study, impact)
    assert path.effect.mean != pytest.approx(steady.effect.mean, rel=1e-3)
    for end, believed in ((low, believed_low), (high, believed_high)):
        away = (end - path.effect.mean) / path.effect.std_error
        assert away == pytest.approx((believed - steady.effect.mean) / steady.effect.std_error)
    assert (high - low) / 2 / NORMAL == pytest.approx(path.effect.std_error)


def test_a_path_without_a_bounded_interval_has_none_either(study, impact):
    first = impact.effects[0]
    endless = replace(first, verdict=replace(first.verdict, conf_high=np.inf))
    _, (low, high) = appraised(following_the_path(study), replace(impact, effects=(endless,)))
    assert np.isfinite(low)
    assert high == np.inf


def test_without_a_bounded_interval_nothing_is_drawn_but_break_even_is_told(study, impact):
    first = impact.effects[0]
    endless = replace(first, verdict=replace(first.verdict, conf_high=np.inf))
    found = Economics.of(study, replace(impact, effects=(endless,))).worth
    assert (found.simulated, found.more_data) == (None, None)
    assert found.needed.value > 0
    assert "effect" not in set(found.moved["name"])
    assert found.lasting["return_high"].isna().all()


def test_an_outcome_that_is_no_money_is_not_appraised(study, impact):
    found = Economics.of(study.changed(outcomes=["employment"]), impact)
    assert (found.worth, found.why) == (None, "not_in_money")


def test_a_plan_without_the_file_is_not_appraised(study, impact):
    found = Economics.of(study.changed(economics=None), impact)
    assert (found.worth, found.why) == (None, "no_economics_file")


def test_prices_of_another_year_are_put_in_those_of_the_base_year(study, impact):
    later, _ = appraised(with_file(study, outcome_prices=2013), impact)
    now, _ = appraised(study, impact)
    assert later.effect.mean == pytest.approx(now.effect.mean * 100 / 101.881)


def test_waves_need_to_be_told_how_many_of_them_make_a_year(study, impact):
    waves = study.schema.model_copy(
        update={"time": study.schema.time.model_copy(update={"frequency": "integer"})}
    )
    asked = study.changed()
    asked.__dict__["schema"] = waves
    with pytest.raises(PlanError, match=r"periods_per_year.*add how many"):
        appraised(asked, impact)
    told = with_file(study, periods_per_year=4)
    told.__dict__["schema"] = waves
    assert appraised(told, impact)[0].effect.mean == pytest.approx(
        4 * impact.effects[0].verdict.estimate
    )


def test_results_add_up(study, impact):
    found = Economics.of(study, impact).worth
    assert found.stream["discounted"].sum() == pytest.approx(found.value)
    assert found.stream["net"].sum() == pytest.approx(
        found.stream["benefit"].sum() - found.stream["cost"].sum()
    )
    present = found.classes["present"].sum()
    assert present == pytest.approx(
        found.value + found.appraisal.present(found.appraisal.central.cost)[0]
    )
    last = found.horizons.set_index("horizon").loc[20]
    assert last["value"] == pytest.approx(found.value)
    assert found.simulated.draws == 10_000
    quarters_since_the_first_start = 8  # 2013 and 2014
    assert found.more_data == one_more_round(
        found.appraisal.effect.mean,
        found.appraisal.effect.std_error,
        rounds=quarters_since_the_first_start,
        benefit_per_effect=found.simulated.benefit_per_effect,
        cost=found.simulated.cost,
    )
