"""Constant prices, one rate, one length of time: what is returned exactly, and what is refused because it would be wrong."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tables import apply, arrived, cells, table

from impact.data.intake.rules.money import Deflate, Exchange, Index, Recall, deflated
from impact.data.intake.series import published
from impact.data.intake.table import Kind, Money
from impact.errors import DuplicateKeyError, MissingValueError, RangeError, SchemaError

ROOT = Path(__file__).resolve().parents[3]
MAD = Money("MAD")
CPI = {"series": "morocco_cpi"}
CHAINED = (
    2e-3  # a step is rounded to 4 decimals of a percent, a level to 3 decimals; 15 of them add up
)


def panel(quarters, amounts, money=MAD, period="period:quarter"):
    before = table({"q": period, "revenue": "number"}, q=quarters, revenue=amounts)
    return before.with_column("revenue", before.frame["revenue"], Kind("number", money=money))


def constant(before, *, index=CPI, base=2012, **tables):
    rule = Deflate(
        rule="deflate", table="w", column="revenue", period="q", index=index, base=base, new="made"
    )
    return apply(rule, w=before, **tables)


@pytest.fixture(scope="module")
def facts(reference):
    with (reference / "facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_year(facts, fact):
    return {int(row["year"]): float(row["value"]) for row in facts if row["fact"] == fact}


def test_the_series_of_moroccos_prices_is_that_of_the_facts(facts):
    series = published("morocco_cpi").by_period
    assert series == by_year(facts, "Morocco CPI index (2012=100)")
    inflation = by_year(facts, "Morocco CPI inflation")
    for year in range(2006, 2020):
        step = series[year] / series[year - 1] - 1
        assert 100 * step == pytest.approx(inflation[year], abs=CHAINED), year


def test_the_economics_file_and_the_intake_have_one_series_of_prices():
    file = yaml.safe_load((ROOT / "data" / "economics.yml").read_text(encoding="utf-8"))
    assert file["price_index"]["series"] == "morocco_cpi"
    assert file["base_year"] == published("morocco_cpi").base


def test_amounts_of_2010_are_worth_more_at_prices_of_2012():
    done = constant(panel(["2010Q1", "2010Q4", "2012Q3", "2013Q1", None], [100, 0, 100, 100, None]))
    made = cells(done.table, "made")
    assert made == [100 * (100 / 97.842), 0.0, 100.0, 100 * (100 / 101.881), None]
    assert cells(done.table, "revenue") == [100, 0, 100, 100, None]
    assert done.table.kinds["made"] == Kind("number", money=Money("MAD", "2012"))
    assert done.touched == 4


amounts = st.lists(st.floats(0, 1e9), min_size=1, max_size=20)


@given(amounts, st.floats(1, 1e4), st.floats(1, 1e4))
def test_deflating_and_inflating_again_returns_every_amount(values, level, base):
    there = deflated(np.array(values), levels=np.full(len(values), level), base=base)
    back = deflated(there, levels=np.full(len(values), base), base=level)
    np.testing.assert_allclose(back, values, rtol=1e-14, atol=1e-300)


@given(amounts)
def test_amounts_of_the_base_stay_to_the_last_digit(values):
    for year in (2010, 2013):
        done = constant(panel([f"{year}Q2"] * len(values), values), base=year)
        assert cells(done.table, "made") == values


@given(amounts, st.sampled_from([2008, 2011, 2014]))
def test_a_deflated_sum_is_the_sum_of_deflated_amounts(values, year):
    periods = [f"{year}Q1"] * len(values)
    parts = cells(constant(panel(periods, values)).table, "made")
    whole = cells(constant(panel(periods[:1], [sum(values)])).table, "made")
    assert sum(parts) == pytest.approx(whole[0], rel=1e-12)


def index_of(periods, levels, frequency="quarter"):
    return table({"p": f"period:{frequency}", "cpi": "number"}, p=periods, cpi=levels)


FROM_TABLE = {"table": "prices", "period": "p", "value": "cpi"}
QUARTERS = index_of(["2012Q1", "2012Q2", "2012Q3", "2012Q4", "2013Q1"], [98, 99, 101, 102, 110])


def test_an_index_finer_than_the_data_is_averaged_and_one_of_its_own_periods_may_be_the_base():
    whole = constant(
        panel(["2012"], [100], period="period:year"), index=FROM_TABLE, prices=QUARTERS
    )
    assert cells(whole.table, "made") == [100.0]
    quarters = panel(["2012Q1", "2013Q1"], [98, 110])
    done = constant(quarters, index=FROM_TABLE, base="2012Q1", prices=QUARTERS)
    assert cells(done.table, "made") == [98.0, pytest.approx(98)]
    assert done.table.kinds["made"].money == Money("MAD", "2012Q1")


def test_days_take_the_level_of_their_month():
    months = index_of(["2012-01", "2012-02"], [100, 200], "month")
    days = panel(["2012-01-31", "2012-02-01"], [10, 10], period="date")
    done = constant(days, index=FROM_TABLE, base="2012-01", prices=months)
    assert cells(done.table, "made") == [10.0, 5.0]


def test_a_period_of_which_a_part_has_no_level_is_refused_with_its_rows():
    years = panel(["2012", "2013"], [1, 1], period="period:year")
    with pytest.raises(MissingValueError, match="q: prices has no prices for row 2 of wave"):
        constant(years, index=FROM_TABLE, prices=QUARTERS)
    with pytest.raises(MissingValueError, match="q: morocco_cpi has no prices for row 1 of wave"):
        constant(panel(["2004Q4", "2012Q1"], [1, 1]))
    assert cells(constant(panel(["2004Q4"], [None])).table, "made") == [None]


def test_an_amount_without_a_period_is_refused():
    with pytest.raises(MissingValueError, match="q: missing on row 1 of wave, which have amounts"):
        constant(panel([None], [5.0]))


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("2012Q1", "so it has no prices of one quarter"),
        (1999, "no level for it"),
        ("T1 2012", "base: no period"),
    ],
)
def test_a_base_is_a_period_of_the_index(base, words):
    with pytest.raises(SchemaError, match=words):
        constant(panel(["2012Q1"], [1]), base=base)


@pytest.mark.parametrize(
    ("prices", "error", "words"),
    [
        (index_of(["2012Q1", "2012Q1"], [1, 2]), DuplicateKeyError, "p: a period repeats on rows 1 and 2"),
        (index_of(["2012Q1", None], [1, 2]), MissingValueError, "missing on row 2"),
        (index_of(["2012Q1", "2012Q2"], [1, 0]), RangeError, "cpi: not above 0 on row 2"),
        (index_of(["1"], [1], "integer"), SchemaError, "an index has periods of years"),
    ],
)  # fmt: skip
def test_an_index_has_one_level_above_zero_a_period(prices, error, words):
    with pytest.raises(error, match=words):
        constant(panel(["2012Q1"], [1]), index=FROM_TABLE, prices=prices)


def test_an_index_is_a_series_or_a_table():
    for wrong in ({}, {"table": "prices"}, {**CPI, "table": "prices"}):
        with pytest.raises(ValidationError, match="an index is a series, or a table"):
            Index.model_validate(wrong)


def test_amounts_of_no_currency_and_deflated_ones_are_not_deflated():
    with pytest.raises(SchemaError, match="revenue: of no declared currency"):
        constant(panel(["2012Q1"], [1], money=None))
    with pytest.raises(SchemaError, match="at prices of 2010 already"):
        constant(panel(["2012Q1"], [1], money=Money("MAD", "2010")))


def exchanged(before, rate=8.628441, year=2012, **choices):
    rule = Exchange(
        rule="exchange", table="w", column="revenue", to="USD", rate=rate, year=year,
        source="Penn World Table 10.01", new="made", **choices,
    )  # fmt: skip
    return apply(rule, w=before)


def test_one_rate_of_the_year_of_the_prices(facts):
    rate = by_year(facts, "Exchange rate MAD per USD (annual average)")[2012]
    of_2012 = panel(["2010Q1", "2013Q1"], [rate, 2 * rate], money=Money("MAD", "2012"))
    done = exchanged(of_2012, rate)
    assert cells(done.table, "made") == [1.0, 2.0]
    assert done.table.kinds["made"].money == Money("USD", "2012")


def test_nominal_amounts_of_several_years_are_not_exchanged():
    nominal = panel(["2012Q1", "2013Q1", "2010Q1"], [1, 1, None])
    with pytest.raises(SchemaError, match="of no stated period; deflate them to 2012 before"):
        exchanged(nominal)
    with pytest.raises(RangeError, match="revenue: amounts outside 2012 on row 2 of wave"):
        exchanged(nominal, period="q")
    one_year = exchanged(panel(["2012Q1", "2012Q4"], [8.628441, 0]), period="q")
    assert cells(one_year.table, "made") == [1.0, 0.0]
    assert one_year.table.kinds["made"].money == Money("USD")


def test_prices_of_another_year_than_the_rate_are_refused():
    with pytest.raises(SchemaError, match="at prices of 2010, exchanged at the rate of 2012"):
        exchanged(panel(["2012Q1"], [1], money=Money("MAD", "2010")))
    with pytest.raises(SchemaError, match="is in USD already"):
        exchanged(panel(["2012Q1"], [1], money=Money("USD", "2012")))


def test_a_rate_is_a_number_above_zero():
    for rate in (0.0, -8.6, float("inf"), float("nan")):
        with pytest.raises(ValidationError, match="rate"):
            exchanged(panel(["2012Q1"], [1]), rate=rate)


def recalled(about=(2.0, 1.0, 1.0, 1.0), **choices):
    before = table(
        {"asked_about": "integer", "revenue": "number"},
        asked_about=list(about),
        revenue=[120.0, 0.0, None, 30.0],
    )
    rule = Recall(rule="recall", table="w", column="revenue", new="made", per="quarter", **choices)
    return apply(rule, w=before)


BY_CODE = {"asked": "asked_about", "codes": {1: 1, "2": 12}}


def test_amounts_asked_over_months_become_amounts_a_quarter():
    assert cells(recalled(months=12).table, "made") == [30.0, 0.0, None, 7.5]
    done = recalled(**BY_CODE)
    assert cells(done.table, "made") == [30.0, 0.0, None, 90.0]
    assert done.counts == {"asked_over_months:1": 2, "asked_over_months:12": 1}


def test_an_amount_of_an_unknown_length_of_time_is_missing_with_its_reason():
    done = recalled([2.0, None, None, 1.0], **BY_CODE)
    assert cells(done.table, "made") == [30.0, None, None, 90.0]
    assert list(done.table.reasons["made"]) == [None, "recall_unknown", None, None]
    assert done.counts["recall_unknown"] == 1
    with pytest.raises(RangeError, match="asked_about: none of the codes on row 1 of wave"):
        recalled([3.0, 1.0, 1.0, 1.0], **BY_CODE)


@pytest.mark.parametrize(
    "wrong", [{}, {"months": 3, **BY_CODE}, {"asked": "asked_about"}, {"codes": {1: 1}}]
)
def test_the_months_of_recall_are_stated_once(wrong):
    with pytest.raises(ValidationError, match="recall: state months, or a column asked"):
        recalled(**wrong)


WAVES = "id;when;local;export\nA01;Q42010;1 200,50;300\nA01;Q12013;2 000;-99\n"
SOURCES = {
    "wave": {
        "file": "wave.csv",
        "csv": {"delimiter": ";", "decimal": ",", "thousands": " "},
        "columns": {
            "id": {"type": "string"},
            "when": {"type": "string"},
            "local": {"type": "number", "currency": "MAD"},
            "export": {
                "type": "number",
                "currency": "MAD",
                "missing": [{"code": -99, "reason": "refused"}],
            },
        },
    },
    "prices": {
        "file": "prices.csv",
        "columns": {"year": {"type": "period", "frequency": "year"}, "cpi": {"type": "number"}},
    },
}
INDEX = {"table": "prices", "period": "year", "value": "cpi", "source": "a table of prices"}
RULES = [
    {"rule": "read_period", "table": "wave", "column": "when", "new": "quarter", "frequency": "quarter", "written": ["Q4 2010"]},
    {"rule": "sum", "table": "wave", "columns": ["local", "export"], "new": "revenue", "missing": "any"},
    {"rule": "deflate", "table": "wave", "column": "revenue", "period": "quarter", "index": INDEX, "base": 2012, "new": "real"},
    {"rule": "exchange", "table": "wave", "column": "real", "to": "USD", "rate": 8, "year": 2012, "source": "made up", "new": "usd"},
]  # fmt: skip
PRICES = "year,cpi\n2010,80\n2012,100\n2013,125\n"


def test_a_plan_goes_from_nominal_dirhams_to_constant_dollars_by_an_index_from_a_file(tmp_path):
    made = arrived(
        tmp_path, {"sources": SOURCES, "rules": RULES}, wave__csv=WAVES, prices__csv=PRICES
    )
    assert cells(made.table, "quarter") == ["2010Q4", "2013Q1"]
    assert cells(made.table, "revenue") == [1500.5, 2000.0]
    assert cells(made.table, "real") == [1500.5 * 1.25, 1600.0]
    assert cells(made.table, "usd") == [1500.5 * 1.25 / 8, 200.0]
    assert [line.rule for line in made.ledger[2:]] == [rule["rule"] for rule in RULES]
    assert made.ledger[3].counts == {"part_missing": 1}
    assert [line.source.get("fr") for line in made.ledger[3:]] == [
        None,
        "a table of prices",
        "made up",
    ]


def test_a_series_of_the_package_cites_itself():
    rule = Deflate.model_validate({**RULES[2], "index": {"series": "morocco_cpi"}})
    assert rule.cited == published("morocco_cpi").source
    with pytest.raises(ValueError, match="the series has its own"):
        Index.model_validate({"series": "morocco_cpi", "source": "elsewhere"})


def test_waves_of_two_currencies_are_not_put_below_each_other(tmp_path):
    dollars = {**SOURCES["wave"], "columns": {**SOURCES["wave"]["columns"]}}
    dollars["columns"]["local"] = {"type": "number", "currency": "USD"}
    plan = {
        "sources": {"a": SOURCES["wave"], "b": dollars},
        "rules": [{"rule": "append", "tables": ["a", "b"], "into": "both"}],
    }
    with pytest.raises(
        SchemaError, match=r"local: of type number \(USD\) in b, of another above it"
    ):
        arrived(tmp_path, plan, wave__csv=WAVES)


def test_only_numbers_have_a_currency(tmp_path):
    wrong = {**SOURCES["wave"], "columns": {"id": {"type": "string", "currency": "MAD"}}}
    with pytest.raises(SchemaError, match="only a column of type number or integer has a currency"):
        arrived(tmp_path, {"sources": {"wave": wrong}}, wave__csv=WAVES)
