"""Who is in a panel, and who is not and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from impact.data.summary import as_html, as_text


@dataclass(frozen=True, repr=False)
class Sample:
    """Counts of a panel.

    Attributes
    ----------
    n_obs, n_units, n_treated, n_never, n_clusters : int
        Observations; units, those ever treated, those never treated; clusters.
    dropped : Mapping of str to int
        Reason to count: observations for ``missing_outcome``, units for everything else.
    """

    n_obs: int
    n_units: int
    n_treated: int
    n_never: int
    n_clusters: int
    dropped: Mapping[str, int] = field(default_factory=dict)

    def with_dropped(self, reason: str, count: int) -> "Sample":
        """Return the sample with a further reason; nothing is added for a count of zero."""
        if not count:
            return self
        return replace(self, dropped={**self.dropped, reason: self.dropped.get(reason, 0) + count})

    def dropped_lines(self) -> list[tuple[str, str]]:
        """Return reasons for leaving out, each with its count."""
        return [(reason.replace("_", " "), f"{n:,}") for reason, n in self.dropped.items()]

    def counted(self, n_obs: int) -> str:
        """Return units, clusters above them, and observations used, on one line."""
        above = self.n_clusters != self.n_units
        clusters = f" in {self.n_clusters:,} clusters" if above else ""
        return (
            f"{self.n_units:,} units ({self.n_treated:,} treated){clusters}, {n_obs:,} observations"
        )

    def _lines(self) -> list[tuple[str, str]]:
        return [
            ("observations", f"{self.n_obs:,}"),
            ("units", f"{self.n_units:,}"),
            ("treated", f"{self.n_treated:,}"),
            ("never treated", f"{self.n_never:,}"),
            ("clusters", f"{self.n_clusters:,}"),
            *self.dropped_lines(),
        ]

    def __repr__(self) -> str:
        return as_text("Sample", self._lines())

    def _repr_html_(self) -> str:
        return as_html("Sample", self._lines())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "dropped": dict(self.dropped)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**values)
