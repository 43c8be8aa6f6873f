"""What a plan calls things: its units, its beneficiaries, the treatment and its start, in both languages."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from impact.data.strict import Words
from impact.terms import Language

Text = Annotated[str, Field(min_length=1, max_length=120)]
Gender = Literal["m", "f"]
OneAndMany = Annotated[tuple[Text, Text], Field(strict=False)]
WithGender = Annotated[tuple[Text, Text, Gender], Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class Noun(_Strict):
    """A noun in the singular and the plural; in French with its gender, masculine unless it says ``f``."""

    en: OneAndMany
    fr: WithGender | OneAndMany

    def one(self, language: Language) -> str:
        """Return the singular: ``firm``."""
        return self.en[0] if language == "en" else self.fr[0]

    def many(self, language: Language) -> str:
        """Return the plural: ``firms``."""
        return self.en[1] if language == "en" else self.fr[1]

    def counted(self, n: int, language: Language) -> str:
        """Return the form that goes with a count: in French the singular for 0 and 1, in English for 1."""
        singular = n == 1 or (language == "fr" and n == 0)
        return self.one(language) if singular else self.many(language)

    @property
    def feminine(self) -> bool:
        """Whether the French noun is feminine."""
        return self.fr[2:] == ("f",)


class Wording(_Strict):
    """The words of a plan."""

    unit: Noun = Noun(en=("firm", "firms"), fr=("entreprise", "entreprises", "f"))
    """who is observed: `{en: [firm, firms], fr: [entreprise, entreprises, f]}`; the French gender is `m` unless given"""
    treated: Noun = Noun(en=("beneficiary", "beneficiaries"), fr=("bénéficiaire", "bénéficiaires"))
    """who took part, as `unit`"""
    treatment: Words = Words(en="the programme", fr="le programme")
    """what they took part in, with its article: `{en: the fairs, fr: les salons}`"""
    start: Words = Words(en="start", fr="début")
    """when it began for each of them, without article: `{en: first fair, fr: premier salon}`"""


class Limits(_Strict):
    """Figures beyond which the rating of the evidence loses a step."""

    contamination: Annotated[float, Field(ge=0, le=1)] = 0.10
    """share of the comparison group that met an activity of the programme"""
    attrition: Annotated[float, Field(ge=0, le=1)] = 0.05
    """difference between the groups in the share that still answers in the last period"""
    lost: Annotated[float, Field(ge=0, le=1)] = 0.20
    """share of all that no longer answers in the last period"""
    imbalance: Annotated[float, Field(ge=0, le=10)] = 0.25
    """largest difference between the groups before the start, in standard deviations; a lot is held to a joint test instead"""
    compliance: Annotated[float, Field(ge=0, le=1)] = 0.50
    """of a lot: smallest difference in participation between those drawn and the others"""


Cost = Annotated[float, Field(ge=0, le=1_000_000_000)]


class DesignCosts(_Strict):
    """What a study costs, in the plan's currency: a rehearsal compares designs by it, or by interviews where nothing costs."""

    firm: Cost = 0.0
    """of each firm, once"""
    interview: Cost = 0.0
    """of each interview"""
    round: Cost = 0.0
    """of each round that is held"""
    cluster: Cost = 0.0
    """of each cluster that is gone to, in each round"""


class Lesson(_Strict):
    """A lesson of the evaluator's: what was found, when it holds, what to do."""

    finding: Words
    condition: Words
    action: Words
