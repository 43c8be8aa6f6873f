"""Wrong files of costs, indicators and events: each refused in a sentence with file, key, rule and remedy, and without its value."""

import re
from pathlib import Path

import pytest

from impact.errors import PlanError
from impact.evaluation.economics_file import read_economics
from impact.evaluation.indicators import read_indicators
from impact.evaluation.programme import read_programme

DATA = Path(__file__).resolve().parents[2] / "data"

ECONOMICS = [
    ("amount: 2442857", "amount: -2442857", "costs: .*below zero"),
    ("amount: 2442857", "amount: 1.0e+300", "costs.0.amount: must be at most"),
    ("amount: 2442857", "amount: two million", "costs.0.amount: must be a number, without quotes"),
    ("amount: 2442857", "amount: .inf", "costs.0.amount: must be a"),
    ("  - year: 2012\n", "  - yaer: 2012\n", "costs.0: yaer: unknown key; did you mean year"),
    ("  - year: 2012\n", "  - year: 99999\n", "costs.0.year: must be at most 2200; change it"),
    ("follows: mean", "folows: mean", "effect: folows: unknown key; did you mean follows"),
    ("follows: mean", "follows: median", "effect.follows: must be 'mean' or 'path'; change it"),
    ("outcome_prices: 2012", "outcome_prices: 1990", "1990 of the outcome's prices is missing"),
    ("base_year: 2012", "base_year: 2012.5", "base_year: must be a whole number"),
    ("others: [10, 15]", "others: [0, -5]", r"horizon.others.0: must be at least 2; change it"),
    ("others: [10, 15]", "others: [2, 15]", None),
    ("years: 20", "years: 1", "horizon.years: must be at least 2; change it"),
    ("rate: 0.10", "rate: 0", "hurdle.rate: must be above 0; change it"),
    ("value: 50\n", "value: fifty\n", "classes.0.number.value: must be a number"),
    ("value: 50\n", "value: 1.0e+300\n", "classes.0.number.value: must be at most"),
    ("low: 45\n      high: 60", "low: 60\n      high: 45", "fairs.number: .*low to high"),
    ("code: marrakech", "code: fairs", "a class stands twice; name each once"),
    ("code: marrakech", 'code: "Ma & k"', "classes.1.code: must be lower-case letters"),
    ("currency: USD", "currency: usd", "costs.0.currency: must be a currency's three capital"),
    ("currency: USD", "currency: ZWD", "a cost in ZWD, which has no exchange rate"),
    ('year: 2013\n  source: {en: "carana', 'year: 2001\n  source: {en: "carana', "first_benefits"),
    ("value: 0.80\n    low: 0.30", "value: 1.80\n    low: 0.30", "persistence: .*between 0 and 1"),
]  # fmt: skip
INDICATORS = [
    ("began: 2008-09-15", "began: yesterday", "began: must be a day, as 2013-01-31; change it"),
    ("y5q2: {value: 10", "y6q7: {value: 10", "quarters.y6q7: must be a quarter, y1q1 to y5q4"),
    ("y5q2: {value: 10", "y5q2: {value: ten", "y5q2.value: must be a number"),
    ("value: 84019666", "value: 1.0e+300", "to_date.value: must be at most"),
    ("level: process", "level: proces", "level: must be 'process', 'output'"),
]
PROGRAMME = [
    ("exhibitors: 9", "exibitors: 9", "events.0: exibitors: unknown key; did you mean exhibitors"),
    ("exhibitors: 9", "exhibitors: -9", "events.0.exhibitors: must be at least 0; change it"),
    ("exhibitors: 9", "exhibitors: many", "exhibitors: must be a whole number"),
    ("amount: 5700000", "amount: 1.0e+300", "cost.amount: must be at most"),
    ("planned: 2012-08", "planned: 2012-8-31", "planned: must be a month, as 2013-01"),
    ("ended: 2013-09", "ended: 2011-09", "ended: before the programme began; change it"),
]
WRONG = [
    *(("economics", *case) for case in ECONOMICS),
    *(("indicators", *case) for case in INDICATORS),
    *(("programme", *case) for case in PROGRAMME),
]


def read(kind, path):
    if kind == "economics":
        return read_economics(path, currency="MAD", language="en")
    return {"indicators": read_indicators, "programme": read_programme}[kind](path)


@pytest.mark.parametrize(("kind", "right", "wrong", "said"), WRONG)
def test_a_wrong_file_is_refused_with_file_key_rule_and_remedy(tmp_path, kind, right, wrong, said):
    text = (DATA / f"{kind}.yml").read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / f"my-{kind}.yml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    if said is None:
        read(kind, path)
        return
    with pytest.raises(PlanError, match=said) as refused:
        read(kind, path)
    message = str(refused.value)
    assert message.startswith(f"{kind}: my-{kind}.yml: ")
    assert re.search("[;,(?]", message)  # a remedy after the rule
    assert not re.search(r"should be|should match|required|2442857|1e\+?300|yesterday", message)


@pytest.mark.parametrize("kind", ["economics", "indicators", "programme"])
@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n"])
def test_a_file_without_keys_is_told_so(tmp_path, kind, text):
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=f"mine.yml holds no keys with values; .*data/{kind}.yml"):
        read(kind, path)
