"""Where an estimate came from: its data, its estimator, and the verbs since, so that the number can be made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Generic, Literal, NoReturn, TypeVar, cast

from impact.data.panel import Panel
from impact.errors import NotAvailableError
from impact.protocols import Estimator

Verb = Literal["aggregate", "percent", "select"]
Fit = TypeVar("Fit", bound=Callable[..., Any])
E = TypeVar("E")


@dataclass(frozen=True)
class Step:
    """A verb of `Estimate` and its arguments."""

    verb: Verb
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Origin(Generic[E]):
    """What was fitted on what, and what was asked of it since.

    Attributes
    ----------
    estimator : Estimator
    data : Panel or PathMoments
    steps : tuple of Step
        Aggregations, percentages and selections, in order.
    """

    estimator: Estimator[E]
    data: Any
    steps: tuple[Step, ...] = ()

    @property
    def panel(self) -> Panel:
        """The panel it was fitted on.

        Raises
        ------
        NotAvailableError
            When it was fitted on moments, which hold no units, or read from a file.
        """
        if isinstance(self.data, Panel):
            return self.data
        if self is UNKNOWN:
            _refuse()
        raise NotAvailableError(
            f"{type(self.estimator).__name__} was fitted on moments, which hold no units; fit it on the Panel for this"
        )

    def again(self, data: Any) -> E:
        """Make the same number from other data (a `Panel` or `PathMoments`): fit, then every verb since.

        Raises
        ------
        NotAvailableError
            When the estimate was read from a file.
        """
        estimate = self.estimator.fit(data)
        for step in self.steps:
            estimate = getattr(estimate, step.verb)(**step.arguments)
        return estimate

    def then(self, verb: Verb, **arguments: Any) -> "Origin[E]":
        """Return the origin of what a verb gave."""
        return (
            self
            if self is UNKNOWN
            else replace(self, steps=(*self.steps, Step(verb=verb, arguments=arguments)))
        )


class _Forgotten:
    """The estimator of an estimate that was read from a file."""

    def fit(self, data: Any) -> NoReturn:
        """Refuse."""
        del data
        _refuse()


def _refuse() -> NoReturn:
    raise NotAvailableError(
        "this estimate was read from a file, which holds its numbers and neither data nor estimator; fit the estimator again"
    )


UNKNOWN: Origin[Any] = Origin(_Forgotten(), None)
"""Of an estimate that was read from a file, or made by hand."""


def remembered(fit: Fit) -> Fit:
    """Let an estimator's ``fit`` hand out estimates that know their origin."""

    @wraps(fit)
    def remembering(self: Estimator[Any], data: Any) -> Any:
        return replace(fit(self, data), origin=Origin(self, data))

    return cast("Fit", remembering)
