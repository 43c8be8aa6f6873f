"""What a rule did: the line that it leaves in the ledger, and with it in the sample flow of a report."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Applied:
    """One line of the ledger.

    Attributes
    ----------
    number : int
        Of the rule in the plan, from 1; 0 for reading a source.
    rule : str
        Its kind: ``read`` or the rule's name.
    table : str
        The table that it made or changed.
    before, after : int
        Rows of that table.
    touched : int
        Rows that the rule changed, added, matched or left out.
    why : mapping of str to str
        The plan's own reason, by language; empty without one.
    counts : mapping of str to int
        What else it counted, by code: ``unmatched``, ``correction:2``; of a source its missing reasons.
    source : mapping of str to str
        Where the rate or the prices that it brought were read, by language; empty without one.
    """

    number: int
    rule: str
    table: str
    before: int
    after: int
    touched: int
    why: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        told = {"why": dict(self.why), "counts": dict(self.counts), "source": dict(self.source)}
        return {**asdict(self), **told}
