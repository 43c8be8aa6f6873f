"""The declared schema of a data file: which column is what, in which unit, and what may stand in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from impact.data.broken_rules import Place, broken_rules
from impact.data.strict import Strict, Words
from impact.data.yaml_file import load_yaml
from impact.errors import SchemaError
from impact.terms import Frequency, Language, MissingOutcome

ColumnType = Literal["string", "integer", "number", "boolean", "period", "date", "category"]
DateOrder = Literal["day_first", "month_first"]
DecimalMark = Literal[".", ","]
Encoding = Literal[
    "utf-8", "utf-16", "cp1252", "cp1250", "cp1256", "cp850", "iso-8859-15", "mac-roman"
]


class MissingCode(Strict):
    """A code that stands for nothing, and why."""

    code: str | int | float
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _codes_as_texts(values: Any) -> Any:
    """Let codes be written as numbers: in a cell of a workbook all keys are texts."""
    return {str(k): v for k, v in values.items()} if isinstance(values, dict) else values


class ReadColumn(Strict):
    """What the cells of a column are, wherever it stands: in a finished panel or in a file as it arrives."""

    type: ColumnType = Field(
        description=(
            "`string`, `integer`, `number`, `boolean`, `period`, `date` or `category`; what a file stores becomes it by "
            "the table below, or is refused"
        )
    )
    minimum: float | None = Field(default=None, description="smallest value; one below is refused")
    maximum: float | None = Field(default=None, description="largest value; one above is refused")
    decimals: Annotated[int, Field(ge=0, le=15)] | None = Field(
        default=None,
        description=(
            "of a `number`: how many digits may stand after the decimal mark where it is written as text; more are refused. "
            "Undeclared, a few numbers like 8,849 among amounts with two decimals are refused, as thousands may be meant; "
            "`decimals: 3` accepts them"
        ),
    )
    categories: list[str] | None = Field(
        default=None, description="of a `category`, and only of one: what may stand in it"
    )
    missing: list[str | int | float | MissingCode] = Field(
        default_factory=list,
        description=(
            "codes that stand for nothing, compared in the declared type: numbers or texts, `[-99, NA]`, or with a "
            "reason `{code: -98, reason: refused}`; `.a` of Stata and user-missing of SPSS are missing without being "
            "named, and may be given a reason"
        ),
    )
    labelled: Literal["labels", "codes"] | None = Field(
        default=None,
        description=(
            "whether a column whose numbers have value labels (Stata, SPSS) means its `labels` or its `codes`; not "
            "guessed"
        ),
    )

    value_labels: Annotated[dict[str, str], BeforeValidator(_codes_as_texts)] = Field(
        default_factory=dict,
        description=(
            "what the file's own value labels must say of codes, `{1: oui, 2: non}`, whatever the case and accents; a file "
            "that says otherwise is refused, as one whose labels were turned around"
        ),
    )
    filled: bool = Field(
        default=False,
        description="`true`: every row has something here, an answer or a declared code; a blank is refused with its row",
    )
    pseudonym: bool = Field(
        default=False,
        description=(
            "`true`: each id of the column is replaced, before anything else is done with it, by a pseudonym under the "
            "secret key of the file that IMPACT_KEY_FILE names (`impact key new`); one id has one pseudonym in every file. "
            "Only of a `string`"
        ),
    )

    @property
    def meanings(self) -> Mapping[str, tuple[str, ...]]:
        """What is said of its codes for readers, in several languages; nothing of a column of a file."""
        return {}

    @model_validator(mode="after")
    def _only_texts_have_pseudonyms(self) -> Self:
        if self.pseudonym and self.type != "string":
            raise ValueError("pseudonym: only ids have one; declare the column as a string")
        return self

    @model_validator(mode="after")
    def _only_numbers_have_decimals(self) -> Self:
        if self.decimals is not None and self.type != "number":
            raise ValueError("decimals: only a column of type number has them")
        return self

    @model_validator(mode="after")
    def _categories_are_declared(self) -> Self:
        if (self.type == "category") != (self.categories is not None):
            raise ValueError(
                "a column of type category lists its categories, and only such a column"
            )
        return self


class Column(ReadColumn):
    """One column: its type, its words, and the values it may take; docs/plan.md shows what each key means."""

    label: Words = Field(description="`{en: ..., fr: ...}`")
    phrase: Words | None = Field(
        default=None,
        description="the label inside a sentence; in French with its article: `{en: revenue, fr: le chiffre d'affaires}`",
    )
    unit: str | Words | None = Field(
        default=None, description="of measurement, in one or two languages"
    )
    scale: Literal["level", "log"] = Field(
        default="level", description="`level`, or `log`: effects are also given in percent"
    )
    category_labels: dict[str, Words] = Field(
        default_factory=dict, description="`{category: {en: ..., fr: ...}}`"
    )
    description: Words | None = Field(default=None, description="a sentence for the codebook")

    @property
    def meanings(self) -> Mapping[str, tuple[str, ...]]:
        """The labels of its categories in both languages."""
        return {code: (words.en, words.fr) for code, words in self.category_labels.items()}

    def unit_in(self, language: Language) -> str:
        """Return the unit in one language; empty without one."""
        return self.unit.in_language(language) if isinstance(self.unit, Words) else self.unit or ""

    def level_in(self, level: str, language: Language) -> str:
        """Return a category's label in one language; the category itself without one."""
        label = self.category_labels.get(level)
        return level if label is None else label.in_language(language)

    @model_validator(mode="after")
    def _labels_are_of_the_column(self) -> Self:
        if not set(self.category_labels) <= set(self.categories or ()):
            raise ValueError("category_labels names only categories that the column lists")
        if self.scale == "log" and self.type != "number":
            raise ValueError("only a column of type number may be a logarithm (scale: log)")
        return self


