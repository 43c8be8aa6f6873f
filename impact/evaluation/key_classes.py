"""What a change of each key of a plan, a schema or an intake plan bears on: what is estimated, how, or words only."""

from collections.abc import Mapping
from typing import Any, Literal

BearsOn = Literal["what", "how", "words"]
"""``what`` is estimated (of whom, of which outcome, against whom), ``how`` (and how it is judged), or words only."""

KEYS: dict[str, BearsOn] = {
    "name": "words",
    "title": "words",
    "data": "what",
    "schema": "what",
    "questions": "what",
    "estimand": "what",
    "outcomes": "what",
    "cohort": "what",
    "planned_cohort": "what",
    "only": "what",
    "assignment": "what",
    "assigned_by": "what",
    "arms": "what",
    "waves": "what",
    "participation": "what",
    "comparison_group": "what",
    "anticipation": "what",
    "placebo_periods": "how",
    "estimators": "how",
    "subgroups": "what",
    "strata": "how",
    "characteristics": "how",
    "covariates": "how",
    "missing_covariates": "how",
    "outcome_before": "how",
    "winsorise": "what",
    "panel_model": "what",
    "exclusions": "what",
    "treatment_group": "how",
    "families": "what",
    "placebo_outcomes": "what",
    "design_draws": "how",
    "programme": "how",
    "indicators": "how",
    "words": "words",
    "survey": "how",
    "measures": "what",
    "secondary": "what",
    "secondary_labels": "words",
    "exposure": "what",
    "dose": "what",
    "relevant_effect": "how",
    "relevant_effect_reason": "words",
    "design_costs": "words",
    "limits": "how",
    "truth": "how",
    "evidence": "how",
    "economics": "how",
    "lessons": "words",
    "currency": "how",
    "permutations": "how",
    "alpha": "how",
    "seed": "how",
    "language": "words",
}
"""Every key of a plan; a test finds one that is missing."""
SAME_TEST = frozenset(
    {
        *(key for key, bears in KEYS.items() if bears == "words"),
        *("alpha", "seed", "permutations", "design_draws", "limits", "relevant_effect"),
        *("programme", "indicators", "evidence", "economics"),
    }
)
"""Keys that leave the headline's data, outcome, comparison and estimator: runs that differ by these alone are one test."""
WORDS_OF_RULES = frozenset(
    {"title", "source", "label", "phrase", "unit", "category_labels", "description", "why", "cited"}
)
"""Keys of a schema or an intake plan, at any depth, that are read by people only."""

_NAMED = frozenset({"columns", "sources"})
"""Keys below which somebody's own names stand, that could be called as a key is."""


def bears_on(path: tuple[str, ...]) -> BearsOn:
    """Return what a key of a plan bears on; a key within another bears on what that does."""
    return KEYS[path[0]]


def rules_bear_on(path: tuple[str, ...]) -> BearsOn:
    """Return what a key of a schema or an intake plan bears on: who and what is in the data, unless people alone read it."""
    after = ("", *path)
    keys = [key for before, key in zip(after, path, strict=False) if before not in _NAMED]
    return "words" if path != ("unit",) and WORDS_OF_RULES.intersection(keys) else "what"


def tested_by(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return which hypothesis a plan tests: its choices, by key, but for `SAME_TEST`."""
    return {key: value for key, value in plan.items() if key not in SAME_TEST}
