"""A new plan of answers: the keys that were answered, and every other one with its default, ready to be taken up."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from impact.data.french import typeset
from impact.data.plan_workbook.french import MEANINGS, WHOLES
from impact.data.strict import both_languages
from impact.errors import PlanError, StorageError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import canonical
from impact.pipeline.plan_workbook import yaml_of
from impact.terms import Language

ASKED = (
    "name",
    "title.en",
    "title.fr",
    "data",
    "schema",
    "outcomes",
    "cohort",
    "assignment",
    "comparison_group",
    "secondary",
    "subgroups",
    "relevant_effect",
    "relevant_effect_reason.en",
    "relevant_effect_reason.fr",
    "seed",
    "language",
)
"""Keys that a person is asked for, in this order; a part of a key in two languages for each of them."""
LISTS = frozenset({"outcomes", "secondary", "subgroups"})
NUMBERS = frozenset({"relevant_effect", "seed"})
TEXTS = frozenset({"title", "relevant_effect_reason", "question", "because"})
"""Keys, at any depth, of texts for readers."""
_STAND_INS: dict[str, Any] = {
    "name": "plan",
    "title": {"en": "-", "fr": "-"},
    "data": "data.csv",
    "schema": "schema.yml",
    "outcomes": ["outcome"],
}
"""What a plan needs, while it is not yet answered."""


def answered(answers: Mapping[str, Any], key: str, text: str) -> dict[str, Any]:
    """Return answers with one more, refused at once where the plan would refuse it.

    Parameters
    ----------
    answers : Mapping
    key : str
        Of `ASKED`.
    text : str
        As a person wrote it: lists with commas; nothing leaves out a key that has a default, or a second language.

    Raises
    ------
    PlanError
        With the key and the rule.
    """
    name, _, language = key.partition(".")
    if not text.strip():
        if name in _STAND_INS and name not in answers and language != "en":
            raise PlanError(f"{key}: a plan needs it")
        return dict(answers)
    value: Any = text.strip()
    if name in LISTS:
        value = [one.strip() for one in text.split(",") if one.strip()]
    elif name in NUMBERS:
        value = _number(name, text.strip())
    elif language:
        value = {"en": value, "fr": value, **answers.get(name, {}), language: value}
    found = {**answers, name: value}
    Plan.of({**_STAND_INS, **found})
    return found


def _number(key: str, text: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(text.replace(",", "."))
        except ValueError:
            continue
    raise PlanError(f"{key}: a number")


def write_plan(path: Path, answers: Mapping[str, Any]) -> Path:
    """Write a plan of answers.

    Raises
    ------
    PlanError
        When the answers are no plan.
    StorageError
        When the file is there already.
    """
    plan = Plan.of(_in_both_languages(answers))
    if path.exists():
        raise StorageError(f"{path.name}: already there; name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_lines(plan, list(answers))) + "\n", encoding="utf-8")
    return path


def _in_both_languages(answers: Any) -> Any:
    """Take a text for readers that is one text for that in each language."""
    if isinstance(answers, Mapping):
        return {
            key: both_languages(value)
            if key in TEXTS and isinstance(value, str)
            else _in_both_languages(value)
            for key, value in answers.items()
        }
    if isinstance(answers, list):
        return [_in_both_languages(one) for one in answers]
    return answers


def _lines(plan: Plan, given: Sequence[str]) -> Iterator[str]:
    """Yield a comment and a line for each key: commented out, with its default, where it was not answered."""
    yield (
        "# Le plan d'évaluation, écrit avant de connaître la réponse."
        if plan.language == "fr"
        else "# The evaluation plan, written before the answer is known."
    )
    for key, value in canonical(plan).items():
        yield f"\n# {meaning(key, plan.language)}"
        shown = yaml_of({key: value}).rstrip("\n").split("\n")
        yield from shown if key in given else (f"# {line}" for line in shown)


def meaning(key: str, language: Language) -> str:
    """Return what a key of a plan means."""
    if language == "fr":
        return typeset({**WHOLES, **MEANINGS["plan"]}[key])
    return " ".join((_field(key).description or "").split())


def default_of(key: str) -> str:
    """Return what a key is where it is left out, if that is one word or number; else nothing."""
    default = _field(key).default
    return str(default) if isinstance(default, (str, int, float)) else ""


def _field(key: str) -> FieldInfo:
    name = key.split(".", maxsplit=1)[0]
    return next(one for own, one in Plan.model_fields.items() if (one.alias or own) == name)
