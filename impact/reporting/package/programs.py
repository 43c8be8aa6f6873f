"""The programs of a run as it ran them: its notebooks without outputs, and which cell made which exhibit."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact.reporting.places import places_of
from impact.reporting.render.book import read_book
from impact.reporting.tree import structure, text_of

INJECTED = "injected-parameters"
"""Tag of the cell in which a run told a notebook its parameters."""
_CALL = re.compile(r"\bstudy\.(\w+)\(")
_WORDS = {"table": "table", "figure": "figure", "how_to_read": ""}
_NUMBER = re.compile(r"^(?:table|figure)\u00a0(\d+)\.\s*")


@dataclass(frozen=True)
class Exhibit:
    """A table or figure of the report.

    Attributes
    ----------
    kind : str
        ``table`` or ``figure``.
    number : int
        Of its kind, in the report; 0 on the first page, where none has one.
    caption : str
    notebook, call : str
        What made it, and the section that the cell calls.
    cell : int
        Of that notebook, counted from 1.
    files : tuple of str
        Its figures as a file, inside the run's folder.
    """

    kind: str
    number: int
    caption: str
    notebook: str
    cell: int
    call: str
    files: tuple[str, ...]


def exhibits_of(run: Path, *, report: str) -> tuple[Exhibit, ...]:
    """Return the exhibits of a run's report, in its order, and what made each first.

    Parameters
    ----------
    run : Path
    report : str
        Name of its report's notebook.
    """
    places = places_of(run / "notebooks")
    found = []
    for kind, label, caption, cell in _shown(run / "notebooks" / report):
        plain = re.sub(r"-\d+$", "", label)
        place = places.exhibits.get(label) or places.exhibits.get(plain)
        notebook, at = (report, cell) if place is None else (place.notebook, place.cell)
        number = _NUMBER.match(caption)
        found.append(
            Exhibit(
                kind=kind,
                number=int(number.group(1)) if number else 0,
                caption=_NUMBER.sub("", caption),
                notebook=notebook,
                cell=at,
                call=_called(run / "notebooks" / notebook, at),
                files=tuple(
                    name
                    for name in (f"tables/{plain}.csv", f"figures/{plain}.svg")
                    if (run / name).is_file()
                ),
            )
        )
    return tuple(found)


def _shown(notebook: Path) -> Iterator[tuple[str, str, str, int]]:
    for item in read_book(notebook, _WORDS).exhibits:
        for node in structure(item.blocks):
            if node["t"] in {"Table", "Figure"} and node["c"][0][0]:
                words = node["c"][1][1]
                caption = text_of(words[0]["c"]) if words else ""
                yield node["t"].lower(), node["c"][0][0], caption, item.cell


def _called(notebook: Path, cell: int) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = _CALL.search("".join(cells[cell - 1]["source"]))
    return f"study.{found.group(1)}()" if found else ""


def bare_notebook(path: Path) -> bytes:
    """Return a run's notebook as it was before: no output, nothing that was told to it, nothing of when or where it ran."""
    told = json.loads(path.read_text(encoding="utf-8"))
    cells = [_bare(cell, at) for at, cell in enumerate(told["cells"]) if not _was_injected(cell)]
    language = {"name": "python"}
    metadata = {"kernelspec": _KERNEL, "language_info": language}
    made = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _was_injected(cell: dict[str, Any]) -> bool:
    return INJECTED in cell["metadata"].get("tags", [])


def _bare(cell: dict[str, Any], at: int) -> dict[str, Any]:
    kept: dict[str, Any] = {"cell_type": cell["cell_type"], "id": str(at), "metadata": {}}
    if tags := cell["metadata"].get("tags"):
        kept["metadata"] = {"tags": tags}
    kept["source"] = cell["source"]
    return kept if cell["cell_type"] != "code" else {**kept, "execution_count": None, "outputs": []}


def python_of(run: Path) -> str:
    """Return the version of Python that executed a run; nothing where its notebooks do not say."""
    for path in sorted((run / "notebooks").glob("*.ipynb")):
        told = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        if version := told.get("language_info", {}).get("version"):
            return str(version)
    return ""
