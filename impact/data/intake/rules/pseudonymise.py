"""Pseudonyms for ids that rules have put together, and columns that nobody needs any more."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from impact.data.intake.rules.rule import (
    Done,
    Name,
    Names,
    Rule,
    TableRule,
    Tables,
    refuse_replacing,
)
from impact.data.intake.table import Kind, Table
from impact.data.privacy.pseudonyms import pseudonyms_for
from impact.errors import SchemaError


class Pseudonymise(Rule):
    """Make a column of pseudonyms of a column of names or ids, once rules have merged by it; `forget` the names after it."""

    rule: Literal["pseudonymise"] = Field(description="`pseudonymise`")
    table: Name = Field(description="the table that it changes")
    column: Name = Field(description="column of type string: names or ids")
    new: Name = Field(
        description=(
            "name of the new column; one id has one pseudonym under one key (IMPACT_KEY_FILE), here and with `pseudonym: "
            "true`. Ids that only look alike are refused"
        )
    )

    @property
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads, the one that it changes first."""
        return (self.table,)

    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table; touched are the rows that have an id."""
        table = tables[self.table]
        refuse_replacing(table, self.new, rule="pseudonymise")
        cells = table[self.column]
        if table.kinds[self.column].type != "string":
            raise SchemaError(f"{self.column}: only a column of type string has pseudonyms")
        made = pseudonyms_for(folder).of(cells, name=self.column)
        reasons = table.reasons.get(self.column)
        filled = int((~table.missing(self.column)).sum())
        return Done(table.with_column(self.new, made, Kind("string"), reasons=reasons), filled)


class Forget(TableRule):
    """Leave out columns: names after a merge, parts of a sum."""

    rule: Literal["forget"] = Field(description="`forget`")
    columns: Names = Field(description="columns to leave out; one that is not there is refused")

    def of(self, table: Table) -> Done:
        """Make the table; no row is touched."""
        table.need(*self.columns)
        return Done(table.without(self.columns), 0, {"columns": len(self.columns)})
