"""What every rule is: options in a plan, and one method that makes tables of tables."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from impact.data.intake.table import Table
from impact.data.strict import Strict, Words
from impact.errors import SchemaError

Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(min_length=1)]
Tables = Mapping[str, Table]


@dataclass(frozen=True)
class Done:
    """What a rule made.

    Attributes
    ----------
    table : Table
    touched : int
        Rows that it changed, added, matched or left out.
    counts : mapping of str to int
        What else it counted.
    proposals : DataFrame, optional
        What it asks a person about, for a file that stays inside the project: it may hold names.
    """

    table: Table
    touched: int
    counts: Mapping[str, int] = field(default_factory=dict)
    proposals: Any = field(default=None, repr=False)


class Rule(Strict):
    """A step from tables to a table."""

    rule: str = Field(description="which rule")
    into: Name | None = Field(
        default=None,
        description="name of the table that it makes; its own table, changed, by default",
    )
    why: Words | None = Field(default=None, description="`{en: ..., fr: ...}`: for the ledger")

    @property
    @abstractmethod
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads, the one that it changes first."""

    @property
    def makes(self) -> str:
        """Name of the table that it makes."""
        return self.into or self.reads[0]

    @property
    def cited(self) -> str | Words | None:
        """Where the numbers that it brings into the data were read; None where it brings none, or does not say."""
        return None

    def rows_before(self, tables: Tables) -> int:
        """Return the rows that it begins with: those of the table that it changes."""
        return len(tables[self.reads[0]])

    @property
    def paths(self) -> Sequence[str]:
        """Files that it reads, relative to the intake plan."""
        return ()

    @abstractmethod
    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table.

        Parameters
        ----------
        tables : mapping of str to Table
            All that it `reads`.
        folder : Path
            The intake plan's own: what paths are relative to.

        Raises
        ------
        DataError
            With column, rule, rows and remedy.
        """


class TableRule(Rule):
    """A rule that changes one table."""

    table: Name = Field(description="the table that it changes")

    @property
    def reads(self) -> Sequence[str]:
        """Names of the tables that it reads, the one that it changes first."""
        return (self.table,)

    def apply(self, tables: Tables, *, folder: Path) -> Done:
        """Make the table; errors as the rule's own."""
        del folder
        return self.of(tables[self.table])

    @abstractmethod
    def of(self, table: Table) -> Done:
        """Make the table of the one that it changes."""


def refuse_replacing(table: Table, name: str, *, rule: str) -> None:
    """Refuse a rule that would write over a column: originals stay beside what is made of them.

    Raises
    ------
    SchemaError
    """
    if name in table.kinds:
        raise SchemaError(
            f"{name}: the rule {rule} would write over a column; give the new one another name, so that the original stays"
        )
