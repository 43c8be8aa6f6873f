"""What `impact run` prints of a finished run: one line, in the language of the plan."""

import pytest

from impact.pipeline.asked_run import headline
from impact.reporting.proposal.speech import Speech

HEADLINE = {
    "outcome": "hrsemp", "unit": "", "estimate": 20.7769, "conf_low": -14734.96, "conf_high": None,
    "believed": "permutation", "smallest_detectable": 7.81,
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "hrsemp: effect 20.78, interval −14,735 to unbounded (randomization), smallest detectable 7.810",
        ),
        (
            "fr",
            "hrsemp\u00a0: effet 20,78, intervalle de −14\u202f735 à sans borne (permutation), plus petit effet décelable 7,810",
        ),
    ],
)
def test_the_headline_is_said_in_the_plans_language(language, line):
    assert headline(HEADLINE, Speech.of(language)) == line
