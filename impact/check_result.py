"""What every result shows of itself, what every check returns, and the joint test that several of them make."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.terms import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL_P = 0.05  # at it or below a check finds something
MOST_ROWS_SHOWN = 60  # of one table in a notebook; `tidy` has them all


class Shown:
    """A result as its readers meet it: plain text, HTML, a frame, JSON. A base of frozen dataclasses (``repr=False``).

    A subclass says what it shows as `blocks`, or as a `summary` where that is text alone. Its frame is its field ``table``.
    """

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return what is shown, sentences and tables in order."""
        return (self.summary(),)

    def summary(self) -> str:
        """Return the result as plain text."""
        return "\n\n".join(
            block if isinstance(block, str) else text_of(block) for block in self.blocks()
        )

    def tidy(self) -> pd.DataFrame:
        """Return a copy of the table, or the one row of `glance` where there is none."""
        table: pd.DataFrame | None = getattr(self, "table", None)
        return self.glance() if table is None else table.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: the result's single numbers and words, a column each."""
        held = {name: value for name, value in _held(self).items() if name != "table"}
        return pd.DataFrame([{name: held[name] for name in held if _is_single(held[name])}])

    def to_json(self) -> str:
        """Return the result as JSON; missing and infinite numbers are null."""
        return json.dumps(plain(self), ensure_ascii=False, allow_nan=False, sort_keys=True)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return "\n".join(_html_of(block) for block in self.blocks())


class OneRow(Shown):
    """A result that is one row of numbers, such as an interval; its ``table`` is that row."""

    @property
    def table(self) -> pd.DataFrame:
        """The numbers, a column each."""
        return self.glance()

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return the row."""
        return (self.table,)

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw the estimate and its interval (``estimate, conf_low, conf_high``) on matplotlib axes."""
        from impact.estimate_plot import forest

        return forest(self.table.assign(term=type(self).__name__), axes)


@dataclass(frozen=True, repr=False)
class CheckResult(Shown):
    """The outcome of one diagnostic: a status, the reason for it, and the figures behind it.

    A check that does not apply is an object too: ``status="not_applicable"`` and ``why``.

    Attributes
    ----------
    name : str
        Code of the check.
    status : {"pass", "warn", "fail", "not_applicable"}
    why : str
        Code of the reason, a figure after a colon.
    statistic, p_value : float, optional
        Of the test, where it is one.
    table : DataFrame, optional
        The figures behind it.
    text : str
        Words of its own, if any.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.CallawaySantAnna(base_period="universal").fit(panel).aggregate(by="event_time")
    >>> check = effects.wald(["event_time=-3", "event_time=-2"])  # no effect before treatment
    >>> check.status, round(check.p_value, 2)
    ('pass', 0.35)
    """

    name: str
    status: Status
    why: str
    statistic: float | None = None
    p_value: float | None = None
    table: pd.DataFrame | None = None
    text: str = ""

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return status and reason, the test's figures, the words, and the table."""
        figures = {"statistic": self.statistic, "p": self.p_value}
        line = "; ".join(f"{name} {amount(x)}" for name, x in figures.items() if x is not None)
        shown = (f"{self.name}: {self.status} ({self.why})", line, self.text)
        rows = () if self.table is None else (self.table,)
        return (*(text for text in shown if text), *rows)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: plain(value) for name, value in _held(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        table = None if values["table"] is None else pd.DataFrame(values["table"])
        return cls(**{**values, "table": table})


def pass_or_warn(passes: bool) -> Status:  # noqa: FBT001 (the condition itself)
    """Return the status of a check that can only pass or call for a closer look."""
    return "pass" if passes else "warn"


def status_of(p_value: float) -> Status:
    """Return the status of a check by its p-value: it passes above `SMALL_P`, as an interval leaves out what has p at it."""
    return pass_or_warn(p_value > SMALL_P)


def not_applicable(name: str, why: str) -> CheckResult:
    """Return a check that could not be asked, and why."""
    return CheckResult(name=name, status="not_applicable", why=why)


def wald(name: str, values: Floats, vcov: Floats, *, df: float) -> CheckResult:
    """Test that all values are zero: F with (q, df) degrees of freedom, chi-square over q for infinite df."""
    from scipy.special import chdtrc, fdtrc

    q = len(values)
    if q == 0:
        return not_applicable(name, "nothing_to_test")
    variance = np.diag(vcov)
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))  # units of measurement must not matter
    t, correlation = values / scale, vcov / np.outer(scale, scale)
    statistic = float(t @ np.linalg.pinv(correlation, hermitian=True) @ t / q)
    p = float(chdtrc(q, q * statistic) if np.isinf(df) else fdtrc(q, df, statistic))
    return CheckResult(name, status_of(p), f"joint_test:{q}", statistic=statistic, p_value=p)


def amount(value: float) -> str:
    """Write a number with four significant digits, large ones in whole numbers."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == 0 else f"{value:.4g}"


def text_of(table: pd.DataFrame) -> str:
    """Set a table as plain text."""
    return str(table.to_string(index=False, float_format=amount))


def _html_of(block: str | pd.DataFrame) -> str:
    """Set one block as HTML, everything escaped; text of several lines keeps them."""
    from html import escape

    if isinstance(block, pd.DataFrame):
        known = block.dropna(axis=1, how="all")
        return str(
            known.to_html(
                index=False, escape=True, border=0, max_rows=MOST_ROWS_SHOWN, float_format=amount
            )
        )
    tag = "pre" if "\n" in block else "p"
    return f"<{tag}>{escape(block)}</{tag}>"


def _held(result: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name."""
    return {field.name: getattr(result, field.name) for field in fields(result)}


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, np.generic))


def plain(value: Any) -> Any:
    """Turn numpy numbers, containers, frames and dataclasses into what JSON holds; numbers that are not finite become None."""
    if isinstance(value, np.generic):
        value = value.item()
    elif isinstance(value, pd.DataFrame):
        value = value.to_dict("records")
    elif hasattr(value, "to_dict"):
        value = value.to_dict()
    elif is_dataclass(value) and not isinstance(value, type):
        value = _held(value)
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, (tuple, list, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value
