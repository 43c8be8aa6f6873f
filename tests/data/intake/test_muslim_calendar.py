"""Ramadan and the Eids beside the periods: as the Umm al-Qura calendar has them, a day at most from what Morocco published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import apply, cells, table

from impact.data.intake.rules.muslim_calendar import (
    DHU_AL_HIJJAH,
    RAMADAN,
    SHAWWAL,
    MuslimCalendar,
    muslim_days,
)
from impact.errors import RangeError, SchemaError

# Days that Morocco's ministry of Habous announced, as its press has them
MOROCCO = [
    (
        "2009-09-21",
        SHAWWAL,
        1,
    ),  # mizania.forumdediscussions.com/t1283, the ministry explains the later day
    ("2010-11-17", DHU_AL_HIJJAH, 10),  # bladi.net/aid-al-adha-2010-france-belgique.html
    ("2013-07-10", RAMADAN, 1),  # mapexpress.ma, communiqué of 8 July 2013
    ("2014-10-05", DHU_AL_HIJJAH, 10),  # maghress.com/fr/yabiladi/29730
    ("2015-07-18", SHAWWAL, 1),  # riadzany.blogspot.com, 16 July 2015
    ("2016-07-06", SHAWWAL, 1),  # fr.le360.ma, 5 July 2016
    ("2017-05-27", RAMADAN, 1),  # le360, 26 May 2017
    ("2023-03-23", RAMADAN, 1),  # MAP, 22 March 2023
    ("2024-03-12", RAMADAN, 1),  # allafrica.com/stories/202403110044.html
]


@pytest.mark.parametrize(("published", "month", "day"), MOROCCO)
def test_published_days_are_those_of_the_calendar_or_the_next_ones(published, month, day):
    tabled = muslim_days(month, day)
    later = (np.datetime64(published) - tabled).astype(int)
    assert np.isin(later, (0, 1)).sum() == 1


def beside(periods, what="ramadan", frequency="quarter", **choices):
    rule = MuslimCalendar(
        rule="muslim_calendar", table="w", column="q", new="made", what=what, **choices
    )
    return cells(apply(rule, w=table({"q": f"period:{frequency}"}, q=periods)).table, "made")


def test_ramadan_of_2012_is_thirty_days_of_the_third_quarter():
    assert beside(["2012Q2", "2012Q3", None, "2012Q3"]) == [0.0, 30 / 92, None, 30 / 92]
    assert beside(["2012-07", "2012-08"], frequency="month") == [12 / 31, 18 / 31]
    later = beside(["2012-07", "2012-08"], frequency="month", days_later=1)
    assert later == [11 / 31, 19 / 31]


def test_an_eid_lies_in_one_month():
    months = [f"2012-{month:02d}" for month in range(1, 13)]
    assert np.flatnonzero(beside(months, "eid_al_fitr", "month")) == [7]
    assert np.flatnonzero(beside(months, "eid_al_adha", "month")) == [9]


def test_an_eid_that_falls_twice_into_a_year_is_still_one():
    assert beside(["2000"], "eid_al_fitr", "year") == [1.0]  # January and December
    assert (muslim_days(SHAWWAL, 1).astype("datetime64[Y]") == np.datetime64("2000")).sum() == 2


@given(st.integers(1925, 2076))
def test_every_year_has_a_month_of_ramadan_or_more(year):
    quarters = beside([f"{year}Q{q}" for q in range(1, 5)])
    days = [90 + (year % 4 == 0), 91, 92, 92]
    total = sum(share * length for share, length in zip(quarters, days, strict=True))
    assert total == pytest.approx(beside([str(year)], frequency="year")[0] * sum(days))
    assert 28 <= total <= 60


def test_periods_that_are_not_tabled_and_days_are_refused():
    with pytest.raises(RangeError, match="q: before 1925 or after 2076 on row 2 of wave"):
        beside(["2012Q1", "1924Q4"])
    rule = MuslimCalendar(rule="muslim_calendar", table="w", column="d", new="x", what="ramadan")
    with pytest.raises(SchemaError, match="period_of first"):
        apply(rule, w=table({"d": "date"}, d=["2012-01-01"]))
    with pytest.raises(SchemaError, match="this needs a date, or a period of years"):
        apply(rule, w=table({"d": "period:integer"}, d=["3"]))
