"""What the workbook is about: the appraised programme, its file of assumptions, and the words around them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impact.arrays import Floats
from impact.economics.appraisal import Streams
from impact.economics.figure import Figure
from impact.evaluation.appraised import Worth
from impact.evaluation.economics_file import EconomicsFile, Grounded
from impact.reporting.formats import Formats
from impact.reporting.render.cover import Cover
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said

ROOM = 40  # years that the sheets have rows for, unless the horizon is longer


@dataclass(frozen=True)
class Subject:
    """An appraised programme to be written down.

    Attributes
    ----------
    worth : Worth
    file : EconomicsFile
    currency : str
    cover : Cover
        Title, provenance and language.
    banner : str
        What every page must say, as that the data are simulated; or nothing.
    """

    worth: Worth
    file: EconomicsFile
    currency: str
    cover: Cover
    banner: str = ""

    @cached_property
    def t(self) -> Words:
        """Sentences in the workbook's language."""
        return Words(self.cover.language)

    @property
    def f(self) -> Formats:
        """Numbers inside a sentence."""
        return Formats(self.cover.language)

    @property
    def years(self) -> int:
        """Rows of every table by year."""
        return max(ROOM, self.file.horizon.years, *self.file.horizon.others)

    @property
    def price_ratio(self) -> float:
        """What turns prices of the outcome's year into those of the base year."""
        index = self.file.price_index.by_year
        return index[self.file.base_year] / index[self.file.outcome_prices]

    @property
    def money(self) -> str:
        """Unit of all amounts: ``MAD of 2012``."""
        return self.t("{currency} of {year}", currency=self.currency, year=self.file.base_year)

    @property
    def bounded(self) -> bool:
        """Whether the effect has an interval with two ends."""
        return bool(np.isfinite([self.worth.conf_low, self.worth.conf_high]).all())

    @property
    def follows_path(self) -> bool:
        """Whether the effect differs from year to year."""
        return self.file.effect.follows == "path"

    def grounds(self, grounds: Grounded) -> tuple[str, bool]:
        """Return the source of a number, or why it is assumed, and whether it is."""
        text = grounds.grounds_in(self.cover.language)
        return (
            self.t("Assumption: {reason}", reason=text) if grounds.assumed else text
        ), grounds.assumed

    def label(self, name: str) -> str:
        """Return what readers call a number of the economics file."""
        return self.file.numbers()[name].label.in_language(self.cover.language)

    def shown(self, figure: Figure) -> float | str:
        """Return a figure's value, or in words why there is none."""
        if figure.value is None:
            return said(self.t, "no_figure", str(figure.why))
        return figure.value

    def padded(self, stream: Floats) -> Floats:
        """Return a stream with zeros after its horizon, as long as the sheets' tables."""
        return np.concatenate([stream, np.zeros(self.years - len(stream))])

    def streams(
        self,
        values: dict[str, float] | None = None,
        *,
        effect: float | None = None,
        horizon: int | None = None,
    ) -> Streams:
        """Return the streams of other assumptions, another mean effect or another horizon."""
        appraisal = self.worth.appraisal
        if horizon is not None:
            appraisal = appraisal.changed(horizon=horizon)
        by_year = appraisal.effect.by_year
        moved = by_year if effect is None else by_year + (effect - appraisal.effect.mean)
        return appraisal.streams(values, moved)
