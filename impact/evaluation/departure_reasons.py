"""Why an evaluation departs from its plan: what the evaluator writes of each departure, in a file beside the plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

from pydantic import Field, TypeAdapter, ValidationError

from impact.data.strict import Words, both_languages
from impact.errors import PlanError
from impact.evaluation.key_classes import KEYS
from impact.terms import Language, nearest

OF_RULES = frozenset({"schema", "intake"})
"""First part of the name of a departure from the rules of the data."""
_Reason = Annotated[str, Field(min_length=1, max_length=1000)] | Words
_FORM: TypeAdapter[dict[str, str | Words]] = TypeAdapter(
    dict[str, _Reason], config={"strict": True}
)


class Departed(Protocol):
    """What a reason is given for: the document in which something departs, and its key there."""

    @property
    def where(self) -> str:
        """The plan, its schema, its intake plan, a file or the results."""

    @property
    def key(self) -> str:
        """The key."""


@dataclass(frozen=True)
class Reasons:
    """Reasons by the name of a departure; one of a key is one of all that stands below it.

    Attributes
    ----------
    by_name : Mapping
        Name, as `name_of`, to a text by language.
    """

    by_name: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Any, *, name: str) -> "Reasons":
        """Read the content of a file of reasons.

        Parameters
        ----------
        content : Any
            Names of departures to texts, or to ``{en, fr}``.
        name : str
            Of the file.

        Raises
        ------
        PlanError
            With the name that no plan has, or whose reason is no text.
        """
        try:
            told = _FORM.validate_python(content)
        except ValidationError as problem:
            place = problem.errors()[0]["loc"]
            raise PlanError(
                f"{name}: {place[0] if place else 'all of it'}: write the departure's key and its reason, a text or {{en, fr}}"
            ) from None
        for one in told:
            first = one.partition(".")[0]
            if first not in KEYS.keys() | OF_RULES:
                raise PlanError(
                    f"{name}: {one}: no key of a plan, schema or intake plan; {nearest(first, [*KEYS, 'intake'])}correct it"
                )
        return cls({key: both_languages(text) for key, text in told.items()})

    def to_dict(self) -> dict[str, dict[str, str]]:
        """Return them as plain values."""
        return {name: dict(text) for name, text in self.by_name.items()}

    def given(self, departure: Departed, language: Language) -> str | None:
        """Return the reason of a departure: its own, else that of the nearest key above it."""
        name = self._covering(name_of(departure))
        return None if name is None else Words(**self.by_name[name]).in_language(language)

    def unused(self, found: Iterable[Departed]) -> list[str]:
        """Return the names whose reasons are of no departure."""
        used = {self._covering(name_of(one)) for one in found}
        return [name for name in self.by_name if name not in used]

    def _covering(self, name: str) -> str | None:
        above = [name]
        while "." in above[-1]:
            above.append(above[-1].rpartition(".")[0])
        return next((one for one in above if one in self.by_name), None)


def name_of(departure: Departed) -> str:
    """Return the name under which a reason is given: the plan's key, or ``schema.`` or ``intake.`` and the place there."""
    own = departure.where in OF_RULES
    return f"{departure.where}.{departure.key}" if own else departure.key
