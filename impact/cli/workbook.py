"""The command that turns a plan into a workbook and back."""

from pathlib import Path
from typing import Annotated

import typer

from impact.errors import UsageError


def workbook(
    file: Annotated[Path, typer.Argument(help="A plan (.yml), or a workbook (.xlsx) of one.")],
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Where to write; the file's own folder by default.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of sheets and headings: en or fr.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write a plan with schema and intake plan as one workbook, or the files that a workbook holds."""
    from impact.pipeline.plan_workbook import files_of, workbook_of

    if language not in {"en", "fr"}:
        raise UsageError("--language: en or fr")
    target = file.parent if folder is None else folder
    if file.suffix.lower() == ".xlsx":
        for path in files_of(file, folder=target, overwrite=force):
            typer.echo(str(path))
        return
    made = target / f"{file.stem}.xlsx"
    target.mkdir(parents=True, exist_ok=True)
    workbook_of(file, made, language="fr" if language == "fr" else "en", overwrite=force)
    typer.echo(str(made))
