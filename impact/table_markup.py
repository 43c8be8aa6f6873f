"""A small table of words as plain text, HTML, Markdown and LaTeX; everything is escaped here, nothing is trusted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": "$|$",
    "∞": r"$\infty$",
    "[": "{[}",  # after a line's end it would open an argument, and so would a star
    "*": "{*}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
MARKDOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{sign: f"\\{sign}" for sign in "\\`*_[]|$#~"}}


@dataclass(frozen=True)
class GridRow:
    """A label and, beneath one another, lines of one cell a column."""

    label: str
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Grid:
    """What a table shows.

    Attributes
    ----------
    corner : str
        Above the labels.
    columns : tuple of str
    body, facts : tuple of GridRow
        Above and below the inner rule.
    remarks : tuple of str
        Sentences beneath the table.
    """

    corner: str
    columns: tuple[str, ...]
    body: tuple[GridRow, ...]
    facts: tuple[GridRow, ...]
    remarks: tuple[str, ...]


def as_text(grid: Grid) -> str:
    """Set the grid as plain text, numbers to the right."""
    head, *rows = (
        tuple(map(_one_line, cells))
        for cells in (corner_line(grid), *lines_of((*grid.body, *grid.facts)))
    )
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: tuple[str, ...]) -> str:
        label, *rest = cells
        set_right = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        return "  ".join((label.ljust(widths[0]), *set_right)).rstrip()

    n_body = len(rows) - sum(len(row.lines) for row in grid.facts)
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    table = [line(head), rule, *map(line, rows[:n_body]), rule, *map(line, rows[n_body:])]
    return "\n".join(table) + "\n\n" + "\n".join(map(_one_line, grid.remarks))


def as_html(grid: Grid) -> str:
    """Set the grid as a semantic table: one row a term, heads with their scope."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in corner_line(grid))
    parts = ("".join(map(_html_row, rows)) for rows in (grid.body, grid.facts))
    bodies = "".join(f"<tbody>{part}</tbody>" for part in parts)
    remarks = "".join(f"<p>{escape(remark)}</p>" for remark in grid.remarks)
    return f"<table><thead><tr>{head}</tr></thead>{bodies}</table>{remarks}"


def _html_row(row: GridRow) -> str:
    cells = (
        "<br>".join(escape(part) for part in cell if part) for cell in zip(*row.lines, strict=True)
    )
    data = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(row.label)}</th>{data}</tr>'


def as_markdown(grid: Grid) -> str:
    """Set the grid as a pipe table, remarks below it."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(map(markdown_escaped, cells)) + " |"

    rule = "|" + "|".join([" :-- ", *[" --: "] * len(grid.columns)]) + "|"
    rows = [line(cells) for cells in lines_of((*grid.body, *grid.facts))]
    remarks = [_no_list(markdown_escaped(remark)) for remark in grid.remarks]
    return "\n".join([line(corner_line(grid)), rule, *rows, "", "\n\n".join(remarks)]) + "\n"


def as_latex(grid: Grid) -> str:
    """Set the grid as a ``tabular`` with rules of the package booktabs, remarks in small print below it."""

    def line(cells: tuple[str, ...]) -> str:
        return " & ".join(map(latex_escaped, cells)) + r" \\"

    body, facts = ([line(cells) for cells in lines_of(rows)] for rows in (grid.body, grid.facts))
    return "\n".join(
        [
            rf"\begin{{tabular}}{{l{'r' * len(grid.columns)}}}",
            r"\toprule",
            line(corner_line(grid)),
            r"\midrule",
            *body,
            r"\midrule",
            *facts,
            r"\bottomrule",
            r"\end{tabular}",
            *(rf"\par{{\footnotesize {latex_escaped(remark)}\par}}" for remark in grid.remarks),
            "",
        ]
    )


def corner_line(grid: Grid) -> tuple[str, ...]:
    """Return the head's cells."""
    return (grid.corner, *grid.columns)


def lines_of(rows: tuple[GridRow, ...]) -> Iterator[tuple[str, ...]]:
    """Yield every line with its row's label in front of the first."""
    for row in rows:
        for place, cells in enumerate(row.lines):
            yield ("" if place else row.label, *cells)


def latex_escaped(text: str) -> str:
    """Escape what LaTeX would read as a command; a sign before a number is a minus."""
    words = _escaper(LATEX)(_one_line(text))
    return re.sub(r"-(?=\d|\$\\infty)", "$-$", words)


def markdown_escaped(text: str) -> str:
    """Escape what Markdown, or HTML within it, would read as markup."""
    return _escaper(MARKDOWN)(_one_line(text))


def _no_list(line: str) -> str:
    """Keep a line that begins with a dash or a number from being an item of a list."""
    return re.sub(r"^(\d*)([-+.)])", r"\1\\\2", line)


def _escaper(signs: dict[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(signs.get(sign, sign) for sign in text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
