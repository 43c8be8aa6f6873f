"""The specification explorer: every combination once, in order, the plan's own marked, and nothing that is no result."""

import re
from pathlib import Path

import pandas as pd
import pytest

from impact.diagnostics.specification_curve import SpecificationCurve
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.reporting.site.explorer import explorer_page
from impact.reporting.site.specifications import MAIN, Specifications
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]


def curve():
    rows = [
        {
            "estimator": estimator, "controls": controls, "window": -1, "sample": "all", "adjustment": "none", "winsorise": cap, "scale": scale,
            "estimate": (100.0 if scale == "level" else 0.1) * (at + 1) * (-1) ** at, "statistic": 0.5 * (at + 1) * (-1) ** at,
            "p_value": 1 / (at + 1),
        }
        for at, (estimator, controls, cap, scale) in enumerate(
            (e, c, cap, s)
            for e, c in ((MAIN, "not_yet_treated"), (MAIN, "never_treated"), ("imputation", "all"))
            for cap in (0.0, 0.99)
            for s in ("level", "log1p", "rank")
            if not (cap and s == "rank")
        )
    ]  # fmt: skip
    return SpecificationCurve(pd.DataFrame(rows), 0.5, 0.1, 0.4, 0.5, 199)


@pytest.fixture(scope="module")
def plan():
    return read_plan(ROOT / "evaluation.yml")


@pytest.fixture(scope="module")
def found(plan):
    return Specifications(curve(), plan)


def page_of(found, plan, language="en"):
    told = plan.told({"language": language})
    return explorer_page(
        Specifications(found.curve, told), Voice(Study(told, ROOT)), unit="MAD"
    ).decode()


def test_choices_are_those_that_vary_and_specifications_stand_by_t(found):
    assert [one.name for one in found.dimensions] == ["estimator", "controls", "winsorise", "scale"]
    statistics = [one.statistic for one in found.rows]
    assert statistics == sorted(statistics)
    assert len({one.choices for one in found.rows}) == len(found.rows) == 15


def test_the_plans_own_choice_is_found_and_none_where_it_was_not_computed(found, plan):
    own = found.table.iloc[found.own]
    assert (own["estimator"], own["controls"], own["winsorise"], own["scale"]) == (MAIN, plan.comparison_group, 0.99, "level")  # fmt: skip
    assert Specifications(found.curve, plan.changed(winsorise=0.9)).own is None


def test_of_a_lot_the_first_estimator_is_the_plans(plan):
    table = curve().table.assign(
        controls="all", estimator=lambda rows: rows["estimator"].replace({MAIN: "ancova"})
    )
    found = Specifications(SpecificationCurve(table.drop_duplicates(["estimator", "winsorise", "scale"]), 0.5, 0.1, 0.4, 0.5, 199), plan)  # fmt: skip
    assert found.table.iloc[found.own]["estimator"] == "ancova"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_has_each_row_and_choice_and_says_where_the_plan_lies(found, plan, language):
    page = page_of(found, plan, language)
    rows = re.findall(r'<tr data-c="([\d ]+)"', page)
    assert len(rows) == len(set(rows)) == 15
    assert len(re.findall(r'type="radio"', page)) == sum(
        len(one.values) + 1 for one in found.dimensions
    )
    place = {"en": "place {} of 15", "fr": "rang {} sur 15"}[language].format(found.own + 1)
    assert place in page
    assert {"en": "Demonstration", "fr": "Démonstration"}[language] in page.split("<main")[0]


def test_each_scale_has_its_unit(found, plan):
    page = page_of(found, plan)
    effects = re.findall(
        r'</td><td class="num">([^<]*)</td><td class="num">[^<]*</td><td class="num">', page
    )
    assert sum(one.endswith(" MAD") for one in effects) == 6
    assert sum(one.endswith(" in logarithms") for one in effects) == 6
    assert sum(one.endswith(" in ranks") for one in effects) == 3
