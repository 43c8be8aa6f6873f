"""Notebooks of a run shown again from parts that may leave: no kernel, no data; only sections of the report have an output."""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from impact.pipeline.notebook import NotebookStudy
from impact.reporting.bundle import as_output
from impact.reporting.exhibits import Exhibits
from impact.reporting.words.catalogue import t

NOT_SHOWN = t("Not released: this cell was computed from the data of single firms.")
SHOWN = frozenset(
    name
    for name, made in vars(NotebookStudy).items()
    if getattr(made, "__annotations__", {}).get("return") is Exhibits and not name.startswith("_")
)
"""Methods of a notebook's study that show exhibits; all of these are made of parts."""


def show_again(source: Path, target: Path, study: NotebookStudy) -> None:
    """Write a notebook's cells with what their sections show of a study's parts.

    Parameters
    ----------
    source : Path
        The notebook as a run executed it. Its outputs are not read, only whether a cell had any.
    target : Path
    study : NotebookStudy
        With every part given.
    """
    notebook = json.loads(source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell.pop("attachments", None)
        if cell["cell_type"] == "code":
            cell["metadata"] = {
                name: cell["metadata"][name] for name in ("tags",) if name in cell["metadata"]
            }
            cell["outputs"] = list(_outputs(cell, study))
    notebook["metadata"] = {
        name: notebook["metadata"][name]
        for name in ("kernelspec", "language_info")
        if name in notebook["metadata"]
    }
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _outputs(cell: Mapping[str, Any], study: NotebookStudy) -> Iterator[dict[str, Any]]:
    called = section_of("".join(cell["source"]))
    if called is None:
        if cell["outputs"]:
            words = study.voice.t(NOT_SHOWN)
            yield _displayed({"text/markdown": words}, {})
        return
    name, values = called
    for data, metadata in getattr(study, name)(*values).bundles():
        yield _displayed(data, metadata)


def _displayed(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": as_output(data), "metadata": dict(metadata)}


def section_of(code: str) -> tuple[str, tuple[Any, ...]] | None:
    """Return the section that a cell shows, and with what, where it does that alone: ``study.<section>(<literals>)``."""
    try:
        (line,) = ast.parse(code).body
    except (SyntaxError, ValueError):
        return None
    match line:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("study"), name), told, [])) if name in SHOWN:
            literals = [value.value for value in told if isinstance(value, ast.Constant)]
            return (name, tuple(literals)) if len(literals) == len(told) else None
    return None
