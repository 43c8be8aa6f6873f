"""Everything that one evaluation found, for the parts of the report."""

from dataclasses import dataclass

from impact.disclosure.declared.kept_back import KeptBack
from impact.evaluation.appraised import Economics
from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import DataQuality, Impact, OutcomeEffect, SampleAndComparability
from impact.evaluation.plan import Plan
from impact.evaluation.robustness import PanelModels, Robustness
from impact.reporting.sections.evidence import Evidence
from impact.terms import Assignment


@dataclass(frozen=True)
class Findings:
    """All parts of one evaluation; in a release, what the gate kept back of them."""

    quality: DataQuality
    sample: SampleAndComparability
    impact: Impact
    certainty: Certainty
    panel_models: PanelModels
    robustness: Robustness
    economics: Economics
    plan: Plan
    kept_back: KeptBack | None = None

    @property
    def assignment(self) -> Assignment:
        """How beneficiaries came to take part."""
        return self.plan.assignment

    @property
    def headline(self) -> OutcomeEffect:
        """The first outcome's effect."""
        return self.impact.effects[0]

    @property
    def evidence(self) -> Evidence:
        """What speaks for or against the headline."""
        return Evidence(
            impact=self.impact,
            sample=self.sample,
            certainty=self.certainty,
            robustness=self.robustness,
            plan=self.plan,
        )
