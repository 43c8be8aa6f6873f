"""What a rating weighs: the grounds that speak for and against a result, and the steps that they cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from impact.check_result import CheckResult
from impact.evaluation.reasons import Reason
from impact.evaluation.wording import Limits
from impact.terms import Assignment

State = Literal["passed", "failed", "could_not_be_made"]
Direction = Literal["higher", "lower", "not_noticeably"]


@dataclass(frozen=True)
class AfterAdjusting:
    """What is left of the groups' differences, and of the effect, once the plan's adjustment is made.

    Attributes
    ----------
    left : float
        Largest difference before the start, in standard deviations, among what the adjustment leaves out; 0 where it has all.
    estimate, conf_low, conf_high : float
        The adjusted effect.
    """

    left: float
    estimate: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True)
class Without:
    """How far the headline moves without a part of the data.

    Attributes
    ----------
    moved : float
        Largest change by leaving out one unit, in the outcome's unit.
    turned : int
        Cohorts or events without which the sign turns.
    """

    moved: float
    turned: int = 0


@dataclass(frozen=True)
class Grounds:
    """What a rating rests on.

    Attributes
    ----------
    estimate, conf_low, conf_high : float
        The headline and the interval that is shown, possibly infinite.
    checks : tuple of CheckResult
        Every check that was asked; one that is not among them counts as not made.
    assignment, limits
        As the plan has them.
    relevant : float or None
        The effect that the plan calls relevant, in the outcome's unit; None where it names none.
    detectable : float or None
        The smallest effect that the study would find four times in five; None where it is not known.
    lost : float or None
        Share of all units that no longer answer in the last period.
    contamination : bool or None
        Whether more of the comparison group than the plan's share met an activity; None where the plan names no activity.
    contaminated_share : float or None
        That share, where it may be shown.
    breakdown : float or None
        Of the honest bounds by relative magnitudes.
    without : Without or None
    beyond_moments : tuple of str
        Reasons that the plan asks about and that moments, in place of data, cannot answer.
    including_zero : tuple of str
        Other inferences that hold on this design and whose interval includes zero.
    opposite_estimators : tuple of str
        Estimators of the same effect that point the other way.
    opposite_scales : tuple of str
        Scales on which most specifications show, beyond chance, an effect the other way.
    exits_missing : bool
        Whether the headline leaves out firms that closed, whose exits the plan has the groups compared by.
    adjusted : AfterAdjusting or None
        By the plan's fullest adjustment; None where it has none, or none could be made.
    """

    estimate: float
    conf_low: float
    conf_high: float
    checks: tuple[CheckResult, ...]
    assignment: Assignment = "chosen"
    limits: Limits = Limits()  # noqa: RUF009 (frozen)
    relevant: float | None = None
    detectable: float | None = None
    lost: float | None = None
    contamination: bool | None = None
    contaminated_share: float | None = None
    breakdown: float | None = None
    without: Without | None = None
    beyond_moments: tuple[Reason, ...] = ()
    including_zero: tuple[str, ...] = ()
    opposite_estimators: tuple[str, ...] = ()
    opposite_scales: tuple[str, ...] = ()
    exits_missing: bool = False
    adjusted: AfterAdjusting | None = None

    @property
    def direction(self) -> Direction | None:
        """Which way the outcome went: ``not_noticeably`` if no relevant effect is in the interval, None if it may be either."""
        return direction_of(self.conf_low, self.conf_high, relevant=self.relevant)

    @property
    def points(self) -> bool:
        """Whether the result points up or down."""
        return self.direction in {"higher", "lower"}


@dataclass(frozen=True)
class Step:
    """A step that the rating loses.

    Attributes
    ----------
    reason : str
    state : {"failed", "could_not_be_made"}
    figures : dict
        What took it, and the limit where there is one.
    checks : tuple of str
        Checks, inferences or estimators that say so.
    """

    reason: Reason
    state: State
    figures: dict[str, float | str]
    checks: tuple[str, ...] = ()


def direction_of(low: float, high: float, *, relevant: float | None) -> Direction | None:
    """Return which way an interval points, or that no relevant effect is in it; None where it may be either."""
    if low > 0:
        return "higher"
    if high < 0:
        return "lower"
    reach = max(abs(low), abs(high))
    return "not_noticeably" if relevant is not None and reach < relevant else None


def state_of(checks: Iterable[CheckResult], names: Sequence[str]) -> tuple[State, tuple[str, ...]]:
    """Return the state of a question that several checks answer, and the checks that decide it.

    Passed only if each of them was made and passed; failed if one warns or fails.
    """
    mine = [check for check in checks if check.name in names]
    against = [check.name for check in mine if check.status in {"warn", "fail"}]
    if against:
        return "failed", tuple(dict.fromkeys(against))
    made = {check.name for check in mine if check.status == "pass"}
    unmade = {check.name for check in mine if check.status == "not_applicable"}
    missing = [name for name in names if name not in made or name in unmade]
    return ("could_not_be_made", tuple(missing)) if missing else ("passed", ())
