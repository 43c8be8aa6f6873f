"""The declared schema of a data file: which column is what, in which unit, and what may stand in it."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from impact.data.french import typeset
from impact.data.yaml_file import load_yaml
from impact.errors import SchemaError
from impact.terms import Frequency, Language, MissingOutcome

ColumnType = Literal["string", "integer", "number", "boolean", "period", "category"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(_Strict):
    """A text in both languages of the reports."""

    en: str
    fr: str

    def in_language(self, language: Language) -> str:
        """Return the text in one language, French with its no-break spaces."""
        return typeset(self.fr) if language == "fr" else self.en


class Column(_Strict):
    """One column: its type, its words, and the values it may take."""

    type: ColumnType
    label: Words
    phrase: Words | None = (
        None  # the label inside a sentence: "revenue"; in French with its article
    )
    unit: str | Words | None = None
    scale: Literal["level", "log"] = "level"
    minimum: float | None = None
    maximum: float | None = None
    categories: list[str] | None = None
    category_labels: dict[str, Words] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    description: Words | None = None

    def unit_in(self, language: Language) -> str:
        """Return the unit in one language; empty without one."""
        return self.unit.in_language(language) if isinstance(self.unit, Words) else self.unit or ""

    def level_in(self, level: str, language: Language) -> str:
        """Return a category's label in one language; the category itself without one."""
        label = self.category_labels.get(level)
        return level if label is None else label.in_language(language)

    @model_validator(mode="after")
    def _categories_are_declared(self) -> Self:
        if (self.type == "category") != (self.categories is not None):
            raise ValueError(
                "a column of type category lists its categories, and only such a column"
            )
        if not set(self.category_labels) <= set(self.categories or ()):
            raise ValueError("category_labels names only categories that the column lists")
        if self.scale == "log" and self.type != "number":
            raise ValueError("only a column of type number may be a logarithm (scale: log)")
        return self


class TimeColumn(_Strict):
    """The column that counts time, in what, and how many of it lie between periods by design (every second quarter: 2)."""

    column: str
    frequency: Frequency
    step: Annotated[int, Field(ge=1)] = 1


class CohortColumn(_Strict):
    """First treated period: a column, or the first period in which a 0/1 column is 1."""

    column: str
    never: list[str | int] = Field(default_factory=list)
    first_period_of: str | None = None


class CsvOptions(_Strict):
    """How a CSV file is written."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"


class Schema(_Strict):
    """What a data file is, declared once beside it."""

    version: Literal[1]
    title: Words
    source: str | Words
    unit: str
    time: TimeColumn
    cohort: CohortColumn | None = None
    cluster: str | None = None
    weight: str | None = None
    missing_outcome: MissingOutcome = "refuse"
    csv: CsvOptions = CsvOptions()
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _roles_are_declared(self) -> Self:
        derived = self.cohort is not None and self.cohort.first_period_of is not None
        cohort = (
            None
            if self.cohort is None
            else (self.cohort.first_period_of if derived else self.cohort.column)
        )
        for name in (self.unit, self.time.column, cohort, self.cluster, self.weight):
            if name is not None and name not in self.columns:
                raise ValueError(f"{name}: has a role but no entry under columns")
        return self

    def source_in(self, language: Language) -> str:
        """Return the source of the data in one language."""
        return self.source if isinstance(self.source, str) else self.source.in_language(language)

    def codebook(self, language: Language) -> str:
        """Write the columns as a Markdown table."""
        heads = {
            "en": ("Column", "Meaning", "Type", "Unit", "Values"),
            "fr": ("Colonne", "Sens", "Type", "Unité", "Valeurs"),
        }[language]
        lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|---|"]
        for name, column in self.columns.items():
            meaning = column.label.in_language(language)
            if column.description is not None:
                meaning += f". {column.description.in_language(language)}"
            lines.append(
                f"| `{name}` | {meaning} | {column.type} | {column.unit_in(language)} | {_values(column)} |"
            )
        return "\n".join(lines) + "\n"


def _values(column: Column) -> str:
    if column.categories is not None:
        return ", ".join(column.categories)
    low = "" if column.minimum is None else f"≥ {column.minimum:g}"
    high = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return ", ".join(part for part in (low, high) if part)


def read_schema(path: Path | str) -> Schema:
    """Read a schema file.

    Raises
    ------
    SchemaError
        With the key and the rule it breaks.
    """
    path = Path(path)
    values = load_yaml(path, error=SchemaError)
    if not isinstance(values, dict):
        raise SchemaError(
            f"{path.name}: a schema is a list of keys and values; see data/artisans.yml"
        )
    try:
        return Schema.model_validate(values)
    except ValidationError as problem:
        raise SchemaError(f"{path.name}: {broken_rules(problem)}") from None


def broken_rules(problem: ValidationError) -> str:
    """Write what a validation found, without the values: ``columns.x.type: ...; title: ...``."""
    found: list[str] = []
    for error in problem.errors(include_input=False, include_context=False, include_url=False):
        where: Any = ".".join(str(part) for part in error["loc"]) or "file"
        words = error["msg"].removeprefix("Value error, ").replace("tuple", "list")
        found.append(f"{where}: {words[0].lower()}{words[1:]}")
    return "; ".join(found[:8])
