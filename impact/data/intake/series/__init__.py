"""Price series that come with the package: numbers as they were published, each file with its source."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from impact.data.intake.periods import Calendar
from impact.data.strict import Strict, Words

SeriesName = Literal["morocco_cpi"]


class PublishedSeries(Strict):
    """A price index by period.

    Attributes
    ----------
    title, source : Words
    frequency : {"year", "quarter", "month"}
    base : int
        The year of which it is 100.
    by_period : mapping of int to float
    """

    title: Words
    source: Words
    frequency: Calendar
    base: int
    by_period: Annotated[dict[int, Annotated[float, Field(gt=0)]], Field(min_length=1)]


@cache
def published(name: SeriesName) -> PublishedSeries:
    """Read a series of the package.

    Examples
    --------
    >>> from impact.data.intake.series import published
    >>> published("morocco_cpi").by_period[2010]
    97.842
    """
    import yaml

    text = files(__package__).joinpath(f"{name}.yml").read_text(encoding="utf-8")
    return PublishedSeries.model_validate(yaml.safe_load(text))
