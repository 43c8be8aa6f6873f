"""How sure can we be: what the design can tell, and whether the answer survives other trends, choices and firms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from impact.check_result import CheckResult
from impact.diagnostics.leave_one_out import LeaveOneOut, leave_one_out
from impact.diagnostics.specification_curve import SpecificationCurve, specification_curve
from impact.errors import EstimationError
from impact.evaluation.parts import SMALLEST_SHOWN
from impact.evaluation.study import Study

Result = TypeVar("Result")


@dataclass(frozen=True)
class Certainty:
    """Everything that speaks for or against believing the headline."""

    name: ClassVar[str] = "certainty"
    leave_one_out: LeaveOneOut | None
    curve: SpecificationCurve | None
    checks: tuple[CheckResult, ...]

    @classmethod
    def of(cls, study: Study) -> "Certainty":
        """Compute from a study, for its headline outcome."""
        panel = study.panel()
        without = _or_none(lambda: leave_one_out(panel, study.estimator(), group=study.groups))
        curve = _or_none(lambda: specification_curve(study.panel(winsorise=0.0), seed=study.seed))
        checks = [part.check() for part in (without, curve) if part is not None]
        return cls(leave_one_out=_releasable(without), curve=curve, checks=tuple(checks))


def _releasable(without: LeaveOneOut | None) -> LeaveOneOut | None:
    """Take out the rows that leave out fewer than ten treated units: beside the headline they would show their mean."""
    if without is None:
        return None
    from dataclasses import replace

    table = without.table
    return replace(
        without, table=table[table["n_treated"] >= SMALLEST_SHOWN].reset_index(drop=True)
    )


def _or_none(compute: Callable[[], Result]) -> Result | None:
    """Return a result, or None where the data cannot give it."""
    try:
        return compute()
    except EstimationError:
        return None
