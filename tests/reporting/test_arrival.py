"""The annex says of an intake where rates and prices were read, and what its rules counted, in both languages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from impact.evaluation.sample_tables import MEETINGS
from impact.reporting.exhibits import Text
from impact.reporting.formats import Formats
from impact.reporting.sections.arrival import ROWS, arrived, arrived_in_full
from impact.reporting.words.catalogue import Words

CPI = {"source_en": "World Bank (FP.CPI)", "source_fr": "Banque mondiale"}
NONE = {"source_en": "", "source_fr": ""}


def voiced(language):
    study = SimpleNamespace(plan=SimpleNamespace(language=language))
    return SimpleNamespace(t=Words(language), f=Formats(language), study=study)


def line(number, rule, source):
    told = {"number": number, "rule": rule, "table": "panel", "why_en": "", "why_fr": ""}
    return {**told, "before": 9, "touched": 8, "after": 9, **source}


ARRIVAL = pd.DataFrame(
    [line(0, "read", NONE), line(3, "deflate", CPI), line(5, "deflate", CPI), line(6, "sum", NONE)]
)
COUNTED = pd.DataFrame(
    [{"number": 2, "rule": "correct", "table": "panel", "code": "correction:1", "rows": 4}]
)


@pytest.mark.parametrize(
    ("language", "source", "counted"),
    [
        ("en", "Source of rules 3, 5: World Bank (FP.CPI)", "Rows that correction 1 changed"),
        ("fr", "Source des règles 3, 5\u00a0: Banque mondiale", "Lignes que la correction 1 a changées"),
    ],
)  # fmt: skip
def test_the_ledger_names_each_source_once_and_what_rules_counted(language, source, counted):
    ledger, counts = arrived_in_full(voiced(language), ARRIVAL, COUNTED)
    assert ledger.notes == (source,)
    assert list(counts.frame["what"]) == [counted]


def test_an_intake_that_cites_and_counts_nothing_has_its_ledger_alone():
    (ledger,) = arrived_in_full(voiced("en"), ARRIVAL.tail(1), COUNTED.head(0))
    assert ledger.notes == ()


def test_a_ledger_without_counts_names_its_rules_once_and_says_that_their_rows_are_withheld():
    """A release tells no count of rows: no column of dashes, no table that the annex has as well, no merges of nothing."""
    merge = {**line(7, "merge", NONE), **dict.fromkeys(MEETINGS, 3.0)}
    told = pd.DataFrame([*ARRIVAL.to_dict("records"), merge])
    withheld = told.assign(**dict.fromkeys([*ROWS, *MEETINGS], np.nan))
    assert [one.label for one in arrived_in_full(voiced("en"), told, COUNTED)] == [
        "tab-rules",
        "tab-counted",
        "tab-merges",
    ]
    ledger, _ = arrived_in_full(voiced("en"), withheld, COUNTED)
    assert list(ledger.headings) == ["step", "table", "what"]
    assert "Numbers of rows are withheld" in ledger.notes[-1]
    (short,) = arrived(voiced("en"), withheld)
    assert short == Text("All 7 rules stand in part 11.")
