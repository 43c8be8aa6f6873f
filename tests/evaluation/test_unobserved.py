"""What something unobserved would have to explain: measured by the plan's covariates, told in both languages, or refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from embedded import study_of

from impact.evaluation.released import released
from impact.evaluation.store import decode, encode
from impact.evaluation.unobserved import unobserved_of
from impact.interval import Refused
from impact.reporting.sections.other_trends import what_is_unobserved
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study():
    return study_of()


@pytest.fixture(scope="module")
def found(study):
    return unobserved_of(study)


@pytest.fixture(scope="module")
def gained(study):
    """What is found where every exhibitor sells 40,000 MAD more from its fair on."""
    frame = study.frame
    since = frame["quarter"].astype(str) >= frame[study.plan.cohort].astype(str)
    more = frame[study.outcome] + 40_000 * (since & frame[study.plan.cohort].notna())
    return unobserved_of(study.on(frame.assign(**{study.outcome: more})))


def test_the_change_is_given_the_plans_covariates(study, found):
    """By least squares, firm by firm, on the data as they are in the file."""
    panel = study.panel()
    wide = pd.DataFrame(panel.wide, columns=panel.times)
    before = wide.loc[:, wide.columns < panel.cohorts[0]].mean(axis=1).to_numpy()
    after = wide.loc[:, wide.columns >= panel.cohorts[-1]].mean(axis=1).to_numpy()
    change, seen = after - before, ~np.isnan(after - before)
    firms = study.frame.groupby(study.schema.unit)[["city", "type"]].first().loc[panel.units]
    columns = [np.isfinite(panel.cohort), *(firms[name] == firms[name].max() for name in firms)]
    X = np.column_stack([*columns, np.ones(len(change))]).astype(float)[seen]
    slopes = np.linalg.lstsq(X, change[seen], rcond=None)[0]
    assert found.estimate == pytest.approx(slopes[0], rel=1e-9)
    assert len(found.table) == 2 * 3


@pytest.mark.parametrize(
    ("language", "words"), [("en", "(Type of firm) explains"), ("fr", "(Type d'entreprise)")]
)
def test_the_strongest_covariate_is_named_by_its_label(study, gained, language, words):
    voice = Voice(study.changed(language=language))
    said = what_is_unobserved(voice, gained)
    assert words in said
    assert voice.f.percent(100 * gained.robustness_value_of_interval) in said


def test_a_change_not_told_from_zero_needs_nothing_unobserved(study, found):
    said = what_is_unobserved(Voice(study), replace(found, conf_low=-1.0))
    assert "nothing unobserved is needed" in said


def test_what_was_found_is_read_back_to_the_last_digit(found):
    kept = encode(released(found))
    assert encode(decode(kept)) == kept


def test_a_covariate_that_foretells_treatment_is_refused_by_name(study):
    started = study.frame[study.plan.cohort].notna()
    refused = unobserved_of(study.on(study.frame.assign(type=np.where(started, "a", "b"))))
    assert isinstance(refused, Refused)
    assert refused.inference == "unobserved_selection"
    assert "type: b: constant, following from each other, or foretelling" in refused.why


def test_a_category_of_few_firms_is_no_measure(study):
    firms = study.frame[study.schema.unit]
    few = firms.isin(firms.drop_duplicates().iloc[:9])
    asked = study.on(study.frame.assign(type=np.where(few, "z", "a")))
    assert not unobserved_of(asked).table["covariate"].str.startswith("type").any()
