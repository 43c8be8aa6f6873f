"""A table: what readers see beside the raw figures, for pages, spreadsheets and CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from impact.data.formulas import without_formulas
from impact.reporting import pieces
from impact.reporting.bundle import Bundle, bundle
from impact.reporting.notebook_html import html_of
from impact.reporting.spreadsheet import published
from impact.reporting.tree import Node, label_of


@dataclass(frozen=True)
class Table:
    """A table with a caption: what readers see (``cells``) beside the raw figures (``frame``).

    Attributes
    ----------
    frame : DataFrame
        Raw values, written to CSV.
    headings : Mapping
        Column of the frame to its heading, in order; other columns stay out of sight.
    formats : Mapping
        Column to a function that writes its value; such columns are set as numbers.
    notes : Sequence of str
        Lines below the table.
    footnotes : Sequence of str
        Numbered notes; a cell that ends in ``[^1]`` points to the first.
    group : str
        Column whose value, where it changes, heads the rows that follow.
    """

    label: str
    caption: str
    frame: pd.DataFrame
    headings: Mapping[str, str]
    formats: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    footnotes: Sequence[str] = ()
    group: str = ""
    brief: bool = False

    def cells(self) -> list[list[str]]:
        """Return what readers see, row by row."""
        return [
            [
                self.formats[name](row[name]) if name in self.formats else _shown(row[name])
                for name in self.headings
            ]
            for row in self.frame.to_dict("records")
        ]

    def tree(self, texts: Sequence[Sequence[str]]) -> list[Node]:
        """Return the table of what readers see, and its notes."""
        return pieces.table_blocks(
            name=label_of(self.label),
            caption=self.caption,
            headings=list(self.headings.values()),
            numeric=[name in self.formats for name in self.headings],
            rows=texts,
            groups=list(map(_shown, self.frame[self.group])) if self.group else [],
            notes=self.notes,
            footnotes=self.footnotes,
        )

    def values(self, texts: Sequence[Sequence[str]]) -> list[list[float | None]]:
        """Return the raw value behind each cell whose text is that number, row by row."""
        raws = self.frame[list(self.headings)].to_dict("records")
        return [
            [published(text, row[name]) for text, name in zip(line, self.headings, strict=True)]
            for line, row in zip(texts, raws, strict=True)
        ]

    def to_csv(self, path: Path) -> None:
        """Write the raw figures; text that a spreadsheet would run as a formula is quoted by an apostrophe."""
        without_formulas(self.frame).to_csv(
            path, index=False, lineterminator="\n", encoding="utf-8"
        )

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        texts = self.cells()
        tree = self.tree(texts)
        return bundle(
            tree,
            {"text/html": html_of(tree, {})},
            {"text/html": {"label": self.label}},
            brief=self.brief,
            values=self.values(texts),
            columns=list(self.headings),
        )


def _shown(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 (NaN)
