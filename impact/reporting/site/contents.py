"""What an index is made of: runs, batches, comparisons, and the scales of their pictures."""

from dataclasses import dataclass
from functools import cached_property

from impact.reporting.site.pictures import Axis
from impact.reporting.site.records import FINISHED, Headline, RunRecord, Span
from impact.reporting.site.shell import OWN_NAMES
from impact.terms import Language

MOST_PARTS = 6  # columns of the data by which runs are told apart, each with a filter
IN_PERCENT = "%"


@dataclass(frozen=True)
class Comparison:
    """A page that compares two runs: its address and the names of both."""

    link: str
    first: str
    second: str


@dataclass(frozen=True)
class BatchRecord:
    """A batch: its name, its folder's address, and how many runs were asked for."""

    name: str
    link: str
    asked: int


@dataclass(frozen=True)
class Site:
    """What the index is made of.

    Attributes
    ----------
    name : str
        Of the reports folder.
    runs : tuple of RunRecord
    batches : tuple of BatchRecord
    comparisons : tuple of Comparison
    """

    name: str
    runs: tuple[RunRecord, ...]
    batches: tuple[BatchRecord, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    @property
    def language(self) -> Language:
        """The language of most of its runs; English where it is even."""
        finished = [one.language for one in self.runs if one.status in FINISHED]
        return "fr" if 2 * finished.count("fr") > len(finished) else "en"

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages of its reports, where they are in several; else none."""
        known = {one.language for one in self.runs if one.status in FINISHED}
        return tuple(language for language in OWN_NAMES if len(known) > 1 and language in known)

    @property
    def released(self) -> bool:
        """Whether all that it shows has left already."""
        statuses = {one.status for one in self.runs if one.status in FINISHED}
        return statuses == {"released"}

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Columns of which some run has a part."""
        return tuple(dict.fromkeys(column for one in self.runs for column in one.part))[:MOST_PARTS]

    @cached_property
    def axes(self) -> dict[str, Axis]:
        """The axis of each unit: runs whose effect is known in percent share one."""
        spans: dict[str, list[Span]] = {}
        for one in self.runs:
            if one.headline is not None and (drawn := drawn_span(one.headline)) is not None:
                spans.setdefault(unit_drawn(one.headline), []).append(drawn)
        return {unit: Axis.of(found) for unit, found in spans.items()}


def drawn_span(headline: Headline) -> Span | None:
    """Return what a picture shows: percent where it is known, as that compares across outcomes."""
    return headline.percent or headline.effect


def unit_drawn(headline: Headline) -> str:
    """Return the unit of the picture."""
    return IN_PERCENT if headline.percent else headline.unit
