"""The programme: what it was to do, where, for how much, and its events as planned and delivered, each with its source."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from impact.data.strict import Words
from impact.evaluation.named_file import StrictForm, read_named_file, source_in
from impact.terms import Language, nearest

Delivered = Literal["yes", "no", "not_known"]
"""Whether an event took place; what nobody documents is not known, which is not the same as not done."""
EventCell = Literal[
    "planned",
    "replanned",
    "actual",
    "done_by",
    "place_planned",
    "place_actual",
    "places",
    "exhibitors",
    "spending_planned",
    "spending_actual",
    "delivered",
]
"""What of an event may have a source of its own."""
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]
MOST = 1e15  # beyond it an amount is a slip of the pen
Amount = Annotated[float, Field(gt=0, le=MOST)]


class _Told(StrictForm):
    """Something with a source; without one it is an assumption, and every page that shows it says so."""

    source: str | Words = ""

    @property
    def assumed(self) -> bool:
        """Whether no source was found."""
        return not self.source

    def source_in(self, language: Language) -> str:
        """Return the source in one language; empty where none was found."""
        return source_in(self.source, language)


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


class Spending(StrictForm):
    """Money planned for an event, or spent on it; nothing spent is 0."""

    amount: Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Event(_Told):
    """One event, planned against delivered; None where no source was found.

    Attributes
    ----------
    planned, replanned, actual, done_by : str or None
        Months: of the first plan, of a later one, when it took place, and by when it is known to have taken place.
    planned_inferred : bool
        The source lists dates and events apart, and only their order puts them together.
    delivered : str or None
        One of `Delivered`, where no month tells; read `delivery`, which knows both.
    place_planned, place_actual : Words or None
    places, exhibitors : int or None
        Participants planned (places offered) and present.
    spending_planned, spending_actual : Spending or None
    sources : mapping
        Sources of single cells, where the event's own does not have them.
    """

    name: Words
    planned: Month | None = None
    planned_inferred: bool = False
    replanned: Month | None = None
    actual: Month | None = None
    done_by: Month | None = None
    delivered: Delivered | None = None
    place_planned: Words | None = None
    place_actual: Words | None = None
    places: Count | None = None
    exhibitors: Count | None = None
    spending_planned: Spending | None = None
    spending_actual: Spending | None = None
    sources: dict[str, str | Words] = Field(default_factory=dict)

    @property
    def delivery(self) -> Delivered:
        """Whether it took place: as the file says, or as a month, a place or participants tell."""
        if self.delivered is not None:
            return self.delivered
        return "yes" if self._happened() else "not_known"

    def _happened(self) -> list[str]:
        """Return what only an event that took place has."""
        told = ("actual", "done_by", "place_actual")
        counted = self.exhibitors, self.spending_actual and self.spending_actual.amount
        found = [name for name in told if getattr(self, name) is not None]
        names = ("exhibitors", "spending_actual")
        return found + [name for name, n in zip(names, counted, strict=True) if n]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        happened = self._happened()
        if self.delivered in {"no", "not_known"} and happened:
            raise ValueError(f"delivered: {self.delivered}, but {happened[0]} says that it was")
        if self.delivered == "no" and not (self.source or "delivered" in self.sources):
            raise ValueError("delivered: no, and no source says so; give one, or say not_known")
        if self.actual and self.done_by and self.actual > self.done_by:
            raise ValueError("actual: after the month by which it was over (done_by)")
        return self._sources_are_of_cells()

    def _sources_are_of_cells(self) -> Self:
        known = get_args(EventCell)
        for name in self.sources:
            if name not in known:
                raise ValueError(
                    f"sources: a key that is no cell; {nearest(name, known)}cells are {', '.join(known)}"
                )
            if getattr(self, name) is None:
                raise ValueError(f"sources.{name}: a source of a cell that is not there")
        return self

    @property
    def assumed(self) -> bool:
        """Whether no source was found, of the event or of any cell."""
        return not self.source and not self.sources

    def sources_in(self, language: Language) -> dict[str, str]:
        """Return the sources of single cells in one language, in the order of `EventCell`."""
        names = [name for name in get_args(EventCell) if name in self.sources]
        return {name: source_in(self.sources[name], language) for name in names}


class Programme(StrictForm):
    """A programme, as its file tells of it; what the file leaves out is None or empty."""

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

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> Self:
        if wrong := next(self._out_of_order(), None):
            raise ValueError(wrong)
        return self

    def _out_of_order(self) -> Iterator[str]:
        if self.began and self.ended and self.ended < self.began:
            yield "ended: before the programme began"
        for at, event in enumerate(self.events):
            for name in ("actual", "done_by"):
                month = getattr(event, name)
                if month and self.began and month < self.began:
                    yield f"events.{at}.{name}: before the programme began"
            if event.actual and self.ended and event.actual > self.ended:
                yield f"events.{at}.actual: after the programme ended"


def read_programme(path: Path) -> Programme:
    """Read a programme file.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    return read_named_file(path, Programme, key="programme")
