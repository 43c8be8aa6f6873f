"""Lines of the tab of assumptions: label, value, low, high, check, source."""

from collections.abc import Sequence
from dataclasses import dataclass

from impact.evaluation.economics_file import Grounded
from impact.reporting.economics_workbook.cells import Cell, Formula, Said
from impact.reporting.economics_workbook.page import Page, cell_name

CHECK, SOURCE = 4, 5
_WIDTH = 98  # characters of a source on one line of its cell


@dataclass
class Lines:
    """The tab under way; ``row`` is the next free one."""

    page: Page
    row: int

    def begin(self, title: str, *headings: str) -> None:
        """Begin a group, with its own headings or those of assumptions."""
        t = self.page.book.subject.t
        common = (t("Number"), t("Value"), t("Low"), t("High"), t("Check"))
        self.row += 1
        self.page.group(self.row, title)
        self.page.headings(self.row + 1, headings or common, lines=1)
        source = Said(t("Source, or reason of the assumption"), "heading_of_words")
        self.page.put((self.row + 1, SOURCE), source)
        self.row += 2

    def place(self, column: int) -> str:
        """Return what formulas call a cell of the line to come."""
        return cell_name((self.row, column))

    def line(
        self,
        label: str,
        value: Cell,
        low: Cell | None = None,
        high: Cell | None = None,
        *,
        check: Formula | None = None,
        grounds: Grounded | str = "",
    ) -> None:
        """Write one number with its range and grounds."""
        self.cells([Said(label), value, low, high, check], grounds)

    def cells(self, cells: Sequence[Cell | None], grounds: Grounded | str | None = None) -> None:
        """Write cells from the first column on, and their source in the last."""
        source = self._source(grounds) if grounds else Said("", "source")
        self.page.row(self.row, cells, lines=1 + len(source.text) // _WIDTH)
        self.page.put((self.row, SOURCE), source)
        self.row += 1

    def _source(self, grounds: Grounded | str) -> Said:
        if isinstance(grounds, str):
            return Said(grounds, "source")
        text, assumed = self.page.book.subject.grounds(grounds)
        return Said(text, "assumption" if assumed else "source")
