"""The referee's kit of a plan."""

from pathlib import Path
from typing import Annotated

import typer


def kit(
    path: Annotated[Path, typer.Argument(help="The evaluation plan.")] = Path("evaluation.yml"),
    *,
    folder: Annotated[
        Path, typer.Option(help="Where the kit goes; what is there is replaced.")
    ] = Path("kit"),
) -> None:
    """Write the referee's kit: a synthetic panel with the released numbers, and scripts that check them in other software."""
    from impact.pipeline.blinding import blind_facts, refuse_blind
    from impact.pipeline.plan import study_of
    from impact.pipeline.plan_workbook import plan_file
    from impact.reporting.kit.write import write_kit

    study = study_of(plan_file(path), {})
    refuse_blind(blind_facts(study), name=path.name)
    written = write_kit(study, folder)
    for name in sorted(file.name for file in folder.iterdir()):
        typer.echo(str(folder / name))
    for name, why in written.twin.left_out.items():
        typer.echo(f"not in the kit: {name} ({why})", err=True)
