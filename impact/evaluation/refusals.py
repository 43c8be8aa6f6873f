"""What a file that a plan names got wrong, one sentence a rule: where, what is asked, what to do; never the value."""

from typing import Any

from pydantic import ValidationError

from impact.data.broken_rules import FORMS

MOST = 8  # rules told at once
KINDS = {
    "missing": "missing; add it",
    "float_type": "must be a number, without quotes, unit or spaces; change it",
    "float_parsing": "must be a number, without quotes, unit or spaces; change it",
    "finite_number": "must be a finite number; change it",
    "int_type": "must be a whole number, without quotes; change it",
    "int_from_float": "must be a whole number; change it",
    "bool_type": "must be true or false; change it",
    "string_type": "must be text; put it in quotes",
    "tuple_type": "must be a list; write each item after a dash",
    "too_short": "must not be empty; add an item",
    "model_type": "must be keys and values; write each as key: value",
    "dict_type": "must be keys and values; write each as key: value",
}
"""Rules that need no number to be told."""
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def refusals(problem: ValidationError) -> str:
    """Write what a validation found: ``costs.0.amount: must be a number, ...; horizon.years: ...``."""
    errors = problem.errors(include_input=False, include_url=False)
    return "; ".join(_told(error) for error in errors[:MOST])


def _told(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    return f"{where}: {_rule(error)}" if where else _rule(error)


def _rule(error: Any) -> str:
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch" and context["pattern"] in FORMS:
        return f"must be {FORMS[context['pattern']]}; change it"
    for bound, words in BOUNDS.items():
        if bound in context:
            return f"must be {words} {_plain(context[bound])}; change it"
    if error["type"] == "literal_error":
        return f"must be {context['expected']}; change it"
    if error["type"] in KINDS:
        return KINDS[error["type"]]
    words = error["msg"].removeprefix("Value error, ")
    told = f"{words[0].lower()}{words[1:]}"
    return told if ";" in told or "?" in told else f"{told}; change it"


def _plain(bound: float) -> str:
    """Write a bound: a year has no thousands mark."""
    return f"{bound:,.16g}" if abs(bound) >= 10_000 else f"{bound:g}"
