"""Rows beside the headline that adjust: what the plan may ask, what is refused, and the rule by which one is read."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from embedded import study_of
from evaluation.facts import firms
from evaluation.facts import study_of as facts_study

from impact.check_result import CheckResult, not_applicable
from impact.errors import MissingValueError, PlanError
from impact.evaluation.adjusted import BEFORE, adjusted_rows, with_indicators
from impact.evaluation.adjustment_rule import chosen
from impact.evaluation.plan_check import check_columns
from impact.evaluation.robustness import row_of
from impact.reporting.sections.adjustment import adjustment
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study():
    return study_of()


def rows_of(study):
    return {row.name: row for row in adjusted_rows(study)}


def test_a_plan_adjusts_for_its_covariates_the_outcome_before_and_both(study):
    asked = study.changed(covariates=("type", "city")).on(study.frame)
    rows = rows_of(asked)
    assert list(rows) == [
        "adjusted_for_covariates",
        "adjusted_for_outcome_before",
        "adjusted_for_both",
    ]
    found = rows["adjusted_for_covariates"].fit(asked)
    assert "doubly robust" in found.method
    assert np.isfinite(found.std_errors.iloc[0])
    assert list(rows_of(study.changed(outcome_before=0, covariates=()))) == []


def test_arms_of_a_lot_are_compared_given_covariates_but_those_of_its_strata(tmp_path):
    frame = firms()
    foretold = (frame.id * 7919) % 40
    frame = frame.assign(met=foretold, y=frame.y + foretold, g=frame.g.where(frame.g.isna(), 5))
    lot = facts_study(
        tmp_path, frame, assignment="randomised", strata=["town"], covariates=["met", "town"], exposure=[]
    )  # fmt: skip
    once = lot.changed(waves="repeated_cross_sections").on(frame.assign(id=np.arange(len(frame))))
    once.frame.attrs["missing"] = {}
    ((name, row),) = rows_of(lot).items()
    assert name == "given_covariates"
    given, plain = row.fit(lot), lot.estimator().fit(lot.panel())
    assert given.params.iloc[0] == pytest.approx(plain.params.iloc[0], abs=plain.std_errors.iloc[0])
    sharper = (
        row.fit(once).std_errors.iloc[0] / once.estimator().fit(once.panel()).std_errors.iloc[0]
    )
    assert (
        sharper < 0.7
    )  # nobody has a baseline there, and the covariate is most of what outcomes differ by


def test_without_covariates_a_lot_has_no_adjusted_row(tmp_path):
    assert rows_of(facts_study(tmp_path, firms(), assignment="randomised", strata=["town"])) == {}


def test_categories_become_indicators_and_who_lacks_one_is_counted_or_refused(study):
    asked = study.changed(covariates=("type", "employment")).on(study.frame)
    panel, names = with_indicators(asked)
    levels = sorted(asked.frame["type"].dropna().unique(), key=str)
    assert names == [*(f"type: {level}" for level in levels[1:]), "employment"]
    first = (panel.covariates[names[:-1]].sum(axis=1) == 0).to_numpy()
    place = asked.frame.set_index(asked.schema.unit)["type"].groupby(level=0).first()
    assert set(place.loc[panel.units[panel.unit_index[first]]]) == {levels[0]}
    one = asked.frame[asked.schema.unit].iloc[0]
    fewer = asked.frame.assign(
        employment=asked.frame["employment"].mask(asked.frame[asked.schema.unit] == one)
    )
    assert with_indicators(asked.on(fewer))[0].sample.dropped["missing_regressor"] >= 1
    refusing = asked.changed(missing_covariates="refuse").on(fewer)
    with pytest.raises(MissingValueError, match="employment: missing in"):
        with_indicators(refusing)


def test_covariates_that_treatment_moves_are_refused_by_name(study):
    outcome = study.plan.outcomes[0]
    with pytest.raises(PlanError, match=f"covariates: {outcome} is an outcome"):
        check_columns(study.plan.changed(covariates=(outcome,)), study.schema)
    with pytest.raises(PlanError, match="covariates: nowhere"):
        check_columns(study.plan.changed(covariates=("nowhere",)), study.schema)


@pytest.mark.parametrize(
    ("check", "before"),
    [
        (CheckResult("recent_change", "warn", "last_period_against_earlier:1"), "unusual"),
        (CheckResult("recent_change", "pass", "last_period_against_earlier:1"), "usual"),
        (not_applicable("recent_change", "no_variation_before_treatment"), "unknown"),
        (None, "unknown"),
    ],
)
def test_the_check_before_the_start_decides_what_is_read_whatever_the_effects(check, before):
    rows = pd.DataFrame(
        {"name": ["callaway_santanna", BEFORE], "estimate": [2.0, 1.0]}
        | {"conf_low": [1.0, -1.0], "conf_high": [3.0, 3.0]}
    )
    checks = () if check is None else (check,)
    choice = chosen(rows, checks)
    assert (choice.before, choice.main, choice.adjusted) == (before, 2.0, 1.0)
    assert choice.interval == (-1.0, 3.0)
    rows["estimate"] = [2.0, np.nan]
    assert chosen(rows, checks).adjusted is None


def test_where_something_foretells_a_start_of_few_the_row_is_by_regression_and_says_so(tmp_path):
    frame = firms()
    foretold = frame["id"].eq(0).astype(int)  # one of them starts alone, as nobody like it does
    starts = frame["g"].mask(frame["id"].eq(0), 5)
    study = facts_study(
        tmp_path, frame.assign(g=starts, met=100 * foretold + frame.id % 7), covariates=["met"], exposure=[]
    )  # fmt: skip
    row = rows_of(study)["adjusted_for_covariates"]
    assert "outcome regression" in row.fit(study).method
    alternatives = pd.DataFrame([row_of(row.name, "adjustment", lambda: row.fit(study))])
    part = SimpleNamespace(alternatives=alternatives, checks=())
    (text,) = adjustment(Voice(study), part)
    assert "By regression on the others" in text.markdown
