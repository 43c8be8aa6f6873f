"""Small amounts of money keep their decimals, and an amount is a year's, or an hour's, only where its unit says so."""

import pytest
from evaluation.facts import firms, study_of

from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("money"), firms())


def told(study, *, size=1.0, unit="MAD", language="en"):
    """The voice of the study with outcomes ``size`` times as large, in another unit."""
    frame = study.data
    other = study.changed(language=language).on(frame.assign(y=frame.y * size))
    columns = dict(study.schema.columns)
    columns["y"] = columns["y"].model_copy(update={"unit": unit})
    other.__dict__["schema"] = study.schema.model_copy(update={"columns": columns})
    return Voice(other)


def test_a_wage_is_not_rounded_to_whole_units(study):
    wage = told(study, size=0.05)  # about 5 an hour
    assert wage.amount("y", -0.226) == "−0.226\u00a0MAD"
    assert wage.span("y", -0.505, 0.1) == "−0.505 to 0.100\u00a0MAD"
    assert wage.rounded("y", -0.2, -0.226, digits=1) == "−0.2\u00a0MAD"
    assert wage.plain("y")(5.254) == "5.25"


def test_a_turnover_stays_in_whole_units(study):
    turnover = told(study, size=500)
    assert turnover.amount("y", 2015.4) == "2,015\u00a0MAD"
    assert turnover.rounded("y", 2000, 2015.4, digits=1) == "2,000\u00a0MAD"


UNITS = [  # of integer periods: unit, language, a period, what effects are averages over
    ("MAD per period", "en", "a period", "per period and firm"),
    ("MAD par période, prix de 2012", "fr", "par période", "par période et par entreprise"),
    ("MAD per hour", "en", "per hour", "on average over periods and firms"),
    ("MAD par heure", "fr", "par heure", "en moyenne sur les périodes et les entreprises"),
    ("MAD", "en", "", "on average over periods and firms"),
    ("MAD of 2012", "en", "", "on average over periods and firms"),
]


@pytest.mark.parametrize(("unit", "language", "a_period", "each"), UNITS)
def test_money_is_for_as_long_as_its_unit_says(study, unit, language, a_period, each):
    voice = told(study, unit=unit, language=language)
    assert (voice.a_period, voice.each) == (a_period, each)
