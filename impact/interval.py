"""What an inference answers: an interval with its p-value, or why there is none; and the p-value and inversion they share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import OneRow, Shown
from impact.errors import ImpactError, NotAvailableError, UsageError

TIE = 1e-9  # relative; statistics this close count as equal
FARTHEST = 60.0  # steps from the estimate at which an interval is declared unbounded
BISECTIONS = 40


class PlainValues:
    """A frozen dataclass of plain values, some of which may be infinite, as JSON and back.

    ``infinite`` names those that may be, and what None stands for.
    """

    infinite: ClassVar[dict[str, float]] = {"conf_low": -np.inf, "conf_high": np.inf}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an infinite one is None."""
        return {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            **{k: cls.infinite.get(k, np.nan) if v is None else v for k, v in values.items()}
        )


@dataclass(frozen=True, repr=False, kw_only=True)
class Interval(PlainValues, OneRow):
    """One number with its interval and the p-value of no effect; an infinite end means that nothing so far out is rejected.

    Attributes
    ----------
    inference : str
        Code of the inference, such as ``permutation`` or ``crv3_t``.
    estimate, std_error : float
        In the outcome's unit.
    conf_low, conf_high, p_value, level : float

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> found = impact.GroupT().of(panel, impact.CallawaySantAnna())
    >>> found
    inference  estimate  std_error  conf_low  conf_high  p_value  level
      group_t     1.611    0.09686    0.3799      2.841  0.03824   0.95
    >>> found.to_dict()["inference"]
    'group_t'
    """

    inference: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    level: float

    @property
    def params(self) -> "pd.Series[float]":
        """The estimate, by the inference's word."""
        return self._as_series(self.estimate, "estimate")

    @property
    def std_errors(self) -> "pd.Series[float]":
        """Its standard error."""
        return self._as_series(self.std_error, "std_error")

    @property
    def pvalues(self) -> "pd.Series[float]":
        """The p-value of no effect."""
        return self._as_series(self.p_value, "p_value")

    def _as_series(self, value: float, name: str) -> "pd.Series[float]":
        return pd.Series([value], index=pd.Index([self.inference], name="term"), name=name)

    def confint(self, level: float | None = None) -> pd.DataFrame:
        """Return the interval: ``term, low, high``, at its own level.

        Raises
        ------
        UsageError
            For another level, which is another question to the inference.
        """
        if level not in {None, self.level}:
            raise UsageError(
                f"level: this interval is at {self.level:g}; ask the inference again with level={level:g}"
            )
        return pd.DataFrame(
            {"term": [self.inference], "low": [self.conf_low], "high": [self.conf_high]}
        )


@dataclass(frozen=True, repr=False)
class Refused(Shown):
    """An inference that has no answer here, and why.

    Attributes
    ----------
    inference : str
        What was asked: an inference's word, or a check's.
    why : str
        The message that names what is missing and the remedy.
    error : str
        Class of the error that says so, which has words in both languages.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> overall = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> refused = overall.under(impact.Clustered(by="workers"))  # one firm's workers differ from year to year
    >>> refused.why.partition("; ")[-1]
    'name a column that is constant within units'
    """

    inference: str
    why: str
    error: str = NotAvailableError.__name__

    @classmethod
    def of(cls, asked: str, problem: ImpactError) -> Self:
        """Keep what an error says."""
        return cls(asked, str(problem), type(problem).__name__)

    def summary(self) -> str:
        """Return what was refused, and why."""
        return f"{self.inference}: no answer here ({self.why})"


def permutation_ps(observed: Floats, permuted: Floats, *, added: int) -> Floats:
    """Return p-values (S,): the share of permuted statistics (S, P) as far from zero as the observed (S, 1), ties included.

    Parameters
    ----------
    added : int
        One where the actual assignment is not among the permuted ones, and counts beside them.
    """
    # a statistic that an assignment does not give (NaN) counts as far out: the cautious side
    beyond = ~(np.abs(permuted) < np.abs(observed) * (1 - TIE))
    return np.asarray((beyond.sum(axis=1) + added) / (permuted.shape[1] + added))


def may_lie_beyond(n: int, level: float) -> int:
    """Return how many of n statistics may lie further out than a critical value: one minus the level of them, rounded down."""
    return int((1 - level) * n + TIE)  # .05 x 1000 is 49.999... in floating point


def permutation_p(observed: Floats, permuted: Floats, *, added: int) -> float:
    """Return `permutation_ps` of one statistic: observed (1,), permuted (P,)."""
    return float(permutation_ps(observed[None], permuted[None], added=added)[0])


def inverted(
    p_value: Callable[[float], float],
    estimate: float,
    step: float,
    *,
    alpha: float,
    farthest: float = FARTHEST,
) -> float:
    """Return the end of the set of effects not rejected, walking from the estimate in the direction of ``step``.

    The search is bounded: where nothing within ``farthest`` steps is rejected, the end is infinite.
    """
    if not np.isfinite(step) or step == 0:
        return estimate if step == 0 else float(np.nan)
    inside, width = estimate, step
    while p_value(estimate + width) > alpha:
        inside = estimate + width
        width *= 1.5
        if abs(width) > farthest * abs(step):
            return float(np.inf * np.sign(step))
    outside = estimate + width
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) > alpha else (inside, middle)
    return float(inside)
