"""Whatever stands in a key of a rule of values, periods, money or errors: a table or an error of ours, never a raw one."""

import contextlib
import math
import random
from pathlib import Path
from typing import get_args

import pytest
from tables import table

from impact.data.intake.plan import intake_plan
from impact.data.intake.rules.every import OfErrors, OfMoney, OfTime, OfValues
from impact.data.intake.table import Kind, Money
from impact.errors import ImpactError

TRIALS = 100  # of each rule, on each of three tables
WHY = {"en": "x", "fr": "x"}
HOSTILE = [
    None, True, 0, -1, 1, 2, 13, 10**400, 0.5, -0.0, 1e308, 1e-308, math.nan, math.inf, -math.inf,
    "", " ", "q", "n", "text", "2012", "2012Q1", "T4 2010", "first", "month", "=1+1", "\x00", "x" * 300,
    [], ["n"], ["n", "n"], ["n", "m"], {}, {1: 1}, {"1": 2, 1: 3}, {math.nan: 1}, {1: None}, {math.inf: "2012Q1"},
]  # fmt: skip
COLUMNS = {
    "id": "string", "n": "number", "m": "number", "code": "integer", "on": "boolean", "q": "period:quarter",
    "y": "period:year", "wave": "period:integer", "d": "date", "text": "string", "kind": "category", "gone": "number",
}  # fmt: skip
VALID = [
    {"rule": "recode", "column": "code", "codes": {1: "a", 2: "b"}, "type": "category", "others": "missing"},
    {"rule": "arms", "column": "code", "starts": {1: "2012Q1"}, "never": [0, 2], "frequency": "quarter"},
    {"rule": "sum", "columns": ["m", "gone"], "missing": "any"},
    {"rule": "subtract", "column": "m", "minus": "code"},
    {"rule": "share", "column": "n", "over": "m", "outside": "keep"},
    {"rule": "log", "column": "n", "function": "asinh"},
    {"rule": "constant", "value": 3, "type": "period", "frequency": "integer"},
    {"rule": "join_texts", "columns": ["id", "code"], "separator": "/"},
    {"rule": "period_of", "column": "d", "frequency": "quarter"},
    {"rule": "read_period", "column": "text", "frequency": "year", "written": ["Q4 2010", "2010/11"], "fiscal_year_named": "last"},
    {"rule": "fiscal_year", "column": "q", "begins": 7, "named": "last"},
    {"rule": "first_period", "column": "on", "unit": "id", "time": "q", "marks": "start"},
    {"rule": "muslim_calendar", "column": "q", "what": "ramadan", "days_later": 1},
    {"rule": "deflate", "column": "n", "period": "q", "index": {"series": "morocco_cpi"}, "base": 2012},
    {"rule": "deflate", "column": "n", "period": "q", "index": {"table": "w", "period": "y", "value": "m"}, "base": 2012},
    {"rule": "exchange", "column": "n", "to": "USD", "rate": 8.6, "year": 2012, "source": "x", "period": "y"},
    {"rule": "recall", "column": "n", "per": "quarter", "asked": "code", "codes": {0: 1, 1: 1, 2: 12}},
    {"rule": "correct", "column": "n", "corrections": [{"where": [{"column": "id", "is": "a"}], "value": 5, "why": WHY}]},
    {"rule": "winsorise", "column": "n", "lower": 0.1, "upper": 0.9, "within": ["q"]},
    {"rule": "round", "column": "n", "decimals": 1},
]  # fmt: skip


def frames():
    """Three tables: one in order, one in which nothing is known, one without rows."""
    cells = {
        "id": ["a", "a", "b"], "n": [10.0, 0.0, 3.5], "m": [1.0, 2.0, 4.0], "code": [0.0, 1.0, 2.0],
        "on": [0.0, 1.0, 0.0], "q": ["2012Q1", "2012Q2", "2012Q1"], "y": ["2012", "2013", "2014"],
        "wave": ["1", "2", "1"], "d": ["2012-01-31", "2012-04-01", "1066-10-14"],
        "text": ["Q42010", "2010/11", "Q1 2011"], "kind": ["a", "b", "a"], "gone": [None] * 3,
    }  # fmt: skip
    empty = {name: [None] * 3 for name in cells}
    none = {name: [] for name in cells}
    for held in (cells, empty, none):
        made = table(COLUMNS, **held)
        yield made.with_column("n", made.frame["n"], Kind("number", money=Money("MAD")))


def changed(rule, generator):
    """A rule with one key of it, or of what stands within it, made hostile, left out, or another column."""
    rule = {**rule}
    key = generator.choice([key for key in rule if key != "rule"])
    value = generator.choice([*HOSTILE, *COLUMNS])
    inner = rule[key]
    if isinstance(inner, dict) and inner and generator.random() < 0.5:
        rule[key] = {**inner, generator.choice([*inner, *map(str, inner)]): value}
    elif generator.random() < 0.1:
        del rule[key]
    else:
        rule[key] = value
    return rule


def answered(rule, made):
    """What a plan of the rule makes of a table; None for an error of ours, which is an answer too."""
    source = {"file": "x.csv", "columns": {"x": {"type": "string"}}}
    plan = {
        "version": 1,
        "sources": {"w": source},
        "rules": [{"table": "w", "new": "made", **rule}],
    }
    with contextlib.suppress(ImpactError):
        checked = intake_plan(plan, name="intake.yml").rules[0]
        return checked.apply(dict.fromkeys(checked.reads, made), folder=Path()).table
    return None


def test_there_is_an_example_of_every_rule_and_each_makes_a_column():
    rules = {of for family in (OfValues, OfTime, OfMoney, OfErrors) for of in get_args(family)}
    names = {get_args(rule.model_fields["rule"].annotation)[0] for rule in rules}
    assert {rule["rule"] for rule in VALID} == names
    whole = next(frames())
    for rule in VALID:
        before = whole.taken(whole.origin == 1) if rule["rule"] == "exchange" else whole
        assert answered(rule, before) is not None, rule


@pytest.mark.parametrize("rule", VALID, ids=lambda rule: rule["rule"])
def test_hostile_keys_are_answered_by_a_table_or_an_error_of_ours(rule):
    generator = random.Random(rule["rule"])  # noqa: S311 - plans, not secrets
    before = list(frames())
    for _ in range(TRIALS):
        hostile = changed(rule, generator)
        if generator.random() < 0.3:
            hostile = changed(hostile, generator) if len(hostile) > 1 else hostile
        for made in before:
            done = answered(hostile, made)
            if done is not None:
                assert len(done) == len(made)
                assert done.only(list(made.kinds)).frame.equals(made.frame)
                assert len(done.kinds) == len(made.kinds) + 1
