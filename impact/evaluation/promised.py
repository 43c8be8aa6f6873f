"""What a plan promises beside its estimators: the questions that a report answers in order, and whom it leaves out."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from impact.data.strict import Words

AnsweredBy = Literal["effect", "subgroup", "family", "placebo", "contamination", "worth"]
Hypothesis = Literal["increase", "decrease", "change", "nothing_relevant"]
Estimand = Literal["effect_on_beneficiaries", "effect_of_being_drawn"]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
NEEDS_WHAT = frozenset({"subgroup", "family"})
"""Answers of which a plan has several, so that a question names one."""
NOTHING_IN_PARTICULAR = frozenset({"placebo", "contamination", "worth"})


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class PlannedQuestion(_Strict):
    """A question of the evaluation, and which result answers it."""

    question: Words
    """`{en: ..., fr: ...}`"""
    answered_by: AnsweredBy = "effect"
    """`effect`, `subgroup`, `family`, `placebo`, `contamination` or `worth`"""
    about: Text | None = None
    """of an effect its outcome (the headline, if not said); the column of a subgroup; the name of a family"""
    expects: Hypothesis | None = None
    """the hypothesis on an effect: `increase`, `decrease`, `change`, or `nothing_relevant` (less than `relevant_effect`)"""

    @model_validator(mode="after")
    def _names_what_it_asks_about(self) -> Self:
        if self.answered_by in NEEDS_WHAT and self.about is None:
            raise ValueError(f"about: name the {self.answered_by}")
        if self.answered_by in NOTHING_IN_PARTICULAR and self.about is not None:
            raise ValueError(
                f"about: only of an effect, a subgroup or a family, not of {self.answered_by}"
            )
        if self.expects is not None and self.answered_by != "effect":
            raise ValueError("expects: only of an effect")
        return self


class Exclusion(_Strict):
    """Observations that a plan leaves out, before anything is estimated."""

    column: Text
    """column that tells"""
    any_of: Annotated[tuple[Text | bool | int | float, ...], Field(strict=False)] = ()
    """values that are left out, such as periods outside the window"""
    below: float | None = None
    """of a number: what is smaller is left out"""
    above: float | None = None
    """of a number: what is larger is left out"""
    because: Words
    """the reason, `{en: ..., fr: ...}`"""

    @model_validator(mode="after")
    def _says_what_is_left_out(self) -> Self:
        if bool(self.any_of) == (self.below is not None or self.above is not None):
            raise ValueError("say either any_of, or below and above")
        return self
