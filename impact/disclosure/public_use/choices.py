"""The choices of a public-use file: what others may know of a firm, what is sensitive, and how each column is changed."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from impact.data.broken_rules import broken_rules
from impact.data.strict import Strict, Words
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError

SmallCohorts = Literal["merge", "leave_out", "refuse"]
Beyond = Literal["mean", "limit"]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=3, max_length=1000)]


class Limit(Strict):
    """Where the largest or smallest values are cut: a value of the column, or a share of its cells."""

    quantile: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="share of the column's cells that lie below the cut"
    )
    value: float | None = Field(default=None, description="the cut itself, in the column's unit")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.quantile is None) == (self.value is None):
            raise ValueError("one of the two: quantile, or value")
        return self


class Rounding(Strict):
    """How coarse amounts are written: to a multiple of a step, or with so many digits that count."""

    to: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="the step: `100` makes 22995 of an amount 23000"
    )
    digits: Annotated[int, Field(ge=1, le=6)] | None = Field(
        default=None, description="digits that count: `2` makes 22995 of an amount 23000"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.to is None) == (self.digits is None):
            raise ValueError("one of the two: to, or digits")
        return self


class Group(Strict):
    """Categories that become one."""

    of: Annotated[list[str], Field(min_length=1)] = Field(
        description="the categories, as the schema lists them"
    )
    label: Words = Field(description="`{en: ..., fr: ...}`")


class PublicUseChoices(Strict):
    """What a public-use file is to be; docs/public-use.md explains each key."""

    version: Literal[1] = Field(description="`1`")
    k: Annotated[int, Field(ge=2, le=1000)] = Field(
        default=5,
        description="units that must share each combination of the quasi-identifiers, the start of treatment among them",
    )
    diversity: Annotated[int, Field(ge=1, le=10)] = Field(
        default=2,
        description=(
            "l: in how many tenths of the first sensitive column (categories, where it has them) the units of a combination "
            "must lie; `1` asks for nothing"
        ),
    )
    quasi_identifiers: Annotated[list[Name], Field(min_length=1)] = Field(
        description=(
            "columns that somebody may know of a firm from outside, the most important first: values are withheld from the "
            "last one on. The start of treatment, and the arm of a lot, always count and are never withheld. A column that "
            "changes over time counts with its whole path"
        )
    )
    sensitive: Annotated[list[Name], Field(min_length=1)] = Field(
        description="columns that nobody outside knows, the outcomes among them; they stay, changed as below"
    )
    harmless: dict[Name, Reason] = Field(
        default_factory=dict,
        description="columns that stay as they are, each with the reason why they tell of nobody",
    )
    drop: list[Name] = Field(default_factory=list, description="columns that stay inside")
    recode: dict[Name, dict[Name, Group]] = Field(
        default_factory=dict,
        description="of a `category`: new categories, each with those it is made of; others stay",
    )
    bands: dict[Name, Annotated[list[float], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="of a number: where its bands begin; `[1, 5]` makes three, below 1, from 1 to below 5, from 5 on",
    )
    years: list[Name] = Field(
        default_factory=list,
        description="of a `period` or `date`: only the year stays; never of the time or the start of treatment",
    )
    top: dict[Name, Limit] = Field(
        default_factory=dict,
        description=(
            "of a number: larger values are replaced; the cut moves down until those of ten units, and of k, lie beyond it"
        ),
    )
    bottom: dict[Name, Limit] = Field(
        default_factory=dict, description="the same of smaller values"
    )
    beyond: Beyond = Field(
        default="mean",
        description="what replaces values beyond a cut: `mean`, theirs, so that totals stay, or the `limit`",
    )
    round: dict[Name, Rounding] = Field(
        default_factory=dict, description="of a number, after cutting"
    )
    small_cohorts: SmallCohorts = Field(
        default="merge",
        description=(
            "where fewer than k units start together: `merge` moves them to the next start beside it, `leave_out` keeps them "
            "inside, `refuse` writes no file"
        ),
    )

    @model_validator(mode="after")
    def _each_column_has_one_part(self) -> Self:
        parts = (self.quasi_identifiers, self.sensitive, list(self.harmless), self.drop)
        every = [name for part in parts for name in part]
        for name in every:
            if every.count(name) > 1:
                raise ValueError(f"{name}: stands twice; one part of a column in the file")
        changes = (self.recode, self.bands, self.years, self.top, self.bottom, self.round)
        changed = {name for change in changes for name in change}
        for name in sorted(changed - {*self.quasi_identifiers, *self.sensitive}):
            raise ValueError(
                f"{name}: only columns under quasi_identifiers or sensitive are changed"
            )
        return self

    @model_validator(mode="after")
    def _one_change_of_a_kind(self) -> Self:
        for name in sorted(set(self.bands) & {*self.top, *self.bottom, *self.round}):
            raise ValueError(f"{name}: bands have no values to cut or round; choose one")
        for name, starts in self.bands.items():
            if sorted(set(starts)) != starts:
                raise ValueError(f"bands.{name}: ascending, each once")
        for name, groups in self.recode.items():
            old = [one for group in groups.values() for one in group.of]
            if len(set(old)) < len(old):
                raise ValueError(f"recode.{name}: a category stands in two groups")
        return self


def read_choices(path: Path) -> PublicUseChoices:
    """Read a file of choices.

    Raises
    ------
    PlanError
        With the key and the rule it breaks.
    """
    return choices_of(load_yaml(path), name=path.name)


def choices_of(values: Any, *, name: str) -> PublicUseChoices:
    """Check the keys and values of choices.

    Raises
    ------
    PlanError
    """
    if not isinstance(values, dict):
        raise PlanError(f"{name}: choices are a list of keys and values; see docs/public-use.md")
    try:
        return PublicUseChoices.model_validate(values)
    except ValidationError as problem:
        raise PlanError(f"{name}: {broken_rules(problem)}") from None
