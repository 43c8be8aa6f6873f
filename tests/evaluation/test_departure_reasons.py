"""Reasons of departures are found by the key that departs, else by the key above it; a key that nothing has is refused."""

import pytest

from impact.errors import PlanError
from impact.evaluation.departure_reasons import Reasons
from impact.evaluation.departures import Departure

REASONS = Reasons.of(
    {
        "winsorise": {"en": "One large order", "fr": "Une grosse commande"},
        "questions": "Asked anew",
        "questions.2": "Nobody could answer it",
        "schema.columns.sales": "Sales were asked in thousands",
    },
    name="trial.departures.yml",
)


def departure(key, where="plan"):
    return Departure(where, key, "changed", "what")


@pytest.mark.parametrize(
    ("one", "language", "reason"),
    [
        (departure("winsorise"), "en", "One large order"),
        (departure("winsorise"), "fr", "Une grosse commande"),
        (departure("winsorise", "results"), "en", "One large order"),
        (departure("questions.2.expects"), "en", "Nobody could answer it"),
        (departure("questions.1"), "fr", "Asked anew"),
        (departure("columns.sales.minimum", "schema"), "en", "Sales were asked in thousands"),
        (departure("columns.sales.minimum", "intake"), "en", None),
        (departure("schema"), "en", None),
        (departure("alpha"), "en", None),
    ],
)
def test_a_departure_has_the_reason_of_its_key_else_of_the_key_above(one, language, reason):
    assert REASONS.given(one, language) == reason


def test_reasons_of_what_does_not_depart_are_named():
    found = [departure("winsorise"), departure("questions.1")]
    assert REASONS.unused(found) == ["questions.2", "schema.columns.sales"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"winsorize": "a"}, "did you mean winsorise"),
        ({"columns.sales": "a"}, "no key of a plan"),
        ({"winsorise": ""}, "winsorise: write the departure's key and its reason"),
        ({"winsorise": {"en": "a"}}, "winsorise: write"),
        ({"alpha": 0.1}, "alpha: write"),
        (["alpha"], "all of it: write"),
    ],
)
def test_a_file_that_gives_no_reasons_of_keys_is_refused_by_its_name(content, words):
    with pytest.raises(PlanError, match=words) as found:
        Reasons.of(content, name="trial.departures.yml")
    assert str(found.value).startswith("trial.departures.yml: ")
