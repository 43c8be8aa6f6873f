"""Path moments: the moments of cells, and the ways in which they are made, joined and kept."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from impact.data.panel import Panel
from impact.moments.cells import CellMoments
from impact.moments.merge import merged
from impact.moments.moments_file import load, save
from impact.moments.reduce import reduce_panel, reduce_several
from impact.moments.sql import reduce_table
from impact.terms import SmallCells, one_of


class PathMoments(CellMoments):
    """Counts, mean paths and path scatters of the P cells of a panel with T periods.

    A cell is a cohort, a stratum and a pattern of observed periods. Every linear estimator and its clustered covariance
    follow from these numbers exactly; no estimator needs the rows again (docs/path-moments.md). The numbers are described in
    `impact.moments.cells.CellMoments`.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> moments = impact.PathMoments.from_panel(panel)
    >>> len(moments.cohort)  # cells: three cohorts in two cities
    6
    >>> effects = impact.Imputation().fit(moments)  # no firm is needed any more
    >>> effects.aggregate(by="overall").params.round(2).to_dict()
    {'overall': 1.51}
    """

    def __repr__(self) -> str:
        """Counts alone: a cell of one unit is that unit's path."""
        units = f"{int(self.n.sum()):,} units in {len(self.cohort):,} cells"
        return f"Path moments of {self.outcome}: {units}, {len(self.times):,} periods"

    @classmethod
    def from_panel(cls, panel: Panel) -> Self:
        """Reduce a panel of N units by T periods, gaps allowed, in one pass; at most one cell a unit."""
        return cls.of_cells(reduce_panel(panel))

    @classmethod
    def several(cls, panel: Panel, outcomes: Sequence[str]) -> dict[str, Self]:
        """Reduce several outcomes, the panel's own or among its covariates, sorting the units once."""
        return {name: cls.of_cells(made) for name, made in reduce_several(panel, outcomes).items()}

    @classmethod
    def from_sql(cls, connection: Any, table: str, **columns: Any) -> Self:
        """Let a database make the moments with one statement; see `impact.moments.sql.reduce_table`."""
        return cls.of_cells(reduce_table(connection, table, **columns))

    def merge(self, other: "PathMoments") -> Self:
        """Join the moments of disjoint sets of units; see `impact.moments.merge.merged`."""
        return self.of_cells(merged(self, other))

    def save(self, path: str | Path, *, small_cells: SmallCells = "refuse") -> None:
        """Write the moments to a file; see `impact.moments.moments_file.save`."""
        one_of(small_cells, SmallCells, name="small_cells")
        save(self, path, small_cells=small_cells)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote; see `impact.moments.moments_file.load`."""
        return cls.of_cells(load(path))

    @classmethod
    def of_cells(cls, cells: CellMoments) -> Self:
        """Return cells as moments that can be merged and saved."""
        return cls(**{part.name: getattr(cells, part.name) for part in fields(cells)})
