"""Every estimator is explained: no section is missing, none is left over, and its references are those of the class."""

import inspect
import re
from pathlib import Path

import pytest

import impact

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "estimators.md").read_text(encoding="utf-8")
LINES = ["Estimates", "Assumes", "Take it when", "Not when", "Refuses", "Reference", "Stata"]
SECTIONS = {
    part.partition("`\n")[0]: part.partition("\n\n")[2].partition("\n## ")[0]
    for part in PAGE.split("### `")[1:]
}
ESTIMATORS = {
    name
    for name in impact.__all__
    if name != "__version__" and {"fit", "weigh"} & set(dir(getattr(impact, name)))
}


def test_no_estimator_lacks_its_section_and_no_section_an_estimator():
    assert len(ESTIMATORS) > 35
    assert set(SECTIONS) == ESTIMATORS
    assert PAGE.count("### `") == len(ESTIMATORS)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_is_estimated_assumed_and_refused_and_when_to_take_it(name):
    lines = SECTIONS[name].strip().splitlines()
    assert [re.match(r"- \*\*([^*]+)\*\*: \S", line)[1] for line in lines] == LINES
    assert "**R**: " in lines[-1]


@pytest.mark.parametrize("name", SECTIONS)
def test_the_references_of_a_section_are_those_of_the_class(name):
    kind = getattr(impact, name)
    told = " ".join(inspect.getdoc(kind).split())
    reference = re.search(r"\*\*Reference\*\*: (.+)", SECTIONS[name])[1]
    years = re.findall(r"\((\d{4})\)", reference)
    first_names = re.findall(r"(?:^|; |, )([A-Z][\w-]+)[^;(]*\(\d{4}\)", reference)
    assert years
    assert [year for year in years if year not in told] == []
    assert [author for author in first_names if author not in told] == []


@pytest.mark.parametrize("name", sorted(set(SECTIONS)))
def test_other_names_in_a_section_are_public(name):
    words = set(re.findall(r"`([A-Z][A-Za-z]+)(?:\(.*?\))?`", SECTIONS[name]))
    assert words - {"ATT"} <= set(impact.__all__)
