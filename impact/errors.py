"""Every error a user can meet, one tree, one exit code a branch.

::

    ImpactError                     1
    ├── UsageError                  2   a command, an option, a parameter
    │   ├── PlanError                   the evaluation plan or a parameter
    │   │   └── LockError                   the lock of a plan, or the log of its blind runs
    │   └── UnknownNameError            a name that is none of the known ones
    ├── DataError                   3   the data do not say what they must
    │   ├── SourceError                 a file is missing, unreadable or of an unknown kind
    │   ├── SchemaError                 a schema contradicts itself or its file
    │   ├── MissingColumnError
    │   ├── DuplicateKeyError           (unit, time) repeats
    │   ├── MissingValueError           an id, time or outcome is missing
    │   ├── UnparsableValueError        an id, time, cohort or number cannot be read
    │   ├── InfiniteValueError
    │   ├── RangeError                  outside what the schema declares
    │   ├── VaryingCohortError          a cohort or weight changes within a unit
    │   ├── TreatmentReversalError      treatment switches off
    │   ├── MomentsError                moments that do not belong together
    │   ├── DisclosureError             a file would show groups that are too small
    │   ├── PrivacyError                a column could name a person, or a key is not kept secret
    │   └── NoComparisonError           no treated or no untreated unit
    ├── EstimationError             4   the data are sound, the question cannot be answered
    │   ├── NotIdentifiedError
    │   └── NotAvailableError           a result that this estimate does not carry
    │       └── NotInMomentsError           a result that moments, which hold sums and no unit, do not give
    ├── RunError                    5   a notebook, a kernel, a renderer
    │   ├── NotebookError               a cell failed
    │   ├── KernelDiedError
    │   └── RenderError
    ├── StorageError                6   disk full, no permission, a report that is not whole
    ├── VerificationError           7   a report says what its run does not
    └── Interrupted               130   Ctrl-C

An error names the column, the rule, the rows and the remedy. It never shows a data value: values are
confidential, and messages end up in notebooks and logs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MAX_ROWS_NAMED = 5  # enough to find the place; the count says how many more

FaultCode = Literal[
    "no_number",
    "marks_mixed",
    "marks_ambiguous",
    "too_many_decimals",
    "may_be_thousands",
    "too_long",
    "no_whole_number",
    "no_truth",
    "no_category",
    "no_period",
    "no_day",
    "no_label",
    "outside_range",
    "infinite",
    "unfit",
]
"""What cells of a column break of its declared type; ``unfit`` is anything else."""


@dataclass(frozen=True)
class Rows:
    """Rows as a message names them: the first ones, and how many there are."""

    first: tuple[int, ...] = ()
    n: int = 0

    @classmethod
    def of(cls, rows: Iterable[int]) -> "Rows":
        """Make it of the numbers of all rows."""
        numbers = sorted({int(row) for row in rows})
        return cls(tuple(numbers[:MAX_ROWS_NAMED]), len(numbers))


@dataclass(frozen=True)
class Fault:
    """What an error says of cells, for whoever says it in another language than the message; no rows where none are known."""

    code: FaultCode
    rows: Rows = Rows()

    @classmethod
    def on(cls, code: FaultCode, rows: Iterable[int]) -> "Fault":
        """Make it of the numbers of all rows."""
        return cls(code, Rows.of(rows))


class ImpactError(Exception):
    """Root of everything this package raises on purpose."""

    exit_code = 1


class UsageError(ImpactError):
    """A command, an option or a parameter is wrong."""

    exit_code = 2


class PlanError(UsageError):
    """The evaluation plan, or a parameter, breaks a rule."""


class LockError(PlanError):
    """The lock of a plan, or the log of its blind runs, is damaged, or does not allow what is asked."""


class UnknownNameError(UsageError):
    """A name is none of the known ones; the message lists them."""


class DataError(ImpactError):
    """The data do not say what they must; the fault is known where it is one of a column's cells."""

    exit_code = 3

    def __init__(self, message: str = "", *, fault: Fault | None = None) -> None:
        super().__init__(message)
        self.fault = fault


