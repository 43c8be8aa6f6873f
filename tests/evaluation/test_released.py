"""Nothing of fewer than ten units leaves: not in a part, not in its file."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import firms, firms_with_few, study_of

from impact.diagnostics.leave_one_out import leave_one_out
from impact.evaluation.certainty import outward
from impact.evaluation.counterfactual import counterfactual
from impact.evaluation.parts import DataQuality, Impact, SampleAndComparability, of_enough_units
from impact.evaluation.released import released
from impact.evaluation.store import encode, part_of, write_part


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("few"), firms_with_few())


@pytest.fixture(scope="module")
def impact(study):
    return part_of(study, "impact")


@pytest.fixture(scope="module")
def sample(study):
    return part_of(study, "sample")


def small(frame, name):
    counts = pd.to_numeric(frame[name])
    return counts[(counts > 0) & (counts < 10)]


def test_cohorts_of_fewer_than_ten_are_not_counted_nor_given_away_by_the_total(sample):
    assert sample.cohorts["actual"].isna().all()  # 6 and 15 of 21: either gives the other


def test_a_level_with_few_beneficiaries_says_nothing_not_even_how_many(impact):
    rows = impact.subgroups.set_index("level")
    assert rows.loc["b", ["n_treated", "n_units", "estimate", "std_error"]].isna().all()
    assert rows.loc["a"].notna().all()


def test_event_times_of_few_firms_are_in_no_figure_and_no_path(impact, study):
    cells = study.estimator(base_period="universal").fit(study.panel())
    every = np.asarray(cells.aggregate(by="event_time").rows.event_time, dtype=float)
    shown = np.asarray(impact.event_study.rows.event_time, dtype=float)
    assert every.max() == 4
    assert shown.max() == impact.counterfactual.path.event_time.max() == 2
    assert len(impact.event_study.vcov) == len(shown)


def test_the_size_of_the_smallest_cohort_is_not_kept_either(impact):
    assert impact.smallest_cohort is None


def test_effects_of_cohorts_are_not_there_where_one_is_small(impact):
    assert impact.by_cohort is None


def test_the_file_of_a_part_holds_what_the_page_may_show_and_nothing_else(study, tmp_path):
    for kind in (SampleAndComparability, Impact, DataQuality):
        part = kind.of(study)
        written = json.loads(write_part(part, tmp_path).read_text())
        assert written == json.loads(json.dumps(encode(released(part))))
    frames = json.loads((tmp_path / "impact.json").read_text())["values"]["subgroups"]["values"]
    assert 5 not in frames["n_treated"]
    counts = json.loads((tmp_path / "sample.json").read_text())["values"]["cohorts"]["values"]
    assert 6 not in counts["actual"]


def test_means_by_period_of_few_firms_are_blank_with_their_count():
    paths = pd.DataFrame(
        {
            "time": ["1", "2"],
            "treated": [5.0, 6.0],
            "treated_std_error": [1.0, 1.0],
            "treated_n": [9, 10],
            "comparison": [4.0, 4.0],
            "comparison_n": [50, 50],
        }
    )
    shown = released(paths)
    assert shown.loc[0, ["treated", "treated_std_error", "treated_n"]].isna().all()
    assert shown.loc[0, ["comparison", "comparison_n"]].notna().all()
    assert shown.loc[1].notna().all()


def test_a_quantile_with_fewer_than_ten_observations_beyond_it_is_blank():
    frame = pd.DataFrame({"n_obs": [99, 100, 1000], "p90": 1.0, "p99": 2.0})
    shown = released(frame)
    assert list(shown.p90.isna()) == [True, False, False]
    assert list(shown.p99.isna()) == [True, True, False]


def test_what_may_leave_is_left_as_it_is(tmp_path):
    study = study_of(tmp_path, firms())
    for kind in (Impact, SampleAndComparability):
        part = kind.of(study)
        assert encode(released(part)) == encode(part)
        assert encode(released(released(part))) == encode(released(part))


def test_a_study_of_fewer_than_ten_is_not_emptied(tmp_path):
    frame = firms()
    few = study_of(tmp_path, frame[frame.g.isna() | frame.id.isin(range(4))])
    cells = few.estimator(base_period="universal").fit(few.panel())
    overall = few.estimator().fit(few.panel()).aggregate(by="overall")
    events = cells.aggregate(by="event_time")
    assert of_enough_units(events, counterfactual(cells, overall)) is events


def test_the_range_without_single_firms_does_not_give_their_changes(tmp_path):
    exact = leave_one_out(study_of(tmp_path, firms()).panel())
    found = outward(exact)
    assert found.unit_low < exact.unit_low < exact.unit_high < found.unit_high
    reach = max(exact.unit_high - exact.estimate, exact.estimate - exact.unit_low)
    assert exact.unit_low - found.unit_low < reach
    assert found.largest_share == round(found.largest_share, 2) >= exact.largest_share
    outermost = max(exact.estimate - found.unit_low, found.unit_high - exact.estimate)
    # the ends fit the share beside them
    assert outermost <= found.largest_share * exact.estimate + 1e-12
    assert outward(replace(exact, unit_low=exact.estimate, unit_high=exact.estimate)).unit_low == exact.estimate  # fmt: skip
