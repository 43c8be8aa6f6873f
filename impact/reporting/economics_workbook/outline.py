"""Where the tables of the sensitivity stand, and which scenarios their workings hold, in the order of their rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from impact.economics.sensitivity import EFFECT
from impact.reporting.economics_workbook.page import cell_name
from impact.reporting.economics_workbook.scenarios import HORIZON, Scenario
from impact.reporting.economics_workbook.subject import Subject
from impact.reporting.words.register import REGISTER

TORNADO = 6  # its first row
CHART = 20  # rows that the drawing covers
SPARE = 3  # rows of the tornado for numbers that somebody gives a range
_OF_THIS_RUN = 18  # rows at most


@dataclass(frozen=True)
class Outline:
    """The tab of sensitivity before it is written."""

    subject: Subject

    @cached_property
    def names(self) -> list[str]:
        """What the tornado moves, by name."""
        names = [name for name, _ in self.subject.worth.appraisal.assumptions.by_name()]
        return sorted([*names, EFFECT] if self.subject.bounded else names)

    @property
    def places(self) -> int:
        """Rows of the tornado."""
        ranging = sum(low < high for low, high in map(self.range_of, self.names))
        return min(len(self.names), ranging + SPARE)

    @property
    def effects(self) -> tuple[str, ...]:
        """Cells of the effects over whose persistence the rate is shown: the estimate, and the ends of its interval."""
        return ("effect", "effect_low", "effect_high") if self.subject.bounded else ("effect",)

    @property
    def horizons(self) -> int:
        """First row of the table of horizons."""
        return TORNADO + self.places + CHART + 3

    @property
    def lasting(self) -> int:
        """First row of the table of persistence."""
        return self.horizons + len(self.subject.worth.horizons) + 3

    @property
    def of_this_run(self) -> int:
        """Heading of the values of this run."""
        return self.lasting + len(self.subject.worth.lasting) + 1

    @property
    def reasons(self) -> int:
        """First row of the reasons why a figure is none; what stands from here on is not printed."""
        return self.of_this_run + _OF_THIS_RUN

    @property
    def ranking(self) -> int:
        """First row of the ranking behind the tornado."""
        return self.reasons + len(REGISTER["no_figure"]) + 2

    @property
    def workings(self) -> int:
        """First row of the scenarios."""
        return self.ranking + len(self.names) + 2

    def at_end(self, name: str, end: str) -> int:
        """Return the number of the scenario of a name's ``low`` or ``high`` end."""
        return 1 + 2 * self.names.index(name) + (end == "high")

    def at_horizon(self, place: int) -> int:
        """Return the number of the scenario of a horizon."""
        return 1 + 2 * len(self.names) + place

    def at_share(self, place: int, effect: int) -> int:
        """Return the number of the scenario of a share kept and one of the effects."""
        first = self.at_horizon(len(self.subject.worth.horizons))
        return first + len(self.effects) * place + effect

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the two ends of a number."""
        worth = self.subject.worth
        if name == EFFECT:
            return worth.conf_low, worth.conf_high
        one = dict(worth.appraisal.assumptions.by_name())[name]
        return one.low, one.high

    def label(self, name: str) -> str:
        """Return what readers call a number, with its class where the number's own label is another."""
        subject = self.subject
        if name == EFFECT:
            return subject.t("Effect, over its interval")
        code, dot, _ = name.partition(".")
        own, language = subject.label(name), subject.cover.language
        classes = {one.code: one.label.in_language(language) for one in subject.file.classes}
        return own if not dot or own == classes[code] else f"{own} ({classes[code]})"

    def horizon_cells(self) -> list[tuple[int, str]]:
        """Return the horizons shown, each with the cell that it is read from."""
        main, others = self.subject.file.horizon.years, iter(range(1, 100))
        return [
            (int(one), "horizon" if one == main else f"other_horizon_{next(others)}")
            for one in self.subject.worth.horizons["horizon"]
        ]

    def scenarios(self) -> Iterator[Scenario]:
        """Return the estimate, both ends of each number, horizons, and shares kept."""
        t = self.subject.t
        yield Scenario(t("The estimate"))
        for row, name in enumerate(self.names, self.ranking):
            for column, value in enumerate(self.range_of(name), 1):
                cell = cell_name((row, column), fixed_row=True, fixed_column=True)
                end = t("low") if column == 1 else t("high")
                yield Scenario(f"{self.label(name)}: {end}", {name: cell}, {name: value})
        for horizon, cell in self.horizon_cells():
            yield Scenario(t("Years counted"), {HORIZON: cell}, {HORIZON: float(horizon)})
        for row, share in enumerate(self.subject.worth.lasting["persistence"], self.lasting):
            yield from self._of_share(row, float(share))

    def _of_share(self, row: int, share: float) -> Iterator[Scenario]:
        worth = self.subject.worth
        cell = cell_name((row, 0), fixed_row=True, fixed_column=True)
        held = (worth.appraisal.effect.mean, worth.conf_low, worth.conf_high)
        for effect, value in zip(self.effects, held, strict=False):
            yield Scenario(
                self.subject.label("persistence"),
                {"persistence": cell, EFFECT: effect},
                {"persistence": share, EFFECT: value},
            )
