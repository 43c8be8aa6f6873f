"""The intake plan: which files arrive, what stands in them, and by which rules they become one table."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from impact.data.broken_rules import Place, broken_rules
from impact.data.intake.each import DESCRIPTION, Each, expanded
from impact.data.intake.rules.every import AnyRule
from impact.data.intake.rules.pseudonymise import Pseudonymise
from impact.data.intake.rules.rule import Name, Names
from impact.data.intake.table import Currency, Money
from impact.data.schema import FileLayout, ReadColumn
from impact.data.strict import Strict, Words
from impact.data.yaml_file import load_yaml
from impact.errors import SchemaError
from impact.terms import Frequency, nearest


class ArrivingColumn(ReadColumn):
    """A column of a file as it arrives."""

    column: Name | None = Field(
        default=None, description="its name in the file, where that is another than the key"
    )
    frequency: Frequency | None = Field(
        default=None,
        description="of a `period`, and only of one: `integer`, `year`, `quarter` or `month`",
    )
    unit: str | Words | None = Field(default=None, description="of measurement, for the reader")
    each: Each | None = Field(default=None, description=DESCRIPTION)
    currency: Currency | None = Field(
        default=None,
        description=(
            "of an amount, as `MAD`, at the prices of its own day; amounts of two currencies, or deflated and not, are "
            "never added up or put below each other"
        ),
    )

    @model_validator(mode="after")
    def _amounts_are_numbers(self) -> Self:
        if self.currency is not None and self.type not in {"integer", "number"}:
            raise ValueError("only a column of type number or integer has a currency")
        return self

    @property
    def money(self) -> Money | None:
        """Of which money its amounts are."""
        return None if self.currency is None else Money(self.currency)

    @model_validator(mode="after")
    def _periods_have_a_frequency(self) -> Self:
        if (self.type == "period") != (self.frequency is not None):
            raise ValueError(
                "a column of type period declares its frequency, and only such a column"
            )
        return self


class Totals(Strict):
    """Rows that are sums of others, known by what stands in one column."""

    column: Name = Field(description="the column's name in the file")
    words: Annotated[list[str], Field(min_length=1)] = Field(
        description="what stands there in such a row, whatever the case: `[TOTAL, Total général]`"
    )


class ArrivingFile(FileLayout):
    """A file as it arrives; columns that are not declared stay out."""

    file: Annotated[str, Field(min_length=1, max_length=1000)] = Field(
        description="path, relative to the intake plan"
    )
    totals: Totals | None = Field(
        default=None,
        description="rows that are sums of others and are left out before anything is read of them",
    )
    columns: Annotated[
        dict[Name, ArrivingColumn], Field(min_length=1), BeforeValidator(expanded)
    ] = Field(description="by the name that they get, each with the keys below")

    @model_validator(mode="after")
    def _answers_are_of_columns(self) -> Self:
        if unknown := [name for name in self.identifiers if name not in self.columns]:
            raise ValueError(f"identifiers: {', '.join(unknown)}: no declared column")
        return self


class IntakePlan(Strict):
    """Files, what stands in them, and the rules that make one table of them."""

    version: Literal[1] = Field(description="`1`")
    title: Words | None = Field(default=None, description="`{en: ..., fr: ...}`")
    sources: Annotated[dict[Name, ArrivingFile], Field(min_length=1)] = Field(
        description="files by the name of the table that each becomes"
    )
    rules: list[AnyRule] = Field(
        default_factory=list,
        description="what is done to the tables, in this order; their keys below",
    )
    result: Name | None = Field(
        default=None,
        description="the table that is the panel; the one that the last rule makes by default",
    )
    columns: Names | None = Field(
        default=None, description="columns of the panel and their order; all by default"
    )

    @model_validator(mode="after")
    def _tables_are_made_before_they_are_read(self) -> Self:
        known = list(self.sources)
        for number, rule in enumerate(self.rules, start=1):
            for name in rule.reads:
                if name not in known:
                    raise ValueError(
                        f"rules.{number}: no table of this name before it; {nearest(name, known)}"
                        f"there are {', '.join(known)}"
                    )
            known.append(rule.makes)
        if self.result is not None and self.result not in known:
            raise ValueError(f"result: no such table; there are {', '.join(dict.fromkeys(known))}")
        if self.result is None and not self.rules and len(self.sources) > 1:
            raise ValueError(
                "result: name the table that is the panel, or a rule that joins the sources"
            )
        return self

    @property
    def made(self) -> str:
        """Name of the table that is the panel."""
        if self.result is not None:
            return self.result
        return self.rules[-1].makes if self.rules else next(iter(self.sources))

    @property
    def answered(self) -> frozenset[str]:
        """Columns that may look like identifiers in the panel: kept for a reason, or pseudonyms."""
        kept = [
            name
            for source in self.sources.values()
            for name, answer in source.identifiers.items()
            if answer.keep is not None
        ]
        made = [rule.new for rule in self.rules if isinstance(rule, Pseudonymise)]
        replaced = [
            name
            for source in self.sources.values()
            for name, column in source.columns.items()
            if column.pseudonym
        ]
        return frozenset((*kept, *made, *replaced))

    @property
    def files(self) -> tuple[str, ...]:
        """Files that it reads, as it writes them."""
        named = [source.file for source in self.sources.values()]
        named += [path for rule in self.rules for path in rule.paths]
        return tuple(dict.fromkeys(named))


def intake_plan(values: Any, *, name: str, place: Place | None = None) -> IntakePlan:
    """Check an intake plan's keys and values.

    Raises
    ------
    SchemaError
        With the key and the rule that it breaks.
    """
    if not isinstance(values, dict):
        raise SchemaError(
            f"{name}: an intake plan is a list of keys and values; see docs/intake.md"
        )
    try:
        return IntakePlan.model_validate(values)
    except ValidationError as problem:
        raise SchemaError(f"{name}: {broken_rules(problem, place)}") from None


def read_intake_plan(path: Path) -> IntakePlan:
    """Read an intake plan from YAML; errors as `intake_plan`."""
    return intake_plan(load_yaml(path, error=SchemaError), name=path.name)
