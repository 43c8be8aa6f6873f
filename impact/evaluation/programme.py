"""The programme: what it was to do, where, for how much, and its events as planned and delivered, each with its source."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from impact.data.schema import Words
from impact.evaluation.named_file import read_named_file
from impact.terms import Language

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(gt=0)]


class _Told(BaseModel):
    """Something with a source; without one it is an assumption, and every page that shows it says so."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    source: str | Words = ""

    @property
    def assumed(self) -> bool:
        """Whether no source was found."""
        return not self.source

    def source_in(self, language: Language) -> str:
        """Return the source in one language; empty where none was found."""
        return self.source if isinstance(self.source, str) else self.source.in_language(language)


class Statement(_Told):
    """A statement about the programme."""

    text: Words


class Cost(_Told):
    """What it cost, as announced or spent."""

    amount: Amount
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Step(_Told):
    """A step of the theory of change, and what must hold for it to follow from the one before."""

    text: Words
    assumption: Words | None = None


class Event(_Told):
    """One event; None where no source was found.

    Attributes
    ----------
    planned, replanned, actual, done_by : str or None
        Months: of the first plan, of a later one, when it took place, and by when it is known to have taken place.
    planned_inferred : bool
        The source lists dates and events apart, and only their order puts them together.
    """

    name: Words
    planned: Month | None = None
    planned_inferred: bool = False
    replanned: Month | None = None
    actual: Month | None = None
    done_by: Month | None = None
    places: Count | None = None
    exhibitors: Count | None = None


class Programme(BaseModel):
    """A programme, as its file tells of it; what the file leaves out is None or empty."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    cost: Cost | None = None
    other_costs: Annotated[tuple[Cost, ...], Field(strict=False)] = ()
    """the same by other sources, which disagree"""
    months: Count | None = None
    began: Month | None = None
    ended: Month | None = None
    run_by: Statement | None = None
    funded_by: Statement | None = None
    aim: Statement | None = None
    places: Statement | None = None
    selection: Statement | None = None
    theory_of_change: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    events: Annotated[tuple[Event, ...], Field(strict=False)] = ()


def read_programme(path: Path) -> Programme:
    """Read a programme file.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    return read_named_file(path, Programme, key="programme")
