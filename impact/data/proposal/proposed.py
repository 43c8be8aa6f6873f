"""What is proposed of files: what columns seem to be, where tables stand, who is who, and what a person must decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impact.data.proposal.doubt import Doubt
from impact.terms import Frequency


@dataclass(frozen=True)
class Label:
    """A name for the reader, in both languages."""

    en: str
    fr: str

    @classmethod
    def same(cls, text: str) -> "Label":
        """Make it of a text whose other language is not known."""
        return cls(text, text)


@dataclass(frozen=True)
class ProposedColumn:
    """A column as it seems to be.

    Attributes
    ----------
    name : str
        In the file.
    keys : mapping
        What a schema or intake plan would declare: ``type``, ``missing``, ``categories``, ...
    label : Label
    category_labels : mapping of str to Label
    doubts : tuple of Doubt
        What is guessed about it; empty where it is plain.
    """

    name: str
    keys: Mapping[str, Any]
    label: Label
    category_labels: Mapping[str, Label] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.keys["type"])


@dataclass(frozen=True)
class LeftOut:
    """A column that is not proposed, and why; whether it is because it could tell who a person is."""

    name: str
    why: Doubt
    identifying: bool = False


@dataclass(frozen=True)
class ProposedFile:
    """A file as it seems to be.

    Attributes
    ----------
    table : str
        Name of the table that it becomes.
    path : Path
    layout : mapping
        Keys of a file's layout that are not at their defaults: ``csv``, ``sheet``, ``header_row``, ...
    totals : mapping, optional
        Column and words of rows that are sums of others.
    columns : tuple of ProposedColumn
    left_out : tuple of LeftOut
    doubts : tuple of Doubt
        About the layout.
    """

    table: str
    path: Path
    layout: Mapping[str, Any]
    columns: tuple[ProposedColumn, ...]
    totals: Mapping[str, Any] | None = None
    left_out: tuple[LeftOut, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def named(self) -> dict[str, ProposedColumn]:
        """Return the columns by name."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True)
class ProposedRule:
    """A rule of the intake plan, as a plan writes it; or one that a person should look at, written as a comment."""

    keys: Mapping[str, Any]
    doubts: tuple[Doubt, ...] = ()
    commented: bool = False


@dataclass(frozen=True)
class Treatment:
    """How the first treated period is known.

    Attributes
    ----------
    column : str
        Of starts; a new name where it is the first period of a 0/1 column.
    never : tuple
        Codes in it that mean never.
    first_period_of : str, optional
        The 0/1 column.
    marks_start : bool
        Whether that column marks the start alone.
    """

    column: str
    never: tuple[str | int, ...] = ()
    first_period_of: str | None = None
    marks_start: bool = False

    @property
    def source(self) -> str:
        """The column of the data that it rests on."""
        return self.first_period_of or self.column


@dataclass(frozen=True)
class Roles:
    """Who is who: unit, time, treatment, outcome. A name that is no column stands for what was not found."""

    unit: str
    time: str
    frequency: Frequency
    step: int = 1
    treatment: Treatment | None = None
    outcomes: tuple[str, ...] = ()
    drops_missing: bool = False
    periods_before: int = 2
    doubts: Mapping[str, Doubt] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """All that is proposed.

    Attributes
    ----------
    files : tuple of ProposedFile
    rules : tuple of ProposedRule
    columns : tuple of ProposedColumn
        Of the panel that comes of files and rules.
    roles : Roles
    decisions : tuple of Doubt
        What a person must decide, the weightiest first.
    """

    files: tuple[ProposedFile, ...]
    rules: tuple[ProposedRule, ...]
    columns: tuple[ProposedColumn, ...]
    roles: Roles
    decisions: tuple[Doubt, ...]

    @property
    def needs_intake(self) -> bool:
        """Whether a plan must say more than a schema can: several files, rules, sums among the rows."""
        return len(self.files) > 1 or bool(self.rules) or self.files[0].totals is not None
