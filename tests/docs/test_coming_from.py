"""Every call that stands beside a command of Stata or R runs, on the panel that the page makes."""

import ast
import re
from pathlib import Path

import matplotlib as mpl
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "coming-from-stata-or-r.md").read_text(encoding="utf-8")
SET_UP = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
CELLS = re.compile(r"(?<!\\)\|")
TOLD = [
    "reghdfe",
    "xtreg",
    "csdid",
    "did_imputation",
    "eventstudyinteract",
    "sdid",
    "drdid",
    "ivreghdfe",
    "teffects",
    "psmatch2",
    "ebalance",
    "iebaltab",
    "ritest",
    "boottest",
    "leebounds",
    "honestdid",
    "bacondecomp",
    "xtabond",
    "fixest",
    "DRDID",
    "didimputation",
    "etwfe",
    "synthdid",
    "fect",
    "MatchIt",
    "HonestDiD",
    "lfe",
    "plm",
    "sandwich",
    "ri2",
    "did2s",
    "staggered",
    "DIDmultiplegtDYN",
    "estimatr",
    "fwildclusterboot",
    "clubSandwich",
]


def rows():
    """Stata, R, ours and the difference of each line of the tables."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in CELLS.split(line)[1:-1]] for line in lines]
    return [row for row in cells if row[0] != "Stata"]


CALLS = [row[2].strip("`") for row in rows() if row[2]]


@pytest.fixture(scope="module")
def names():
    mpl.use("Agg")
    space = {}
    exec(SET_UP, space)  # noqa: S102 (the page's own block)
    return space


def test_every_row_has_a_command_a_call_or_where_to_find_one_and_no_more():
    for row in rows():
        assert len(row) == 4, row
        assert row[0] or row[1], row
        assert re.fullmatch(r"`[^`]+`", row[2]) or (row[2] == "" and row[3]), row
    assert len(CALLS) > 65


def test_the_commands_that_people_know_are_named():
    assert [name for name in TOLD if name not in PAGE] == []


def test_every_call_runs_in_the_order_of_the_page(names, monkeypatch):
    monkeypatch.chdir(ROOT)
    for call in CALLS:
        step = ast.parse(call).body
        assert len(step) == 1, call
        try:
            exec(call, names)  # noqa: S102 (a call of the page)
        except Exception as problem:
            raise AssertionError(f"{call}: {problem}") from problem
