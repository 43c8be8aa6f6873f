"""Pages carry the letters they show; a typeface is cut once for all pages."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from impact.reporting.render import fonts


@pytest.fixture(scope="module")
def plain():
    return fonts.css()


def cmap(rule):
    data = re.search(r"base64,([^)]+)\)", rule).group(1)
    return set(map(chr, TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()))


def test_every_page_carries_the_house_letters_that_a_typeface_has(plain):
    assert fonts.css("Où est l'été ? − 12 %") == plain  # of no letter beyond them: not cut again
    for face, rule in enumerate(plain.splitlines()):
        assert cmap(rule) == fonts._letters(face) & set(fonts.HOUSE)
        assert "unicode-range" not in rule


def test_a_rare_letter_comes_in_a_rule_of_its_own(plain):
    assert fonts.css("a ⻱") == plain  # no typeface has it
    with_greek = fonts.css("α")
    assert with_greek.startswith(plain)
    for rule in with_greek.removeprefix(plain).strip().splitlines():
        assert "unicode-range:U+3B1" in rule
        assert "α" in cmap(rule)


def test_a_page_in_sans_serif_carries_the_other_in_its_headings_alone():
    families = re.findall(r'font-family:"([^"]+)";font-weight:(\d+)', fonts.css(body=fonts.SANS))
    assert (fonts.SERIF, "400") not in families
    assert (fonts.SERIF, "600") in families
