"""Parts of an evaluation: computed once, kept to the last digit, and right about what they count."""

import numpy as np
import pytest
from embedded import quick

from impact.errors import StorageError
from impact.evaluation.parts import DataQuality, Impact, SampleAndComparability
from impact.evaluation.released import released
from impact.evaluation.robustness import PanelModels, Robustness
from impact.evaluation.store import PARTS, encode, part_of, read_part, write_part


@pytest.fixture(scope="module")
def study():
    return quick()[0]


@pytest.fixture(scope="module")
def parts():
    return quick()[1]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_read_back_to_the_last_digit(parts, tmp_path, name):
    path = write_part(parts[name], tmp_path)
    assert encode(read_part(path)) == encode(released(parts[name]))


def test_results_in_a_folder_are_used_and_damaged_ones_refused(study, parts, tmp_path):
    write_part(parts["data_quality"], tmp_path)
    kept = encode(released(parts["data_quality"]))
    assert encode(part_of(study, "data_quality", results=tmp_path)) == kept
    (tmp_path / "data_quality.json").write_text("{}")
    with pytest.raises(StorageError, match="damaged"):
        part_of(study, "data_quality", results=tmp_path)


def test_counts_agree_between_parts(study, parts):
    quality, sample, impact = parts["data_quality"], parts["sample"], parts["impact"]
    assert isinstance(quality, DataQuality)
    assert isinstance(sample, SampleAndComparability)
    assert isinstance(impact, Impact)
    flow = sample.flow.set_index("stage")
    assert (
        flow.loc["in_analysis", "treated"]
        == quality.sample.n_treated
        == sample.cohorts.actual.sum()
    )
    assert flow.loc["in_file", "units"] == study.frame.artisan_id.nunique()
    assert (flow.units.diff().dropna() <= 0).all()
    assert impact.smallest_cohort == sample.cohorts.actual[sample.cohorts.actual > 0].min()
    by_arm = flow.dropna()
    assert (by_arm.treated + by_arm.comparison == by_arm.units).all()


def test_the_headline_stands_first_among_the_alternatives(parts):
    robustness, impact = parts["robustness"], parts["impact"]
    assert isinstance(robustness, Robustness)
    first = robustness.alternatives.iloc[0]
    assert first["name"] == "callaway_santanna"
    assert first.estimate == pytest.approx(impact.effects[0].verdict.estimate)
    assert robustness.randomization.estimate == pytest.approx(first.estimate)
    balanced = robustness.alternatives.set_index("name").loc["seen_in_all_periods"]
    assert balanced.n_units < first.n_units


def test_fixed_effects_on_exposure_are_two_way_fixed_effects(parts):
    """linearmodels and our kernel: the same coefficient; standard errors within its own small-sample factor (0.1%)."""
    models = parts["panel_models"]
    assert isinstance(models, PanelModels)
    within = next(
        model for model in models.models if model.spec["estimator"] == "FixedEffects"
    ).row("exposed")
    ours = parts["robustness"].alternatives.set_index("name").loc["two_way_fixed_effects"]
    assert within.estimate == pytest.approx(ours.estimate, rel=1e-9)
    assert within.std_error == pytest.approx(ours.std_error, rel=1e-3)


def test_subgroups_with_fewer_than_ten_beneficiaries_show_nothing(study):
    shown = Impact.of(
        study.changed(subgroups=("sector",), permutations=99, outcomes=("revenue_mad",))
    ).subgroups
    small = shown.n_treated < 10
    assert small.any()
    assert shown[small].estimate.isna().all()
    assert shown[~small].estimate.notna().all()


def test_capping_touches_only_the_largest_values(study):
    raw, capped = study.panel(winsorise=0.0), study.panel(winsorise=0.95)
    changed = raw.y != capped.y
    count = np.bincount(raw.time_index)
    assert (
        np.bincount(raw.time_index[changed], minlength=len(count)) <= np.ceil(0.05 * count)
    ).all()
    assert changed.mean() > 0.04
    assert (capped.y[changed] < raw.y[changed]).all()
    top = [
        np.nanmax(capped.wide[:, t]) <= np.nanquantile(raw.wide[:, t], 0.95)
        for t in range(raw.n_periods)
    ]
    assert all(top)