class SourceError(DataError):
    """A data file is missing, unreadable or of an unknown kind."""


class SchemaError(DataError):
    """A schema contradicts itself or the file it describes."""


class MissingColumnError(DataError):
    """A column that was asked for is not there."""


class DuplicateKeyError(DataError):
    """A (unit, time) pair stands on more than one row."""


class MissingValueError(DataError):
    """An id, a time or an outcome is missing where it must not be."""


class UnparsableValueError(DataError):
    """An id, a time, a cohort or a number cannot be read."""


class InfiniteValueError(DataError):
    """A number is infinite."""


class RangeError(DataError):
    """A value lies outside what the schema declares."""


class VaryingCohortError(DataError):
    """A cohort, cluster, weight or stratum changes within a unit."""


class TreatmentReversalError(DataError):
    """A treatment declared absorbing switches off."""


class MomentsError(DataError):
    """Moments of different outcomes, periods or schemas."""


class DisclosureError(DataError):
    """A file that leaves the office would show groups of fewer units than the rule allows."""


class PrivacyError(DataError):
    """A column could tell who a person is, or the key of pseudonyms is not kept as a secret."""


class NoComparisonError(DataError):
    """There is no treated unit, or no untreated one, to compare."""


class EstimationError(ImpactError):
    """The data are sound, but the question cannot be answered from them."""

    exit_code = 4


class NotIdentifiedError(EstimationError):
    """A parameter is not determined by the data."""


class NotAvailableError(EstimationError):
    """A result that this estimate does not carry."""


class NotInMomentsError(NotAvailableError):
    """A result that needs the units, asked of a study whose data are moments."""

    def __init__(
        self, words: str = "moments hold sums and no unit; name the data in the plan for this"
    ) -> None:
        super().__init__(words)


class RunError(ImpactError):
    """A notebook, a kernel or a renderer failed."""

    exit_code = 5


class NotebookError(RunError):
    """A notebook cell raised an error."""


class KernelDiedError(RunError):
    """A notebook's kernel ended before its notebook did."""


class RenderError(RunError):
    """An executed notebook could not be turned into a report."""


class StorageError(ImpactError):
    """Writing or reading a run failed: disk full, no permission, or a run that is not whole."""

    exit_code = 6


class VerificationError(ImpactError):
    """A rendered report holds a number or a direction that its run does not."""

    exit_code = 7


class Interrupted(ImpactError):  # noqa: N818 (it is not an error but the user's wish)
    """The user stopped the run."""

    exit_code = 130


def rows_named(rows: Iterable[int]) -> str:
    """Write row numbers for a message: ``rows 2, 5 and 9`` or ``rows 1, 2, 3, 4, 5 and 40 more``."""
    numbers = sorted({int(row) for row in rows})
    shown, more = numbers[:MAX_ROWS_NAMED], len(numbers) - MAX_ROWS_NAMED
    words = [str(number) for number in shown]
    if more > 0:
        words.append(f"{more} more")
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"row {text}" if len(numbers) == 1 else f"rows {text}"


_OF_SEVERAL = {
    "is": "are",
    "has": "have",
    "holds": "hold",
    "lies": "lie",
    "meets": "meet",
    "mixes": "mix",
}
"""Verbs of rules by what they become of several rows; others, as ``cannot``, stay."""


def rows_that(rows: Iterable[int], rule: str) -> str:
    """Write of which rows a rule speaks, its verb in their number.

    Parameters
    ----------
    rows : iterable of int
    rule : str
        Of one row, its verb first.

    Examples
    --------
    >>> from impact.errors import rows_that
    >>> rows_that([8], "has no value label"), rows_that([2, 5], "has no value label")
    ('row 8 has no value label', 'rows 2 and 5 have no value label')
    """
    numbers = {int(row) for row in rows}
    return f"{rows_named(numbers)} {in_number(rule, len(numbers))}"


def in_number(rule: str, n: int) -> str:
    """Return what is said of one, as it is said of n: its verb, which stands first, in that number."""
    verb, space, rest = rule.partition(" ")
    return rule if n == 1 else f"{_OF_SEVERAL.get(verb, verb)}{space}{rest}"
