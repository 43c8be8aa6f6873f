"""The workbook of the appraisal: recalculated by LibreOffice, it gives what Python gives, whatever cell is changed."""

import math
import re
import zipfile
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from reporting.appraised_subjects import FOUND, raw, subject
from reporting.recalculated import (
    WRONG,
    cells_of,
    edited,
    formulas_of,
    italic,
    names_of,
    place,
    recalculated,
    stale,
)

from impact.economics.assumption import LIMITS
from impact.reporting.economics_workbook import render_economics

RELATIVE = 1e-9  # LibreOffice stores fifteen digits
NOTHING = 1e-11  # what a sum that cancels out may leave, in any unit
SAME_IN_BOTH = {"Millennium Challenge Corporation", "Only an example.", "A panel"}
FAST, ALL = 2, 20  # random changes of the default suite, and of the whole


def written(told, folder, name="book", **options):
    path = folder / f"{name}.xlsx"
    render_economics(subject(told, **options), path)
    return path


def same(one, other):
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=NOTHING)


def differing(recalculated_path, expected_path):
    """Formula cells that LibreOffice and Python fill differently."""
    found, expected = cells_of(recalculated_path), cells_of(expected_path)
    places = formulas_of(expected_path)
    assert len(places) > 2_000
    return [
        (place, found.get(place, ""), expected.get(place, ""))
        for place in places
        if not same(found.get(place, ""), expected.get(place, ""))
    ]


def cost(year, amount, *, payer="State", currency="MAD", taxpayers=False):
    """One cost as the file has it."""
    return {
        "year": year,
        "payer": {"en": payer, "fr": payer},
        "amount": amount,
        "currency": currency,
        "taxpayers": taxpayers,
        "source": "books",
    }


PROGRAMMES = {
    "the case": {"language": "en"},
    "the case in French": {"language": "fr"},
    "an effect that follows a path and grows, with costs of taxpayers": {
        "language": "fr",
        "path": [-40_000.0, 60_000.0, 10_000.0, -30_000.0],
        "told": raw(
            effect={"follows": "path", "gain_grows": True},
            excess_burden={"value": 1.3, "low": 1.0, "high": 1.5},
            stops_after={"value": 7.4},
            costs=[
                *deepcopy(raw()["costs"]),
                cost(2012, 900_000.0, payer="Ministry", taxpayers=True),
                cost(2014, 250_000.0, payer="Ministry", currency="USD", taxpayers=True),
                cost(2015, 100_000.0, payer="City", taxpayers=True),
            ],
            outcome_prices=2014,
        ),
    },
    "nothing gained": {"found": {"effect": -20_000.0, "low": -90_000.0, "high": 50_000.0, "without": 1e5}},
    "costs again in the end": {
        "told": raw(
            costs=[cost(2012, 1e7), cost(2015, 3e7)],
            stops_after={"value": 2.0},
            horizon={"years": 12, "others": [6, 30]},
        ),
        "found": FOUND | {"effect": 9e5, "low": 8e5, "high": 1e6},
    },
    "costs in between": {
        "told": raw(costs=[cost(2012, 1e7), cost(2014, 4e7)], displacement={"value": 0.0}),
        "found": FOUND | {"effect": 9e5, "low": 8e5, "high": 1e6},
    },
    "no bounded interval, nothing without": {"bounded": False, "found": FOUND | {"without": 0.0}},
    "nobody came": {
        "told": raw(classes=[deepcopy(raw()["classes"][0]) | {"take_up": {"label": {"en": "t", "fr": "t"}, "value": 0.0, "source": "s"}}])
    },
    "gains from the first year": {"told": raw(first_benefits={"year": 2012}), "found": FOUND | {"effect": 3e6, "low": 1e6, "high": 5e6}},
}  # fmt: skip
IN_EVERY_SUITE = list(PROGRAMMES)[2:4]


def some_and_all():
    """Programmes of the default suite, and the others for the longer one."""
    for name in PROGRAMMES:
        slow = () if name in IN_EVERY_SUITE else pytest.mark.longer
        yield pytest.param(name, marks=slow)


