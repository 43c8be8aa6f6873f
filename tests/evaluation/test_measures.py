"""Several measures of one thing are laid beside the headline, and so are their effects."""

import numpy as np
import pytest
from evaluation.facts import SCHEMA, firms, study_of

from impact.errors import PlanError
from impact.evaluation.measures import measures_of
from impact.evaluation.plan_check import check_study
from impact.reporting.sections.outcomes import _measures
from impact.reporting.voice import Voice

COLUMN = "  {name}: {{type: number, unit: MAD, label: {{en: {name}, fr: {name}}}}}\n"


@pytest.fixture
def told_twice(tmp_path):
    """A month's revenue, a week's that was put to a month and runs a fifth above it, and a best estimate known of half."""
    frame = firms()
    rng = np.random.default_rng(2)
    frame["week"] = frame["y"] * 1.2 * np.exp(rng.normal(0, 0.02, len(frame)))
    frame["best"] = frame["y"].where(frame["id"] % 2 == 0)
    study = study_of(tmp_path, frame, measures=["week", "best"])
    schema = SCHEMA.replace("unit: id\n", "unit: id\nmissing_outcome: drop\n")
    (tmp_path / "firms.yml").write_text(
        schema + COLUMN.format(name="week") + COLUMN.format(name="best")
    )
    return study


def test_measures_are_held_against_the_headline(told_twice):
    rows = measures_of(told_twice).set_index("measure")
    assert rows.loc["week", "median_ratio"] == pytest.approx(1.2, rel=0.01)
    assert rows.loc["y", "rank_correlation"] == pytest.approx(1.0)
    assert rows.loc["best", "n_obs"] == len(told_twice.frame) // 2
    # in percent the level of a measure does not matter
    assert rows.loc["week", "percent"] == pytest.approx(rows.loc["y", "percent"], abs=2.0)


def test_a_table_shows_them_and_a_plan_without_any_has_none(told_twice):
    [table] = _measures(Voice(told_twice), measures_of(told_twice))
    assert list(table.frame["words"]) == ["Outcome", "week", "best"]
    plain = told_twice.changed(measures=())
    assert _measures(Voice(plain), measures_of(plain)) == []


def test_a_measure_that_is_no_column_of_numbers_is_refused_by_the_plans_key(told_twice):
    with pytest.raises(PlanError, match=r"^measures: "):
        check_study(told_twice.changed(measures=("town",)))
