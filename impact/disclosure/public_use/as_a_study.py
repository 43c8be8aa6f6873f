"""The file as anybody reads it: its own schema, and the plan without what stays inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from impact.disclosure.public_use.deidentified import Deidentified
from impact.evaluation.study import Study

DATA, SCHEMA, PLAN, TRUTH = "data.csv", "schema.yml", "evaluation.yml", "truth.json"
WITHHELD = "withheld"
"""What stands in a cell whose value is withheld, and its reason for being missing."""
INSIDE = ("programme", "indicators", "evidence", "economics", "survey")
"""Keys of the plan that stay inside: files beside the data, which may name firms, and what interviews were like."""
LISTS = (
    "outcomes",
    "subgroups",
    "strata",
    "characteristics",
    "covariates",
    "placebo_outcomes",
    "measures",
    "exposure",
)
SINGLE = ("planned_cohort", "participation", "treatment_group", "dose")


@dataclass(frozen=True)
class AsAStudy:
    """Schema and plan of the file, and what the plan lost.

    Attributes
    ----------
    schema, plan : dict
        As their files have them.
    lost : tuple of (key, column)
        Columns that the plan names no more, by key; an empty column where the key went as a whole.
    """

    schema: dict[str, Any]
    plan: dict[str, Any]
    lost: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, study: Study, made: Deidentified) -> "AsAStudy":
        """Describe a file; the study is the one that it was made from."""
        plan, lost = _plan(study, made)
        return cls(_schema(study, made), plan, lost)


def _schema(study: Study, made: Deidentified) -> dict[str, Any]:
    columns, old = made.columns, study.schema
    never = [] if old.cohort is None else list(old.cohort.never)
    start = {"column": columns.cohort, **({"never": never} if never else {})}
    roles = {"cluster": columns.cluster, "weight": columns.weight}
    return {
        "version": 1,
        "title": old.title.model_dump(),
        "source": old.source if isinstance(old.source, str) else old.source.model_dump(),
        "unit": columns.unit,
        "time": old.time.model_dump(),
        **({"cohort": start} if columns.cohort else {}),
        **{role: name for role, name in roles.items() if name is not None},
        "missing_outcome": old.missing_outcome,
        "identifiers": {name: {"keep": why} for name, why in _answered(study, made).items()},
        "columns": {name: _declared(name, made) for name in made.frame.columns},
    }


def _answered(study: Study, made: Deidentified) -> Mapping[str, str]:
    """Return why columns are there that look as if they named somebody, by name."""
    new = {
        name: "a new id in random order, which nobody else has"
        for name in (made.columns.unit, made.columns.cluster)
        if name is not None
    }
    grouped = {
        one.column: "values in groups that several share"
        for one in made.changes
        if one.change in {"banded", "recoded"}
    }
    old = {
        name: str(answer.keep)
        for name, answer in study.schema.identifiers.items()
        if name in made.frame
    }
    return {**grouped, **old, **new}


def _declared(name: str, made: Deidentified) -> dict[str, Any]:
    column = made.declared[name]
    told = column.model_dump(
        exclude_defaults=True,
        include={
            "type", "label", "phrase", "unit", "scale", "minimum", "maximum", "categories", "category_labels", "description",
        },
    )  # fmt: skip
    reasons = [{"code": WITHHELD, "reason": WITHHELD}]
    held = {one.column for one in made.changes if one.change == "withheld"}
    own = {"type": "string"} if name in {made.columns.unit, made.columns.cluster} else {}
    decimals = decimals_of(made.frame[name]) if column.type == "number" else None
    return {
        **{key: value for key, value in told.items() if value not in ({}, [])},
        **own,
        **({"missing": reasons} if name in held else {}),
        **({"decimals": decimals} if decimals is not None else {}),
    }


def decimals_of(cells: Any) -> int | None:
    """Return how many digits may stand after the decimal mark of numbers as `written`; None where there are too many."""
    texts = [text for text in map(written, cells.dropna()) if "e" not in text]
    most = max((len(text.partition(".")[2]) for text in texts), default=0)
    return most if most <= 15 else None  # the schema's own limit


def written(value: Any) -> str:
    """Write a cell as the file has it: whole numbers without a point, others with up to 12 digits that count."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _plan(study: Study, made: Deidentified) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    kept = set(made.frame.columns)
    held = {one.column for one in made.changes if one.change == "withheld"}
    told = study.plan.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    lost: list[tuple[str, str]] = []
    for key in INSIDE:
        if told.pop(key, None):
            lost.append((key, ""))
    for key in LISTS:
        stays = kept - held if key == "strata" else kept  # a stratum is needed of everybody
        lost += [(key, name) for name in told.get(key, []) if name not in stays]
        told[key] = [name for name in told.get(key, []) if name in stays]
    for key in SINGLE:
        if key in told and told[key] not in kept:
            lost.append((key, told.pop(key)))
    told["secondary"] = [name for name in told.get("secondary", []) if name in kept]
    families = {
        name: [one for one in several if one in kept]
        for name, several in told.pop("families", {}).items()
    }
    told["families"] = {name: several for name, several in families.items() if len(several) > 1}
    model = told.get("panel_model")
    if model and not {model["outcome"], *model["regressors"]} <= kept:
        told.pop("panel_model")
        lost.append(("panel_model", ""))
    truth = {"truth": TRUTH} if told.pop("truth", None) else {}
    told.pop("secondary_labels", None)
    new = {"data": DATA, "schema": SCHEMA, **truth, "cohort": made.columns.cohort}
    whole = {**told, **{key: value for key, value in new.items() if value is not None}}
    return {key: value for key, value in whole.items() if value not in ([], {})}, tuple(lost)