class TimeColumn(Strict):
    """The column that counts time, in what, and how many of it lie between periods by design (every second quarter: 2)."""

    column: str
    frequency: Frequency
    step: Annotated[int, Field(ge=1)] = 1


class CohortColumn(Strict):
    """First treated period: a column, or the first period in which a 0/1 column is 1."""

    column: str
    never: list[str | int] = Field(default_factory=list)
    first_period_of: str | None = None
    marks: Literal["treatment", "start"] = "treatment"


class CsvOptions(Strict):
    """How cells are written that stand as text: in a CSV file, and in text columns of any other."""

    delimiter: Literal[",", ";", "\t", "|"] = Field(
        default=",",
        description='between cells: `,`, `;`, `|` or a tab (`"\\t"`; the default of a .tsv file)',
    )
    decimal: DecimalMark = Field(
        default=".",
        description=(
            "decimal mark. Undeclared, a column in which every number could as well have points as thousands marks "
            "(1.234) is refused"
        ),
    )
    thousands: Literal[".", ",", " ", "'"] | None = Field(
        default=None,
        description=(
            "thousands mark: `.`, `,`, `'` or a space, which stands for narrow and no-break ones too; taken out only "
            "where it groups by three"
        ),
    )
    dates: DateOrder | None = Field(
        default=None,
        description=(
            "order of dates with the year last (01/04/2013): `day_first` or `month_first`; undeclared they are "
            "refused"
        ),
    )
    encoding: Encoding = Field(
        default="utf-8",
        description=(
            "`utf-8`, `utf-16`, `cp1252`, `cp1250`, `cp1256`, `cp850`, `iso-8859-15` or `mac-roman`; one that cannot "
            "be right is refused"
        ),
    )

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(
                "thousands and decimal are the same mark; declare decimal too, as in {decimal: ',', thousands: '.'}"
            )
        return self


class Answer(Strict):
    """Why a column that could tell who a person is is there all the same; one of two."""

    keep: Annotated[str | None, Field(min_length=3)] = Field(
        default=None,
        description="why it belongs in the panel: `codes of the survey, no one's number`",
    )
    rules_only: Annotated[str | None, Field(min_length=3)] = Field(
        default=None,
        description=(
            "of a source of an intake plan: why its rules need it, as a merge by names does; the table that they make is "
            "refused if it still holds it, under whatever name"
        ),
    )

    @model_validator(mode="after")
    def _one_reason(self) -> Self:
        if (self.keep is None) == (self.rules_only is None):
            raise ValueError(
                "one reason: `keep`, why the panel has it, or `rules_only`, why rules need it"
            )
        return self


