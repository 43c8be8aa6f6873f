"""What a plan tells of how the survey was held: who asked, for how long, what became of a unit, what was asked again."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1, max_length=1000)]
Codes = Annotated[tuple[Text, ...], Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class StatusColumn(_Strict):
    """A column that says what became of a unit in a period, and which of its values mean what."""

    column: Text
    exit: Codes = ()
    nonresponse: Codes = ()

    @model_validator(mode="after")
    def _something_is_named(self) -> Self:
        if not self.exit and not self.nonresponse:
            raise ValueError("name the values that mean exit, or those that mean nonresponse")
        if set(self.exit) & set(self.nonresponse):
            raise ValueError("a value means exit or nonresponse, not both")
        return self


class Survey(_Strict):
    """Columns about the interviews, for the checks of the data; every key optional."""

    enumerator: Text | None = None
    """column of who asked; results name no enumerator"""
    duration: Text | None = None
    """column of how long an interview lasted, in any unit"""
    status: StatusColumn | None = None
    """`{column, exit: [values], nonresponse: [values]}`: closed for good, and no answer; a blank is then told from an exit"""
    employment: Text | None = None
    """column of how many people work there: revenue without any is reported"""
    entered: Text | None = None
    """column of the first period in which a firm existed, written as the times are: answers before it are reported"""
    back_check: dict[Text, Text] = Field(default_factory=dict)
    """`{outcome: column}`: the same question at a second visit, blank where none was made"""
