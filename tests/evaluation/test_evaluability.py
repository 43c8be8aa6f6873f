"""Before there is data: the advice follows from shares of right decisions, and wrong files are refused."""

from pathlib import Path

import pandas as pd
import pytest

from impact.data.yaml_file import load_yaml
from impact.errors import PlanError
from impact.evaluation.economics_file import EconomicsFile, read_economics
from impact.evaluation.evaluability import advise, evaluability
from impact.pipeline.plan import read_plan

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def plan():
    return read_plan(ROOT / "evaluation.yml")


@pytest.fixture(scope="module")
def file(plan):
    path = ROOT / "data" / "economics.yml"
    return read_economics(path, currency=plan.currency, language="en")


def designs(right, *, before=0.6, planned=1):
    """Return three designs of 100, 200 and 300 firm rounds, and a part of the planned one."""
    rows = [
        {"design": i, "firm_rounds": 100 * (i + 1), "right": share, "planned": i == planned}
        for i, share in enumerate(right)
    ]
    part = {"design": 3, "firm_rounds": 50, "right": 1.0, "planned": False, "one_event": True}
    return pd.DataFrame([*({**row, "one_event": False} for row in rows), part]).assign(
        before=before
    )


@pytest.mark.parametrize(
    ("right", "before", "advice"),
    [
        ((0.7, 0.92, 0.95), 0.6, ("go", 1)),
        ((0.91, 0.92, 0.95), 0.6, ("go_smaller", 0)),
        ((0.6, 0.8, 0.93), 0.6, ("go_larger", 2)),
        ((0.6, 0.7, 0.8), 0.6, ("no_design_tells", None)),
        ((0.99, 0.99, 0.99), 0.9, ("known_before", None)),
    ],
)
def test_the_advice_follows_from_the_shares_of_right_decisions(right, before, advice):
    assert advise(designs(right, before=before), enough=0.9) == advice


def test_a_part_of_the_study_is_never_advised_in_its_place():
    assert advise(designs((0.6, 0.7, 0.8)), enough=0.9)[1] is None


def test_of_the_case_the_return_is_known_before_and_one_fair_tells_nothing(plan, file):
    found = evaluability(plan, file, draws=400)
    assert found.advice == "known_before"
    assert found.needed_percent > 300  # of a year's revenue; what is plausible ends at 26
    assert found.one_event["smallest_detectable"] > 60
    assert found.planned["treated"] == 50
    size = found.designs.set_index("firm_rounds")["smallest_detectable"]
    assert size.loc[3600] < size.loc[1400] < size.loc[1240]


def with_changed(change):
    content = load_yaml(ROOT / "data" / "economics.yml")
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["before_data"]["designs"][0].update(planned=True), "exactly one is planned"),
        (lambda c: c["before_data"]["right_enough"].update(value=1.2), "right_enough"),
        (lambda c: c["before_data"]["plausible"].clear(), "plausible"),
        (lambda c: c["hurdle"].update(rate=10), "hurdle"),
        (lambda c: c["classes"][0]["number"].pop("source"), "neither a source nor a reason"),
        (lambda c: c.update(hurdel={}), "hurdel"),
    ],
)
def test_a_wrong_economics_file_is_refused_with_place_and_rule(change, words, tmp_path):
    import yaml

    path = tmp_path / "economics.yml"
    path.write_text(yaml.safe_dump(with_changed(change)), encoding="utf-8")
    with pytest.raises(PlanError, match=words):
        read_economics(path, currency="MAD", language="en")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["costs"][0].update(amount=-1.0), "below zero"),
        (lambda c: c["costs"][0].update(year=2020), "year 2020"),
        (lambda c: c["costs"][0].update(currency="EUR"), "EUR"),
        (lambda c: c["assumptions"]["persistence"].update(high=1.1), "persistence"),
        (lambda c: c["first_benefits"].update(year=2010), "first_benefits"),
    ],
)
def test_numbers_that_cannot_be_are_refused_when_the_file_is_read(change, words, tmp_path):
    import yaml

    path = tmp_path / "economics.yml"
    path.write_text(yaml.safe_dump(with_changed(change)), encoding="utf-8")
    with pytest.raises(PlanError, match=f"economics.yml.*{words}"):
        read_economics(path, currency="MAD", language="en")


def test_prices_are_those_of_a_series_of_the_package_with_its_source(file):
    written = {2010: 97.842, 2011: 98.729, 2012: 100.0, 2013: 101.881, 2014: 102.331, 2015: 103.926}
    assert file.price_index.by_year == written
    assert "World Bank" in file.price_index.grounds_in("en")
    assert "Banque mondiale" in file.price_index.grounds_in("fr")


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ({"series": "morocco_cpi"}, "years: first and last year of those from 2005 to 2019"),
        ({"series": "morocco_cpi", "years": [2004, 2012]}, "from 2005 to 2019"),
        ({"series": "morocco_cpi", "years": [2012, 2010]}, "by_year"),
        ({"series": "morocco_cpi", "years": "2012"}, "from 2005 to 2019"),
        ({"series": "morocco_cpi", "years": [2010, 10**400]}, "from 2005 to 2019"),
        ({"series": ["morocco_cpi"], "years": [2010, 2012]}, "none of the package"),
        ({"series": "morocco_cpi", "by_year": {2012: 1.0}}, "not with by_year or source"),
        ({"series": "morocco_cpi", "years": [2013, 2015]}, "base_year|2012"),
    ],
)
def test_a_series_that_is_not_there_is_refused(index, words, tmp_path):
    import yaml

    path = tmp_path / "economics.yml"
    path.write_text(yaml.safe_dump(with_changed(lambda c: c.update(price_index=index))))
    with pytest.raises(PlanError, match=rf"(?s)economics.yml.*({words})"):
        read_economics(path, currency="MAD", language="en")


def test_a_file_without_beliefs_before_data_says_what_to_add(plan):
    bare = EconomicsFile.model_validate(with_changed(lambda c: c.pop("before_data")))
    with pytest.raises(PlanError, match="before_data: the file has none; add"):
        evaluability(plan, bare)


def test_every_number_of_the_case_has_a_source_or_says_why_it_is_assumed(file):
    for name, number in file.numbers().items():
        assert number.grounds_in("en"), name
        assert number.grounds_in("fr"), name
    assert {name for name, one in file.numbers().items() if not one.assumed} == {
        "fairs.number",
        "fairs.take_up",
        "marrakech.number",
        "value_added_ratio",
        "overrun",
    }
