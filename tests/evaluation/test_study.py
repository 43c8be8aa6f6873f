"""A study: a plan and its data, each panel made once."""

import pytest
from embedded import study_of

from impact.data.panel import Panel
from impact.errors import PlanError
from impact.evaluation.store import PARTS


@pytest.fixture
def study():
    few = {"permutations": 99, "design_draws": 200, "outcomes": ["revenue_mad"], "secondary": []}
    return study_of(**few)


@pytest.fixture
def made(monkeypatch):
    """Names of the outcomes of which a panel was made, one a time that it was."""
    names = []
    make = Panel.from_frame.__func__

    def counted(cls, frame, **options):
        names.append(options["outcome"])
        return make(cls, frame, **options)

    monkeypatch.setattr(Panel, "from_frame", classmethod(counted))
    return names


@pytest.mark.parametrize(
    ("name", "panels"),
    # by actual start, where the part asks for it by planned start, of data quality with what interviews tell beside, of the
    # sample with who closed, and of robustness with the plan's covariates, and with exits the other way
    [("data_quality", 3), ("sample", 3), ("impact", 1), ("panel_models", 1), ("robustness", 4)],
)
def test_a_part_makes_each_panel_once(study, made, name, panels):
    PARTS[name].of(study)
    assert made == ["revenue_mad"] * panels


def test_panels_are_kept_by_outcome_cap_and_cohort(study, made):
    assert study.panel() is study.panel("revenue_mad", winsorise=0.99, cohort="first_fair")
    assert study.panel(winsorise=0.0) is not study.panel()
    assert made == ["revenue_mad"]
    assert study.panel(cohort="planned_quarter") is not study.panel()
    assert study.panel("export_revenue_mad") is not study.panel()
    assert made == ["revenue_mad", "revenue_mad", "export_revenue_mad"]


def test_a_changed_study_keeps_its_rules_and_not_its_panels(study):
    other = study.changed(winsorise=0.0)
    assert (study.plan.winsorise, other.plan.winsorise) == (0.99, 0.0)
    assert (other.panel().y >= study.panel().y).all()
    with pytest.raises(PlanError, match="winsorise"):
        study.changed(winsorise=0.3)