class FileLayout(Strict):
    """Where the table stands in a file, and how its text is written."""

    sheet: str | None = Field(
        default=None, description="sheet of a workbook; needed where it has several"
    )
    table: str | None = Field(
        default=None, description="table of a DuckDB file; its only one by default"
    )
    header_row: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1,
        description=(
            "row of the column names in a workbook or CSV file, as 3 below two rows of titles; data rows are counted "
            "from the next one"
        ),
    )
    heading_rows: Annotated[int, Field(ge=1, le=4)] = Field(
        default=1,
        description=(
            "rows that make up the column names, `header_row` the first of them: with 2, `2012` above `T1` is "
            "`2012 / T1`; an empty cell above the last one continues the cell on its left"
        ),
    )
    footer_rows: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=0,
        description="rows at the end of a workbook or CSV file that are no data: sources, notes, sums",
    )
    moved_rows: Literal["refuse", "keep"] = Field(
        default="refuse",
        description=(
            "of a workbook or CSV file: rows whose cells look moved by one column, with a blank where no other row has one, "
            "are refused with their rows; `keep` says that they were looked at and are right"
        ),
    )
    csv: CsvOptions = Field(
        default=CsvOptions(), description="how cells are written that stand as text: its keys below"
    )
    identifiers: dict[str, Answer] = Field(
        default_factory=dict,
        description=(
            "`{column: {keep: reason}}`: declared columns that look like a name, an identity, telephone or bank number, an "
            "address, a day of birth or a place on the map, by their name or by their cells, and why they are there; without "
            "a reason they are refused. docs/privacy.md says what is looked for"
        ),
    )


class Schema(FileLayout):
    """What a data file is, declared once beside it."""

    version: Literal[1] = Field(description="`1`")
    title: Words = Field(description="`{en: ..., fr: ...}`")
    source: str | Words = Field(description="where the data come from, in one or two languages")
    unit: str = Field(
        description=(
            "column that identifies the firm; ids that only look alike (case, spaces, composed and decomposed "
            "accents, invisible characters, letters of another script) are refused"
        )
    )
    time: TimeColumn = Field(
        description=(
            "`{column, frequency, step}`: `frequency` is `integer`, `year`, `quarter` or `month`; `step` (1 unless "
            "given) is how many of them lie between periods by design, 4 for a panel of every fourth year. Event "
            "time, anticipation and windows count steps; a time between the periods is refused"
        )
    )
    cohort: CohortColumn | None = Field(
        default=None,
        description=(
            '`{column, never}`: first treated period, and codes that also mean never (0 is "0" and 0.0); or '
            "`{column, first_period_of}`: the first period in which a 0/1 column is 1, in a column of a new name; "
            "blanks in it are refused, and so is treatment that switches off, unless the column `marks: start` "
            "alone, as a grant's year does"
        ),
    )
    cluster: str | None = Field(
        default=None,
        description="column above the unit, constant within it; held to the rule of ids",
    )
    weight: str | None = Field(default=None, description="column constant within a unit")
    missing_outcome: MissingOutcome = Field(
        default="refuse", description="`refuse`, or `drop` and count"
    )
    columns: dict[str, Column] = Field(description="by name, each with the keys below")

    @model_validator(mode="after")
    def _answers_are_of_columns(self) -> Self:
        for name, answer in self.identifiers.items():
            if name not in self.columns:
                raise ValueError(f"identifiers: {name} is no declared column")
            if answer.rules_only is not None:
                raise ValueError(
                    f"identifiers: {name}: rules_only is of a source of an intake plan; a panel keeps its columns"
                )
        return self

    @model_validator(mode="after")
    def _derived_cohort_is_new(self) -> Self:
        rule = self.cohort
        if rule is not None and rule.first_period_of is not None and rule.column in self.columns:
            raise ValueError(
                f"{rule.column}: cohort.column is derived by first_period_of and would replace a column of the data; "
                "give it a new name"
            )
        return self

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


def read_schema(path: Path | str) -> Schema:
    """Read a schema file.

    Raises
    ------
    SchemaError
        With the key and the rule it breaks.
    """
    path = Path(path)
    return schema_of(load_yaml(path, error=SchemaError), name=path.name)


def schema_of(values: Any, *, name: str, place: Place | None = None) -> Schema:
    """Check a schema's keys and values.

    Raises
    ------
    SchemaError
        With the key and the rule it breaks.
    """
    if not isinstance(values, dict):
        raise SchemaError(f"{name}: a schema is a list of keys and values; see data/artisans.yml")
    try:
        return Schema.model_validate(values)
    except ValidationError as problem:
        raise SchemaError(f"{name}: {broken_rules(problem, place)}") from None
