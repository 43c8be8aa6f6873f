"""What every check returns, and the joint test that several of them make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.terms import Status

SMALL_P = 0.05


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one diagnostic: a status, the reason for it, and the figures behind it.

    A check that does not apply is an object too: ``status="not_applicable"`` and ``why``.
    """

    name: str
    status: Status
    why: str
    statistic: float | None = None
    p_value: float | None = None
    table: pd.DataFrame | None = None
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        table = None
        if self.table is not None:
            rows = self.table.to_dict("records")
            table = [{str(name): plain(value) for name, value in row.items()} for row in rows]
        return {
            "name": self.name,
            "status": self.status,
            "why": self.why,
            "statistic": plain(self.statistic),
            "p_value": plain(self.p_value),
            "table": table,
            "text": self.text,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        table = None if values["table"] is None else pd.DataFrame(values["table"])
        return cls(**{**values, "table": table})


def pass_or_warn(passes: bool) -> Status:  # noqa: FBT001 (the condition itself)
    """Return the status of a check that can only pass or call for a closer look."""
    return "pass" if passes else "warn"


def not_applicable(name: str, why: str) -> CheckResult:
    """Return a check that could not be asked, and why."""
    return CheckResult(name=name, status="not_applicable", why=why)


def wald(name: str, values: Floats, vcov: Floats, *, df: float) -> CheckResult:
    """Test that all values are zero: F with (q, df) degrees of freedom, chi-square over q for infinite df."""
    from scipy.special import chdtrc, fdtrc

    q = len(values)
    if q == 0:
        return not_applicable(name, "nothing_to_test")
    statistic = float(values @ np.linalg.pinv(vcov, hermitian=True) @ values / q)
    p = float(chdtrc(q, q * statistic) if np.isinf(df) else fdtrc(q, df, statistic))
    return CheckResult(
        name, pass_or_warn(p >= SMALL_P), f"joint_test:{q}", statistic=statistic, p_value=p
    )


class Shown:
    """A result that prints as its summary, as tables people know."""

    def summary(self) -> str:
        """Return the result as plain text."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.summary()


def amount(value: float) -> str:
    """Write a number with four significant digits, large ones in whole numbers."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == 0 else f"{value:.4g}"


def text_of(table: pd.DataFrame) -> str:
    """Set a table as plain text."""
    return str(table.to_string(index=False, float_format=amount))


def plain(value: Any) -> Any:
    """Turn numpy numbers and containers into what JSON holds; numbers that are not finite become None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value
