"""What carries a result is named as what was left out: a firm, or a whole cluster where clusters were assigned."""

import pytest
from evaluation.facts import firms, study_of

from impact.evaluation.weighed import Step
from impact.reporting.sections.rated import what_took
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("rated"), firms())


def clustered(study):
    """The study with towns above its firms."""
    above = study.changed()
    above.__dict__["schema"] = study.schema.model_copy(update={"cluster": "town"})
    return above


CARRIED = Step("single_unit_or_event", "failed", {"share": 0.27, "share_limit": 0.25})
OF_INTERVAL = Step(
    "single_unit_or_event", "failed", {"of_interval": 0.26, "of_interval_limit": 0.25}
)
TURNED = Step("single_unit_or_event", "failed", {})


def test_what_one_moves_is_a_share_of_one_thing_which_is_named(study):
    for voice, who in (
        (Voice(study), "one firm"),
        (Voice(clustered(study)), "one cluster of firms"),
    ):
        assert (
            what_took(voice, CARRIED)
            == f"{who} moves the effect by 27% of its size; the limit is 25%"
        )
        of_interval = what_took(voice, OF_INTERVAL)
        assert of_interval.startswith(
            f"{who} moves the effect by 26% of half its interval, which is more"
        )


def test_a_cluster_is_no_firm(study):
    of_firms, of_towns = Voice(study), Voice(clustered(study))
    assert what_took(of_firms, CARRIED).startswith("one firm moves the effect by 27%")
    assert what_took(of_towns, CARRIED).startswith("one cluster of firms moves the effect by 27%")
    assert what_took(of_towns, TURNED) == "one cluster, cohort or event carries much of the result"
    french = Voice(clustered(study).changed(language="fr"))
    french.study.__dict__["schema"] = of_towns.study.schema
    assert "une grappe d'entreprises" in what_took(french, CARRIED)


@pytest.mark.parametrize(
    ("code", "name", "value", "limit", "said"),
    [
        ("imbalance", "difference", 0.2513, 0.25, "by 0.251 standard deviations; the limit is 0.25"),
        ("imbalance", "difference", 0.31, 0.25, "by 0.31 standard deviations; the limit is 0.25"),
        ("attrition", "lost", 0.2004, 0.2, "20.04% of firms no longer answer; the limit is 20%"),
        ("attrition", "difference", 0.0501, 0.05, "5.01 percentage points between the groups; the limit is 5.0 "),
    ],
)  # fmt: skip
def test_a_figure_beyond_its_limit_does_not_read_like_it(study, code, name, value, limit, said):
    step = Step(code, "failed", {name: value, f"{name}_limit": limit})
    assert said in what_took(Voice(study), step)
