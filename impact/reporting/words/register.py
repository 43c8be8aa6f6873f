"""The register: every kind of code and the words of each code of that kind."""

from collections.abc import Mapping
from typing import Any, Literal

import impact.errors
from impact.reporting.words import (
    arrival,
    checks,
    codebook,
    delivery,
    economics,
    estimates,
    findings,
    inference,
    moments,
    notebooks,
    outcomes,
    periods,
    preflight,
    proposal,
    selection,
    survey,
    withheld,
)
from impact.reporting.words.catalogue import Words

Kind = Literal[
    "check",
    "reason",
    "survey_asked",
    "survey_share",
    "survey_count",
    "outcome_of_check",
    "failed",
    "taken",
    "not_made",
    "inference",
    "short_inference",
    "refused",
    "verdict",
    "process",
    "estimator",
    "estimand",
    "target",
    "alternative",
    "panel_model",
    "choice",
    "numbered_choice",
    "note",
    "dropped",
    "stage",
    "why_not",
    "finding",
    "evidence",
    "title",
    "answer",
    "unmeasured",
    "selection",
    "selection_in_full",
    "limit_of_selection",
    "opening",
    "no_figure",
    "event_cell",
    "delivery",
    "figure_state",
    "indicator_level",
    "classification",
    "bound",
    "completion",
    "no_figure_in_full",
    "worth",
    "worth_in_short",
    "unappraised",
    "needed",
    "intake_rule",
    "intake_count",
    "missing_reason",
    "preflight",
    "withheld",
    "withheld_in_full",
    "merged",
    "not_in_moments",
    "security",
    "role",
    "data_kind",
    "time_method",
    "frequency",
    "each",
    "a_period",
    "column_type",
    "margin",
    "function",
    "silence",
    "quantile",
    "doubt",
    "fault",
    "identifier",
]

REGISTER: Mapping[Kind, Mapping[str, str]] = {
    "check": checks.CHECKS,
    "intake_rule": arrival.RULES,
    "intake_count": arrival.COUNTED,
    "missing_reason": arrival.MISSING_REASONS,
    "reason": {code: found.sentence for code, found in checks.REASONS.items()},
    "survey_asked": survey.ASKED,
    "survey_share": survey.SHARES_OF,
    "survey_count": survey.COUNTED,
    "outcome_of_check": checks.OUTCOMES,
    "failed": checks.FAILED,
    "taken": checks.TAKEN,
    "not_made": checks.NOT_MADE,
    "inference": inference.INFERENCES,
    "short_inference": inference.SHORT_INFERENCES,
    "refused": inference.REFUSED,
    "verdict": inference.VERDICTS,
    "process": inference.PROCESSES,
    "estimator": estimates.ESTIMATORS,
    "estimand": estimates.ESTIMANDS,
    "target": estimates.TARGETS,
    "alternative": estimates.ALTERNATIVES,
    "panel_model": estimates.PANEL_MODELS,
    "choice": estimates.CHOICES,
    "numbered_choice": estimates.NUMBERED,
    "note": estimates.NOTES,
    "dropped": estimates.DROPPED,
    "stage": estimates.STAGES,
    "why_not": estimates.WHY_NOT,
    "finding": findings.FINDINGS,
    "evidence": findings.EVIDENCE,
    "title": findings.TITLES,
    "answer": findings.ANSWERS,
    "unmeasured": findings.UNMEASURED,
    "selection": selection.SELECTION,
    "selection_in_full": selection.IN_FULL,
    "limit_of_selection": selection.LIMITS,
    "opening": notebooks.OPENINGS,
    "no_figure": economics.NO_FIGURE,
    "event_cell": delivery.EVENT_CELLS,
    "delivery": delivery.DELIVERIES,
    "figure_state": delivery.FIGURE_STATES,
    "indicator_level": delivery.LEVELS,
    "classification": delivery.CLASSIFICATIONS,
    "bound": delivery.BOUNDS,
    "completion": delivery.COMPLETIONS,
    "no_figure_in_full": economics.NO_FIGURE_IN_FULL,
    "worth": economics.WORTH,
    "worth_in_short": economics.WORTH_IN_SHORT,
    "unappraised": economics.UNAPPRAISED,
    "needed": economics.NEEDED,
    "preflight": preflight.PREFLIGHT,
    "withheld": withheld.WITHHELD,
    "withheld_in_full": withheld.WITHHELD_IN_FULL,
    "merged": withheld.MERGED,
    "not_in_moments": moments.NOT_IN_MOMENTS,
    "security": codebook.SECURITY,
    "role": codebook.ROLES,
    "data_kind": codebook.DATA_KINDS,
    "time_method": codebook.TIME_METHODS,
    "frequency": periods.FREQUENCIES,
    "each": periods.EACH,
    "a_period": periods.LENGTHS,
    "column_type": codebook.TYPES,
    "margin": outcomes.MARGINS,
    "function": outcomes.FUNCTIONS,
    "silence": outcomes.SILENCE,
    "quantile": outcomes.QUANTILES,
    "doubt": proposal.DOUBTS,
    "fault": proposal.FAULTS,
    "identifier": proposal.IDENTIFIERS,
}


def said(t: Words, kind: Kind, code: str, **values: Any) -> str:
    """Return the words for a code, its values filled in."""
    return t(REGISTER[kind][code], **values)


def said_note(t: Words, note: str) -> str:
    """Return the words for an estimate's remark: ``few_treated_units:3``."""
    code, _, value = note.partition(":")
    return said(t, "note", code, n=value)


def said_count(t: Words, counted: str) -> str:
    """Return the words for what a rule of an intake counted: ``correction:2``."""
    code, _, value = counted.partition(":")
    return said(t, "intake_count", code, n=value)


def said_why_not(t: Words, name: str) -> str:
    """Return why a number is missing, given the name of the error that took its place."""
    kind = getattr(impact.errors, name)
    nearest = next(above.__name__ for above in kind.__mro__ if above.__name__ in estimates.WHY_NOT)
    return said(t, "why_not", nearest)
