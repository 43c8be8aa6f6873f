"""What registries of evaluations ask, filled by what a run knows: RIDIE (any design), the AEA's (lots alone)."""

from collections.abc import Mapping, Sequence
from typing import Any

from impact.evaluation.study import Study
from impact.reporting.evidence.record import EffectRecord

METHODS = {
    "randomised": "randomised controlled trial",
    "chosen": "difference in differences",
    "by_rule": "difference in differences",
}
NOT_KNOWN = (
    "country",
    "sector",
    "principal_investigators",
    "registration_number",
    "ethics_approval",
)
"""Asked by both, and in no file of a run: empty, never guessed."""


def registries(study: Study, records: Sequence[EffectRecord]) -> dict[str, Any]:
    """Return the fields of each registry; what a run does not know is None."""
    first = records[0]
    shared = {
        "title": first.title_en,
        "intervention": first.programme_aim_en,
        "intervention_start": first.programme_began,
        "intervention_end": first.programme_ended,
        "places": first.places_en,
        "primary_outcomes": _outcomes(records, {"headline", "primary"}),
        "secondary_outcomes": _outcomes(records, {"secondary", "not_measured"}),
        "unit_of_analysis": first.unit_of_observation_en,
        "sample_size": first.n_units,
        "analysis_plan_sha256": first.plan_sha256,
        "analysis_plan_locked_on": first.plan_locked_on,
        **dict.fromkeys(NOT_KNOWN),
    }
    return {"ridie": {**shared, **_ridie(first)}, "aea": {**shared, **_aea(study, first)}}


def _outcomes(records: Sequence[EffectRecord], roles: set[str]) -> list[str]:
    return [one.outcome_label_en for one in records if one.role in roles]


def _ridie(first: EffectRecord) -> Mapping[str, Any]:
    return {
        "status": "completed",
        "implementing_agency": first.implementer_en,
        "funding_agency": first.funder_en,
        "evaluation_method": METHODS[first.assignment],
        "additional_methods": first.method,
        "data_source": first.data_source_en,
        "data_simulated": first.simulated,
        "first_period": first.first_period,
        "last_period": first.last_period,
        "sample_treated": first.n_treated,
        "sample_comparison": first.n_comparison,
    }


def _aea(study: Study, first: EffectRecord) -> Mapping[str, Any]:
    plan, drawn = study.plan, first.assignment == "randomised"
    by = plan.assigned_by or ("cluster" if study.schema.cluster else "unit")
    return {
        "applies": drawn,
        "experimental_design": first.method if drawn else None,
        "randomization_unit": by if drawn else None,
        "treatment_clustered": by == "cluster" if drawn else None,
        "number_of_clusters": first.n_clusters,
        "number_of_observations": first.n_observations,
        "sample_by_arm": {"treated": first.n_treated, "comparison": first.n_comparison},
        "minimum_detectable_effect": first.smallest_detectable,
        "stratified_by": list(plan.strata),
    }
