"""The scan: which declared columns could name a person, by name or by cells; they are refused unless a reason is given."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from impact.data.privacy.content import are_latitudes, are_longitudes, looks_like
from impact.data.privacy.names import Identifier, named_like
from impact.data.schema import ColumnType
from impact.errors import PrivacyError


@dataclass(frozen=True, eq=False)
class Looked:
    """A declared column as it is looked at.

    Attributes
    ----------
    name : str
        Declared.
    headings : tuple of str
        Every name that it has: the declared one, the file's, the file's label of a column of texts.
    type : str
    cells : array-like, (n,)
    """

    name: str
    headings: tuple[str, ...]
    type: ColumnType
    cells: Any = field(repr=False)


@dataclass(frozen=True)
class Suspicion:
    """A column that could name a person; it never holds a cell.

    Attributes
    ----------
    column : str
        Declared name.
    what : str
    by : {"name", "content"}
    """

    column: str
    what: Identifier
    by: Literal["name", "content"]

    def __str__(self) -> str:
        found = "by its name" if self.by == "name" else "by what stands in it"
        return f"{self.column} ({self.what}, {found})"


def suspicions(columns: Iterable[Looked]) -> tuple[Suspicion, ...]:
    """Return the columns that could name a person, each once.

    Parameters
    ----------
    columns : iterable of Looked
        Those that a schema or a source declares; places on the map are known by pairs of them.
    """
    columns = tuple(columns)
    found: dict[str, Suspicion] = {}
    for column in columns:
        named = [named_like(heading, column.type) for heading in column.headings]
        what = next((one for one in named if one is not None), None)
        if what is not None:
            found[column.name] = Suspicion(column.name, what, "name")
        elif (seen := looks_like(column.cells, column.type)) is not None:
            found[column.name] = Suspicion(column.name, seen, "content")
    numbers = [column for column in columns if column.type == "number"]
    places = [column.name for column in numbers if are_latitudes(column.cells)]
    meridians = [column.name for column in numbers if are_longitudes(column.cells)]
    if places and meridians:
        for name in (*places, *meridians):
            found.setdefault(name, Suspicion(name, "place on the map", "content"))
    return tuple(found[column.name] for column in columns if column.name in found)


def refuse_identifiers(
    columns: Iterable[Looked], *, answered: Container[str], where: str = ""
) -> None:
    """Refuse columns that could name a person and of which the plan does not say why they are there.

    Parameters
    ----------
    columns : iterable of Looked
    answered : container of str
        Columns of which it does.
    where : str
        The source, for the message.

    Raises
    ------
    PrivacyError
        With the columns and what they look like, never a cell.
    """
    open_ones = [one for one in suspicions(columns) if one.column not in answered]
    if open_ones:
        raise PrivacyError(
            f"{where}{'; '.join(map(str, open_ones))}: could tell who a person is. Leave such columns out, replace the ids in "
            "them by pseudonyms (pseudonym: true), or say under `identifiers` why they are there"
        )