@cache
def appraised(name):
    """One of the programmes, appraised once for all tests."""
    return subject(**PROGRAMMES[name])


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """Workbooks of the programmes, each written when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("workbooks"), {}

    def of(name):
        if name not in made:
            made[name] = folder / f"{len(made)}.xlsx"
            render_economics(appraised(name), made[name])
        return made[name]

    return of


def programmes_hold(names, workbook, folder):
    """Write programmes with wrong stored results, recalculate all in one start, and hold them to Python."""
    right = {name: workbook(name) for name in names}
    wrong = [
        stale(path, folder / f"wrong{place}.xlsx") for place, path in enumerate(right.values())
    ]
    stored = cells_of(wrong[0])
    assert {stored[place] for place in formulas_of(wrong[0])} == {WRONG}
    made = recalculated(wrong, folder)
    return {name: differing(new, right[name]) for name, new in zip(names, made, strict=True)}


@pytest.mark.longer
def test_recalculation_replaces_every_wrong_result_by_that_of_python(workbook, tmp_path):
    found = programmes_hold(IN_EVERY_SUITE, workbook, tmp_path)
    assert found == {name: [] for name in IN_EVERY_SUITE}


@pytest.mark.longer
def test_every_kind_of_programme_recalculates_to_what_python_gives(workbook, tmp_path):
    found = programmes_hold(list(PROGRAMMES), workbook, tmp_path)
    assert found == {name: [] for name in PROGRAMMES}


@pytest.mark.longer
def test_the_programmes_have_every_reason_why_a_figure_is_none():
    found = set()
    for name in PROGRAMMES:
        worth = appraised(name).worth
        figures = (
            worth.rate_of_return,
            worth.benefit_cost_ratio,
            worth.needed,
            worth.needed_percent,
        )
        found |= {figure.why for figure in figures}
    assert {
        "no_gain",
        "no_cost",
        "several_returns",
        "no_beneficiaries",
        "nothing_without",
        None,
    } <= found


def assumption_cells(told):
    """Each assumption that a change may move: its name, the place in the file, its limits."""
    for name, number in told["assumptions"].items():
        yield name, number, LIMITS[name]
    for one in told["classes"]:
        for part in ("number", "take_up", "share"):
            yield f"{one['code']}_{part}", one[part], LIMITS[part]


def changed(generator):
    """Numbers changed at random: the file, what was found, and by cell name what to type for it."""
    told, found, typed = raw(), dict(FOUND), {}
    named = {name: (number, limits) for name, number, limits in assumption_cells(told)}
    for name in generator.choice(sorted(named), 4, replace=False):
        number, limits = named[name]
        low, high = number.get("low", max(limits[0], 0.0)), number.get("high", min(limits[1], 25.0))
        number["value"] = typed[name] = float(generator.uniform(low, high))
    for name, key, high in (
        ("effect_found", "effect", 600_000),
        ("effect_found_low", "low", FOUND["high"]),
        ("without_found", "without", 600_000),
    ):
        if generator.random() < 0.5:
            found[key] = typed[name] = float(generator.uniform(-50_000, high))
    for number, cost in enumerate(told["costs"]):
        if generator.random() < 0.5:
            cost["amount"] = float(generator.uniform(0, 4e6))
            cost["taxpayers"] = bool(generator.random() < 0.5)
            typed[f"cost_amount[{number}]"] = cost["amount"]
            typed[f"cost_taxed[{number}]"] = float(cost["taxpayers"])
    rate = told["exchange_rates"]["USD"]["rate"] = float(generator.uniform(5, 12))
    level = told["price_index"]["by_year"][2013] = float(generator.uniform(90, 120))
    year = told["first_benefits"]["year"] = int(generator.integers(2012, 2016))
    horizon = told["horizon"]["years"] = int(generator.integers(16, 40))
    hurdle = told["hurdle"]["rate"] = float(generator.uniform(0.03, 0.2))
    grows = told["effect"]["gain_grows"] = bool(generator.random() < 0.5)
    typed |= {
        "currency_rate[1]": rate, "price_level[3]": level, "first_benefits": float(year), "horizon": float(horizon),
        "hurdle": hurdle, "gain_grows": float(grows),
    }  # fmt: skip
    return told, found, typed


def changes_follow(count, folder, *, language):
    """Type changes into copies of one workbook, recalculate all in one start, and hold each to Python with the same numbers."""
    generator = np.random.default_rng(2012)
    source = written(raw(), folder, "source", language=language)
    names, copies, expected = names_of(source), [], []
    for number in range(count):
        told, found, typed = changed(generator)
        copies.append(
            edited(
                source, folder / f"typed{number}.xlsx", {names[key]: v for key, v in typed.items()}
            )
        )
        expected.append(written(told, folder, f"expected{number}", language=language, found=found))
        assert differing(copies[-1], expected[-1]), (
            "the results stored in the file are the old ones"
        )
    made = recalculated(copies, folder)
    return [differing(new, wanted) for new, wanted in zip(made, expected, strict=True)]


@pytest.mark.longer  # by default the recalculation above is what LibreOffice is asked
def test_random_changes_of_cells_change_every_figure_as_in_python(tmp_path):
    assert changes_follow(FAST, tmp_path, language="en") == [[]] * FAST


@pytest.mark.longer
@pytest.mark.parametrize("language", ["en", "fr"])
def test_twenty_random_changes_of_cells_change_every_figure_as_in_python(tmp_path, language):
    assert changes_follow(ALL, tmp_path, language=language) == [[]] * ALL


@pytest.mark.longer
def test_the_same_appraisal_gives_the_same_workbook(workbook, tmp_path):
    render_economics(appraised("the case"), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == workbook("the case").read_bytes()


@pytest.mark.parametrize("name", list(some_and_all()))
def test_no_cell_holds_an_error_and_nothing_links_outside(workbook, name):
    path = workbook(name)
    for value in cells_of(path).values():
        assert not (isinstance(value, str) and re.match(r"#[A-Z]|Err:", value)), value
        assert isinstance(value, str) or math.isfinite(value)
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            content = package.read(part)
            assert b'TargetMode="External"' not in content
            assert not re.search(rb"externalLink|vbaProject|\[\d+\]!", content), part


def test_there_are_eight_tabs_and_a_name_for_every_number_of_the_file(workbook):
    path = workbook("the case")
    assert len(CalamineWorkbook.from_path(path).sheet_names) == 8
    names = names_of(path)
    for name, number, _ in assumption_cells(raw()):
        sheet, cell = names[name]
        assert cells_of(path)[(sheet, *place(cell))] == number["value"]
        assert {f"{name}_low", f"{name}_high"} <= set(names)


def test_every_sentence_of_the_french_workbook_is_french(workbook):
    """Texts that stand in both workbooks at the same place are names, codes and units, not sentences."""
    english, french = cells_of(workbook("the case")), cells_of(workbook("the case in French"))
    both = {
        value
        for at, value in english.items()
        if isinstance(value, str) and french.get(at) == value and " " in value
    }
    assert both <= SAME_IN_BOTH


def test_each_number_stands_beside_its_source_or_in_italics_beside_its_reason(workbook):
    path = workbook("the case")
    names, cells = names_of(path), cells_of(path)
    for name, number, _ in assumption_cells(raw()):
        sheet, cell = names[name]
        told = cells[(sheet, place(cell)[0], 5)]
        if "source" in number:
            assert number["source"]["en"] in told
        else:
            assert told == f"Assumption: {number['reason']['en']}"
            assert italic(path, sheet, f"F{place(cell)[0] + 1}")
        assert not italic(path, sheet, cell)


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"persistence": 1.2}, "Each assumption lies within its limits and its range"),
        ({"displacement": 0.35}, "Each assumption lies within its limits and its range"),
        ({"cost_year[0]": 2030.0}, "Each year of a cost has a price index"),
        ({"price_level[2]": 0.0}, "Each year of the price index has a level above zero"),
        ({"price_level[3]": 0.0}, "Each year of a cost has a price index"),
        ({"effect_found_low": 9e6}, "The low end of the effect lies below its high end"),
        ({"cost_amount[0]": -5.0}, "No cost is below zero"),
        ({"first_benefits": 2031.0, "horizon": 12.0}, "Benefits begin between the first cost and the last year counted"),
        ({"horizon": 41.0}, "All numbers of years are whole, from 2 to 40"),
    ],
)  # fmt: skip
@pytest.mark.longer
def test_what_python_refuses_is_no_figure_of_the_summary(workbook, tmp_path, typed, rule):
    source = workbook("the case")
    names = names_of(source)
    changes = {names[name]: value for name, value in typed.items()}
    new = recalculated([edited(source, tmp_path / "typed.xlsx", changes)], tmp_path)[0]
    cells = cells_of(new)
    shown = {
        cells[(2, row, 0)]: cells.get((2, row, 1)) for row in range(3, 30) if (2, row, 0) in cells
    }
    assert shown[rule] == "to be mended"
    assert shown["Rate of return"] == "see the checks below"
    errors = [v for v in cells.values() if isinstance(v, str) and re.match(r"#[A-Z]|Err:", v)]
    assert errors == []
