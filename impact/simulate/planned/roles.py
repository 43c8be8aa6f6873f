"""What the columns of a planned panel are for: a plan's roles by name, and who is treated when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.data.times import TimeAxis
from impact.simulate.planned.outcomes import Scale


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Columns of a panel by what the plan uses them for; None and empty where it does not.

    Attributes
    ----------
    outcome : str
        The headline.
    scale : {"amount", "number", "log"}
        Of the headline.
    cohort, planned_cohort, participation, group, dose : str or None
    marks : str or None
        The 0/1 column from which the cohort is derived; ``marks_start``: 1 in the first treated period alone.
    arm, control, arms : str or None, str or None, tuple of str
        Column of arms, the control and the treated arms.
    measured : tuple of str
        Other outcomes and counts that change from round to round, which the programme moves with the headline.
    unmoved : tuple of str
        Those that it may not move.
    varying : tuple of str
        Columns that change within a firm and of which nothing else is known, as regressors of a fixed-effects model.
    exposure : tuple of str
    status, exit, nonresponse : str or None, tuples of str
    enumerator, duration, entered : str or None
    back_check : mapping
        Outcome to the column of its second visit.
    """

    outcome: str
    scale: Scale = "amount"
    cohort: str | None = None
    marks: str | None = None
    marks_start: bool = False
    planned_cohort: str | None = None
    participation: str | None = None
    group: str | None = None
    dose: str | None = None
    arm: str | None = None
    control: str | None = None
    arms: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    unmoved: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    exposure: tuple[str, ...] = ()
    status: str | None = None
    exit: tuple[str, ...] = ()
    nonresponse: tuple[str, ...] = ()
    enumerator: str | None = None
    duration: str | None = None
    entered: str | None = None
    back_check: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Firms:
    """N firms over T rounds: when they are asked, when they start, what they answer.

    Attributes
    ----------
    ids : tuple of str, (N,)
    times : tuple of str or int, (T,)
        Labels of the rounds.
    axis : TimeAxis
    first : int
        Calendar number of the first round.
    start : ndarray, (N,)
        Place of the round in which treatment starts; infinity for never.
    comes : ndarray of bool, (N,)
        Whether who is to be treated takes part.
    cluster : ndarray of int, (N,)
    arm : ndarray of int, (N,)
        0 for the control, then the treated arms.
    untreated, treated : ndarray, (N, T)
        The headline without and with the programme.
    answered : ndarray of bool, (N, T)
    groups : tuple of str
        Names of what each start is treated by, in the order of starts.
    """

    ids: tuple[str, ...]
    times: tuple[str | int, ...]
    axis: TimeAxis
    first: int
    start: Floats
    comes: Mask
    cluster: Integers
    arm: Integers
    untreated: Floats
    treated: Floats
    answered: Mask
    groups: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Firms and rounds."""
        return self.untreated.shape[0], self.untreated.shape[1]

    @property
    def ever(self) -> Mask:
        """Whether a firm is to be treated, (N,)."""
        return np.isfinite(self.start)

    def label(self, place: float) -> str:
        """Write the round at a place, which may lie beyond the last."""
        return str(self.axis.label(self.first + int(place) * 1))
